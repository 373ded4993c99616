"""Is a text a credential? Two signs: its own shape, or a name that says so beside a literal value.

Nothing here repeats a value: what comes out may be printed.
"""

import re

from mlplat.diagnostics.mask import credential_shapes

_NAME = re.compile(
    r"(?:.*[_.-])?(?:pass(?:word|wd|phrase)?|secret|token|api[_-]?key|(?:secret|private|access)[_-]?key)", re.IGNORECASE
)
"""Names whose value is a credential: `DB_PASSWORD`, `token`, `aws-secret-access-key`."""

_CAMEL = re.compile(r".*(?:Password|Passphrase|Token|ApiKey|APIKey|SecretKey|PrivateKey|AccessKey|ClientSecret)")
_NOT_A_VALUE = re.compile(
    r"|\$\(.*\)|\$\{.*\}|\{\{.*\}\}|<.*>|/.*|true|false|none|null|[0-9.]{1,5}|[a-z]+://[^@]*", re.I
)
"""What stands beside such a name without being one: nothing, a variable, a file, an address, a switch."""


def has_credential_shape(text: str) -> bool:
    """True when the text holds a credential by its shape alone: a private key, a token of a known service, a user and
    password in an address."""
    return bool(credential_shapes(text))


def is_credential(name: str, value: str) -> bool:
    """True when `value` is a credential: by its shape, or because `name` (a variable, a key) says that it is one."""
    if has_credential_shape(value):
        return True
    named = _NAME.fullmatch(name) or _CAMEL.fullmatch(name)
    return bool(named) and _NOT_A_VALUE.fullmatch(value.strip()) is None
