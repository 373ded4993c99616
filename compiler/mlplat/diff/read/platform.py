"""States of a platform: the working tree, a revision, one of its environments."""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mlplat.catalog.lookup import load_tables
from mlplat.compiler.artifacts import BASE
from mlplat.compiler.pipeline import Compiled, Earlier, lower_platform
from mlplat.diagnostics import Diagnostic, Severity, has_errors
from mlplat.diff.read.git import Repository, Revision
from mlplat.diff.state import Side, State

_SHOWN = 5
"""Errors of an old state that are repeated; it is the new one that is worked on."""


def working_tree(root: Path, only: Sequence[str], earlier: Earlier) -> State:
    """What the files in a folder compile to; of the environments `only` those named, all when none is."""
    return _state("working tree", lower_platform(root, only, earlier), only, earlier)


def at_revision(
    repository: Repository, revision: Revision, only: Sequence[str], earlier: Earlier, judge: bool = False
) -> State:
    """What a revision compiles to; its files are written to a temporary folder and read from there.

    Without `judge` the state is only looked back at: what it has that is wrong is told as a warning, and only where
    it keeps an environment from being compared. A revision without any specification is an empty state.
    """
    with tempfile.TemporaryDirectory(prefix="mlplat-diff-") as folder:
        root = Path(folder)
        repository.write_specs(revision, root)
        if not any(root.iterdir()):
            return State(revision.label, {}, prefix=f"{revision.short}:", memory=earlier.lowered)
        compiled = lower_platform(root, only, earlier, judge_objects=judge)
    state = _state(revision.label, compiled, only, earlier, f"{revision.short}:")
    return state if judge else replace(state, findings=tuple(_looked_back_at(state)))


def of_environment(state: State, name: str) -> State:
    """One environment as a state of its own, to be compared with another one."""
    side = state.sides.get(name)
    return replace(
        state, label=name, sides={"": side} if side else {}, missing=frozenset() if side else frozenset({""})
    )


def _state(label: str, compiled: Compiled, only: Sequence[str], earlier: Earlier, prefix: str = "") -> State:
    sides = {}
    for name, lowered in compiled.objects.items():
        env = compiled.environments[name]
        if env.is_synced or (name in only and not env.is_base):
            sides[name] = Side(name, lowered.objects, load_tables(env.versions), env)
    # One that is never synced changes nothing anywhere: it is compared when it is asked for.
    inherited = {name for name, env in compiled.environments.items() if not env.is_synced and name not in only}
    known = frozenset(compiled.source.layers) - {BASE} - inherited
    missing = (known & frozenset(only) if only else known) - sides.keys()
    source = compiled.source
    return State(
        label, sides, source.sources, compiled.findings, missing, prefix, known, source.layers, earlier.lowered
    )


def _looked_back_at(state: State) -> list[Diagnostic]:
    """One warning where an old state does not compile: it is no longer there to be mended."""
    errors = [finding for finding in state.findings if has_errors([finding])]
    if not state.missing and (state.sides or not errors):
        return []
    notes = [
        f"{error.primary.span}: {error.headline} [{error.code}]" if error.primary else error.headline
        for error in errors
    ]
    more = (f"and {len(notes) - _SHOWN} more errors",) if len(notes) > _SHOWN else ()
    names = ", ".join(f"`{name}`" for name in sorted(state.missing)) or "nothing"
    return [
        Diagnostic(
            "MLP804",
            Severity.WARNING,
            f"{names} cannot be compared: {state.label} does not compile there",
            notes=(*notes[:_SHOWN], *more),
            help="compare with a revision that compiles: `--against REV`",
        )
    ]
