"""Both sides of a comparison as the command line names them; the only place of this package that reads files."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mlplat.catalog.lookup import Tables, load_tables
from mlplat.cluster.dump import Dump, DumpError, read_dump
from mlplat.cluster.live import LiveReader
from mlplat.compiler.load.crds import read_crds
from mlplat.compiler.manifest_versions import choose_versions
from mlplat.diagnostics import Diagnostic, has_errors
from mlplat.drift.detect import Settings, detect, requests_of
from mlplat.drift.managers import parse_appliers
from mlplat.drift.manifests import Manifests, declare, read_manifests
from mlplat.drift.report import DriftReport
from mlplat.objects.gvk import GVK, gvk_of

STDIN = "-"


class DriftError(Exception):
    """The comparison cannot be made: a sentence, or the findings that keep the declared side from being known."""

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
    today: str = ""


def answer(question: Question, reader: LiveReader | None = None) -> DriftReport:
    """The report. `reader` is the live side where the question names no dump. Raises DriftError."""
    if (question.environment is None) == (question.declared is None):
        raise DriftError("name what is declared: `--env ENV` or `--declared FILE`, one of the two")
    try:
        settings = Settings(parse_appliers(question.appliers), today=question.today, namespace=question.namespace)
        return _compare_manifests(question, settings, reader)
    except DumpError as error:
        raise DriftError(str(error)) from None
    except OSError as error:
        raise DriftError(f"cannot read `{error.filename}`: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError:
        raise DriftError("a manifest is not UTF-8 text") from None
    except ValueError as error:
        raise DriftError(str(error)) from None


def _compare_manifests(question: Question, settings: Settings, reader: LiveReader | None) -> DriftReport:
    manifests = read_manifests(_in(question, question.declared or STDIN))
    if has_errors(manifests.findings):
        raise DriftError(findings=manifests.findings, sources=manifests.texts)
    dump = read_dump(_in(question, question.live)) if question.live is not None else None
    tables = _tables(question, manifests, dump)
    declared = declare(manifests, tables, question.namespace, _label(question.tracking_label))
    side = _live_side(question, dump, tables) or reader
    if side is None:
        raise DriftError("name the live side: `--live FILE`")
    return detect(declared, side.read(requests_of(declared, tables)), settings)


def _live_side(question: Question, dump: Dump | None, tables: Tables) -> Dump | None:
    if dump is None:
        return None
    return replace(dump, complete=question.complete, equivalent=lambda one, other: are_alike(tables, one, other))


def are_alike(tables: Tables, one: GVK, other: GVK) -> bool:
    """True for the same version, and for two whose schemas are known and the same: an object of one is then, but for
    its `apiVersion`, an object of the other."""
    if one == other:
        return True
    left, right = tables.lookup(one.api_version, one.kind), tables.lookup(other.api_version, other.kind)
    if left is None or right is None or left.schemaless or right.schemaless:
        return False
    return bool(left.schema == right.schema)


def _tables(question: Question, manifests: Manifests, dump: Dump | None) -> Tables:
    """The schemas to compare by: of the chosen versions; those of the dump before them; those that the user names
    before all."""
    chosen = choose_versions(question.versions or "", question.release, question.kubernetes)
    if isinstance(chosen, str):
        raise DriftError(chosen)
    kinds = sorted({gvk_of(raw.body).group_kind for raw in manifests.objects})
    given: dict[tuple[str, str], Mapping[str, Any]] = {}
    for definition in dump.definitions if dump is not None else ():
        spec = definition.get("spec", {})
        key = (str(spec.get("group")), str(spec.get("names", {}).get("kind")))
        if key in kinds:
            given[key] = definition
    if question.crds is not None:
        given |= {one.group_kind: one.crd for one in read_crds(_in(question, question.crds), kinds)}
    return load_tables(chosen, list(given.values()))


def _label(written: str | None) -> tuple[str, str] | None:
    if written is None:
        return None
    key, equals, value = written.partition("=")
    if not equals or not key:
        raise ValueError(f"`{written}` is not `KEY=VALUE`, such as `mlplat.dev/environment=prod`")
    return key, value


def _in(question: Question, where: str) -> str:
    return where if where == STDIN or question.root == "." else os.path.join(question.root, where)
