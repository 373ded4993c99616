"""Expressions of CEL that are handed to the server: whether it can read them, as far as that can be told without it.

The server knows the types of everything and refuses what does not fit; here syntax, names of variables and functions,
and the type of constants are judged.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mlplat.compiler.check.cel_evaluation import ERRORS, LANGUAGE, SORTS, in_words
from mlplat.compiler.check.cel_functions import FUNCTIONS
from mlplat.compiler.check.cel_text import bound_names, tokens_of

_ELSEWHERE = frozenset(
    (
        *("orValue", "hasValue", "value", "or", "of", "none", "ofNonZeroValue", "min", "max", "format", "quote"),
        *("sign", "isInteger", "asInteger", "asApproximateFloat", "add", "sub", "find", "reverse", "ceil", "floor"),
        *("group", "resource", "subresource", "namespace", "name", "check", "allowed", "reason", "errored", "error"),
        *("path", "serviceAccount", "requestResource", "fieldSelector", "labelSelector", "getQuery", "abs", "round"),
        *("ip", "cidr", "family", "isUnspecified", "isLoopback", "isLinkLocalMulticast", "isLinkLocalUnicast"),
        *("isGlobalUnicast", "isCanonical", "containsIP", "containsCIDR", "masked", "prefixLength", "validate"),
        *("named", "dns1123Label", "dns1123Subdomain", "dns1035Label", "qualifiedName", "dns1123LabelPrefix"),
        *("dns1123SubdomainPrefix", "dns1035LabelPrefix", "labelValue", "uri", "uuid", "byte", "date", "datetime"),
        *("isSemver", "semver", "major", "minor", "patch", "contains", "equivalent", "intersects", "escapeKey"),
        *("bool", "type", "all", "exists", "matches", "ext", "greatest", "least", "isNaN", "isInf", "isFinite"),
        *("slice", "flatten", "distinct", "sort", "sortBy", "range", "lists", "trunc", "sqrt", "first", "last"),
    )
)
"""Functions of Kubernetes' environments (v1.37 `pkg/cel/environment`) beside those that are known here."""

_NAMESPACES = frozenset(("optional", "sets", "format", "ip", "cidr", "lists", "google"))
_BINDERS = frozenset(("sortBy", "transformList", "transformMap", "transformMapEntry", "optMap", "optFlatMap"))
"""Macros that bind names in ways that are not followed here. Kubernetes does not know `cel.bind`, nor `math`."""

_UNKNOWN_SYNTAX = re.compile(r"unsupported syntax")
_OBJECTS = frozenset(("Object", "JSONPatch"))
_TWO_VARIABLES = re.compile(r"\.(?:all|exists|exists_one|existsOne|map|filter)\s*\(\s*\w+\s*,\s*\w+\s*,")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an expression must give, and how that is called. Only constants can be told to give something else."""

    types: tuple[type, ...]
    words: str


ANY = Wanted((object,), "")
FLAG = Wanted((bool,), "true or false")
TEXT = Wanted((str, type(None)), "a text")
NEVER = Wanted((), "made of the object")
"""Something that no constant is."""


@lru_cache(maxsize=4096)
def why_no_rule(text: str, wanted: Wanted) -> str | None:
    """What is wrong with an expression of a definition's rules; None when nothing is known to be."""
    return why_no_expression(text, frozenset(("self", "oldSelf")), wanted)


def why_no_expression(text: str, variables: frozenset[str], wanted: Wanted) -> str | None:
    """What is wrong with an expression that may read some variables; None when nothing is known to be."""
    import cel  # 20 ms, and only where there is an expression

    if not text.strip():
        return "must not be empty"
    try:
        program = cel.compile(text)
    except ValueError as error:
        problem = in_words(text, str(error))
        return None if _UNKNOWN_SYNTAX.search(str(error)) else f"is no expression of CEL: {problem.reason}"
    names = program.references()
    functions = frozenset(name for name in names["functions"] if name.isidentifier())
    if not (functions & _BINDERS or _TWO_VARIABLES.search(text)):
        known = variables | bound_names(text) | SORTS | _NAMESPACES | _OBJECTS
        unknown = sorted(frozenset(names["variables"]) - known)
        if unknown:
            return f"reads `{unknown[0]}`, which there is not"
    strange = sorted(functions - LANGUAGE - FUNCTIONS.keys() - _ELSEWHERE - _BINDERS)
    if strange:
        return f"calls `{strange[0]}`, which there is not"
    if names["variables"] or functions:
        return None
    try:
        value = program.execute(cel.Context())
    except ERRORS:
        return None
    return None if isinstance(value, wanted.types) else f"must be {wanted.words}"


def fields_read(text: str, variable: str) -> list[str]:
    """The fields that an expression reads of a variable: `owner` of `variables` in `variables.owner`."""
    tokens = [one for one in tokens_of(text) if one.kind not in ("space", "comment")]
    return [
        tokens[at + 2].text
        for at in range(len(tokens) - 2)
        if tokens[at].text == variable
        and tokens[at].kind == "name"
        and tokens[at + 1].text == "."
        and tokens[at + 2].kind == "name"
        and (at == 0 or tokens[at - 1].text != ".")
        and (at + 3 == len(tokens) or tokens[at + 3].text != "(")
    ]


def text_of(holder: Mapping[str, Any], field: str) -> str | None:
    """A text that is there and not empty, None for anything else."""
    value = holder.get(field)
    return value if isinstance(value, str) and value else None
