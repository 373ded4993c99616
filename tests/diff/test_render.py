"""The formats of a report: golden, safe whatever the values are, and of a length that can be posted."""

import json
import re
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from mlplat.diff.render import github, markdown, text
from mlplat.diff.render.json import document
from mlplat.diff.report import DiffReport, ObjectName
from tests.blessing import check_golden
from tests.diff.reports import AWKWARD, EMPTY, IMAGE, NOTE, PARTIAL, REPORT

GOLDEN = Path(__file__).parent / "formats"
REPORTS = {"everything": REPORT, "partial": PARTIAL, "nothing": EMPTY}
SUFFIXES = {"text": "txt", "json": "json", "markdown": "md", "github": "github.txt"}


@pytest.mark.parametrize("format_", SUFFIXES)
@pytest.mark.parametrize("name", REPORTS)
def test_a_report_in_a_format(format_: str, name: str) -> None:
    rendered = import_module(f"mlplat.diff.render.{format_}").render(REPORTS[name])
    check_golden(GOLDEN / f"{name}.{SUFFIXES[format_]}", rendered)


def test_colour_adds_nothing_but_colour() -> None:
    coloured = text.render(REPORT, color=True)
    assert re.sub(r"\x1b\[\d+m", "", coloured) == text.render(REPORT)
    assert coloured != text.render(REPORT)


def many(count: int) -> DiffReport:
    changes = [
        replace(IMAGE, object=ObjectName("apps/v1", "Deployment", "shop", f"wéb-{n}"), new="x" * 200)
        for n in range(count)
    ]
    return DiffReport("a", "b", tuple(changes), ())


@pytest.mark.parametrize("count", [1, 50, 100, 2_000])
def test_a_comment_fits_and_says_what_it_leaves_out(count: int) -> None:
    comment = markdown.render(many(count))
    assert len(comment) <= len(comment.encode()) <= markdown.LONGEST
    shown = comment.count("<details")
    assert shown == comment.count("</details>")
    if shown < count:
        assert f"**Cut here:** {count - shown} more changes of {count - shown} objects" in comment


def test_one_object_with_very_many_changes_does_not_fill_a_comment() -> None:
    changes = tuple(replace(IMAGE, path=f"spec.{n}", pointer=f"/spec/{n}") for n in range(3_000))
    comment = markdown.render(DiffReport("a", "b", changes, ()))
    assert len(comment) < markdown.LONGEST
    assert "more changes of this object" in comment


def test_markdown_leaves_values_alone() -> None:
    comment = markdown.render(DiffReport("a", "b", (NOTE,), ()))
    assert "<script>" not in comment
    (line,) = (line for line in comment.splitlines() if "alert(1)" in line)
    assert "::error::" in line
    (code,) = re.findall(r": <code>(.*?)</code>", line)
    assert not set("|`*_[]<>") & set(code)


def test_an_annotation_is_one_line_and_points_into_files_that_are_there() -> None:
    lines = github.render(REPORT).splitlines()
    assert len(lines) == 4
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in lines)
    assert "file=" not in lines[0], "the line of what is gone is in no file of the pull request"
    assert AWKWARD not in github.render(REPORT)


def test_json_has_every_key_in_every_change() -> None:
    found = json.loads(json.dumps(document(REPORT)))
    keys = [set(change) for change in found["changes"]]
    assert all(each == keys[0] for each in keys)
    assert found["changes"][0]["new"] is None
    assert found["changes"][0]["removed"] is True
