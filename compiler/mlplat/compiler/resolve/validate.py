"""A merged tree to a typed document, or everything that is wrong with it in the user's own words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from mlplat.compiler.artifacts import Node, Path
from mlplat.compiler.resolve.complaints import Complaint, Concern, explain
from mlplat.compiler.resolve.positions import translate
from mlplat.compiler.resolve.wording import subject
from mlplat.diagnostics import Diagnostic, near_misses
from mlplat.schema.kinds import KINDS
from mlplat.schema.merge import merge_rule
from mlplat.schema.model import SpecDocument


@dataclass(frozen=True, slots=True)
class Typed:
    """The typed document (None when there are findings). `incomplete`: something is missing, nothing is wrong."""

    document: SpecDocument | None
    findings: tuple[Diagnostic, ...] = ()
    incomplete: bool = False


def validate(node: Node, kind: str, name: str) -> Typed:
    """Read a merged tree as a document of a kind; every error is reported, none follows from another one."""
    try:
        return Typed(KINDS[kind].model_validate(node.plain()))
    except ValidationError as error:
        raw: list[dict[str, Any]] = [dict(entry) for entry in error.errors(include_url=False, include_input=False)]
    concern = Concern(subject(kind, name), node, merge_rule(kind))
    complaints = list(_without_consequences(_gather(node, raw)))
    findings = tuple(explain(concern, complaint) for complaint in complaints)
    return Typed(None, findings, all(complaint.only_incomplete for complaint in complaints))


def _gather(node: Node, raw: list[dict[str, Any]]) -> list[Complaint]:
    """One complaint for each place, whatever number of union members refused it."""
    places: dict[tuple[Path, str | None], Complaint] = {}
    for entry in raw:
        place = translate(node, tuple(entry["loc"]))
        missing = str(place.rest[-1]) if entry["type"] == "missing" else None
        first = places.setdefault((place.path, missing), Complaint(place.node, place.path, missing, []))
        first.errors.append((str(entry["type"]), dict(entry.get("ctx") or {})))
    return list(places.values())


def _without_consequences(complaints: list[Complaint]) -> Iterator[Complaint]:
    """Without missing fields that are only misspelled: the misspelled one is reported."""
    unknown: dict[Path, list[str]] = {}
    for complaint in complaints:
        if complaint.is_unknown_field:
            unknown.setdefault(complaint.path[:-1], []).append(str(complaint.path[-1]))
    for complaint in complaints:
        meant = complaint.missing is not None and any(
            near_misses(written, (complaint.missing,)) for written in unknown.get(complaint.path, ())
        )
        if not meant:
            yield complaint
