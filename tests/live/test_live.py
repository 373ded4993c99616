"""Recorded cases: what is declared, what a real API server then held, and exactly what drift has to say of it.

`tests/live/record.py` plays the stories and records; here the command itself reads the recordings.
"""

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mlplat.cli.main import cli
from tests.control_plane import proven
from tests.control_plane.sets import skip_or_fail
from tests.live.record import play, write
from tests.live.story import HERE, Story, stories

STORIES = list(stories())
TOLD = ("delegated", "copy", "unproven", "terminating", "generated-name", "declared-twice")
"""Notes that a case names; what is only counted (`explained`) is not."""


def report(story: Story, live: Path, *more: str) -> dict[str, Any]:
    """What `mlplat drift -o json` prints of a case."""
    named = ("--declared", str(story.folder / "declared.yaml"), "--live", str(live), "--namespace", "team")
    done = CliRunner().invoke(cli, ["drift", *named, *story.options, *more, "-o", "json"], standalone_mode=False)
    assert done.exception is None, done.exception
    found: dict[str, Any] = json.loads(done.stdout)
    assert done.return_value == status(found), done.output
    return found


def status(found: dict[str, Any]) -> int:
    """The exit status that a report calls for."""
    if any(one["class"] != "not-comparable" for one in found["findings"]):
        return 2
    return 0 if found["complete"] else 3


def told(found: dict[str, Any]) -> dict[str, list[tuple[str | None, ...]]]:
    """Findings and notes of a report in the words of `expected.json`, sorted."""
    findings = [
        (one["class"], one["object"]["kind"], one["object"]["name"], one["pointer"], one["manager"], one["cause"])
        for one in found["findings"]
    ]
    notes = [
        (one["reason"], one["object"]["kind"], one["object"]["name"] or "-", one["pointer"])
        for one in found["notes"]
        if one["reason"] in TOLD
    ]
    return {"findings": sorted(findings, key=repr), "notes": sorted(notes, key=repr)}


def expected(story: Story) -> dict[str, list[tuple[str | None, ...]]]:
    """What a case expects, sorted."""
    said = json.loads((story.folder / "expected.json").read_text(encoding="utf-8"))
    return {key: sorted((tuple(one.values()) for one in said[key]), key=repr) for key in ("findings", "notes")}


def test_there_are_many_cases() -> None:
    assert len(STORIES) >= 60
    assert {path.parent.name for path in HERE.glob("*/live.yaml")} == {story.name for story in STORIES}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_case_is_told_exactly(story: Story) -> None:
    assert told(report(story, story.folder / "live.yaml")) == expected(story)


SECRETS = (
    "correct horse battery staple",
    "tr0ub4dor-and-3",
    "secret-token-value",
    "correct-horse-battery",
    "S3cr&t:pa/ss=w0rd!x",
    "my dog ate 9 bones",
)
ENCODED = tuple(base64.b64encode(value.encode()).decode() for value in SECRETS)


@pytest.mark.parametrize("format_", ["text", "json", "diff", "sarif", "junit", "markdown", "html", "prometheus"])
@pytest.mark.parametrize(
    "name", ["secret-changed", "secret-client-side", "secret-quoted-elsewhere", "credentials-elsewhere"]
)
def test_no_format_shows_a_secret(name: str, format_: str) -> None:
    story = next(story for story in STORIES if story.name == name)
    named = ("--declared", str(story.folder / "declared.yaml"), "--live", str(story.folder / "live.yaml"))
    done = CliRunner().invoke(cli, ["drift", *named, "--namespace", "team", "-o", format_], standalone_mode=False)
    assert done.exception is None
    held = (story.folder / "declared.yaml").read_text(), (story.folder / "live.yaml").read_text()
    assert any(value in text for value in (*SECRETS, *ENCODED) for text in held), "the case holds a secret"
    assert not [value for value in (*SECRETS, *ENCODED) if value in done.output]


@pytest.mark.cluster
@pytest.mark.slow
@pytest.mark.xdist_group("control_plane")
def test_recorded_again_the_cases_are_the_same(tmp_path: Path) -> None:
    kubeconfig = os.environ.get("MLPLAT_TEST_KUBECONFIG")
    if not kubeconfig:
        skip_or_fail("MLPLAT_TEST_KUBECONFIG is not set: a cluster with the CRDs and controllers of record.py")
    wrong = {}
    for story, bodies in play(STORIES, kubeconfig):
        (tmp_path / story.name).mkdir()
        write(story, bodies, tmp_path / story.name)
        found = told(report(story, tmp_path / story.name / "live.yaml"))
        if found != expected(story):
            wrong[story.name] = found
    assert not wrong
    proven.note("the newest set", "cases of drift recorded again", *(story.name for story in STORIES))
