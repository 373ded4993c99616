"""A dump of a cluster as its live side: what `kubectl get -o yaml` (or `-o json`) printed, in one file or in many.

Lists of any kind, several documents, YAML and JSON, and any mix of versions. Values are read as kubectl's reader takes
them, so `on`, `1:30` and dates stay texts.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from mlplat.cluster.live import KindRequest, LiveState, Unread, UnreadKind
from mlplat.cluster.redaction import redact
from mlplat.objects.go_yaml import parse_values
from mlplat.objects.gvk import GVK, gvk_of

STDIN = "-"
_SUFFIXES = (".yaml", ".yml", ".json")


class DumpError(Exception):
    """A dump that cannot be read. The text is a sentence for people and quotes nothing of the dump."""


@dataclass(frozen=True)
class Dump:
    """A live side that was read once. `complete`: kinds that are not in it have no objects.

    `equivalent` says whether two versions of a kind are known to have the same fields.
    """

    objects: tuple[Mapping[str, Any], ...]
    complete: bool = False
    refused: tuple[Mapping[str, Any], ...] = ()
    """Answers of kind Status that stand in the dump in the place of objects."""
    equivalent: Callable[[GVK, GVK], bool] = field(default=lambda one, other: one == other)

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
        if self.complete:
            return None
        return UnreadKind(gvk, Unread.NOT_IN_DUMP, f"the dump holds no {gvk.kind}")


def _is_about(status: Mapping[str, Any], request: KindRequest) -> bool:
    details = status.get("details")
    if status.get("reason") not in ("Forbidden", "Unauthorized") or not isinstance(details, Mapping):
        return False
    about = (str(details.get("group", "")), str(details.get("kind")))
    return about in ((request.gvk.group, request.plural), (request.gvk.group, request.gvk.kind))


def read_dump(where: str) -> Dump:
    """The dump in a file, in a folder and below, or on standard input (`-`); Secrets lose their values at once.

    Raises DumpError with a sentence for people.
    """
    objects: list[Mapping[str, Any]] = []
    refused: list[Mapping[str, Any]] = []
    for name, text in _texts(where):
        for body in _objects(name, text):
            (refused if _is_status(body) else objects).append(redact(body))
    return Dump(tuple(objects), refused=tuple(refused))


def _is_status(body: Mapping[str, Any]) -> bool:
    return gvk_of(body) == GVK("", "v1", "Status")


def _texts(where: str) -> Iterator[tuple[str, str]]:
    try:
        if where == STDIN:
            yield "standard input", sys.stdin.read()
            return
        path = Path(where)
        files = [path]
        if path.is_dir():
            files = sorted(one for one in path.rglob("*") if one.suffix in _SUFFIXES and one.is_file())
        for file in files:
            yield file.as_posix(), file.read_text(encoding="utf-8")
    except OSError as error:
        raise DumpError(f"cannot read `{error.filename or where}`: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError:
        raise DumpError(f"`{where}` is not UTF-8 text") from None


def _objects(name: str, text: str) -> Iterator[Mapping[str, Any]]:
    for number, value in enumerate(_values(name, text.removeprefix("\ufeff")), 1):
        yield from _unpacked(value, f"`{name}`, document {number}")


def _values(name: str, text: str) -> Sequence[Any]:
    if text.lstrip()[:1] == "{":
        try:
            return [json.loads(text)]
        except ValueError:
            pass  # several JSON documents one after the other, or YAML's flow style
        several = _json_stream(text)
        if several:
            return several
    try:
        return parse_values(text)
    except ValueError as error:
        raise DumpError(f"`{name}` is not well-formed YAML{_place(error.__cause__)}") from None
    except RecursionError:
        raise DumpError(f"`{name}` nests too deep") from None


def _json_stream(text: str) -> list[Any]:
    decoder, values, position = json.JSONDecoder(), [], 0
    try:
        while position < len(text):
            value, position = decoder.raw_decode(text, position)
            values.append(value)
            while position < len(text) and text[position].isspace():
                position += 1
    except ValueError:
        return []
    return values


def _place(error: BaseException | None) -> str:
    """Line and column of what PyYAML stumbled over; its own words may quote the text."""
    mark = getattr(error, "problem_mark", None) if isinstance(error, yaml.MarkedYAMLError) else None
    return f" (line {mark.line + 1}, column {mark.column + 1})" if mark is not None else ""


def _unpacked(value: Any, place: str) -> Iterator[Mapping[str, Any]]:
    """An object, or the members of a List; those of a typed list (`kubectl get --raw`) do not say their kind."""
    if not isinstance(value, dict):
        raise DumpError(f"{place} is no Kubernetes object")
    kind, items = value.get("kind"), value.get("items")
    if isinstance(kind, str) and kind.endswith("List") and (isinstance(items, list) or "items" in value):
        typed = kind != "List" and {"apiVersion": value.get("apiVersion"), "kind": kind.removesuffix("List")}
        for index, item in enumerate(items or ()):
            whole = {**typed, **item} if typed and isinstance(item, dict) else item
            yield from _unpacked(whole, f"{place}, item {index}")
        return
    try:
        gvk_of(value)
    except ValueError:
        raise DumpError(f"{place} is no Kubernetes object: it has no `apiVersion` and `kind`") from None
    metadata = value.get("metadata")
    if kind != "Status" and not (isinstance(metadata, dict) and isinstance(metadata.get("name"), str)):
        raise DumpError(f"{place} is no object of a cluster: it has no `metadata.name`")
    yield value
