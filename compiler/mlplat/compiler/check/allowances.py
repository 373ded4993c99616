"""Findings that somebody accepted on one document, with a reason: the annotation `mlplat.dev/allow`."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mlplat.compiler.artifacts import KubeObject, Node, OwnRules, Resolved, ResolvedEnvironment
from mlplat.diagnostics import Diagnostic, Label, Severity, Span
from mlplat.diagnostics.codes import CODES
from mlplat.objects.marks import ALLOW

_LINE = re.compile(r"^\s*(?P<code>[A-Z]{2,16}-?\d{1,5})\s*:\s*(?P<reason>\S.*)$")


@dataclass(frozen=True, slots=True)
class Allowance:
    """One accepted code on one document or object. `where` is the annotation's place."""

    code: str
    reason: str
    subject: tuple[str, ...]
    where: Span


def subject_of_document(document: Resolved[Any]) -> tuple[str, ...]:
    """What an allowance on a specification is about."""
    return (document.kind, document.name)


def subject_of_object(item: KubeObject) -> tuple[str, ...]:
    """What an allowance on an object is about: the specification it was made from, or itself when hand-written."""
    return subject_of_document(item.origin) if item.origin is not None else tuple(item.ref)


def allowances_of_environment(env: ResolvedEnvironment) -> tuple[list[Allowance], list[Diagnostic]]:
    """Every allowance written in an environment, and findings for those that cannot be read."""
    found: list[Allowance] = []
    problems: list[Diagnostic] = []
    for documents in env.documents.values():
        for document in documents.values():
            node = document.node.at(("metadata", "annotations", ALLOW))
            _read(node, subject_of_document(document), env.own, (found, problems))
    return found, problems


def allowances_of_objects(objects: Iterable[KubeObject], own: OwnRules) -> tuple[list[Allowance], list[Diagnostic]]:
    """The same for hand-written manifests; `own` are the rules that users wrote."""
    found: list[Allowance] = []
    problems: list[Diagnostic] = []
    for item in objects:
        if item.origin is None and item.node is not None:
            node = item.node.at(("metadata", "annotations", ALLOW))
            _read(node, subject_of_object(item), own, (found, problems))
    return found, problems


def codes_allowed_on(body: Mapping[str, Any]) -> frozenset[str]:
    """The codes that the annotation of an object allows; lines that cannot be read allow nothing."""
    metadata = body.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    text = annotations.get(ALLOW) if isinstance(annotations, dict) else None
    matches = (_LINE.match(line) for line in text.splitlines()) if isinstance(text, str) else ()
    return frozenset(match["code"] for match in matches if match is not None)


def _read(
    node: Node | None, subject: tuple[str, ...], own: OwnRules, into: tuple[list[Allowance], list[Diagnostic]]
) -> None:
    found, problems = into
    if node is None or not isinstance(node.value, str):
        return
    for line in node.value.splitlines():
        if not line.strip():
            continue
        match = _LINE.match(line)
        if match is None or not (match["code"] in CODES or own.may_have(match["code"])):
            problems.append(
                Diagnostic(
                    "MLP398",
                    Severity.ERROR,
                    f"an allowance that cannot be read: `{line.strip()}`",
                    Label(node.span, "not `CODE: reason` with a code that exists"),
                    help="write one line for each finding, for example `MLP312: vendor publishes no tags`",
                )
            )
            continue
        found.append(Allowance(match["code"], match["reason"].strip(), subject, node.span))


def unused(allowances: Iterable[Allowance]) -> list[Diagnostic]:
    """A finding for each of these allowances: they matched nothing."""
    return [
        Diagnostic(
            "MLP399",
            Severity.WARNING,
            f"{allowance.code} is allowed on {allowance.subject[0]} `{allowance.subject[-1]}` but is not found there",
            Label(allowance.where, "matches nothing any more"),
            help=f"delete the line `{allowance.code}: ...`",
        )
        for allowance in allowances
    ]
