"""What a lowering reads: documents that note which of their fields were looked at.

A lowering is a function of what it reads, so a field that it did not read cannot change what it makes. Only the
others need be tried, which is what makes trying cheap: of some hundred values that an object could depend on, a
lowering reads ten.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MethodType
from typing import Any

from mlplat.compiler.artifacts import Path, Resolved, ResolvedEnvironment
from mlplat.schema.merge import alias_of
from mlplat.schema.model import SpecModel

Address = tuple[str, str]
"""Kind and name of a document."""


@dataclass(slots=True)
class Reads:
    """What was read: `whole` are paths that were read with everything below, `touched` those of which it was only
    seen that they are there; `listed` the kinds of which all documents were asked for."""

    whole: dict[Address, set[Path]] = field(default_factory=dict)
    touched: dict[Address, set[Path]] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)

    def add(self, other: "Reads") -> None:
        """What was read elsewhere, too."""
        for mine, theirs in ((self.whole, other.whole), (self.touched, other.touched)):
            for address, paths in theirs.items():
                mine.setdefault(address, set()).update(paths)
        self.listed |= other.listed

    def documents(self) -> list[Address]:
        """The documents of which anything was read."""
        return sorted({*self.whole, *self.touched})

    def saw(self, address: Address, path: Path) -> bool:
        """True when the value at a path, or something above it as a whole, was read."""
        whole = self.whole.get(address, ())
        return any(path[:length] in whole for length in range(len(path) + 1))

    def met(self, address: Address, path: Path) -> bool:
        """True when anything on the way to a path, at it or below it made a difference."""
        if self.touched_at(address, path) or path[:-1] in self.touched.get(address, ()):
            return True
        below = (*self.whole.get(address, ()), *self.touched.get(address, ()))
        return any(one[: len(path)] == path for one in below)

    def touched_at(self, address: Address, path: Path) -> bool:
        """True when it made a difference whether something stands at the path."""
        return path in self.touched.get(address, ()) or self.saw(address, path)


def observed(env: ResolvedEnvironment, reads: Reads) -> ResolvedEnvironment:
    """The same environment, in which whatever is read of a document is noted."""
    return replace(
        env,
        platform=observe(env.platform, reads),
        environment=observe(env.environment, reads),
        documents=_Kinds(env.documents, reads),
        memo={},
    )


def observe(resolved: Resolved[Any], reads: Reads) -> Resolved[Any]:
    """The same document, noting what is read of it."""
    log = _Log((resolved.kind, resolved.name), reads)
    return Resolved(log.seen(resolved.document, ()), resolved.node, resolved.layers)


@dataclass(slots=True)
class _Log:
    address: Address
    reads: Reads

    def whole(self, path: Path) -> None:
        self.reads.whole.setdefault(self.address, set()).add(path)

    def seen(self, value: Any, path: Path) -> Any:
        """A value as the reader gets it. Structures note what is read below them."""
        if isinstance(value, SpecModel):
            self.reads.touched.setdefault(self.address, set()).add(path)
            return _Watched(value, path, self)
        if isinstance(value, tuple) and value and isinstance(value[0], SpecModel):
            self.reads.touched.setdefault(self.address, set()).add(path)
            return tuple(self.seen(item, (*path, index)) for index, item in enumerate(value))
        if isinstance(value, dict) and value and isinstance(next(iter(value.values())), SpecModel):
            self.reads.touched.setdefault(self.address, set()).add(path)
            return {key: self.seen(item, (*path, key)) for key, item in value.items()}
        self.whole(path)
        return value


class _Watched:
    """Stands for a model: the same to every reader, `isinstance` included."""

    __slots__ = ("_children", "_log", "_model", "_path")

    def __init__(self, model: SpecModel, path: Path, log: _Log) -> None:
        self._model, self._path, self._log = model, path, log
        self._children: dict[str, Any] = {}

    __class__ = property(lambda self: type(self._model))

    def __getattr__(self, name: str) -> Any:
        model = self._model
        info = type(model).model_fields.get(name)
        if info is None:
            value = getattr(model, name)
            if name == "__dict__" or isinstance(value, MethodType) or not _is_of_class(type(model), name):
                self._log.whole(self._path)  # whatever it looks at
            return value
        if name not in self._children:  # the same object each time
            self._children[name] = self._log.seen(getattr(model, name), (*self._path, alias_of(name, info)))
        return self._children[name]

    def __eq__(self, other: object) -> bool:
        self._log.whole(self._path)
        return bool(self._model == (other._model if type(other) is _Watched else other))

    def __hash__(self) -> int:
        self._log.whole(self._path)
        return hash(self._model)


def _is_of_class(model: type[SpecModel], name: str) -> bool:
    """True for what all documents of a model have alike, such as the name of their kind."""
    found = next((vars(base)[name] for base in model.__mro__ if name in vars(base)), None)
    return found is not None and not isinstance(found, property)


class _Kinds(Mapping[str, Mapping[str, Resolved[Any]]]):
    """The documents of an environment, each noting what is read of it."""

    def __init__(self, documents: Mapping[str, Mapping[str, Resolved[Any]]], reads: Reads) -> None:
        self._documents, self._reads = documents, reads
        self._kinds: dict[str, _Names] = {}

    def __getitem__(self, kind: str) -> "_Names":
        if kind not in self._kinds:
            self._kinds[kind] = _Names(kind, self._documents.get(kind, {}), self._reads)
        return self._kinds[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(self._documents)

    def __len__(self) -> int:
        return len(self._documents)


class _Names(Mapping[str, Resolved[Any]]):
    """The documents of one kind."""

    def __init__(self, kind: str, named: Mapping[str, Resolved[Any]], reads: Reads) -> None:
        self._kind, self._named, self._reads = kind, named, reads
        self._seen: dict[str, Resolved[Any]] = {}

    def __getitem__(self, name: str) -> Resolved[Any]:
        if name not in self._seen:
            self._seen[name] = observe(self._named[name], self._reads)
        return self._seen[name]

    def __iter__(self) -> Iterator[str]:
        self._reads.listed.add(self._kind)
        return iter(self._named)

    def __len__(self) -> int:
        self._reads.listed.add(self._kind)
        return len(self._named)
