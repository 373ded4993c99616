"""Forms of names that Kubernetes knows: objects, labels, annotations, ports.

Source: k8s.io/apimachinery v0.34 `pkg/util/validation/validation.go` and `pkg/api/validation/path/name.go`.
"""

import re
from functools import lru_cache

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_DNS1035 = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_QUALIFIED = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")


def why_no_label(name: str, longest: int = 63) -> str | None:
    """Why a name is no DNS label (RFC 1123); None when it is one."""
    return _why(name, _LABEL, longest, "lower-case letters, digits and `-`, with a letter or digit at both ends")


def why_no_subdomain(name: str, longest: int = 253) -> str | None:
    """Why a name is no DNS subdomain (RFC 1123), the form of most names; None when it is one."""
    return _why(
        name, _SUBDOMAIN, longest, "lower-case letters, digits, `-` and `.`, with a letter or digit around each `.`"
    )


def why_no_service_name(name: str, longest: int = 63) -> str | None:
    """Why a name is no DNS label that starts with a letter (RFC 1035); None when it is one."""
    return _why(name, _DNS1035, longest, "lower-case letters, digits and `-`, starting with a letter")


def why_no_path_segment(name: str) -> str | None:
    """Why a name cannot be a segment of a path, all that RBAC asks for; None when it can."""
    if name in (".", ".."):
        return "may not be `.` or `..`"
    bad = next((character for character in "/%" if character in name), None)
    return f"may not contain `{bad}`" if bad else None


@lru_cache(maxsize=4096)  # the same dozen keys stand on every object
def why_no_qualified_name(key: str) -> str | None:
    """Why a text is no key of a label or annotation (`[prefix/]name`); None when it is one."""
    prefix, slash, name = key.rpartition("/")
    if "/" in prefix:
        return "has more than one `/`"
    if slash and (not prefix or why_no_subdomain(prefix) is not None):
        return "has a prefix that is not a lower-case DNS name"
    if not name:
        return "has no name after the `/`" if slash else "is empty"
    return _why(name, _QUALIFIED, 63, "letters, digits, `-`, `_` and `.`, with a letter or digit at both ends")


@lru_cache(maxsize=4096)
def why_no_label_value(value: str) -> str | None:
    """Why a text cannot be the value of a label; None when it can (the empty text too)."""
    if not value:
        return None
    return _why(value, _QUALIFIED, 63, "letters, digits, `-`, `_` and `.`, with a letter or digit at both ends")


def _why(text: str, pattern: re.Pattern[str], longest: int, form: str) -> str | None:
    if len(text) > longest:
        return f"has {len(text)} characters, {longest} are allowed"
    return None if pattern.fullmatch(text) else f"must be {form}"
