"""A dump of a cluster as its live side: what `kubectl get -o yaml` (or `-o json`) printed, in one file or in many.

Lists of any kind, several documents, YAML and JSON, and any mix of versions. Values are read as kubectl's reader takes
them, so `on`, `1:30` and dates stay texts.
"""

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlplat.cluster.live import KindRequest, LiveState, Unread, UnreadKind
from mlplat.cluster.redaction import redact
from mlplat.diagnostics import Diagnostic, Label, Severity, Span
from mlplat.diagnostics.mask import mask_words
from mlplat.objects.go_yaml import OversizedError, RepeatedKeyError, parse_values
from mlplat.objects.gvk import GVK, gvk_of
from mlplat.objects.json_texts import json_documents
from mlplat.objects.lists import list_items
from mlplat.objects.nesting import MAX_DEPTH, nests_too_deep
from mlplat.objects.texts import MANIFEST_SUFFIXES, decoded

STDIN = "-"


class DumpError(Exception):
    """A dump that cannot be read: the finding, which quotes nothing of the dump."""

    def __init__(self, finding: Diagnostic) -> None:
        super().__init__(finding.headline)
        self.finding = finding


@dataclass(frozen=True)
class Dump:
    """A live side that was read once. `complete`: kinds that are not in it have no objects.

    `equivalent` says whether two versions of a kind are known to have the same fields.
    """

    objects: tuple[Mapping[str, Any], ...]
    complete: bool = False
    refused: tuple[Mapping[str, Any], ...] = ()
    """Answers of kind Status that stand in the dump in the place of the objects of a kind, which they name."""
    equivalent: Callable[[GVK, GVK], bool] = field(default=lambda one, other: one == other)
    emptied: frozenset[GVK] = frozenset()
    """Kinds of which a typed list without items stands in the dump (`ConfigMapList`): they were read, and there is
    none."""
    is_empty: bool = False
    """True when it has no document at all, not even a List without items."""

    def read(self, requests: Sequence[KindRequest]) -> LiveState:
        """All objects of the dump; of the kinds asked for those that it cannot speak of."""
        held: dict[tuple[str, str], set[GVK]] = {}
        for body in self.objects:
            gvk = gvk_of(body)
            held.setdefault(gvk.group_kind, set()).add(gvk)
        read: set[GVK] = set()
        unread: list[UnreadKind] = []
        for request in requests:
            problem = self._problem(request, held.get(request.gvk.group_kind, set()))
            if problem is None:
                read.add(request.gvk)
            else:
                unread.append(problem)
        return LiveState(self.objects, frozenset(read), tuple(unread), self.definitions)

    @property
    def definitions(self) -> tuple[Mapping[str, Any], ...]:
        """The CustomResourceDefinitions of the dump."""
        return tuple(
            body
            for body in self.objects
            if body["kind"] == "CustomResourceDefinition" and body["apiVersion"] == "apiextensions.k8s.io/v1"
        )

    @property
    def scopes(self) -> dict[tuple[str, str], bool]:
        """Whether the kinds of the dump are namespaced, by (group, kind)."""
        return {gvk_of(body).group_kind: bool(body["metadata"].get("namespace")) for body in self.objects}

    def _problem(self, request: KindRequest, versions: set[GVK]) -> UnreadKind | None:
        gvk = request.gvk
        refusal = next((status for status in self.refused if _is_about(status, request)), None)
        if refusal is not None:
            return UnreadKind(gvk, Unread.FORBIDDEN, f"the dump says that {request.plural} could not be read")
        if any(self.equivalent(gvk, version) for version in versions):
            return None
        if versions:
            others = ", ".join(sorted(version.api_version for version in versions))
            detail = f"the dump holds {gvk.kind} as {others}, not as {gvk.api_version}"
            return UnreadKind(gvk, Unread.OTHER_VERSION, detail)
        if self.complete or any(self.equivalent(gvk, version) for version in self.emptied):
            return None
        return UnreadKind(gvk, Unread.NOT_IN_DUMP, f"the dump holds no {gvk.kind}")


_LONGEST_WORDS = 300
"""Characters of a server's words that are repeated."""


def _names_a_kind(status: Mapping[str, Any]) -> bool:
    """True for a refusal that says which kind may not be read: that kind is not known, the rest of the dump is."""
    details = status.get("details")
    refused = status.get("reason") in ("Forbidden", "Unauthorized")
    return refused and isinstance(details, Mapping) and bool(details.get("kind"))


def _is_about(status: Mapping[str, Any], request: KindRequest) -> bool:
    details = status["details"]  # it has them: see `_names_a_kind`
    about = (str(details.get("group", "")), str(details.get("kind")))
    return about in ((request.gvk.group, request.plural), (request.gvk.group, request.gvk.kind))


def read_dump(where: str) -> Dump:
    """The dump in a file, in a folder and below, or on standard input (`-`); Secrets lose their values at once.

    Raises DumpError with MLP701 for what cannot be opened or is no text, MLP702 for what is not well-formed, MLP703 for
    what grows or nests beyond reason, MLP704 for a document that is no object, or a Status that tells of no kind.
    """
    objects: list[Mapping[str, Any]] = []
    refused: list[Mapping[str, Any]] = []
    emptied: set[GVK] = set()
    documents = 0
    for name, text in _texts(where):
        values = _values(name, text)
        documents += len(values)
        emptied.update(kind for value in values if (kind := _without_items(value)) is not None)
        for body in _objects(name, values):
            (refused if _is_status(body) else objects).append(redact(body))
    return Dump(tuple(objects), refused=tuple(refused), emptied=frozenset(emptied), is_empty=not documents)


def _is_status(body: Mapping[str, Any]) -> bool:
    return gvk_of(body) == GVK("", "v1", "Status")


def _texts(where: str) -> Iterator[tuple[str, str]]:
    name = where
    try:
        if where == STDIN:
            name = "standard input"
            yield name, decoded(sys.stdin.buffer.read())
            return
        path = Path(where)
        files = [path]
        if path.is_dir():
            files = sorted(one for one in path.rglob("*") if one.suffix in MANIFEST_SUFFIXES and one.is_file())
        for file in files:
            name = file.as_posix()
            yield name, decoded(file.read_bytes())
    except OSError as error:
        raise DumpError(unreadable(name, error)) from None
    except ValueError as error:
        raise DumpError(unreadable(name, error)) from None


def unreadable(name: str, error: OSError | ValueError) -> Diagnostic:
    """The finding for a file of either side that cannot be opened, or is no text."""
    if isinstance(error, OSError):
        why = (error.strerror or str(error)).lower()
        return Diagnostic("MLP701", Severity.ERROR, f"cannot read `{error.filename or name}`: {why}", help=_CURE_PATH)
    return Diagnostic("MLP701", Severity.ERROR, f"cannot read `{name}`: {error}", help="save it as UTF-8 text")


_CURE_PATH = "name a file or folder that is there and that you may read"
_CURE_FORM = "write the dump again: `mlplat drift --dump-commands` prints the commands"


_CURE_BEFORE = "is there a line of kubectl before the document? write only its output (`2>/dev/null`, not `2>&1`)"
_FIRST = re.compile(r"---|%YAML|#|[{\[\"']|- |(?:apiVersion|kind|items|metadata|spec|data|status)\s*:")


def _begins_well(text: str) -> bool:
    """True when the first line is one with which an object begins."""
    return _FIRST.match(text.removeprefix("\ufeff").lstrip()) is not None


def _objects(name: str, values: Sequence[Any]) -> Iterator[Mapping[str, Any]]:
    for number, value in enumerate(values, 1):
        if nests_too_deep(value):
            raise DumpError(_oversized(name, f"nests deeper than {MAX_DEPTH} levels", None))
        yield from _unpacked(value, _Place(name, f"document {number}"))


def _values(name: str, text: str) -> Sequence[Any]:
    try:
        if text.lstrip()[:1] == "{":
            try:
                return [value for _, value in json_documents(text, _once)]
            except RepeatedKeyError:
                raise
            except ValueError:
                pass  # YAML's flow style
        return parse_values(text)
    except OversizedError as error:
        raise DumpError(_oversized(name, str(error), error.place)) from None
    except RepeatedKeyError as error:
        raise DumpError(_repeated(name, error)) from None
    except RecursionError:
        raise DumpError(_oversized(name, f"nests deeper than {MAX_DEPTH} levels", None)) from None
    except ValueError as error:
        label = _label(name, error)
        headline = f"`{name}` is not well-formed YAML{_in_words(label)}"
        help_ = _CURE_FORM if _begins_well(text) else f"{_CURE_BEFORE}; else {_CURE_FORM}"
        raise DumpError(Diagnostic("MLP702", Severity.ERROR, headline, label, help=help_)) from None


def _once(entries: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(entries)
    if len(made) != len(entries):
        raise RepeatedKeyError
    return made


def _repeated(name: str, error: RepeatedKeyError) -> Diagnostic:
    label = Label(Span(name, *error.place, *error.place), "written again here") if error.place is not None else None
    return Diagnostic(
        "MLP702",
        Severity.ERROR,
        f"`{name}` has a key twice in one mapping{_in_words(label)}",
        label,
        notes=("no server prints such a thing, and which of the two it holds cannot be known",),
        help=_CURE_FORM,
    )


def _oversized(name: str, problem: str, place: tuple[int, int] | None) -> Diagnostic:
    label = Label(Span(name, *place, *place)) if place is not None else None
    return Diagnostic("MLP703", Severity.ERROR, f"`{name}` {problem}{_in_words(label)}", label, help=_CURE_FORM)


def _label(name: str, error: ValueError) -> Label | None:
    """Where PyYAML stumbled; its own words may quote the text."""
    mark = getattr(error.__cause__, "problem_mark", None)
    if mark is None:
        return None
    place = (mark.line + 1, mark.column + 1)
    return Label(Span(name, *place, *place))


def _in_words(label: Label | None) -> str:
    return f" (line {label.span.line}, column {label.span.column})" if label is not None else ""


@dataclass(frozen=True, slots=True)
class _Place:
    """A document of a file, or an item of a List in it."""

    file: str
    part: str

    def item(self, index: int) -> "_Place":
        return _Place(self.file, f"{self.part}, item {index}")

    def refuse(self, why: str) -> DumpError:
        headline = f"`{self.file}`, {self.part} {why}"
        return DumpError(Diagnostic("MLP704", Severity.ERROR, headline, help=_CURE_FORM))


def _without_items(value: Any) -> GVK | None:
    """The kind of a typed list that has no items, None for anything else."""
    if not isinstance(value, dict) or "items" not in value or value["items"]:
        return None
    kind = value.get("kind")
    if not isinstance(kind, str) or kind == "List" or not kind.endswith("List"):
        return None
    try:
        return gvk_of({**value, "kind": kind.removesuffix("List")})
    except ValueError:
        return None


def _unpacked(value: Any, place: _Place) -> Iterator[Mapping[str, Any]]:
    """An object, or the members of a List."""
    if not isinstance(value, dict):
        raise place.refuse("is no Kubernetes object")
    items = list_items(value)
    if items is not None:
        for index, item in enumerate(items):
            yield from _unpacked(item, place.item(index))
        return
    try:
        gvk_of(value)
    except ValueError:
        raise place.refuse("is no Kubernetes object: it has no `apiVersion` and `kind`") from None
    if _is_status(value):
        if not _names_a_kind(value):
            raise place.refuse(f"is what a server answers in the place of objects{_words(value)}")
        yield value
        return
    metadata = value.get("metadata")
    if not (isinstance(metadata, dict) and isinstance(metadata.get("name"), str)):
        raise place.refuse("is no object of a cluster: it has no `metadata.name`")
    yield value


def _words(status: Mapping[str, Any]) -> str:
    """What the server said, on one line, without credentials: it quotes what it was asked."""
    said = [str(status[name]) for name in ("code", "reason", "message") if isinstance(status.get(name), str | int)]
    return f": {mask_words(' '.join(' '.join(said).split()))[:_LONGEST_WORDS]}" if said else ""
