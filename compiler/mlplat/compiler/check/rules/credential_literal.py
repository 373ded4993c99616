"""A credential written into a specification: by the name of the field, variable or flag that holds it, or by its shape.

The value is never repeated: no message has it, and the line that is shown has it masked (`diagnostics/mask.py`).
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from mlplat.compiler.artifacts import Node, Path, Resolved, ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.diagnostics.mask import names_credential
from mlplat.objects.credentials import (
    credentials_after_flags,
    credentials_in,
    has_credential_shape,
    is_credential,
    is_vocabulary,
)
from mlplat.objects.sealed import is_sealed

_MAYBE = re.compile(r"[A-Z0-9_]*_(?:KEY|KEY_ID|PASS|PWD|SECRET|AUTH|CREDENTIALS?)")
"""Names of variables that may hold a credential: they do when the value looks random."""

_PASSWORD = re.compile(r"[A-Z0-9_]*(?:PASSWORD|PASSWD|PASSPHRASE)|[A-Za-z0-9]*(?:[a-z])_?password")
"""Names that need no separator before the word: `PGPASSWORD`."""

_NO_VALUES = ("sealed", "existing", "keys", "store")
"""Parts of a Secret document that hold names, and encrypted text."""

_SEALED = "what `kubeseal --raw` prints is base64 of more than 146 bytes that begin with the length of a key"

_RANDOM_FROM = 3.2
"""Bits of entropy a character from which a text of twenty characters counts as random."""


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each credential, in whatever field of whatever document."""
    documents = [env.platform, env.environment, *(item for kind in env.documents.values() for item in kind.values())]
    for document in documents:
        for path, name in (*_credentials(document), *_unsealed(document)):
            holder = f"`{name}` of {named(document)}" if name else named(document)
            yield Found(
                document,
                path,
                f"{holder} holds a credential in clear text",
                "a credential",
                notes=(*_form(path), "everybody who can read the repository can read it, also after it is deleted"),
                help="put it into a Secret document, refer to that, and change the credential",
            )


def _form(path: Path) -> tuple[str, ...]:
    return (_SEALED,) if path[:2] == ("spec", "sealed") else ()


def _credentials(document: Resolved[Any]) -> Iterator[tuple[Path, str]]:
    for path, name, value in _texts(document.node, (), "", document.kind == "Secret"):
        given = _given_in(value)
        if given is not None:
            yield path, given
        elif _is_one(name, value):
            yield path, name


def _unsealed(document: Resolved[Any]) -> Iterator[tuple[Path, str]]:
    """What a Secret document calls encrypted and is not."""
    encrypted = document.node.at(("spec", "sealed", "encrypted")) if document.kind == "Secret" else None
    for key, child in encrypted.children() if encrypted is not None else ():
        if isinstance(child.value, str) and not is_sealed(child.value):
            yield ("spec", "sealed", "encrypted", key), str(key)


def _texts(node: Node, path: Path, name: str, secret: bool) -> Iterator[tuple[Path, str, str]]:
    """Every text of a document with its place and the name that says what it is: its key, or `name` beside `value`."""
    if isinstance(node.value, str):
        yield path, name, node.value
        return
    beside = node.at(("name",))
    flags: dict[int, str] = {}
    if isinstance(node.value, list):
        flags = dict(credentials_after_flags([child.value for child in node.value]))
    for step, child in node.children():
        if secret and step in _NO_VALUES and path == ("spec",):
            continue
        if step in ("value", "default") and beside is not None and isinstance(beside.value, str):
            yield from _texts(child, (*path, step), beside.value, secret)
        else:
            called = step if isinstance(step, str) else flags.get(step, name)
            yield from _texts(child, (*path, step), called, secret)


@lru_cache(maxsize=65536)
def _given_in(text: str) -> str | None:
    """The name of the first credential that a text gives a value to."""
    return next(credentials_in(text), None)


@lru_cache(maxsize=65536)  # environments share most of their texts: 1.4 s to 0.3 s for 10,000 objects
def _is_one(name: str, value: str) -> bool:
    """True for a credential. By name only where messages mask what stands beside that name."""
    if has_credential_shape(value):
        return True
    if is_vocabulary(name) or not names_credential(name):
        return False
    if is_credential(name, value) or (_PASSWORD.fullmatch(name) and is_credential("password", value)):
        return True
    return _MAYBE.fullmatch(name) is not None and _looks_random(value)


def _looks_random(value: str) -> bool:
    """True for one long word of letters and digits whose characters are spread evenly, as keys are."""
    if (
        not re.fullmatch(r"[A-Za-z0-9+/=_-]{16,}", value)
        or not re.search(r"\d", value)
        or not re.search(r"[A-Za-z]", value)
    ):
        return False
    counts = Counter(value)
    entropy = -sum(count / len(value) * math.log2(count / len(value)) for count in counts.values())
    return entropy >= _RANDOM_FROM


RULE = SpecRule("MLP302", check)
