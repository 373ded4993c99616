"""Findings on objects that are built, moved from the document that an object was made from to the line of the
specifications that decided what is wrong."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from mlplat.compiler.artifacts import KubeObject, UncheckedError
from mlplat.compiler.check.runner import MADE_FROM
from mlplat.compiler.pipeline import Compiled
from mlplat.diagnostics import Diagnostic, Label, ObjectAddress
from mlplat.provenance.changes import leaves
from mlplat.provenance.origin import Origin, Provenance
from mlplat.provenance.positions import Role

_MADE = f", {MADE_FROM}"
_DECIDED = ", decided here"
_MOST = 100
"""So many findings are looked into; what decided a leaf is found by trying, which takes some hundredths of a second."""


def at_their_lines(compiled: Compiled) -> tuple[Diagnostic, ...]:
    """All findings of a compilation, those on objects that are built at the lines that decided them, where these are
    known: a field that nobody gave has none."""
    candidates = [finding for finding in compiled.findings if _is_made(finding)][:_MOST]
    if not candidates:
        return compiled.findings
    known = {name: env for name, env in compiled.environments.items() if name in compiled.objects}
    provenance = Provenance(known, compiled.objects)
    moved = {finding: _moved(finding, compiled, provenance) for finding in candidates}
    return tuple(moved.get(finding, finding) for finding in compiled.findings)


def _is_made(finding: Diagnostic) -> bool:
    return finding.address is not None and bool(finding.pointer) and any(_MADE in note for note in finding.notes)


def _moved(finding: Diagnostic, compiled: Compiled, provenance: Provenance) -> Diagnostic:
    if finding.address is None or finding.primary is None:
        return finding
    for environment, item in _objects_at(finding.address, compiled):
        origin = _origin(environment, item, finding.pointer or "", provenance)
        if origin is None or item.origin is None:
            continue
        position = origin.decided_by
        keys = (one.span for one in origin.also if one.role is Role.KEY and one.path == position.path)
        span = next(keys, position.span) if finding.at_key else position.span
        own = (position.kind, position.name) == (item.origin.kind, item.origin.name)
        return replace(
            finding,
            primary=Label(span, finding.primary.text),
            secondary=(*finding.secondary, *(() if own else (Label(finding.primary.span, MADE_FROM),))),
            notes=tuple(note.replace(_MADE, _DECIDED) for note in finding.notes),
        )
    return finding


def _objects_at(address: ObjectAddress, compiled: Compiled) -> Iterator[tuple[str, KubeObject]]:
    """The object in each environment that has it, in the order of environments."""
    for name, held in compiled.objects.items():
        for item in held.objects:
            if (
                item.origin is not None
                and (item.ref.kind, item.ref.namespace or None, item.ref.name)
                == (address.kind, address.namespace, address.name)
                and item.body["apiVersion"] == address.api_version
            ):
                yield name, item


def _origin(environment: str, item: KubeObject, pointer: str, provenance: Provenance) -> Origin | None:
    """What decided the leaf at a pointer, or the first one below it; None where nothing that is written did."""
    below: Sequence[str] = [one for one, _ in leaves(item.body) if one == pointer or one.startswith(f"{pointer}/")][:1]
    try:
        origins = provenance.origins(environment, item, below)
    except UncheckedError:
        return None
    origin = origins.get(below[0]) if below else None
    return origin if origin is not None and origin.decided_by.role in (Role.VALUE, Role.KEY) else None
