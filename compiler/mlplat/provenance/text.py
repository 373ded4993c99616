"""Origins and reaches as a person reads them, in the manner of findings."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mlplat.compare.masked import masked
from mlplat.compiler.artifacts import KubeObject
from mlplat.diagnostics import Diagnostic, Label, Severity, Span
from mlplat.diagnostics.mask import MASK
from mlplat.diagnostics.render.full import block
from mlplat.diagnostics.render.text import one_line
from mlplat.objects.pointer import steps_of
from mlplat.provenance.generated import Part
from mlplat.provenance.origin import Origin
from mlplat.provenance.positions import Position, Role
from mlplat.provenance.reach import Reached

MOST_IN_FULL = 3
"""Leaves that are explained with the lines of the specification; more are one line each."""

MOST_LISTED = 5
MOST_POINTERS = 20

Answer = tuple[Part, Sequence[Origin]]

_SAYS = {
    Role.VALUE: "decides it",
    Role.KEY: "its name decides it",
    Role.PART: "that this is there decides it",
    Role.DEFAULT: "would stand here; it is not given",
    Role.DOCUMENT: "it is there because of this document",
}


def origins_text(answers: Iterable[Answer], sources: Mapping[str, str], color: bool = False) -> str:
    """Each leaf with the line that decided it, in full where there are few."""
    listed = list(answers)
    in_full = sum(len(origins) for _, origins in listed) <= MOST_IN_FULL
    if in_full:
        return "\n".join(_full(part, origin, sources, color) for part, origins in listed for origin in origins)
    lines: list[str] = []
    for part, origins in listed:
        lines.append(f"{part.environment} {object_name(part.item)}{f'  ({part.note})' if part.note else ''}")
        lines += (f"  {origin.pointer}: {_value(origin, part.item)}  # {_brief(origin)}" for origin in origins)
    return "\n".join((*lines, ""))


def object_name(item: KubeObject) -> str:
    """An object as it is called in messages: kind, and namespace and name."""
    ref = item.ref
    return f"{ref.kind} {ref.namespace}/{ref.name}" if ref.namespace else f"{ref.kind} {ref.name}"


def reaches_text(place: str, reached: Iterable[Reached], overridden: Mapping[str, Span]) -> str:
    """What a line reaches, by environment and object, and which environments have something else in its place."""
    fields: dict[str, None] = {}
    objects: dict[tuple[str, str], dict[str, None]] = {}
    gone: set[tuple[str, str]] = set()
    for one in reached:
        fields[f"{one.position.kind}/{one.position.name} {one.position.field or 'as a whole'}"] = None
        key = (one.environment, object_name(one.item))
        objects.setdefault(key, {}).update(dict.fromkeys(one.pointers))
        gone |= {key} if one.takes_away else set()
    lines = [f"{place} is", *(f"  {field}" for field in fields)]
    environment = ""
    for key, pointers in objects.items():
        if key[0] != environment:
            environment = key[0]
            lines.append(f"{environment}")
        lines.append(f"  {key[1]}{'  (whether it is there)' if key in gone else ''}")
        shown = list(pointers)[:MOST_POINTERS]
        lines += (f"    {pointer}" for pointer in shown)
        if len(pointers) > len(shown):
            lines.append(f"    … and {len(pointers) - len(shown)} more")
    lines += (f"{name}\n  has {span} in its place" for name, span in overridden.items())
    return "\n".join((*lines, ""))


def _full(part: Part, origin: Origin, sources: Mapping[str, str], color: bool) -> str:
    position = origin.decided_by
    head = f"{part.environment} {object_name(part.item)}: {origin.pointer} is {_value(origin, part.item)}"
    label = f"`{position.field.rpartition('.')[2]}` {_SAYS[position.role]}" if position.role is Role.DEFAULT else None
    over = tuple(Label(span, "overridden") for span in position.over)
    shown = Diagnostic("", Severity.NOTE, head, Label(position.span, label or _SAYS[position.role]), over)
    return block(one_line(head), shown, list(_facts(part, origin)), sources, color)


def _facts(part: Part, origin: Origin) -> Iterable[tuple[str, str]]:
    position = origin.decided_by
    document = f"{position.kind}/{position.name}"
    if position.role is Role.DEFAULT:
        page = f"docs/guide/kinds/{position.kind.lower()}.md"
        yield "default", f"of `{position.field}` in {document} ({page})"
    elif position.field:
        yield "field", f"`{position.field}` in {document}"
    if len(position.layers) > 1:
        yield "layers", " over ".join(position.layers)
    for name, others in (("together with", origin.together), ("also", origin.also), ("there by", origin.there_by)):
        if others:
            yield name, "\n".join(_listed(others))
    yield "made by", origin.made_by
    if part.note:
        yield "note", part.note


def _listed(others: Sequence[Position]) -> Iterable[str]:
    yield from (_place(one) for one in others[:MOST_LISTED])
    if len(others) > MOST_LISTED:
        yield f"… and {len(others) - MOST_LISTED} more (-o json lists all)"


def _place(position: Position) -> str:
    what = f"{position.kind}/{position.name} {position.field}".rstrip()
    return f"{position.span} {what}{' (not given)' if position.role is Role.DEFAULT else ''}"


def _brief(origin: Origin) -> str:
    position = origin.decided_by
    text = str(position.span)
    if position.role is Role.DEFAULT:
        text += f" default of {position.field}"
    return text + (f" over {', '.join(map(str, position.over))}" if position.over else "")


def _value(origin: Origin, item: KubeObject) -> str:
    value = _masked(origin, item)
    return MASK if value == MASK else one_line(json.dumps(value, ensure_ascii=False))


# ------------------------------------------------------------------------------------------- for machines

API_VERSION = "mlplat.dev/explain/v1"


def origins_json(answers: Iterable[Answer]) -> str:
    """All that is known of each leaf."""
    found = [
        {
            "environment": part.environment,
            "object": _object(part.item),
            "pointer": origin.pointer,
            "value": _masked(origin, part.item),
            "decidedBy": _position(origin.decided_by),
            "together": [_position(one) for one in origin.together],
            "also": [_position(one) for one in origin.also],
            "thereBy": [_position(one) for one in origin.there_by],
            "madeBy": origin.made_by,
            **({"note": part.note} if part.note else {}),
        }
        for part, origins in answers
        for origin in origins
    ]
    return json.dumps({"apiVersion": API_VERSION, "leaves": found}, indent=2, ensure_ascii=False)


def reaches_json(reached: Iterable[Reached], overridden: Mapping[str, Span]) -> str:
    """Everything that a line reaches, and which environments have something else in its place."""
    found = [
        {
            "environment": one.environment,
            "position": _position(one.position),
            "object": _object(one.item),
            "pointers": list(one.pointers),
            "takesAway": one.takes_away,
        }
        for one in reached
    ]
    others = {name: {"file": span.file, "line": span.line, "column": span.column} for name, span in overridden.items()}
    whole = {"apiVersion": API_VERSION, "reaches": found, "overridden": others}
    return json.dumps(whole, indent=2, ensure_ascii=False)


def _masked(origin: Origin, item: KubeObject) -> Any:
    """The value as it may be shown; none of a Secret."""
    if item.ref.kind == "Secret":
        return MASK
    steps = tuple(int(step) if step.isdecimal() else step for step in steps_of(origin.pointer))
    return masked(item.body, steps, origin.value)


def _object(item: KubeObject) -> dict[str, str]:
    ref = item.ref
    return {"apiVersion": item.body["apiVersion"], "kind": ref.kind, "namespace": ref.namespace, "name": ref.name}


def _position(position: Position) -> dict[str, Any]:
    return {
        "file": position.span.file,
        "line": position.span.line,
        "column": position.span.column,
        "document": f"{position.kind}/{position.name}",
        "field": position.field,
        "role": str(position.role),
        "layers": list(position.layers),
        "over": [{"file": span.file, "line": span.line, "column": span.column} for span in position.over],
    }
