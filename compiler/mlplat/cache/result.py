"""A whole build that need not be done again: the same specifications, and a `generated/` that is what they come to.

Only sound builds are remembered: those without an error that left `generated/` in order, or found it so. What is
remembered is how every file looked that the build read or wrote, and what it had to say. If all of that is still so,
the build would say the same and write nothing. Anything else (a link among the files, something that cannot be read,
a kustomization folder, whose result is kustomize's) is never remembered: then the platform is compiled.
"""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from mlplat.cache.files import Row, Snapshot, Unsure, changed, digest_of, take
from mlplat.cache.folder import cache_folder, read_entry, write_entry
from mlplat.cache.package import fingerprint
from mlplat.diagnostics import Diagnostic, Label, ObjectAddress, Severity, Span

_FORMAT = 1
_INPUTS = ("platform.yaml", "platform.yml", "components", "environments", "rules")
_OUTPUT = ("generated",)
_MANIFEST = "generated/.mlplat"
_GITS_OWN = frozenset((".gitattributes", ".gitignore", ".gitkeep"))
_KUSTOMIZATIONS = frozenset(("kustomization.yaml", "kustomization.yml", "Kustomization"))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a build says at its end. `environments` holds name, number of objects and of units; `files` their number;
    `sources` the texts of the files that findings show."""

    findings: tuple[Diagnostic, ...]
    environments: tuple[tuple[str, int, int], ...]
    files: int
    sources: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Inputs:
    """The specifications as they were, with the content of every file."""

    snapshot: Snapshot
    digests: Mapping[str, str]


class Results:
    """Results of builds of one repository with the same options."""

    def __init__(self, root: str, options: Sequence[str], environ: Mapping[str, str]) -> None:
        self._root = os.path.realpath(root)
        self._folder = cache_folder(environ, self._root)
        self._since = time.time_ns()
        self._name = sha256("\n".join((self._root, *options)).encode("utf-8", "surrogateescape")).hexdigest()
        self._print = fingerprint(environ) if self._folder else ""
        self._inputs: _Inputs | None = None

    def recall(self) -> Outcome | None:
        """What the last build said, if nothing changed since; None when the platform has to be compiled."""
        if self._folder is None:
            return None
        entry = read_entry(self._folder, self._name)
        try:
            found = self._still_so(entry) if _is_entry(entry) and entry["print"] == self._print else None
        except (Unsure, OSError, LookupError, TypeError, ValueError):  # the last three: an entry of another form
            found = None
        if found is None:
            try:
                self._inputs = self._look()
            except Unsure:
                self._folder = None
        return found

    def remember(self, outcome: Outcome) -> None:
        """Keep what a sound build said, after `recall` found nothing. `generated/` is as the build leaves it."""
        if self._folder is None or self._inputs is None:
            return
        try:
            now = take(self._root, _INPUTS, _is_seen, self._since)
            suspects = changed(self._inputs.snapshot, now)
            if suspects is None or any(digest_of(self._root, p) != self._inputs.digests[p] for p in suspects):
                return  # edited while it was compiled
            if any(path.rpartition("/")[2] in _KUSTOMIZATIONS for path in now.rows):
                return
            output = take(self._root, _OUTPUT, _is_ours, self._since)
            self._write(_Inputs(now, self._inputs.digests), output, digest_of(self._root, _MANIFEST), outcome)
        except Unsure:
            return

    def _look(self) -> _Inputs:
        snapshot = take(self._root, _INPUTS, _is_seen, self._since)
        files = (path for path, row in snapshot.rows.items() if row[3] != -1)
        return _Inputs(snapshot, {path: digest_of(self._root, path) for path in files})

    def _still_so(self, entry: dict[str, Any]) -> Outcome | None:
        """The stored outcome if every file is as it was; the entry is refreshed when files had to be read for that."""
        now = take(self._root, _INPUTS, _is_seen, self._since)
        suspects = changed(_snapshot(entry["inputs"]), now)
        digests: dict[str, str] = entry["digests"]
        if suspects is None or any(digest_of(self._root, path) != digests[path] for path in suspects):
            return None
        output = take(self._root, _OUTPUT, _is_ours, self._since)
        doubtful = changed(_snapshot(entry["output"]), output)
        if doubtful is None or (doubtful and not self._as_written(doubtful, entry["manifest"])):
            return None
        outcome = _outcome(entry["outcome"])
        if suspects or doubtful:
            self._write(_Inputs(now, digests), output, entry["manifest"], outcome)
        return outcome

    def _as_written(self, paths: frozenset[str], manifest: str) -> bool:
        """True when files of `generated/` have the content that its manifest names, and the manifest is that one."""
        if digest_of(self._root, _MANIFEST) != manifest:
            return False
        written: dict[str, str] = {}
        with open(os.path.join(self._root, _MANIFEST), encoding="utf-8") as file:
            for line in file:
                digest, _, path = line.rstrip("\n").partition("  ")
                written[f"generated/{path}"] = digest
        return all(digest_of(self._root, path) == written.get(path) for path in paths - {_MANIFEST})

    def _write(self, inputs: _Inputs, output: Snapshot, manifest: str, outcome: Outcome) -> None:
        entry = {
            "format": _FORMAT,
            "print": self._print,
            "inputs": _plain(inputs.snapshot),
            "digests": dict(inputs.digests),
            "output": _plain(output),
            "manifest": manifest,
            "outcome": _plain_outcome(outcome),
        }
        if self._folder is not None:
            write_entry(self._folder, self._name, entry)


def _is_seen(_name: str) -> bool:
    """Everything among the specifications is looked at, also what loading leaves out: a component names folders."""
    return True


def _is_ours(name: str) -> bool:
    """Names in `generated/` that a build looks at: not those of files that are git's business."""
    return name not in _GITS_OWN


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, dict) and entry.get("format") == _FORMAT


def _plain(snapshot: Snapshot) -> dict[str, Any]:
    return {"rows": dict(snapshot.rows), "racy": sorted(snapshot.racy)}


def _snapshot(plain: dict[str, Any]) -> Snapshot:
    rows: dict[str, Row] = {path: tuple(row) for path, row in plain["rows"].items()}
    return Snapshot(rows, frozenset(plain["racy"]))


def _plain_outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "findings": [_plain_finding(finding) for finding in outcome.findings],
        "environments": outcome.environments,
        "files": outcome.files,
        "sources": dict(outcome.sources),
    }


def _outcome(plain: dict[str, Any]) -> Outcome:
    return Outcome(
        tuple(_finding(finding) for finding in plain["findings"]),
        tuple((name, objects, units) for name, objects, units in plain["environments"]),
        plain["files"],
        plain["sources"],
    )


def _plain_finding(finding: Diagnostic) -> list[Any]:
    address = finding.address
    return [
        finding.code,
        str(finding.severity),
        finding.headline,
        None if finding.primary is None else [*finding.primary.span, finding.primary.text],
        [[*label.span, label.text] for label in finding.secondary],
        list(finding.notes),
        finding.help,
        None if address is None else [address.api_version, address.kind, address.namespace, address.name],
        finding.pointer,
    ]


def _finding(plain: list[Any]) -> Diagnostic:
    code, severity, headline, primary, secondary, notes, cure, address, pointer = plain
    found = Diagnostic(code, Severity(severity), headline, None if primary is None else _label(primary))
    return replace(
        found,
        secondary=tuple(map(_label, secondary)),
        notes=tuple(notes),
        help=cure,
        address=None if address is None else ObjectAddress(*address),
        pointer=pointer,
    )


def _label(plain: list[Any]) -> Label:
    *span, text = plain
    return Label(Span(*span), text)
