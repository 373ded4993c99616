"""Forms that single values must have: each a function from the value to what is wrong with it, None when nothing is.

A value of the wrong type is the schema's business and passes here.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Any

from mlplat.objects import names
from mlplat.objects.quantity import parse

Check = Callable[[Any], str | None]

_PORT_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_ENV_NAME = re.compile(r"[ -<>-~]+")
_CONFIG_KEY = re.compile(r"[-._a-zA-Z0-9]+")
_RESOURCES = ("cpu", "memory", "storage", "ephemeral-storage", "pods")
_PATH_PART = re.compile(r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+")
_PERCENT = re.compile(r"[0-9]+%")
_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")


def text(why: Callable[[str], str | None], empty: bool = True) -> Check:
    """A check of texts; the empty text counts as absent unless `empty` is False."""

    def check(value: Any) -> str | None:
        if not isinstance(value, str) or (not value and empty):
            return None
        return why(value) if value else "must not be empty"

    return check


def texts(check: Check) -> Check:
    """A list of texts, each with a form; an empty one is checked too."""

    def of(value: Any) -> str | None:
        for one in value if isinstance(value, list) else ():
            why = check(one)
            if why is not None:
                return f"`{one}` {why}"
        return None

    return of


def one_of(*options: str, empty: bool = True) -> Check:
    """One of some words. `empty`: the empty text is taken for the default."""

    def check(value: Any) -> str | None:
        if not isinstance(value, str) or value in options or (empty and not value):
            return None
        return f"must be {' or '.join(f'`{option}`' for option in options)}"

    return check


def need(*fields: str) -> Check:
    """A mapping in which some fields must be there and not be empty."""

    def check(value: Any) -> str | None:
        if isinstance(value, dict):
            for field in fields:
                if value.get(field) in (None, "", [], {}):
                    return f"needs `{field}`"
        return None

    return check


def at_least(least: int) -> Check:
    """A number with a lower bound."""
    return between(least, 2**63)


def at_most(most: int) -> Check:
    """A list with so many items at most."""
    return lambda value: f"holds more than {most}" if isinstance(value, list) and len(value) > most else None


def between(least: int, most: int) -> Check:
    """A number within bounds."""

    def check(value: Any) -> str | None:
        if isinstance(value, int) and not isinstance(value, bool) and not least <= value <= most:
            return f"must be at least {least}" if most == 2**63 else f"must be from {least} to {most}"
        return None

    return check


label = text(names.why_no_label)
label_strict = text(names.why_no_label, empty=False)
subdomain = text(names.why_no_subdomain)
subdomain_strict = text(names.why_no_subdomain, empty=False)
qualified = text(names.why_no_qualified_name)
qualified_strict = text(names.why_no_qualified_name, empty=False)
port = between(1, 65535)


def _port_name(value: str) -> str | None:
    if len(value) > 15:
        return "has more than 15 characters"
    if not _PORT_NAME.fullmatch(value) or not any(c.isalpha() for c in value) or "--" in value:
        return "must be lower-case letters, digits and single `-`, with a letter in it"
    return None


port_name = text(_port_name)


def port_or_name(value: Any) -> str | None:
    """A port by number or by name."""
    if isinstance(value, str):
        return _port_name(value) if value else "must not be empty"
    return port(value)


def env_name(value: Any) -> str | None:
    """A name of an environment variable: printable ASCII without `=`."""
    if isinstance(value, str) and value and not _ENV_NAME.fullmatch(value):
        return "must be printable ASCII without `=`"
    return None


def domain_path(value: Any) -> str | None:
    """A domain and a path, such as `example.com/controller`."""
    if not isinstance(value, str) or not value:
        return None
    domain, slash, path = value.partition("/")
    if not slash or not path or subdomain_strict(domain) or not _PATH_PART.fullmatch(path):
        return "must be a domain and a path, such as `example.com/controller`"
    return None


def resource_name(value: Any) -> str | None:
    """A resource: one of Kubernetes' own, or a name with a domain."""
    if not isinstance(value, str) or not value or value in _RESOURCES or value.startswith("hugepages-"):
        return None
    return qualified(value) if "/" in value else "is no resource of Kubernetes, and has no domain"


def config_key(value: Any) -> str | None:
    """A key of a ConfigMap or Secret."""
    if not isinstance(value, str) or not value:
        return None
    if len(value) > 253:
        return "has more than 253 characters"
    if not _CONFIG_KEY.fullmatch(value):
        return "must be letters, digits, `-`, `_` and `.`"
    return "may not be `.` or start with `..`" if value in (".", "..") or value.startswith("..") else None


def signer(value: Any) -> str | None:
    """A signer of certificates: a domain of two parts or more, and one name."""
    if not isinstance(value, str) or not value:
        return None
    domain, slash, name = value.partition("/")
    if not slash or not name or "/" in name or subdomain_strict(domain) or "." not in domain:
        return "must be a domain and a name, such as `example.com/signer`"
    return None


def steps_down(value: Any) -> str | None:
    """A path without `..`."""
    return "must not contain `..`" if isinstance(value, str) and ".." in value.split("/") else None


def absolute(value: Any) -> str | None:
    """A path from the root."""
    return "must start with `/`" if isinstance(value, str) and not value.startswith("/") else None


def inside(value: Any) -> str | None:
    """A path that does not leave the volume."""
    if not isinstance(value, str):
        return None
    if value.startswith("/"):
        return "must not start with `/`"
    return "must not contain `..`" if ".." in value.split("/") else None


def file_name(value: Any) -> str | None:
    """A path in a volume, as items of ConfigMaps and the like name it."""
    if value == "":
        return "must not be empty"
    if isinstance(value, str) and value.startswith(".."):
        return "must not start with `..`"
    return inside(value)


def ip(value: Any) -> str | None:
    """An IP address."""
    if isinstance(value, str):
        try:
            ipaddress.ip_address(value)
        except ValueError:
            return "must be an IP address"
    return None


def cidr(value: Any) -> str | None:
    """A block of IP addresses, with its length."""
    if isinstance(value, str):
        try:
            ipaddress.ip_network(value, strict=False)
        except ValueError:
            return "must be a block such as `10.0.0.0/8`"
        if "/" not in value:
            return "must be a block such as `10.0.0.0/8`"
    return None


def share(value: Any) -> str | None:
    """A whole number from 0, or a percentage."""
    if isinstance(value, str) and not _PERCENT.fullmatch(value):
        return "must be a number or a percentage such as `25%`"
    return at_least(0)(value)


def share_up_to_all(value: Any) -> str | None:
    """The same, at most 100 %."""
    why = share(value)
    if why is None and isinstance(value, str) and int(value[:-1]) > 100:
        return "must be at most `100%`"
    return why


def positive(value: Any) -> str | None:
    """A quantity above zero."""
    try:
        return "must be greater than zero" if parse(value).nanos <= 0 else None
    except ValueError:
        return None


def not_negative(value: Any) -> str | None:
    """A quantity of zero or more."""
    try:
        return "must not be negative" if parse(value).nanos < 0 else None
    except ValueError:
        return None


def labels(value: Any) -> str | None:
    """Labels: keys and values."""
    for key, inner in value.items() if isinstance(value, dict) else ():
        why = names.why_no_qualified_name(key) or (names.why_no_label_value(inner) if isinstance(inner, str) else None)
        if why is not None:
            return f"the label `{key}` or its value {why}"
    return None


def expression(value: Any) -> str | None:
    """One requirement of a label selector."""
    if not isinstance(value, dict):
        return None
    operator, values = value.get("operator"), value.get("values")
    if operator not in _OPERATORS:
        return f"`operator` must be {', '.join(_OPERATORS)}"
    if (operator in ("In", "NotIn")) != bool(values):
        return f"`{operator}` needs `values`" if not values else f"`{operator}` takes no `values`"
    why = names.why_no_qualified_name(str(value.get("key") or ""))
    if why is not None:
        return f"its key {why}"
    for one in values if isinstance(values, list) else ():
        why = names.why_no_label_value(one) if isinstance(one, str) else None
        if why is not None:
            return f"a value {why}"
    return None


def selector(value: Any) -> str | None:
    """A label selector."""
    if not isinstance(value, dict):
        return None
    why = labels(value.get("matchLabels"))
    entries = value.get("matchExpressions")
    for one in entries if isinstance(entries, list) else ():
        why = why or expression(one)
    return why


def keys(check: Check) -> Check:
    """A mapping whose keys have a form."""

    def of(value: Any) -> str | None:
        for key in value if isinstance(value, dict) else ():
            why = check(key) if key else "must not be empty"
            if why is not None:
                return f"the key `{key}` {why}"
        return None

    return of


def exactly_one(*fields: str, wanted: str = "one") -> Check:
    """A mapping in which exactly one of some fields is there."""

    def check(value: Any) -> str | None:
        if not isinstance(value, dict):
            return None
        there = [field for field in fields if value.get(field) is not None]
        if len(there) > 1:
            return f"has {' and '.join(f'`{field}`' for field in there)}: only one is allowed"
        return None if there else f"needs {wanted} of {', '.join(f'`{field}`' for field in fields[:4])}"

    return check


def unique(field: str) -> Check:
    """A list whose items have different values of a field; absent ones do not count."""

    def check(value: Any) -> str | None:
        seen = set()
        for item in value if isinstance(value, list) else ():
            name = item.get(field) if isinstance(item, dict) else None
            if isinstance(name, str | int) and name != "":
                if name in seen:
                    return f"`{name}` is there twice"
                seen.add(name)
        return None

    return check


def prefix(value: Any) -> str | None:
    """A DNS name, or the beginning of one that ends with a dash."""
    ends = isinstance(value, str) and len(value) > 1 and value.endswith("-")
    return subdomain(f"{value[:-2]}a" if ends else value)


def filled(value: Any) -> str | None:
    """A list or mapping that is not empty."""
    return "must not be empty" if isinstance(value, list | dict) and not value else None


class Forms:
    """Checks by path (`spec.ports[].name`, `limits{}` for the values of a mapping), as a tree that is walked once."""

    def __init__(self, table: Mapping[str, Check | tuple[Check, ...]]) -> None:
        self.root: dict[str, Any] = {}
        for path, check in table.items():
            node = self.root
            for step in _steps(path):
                node = node.setdefault(step, {})
            node.setdefault("", []).extend(check if isinstance(check, tuple) else (check,))

    def problems(self, value: Any, pointer: str) -> list[tuple[str, str]]:
        """What is wrong, each at a JSON pointer below the given one."""
        out: list[tuple[str, str]] = []
        _walk(value, self.root, pointer, out)
        return out


def _steps(path: str) -> list[str]:
    return [step for step in re.split(r"\.|(?=\[\])|(?=\{\})", path) if step]


def _walk(value: Any, node: dict[str, Any], pointer: str, out: list[tuple[str, str]]) -> None:
    for check in node.get("", ()):
        why = check(value)
        if why is not None:
            out.append((pointer, why))
    if isinstance(value, dict):
        for key, inner in value.items():
            below = node.get(key)
            if below is None:
                below = node.get("{}")
            if below is not None and inner is not None:
                _walk(inner, below, f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}", out)
    elif isinstance(value, list):
        below = node.get("[]")
        if below is not None:
            for index, inner in enumerate(value):
                _walk(inner, below, f"{pointer}/{index}", out)
