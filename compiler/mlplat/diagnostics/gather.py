"""What several environments find at one place is told once, with the environments in which it was found."""

from collections.abc import Iterable
from dataclasses import replace

from mlplat.diagnostics.diagnostic import Diagnostic

_MOST = 6
"""So many environments are named; more are counted."""


def told_once(found: Iterable[tuple[str, Diagnostic]]) -> list[Diagnostic]:
    """Findings, each with the environment that it was found in, as findings that say where they hold.

    Findings are the same when code, severity, place and headline are, but for the name of the environment in it: of
    what an Environment inherits each one would speak for itself. What else they say is gathered. The environment is not
    named again where the headline names it.
    """
    groups: dict[tuple[object, ...], list[tuple[str, Diagnostic]]] = {}
    for environment, finding in found:
        place = finding.primary.span if finding.primary is not None else finding.address
        said = finding.headline.replace(f"`{environment}`", "``") if finding.primary is not None else finding.headline
        groups.setdefault((finding.code, finding.severity, place, said), []).append((environment, finding))
    return [_gathered(group) for group in groups.values()]


def _gathered(group: list[tuple[str, Diagnostic]]) -> Diagnostic:
    first = group[0][1]
    names = sorted({environment for environment, _ in group})
    notes = [note for _, finding in group for note in finding.notes]
    if len(names) > 1 or f"`{names[0]}`" not in first.headline:
        listed = ", ".join(f"`{name}`" for name in names[:_MOST])
        more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
        notes.append(f"in environment{'s' if len(names) > 1 else ''} {listed}{more}")
    secondary = dict.fromkeys(label for _, finding in group for label in finding.secondary)
    return replace(first, notes=tuple(dict.fromkeys(notes)), secondary=tuple(secondary))
