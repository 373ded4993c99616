"""A key that the named secret does not have: the container would not start."""

from collections.abc import Iterable, Iterator
from typing import Any

from mlplat.compiler.artifacts import Node, Path, Resolved, ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named, suggestion
from mlplat.compiler.effective.workload import secret_keys
from mlplat.schema.storage import Secret

_KINDS = ("Component", "TrainingJob", "ModelService", "TuningExperiment", "Notebook")


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each variable that takes such a key. The keys of an existing secret that lists none are not
    known."""
    for kind in _KINDS:
        for document in env.documents.get(kind, {}).values():
            for path, name, key in _uses(document):
                secret = env.find(Secret, name)
                keys = secret_keys(secret.document) if secret is not None else ()
                if secret is None or not keys or key in keys:
                    continue
                yield Found(
                    document,
                    (*path, "key"),
                    f"{named(document)} takes key `{key}` of {named(secret)}, which does not have it",
                    f"not a key of `{secret.name}`",
                    notes=("a container whose variable names a missing key does not start",),
                    help=suggestion(key, keys, "key"),
                    secondary=(secret.label(("metadata", "name"), "the secret"),),
                )


def _uses(document: Resolved[Any]) -> Iterator[tuple[Path, str, str]]:
    """Every `secret: {name, key}` of a document's variables."""
    spec = document.node.at(("spec",))
    if spec is not None:
        yield from _below(spec, ("spec",))


def _below(node: Node, path: Path) -> Iterator[tuple[Path, str, str]]:
    for step, child in node.children():
        name, key = child.at(("name",)), child.at(("key",))
        if step == "secret" and name is not None and key is not None:
            if isinstance(name.value, str) and isinstance(key.value, str):
                yield (*path, step), name.value, key.value
        elif step != "patches":
            yield from _below(child, (*path, step))


RULE = SpecRule("MLP323", check)
