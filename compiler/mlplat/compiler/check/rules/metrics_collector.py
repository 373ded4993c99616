"""A metrics collector that Katib's webhook refuses, or that reads nothing.

Source: validator.go, validateMetricsCollector (0.16 to 0.19). A collector of kind File or TensorFlowEvent without a
path is given one by Katib (`experiment_defaults.go`). Push came with 0.18.
"""

import re
from collections.abc import Iterable, Iterator

from mlplat.compiler.artifacts import Path, Resolved, ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.schema.tuning import TuningExperiment

_PATH: Path = ("spec", "metricsCollector")
_NOT_GO = re.compile(r"(?<!\\)(?:\(\?(?:[=!>(#]|<[=!]|P=)|\\[1-9])")
"""What Python's expressions have and Go's do not: look-around, atomic groups, comments, references to a group."""

_GO_ONLY = re.compile(r"\\[pPzQEC]|\(\?[a-zA-Z-]+[:)]|\[\[:")
"""What Go's expressions have and Python's do not, or read otherwise: such a filter is not judged."""


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """Findings on the collector of each experiment."""
    for experiment in env.all(TuningExperiment):
        collector = experiment.document.spec.metrics_collector
        if collector.kind == "Push" and env.versions.has("katib") and not env.versions.at_least("katib", "0.18"):
            yield Found(
                experiment,
                (*_PATH, "kind"),
                f"Katib {env.versions.get('katib')} has no Push collector for {named(experiment)}",
                "from Katib 0.18 on",
                help="print the metrics and use `StdOut`",
            )
        if collector.kind == "File" and collector.format == "JSON" and collector.filters:
            yield Found(
                experiment,
                (*_PATH, "filters"),
                f"{named(experiment)} filters a metrics file that is JSON",
                "filters read text",
                secondary=(experiment.label((*_PATH, "format"), "read by its keys"),),
                help="delete `filters`, or write `format: TEXT`",
                at_key=True,
            )
        elif collector.kind in ("StdOut", "File"):
            for index, text in enumerate(collector.filters):
                yield from _filter(experiment, (*_PATH, "filters", index), text)


def _filter(experiment: Resolved[TuningExperiment], path: Path, text: str) -> Iterator[Found]:
    problem = filter_problem(text)
    if problem is not None:
        yield Found(
            experiment,
            path,
            f"{named(experiment)} has a filter that Katib cannot use",
            problem,
            notes=("the first group is the name of the metric, the second its value",),
            help="for example `([a-z_0-9]+)=([0-9.e+-]+)`",
        )


def filter_problem(text: str) -> str | None:
    """What is wrong with a filter, which is to be a regular expression of Go with two groups; None for a sound one."""
    if _NOT_GO.search(text):
        return "uses what Go's expressions do not have"
    if _GO_ONLY.search(text):
        return None
    try:
        compiled = re.compile(text)
    except re.error:
        return "not a regular expression"
    return None if compiled.groups >= 2 else "needs two groups, name and value"


RULE = SpecRule("MLP360", check)
