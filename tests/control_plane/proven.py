"""What a run of these tests has proven, in numbers: written at its end, so that a green run says of what."""

_FACTS: dict[str, dict[str, set[str]]] = {}


def note(environment: str, what: str, *names: str) -> None:
    """Remember that `names` (`Kind/name`, Applications) were proven to be `what` in an environment."""
    _FACTS.setdefault(environment, {}).setdefault(what, set()).update(names)


def lines() -> list[str]:
    """One line for each environment and thing proven."""
    found = []
    for environment, facts in sorted(_FACTS.items()):
        for what, names in facts.items():
            kinds = {name.split("/")[0] for name in names}
            of = f" of {len(kinds)} kinds" if len(kinds) > 1 else ""
            found.append(f"proven in {environment}: {len(names)} {what}{of}")
    return found
