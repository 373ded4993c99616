"""Which function wrote a part of an object.

While a lowering runs, every mapping and list that a function of the compiler returns is noted with that function, if
no function below it has returned it before: so each is known by the innermost one, which built it.

The interpreter tells what is returned (`sys.setprofile`), and only while an object is explained or a finding on it is
placed: a build that finds nothing runs none of this. A decorator on each of the hundred functions that make parts of
objects would say the same as long as nobody forgets one; the parts of one that is forgotten would be said to come from
another function, without a sign (ADR 7 does not declare origins in lowerings for the same reason).
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from mlplat.compiler.artifacts import Draft
from mlplat.compiler.lower.finish import finish
from mlplat.compiler.lower.patches import apply_patches
from mlplat.objects.pointer import steps_of
from mlplat.provenance.changes import GONE, at_pointer

_OURS = "mlplat.compiler."


def name_of(function: Callable[..., Any]) -> str:
    """A function as `module.function`."""
    return f"{function.__module__}.{function.__name__}"


FINISH = name_of(finish)
"""Writes what every object gets: name of a run, labels, identity, how Argo CD is to treat it."""

PATCHES = name_of(apply_patches)
"""Writes what a user's patch says."""


@dataclass(slots=True)
class Writers:
    """Mappings and lists by identity, each kept alive, with the function that built it."""

    known: dict[int, tuple[Any, str]] = field(default_factory=dict)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Notes what is built meanwhile in this thread."""
        before = sys.getprofile()
        sys.setprofile(self._event)
        try:
            yield
        finally:
            sys.setprofile(before)

    def of(self, value: Any) -> str | None:
        """The function that built a mapping or list; None when it was not seen."""
        entry = self.known.get(id(value))
        return entry[1] if entry is not None else None

    def _event(self, frame: FrameType, event: str, value: Any) -> None:
        if event != "return":
            return
        if isinstance(value, Draft):
            value = value.body
        if isinstance(value, dict | list):
            module = frame.f_globals.get("__name__", "")
            name = frame.f_code.co_name
            if module.startswith(_OURS) and not name.startswith("<"):  # a comprehension is part of its function
                self._note(value, f"{module}.{name}")

    def _note(self, value: Any, function: str) -> None:
        if isinstance(value, dict | list) and id(value) not in self.known:
            self.known[id(value)] = (value, function)
            for inner in value.values() if isinstance(value, dict) else value:
                self._note(inner, function)


@dataclass(frozen=True, slots=True)
class Stages:
    """An object on its way: as the lowering made it, after the user's patches, as the cluster is to have it. `maker`
    is the lowering, `finisher` what wrote what every object gets."""

    lowered: Any
    patched: Any
    final: Any
    maker: str
    finisher: str = FINISH

    def maker_of(self, pointer: str, writers: Writers) -> str:
        """The function that wrote the leaf at a pointer, as `module.function`."""
        lowered, patched = at_pointer(self.lowered, pointer), at_pointer(self.patched, pointer)
        if patched is GONE or patched != at_pointer(self.final, pointer):
            return self.finisher
        if lowered is GONE or lowered != patched:
            return PATCHES
        value = self.lowered
        found = writers.of(value) or self.maker
        for step in steps_of(pointer):
            value = value[int(step)] if isinstance(value, list | tuple) else value[step]
            found = writers.of(value) or found
        return found
