"""The tree on disk: compared, or replaced whole or not at all. Nothing outside `generated/` is changed.

What people put into `generated/` is not silently lost. A file that was changed by hand, or that no build wrote, stops
the build before anything is written; with `force` it is overwritten or deleted, and reported. So it is after a merge:
git's own text merge of two generated trees is nobody's build, while a file that is exactly what either side's build
wrote (a merge driver that keeps one side), or that still holds git's conflict markers, is rebuilt without asking.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from mlplat.compiler.artifacts import FileTree
from mlplat.compiler.emit.disk import Filler, Found, kept_paths, scan
from mlplat.compiler.emit.findings import Difference, edited, foreign, leftover, unlisted, unwritable
from mlplat.compiler.emit.manifest import (
    MANIFEST,
    Written,
    digests,
    is_ours,
    manifest_text,
    parse_manifest,
    unreadable_line,
)
from mlplat.compiler.emit.swap import LeftoverError, only_one, recover, replace_folder, unmoved
from mlplat.diagnostics import Diagnostic, Severity, has_errors, sort_key
from mlplat.diagnostics.mask import mask_lines

_OF_SECRETS = ("secret-", "sealedsecret-")
"""How the names of files begin that hold a Secret, or a patch of one."""


@dataclass(frozen=True, slots=True)
class WriteReport:
    """What a write did: paths relative to `generated/`, sorted. With an error among the findings it did nothing."""

    written: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    findings: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class _Survey:
    """The folder against the tree. `surplus` are files that have to go, `outside` those that are not looked at."""

    wanted: Mapping[str, bytes]
    unchanged: tuple[str, ...]
    changed: Mapping[str, Found]
    surplus: Mapping[str, Found]
    outside: tuple[str, ...]
    manifest: bytes | None
    written: Written

    @property
    def listed(self) -> frozenset[str]:
        """The paths that the manifest names."""
        return frozenset(path for path, _ in self.written)

    @property
    def damaged_line(self) -> int | None:
        """The first line of the manifest that is not of its form; None when there is none."""
        return unreadable_line((self.manifest or b"").decode("utf-8", "replace"))

    @property
    def is_damaged(self) -> bool:
        """True when the manifest says less than it did: a line of it cannot be read, or it is gone and builds were
        here, of which what is as it should be tells."""
        gone = not self.written and bool(self.unchanged or self.changed)
        return gone or self.damaged_line is not None

    def is_foreign(self, found: Found) -> bool:
        """True for what no build is known to have written."""
        return found.content is None or not is_ours(found.path, found.content, self.written)

    @property
    def new_manifest(self) -> bytes:
        """The manifest as the build leaves it: lines of files that are not looked at stay."""
        outside = frozenset(self.outside)
        kept = (entry for entry in self.written if entry[0] in outside)
        return manifest_text((*digests(self.wanted).items(), *kept)).encode()


def write_tree(root: Path, tree: FileTree, *, force: bool = False, scope: Iterable[str] | None = None) -> WriteReport:
    """Make the folder `root` (`generated/`) hold exactly the tree.

    With `scope`, paths of files and folders relative to `root`, everything else is left as it is: a build of some
    environments. What cannot be done is a finding, and then nothing was done.
    """
    try:
        if root.is_symlink() or (root.exists() and not root.is_dir()):
            return WriteReport(findings=(unwritable(root.name, "it is a link or a file and not a folder"),))
        root.parent.mkdir(parents=True, exist_ok=True)
        with only_one(root):
            recover(root)
            return _write(root, _survey(root, tree, _prefixes(scope)), force)
    except LeftoverError as error:
        return WriteReport(findings=(leftover(error.name, Severity.ERROR),))
    except OSError as error:
        return WriteReport(findings=(unwritable(root.name, error.strerror or str(error)),))


def compare_tree(
    root: Path, tree: FileTree, *, scope: Iterable[str] | None = None, lines: int = 20
) -> tuple[Difference, ...]:
    """How the folder differs from the tree, by path; empty when a build would change nothing. Only reads.

    `lines` limits each diff. Raises OSError when something cannot be read.
    """
    with unmoved(root):
        survey = _survey(root, tree, _prefixes(scope))
    found = [_difference(survey, item, lines) for item in survey.changed.values()]
    missing = survey.wanted.keys() - survey.changed.keys() - set(survey.unchanged)
    found += [Difference(path, "missing", _diff(path, b"", survey.wanted[path], lines)) for path in missing]
    found += [Difference(path, "extra", "", survey.is_foreign(item)) for path, item in survey.surplus.items()]
    if survey.manifest != survey.new_manifest:
        found.append(Difference(MANIFEST, "missing" if survey.manifest is None else "stale", ""))
    return tuple(sorted(found, key=lambda difference: difference.path))


def _write(root: Path, survey: _Survey, force: bool) -> WriteReport:
    findings = tuple(sorted(_objections(root, survey, force), key=sort_key))
    if has_errors(findings):
        return WriteReport(findings=findings)
    unchanged = frozenset(survey.unchanged)
    written = tuple(sorted(survey.wanted.keys() - unchanged))
    removed = tuple(sorted(survey.surplus))
    manifest = survey.new_manifest
    if written or removed or manifest != survey.manifest:
        carried = sorted((*unchanged, *survey.outside, *kept_paths(root)))
        left = replace_folder(
            root, lambda new: _fill(Filler(root, new), carried, {MANIFEST: manifest}, survey, written)
        )
        findings += (leftover(left, Severity.WARNING),) if left is not None else ()
    return WriteReport(written, survey.unchanged, removed, findings)


def _fill(
    filler: Filler, carried: Iterable[str], manifest: Mapping[str, bytes], survey: _Survey, written: Iterable[str]
) -> None:
    for path in carried:
        filler.carry(path)
    for path in written:
        filler.write(path, survey.wanted[path])
    for path, content in manifest.items():
        filler.write(path, content)


def _survey(root: Path, tree: FileTree, prefixes: tuple[str, ...]) -> _Survey:
    wanted = {path: text.encode() for path, text in tree.files.items()}
    strays = [path for path in wanted if not _inside(path, prefixes)]
    if strays:
        raise ValueError(f"`{strays[0]}` is to be written but not in the scope")
    unchanged: list[str] = []
    changed: dict[str, Found] = {}
    surplus: dict[str, Found] = {}
    outside: list[str] = []
    manifest: bytes | None = None
    for found in scan(root):
        if found.path == MANIFEST:
            manifest = found.content
        elif not _inside(found.path, prefixes):
            outside.append(found.path)
        elif found.path not in wanted:
            surplus[found.path] = found
        elif found.content == wanted[found.path]:
            unchanged.append(found.path)
        else:
            changed[found.path] = found
    written = parse_manifest((manifest or b"").decode("utf-8", "replace"))
    return _Survey(wanted, tuple(sorted(unchanged)), changed, surplus, tuple(sorted(outside)), manifest, written)


def _prefixes(scope: Iterable[str] | None) -> tuple[str, ...]:
    return ("",) if scope is None else tuple(path.strip("/") for path in scope)


def _inside(path: str, prefixes: tuple[str, ...]) -> bool:
    return any(not prefix or path == prefix or path.startswith(f"{prefix}/") for prefix in prefixes)


def _objections(root: Path, survey: _Survey, force: bool) -> Iterable[Diagnostic]:
    """Findings on everything that a write would take away and that no build is known to have written."""
    severity = Severity.WARNING if force else Severity.ERROR
    unknown: list[str] = []
    for path, found in {**survey.changed, **survey.surplus}.items():
        if not survey.is_foreign(found):
            continue
        file = f"{root.name}/{path}"
        line = _first_difference(found.content or b"", survey.wanted.get(path, b""))
        if path in survey.listed and found.content is not None:
            yield edited(file, severity, line)
        elif survey.is_damaged and found.content is not None:
            unknown.append(path)
        else:
            yield foreign(file, severity, line)
    if unknown:
        yield unlisted(root.name, sorted(unknown), survey.damaged_line, severity)


def _difference(survey: _Survey, found: Found, lines: int) -> Difference:
    diff = "a link or special file"
    if found.content is not None:
        diff = _diff(found.path, found.content, survey.wanted[found.path], lines)
    return Difference(found.path, "stale", diff, survey.is_foreign(found))


def _diff(path: str, before: bytes, after: bytes, lines: int) -> str:
    if path.rpartition("/")[2].startswith(_OF_SECRETS):
        return "what a Secret holds is not shown"
    left, right = (mask_lines(text.decode("utf-8", "replace")).splitlines() for text in (before, after))
    rows = list(unified_diff(left, right, f"on disk/{path}", f"built/{path}", n=1, lineterm=""))
    more = [f"... and {len(rows) - lines} more lines"] if len(rows) > lines else []
    return "\n".join((*rows[:lines], *more))


def _first_difference(before: bytes, after: bytes) -> int:
    """The number of the first line that differs."""
    pairs = zip(before.split(b"\n"), after.split(b"\n"), strict=False)
    return next((number for number, (left, right) in enumerate(pairs, 1) if left != right), 1)
