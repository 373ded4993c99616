"""The findings as SARIF 2.1.0, which code hosts show beside the lines of the specification."""

from typing import Any

from mlplat.diagnostics.render.sarif import document, logical, physical
from mlplat.drift.render.words import CLASSES, object_text, place_text, value_text, writer_text
from mlplat.drift.report import DriftClass, DriftFinding, DriftReport

_LEVELS = {DriftClass.NOT_COMPARABLE: "warning"}


def render(report: DriftReport) -> str:
    """One run with a rule for each class of drift, and a result for each finding."""
    order = list(CLASSES)
    return document(
        [_rule(cls, text) for cls, text in CLASSES.items()],
        [_result(finding, order.index(finding.cls)) for finding in report.findings],
    )


def _rule(cls: DriftClass, text: str) -> dict[str, Any]:
    return {
        "id": f"drift/{cls}",
        "name": "Drift" + "".join(word.capitalize() for word in cls.split("-")),
        "shortDescription": {"text": text},
        "defaultConfiguration": {"level": _LEVELS.get(cls, "error")},
    }


def _result(finding: DriftFinding, rule: int) -> dict[str, Any]:
    name = finding.object
    where = logical((name.api_version, name.kind, name.namespace, name.name), finding.pointer)
    if finding.origin is not None:
        where = {**physical(finding.origin), **where}
    return {
        "ruleId": f"drift/{finding.cls}",
        "ruleIndex": rule,
        "level": _LEVELS.get(finding.cls, "error"),
        "message": {"text": sentence(finding)},
        "locations": [where],
    }


def sentence(finding: DriftFinding) -> str:
    """What a finding says, in one line."""
    place = f"{object_text(finding.object)}: {place_text(finding)}"
    match finding.cls:
        case DriftClass.CHANGED:
            text = f"{place} is {value_text(finding.live)}, declared {value_text(finding.declared)}"
        case DriftClass.MISSING:
            text = f"{place} is declared and not in the cluster"
        case DriftClass.EXTRA_FIELD:
            text = f"{place} is {value_text(finding.live)}, and nothing declares it"
        case DriftClass.ORPHAN:
            text = f"{object_text(finding.object)} is in the cluster, and nothing declares it"
        case DriftClass.NOT_COMPARABLE:
            text = f"{place} could not be compared"
    who = writer_text(finding.writer)
    return text + (f"; written by {who}" if who else "") + (f" ({finding.detail})" if finding.detail else "")
