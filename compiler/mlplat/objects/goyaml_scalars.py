"""What kubectl takes a plain scalar for: sigs.k8s.io/yaml v1.4, which reads with go-yaml v2 (`resolve.go`).

Wider than YAML 1.2: `y`, `n`, `yes`, `no`, `on` and `off` are booleans, a leading zero means base eight, `_` is left
out of numbers. A date stays text. `mlplat.compiler.load.scalars` reads specifications, where all of these are refused.
"""

import re
from functools import lru_cache
from math import isfinite

Scalar = str | int | float | bool | None

_CONSTANTS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **{word: True for name in ("yes", "true", "on") for word in (name, name.capitalize(), name.upper())},
    **{word: False for name in ("no", "false", "off") for word in (name, name.capitalize(), name.upper())},
    **dict.fromkeys(("y", "Y"), True),
    **dict.fromkeys(("n", "N"), False),
}
_BASED = re.compile(r"[-+]?0[xX][0-9a-fA-F]+|[-+]?0[bB][01]+|[-+]?0[oO]?[0-7]+")
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


@lru_cache(maxsize=16384)
def go_scalar(text: str) -> Scalar:
    """The value of a plain scalar. Raises ValueError for infinity and NaN, which JSON does not have."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in "0123456789+-.":
        return text
    if _NOT_FINITE.fullmatch(text):
        raise ValueError(f"`{text}` is no number that JSON can carry")
    digits = text.replace("_", "")
    if _DECIMAL.fullmatch(digits) and len(digits) < 400:
        return int(digits)
    if _BASED.fullmatch(digits):
        return _based(digits)
    if _FLOAT.fullmatch(digits):
        number = float(digits)
        if not isfinite(number):
            return text
        # What Go writes as JSON for a float without a fraction has no point: `1e3` is the whole number 1000.
        return int(number) if number.is_integer() and abs(number) < 1e21 else number
    return text


def _based(digits: str) -> int:
    sign = -1 if digits[0] == "-" else 1
    bare = digits.lstrip("+-")
    prefix = bare[1:2].lower()
    if prefix in ("x", "b", "o"):
        return sign * int(bare[2:], {"x": 16, "b": 2, "o": 8}[prefix])
    return sign * int(bare, 8)
