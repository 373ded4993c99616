"""MLP422: a credential in a place that is no Secret: a ConfigMap or a container's environment."""

from collections.abc import Iterable, Iterator
from typing import Any

from mlplat.compiler.artifacts import KubeObject
from mlplat.compiler.check.pods import called, containers_of, is_by_hand
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope
from mlplat.objects.credentials import has_credential_shape, is_credential
from mlplat.objects.pointer import escape


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """Credentials in objects that somebody wrote or patched, without repeating one."""
    for item in filter(is_by_hand, scope.objects):
        for pointer, name in _credentials(item):
            yield FoundInObject(
                item,
                pointer,
                f"{called(item)}: `{name}` holds a credential",
                "a credential",
                ("everybody who can read the repository, the object or the pod can read it",),
                "move it to a Secret and refer to it (`valueFrom.secretKeyRef`, `envFrom`); and change it",
            )


def _credentials(item: KubeObject) -> Iterator[tuple[str, str]]:
    data: Any = item.body.get("data") if item.ref.kind == "ConfigMap" else None
    for key, value in data.items() if isinstance(data, dict) else ():
        if isinstance(value, str) and is_credential(key, value):
            yield f"/data/{escape(key)}", key
    for container in containers_of(item):
        env = container.body.get("env")
        for index, entry in enumerate(env if isinstance(env, list) else ()):
            name, value = (entry.get("name"), entry.get("value")) if isinstance(entry, dict) else (None, None)
            if isinstance(name, str) and isinstance(value, str) and is_credential(name, value):
                yield f"{container.pointer}/env/{index}/value", name
        for field in ("command", "args"):
            words = container.body.get(field)
            for index, word in enumerate(words if isinstance(words, list) else ()):
                if isinstance(word, str) and has_credential_shape(word):
                    yield f"{container.pointer}/{field}/{index}", field


RULE = ObjectRule("MLP422", check, single=True)
