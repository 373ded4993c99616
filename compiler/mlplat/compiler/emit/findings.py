"""What is said of `generated/` where it is not as a build would leave it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from mlplat.compiler.emit.manifest import MANIFEST
from mlplat.diagnostics import Diagnostic, Label, Severity, Span

_MOST = 5
"""So many files are named where many have one cause."""
_MOVE = "the specs (`patches` of the document, or `environments/<name>/manifests/`)"


@dataclass(frozen=True, slots=True)
class Difference:
    """A file that is not as a build would leave it. `diff` is the start of a unified diff from disk to build.

    `foreign`: no build wrote what lies there, so the next one does not replace it unless it is told to.
    """

    path: str
    kind: Literal["stale", "missing", "extra"]
    diff: str
    foreign: bool = False


def stale_findings(differences: Iterable[Difference], folder: str = "generated") -> tuple[Diagnostic, ...]:
    """Each difference as an error, for `build --check`."""
    return tuple(_stale(found, f"{folder}/{found.path}") for found in differences)


def _stale(found: Difference, file: str) -> Diagnostic:
    words = {
        "stale": "`{}` is not what the specs compile to",
        "missing": "`{}` is missing",
        "extra": "`{}` is nothing that the specs compile to",
    }
    headline, cure = words[found.kind].format(file), "run `mlplat build` and commit the result"
    if found.path == MANIFEST:
        headline = f"`{file}` {'is missing' if found.kind == 'missing' else 'does not list what a build would write'}"
    elif found.foreign and found.kind == "stale":
        headline = f"`{file}` was changed by hand, or merged line by line"
        cure = f"make the change in {_MOVE}, then run `mlplat build --force`, which discards it here, and commit"
    elif found.foreign:
        headline = f"`{file}` is not a file that mlplat wrote"
        cure = "move it elsewhere, or delete it with `mlplat build --force`, and commit"
    return Diagnostic(
        "MLP504",
        Severity.ERROR,
        headline,
        Label(Span(file, 1, 1, 1, 1)) if found.kind != "missing" else None,
        notes=tuple(found.diff.splitlines()),
        help=cure,
    )


def edited(file: str, severity: Severity, line: int) -> Diagnostic:
    """A file that a build wrote and a person changed; as a warning, it is overwritten."""
    return Diagnostic(
        "MLP501",
        severity,
        f"`{file}` was changed by hand" + (", and the change is discarded" if severity is Severity.WARNING else ""),
        Label(Span(file, line, 1, line, 1)),
        notes=("everything in this folder is compiled: the next build would take the change away",),
        help=f"make the change in {_MOVE}, or discard it with `mlplat build --force`, also after a merge",
    )


def foreign(file: str, severity: Severity, line: int) -> Diagnostic:
    """A file that no build wrote; as a warning, it is deleted."""
    return Diagnostic(
        "MLP502",
        severity,
        f"`{file}` is not a file that mlplat wrote" + (", and is deleted" if severity is Severity.WARNING else ""),
        Label(Span(file, line, 1, line, 1)),
        notes=("everything in this folder is compiled: a build leaves nothing else there",),
        help="move it elsewhere (hand-written objects belong in `environments/<name>/manifests/`), "
        "or delete it with `mlplat build --force`",
    )


def unlisted(folder: str, paths: Sequence[str], line: int | None, severity: Severity) -> Diagnostic:
    """Files that may be a build's or a person's: the list of what was written is gone, or cannot be read in a line."""
    file = f"{folder}/{MANIFEST}"
    named = ", ".join(f"`{path}`" for path in paths[:_MOST])
    more = f" and {len(paths) - _MOST} more" if len(paths) > _MOST else ""
    what = "is missing" if line is None else "is damaged"
    done = ", and what it does not list is replaced" if severity is Severity.WARNING else ""
    return Diagnostic(
        "MLP506",
        severity,
        f"`{file}` {what}: which files of `{folder}` a build wrote is not known{done}",
        Label(Span(file, line, 1, line, 1), "not `<sha256>  <path>`") if line is not None else None,
        notes=(f"neither listed nor what this build would write: {named}{more}",),
        help=f"restore it (`git checkout {file}`), or replace all that is in `{folder}` with `mlplat build --force`",
    )


def unwritable(folder: str, reason: str) -> Diagnostic:
    """`generated/` cannot be replaced; nothing was done."""
    return Diagnostic(
        "MLP503",
        Severity.ERROR,
        f"the folder `{folder}` cannot be replaced: {reason[:1].lower()}{reason[1:]}",
        notes=("nothing was written",),
        help=f"make `{folder}` a plain folder that you may write to, beside which there is space for a second one",
    )


def unreadable(folder: str, error: OSError, root: str) -> Diagnostic:
    """Something of `generated/`, which lies at `root`, that cannot be read, so that nothing can be said of it."""
    place = str(error.filename or root)
    file = folder + place.removeprefix(root) if place.startswith(root) else place
    why = error.strerror or str(error)
    return Diagnostic(
        "MLP002",
        Severity.ERROR,
        f"cannot read `{file}`: {why[:1].lower()}{why[1:]}",
        Label(Span(file, 1, 1, 1, 1)),
        notes=("whether it is what the specifications compile to is not known",),
        help=f"make it readable (`chmod -R u+rX {folder}`, as its owner), or delete it and run `mlplat build`",
    )


def leftover(name: str, severity: Severity) -> Diagnostic:
    """What a build made beside `generated/` stays there; as a warning, the build itself was done."""
    done = severity is Severity.WARNING
    return Diagnostic(
        "MLP503",
        severity,
        f"`{name}`, which {'this' if done else 'an earlier'} build left here, cannot be removed",
        notes=("the next build will not work beside it",) if done else ("nothing was written",),
        help=f"delete `{name}`: `chmod -R u+rwx {name}; rm -r {name}`, as its owner",
    )
