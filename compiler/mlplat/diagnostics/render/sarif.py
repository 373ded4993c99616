"""Findings as SARIF 2.1.0 (OASIS), which code hosts show beside the changed lines."""

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import quote

from mlplat.diagnostics.codes import CODES, Code
from mlplat.diagnostics.diagnostic import Diagnostic, ObjectAddress
from mlplat.diagnostics.render.order import ordered
from mlplat.diagnostics.span import Span

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(findings: Sequence[Diagnostic], sources: Mapping[str, str]) -> str:
    """One run with a rule for each code that was found, and a result for each finding."""
    found = ordered(findings, sources)
    codes = sorted({finding.code for finding in found})
    return document([_rule(code) for code in codes], [_result(finding, codes.index(finding.code)) for finding in found])


def document(rules: Sequence[Mapping[str, Any]], results: Sequence[Mapping[str, Any]]) -> str:
    """A whole file with one run of mlplat; results name their rule by its place in `rules` (`ruleIndex`)."""
    run = {
        "tool": {"driver": {"name": "mlplat", **_version(), "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": results,
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
    named = _named(finding.address, finding.pointer)
    if finding.primary is not None or named:
        result["locations"] = [{**(physical(finding.primary.span) if finding.primary else {}), **named}]
    if finding.secondary:
        result["relatedLocations"] = [
            {"id": number, **physical(label.span), "message": {"text": label.text}}
            for number, label in enumerate(finding.secondary, 1)
        ]
    return result


def _message(finding: Diagnostic) -> str:
    parts = [finding.headline, *finding.notes, *([f"help: {finding.help}"] if finding.help else [])]
    return "\n".join(parts)


def physical(span: Span) -> dict[str, Any]:
    """The part of a location that says where in which file."""
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


def _named(address: ObjectAddress | None, pointer: str | None) -> dict[str, Any]:
    if address is None:
        return {}
    return logical((address.api_version, address.kind, address.namespace, address.name), pointer or "")


def logical(parts: Sequence[str | None], pointer: str) -> dict[str, Any]:
    """The part of a location that names a Kubernetes object, and the place in it; the last part is its name."""
    name = "/".join(part for part in parts if part)
    return {"logicalLocations": [{"name": parts[-1] or name, "fullyQualifiedName": name + pointer, "kind": "object"}]}
