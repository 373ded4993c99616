"""Functions that Kubernetes adds to CEL and that the evaluator does not know.

Source: k8s.io/apiserver `pkg/cel/library` (urls, quantity, regex, lists), cel-go `ext.Strings`. A method call reaches a
function of its name with the receiver first. What raises ValueError is an error of the expression.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from mlplat.objects.quantity import is_quantity, parse


def _url(text: str) -> str:
    parts = urlsplit(text)
    if not parts.scheme and not text.startswith("/"):
        raise ValueError(f"`{text}` is neither an absolute URL nor an absolute path")
    return text


def _is_url(text: str) -> bool:
    try:
        _url(text)
    except ValueError:
        return False
    return True


def _split(text: str, separator: str, limit: int = -1) -> list[str]:
    if limit == 0:
        return []
    if not separator:
        return list(text) if limit < 0 else [*text[: limit - 1], text[limit - 1 :]]
    return text.split(separator) if limit < 0 else text.split(separator, limit - 1)


def _find(text: str, pattern: str) -> str:
    match = re.search(pattern, text)
    return match.group() if match else ""


def _substring(text: str, start: int, end: int | None = None) -> str:
    stop = len(text) if end is None else end
    if not 0 <= start <= stop <= len(text):
        raise ValueError("index out of range")
    return text[start:stop]


def _quantity(written: Any) -> float:
    return parse(written).nanos / 1e9


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_cidr(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return "/" in text


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "url": _url,
    "isURL": _is_url,
    "getScheme": lambda text: urlsplit(text).scheme,
    "getHost": lambda text: urlsplit(text).netloc,
    "getHostname": lambda text: urlsplit(text).hostname or "",
    "getPort": lambda text: str(urlsplit(text).port or ""),
    "getEscapedPath": lambda text: urlsplit(text).path,
    "split": _split,
    "join": lambda texts, separator="": separator.join(texts),
    "find": _find,
    "findAll": lambda text, pattern: [match.group() for match in re.finditer(pattern, text)],
    "substring": _substring,
    "replace": lambda text, old, new, count=-1: text.replace(old, new, count),
    "lowerAscii": str.lower,
    "upperAscii": str.upper,
    "trim": str.strip,
    "indexOf": lambda text, part, start=0: text.find(part, start),
    "lastIndexOf": lambda text, part: text.rfind(part),
    "charAt": lambda text, index: text[index : index + 1],
    "quantity": _quantity,
    "isQuantity": is_quantity,
    "isGreaterThan": lambda left, right: left > right,
    "isLessThan": lambda left, right: left < right,
    "compareTo": lambda left, right: (left > right) - (left < right),
    "sum": lambda values: sum(values),
    "isSorted": lambda values: list(values) == sorted(values),
    "isIP": _is_ip,
    "isCIDR": _is_cidr,
}
