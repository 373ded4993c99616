"""Is a text a credential? Two signs: its own shape, or a name that says so beside a literal value.

Nothing here repeats a value: what comes out may be printed.
"""

import re
from collections.abc import Iterator, Sequence

from mlplat.diagnostics.assignments import assignments, flags_before
from mlplat.diagnostics.mask import credential_shapes, names_credential

_NAME = re.compile(
    r"(?:.*[_.-])?(?:pass(?:word|wd|phrase)?|secret|token|api[_-]?key|(?:secret|private|access)[_-]?key)", re.IGNORECASE
)
"""Names whose value is a credential: `DB_PASSWORD`, `token`, `aws-secret-access-key`."""

_CAMEL = re.compile(
    r".*(?:Password|Passphrase|Token|ApiKey|APIKey|SecretKey|PrivateKey|AccessKey|ClientSecret)|(?:client|app|shared)Secret"
)
_NOT_A_VALUE = re.compile(
    r"|\$\(.*\)|\$\{.*\}|\$\w+|\{\{.*\}\}|<.*>|/.*|true|false|none|null|[0-9.]{1,5}|[a-z]+://[^@]*", re.I
)
"""What stands beside such a name without being one: nothing, a variable, a file, an address, a switch."""


_NO_LITERAL = re.compile(r"[$@~%`].*|\.{1,2}/.*|.*[(\[{\]})].*|[\w.]*environ\b.*", re.DOTALL)
"""What stands beside a name in a line of a shell or a program without being its value: a variable, a file, a call."""

_SWITCH = re.compile(r"(?:use|no|with|has|enable|disable|require|skip|per|next|max|min|num)[_.-].*", re.IGNORECASE)
"""Flags that take no value, or a number."""

_VOCABULARY = re.compile(
    r"(?:.*[_.-])?(?:pad|bos|eos|unk|sep|cls|mask|start|end|stop|special|additional|image|audio|prompt)[_.-]?token",
    re.IGNORECASE,
)


def is_vocabulary(name: str) -> bool:
    """True for a token of a language model's vocabulary, which is no credential: `pad_token`."""
    return _VOCABULARY.fullmatch(name) is not None


def credentials_in(text: str) -> Iterator[str]:
    """The names of the credentials that a line of a shell, a flag or a file of settings gives a value to."""
    for one in assignments(text):
        if _is_given(one.name, one.value):
            yield one.name


def credentials_after_flags(words: Sequence[object]) -> Iterator[tuple[int, str]]:
    """Of the words of a command, the index of each credential that follows its flag, with the flag's name."""
    for index, name in flags_before(words):
        word = words[index]
        if isinstance(word, str) and _is_given(name, word):
            yield index, name


def _is_given(name: str, value: str) -> bool:
    if not names_credential(name) or is_vocabulary(name) or _SWITCH.fullmatch(name):
        return False
    return is_credential(name, value) and not (_NO_LITERAL.fullmatch(value) or names_credential(value))


def has_credential_shape(text: str) -> bool:
    """True when the text holds a credential by its shape alone: a private key, a token of a known service, a user and
    password in an address."""
    return bool(credential_shapes(text))


def is_credential(name: str, value: str) -> bool:
    """True when `value` is a credential: by its shape, or because `name` (a variable, a key) says that it is one."""
    if has_credential_shape(value):
        return True
    name = name.rpartition("/")[2]
    named = _NAME.fullmatch(name) or _CAMEL.fullmatch(name)
    return bool(named) and _NOT_A_VALUE.fullmatch(value.strip()) is None
