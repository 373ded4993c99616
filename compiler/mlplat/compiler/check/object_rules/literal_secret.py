"""MLP421: a Secret, or a SealedSecret, whose values stand in git as they are."""

from collections.abc import Iterable

from mlplat.compiler.check.pods import called, is_by_hand
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope
from mlplat.objects.pointer import escape
from mlplat.objects.sealed import is_sealed

_FILLED_IN_LATER = "kubernetes.io/service-account-token"
"""The type whose values a controller writes."""


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """Secrets with data; one without (a token that a controller fills in) is harmless. Of SealedSecrets what is not
    encrypted."""
    yield from _unsealed(scope)
    for item in scope.of_kind("", "Secret"):
        for field in ("data", "stringData"):
            if item.body.get(field) and item.body.get("type") != _FILLED_IN_LATER:
                yield FoundInObject(
                    item,
                    f"/{field}",
                    f"{called(item)}: its values stand in git",
                    "readable by everybody who can read the repository",
                    ("base64 is no encryption, and git keeps what was once committed",),
                    "write a Secret document with `external`, or a SealedSecret; and change the values",
                    at_key=True,
                )
                break


def _unsealed(scope: ObjectScope) -> Iterable[FoundInObject]:
    for item in filter(is_by_hand, scope.of_kind("bitnami.com", "SealedSecret")):
        spec = item.body.get("spec")
        encrypted = spec.get("encryptedData") if isinstance(spec, dict) else None
        for key, value in encrypted.items() if isinstance(encrypted, dict) else ():
            if isinstance(value, str) and not is_sealed(value):
                yield FoundInObject(
                    item,
                    f"/spec/encryptedData/{escape(key)}",
                    f"{called(item)}: `{key}` is not encrypted",
                    "readable by everybody who can read the repository",
                    ("what `kubeseal` prints is base64 of more than 146 bytes that begin with the length of a key",),
                    "encrypt it with `kubeseal --raw`; and change the value",
                    at_key=True,
                )


RULE = ObjectRule("MLP421", check, single=True)
