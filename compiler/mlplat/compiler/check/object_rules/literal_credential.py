"""MLP422: a credential in a place that is no Secret: a ConfigMap or a container's environment."""

from collections.abc import Iterable, Iterator
from typing import Any

from mlplat.compiler.artifacts import KubeObject
from mlplat.compiler.check.pods import called, containers_of, is_by_hand
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope
from mlplat.objects.credentials import credentials_after_flags, credentials_in, has_credential_shape, is_credential
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
        name = _named_in(key, value) if isinstance(value, str) else None
        if name is not None:
            yield f"/data/{escape(key)}", name
    for container in containers_of(item):
        env = container.body.get("env")
        for index, entry in enumerate(env if isinstance(env, list) else ()):
            name, value = (entry.get("name"), entry.get("value")) if isinstance(entry, dict) else (None, None)
            found = _named_in(name, value) if isinstance(name, str) and isinstance(value, str) else None
            if found is not None:
                yield f"{container.pointer}/env/{index}/value", found
        for field in ("command", "args"):
            for index, name in _in_words(container.body.get(field), field):
                yield f"{container.pointer}/{field}/{index}", name


def _named_in(name: str, value: str) -> str | None:
    """What a credential is called that is a value, or a line of it; None when there is none."""
    return name if is_credential(name, value) else next(credentials_in(value), None)


def _in_words(words: Any, field: str) -> Iterator[tuple[int, str]]:
    """The words of a command that hold a credential, with what it is called."""
    if not isinstance(words, list):
        return
    flagged = dict(credentials_after_flags(words))
    for index, word in enumerate(words):
        if not isinstance(word, str):
            continue
        name = flagged.get(index) or next(credentials_in(word), None)
        if name is not None or has_credential_shape(word):
            yield index, name or field


RULE = ObjectRule("MLP422", check, single=True)
