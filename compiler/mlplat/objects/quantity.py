"""Kubernetes quantities (`500m`, `1Gi`, `1e3`): exact values, and the one text that the API server stores.

The rules are those of k8s.io/apimachinery v0.37 `pkg/api/resource` (`ParseQuantity`, `Quantity.CanonicalizeBytes`,
`Quantity.UnmarshalJSON`): three families of suffixes (binary, decimal, decimal exponent) that the canonical text
keeps; the largest suffix that leaves a whole number; nothing finer than a nano, rounded away from zero.

The server also keeps some texts that are not canonical as they were written (`+5`, `007`, `1.500`): canonical text is
always kept, so what is emitted is what is stored; what is stored is compared by value.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache, total_ordering

_TEXT = re.compile(r"([+-]?)(?:([0-9]+)(?:\.([0-9]*))?|\.([0-9]+))(?:([KMGTPE]i|[numkMGTPE])|[eE]([+-]?[0-9]+))?")
_DECIMAL_POWERS = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY_POWERS = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_DECIMAL_SUFFIXES = {power: suffix for suffix, power in _DECIMAL_POWERS.items()}
_BINARY_SUFFIXES = {power: suffix for suffix, power in _BINARY_POWERS.items()}
_NANO = 10**9
_LARGEST_BINARY = (2**63 - 1) * _NANO  # ParseQuantity caps binary quantities, and only those
_LARGEST_EXPONENT = 1000  # ours: the server's limit is 2**31, where an exact integer no longer fits in memory
_LONGEST = 1000  # characters, ours too: far above any real quantity


class Format(StrEnum):
    """The family of suffixes that a quantity was written in; its canonical text stays in it."""

    BINARY = "BinarySI"
    DECIMAL = "DecimalSI"
    EXPONENT = "DecimalExponent"


@total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class Quantity:
    """An exact quantity: `nanos` is its value times 10**9, a whole number.

    Equal, ordered and hashed by value alone: `1Gi` equals `1024Mi` and `1073741824`.
    """

    nanos: int
    format: Format = Format.DECIMAL

    def __eq__(self, other: object) -> bool:
        return self.nanos == other.nanos if isinstance(other, Quantity) else NotImplemented

    def __lt__(self, other: object) -> bool:
        return self.nanos < other.nanos if isinstance(other, Quantity) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.nanos)

    def __add__(self, other: "Quantity") -> "Quantity":
        """The sum, in the family of the left side, or of the right where the left is zero (as `Quantity.Add`)."""
        return Quantity(self.nanos + other.nanos, other.format if self.nanos == 0 else self.format)

    def __sub__(self, other: "Quantity") -> "Quantity":
        """The difference; the family as for a sum."""
        return Quantity(self.nanos - other.nanos, other.format if self.nanos == 0 else self.format)

    def __mul__(self, factor: int) -> "Quantity":
        """The quantity taken `factor` times."""
        return Quantity(self.nanos * factor, self.format)

    __rmul__ = __mul__

    def __str__(self) -> str:
        return _text(self)

    @property
    def value(self) -> int:
        """The value rounded up to a whole number, as `Quantity.Value` gives it (bytes, devices, pods)."""
        return -(-self.nanos // _NANO)

    @property
    def milli_value(self) -> int:
        """The value in thousandths, rounded up, as `Quantity.MilliValue` gives it (CPU)."""
        return -(-self.nanos // 10**6)

    def to_milli(self) -> "Quantity":
        """Rounded away from zero to thousandths, as core kinds store requests, limits and quotas.

        Kubernetes v1.37 `pkg/apis/core/v1/defaults.go`, SetDefaults_ResourceList; custom resources keep what is finer.
        """
        thousandths = -(-abs(self.nanos) // 10**6) * 10**6
        return Quantity(-thousandths if self.nanos < 0 else thousandths, self.format)


ZERO = Quantity(0)


def parse(written: str | int | float | Quantity) -> Quantity:
    """Text or number to an exact quantity; raises ValueError with a sentence for the user when it is none.

    A number is read as its shortest decimal text, as the API server reads a JSON number (`0.5` is `500m`).
    """
    if isinstance(written, Quantity):
        return written
    if isinstance(written, bool) or not isinstance(written, str | int | float):
        raise ValueError("a quantity is text or a number, such as `500m`, `4Gi` or 8")
    return _parse_text(written if isinstance(written, str) else repr(written))


@lru_cache(maxsize=4096)
def canonical(written: str | int | float) -> str:
    """The text that the API server stores and prints: `1024Mi` is `1Gi`, `0.5` is `500m`, 8 is `8`.

    Raises ValueError when `written` is no quantity.
    """
    return _text(parse(written))


def is_quantity(written: object) -> bool:
    """True when the API server would read `written` as a quantity."""
    try:
        parse(written)  # type: ignore[arg-type]
    except ValueError:
        return False
    return True


@lru_cache(maxsize=4096)
def _parse_text(text: str) -> Quantity:
    match = _TEXT.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        raise ValueError(f"`{text[:60]}` is not a quantity: write a number and a suffix, such as `500m`, `4Gi` or `8`")
    sign, whole, fraction, bare_fraction, suffix, exponent = match.groups()
    digits = (whole or "") + (fraction or bare_fraction or "")
    scale = -len(fraction or bare_fraction or "")
    binary = 0
    family = Format.DECIMAL
    if suffix in _BINARY_POWERS:
        binary, family = _BINARY_POWERS[suffix], Format.BINARY
    elif exponent is not None:
        if len(exponent) > 6 or abs(int(exponent)) > _LARGEST_EXPONENT:
            raise ValueError(f"`{text[:60]}` is not a quantity: its exponent is out of range")
        scale, family = scale + int(exponent), Format.EXPONENT
    elif suffix:
        scale += _DECIMAL_POWERS[suffix]
    nanos = _nanos(int(digits), scale, binary)
    if family is Format.BINARY:
        nanos = min(nanos, _LARGEST_BINARY)
        if 0 < nanos < _NANO:
            family = Format.DECIMAL
    return Quantity(-nanos if sign == "-" else nanos, family)


def _nanos(digits: int, scale: int, binary: int) -> int:
    """digits * 10**scale * 2**binary in nanos; what is finer than a nano is rounded up."""
    power = scale + 9
    whole = digits << binary
    tens: int = 10 ** abs(power)
    return whole * tens if power >= 0 else -(-whole // tens)


def _text(quantity: Quantity) -> str:
    nanos, family = quantity.nanos, quantity.format
    if nanos == 0:
        return "0"
    sign, nanos = ("-", -nanos) if nanos < 0 else ("", nanos)
    # A binary quantity below 1024, or one that is not whole, is written in the decimal family.
    if family is Format.BINARY and nanos >= 1024 * _NANO and nanos % _NANO == 0:
        whole, power = nanos // _NANO, 0
        while whole % 1024 == 0 and power < 60:
            whole, power = whole // 1024, power + 10
        return f"{sign}{whole}{_BINARY_SUFFIXES.get(power, '')}"
    power = -9
    while nanos % 1000 == 0:
        nanos, power = nanos // 1000, power + 3
    if power in _DECIMAL_SUFFIXES and family is not Format.EXPONENT:
        return f"{sign}{nanos}{_DECIMAL_SUFFIXES[power]}"
    return f"{sign}{nanos}e{power}" if power else f"{sign}{nanos}"
