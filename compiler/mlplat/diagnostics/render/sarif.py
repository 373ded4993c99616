"""Findings as SARIF 2.1.0 (OASIS), which code hosts show beside the changed lines."""

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import quote

from mlplat.diagnostics.codes import CODES, Code
from mlplat.diagnostics.diagnostic import Diagnostic, Label, ObjectAddress
from mlplat.diagnostics.render.order import ordered

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(findings: Sequence[Diagnostic], sources: Mapping[str, str]) -> str:
    """One run with a rule for each code that was found, and a result for each finding."""
    found = ordered(findings, sources)
    codes = sorted({finding.code for finding in found})
    run = {
        "tool": {"driver": {"name": "mlplat", **_version(), "rules": [_rule(code) for code in codes]}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, codes.index(finding.code)) for finding in found],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _version() -> dict[str, str]:
    try:
        return {"version": version("mlplat")}
    except PackageNotFoundError:  # run from the sources, not installed
        return {}


def _rule(code: str) -> dict[str, Any]:
    entry: Code | None = CODES.get(code)
    if entry is None:
        return {"id": code}
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in entry.slug.split("-")),
        "shortDescription": {"text": entry.title},
        "help": {"text": f"mlplat explain {code}"},
        "defaultConfiguration": {"level": str(entry.severity)},
    }


def _result(finding: Diagnostic, rule_index: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rule_index,
        "level": str(finding.severity),
        "message": {"text": _message(finding)},
    }
    logical = _logical(finding.address, finding.pointer)
    if finding.primary is not None or logical:
        result["locations"] = [{**_physical(finding.primary), **logical}]
    if finding.secondary:
        result["relatedLocations"] = [
            {"id": number, **_physical(label), "message": {"text": label.text}}
            for number, label in enumerate(finding.secondary, 1)
        ]
    return result


def _message(finding: Diagnostic) -> str:
    parts = [finding.headline, *finding.notes, *([f"help: {finding.help}"] if finding.help else [])]
    return "\n".join(parts)


def _physical(label: Label | None) -> dict[str, Any]:
    if label is None:
        return {}
    span = label.span
    region = {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(span.file, errors="replace"), "uriBaseId": "%SRCROOT%"},
            "region": region,
        }
    }


def _logical(address: ObjectAddress | None, pointer: str | None) -> dict[str, Any]:
    if address is None:
        return {}
    name = "/".join(part for part in (address.api_version, address.kind, address.namespace, address.name) if part)
    return {
        "logicalLocations": [{"name": address.name, "fullyQualifiedName": name + (pointer or ""), "kind": "object"}]
    }
