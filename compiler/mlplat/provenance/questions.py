"""What can be asked of a compiled platform, in the words of a person; a question that leads nowhere is answered with
the reason (`MisledError`)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from mlplat.compiler.artifacts import KubeObject, Node
from mlplat.compiler.pipeline import GENERATED, Compiled
from mlplat.diagnostics import Span, near_misses
from mlplat.provenance.changes import leaves
from mlplat.provenance.generated import Files, Part
from mlplat.provenance.origin import Origin, Provenance
from mlplat.provenance.reach import Reached, positions_at, reach

_LAYERING = (("spec", "extends"), ("spec", "exclude"))
"""What of an Environment says how layers are laid on each other, and nothing else."""

_PLACE = re.compile(r"(.+?\.ya?ml)(?::(\d+))?(?::\d+)?")


class MisledError(ValueError):
    """A question about what is not there; the text is one sentence for the person who asked."""


class ConstantError(MisledError):
    """A question about a line that no specification decides: the text is the answer, and no reproach."""


Answers = list[tuple[Part, list[Origin]]]
"""What was asked about, and the origins of its leaves."""


@dataclass(frozen=True, slots=True)
class Place:
    """A file, and a line of it when one is given."""

    file: str
    line: int | None


def place_of(word: str) -> Place | None:
    """The place that a word names, as in `generated/base/x/y.yaml:12` or with a column; None for what is none."""
    match = _PLACE.fullmatch(word)
    return Place(match[1], int(match[2]) if match[2] else None) if match is not None else None


@dataclass(eq=False)
class Questions:
    """One compiled platform, asked."""

    compiled: Compiled

    @cached_property
    def provenance(self) -> Provenance:
        """The engine."""
        known = {name: env for name, env in self.compiled.environments.items() if name in self.compiled.objects}
        return Provenance(known, self.compiled.objects)

    def about_file(self, path: str, text: str, line: int | None, pointer: str | None) -> Answers:
        """The origins of what a generated file is about; `path` is relative to `generated/`, `text` what it says."""
        count = len(text.splitlines())
        if line is not None and not 1 <= line <= count:
            raise MisledError(f"`{GENERATED}/{path}` has {count} lines, and no line {line}")
        files = Files(self.provenance, self.compiled.objects, self.compiled.environments)
        found = files.parts(path, text, line)
        # Several lines of a kustomization are about one object; it is explained once.
        parts = list({(one.environment, id(one.item), one.pointers): one for one in found or ()}.values())
        if found is None or (not parts and line is None):
            raise MisledError(self._not_generated(path))
        if not parts or not any(part.pointers for part in parts):
            raise ConstantError(f"line {line} of `{GENERATED}/{path}` is the same whatever the specifications say")
        return self._answers(parts, pointer)

    def about_object(self, environment: str, name: str, pointer: str | None) -> Answers:
        """The origins of an object of an environment, `KIND/NAME` or `KIND/NAMESPACE/NAME`."""
        found = self._objects_called(environment, name)
        if len(found) > 1:
            exact = ", ".join(f"`{item.ref.kind}/{item.ref.namespace}/{item.ref.name}`" for item in found)
            raise MisledError(f"`{name}` is several objects of environment `{environment}`: {exact}")
        every = tuple(one for one, _ in leaves(found[0].body))
        return self._answers([Part(environment, found[0], every)], pointer)

    def reached_from(self, file: str, line: int) -> list[Reached]:
        """What a line of the specifications reaches."""
        source = self.compiled.source.sources.get(file)
        if source is None:
            near = near_misses(file, self.compiled.source.sources)
            hint = f"; did you mean `{near[0]}`?" if near else ""
            raise MisledError(f"`{file}` is no file of the specifications{hint}")
        count = len(source.splitlines())
        if not 1 <= line <= count:
            raise MisledError(f"`{file}` has {count} lines, and no line {line}")
        found = list(reach(self.provenance, file, line))
        if not found:
            raise MisledError(self._why_nothing(file, line))
        return found

    # ------------------------------------------------------------------------------------------- answers

    def _answers(self, parts: Iterable[Part], pointer: str | None) -> Answers:
        listed = list(parts)
        wanted = None if pointer is None else _as_pointer(pointer)
        answers: Answers = []
        for part in listed:
            # A pointer is looked for in the whole object: it need not stand in the line.
            every = part.pointers if wanted is None else tuple(one for one, _ in leaves(part.item.body))
            pointers = [one for one in every if wanted is None or one == wanted or one.startswith(f"{wanted}/")]
            if pointers:
                origins = self.provenance.origins(part.environment, part.item, pointers)
                answers.append((part, [origins[one] for one in pointers]))
        if not answers:
            known = dict.fromkeys(one for part in listed for one, _ in leaves(part.item.body))
            raise MisledError(f"there is no `{pointer}`{_hint(wanted or '', known)}")
        return answers

    def _objects_called(self, environment: str, name: str) -> list[KubeObject]:
        kind, _, rest = name.partition("/")
        namespace, _, own = rest.rpartition("/")
        objects: Sequence[KubeObject] = self.compiled.objects[environment].objects
        if self.provenance.environments[environment].is_synced:
            objects = (*objects, *self._applications(environment, kind))
        found = [
            item
            for item in objects
            if item.ref.kind.lower() == kind.lower()
            and own in (item.ref.name, item.logical_name)
            and (not namespace or namespace == item.ref.namespace)
        ]
        if not found:
            known = dict.fromkeys(f"{item.ref.kind}/{item.logical_name}" for item in objects)
            raise MisledError(f"no object `{name}` in environment `{environment}`{_hint(name, known)}")
        return found

    def _applications(self, environment: str, kind: str) -> Sequence[KubeObject]:
        """Argo CD's objects, which are only made when they are asked for."""
        asked = kind.lower() in ("application", "appproject", "configmap")
        return self.provenance.applications(environment) if asked else ()

    def _not_generated(self, path: str) -> str:
        tree = self.compiled.tree
        near = near_misses(path, tree.files if tree is not None else ())
        hint = f"; did you mean `{GENERATED}/{near[0]}`?" if near else ""
        return f"`{GENERATED}/{path}` is no file that a build writes of an object{hint}"

    def overridden(self, file: str, line: int) -> dict[str, Span]:
        """The environments in which something else stands in the place of what is written in a line, with where."""
        found: dict[str, Span] = {}
        for environment in self.provenance.environments:
            worlds = self.provenance.whole(environment).worlds
            for address in worlds.addresses():
                winner = _winner(worlds.document(address).node, file, line)
                if winner is not None:
                    found[environment] = winner
        return found

    def _why_nothing(self, file: str, line: int) -> str:
        place = f"{file}:{line}"
        known = [
            position
            for environment in self.provenance.environments
            for position, _ in positions_at(self.provenance, environment, file, line)
        ]
        if any(position.path[:2] not in _LAYERING for position in known):
            return f"nothing that is generated changes with `{place}`: only what is found and said may"
        for environment, span in () if known else self.overridden(file, line).items():
            return f"`{place}` reaches nothing: `{span}` overrides it in environment `{environment}`"
        return f"`{place}` decides no value: it is a comment or a header, or says how layers are laid on each other"


def _as_pointer(written: str) -> str:
    """A JSON pointer, also where it was written as a path with dots."""
    if written.startswith("/") or not written:
        return written.rstrip("/")
    steps = re.split(r"\.|\[(\d+)\]", written)
    return "".join(f"/{step}" for step in steps if step)


def _hint(written: str, known: Mapping[str, None]) -> str:
    near = near_misses(written, known)
    return f"; did you mean {' or '.join(f'`{one}`' for one in near)}?" if near else ""


def _winner(node: Node, file: str, line: int) -> Span | None:
    """Where the value stands that took the place of one in a line; None when none did. What has parts stands where its
    key does: a whole document in no line."""
    below = node.replaced
    while below is not None:
        place = below.key_span if isinstance(below.value, dict | list) else below.span
        if place is not None and place.file == file and place.line == line:
            return node.span
        below = below.replaced
    return next((found for _, child in node.children() if (found := _winner(child, file, line))), None)
