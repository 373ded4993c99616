"""The document `mlplat.dev/diff/v1` (docs/json/diff.v1.json): every key is always there; null is no value."""

import json
from typing import Any

from mlplat.compare.difference import ABSENT
from mlplat.diff.report import Cause, Change, Demand, DiffReport, Renamed, Total

API_VERSION = "mlplat.dev/diff/v1"


def render(report: DiffReport) -> str:
    """The whole report as JSON."""
    return json.dumps(document(report), indent=2, ensure_ascii=False) + "\n"


def document(report: DiffReport) -> dict[str, Any]:
    """The whole report as plain data."""
    return {
        "apiVersion": API_VERSION,
        "old": report.old,
        "new": report.new,
        "complete": report.complete,
        "notCompared": [{"environment": name, "reason": reason} for name, reason in report.not_compared],
        "impacts": {str(impact): count for impact, count in report.impacts().items()},
        "renames": [_renamed(one) for one in report.renames],
        "changes": [_change(change) for change in report.changes],
        "totals": [_total(total) for total in report.totals],
    }


def _change(change: Change) -> dict[str, Any]:
    name = change.object
    return {
        "action": str(change.action),
        "object": {
            "apiVersion": name.api_version,
            "kind": name.kind,
            "namespace": name.namespace,
            "name": name.name,
            "document": change.document,
        },
        "path": change.path,
        "pointer": change.pointer,
        "old": None if change.old is ABSENT else change.old,
        "new": None if change.new is ABSENT else change.new,
        "added": change.old is ABSENT,
        "removed": change.new is ABSENT,
        "impact": str(change.impact),
        "effects": [
            {"impact": str(effect.impact), "why": effect.why, "source": effect.source or None}
            for effect in change.effects
        ],
        "environments": list(change.environments),
        "team": change.team,
        "unit": change.unit,
        "runs": {name: {"old": old, "new": new} for name, (old, new) in change.runs.items()},
        "causes": [_cause(cause) for cause in change.causes],
    }


def _cause(cause: Cause) -> dict[str, Any]:
    seen = cause.seen
    return {
        "file": cause.span.file,
        "line": cause.span.line,
        "column": cause.span.column,
        "revision": cause.state or None,
        "text": cause.text,
        "certain": cause.certain,
        "seen": {"file": seen.file, "line": seen.line} if seen is not None else None,
    }


def _renamed(one: Renamed) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "old": one.old,
        "new": one.new,
        "environments": list(one.environments),
        "objects": one.objects,
        "claims": one.claims,
        "runs": one.runs,
    }


def _total(total: Total) -> dict[str, Any]:
    return {
        "environment": total.environment or None,
        "team": total.team,
        "created": total.created,
        "changed": total.changed,
        "deleted": total.deleted,
        "before": _demand(total.before),
        "after": _demand(total.after),
    }


def _demand(demand: Demand) -> dict[str, int]:
    return {
        "replicas": demand.replicas,
        "milliCpu": demand.milli_cpu,
        "memoryBytes": demand.memory,
        "gpus": demand.gpus,
    }
