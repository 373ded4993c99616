"""From what a webhook or the server's validation says of an object to what a rule reports."""

from collections.abc import Iterable, Iterator

from mlplat.compiler.artifacts import KubeObject
from mlplat.compiler.check.pods import called
from mlplat.compiler.check.reading import Problem
from mlplat.compiler.check.rule import FoundInObject
from mlplat.objects.pointer import last_step


def refusals_of(item: KubeObject, problems: Iterable[Problem], who: str, note: str = "") -> Iterator[FoundInObject]:
    """One finding for each problem. `who` refuses the object, as in "the webhook"; `note` is a fact beside it."""
    for pointer, problem in dict.fromkeys(problems):
        place = last_step(pointer)
        named = f"`{place}` " if place and not place.isdigit() else ""
        notes = (note,) if note else ()
        yield FoundInObject(item, pointer, f"{called(item)}: {named}{problem}", f"{who} refuses it", notes)
