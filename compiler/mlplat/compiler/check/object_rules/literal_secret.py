"""MLP421: a Secret whose values stand in git."""

from collections.abc import Iterable

from mlplat.compiler.check.pods import called
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope

_FILLED_IN_LATER = "kubernetes.io/service-account-token"
"""The type whose values a controller writes."""


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """Secrets with data; one without (a token that a controller fills in) is harmless."""
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


RULE = ObjectRule("MLP421", check, single=True)
