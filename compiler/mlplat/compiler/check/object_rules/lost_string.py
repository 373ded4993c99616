"""MLP419: a text that kustomize does not give back, so that Argo CD would apply another.

Found by sending strings through kustomize 5.5.0 and 5.8.1 (`mlplat.objects.yaml`, lost_by_kustomize).
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from mlplat.compiler.check.pods import called
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope
from mlplat.objects.pointer import escape
from mlplat.objects.yaml import key_lost_by_kustomize, lost_by_kustomize

_LONG = 900
"""Characters of an object's text above which it may hold a key that is too long."""


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """Every text of every object that is lost on the way."""
    for item in scope.objects:
        if _may_lose(item.body):
            for pointer, why in _lost(item.body, ""):
                yield FoundInObject(
                    item,
                    pointer,
                    f"{called(item)}: a text that is lost on the way to the cluster",
                    why,
                    ("Argo CD renders with kustomize: the cluster would get another text than the one written here",),
                    "take the character out, or write the content as base64 where it is read so",
                )


def _may_lose(body: dict[str, Any]) -> bool:
    """A quick look at the whole object: nearly all have nothing but ordinary characters."""
    text = json.dumps(body, ensure_ascii=False)
    return not text.isascii() or "\x7f" in text or "\\t" in text or '"<<"' in text or len(text) > _LONG * 20


def _lost(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            below = f"{pointer}/{escape(key)}"
            why = key_lost_by_kustomize(key)
            if why is not None:
                yield below, why
            yield from _lost(inner, below)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _lost(inner, f"{pointer}/{index}")
    elif isinstance(value, str):
        why = lost_by_kustomize(value)
        if why is not None:
            yield pointer, why


RULE = ObjectRule("MLP419", check, single=True)
