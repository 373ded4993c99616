"""How two structured values differ, in words, where they are known to: what deepdiff is for, and nothing else.

It knows no schemas and no keys of lists, and takes long; so it never decides whether something differs.
"""

import json
from collections.abc import Mapping
from typing import Any

_MOST = 8
"""Lines; a value that differs in more places is easier seen whole."""


def words_for(declared: Any, live: Any) -> list[str]:
    """One line for each place in which two structures differ, at most eight; none where they nest too
    deep."""
    from deepdiff import DeepDiff  # heavy, and needed for few findings
    from deepdiff.serialization import pretty_print_diff

    try:
        tree = DeepDiff(declared, live, ignore_order=False, verbose_level=2, view="tree")
        lines: list[str] = []
        for how in sorted(tree):
            for level in tree[how]:
                if how == "type_changes":
                    lines.append(_other_type(level))
                    continue
                said = pretty_print_diff(level)  # type: ignore[no-untyped-call]
                lines += [line.rstrip(".") for line in said.splitlines() if line.strip()]
    except RecursionError:  # it takes many calls a level
        return []
    if len(lines) > _MOST:
        return [*lines[: _MOST - 1], f"and {len(lines) - _MOST + 1} more differences"]
    return lines


_WIDEST = 60
"""Characters of a value that are shown beside its type."""


def _other_type(level: Any) -> str:
    """What a value was and is: deepdiff's own words repeat it in full, with the names of Python's types."""
    path = level.path()
    return f"{'' if path == 'root' else f'{path}: '}{_typed(level.t1)}, now {_typed(level.t2)}"


def _typed(value: Any) -> str:
    """What a value is; one that has no parts also says itself."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = json.dumps(value, ensure_ascii=False)
    text = text if len(text) <= _WIDEST else f"{text[: _WIDEST - 3]}..."
    return f"the {_SCALARS.get(type(value), 'text')} {text}"


_SCALARS = {bool: "boolean", int: "number", float: "number"}
