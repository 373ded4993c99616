"""Both sides of a comparison as the command line names them.

Files are read here and by what this asks for the declared side (`environment.py`, `manifests.py`), and nowhere else in
this package.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mlplat.catalog.lookup import Tables, load_tables
from mlplat.cluster.dump import Dump, DumpError, read_dump, unreadable
from mlplat.cluster.live import KindRequest, LiveReader, LiveState
from mlplat.compiler.artifacts import BASE
from mlplat.compiler.load.crds import read_crds
from mlplat.compiler.manifest_versions import choose_versions
from mlplat.compiler.pipeline import GENERATED, Compiled
from mlplat.diagnostics import Diagnostic, Severity, has_errors, near_misses
from mlplat.drift.declared import DeclaredSet
from mlplat.drift.definitions import is_sound
from mlplat.drift.deploy import Home
from mlplat.drift.detect import Settings, detect, requests_of
from mlplat.drift.environment import CompiledEnvironment, compile_environment
from mlplat.drift.managers import parse_appliers
from mlplat.drift.manifests import Manifests, Reading, declare, read_manifests
from mlplat.drift.report import DriftReport, Note, NoteReason
from mlplat.objects.gvk import GVK, gvk_of

STDIN = "-"
Scopes = Mapping[tuple[str, str], bool]
Declare = Callable[[Sequence[Mapping[str, Any]]], tuple[DeclaredSet, Tables]]
"""From the CustomResourceDefinitions of the live side to the declared set, and the schemas to compare by."""


class DriftError(Exception):
    """The comparison cannot be made: a sentence for a command line that makes no sense, or the findings that keep a
    side from being known."""

    def __init__(
        self, message: str = "", findings: Sequence[Diagnostic] = (), sources: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.findings = tuple(findings)
        self.sources = dict(sources or {})


@dataclass(frozen=True)
class Question:
    """What the command line asks. Paths are as written, relative to `root`; `today` is a date, `2026-11-25`."""

    root: str = "."
    environment: str | None = None
    declared: str | None = None
    live: str | None = None
    complete: bool = False
    appliers: tuple[str, ...] = ()
    tracking_label: str | None = None
    namespace: str = "default"
    crds: str | None = None
    versions: str | None = None
    release: str | None = None
    kubernetes: str | None = None
    specs: str | None = None
    """Folder of the specifications where that is not `root`: those of another revision."""
    today: str = ""
    once: tuple[tuple[str, str], ...] = ()
    """apiVersion and kind of what the environment had at some time, as git tells: where orphans are looked for too."""
    notes: tuple[Note, ...] = ()
    """What there is to tell of that."""


def answer(question: Question, reader: LiveReader | None = None) -> DriftReport:
    """The report. `reader` is the live side where the question names no dump. Raises DriftError."""
    with _mistakes_as_errors():
        dump = read_dump(_in(question, question.live)) if question.live is not None else None
        comparison = prepare(question, dump.definitions, dump.scopes) if dump is not None else prepare(question)
        if dump is not None and question.complete and dump.is_empty:
            raise DriftError(findings=(_empty_dump(question.live or STDIN),))
        side = comparison.side_of(dump) if dump is not None else reader
        if side is None:
            raise DriftError("name the live side: `--live FILE`")
        return comparison.report(side.read(comparison.requests))


def _empty_dump(where: str) -> Diagnostic:
    return Diagnostic(
        "MLP708",
        Severity.ERROR,
        f"`{where}` is empty: nothing says that it is complete",
        notes=(
            "kubectl prints a List even where there is no object; a dump without one was cut off, or never written",
        ),
        help="write the dump again, or leave out `--complete`: nothing is then said of the kinds that are not in it",
    )


@contextmanager
def _mistakes_as_errors() -> Iterator[None]:
    try:
        yield
    except DumpError as error:
        raise DriftError(findings=(error.finding,)) from None
    except OSError as error:
        raise DriftError(findings=(unreadable(str(error.filename), error),)) from None
    except ValueError as error:
        raise DriftError(str(error)) from None


@dataclass(frozen=True)
class Comparison:
    """The declared side of a question, ready to be compared with any live side, and again when that changes.

    `declare` gives it by the schemas of some CustomResourceDefinitions that the live side brings along.
    """

    question: Question
    settings: Settings
    declared: DeclaredSet
    tables: Tables
    definitions: Sequence[Mapping[str, Any]]
    declare: Declare
    server: str | None = None
    """Address of the environment's API server; None where nobody says."""
    home: Home | None = None
    """The platform's repository; None without a platform."""

    @property
    def requests(self) -> tuple[KindRequest, ...]:
        """The kinds to read."""
        return requests_of(self.declared, self.tables)

    def side_of(self, dump: Dump) -> LiveReader:
        """A dump as the question wants it read."""
        tables = self.tables
        return replace(
            dump,
            complete=self.question.complete,
            equivalent=lambda one, other: are_alike(tables, one, other),
        )

    def report(self, live: LiveState) -> DriftReport:
        """The comparison with a live side that answers `requests`."""
        declared = self.declared
        if live.definitions and live.definitions != self.definitions:
            declared, _ = self.declare(live.definitions)
        report = detect(declared, live, self.settings)
        if self.question.declared is None or self.question.tracking_label is None:
            return report
        kinds = sorted({item.gvk.kind for item in declared.objects})
        where = f"the declared kinds only: {', '.join(kinds)}" if live.server is not None else "what the dump holds"
        return replace(
            report, notes=(*report.notes, Note(NoteReason.SEARCHED, f"orphans are looked for among {where}"))
        )


def prepare(
    question: Question, definitions: Sequence[Mapping[str, Any]] = (), scopes: Scopes | None = None
) -> Comparison:
    """The declared side of a question. `definitions` are CRDs that are known of the live side, `scopes` says of its
    kinds whether they are namespaced, by (group, kind). Raises DriftError."""
    if (question.environment is None) == (question.declared is None):
        raise DriftError("name what is declared: `--env ENV` or `--declared FILE`, one of the two")
    with _mistakes_as_errors():
        settings = Settings(parse_appliers(question.appliers), today=question.today, namespace=question.namespace)
        if question.environment is not None:
            return _environment_side(question, settings, definitions)
        declare_by = _manifests_side(question, scopes or {})
        return Comparison(question, settings, *declare_by(definitions), definitions, declare_by)


def _environment_side(question: Question, settings: Settings, definitions: Sequence[Mapping[str, Any]]) -> Comparison:
    name = question.environment or ""
    found = compile_environment(Path(question.specs or question.root), name, Path(question.root) / GENERATED)
    if not isinstance(found, CompiledEnvironment):
        if has_errors(found.findings):
            raise DriftError(findings=found.findings, sources=found.source.sources)
        raise DriftError(_no_environment(name, found))
    if name == BASE:
        raise DriftError(f"`{BASE}` is what environments share: no cluster has it")
    label = _label(question.tracking_label)

    def declare_by(definitions: Sequence[Mapping[str, Any]]) -> tuple[DeclaredSet, Tables]:
        tables = found.tables(_given(question, found.kinds, definitions))
        declared = found.declare(tables, label, question.once)
        # What lies in generated/ says nothing of another revision.
        return (declared if question.specs is None else replace(declared, notes=())), tables

    ruled = replace(settings, rules=found.rules())
    return Comparison(question, ruled, *declare_by(definitions), definitions, declare_by, found.server, found.home)


def _no_environment(name: str, compiled: Compiled) -> str:
    known = sorted(one for one in compiled.source.layers if one != BASE)
    close = near_misses(name, known)
    hint = f"did you mean `{close[0]}`?" if close else f"there are: {', '.join(known) or 'none'}"
    return f"no environment `{name}`; {hint}"


def _manifests_side(question: Question, scopes: Scopes) -> Declare:
    where = _in(question, question.declared or STDIN)
    try:
        manifests = read_manifests(where)
    except ValueError as error:
        raise DriftError(
            findings=(Diagnostic("MLP701", Severity.ERROR, str(error), help="save it as UTF-8 text"),)
        ) from None
    if has_errors(manifests.findings):
        raise DriftError(findings=manifests.findings, sources=manifests.texts)
    if not manifests.objects:
        raise DriftError(findings=(_nothing_declared(where, manifests),))

    def declare_by(definitions: Sequence[Mapping[str, Any]]) -> tuple[DeclaredSet, Tables]:
        tables = _tables(question, manifests, definitions)
        reading = Reading(tables, question.namespace, scopes)
        return declare(manifests, reading, _label(question.tracking_label)), tables

    return declare_by


def _nothing_declared(where: str, manifests: Manifests) -> Diagnostic:
    files = "read are files that end with `.yaml`, `.yml` or `.json`, in the folder and below it"
    return Diagnostic(
        "MLP705",
        Severity.ERROR,
        f"`{where}` declares nothing to compare with",
        notes=() if manifests.texts else (files,),
        help="name the file or folder of the manifests; `kubectl kustomize DIR | mlplat drift --declared -` renders "
        "what is no manifest yet",
    )


def are_alike(tables: Tables, one: GVK, other: GVK) -> bool:
    """True for the same version, and for two whose schemas are known and the same: an object of one is then, but for
    its `apiVersion`, an object of the other."""
    if one == other:
        return True
    left, right = tables.lookup(one.api_version, one.kind), tables.lookup(other.api_version, other.kind)
    if left is None or right is None or left.schemaless or right.schemaless:
        return False
    return bool(left.schema == right.schema)


def _tables(question: Question, manifests: Manifests, definitions: Sequence[Mapping[str, Any]]) -> Tables:
    """The schemas to compare by: of the chosen versions; those of the live side before them; those that the user names
    before all."""
    chosen = choose_versions(question.versions or "", question.release, question.kubernetes)
    if isinstance(chosen, str):
        raise DriftError(chosen)
    kinds = sorted({gvk_of(raw.body).group_kind for raw in manifests.objects})
    return load_tables(chosen, _given(question, kinds, definitions))


def _given(
    question: Question, kinds: Sequence[tuple[str, str]], definitions: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """The definitions of some kinds: of the live side, and before them those that the user names."""
    given: dict[tuple[str, str], Mapping[str, Any]] = {}
    for definition in definitions:
        spec = definition["spec"] if is_sound(definition) else None
        if spec is not None and (key := (spec["group"], spec["names"]["kind"])) in kinds:
            given[key] = definition
    if question.crds is not None:
        try:
            for one in read_crds(_in(question, question.crds), kinds):
                if not is_sound(one.crd):
                    raise ValueError(f"`{one.file}` defines {one.group_kind[1]} by a schema that is none")
                given[one.group_kind] = one.crd
        except ValueError as error:
            raise DriftError(
                findings=(Diagnostic("MLP702", Severity.ERROR, str(error), help="mend or remove the file"),)
            ) from None
    return list(given.values())


def _label(written: str | None) -> tuple[str, str] | None:
    if written is None:
        return None
    key, equals, value = written.partition("=")
    if not equals or not key:
        raise ValueError(f"`{written}` is not `KEY=VALUE`, such as `mlplat.dev/environment=prod`")
    return key, value


def _in(question: Question, where: str) -> str:
    return where if where == STDIN or question.root == "." else os.path.join(question.root, where)
