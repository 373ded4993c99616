"""What a run of these tests has proven, in numbers: written at its end, so that a green run says of what.

Facts of several runs are gathered in the file that `MLPLAT_TEST_PROVEN` names, one JSON list a line; what they come to
is printed by `python -m tests.control_plane.proven FILE`.
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

FILE = "MLPLAT_TEST_PROVEN"
Fact = tuple[str, str, tuple[str, ...]]

_FACTS: list[Fact] = []


def note(environment: str, what: str, *names: str) -> None:
    """Remember that `names` (`Kind/name`, Applications, stories) were proven to be `what` in an environment."""
    _FACTS.append((environment, what, names))
    if path := os.environ.get(FILE):
        # One write a line: several workers append to the same file.
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps([environment, what, names]) + "\n")


def lines(facts: Iterable[Fact] | None = None) -> list[str]:
    """One line for each environment and thing proven, then one for each thing that several have in common."""
    held: dict[str, dict[str, set[str]]] = {}
    total: dict[str, list[str]] = {}
    for environment, what, names in _FACTS if facts is None else facts:
        held.setdefault(environment, {}).setdefault(what, set()).update(names)
    found = []
    for environment, things in sorted(held.items()):
        for what, names in things.items():
            found.append(f"proven in {environment}: {len(names)} {what}{_kinds(names)}")
            total.setdefault(what, []).extend(names)
    for what, listed in total.items():
        places = sum(what in things for things in held.values())
        if places > 1:
            found.append(f"proven in all {places}: {len(listed)} {what}{_kinds(listed)}")
    return found


def _kinds(names: Iterable[str]) -> str:
    kinds = {name.split("/")[0] for name in names if "/" in name}
    return f", of {len(kinds)} kinds" if len(kinds) > 1 else ""


def read(path: Path) -> Iterator[Fact]:
    """The facts of a file, in the order in which they were proven."""
    for line in path.read_text(encoding="utf-8").splitlines():
        environment, what, names = json.loads(line)
        yield environment, what, tuple(names)


if __name__ == "__main__":
    print("\n".join(lines(read(Path(sys.argv[1])))))
