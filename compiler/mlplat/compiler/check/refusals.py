"""From what a webhook or the server's validation says of an object to what a rule reports."""

from collections.abc import Iterable, Iterator

from mlplat.compiler.artifacts import KubeObject
from mlplat.compiler.check.cures import cure_of
from mlplat.compiler.check.pods import called
from mlplat.compiler.check.reading import Problem
from mlplat.compiler.check.rule import FoundInObject
from mlplat.objects.pointer import last_step

_SENTENCES = ("there is no ", "the scope ", "the volume ", "the host port ", "the port ", "two containers ")


def says_all(problem: str) -> bool:
    """True for words that name what is wrong: the name of the place in front of them would only disturb."""
    return problem.startswith(_SENTENCES)


def refusals_of(item: KubeObject, problems: Iterable[Problem], who: str, note: str = "") -> Iterator[FoundInObject]:
    """One finding for each problem. `who` refuses the object, as in "the webhook"; `note` is a fact beside it.
    A problem that begins with the name of its place is one of the name."""
    for pointer, problem in dict.fromkeys(problems):
        place = last_step(pointer)
        of_key = problem.startswith(f"`{place}` ")
        named = f"`{place}` " if place and not place.isdigit() and not of_key and not says_all(problem) else ""
        notes = (note,) if note else ()
        headline = f"{called(item)}: {named}{problem}"
        yield FoundInObject(item, pointer, headline, f"{who} refuses it", notes, cure_of(problem), of_key)
