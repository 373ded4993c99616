"""The user's own words for documents, places and values; what looks like a credential is masked."""

import re
from collections.abc import Iterable

from mlplat.compiler.artifacts import Node, Path, Scalar
from mlplat.diagnostics.mask import MASK

_SUSPICIOUS_KEY = re.compile(r"passw|passphrase|token|secret|credential|api_?-?key|private_?-?key|access_?-?key", re.I)
_SUSPICIOUS_VALUE = re.compile(
    r"-----BEGIN|^AKIA[0-9A-Z]{12,}|^ASIA[0-9A-Z]{12,}|^gh[pousr]_\w{16,}|^github_pat_|^glpat-|^xox[abprs]-|^hf_\w{16,}"
    r"|^sk-[\w-]{16,}|^eyJ[\w-]{8,}\.|^[A-Za-z0-9+/_=-]{40,}$|://[^/\s:@]+:[^/\s@]+@"
)
_LONGEST = 60
_VERSIONS = "versions"
"""The field whose keys name platform components, `externalSecrets` among them."""


def words(kind: str) -> str:
    """A kind as prose has it: `TrainingJob` is a training job."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower()


def subject(kind: str, name: str) -> str:
    """A document in a headline."""
    return f"{words(kind)} `{name}`"


def dotted(path: Path) -> str:
    """A path as a reader would write it: `spec.env[0].name`; keys with dots in them stand in brackets."""
    text = ""
    for step in path:
        if isinstance(step, int) or not re.fullmatch(r"[\w$-]+", step):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text


def quoted(names: Iterable[str]) -> str:
    """Names in backticks, joined by commas, in the order given."""
    return ", ".join(f"`{name}`" for name in names)


def listed(names: Iterable[str], most: int = 8) -> str:
    """Names in backticks; those beyond `most` are only counted."""
    every = list(names)
    shown = quoted(every[:most])
    return f"{shown} and {len(every) - most} more" if len(every) > most else shown


def either(choices: Iterable[str]) -> str:
    """`a`, `b` or `c`, without backticks of its own."""
    *first, last = list(choices)
    return f"{', '.join(first)} or {last}" if first else last


def shown(value: Scalar, path: Path = ()) -> str:
    """A scalar as the user wrote it, in backticks; masked when its key or its looks say that it may be a credential."""
    keys = [step for step in path if isinstance(step, str) and path[-2:-1] != (_VERSIONS,)]
    if value is not None and any(_SUSPICIOUS_KEY.search(key) for key in keys[-1:]):
        return MASK
    if isinstance(value, str):
        if _SUSPICIOUS_VALUE.search(value):
            return MASK
        text = value if len(value) <= _LONGEST else value[:_LONGEST] + "..."
        return "`" + text.encode("unicode_escape").decode("ascii") + "`" if not text.isprintable() else f"`{text}`"
    if value is None:
        return "`null`"
    return f"`{str(value).lower()}`" if isinstance(value, bool) else f"`{value}`"


def sort_of(node: Node, path: Path = ()) -> str:
    """What kind of value stands at a place, for `expects ..., got ...`."""
    value = node.value
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing (null)"
    if isinstance(value, bool):
        return shown(value, path)
    if isinstance(value, str):
        return f"the text {shown(value, path)}"
    return f"the number {shown(value, path)}"
