"""Images without a tag, or with one that by custom moves: what runs tomorrow is not what runs today."""

from collections.abc import Iterable, Iterator
from typing import Any

from mlplat.compiler.artifacts import Node, Path, Resolved, ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.objects.images import why_unpinned

_KINDS = ("Component", "TrainingJob", "ModelService", "Notebook")


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each image that is written in a specification; patches are judged as objects."""
    for kind in _KINDS:
        for document in env.documents.get(kind, {}).values():
            for path, image in _images(document):
                why = why_unpinned(image)
                if why is not None:
                    yield Found(
                        document,
                        path,
                        f"the image of {named(document)} {why}",
                        "content may change",
                        notes=("nodes keep what they pulled: pods of one workload may run different code",),
                        help="name a version, best with its digest: `image: name:1.2.3@sha256:...`",
                    )


def _images(document: Resolved[Any]) -> Iterator[tuple[Path, str]]:
    """Every `image` field of a document's `spec`."""
    spec = document.node.at(("spec",))
    if spec is not None:
        yield from _below(spec, ("spec",))


def _below(node: Node, path: Path) -> Iterator[tuple[Path, str]]:
    for key, child in node.children():
        if key == "image" and isinstance(child.value, str):
            yield (*path, key), child.value
        elif key not in ("patches", "parameters", "env"):
            yield from _below(child, (*path, key))


RULE = SpecRule("MLP312", check)
