"""What git says of the declared side of drift: another revision, what an environment once had, and whether the working
tree is what is committed."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mlplat.compiler.emit.inventory import inventory_path, kinds_in
from mlplat.compiler.pipeline import GENERATED
from mlplat.diff.read.git import RefusedError, open_repository
from mlplat.drift.report import Note, NoteReason
from mlplat.drift.sources import DriftError


@contextmanager
def specifications_at(root: str, revision: str | None) -> Iterator[str | None]:
    """A folder with the specifications of a revision, gone afterwards; None where no revision is named.

    Raises DriftError with git's finding where there is no such revision.
    """
    if revision is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="mlplat-drift-") as folder:
        try:
            repository = open_repository(Path(root))
            repository.write_specs(repository.revision(revision), Path(folder))
        except RefusedError as error:
            raise DriftError(findings=(error.finding,)) from None
        yield folder


def once_held(root: str, environment: str) -> tuple[tuple[tuple[str, str], ...], tuple[Note, ...]]:
    """The apiVersion and kind of everything that a committed inventory of an environment ever had, sorted, and a note
    where git does not tell all of it; none without a repository. A build takes a kind out of the inventory with its
    last object, and a cluster may still have it."""
    try:
        repository = open_repository(Path(root))
    except RefusedError:
        return (), ()
    lines, lacking = repository.lines_ever_in(f"{GENERATED}/{inventory_path(environment)}")
    text = f"orphans of kinds that only an earlier inventory had may not be looked for: {lacking}"
    return tuple(sorted(kinds_in(lines))), (Note(NoteReason.UNSEARCHED, text),) if lacking else ()


def uncommitted(root: str) -> tuple[Note, ...]:
    """A note where specifications are not committed: an applier cannot have applied them. None without a repository."""
    try:
        count = open_repository(Path(root)).uncommitted()
    except RefusedError:
        return ()
    if not count:
        return ()
    files = f"{count} file{'s' * (count != 1)}"
    return (
        Note(
            NoteReason.UNCOMMITTED,
            f"{files} of the specifications differ from the last commit: nobody can have applied them",
        ),
    )
