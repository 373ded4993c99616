"""The same change in several environments is one change that reaches them all."""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from mlplat.diff.report import Action, Change


def join_environments(changes: Iterable[Change]) -> list[Change]:
    """Changes that say the same of the same object, joined: environments in the order in which they came."""
    joined: dict[tuple[Any, ...], Change] = {}
    for change in changes:
        key = _key(change)
        known = joined.get(key)
        if known is None:
            joined[key] = change
        else:
            joined[key] = replace(
                known,
                environments=(*known.environments, *(e for e in change.environments if e not in known.environments)),
                causes=tuple(dict.fromkeys((*known.causes, *change.causes))),
                runs={**known.runs, **change.runs},
            )
    return list(joined.values())


def _key(change: Change) -> tuple[Any, ...]:
    """What makes two changes the same. Of a whole object its body is not compared: environments always differ in it."""
    name = change.object
    # A document has one object of a name in every environment, whatever its namespace is called there.
    where = change.document or name.namespace
    whole = change.action is not Action.CHANGED
    values = () if whole else (_text(change.old), _text(change.new))
    effects = tuple((effect.impact, effect.why) for effect in change.effects)
    return (
        name.kind,
        name.api_version.partition("/")[0],
        name.name,
        where,
        change.action,
        change.path,
        values,
        effects,
    )


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=repr)
