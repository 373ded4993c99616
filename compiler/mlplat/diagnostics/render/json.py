"""Findings for programs, as one JSON document.

    {"apiVersion": "mlplat.dev/findings/v1",
     "findings": [{"code", "severity", "message", "file", "line", "column", "endLine", "endColumn",
                   "labels": [{"primary", "file", "line", "column", "endLine", "endColumn", "text"}],
                   "notes": [], "help", "docs", "object": {"apiVersion", "kind", "namespace", "name"}, "pointer"}]}

Every key is always present; what a finding does not have is null. Lines and columns count from 1, columns in
characters, and an end is the first place after the text.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from mlplat.diagnostics.codes import CODES
from mlplat.diagnostics.diagnostic import Diagnostic, Label
from mlplat.diagnostics.render.order import ordered

API_VERSION = "mlplat.dev/findings/v1"


def render(findings: Sequence[Diagnostic], sources: Mapping[str, str]) -> str:
    """All findings, in order. ASCII only, so that no console's encoding can break it."""
    document = {"apiVersion": API_VERSION, "findings": [_finding(finding) for finding in ordered(findings, sources)]}
    return json.dumps(document, indent=2) + "\n"


def _finding(finding: Diagnostic) -> dict[str, Any]:
    address = finding.address
    return {
        "code": finding.code,
        "severity": str(finding.severity),
        "message": finding.headline,
        **_place(finding.primary),
        "labels": [
            *([_label(finding.primary, True)] if finding.primary else []),
            *(_label(label, False) for label in finding.secondary),
        ],
        "notes": list(finding.notes),
        "help": None if finding.help is None else finding.help,
        "docs": CODES[finding.code].page if finding.code in CODES else None,
        "object": None
        if address is None
        else {
            "apiVersion": address.api_version,
            "kind": address.kind,
            "namespace": address.namespace,
            "name": address.name,
        },
        "pointer": finding.pointer,
    }


def _label(label: Label, primary: bool) -> dict[str, Any]:
    return {"primary": primary, **_place(label), "text": label.text}


def _place(label: Label | None) -> dict[str, Any]:
    file, line, column, end_line, end_column = (None,) * 5 if label is None else label.span
    return {"file": file, "line": line, "column": column, "endLine": end_line, "endColumn": end_column}
