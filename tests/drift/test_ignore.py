"""Ignore rules of an Environment: what they take out of a report, and what is said of them."""

from dataclasses import replace

import pytest

from mlplat.drift.ignore import IgnoreRule, apply_rules, path_matches
from mlplat.drift.report import DriftClass, DriftFinding, NoteReason, ObjectName, Writer

FINDING = DriftFinding(
    DriftClass.CHANGED,
    ObjectName("apps/v1", "Deployment", "vision", "web-1"),
    "/spec/template/spec/containers/0/env/1/value",
    "spec.template.spec.containers[name=main].env[name=DEBUG].value",
    "0",
    "1",
    Writer("kubectl-edit", "Update"),
)
RULE = IgnoreRule(
    "people may debug",
    kind="Deployment.apps",
    name="web-*",
    namespace="vision",
    path="spec.template.spec.containers[*].env[name=DEBUG]",
    manager="kubectl-*",
    until="2026-12-31",
)
TODAY = "2026-11-25"


def test_a_rule_takes_out_what_fits_and_says_how_often() -> None:
    ruled = apply_rules([FINDING, replace(FINDING, path="spec.replicas")], [RULE], TODAY)
    assert [one.path for one in ruled.findings] == ["spec.replicas"]
    assert [(note.reason, note.count) for note in ruled.notes] == [(NoteReason.IGNORED, 1), (NoteReason.IGNORED, 1)]
    assert ruled.notes[-1].text.endswith("people may debug")


@pytest.mark.parametrize(
    "other",
    [
        {"kind": "StatefulSet"},
        {"kind": "Deployment.extensions"},
        {"name": "api-*"},
        {"namespace": "tabular"},
        {"path": "spec.template.spec.containers[*].env[name=LEVEL]"},
        {"manager": "fixit"},
    ],
    ids=lambda other: "-".join(other),
)
def test_every_part_of_a_rule_counts(other: dict[str, str]) -> None:
    ruled = apply_rules([FINDING], [replace(RULE, **other)], TODAY)
    assert ruled.findings == (FINDING,)
    assert [note.reason for note in ruled.notes] == [NoteReason.UNUSED_IGNORE]


def test_a_rule_that_has_ended_ignores_nothing_and_says_so() -> None:
    ruled = apply_rules([FINDING], [replace(RULE, until="2026-11-24")], TODAY)
    assert ruled.findings == (FINDING,)
    assert [note.reason for note in ruled.notes] == [NoteReason.EXPIRED_IGNORE]
    assert apply_rules([FINDING], [replace(RULE, until=TODAY)], TODAY).findings == ()


def test_what_could_not_be_compared_is_never_ignored() -> None:
    unknown = replace(FINDING, cls=DriftClass.NOT_COMPARABLE)
    assert apply_rules([unknown], [IgnoreRule("all")], TODAY).findings == (unknown,)


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("spec.replicas", "spec.replicas", True),
        ("spec.replicas", "spec.replicasets", False),
        ("spec", "spec.template.spec", True),
        ("metadata.labels.*", "metadata.labels.owner", True),
        ("metadata.labels.*", "metadata.annotations.owner", False),
        ("metadata.labels.team-*", "metadata.labels.team-a", True),
        ("data[*]", 'data["a.b"]', True),
        ("spec.*.cpu", "spec.hard.limits.cpu", False),
        ("spec.containers[name=*].image", "spec.containers[name=main].image", True),
        ("spec.containers[name=*].image", "spec.containers[name=main].env[name=image]", False),
    ],
)
def test_paths_fit_by_whole_steps(pattern: str, path: str, fits: bool) -> None:
    assert path_matches(pattern, path) is fits
