"""What a plain scalar means: the core schema of YAML 1.2 (section 10.3.2), minus what its readers do not agree on."""

import re
from dataclasses import dataclass
from functools import lru_cache

from mlplat.compiler.artifacts import Scalar

_CONSTANTS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_DECIMAL = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")

_LONGEST_NUMBER = 400
"""No number that fits in 64 bits, as an integer or a float worth writing, takes more characters than this."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A plain scalar that is a number to one reader and something else to another, or no number that JSON can carry.

    `reason` ends the sentence "`012` ..."; `note` is the fact behind it.
    """

    reason: str
    note: str


_ZERO = Refused(
    "starts with a zero",
    "YAML 1.1 reads it in base eight where it can, YAML 1.2 in base ten, some readers as text",
)
_INFINITE = Refused("is not a number that JSON can carry", "Kubernetes stores JSON, which knows no infinity and no NaN")
_HUGE = Refused("does not fit in 64 bits", "Kubernetes would round it or refuse it")


@lru_cache(maxsize=16384)
def core_scalar(text: str) -> Scalar | Refused:
    """The value of a plain scalar, or why it is refused. Everything that is no null, boolean or number is a string.

    `on`, `yes`, `1:30`, `1_000` and dates are strings, as YAML 1.2 has it.
    """
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in "0123456789+-.":
        return text
    if _LEADING_ZERO.fullmatch(text):
        return _ZERO
    if _NOT_FINITE.fullmatch(text):
        return _INFINITE
    if _DECIMAL.fullmatch(text):
        return _integer(text, 10)
    if _OCTAL.fullmatch(text):
        return _integer(text[2:], 8)
    if _HEXADECIMAL.fullmatch(text):
        return _integer(text[2:], 16)
    if _FLOAT.fullmatch(text):
        number = float(text)
        return _HUGE if number in (float("inf"), float("-inf")) else number
    return text


def _integer(digits: str, radix: int) -> int | Refused:
    if len(digits) > _LONGEST_NUMBER:  # int() is quadratic, and refuses more than 4300 digits by itself
        return _HUGE
    number = int(digits, radix)
    return number if -(2**63) <= number < 2**63 else _HUGE
