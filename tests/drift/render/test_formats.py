"""A drift report in every format: what programs read is well-formed, and no format shows what is masked."""

import json
import re
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree

import pytest

from mlplat.cli.drift import FORMATS
from mlplat.cluster.live import Unread
from mlplat.drift.metrics import Measured
from mlplat.drift.report import DriftClass, DriftFinding, DriftReport, ObjectName
from tests.blessing import check_golden
from tests.drift.render.report import BLIND, CLEAN, FINDINGS, REPORT

CASES = Path(__file__).parent / "cases"


def rendered(name: str, report: DriftReport = REPORT) -> str:
    text: str = import_module(f"mlplat.drift.render.{name}").render(report)
    return text


@pytest.mark.parametrize("name", FORMATS)
def test_each_format(name: str) -> None:
    """`MLPLAT_BLESS=1` writes the files anew."""
    shown = re.sub(r'"version": "\d+\.\d+\.\d+[^"]*"(?=,\n {10}"rules)', '"version": "VERSION"', rendered(name))
    shown = re.sub(r"<footer>mlplat [^<]*", "<footer>mlplat VERSION", shown)
    check_golden(CASES / f"report.{name}", shown)


@pytest.mark.parametrize("name", FORMATS)
def test_a_masked_value_stays_masked(name: str) -> None:
    text = rendered(name)
    assert "hunter22" not in text
    assert (name == "prometheus") == ("(masked)" not in text)


def test_sarif_points_into_the_specification_and_at_the_object() -> None:
    run = json.loads(rendered("sarif"))["runs"][0]
    first = run["results"][0]
    (location,) = first["locations"]
    assert location["physicalLocation"]["region"]["startLine"] == 12
    (object_,) = location["logicalLocations"]
    assert object_["fullyQualifiedName"] == "apps/v1/Deployment/vision/web/spec/replicas"
    assert [run["tool"]["driver"]["rules"][each["ruleIndex"]]["id"] for each in run["results"]] == [
        f"drift/{finding.cls}" for finding in FINDINGS
    ]


def test_junit_counts_what_failed_and_what_is_not_known() -> None:
    root = ElementTree.fromstring(rendered("junit"))
    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("9", "8", "1")
    passed = ElementTree.fromstring(rendered("junit", CLEAN))
    assert (passed.get("tests"), passed.get("failures"), passed.get("skipped")) == ("1", "0", "0")


def test_a_row_of_markdown_keeps_its_cells() -> None:
    rows = [line for line in rendered("markdown").splitlines() if line.startswith("| ") and not line.startswith("| |")]
    assert len(rows) == len(FINDINGS)
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {7}


def test_a_hunk_of_the_diff_counts_its_lines() -> None:
    counted = 0
    lines = rendered("diff").split("\n")
    for number, line in enumerate(lines):
        match = re.match(r"@@ -\d+,(\d+) \+\d+,(\d+) @@", line)
        if match:
            old, new = map(int, match.groups())
            assert [each[0] for each in lines[number + 1 : number + 1 + old + new]] == ["-"] * old + ["+"] * new
            counted += 1
    assert counted == len(FINDINGS)


def test_nothing_to_say() -> None:
    assert rendered("diff", CLEAN) == ""
    assert "no difference from `prod` in 86 objects" in rendered("markdown", CLEAN)
    assert json.loads(rendered("sarif", CLEAN))["runs"][0]["results"] == []
    assert "Everything that is declared is in the cluster" in rendered("html", CLEAN)


def test_what_was_not_compared_is_never_in_sync() -> None:
    assert "and not everything could be compared" in rendered("markdown", BLIND)
    assert '<header class="incomplete">' in rendered("html", BLIND)
    text = rendered("prometheus", BLIND)
    assert 'mlplat_drift_not_compared{environment="prod",kind="ServiceAccount",reason="forbidden"} 1.0' in text
    assert "last_success" not in text
    assert 'mlplat_drift_last_success_timestamp_seconds{environment="prod"} 1.7956008e+09' in rendered(
        "prometheus", CLEAN
    )


def test_the_last_success_outlives_a_failure() -> None:
    measured = Measured(lambda _: "unknown")
    measured.take(CLEAN)
    measured.take(BLIND)
    assert measured.last_success == 1795600800.0


@pytest.mark.parametrize("name", FORMATS)
def test_a_cluster_that_cannot_be_read_is_told_once(name: str) -> None:
    """Programs get each kind by itself; people one line, with the kinds in it."""
    kinds = [("v1", "ConfigMap"), ("apps/v1", "Deployment"), ("batch/v1", "Job")]
    forbidden = [
        DriftFinding(
            DriftClass.NOT_COMPARABLE, ObjectName(version, kind, None, None), "", "", None, None,
            detail=f"HTTP 403: {kind} is forbidden", reason=Unread.FORBIDDEN,
        )
        for version, kind in kinds
    ]  # fmt: skip
    alone = replace(forbidden[0], reason=Unread.SERVER, detail="HTTP 500", object=ObjectName("v1", "Pod", None, None))
    shown = rendered(name, replace(REPORT, findings=(*forbidden, alone), complete=False))
    if name in ("text", "markdown", "html"):
        assert shown.count("HTTP 403") == 1
        assert shown.count("HTTP 500") == 1
        assert "3 kinds" in shown
        assert all(kind in shown for _, kind in kinds)
    elif name == "json":
        assert shown.count("HTTP 403") == 3
        assert [one["object"]["kind"] for one in json.loads(shown)["findings"]][:3] == [kind for _, kind in kinds]
