"""MLP424: an image of a hand-written object whose content may change under its name."""

from collections.abc import Iterable

from mlplat.compiler.check.pods import called, containers_of
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope
from mlplat.objects.images import why_unpinned


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """Images without a tag, or with one that moves, in hand-written objects."""
    for item in scope.objects:
        if item.origin is not None:
            continue  # images of specifications are judged where they are written
        for container in containers_of(item):
            image = container.body.get("image")
            why = why_unpinned(image) if isinstance(image, str) and image else None
            if why is not None:
                yield FoundInObject(
                    item,
                    f"{container.pointer}/image",
                    f"{called(item)}: the image `{image}` {why}",
                    "content may change",
                    ("pods of one object may run different content, and a rollback does not bring the old one back",),
                    "name a version, best with its digest: `image: registry/name:1.2.3@sha256:...`",
                )


RULE = ObjectRule("MLP424", check)
