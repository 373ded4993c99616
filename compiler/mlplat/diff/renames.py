"""Documents and environments that are the same under another name: what is deleted and what is created belong together.

Only what is certain is said: the one document that is gone and the one that is new of a kind are alike in all but the
name. Nothing is taken away from the changes of the objects by that: another name is another object, and nothing that
the old one holds comes along.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from mlplat.compiler.artifacts import KubeObject, Resolved
from mlplat.diff.cause.spec_changes import ENVIRONMENT, PLATFORM, Address, documents_of
from mlplat.diff.impact.effect import Impact
from mlplat.diff.pairing import Pair
from mlplat.diff.report import Action, Change, Renamed
from mlplat.diff.state import Side, State
from mlplat.diff.teams import team_of
from mlplat.schema.environment import Environment
from mlplat.schema.team import Team

_CLAIM = ("", "PersistentVolumeClaim")


def renames_in(
    environment: str, pairs: Sequence[Pair], sides: tuple[Side, Side], found: Sequence[Change]
) -> list[Renamed]:
    """The documents of one environment that have another name, with the objects that are made again for that. `found`
    are its changes."""
    before, after = sides
    if before.resolved is None or after.resolved is None:
        return []
    names = _same_but_for_name(documents_of(before.resolved), documents_of(after.resolved))
    again = _made_again(pairs, names)
    runs = {_place(change) for change in found if change.action is Action.CREATED and _starts(change)}
    made = []
    for (kind, old), new in names.items():
        its = [
            (gone, come) for gone, come in again if _is_of(gone, kind, old, before) and _is_of(come, kind, new, after)
        ]
        if its:
            claims = sum(gone.ref[:2] == _CLAIM for gone, _ in its)
            started = sum((come.ref.kind, come.ref.namespace or None, come.logical_name) in runs for _, come in its)
            made.append(Renamed(kind, old, new, (environment,), len(its), claims, started))
    return made


def renamed_environments(old: State, new: State) -> Iterator[Renamed]:
    """The environments that are the same under another name: same cluster, same objects but for who has them."""
    gone = {name: side for name, side in old.sides.items() if name not in new.sides and name not in new.known}
    come = {name: side for name, side in new.sides.items() if name not in old.sides and name not in old.known}
    contents = [{name: _content(side) for name, side in sides.items() if side.resolved} for sides in (gone, come)]
    for before, after in _alike(*contents):
        same = {one.ref for one in gone[before].objects} & {one.ref for one in come[after].objects}
        if same:
            yield Renamed(Environment.kind_name, before, after, (), len(same), 0, 0)


def joined(renames: Iterable[Renamed]) -> tuple[Renamed, ...]:
    """The same rename of several environments as one, with the sums of all; teams first."""
    known: dict[tuple[str, str, str], Renamed] = {}
    for one in renames:
        key = (one.kind, one.old, one.new)
        known[key] = known[key].plus(one) if key in known else one
    return tuple(sorted(known.values(), key=lambda one: (one.kind != Team.kind_name, one.kind, one.old)))


def _same_but_for_name(
    old: Mapping[Address, Resolved[Any]], new: Mapping[Address, Resolved[Any]]
) -> dict[tuple[str, str], str]:
    """Kind and name of documents that are gone, to the name of the new one that is alike."""
    found: dict[tuple[str, str], str] = {}
    gone = [address for address in old if address not in new]
    come = [address for address in new if address not in old]
    for kind in sorted({kind for kind, _ in gone}):
        sides = [
            {name: _nameless(documents[kind, name]) for other, name in addresses if other == kind}
            for documents, addresses in ((old, gone), (new, come))
        ]
        found |= {(kind, before): after for before, after in _alike(*sides)}
    return found


def _alike(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Names of both sides whose contents are alike, where no third one is."""
    times = Counter(old.values()), Counter(new.values())
    partners = {content: name for name, content in new.items()}
    for name, content in old.items():
        if times[0][content] == times[1][content] == 1:
            yield name, partners[content]


def _content(side: Side) -> str:
    """All documents of an environment, without its name and without the platform."""
    if side.resolved is None:
        raise AssertionError("only environments are compared")
    documents = documents_of(side.resolved).items()
    made = {
        "/".join(address): _nameless(one) if address == ENVIRONMENT else _text(one.node.plain())
        for address, one in documents
        if address != PLATFORM
    }
    return _text(made)


def _nameless(document: Resolved[Any]) -> str:
    plain = document.node.plain()
    return _text({**plain, "metadata": {**plain["metadata"], "name": ""}})


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=repr)


def _made_again(pairs: Sequence[Pair], names: Mapping[tuple[str, str], str]) -> list[tuple[KubeObject, KubeObject]]:
    """What is deleted and what is created that are one object under other names, each once."""
    if not names:
        return []
    new_name = {old: new for (_, old), new in names.items()}
    words = re.compile(
        rf"(?<![a-z0-9])(?:{'|'.join(map(re.escape, sorted(new_name, key=len, reverse=True)))})(?![a-z0-9])"
    )

    def key(item: KubeObject, renamed: bool) -> tuple[str, ...]:
        texts = (item.ref.namespace, item.logical_name)
        if renamed:
            texts = tuple(words.sub(lambda match: new_name[match[0]], text) for text in texts)  # type: ignore[assignment]
        return (*item.ref[:2], *texts)

    gone = [(key(pair.old, True), pair.old) for pair in pairs if pair.new is None and pair.old is not None]
    come = {key(pair.new, False): pair.new for pair in pairs if pair.old is None and pair.new is not None}
    times = Counter(name for name, _ in gone)
    return [(item, come[name]) for name, item in gone if name in come and times[name] == 1]


def _is_of(item: KubeObject, kind: str, name: str, side: Side) -> bool:
    if kind == Team.kind_name:
        return team_of(item, side) == name
    return item.origin is not None and (item.origin.kind, item.origin.name) == (kind, name)


def _place(change: Change) -> tuple[str, str | None, str]:
    return change.object.kind, change.object.namespace, change.object.name


def _starts(change: Change) -> bool:
    return any(effect.impact is Impact.NEW_RUN for effect in change.effects)
