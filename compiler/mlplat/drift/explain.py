"""How two structured values differ, in words, where they are known to: what deepdiff is for, and nothing else.

It knows no schemas and no keys of lists, and takes long; so it never decides whether something differs.
"""

from typing import Any

_MOST = 8
"""Lines; a value that differs in more places is easier seen whole."""


def words_for(declared: Any, live: Any) -> list[str]:
    """One line for each place in which two structures differ, at most eight; none where they nest too
    deep."""
    from deepdiff import DeepDiff  # heavy, and needed for few findings

    try:
        said = DeepDiff(declared, live, ignore_order=False, verbose_level=2).pretty()
    except RecursionError:  # it takes many calls a level
        return []
    lines = [line.rstrip(".") for line in said.splitlines() if line.strip()]
    if len(lines) > _MOST:
        return [*lines[: _MOST - 1], f"and {len(lines) - _MOST + 1} more differences"]
    return lines
