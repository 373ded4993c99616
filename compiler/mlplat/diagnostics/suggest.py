"""Near misses: the names that the user may have meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def near_misses(written: str, known: Iterable[str]) -> tuple[str, ...]:
    """At most three of `known` that look like `written`, nearest first; empty when none is close."""
    by_folded = {name.casefold().replace("_", "").replace("-", ""): name for name in sorted(known)}
    matches = get_close_matches(written.casefold().replace("_", "").replace("-", ""), by_folded, n=3, cutoff=0.7)
    return tuple(by_folded[match] for match in matches)
