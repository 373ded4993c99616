"""Findings on a list of settings of one of Katib's algorithms."""

from collections.abc import Iterator, Sequence
from typing import Any

from mlplat.compiler.artifacts import Path, Resolved
from mlplat.compiler.check.katib_settings import Algorithm
from mlplat.compiler.check.rule import Found
from mlplat.compiler.check.wording import named, suggestion
from mlplat.schema.tuning import AlgorithmSetting


def judge_settings(
    document: Resolved[Any], path: Path, name: str, settings: Sequence[AlgorithmSetting], algorithm: Algorithm
) -> Iterator[Found]:
    """One finding for each setting that `algorithm`, called `name`, does not have, whose value it does not take, or
    that it needs and that is missing. `path` is where the algorithm stands."""
    who = named(document)
    for index, setting in enumerate(settings):
        known = algorithm.settings.get(setting.name)
        at = (*path, "settings", index)
        if known is None:
            if setting.name not in algorithm.internal:
                yield Found(
                    document,
                    (*at, "name"),
                    f"`{name}` has no setting `{setting.name}`, which {who} gives it",
                    f"not a setting of `{name}`",
                    help=suggestion(setting.name, algorithm.settings, "setting"),
                )
        elif not known.takes(setting.value):
            yield Found(
                document,
                (*at, "value"),
                f"`{name}` does not take this value of `{setting.name}`, which {who} gives it",
                f"not {known.words}",
                help=f"write {known.words}",
            )
    given = {setting.name for setting in settings}
    for missing in algorithm.required:
        if missing not in given:
            yield Found(
                document,
                path,
                f"`{name}` needs the setting `{missing}`, which {who} does not give",
                f"`{missing}` is missing",
                notes=(f"it is {algorithm.settings[missing].words}",),
                help=f"add `{missing}` to `settings`",
                at_key=True,
            )
