"""Whether Go's reader takes a regular expression (RE2): webhooks and the API server compile them when they validate."""

import re
import warnings

_LITERAL = re.compile(r"\\Q.*?(?:\\E|$)", re.S)
_CLASS = re.compile(r"\[\^?\]?(?:\[:\^?\w+:\]|[^\]])*\]")
_ESCAPED = re.compile(
    r"\\(?:[pP](?:\{\^?\w+\}|[A-Z])|x\{[0-9a-fA-F]+\}|x[0-9a-fA-F]{2}|[^1-9A-Za-z]|[aftnrvdDsSwWbBAzC])"
)
_FLAGS = re.compile(r"\(\?[imsU-]+(?=[:)])")
_NAMED = re.compile(r"\(\?P?<(?=\w)")
_NOT_RE2 = re.compile(r"\(\?(?:[=!(#>]|<[=!]|P=)|\\[1-9A-Za-z]|[*+?}][*+]|\{\d*,?(?:1\d{3,}|[2-9]\d{3,})\b")
"""Lookaround, backreferences, escaped letters that mean nothing, repeats of repeats and repeats above 1,000."""


def is_go_pattern(pattern: str) -> bool:
    """Whether Go reads a pattern, as far as it can be told without it."""
    plain = _FLAGS.sub("(?", _ESCAPED.sub("a", _LITERAL.sub("a", pattern))).replace("(?)", "").replace("(?:", "(")
    plain = _NAMED.sub("(?P<", plain)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what Python may read otherwise one day
            re.compile(plain)
    except (re.error, RecursionError, OverflowError):
        return False
    return _NOT_RE2.search(_CLASS.sub("a", plain)) is None
