"""What a server said in the place of objects is no dump, and lines of Secrets are in no output."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import mlplat

MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one", "namespace": "team"}}
STATUS = {"apiVersion": "v1", "kind": "Status", "status": "Failure"}


@pytest.fixture
def declared(tmp_path: Path) -> Path:
    file = tmp_path / "declared.json"
    file.write_text(json.dumps(MAP))
    return file


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ({"code": 401, "reason": "Unauthorized", "message": "Unauthorized"}, ": 401 Unauthorized Unauthorized"),
        ({"code": 503, "message": "the server is\nbusy"}, ": 503 the server is busy"),
        ({"reason": "Forbidden", "details": {}}, ": Forbidden"),
        ({"message": "no --password=hunter2hunter2 here"}, ": no --password=(masked) here"),
        ({}, "in the place of objects\n"),
    ],
)
@pytest.mark.parametrize("listed", [False, True])
def test_an_answer_that_gives_no_objects_is_no_dump(
    declared: Path, tmp_path: Path, status: dict[str, Any], said: str, listed: bool
) -> None:
    whole = {**STATUS, **status}
    live = tmp_path / "live.json"
    live.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": [MAP, whole]} if listed else whole))
    done = mlplat("drift", "--declared", declared, "--live", live, "--complete")
    assert done.status == 1
    assert "MLP704" in done.text
    assert said in done.text
    assert "hunter2" not in done.text


HEADINGS = ("database:", "[default]", "name of a section")
LINES = ("L08abcde", "L12abcdefghi", "L19abcdefghijklmnop", "L20abcdefghijklmnopq")


@pytest.mark.parametrize("format_", ["text", "json", "diff", "markdown", "html"])
def test_a_line_of_a_secret_is_masked_elsewhere_and_a_heading_is_not(tmp_path: Path, format_: str) -> None:
    texts = (*LINES, *HEADINGS)
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "team"}}
    held = {**secret, "stringData": {"conf": "\n".join(texts)}}
    data = {f"k{index}": text for index, text in enumerate(texts)}
    both = tmp_path / "both.json"
    both.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": [held, {**MAP, "data": data}]}))
    live = tmp_path / "live.json"
    live.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": [secret, {**MAP, "data": {}}]}))
    shown = mlplat("drift", "--declared", both, "--live", live, "-o", format_).text
    assert [line for line in LINES if line in shown] == []
    assert all(heading.strip("[]") in shown for heading in HEADINGS)
