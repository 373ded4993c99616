"""The report as the document `mlplat.dev/drift/v1`: every key is always there, null where nothing is known."""

import json
from collections import Counter
from typing import Any

from mlplat.diagnostics import Span
from mlplat.drift.report import DriftClass, DriftFinding, DriftReport, Note, ObjectName, Writer

API_VERSION = "mlplat.dev/drift/v1"


def render(report: DriftReport) -> str:
    """The document, indented, ending without a line feed."""
    return json.dumps(document(report), indent=2, ensure_ascii=False)


def document(report: DriftReport) -> dict[str, Any]:
    """The document as data."""
    classes = Counter(finding.cls for finding in report.findings)
    return {
        "apiVersion": API_VERSION,
        "complete": report.complete,
        "environment": report.environment,
        "cluster": report.cluster,
        "started": report.started,
        "summary": {
            "objects": report.objects,
            "inSync": report.in_sync,
            "findings": {str(cls): classes.get(cls, 0) for cls in DriftClass},
            "explained": dict(report.explained),
            "calls": report.calls,
            "seconds": round(report.seconds, 3),
        },
        "findings": [_finding(finding) for finding in report.findings],
        "notes": [_note(note) for note in report.notes],
    }


def _finding(finding: DriftFinding) -> dict[str, Any]:
    return {
        "class": str(finding.cls),
        "object": _object(finding.object),
        "pointer": finding.pointer,
        "path": finding.path,
        "declared": finding.declared,
        "live": finding.live,
        **_writer(finding.writer),
        "cause": str(finding.cause),
        "confidence": str(finding.confidence),
        "origin": _origin(finding.origin),
        "generated": finding.generated,
        "team": finding.team,
        "detail": finding.detail or None,
    }


def _note(note: Note) -> dict[str, Any]:
    return {
        "reason": str(note.reason),
        "text": note.text,
        "object": _object(note.object) if note.object is not None else None,
        "pointer": note.pointer,
        "path": note.path,
        "live": note.live,
        **_writer(note.writer),
        "count": note.count,
    }


def _object(name: ObjectName) -> dict[str, Any]:
    named = (name.api_version, name.kind, name.namespace, name.name)
    return dict(zip(("apiVersion", "kind", "namespace", "name"), named, strict=True))


def _writer(writer: Writer) -> dict[str, Any]:
    return {
        "manager": writer.manager,
        "operation": writer.operation,
        "subresource": writer.subresource,
        "time": writer.time,
    }


def _origin(span: Span | None) -> dict[str, Any] | None:
    return None if span is None else {"file": span.file, "line": span.line, "column": span.column}
