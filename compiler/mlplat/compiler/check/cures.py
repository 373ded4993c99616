"""What to do about a problem that is said in the few forms of words which validations of servers have."""

import re
from collections.abc import Callable, Sequence
from re import Match

_ORDER = re.compile(r"^(at |from |of |in |about |between |greater |more |less |above |below |the |single )")


def _write(match: Match[str]) -> str:
    form = match[1]
    if _ORDER.match(form):
        return f"write a value that is {form}"
    return f"write {form}"


_DELETE_ONE = "delete one of the two"
_FORMS: Sequence[tuple[str, str | Callable[[Match[str]], str]]] = (
    (r"\btwice\b|\bare named\b|^two ", f"{_DELETE_ONE}, or give it another name"),
    (r"there is no \b|\bno such\b|which there is not", "name one that there is, or add it"),
    (r"more than (\d+) characters", r"shorten it to \1 characters"),
    (r"(\d+) are allowed", r"shorten it to \1"),
    (r"exclude each other|excludes? `|only one is allowed|cannot both|has both |is the objective already", _DELETE_ONE),
    (r"^(?:may|must) not contain (.+)$", r"take \1 out"),
    (r"must not be (negative|empty|blank|zero)", r"write a value that is not \1"),
    (r"leave it out$", "delete it"),
    (r"\bhas neither (.+) nor (.+)$", r"add \1 or \2"),
    (r"\b(?:has|names) no (?:`(.+)|metric$|algorithm$)", lambda match: f"add `{match[1]}" if match[1] else "name one"),
    (r"is above (.+)$", r"write at most \1"),
    (r"is below (.+)$", r"write at least \1"),
    (r"has the same (.+) as another item", _DELETE_ONE),
    (r"must be text, not ", "write it in quotes"),
    (r"must be ([^,]+), not ", r"write \1"),
    (r"is empty$", "write a value that is not empty"),
    (r"must be false: say it in the schema", "write it in the schema"),
    (r": write (.+)$", r"write \1"),
    (r"must be true, or left out", "write true, or delete it"),
    (r"must be (.+)$", _write),
    (r"\bneeds? ([^:]+(?:: [\w`]+`)?)", r"add \1"),
    (r"goes? with (.+) only|only goes with (.+)$", lambda match: f"delete it, or write {match[1] or match[2]}"),
    (r"takes? no\b|take none|has none$|have none$|is not allowed|does not go with|cannot be|comes? from", "delete it"),
    (r"prefix that is not", "write the prefix in lower case, or leave it out"),
    (r"is no regular expression", "mend the expression"),
    (r"must equal (.+)$", r"write the same as \1"),
    (r"^(must .+)$", r"change it: it \1"),
    (r"^(.+ must .+)$", r"change it: \1"),
)


def cure_of(problem: str) -> str:
    """What to do about a problem, from the words that tell it; the least that can be said where they are others."""
    for pattern, said in _FORMS:
        match = re.search(pattern, problem)
        if match is not None:
            return match.expand(said) if isinstance(said, str) else said(match)
    return "change or delete what is marked"
