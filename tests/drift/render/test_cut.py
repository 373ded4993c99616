"""Long values are cut where their difference can still be seen; another type is said in words."""

from dataclasses import replace
from typing import Any

import pytest

from mlplat.drift.explain import words_for
from mlplat.drift.render import markdown, text
from mlplat.drift.render.words import cut_apart
from mlplat.drift.report import Note, NoteReason, ObjectName
from tests.drift.render.report import CLEAN, FINDINGS


@pytest.mark.parametrize("before", [0, 5, 29, 30, 31, 57, 60, 61, 500])
@pytest.mark.parametrize("after", [0, 1, 40, 500])
def test_both_sides_show_where_they_differ(before: int, after: int) -> None:
    one, other = ("x" * before + mark + "y" * after for mark in "AB")
    left, right = cut_apart(one, other, 60)
    assert len(left) <= 60
    assert len(right) <= 60
    assert "A" in left
    assert "B" in right
    if len(one) <= 60:
        assert (left, right) == (one, other)


def test_one_that_is_the_beginning_of_the_other_is_told_from_it() -> None:
    left, right = cut_apart("x" * 70, "x" * 70 + "y", 60)
    assert left != right
    assert cut_apart("x" * 70, "x" * 70, 60) == ("x" * 57 + "...",) * 2


@pytest.mark.parametrize("format_", [text, markdown])
def test_a_report_shows_it(format_: Any) -> None:
    one, other = ["x" * 300, "A"], ["x" * 300, "B"]
    shown = format_.render(replace(CLEAN, findings=(replace(FINDINGS[0], declared=one, live=other),)))
    assert '"A"]' in shown
    assert '"B"]' in shown
    assert "x" * 250 not in shown


@pytest.mark.parametrize(
    ("declared", "live", "said"),
    [
        ([1], {"a": 1}, "a list, now a mapping"),
        ({"a": {}}, {"a": [1]}, "root['a']: a mapping, now a list"),
        ({"a": 1}, {"a": "1"}, "root['a']: the number 1, now the text \"1\""),
        ({"a": True}, {"a": None}, "root['a']: the boolean true, now nothing"),
        ({"a": []}, {"a": "x" * 90}, "root['a']: a list, now the text \"" + "x" * 56 + "..."),
    ],
)
def test_another_type_is_said_in_words(declared: Any, live: Any, said: str) -> None:
    assert words_for(declared, live) == [said]


def test_a_note_in_markdown_names_object_and_count() -> None:
    name = ObjectName("v1", "ConfigMap", "team", "a_b")
    note = Note(NoteReason.COPY, "a copy", name, path="data.x", live="1|2", count=3)
    shown = markdown.render(replace(CLEAN, notes=(note,)))
    assert "- copy: ConfigMap team/a\\_b: `data.x`: a copy (now `1\\|2`) (3 times)" in shown
