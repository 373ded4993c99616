"""The formats of a report: golden, safe whatever the values are, and of a length that can be posted."""

import json
import re
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from mlplat.diagnostics import Span
from mlplat.diff.render import github, markdown, text
from mlplat.diff.render.json import document
from mlplat.diff.render.words import causes_shown, path_text
from mlplat.diff.report import Cause, Demand, DiffReport, ObjectName, Total
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
    assert lines.pop(0).startswith("::warning title=renamed::Team `audio` is `vision`")
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


def test_long_paths_keep_both_ends() -> None:
    short = 'data["a.b"]'
    assert path_text(short) == short
    middle = ".".join(f"step{number}" for number in range(30))
    assert path_text(f"spec.a.b.{middle}.env[name=x.y].value").startswith("spec.a.b….step")
    assert path_text(f"spec.a.b.{middle}.env[name=x.y].value").endswith(".step29.env[name=x.y].value")
    assert path_text(f'spec{"x" * 200}["a[0"].b') == f'spec{"x" * 200}["a[0"].b', "what cannot be cut is left"


def test_many_causes_are_counted() -> None:
    causes = tuple(Cause(Span("environments/base/x.yaml", line, 1, line, 2)) for line in range(1, 9))
    shown, after = causes_shown(replace(IMAGE, causes=causes))
    assert [cause.span.line for cause, _ in shown] == [1, 2, 3, 4, 5, 6]
    assert after == "and 2 more lines"
    guess = replace(IMAGE, causes=(replace(causes[0], certain=False),))
    assert "probably caused by" in markdown.render(DiffReport("a", "b", (guess,), ()))
    assert "--> probably environments/base/x.yaml:1:1" in text.render(DiffReport("a", "b", (guess,), ()))


def test_rows_whose_amounts_stay_are_folded() -> None:
    same = [Total(f"env{number}", "vision", 0, 1, 0, Demand(1), Demand(1)) for number in range(7)]
    moved = Total("prod", "vision", 0, 1, 0, Demand(1), Demand(2))
    comment = markdown.render(DiffReport("a", "b", (IMAGE,), (*same, moved)))
    assert comment.index("| prod |") < comment.index("<summary>7 more rows") < comment.index("| env0 |")
