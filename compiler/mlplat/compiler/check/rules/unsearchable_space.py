"""A search that the algorithm cannot make: of these parameters, with so few trials at a time, with this resume policy.

Source: kubeflow/katib 0.16 to 0.19: `goptuna/service.go` (cmaes), `internal/search_space.py` (grid, pbt),
`hyperband/service.py`; for pbt's volume the guide to algorithms, and `pkg/webhook/v1beta1/pod/inject_webhook.go`, which
mounts the suggestion's volume into the trials.
"""

import math
from collections.abc import Iterable, Iterator

from mlplat.compiler.artifacts import Resolved, ResolvedEnvironment
from mlplat.compiler.check.katib_settings import number
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named, suggestion
from mlplat.schema.tuning import TuningExperiment

_ALGORITHM = ("spec", "algorithm", "name")


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """Findings on each experiment whose algorithm wants something of the space that it does not get."""
    for experiment in env.all(TuningExperiment):
        name = experiment.document.spec.algorithm.name
        if name == "cmaes":
            yield from _dimensions(experiment)
        elif name == "hyperband":
            yield from _hyperband(experiment)
        elif name in ("grid", "pbt"):
            yield from _steps(experiment, name)
        if name == "pbt" and experiment.document.spec.resume != "FromVolume":
            written = experiment.node.at(("spec", "resume")) is not None
            yield Found(
                experiment,
                ("spec", "resume") if written else _ALGORITHM,
                f"{named(experiment)} has no volume on which `pbt` could hand models from trial to trial",
                "must be `FromVolume`" if written else "needs `resume: FromVolume`",
                notes=("Katib makes the volume from its configuration; it must be ReadWriteMany",),
                help="write `resume: FromVolume`",
            )


def _dimensions(experiment: Resolved[TuningExperiment]) -> Iterator[Found]:
    numeric = [item for item in experiment.document.spec.parameters if item.type in ("int", "double")]
    if len(numeric) < 2:
        yield Found(
            experiment,
            _ALGORITHM,
            f"`cmaes` searches two or more numeric parameters, {named(experiment)} has {len(numeric)}",
            "needs two of type int or double",
            secondary=(experiment.label(("spec", "parameters"), "searched parameters"),),
            help="add a parameter of type int or double, or use `tpe`",
        )


def _steps(experiment: Resolved[TuningExperiment], name: str) -> Iterator[Found]:
    for index, parameter in enumerate(experiment.document.spec.parameters):
        if parameter.type == "double" and parameter.step is None:
            yield Found(
                experiment,
                ("spec", "parameters", index, "name"),
                f"`{parameter.name}` of {named(experiment)} needs a step: `{name}` tries single values only",
                "`step` is missing",
                secondary=(experiment.label(_ALGORITHM, "tries single values"),),
                help="add `step`, or write `type: discrete` with `values`",
            )


def _hyperband(experiment: Resolved[TuningExperiment]) -> Iterator[Found]:
    spec = experiment.document.spec
    settings = {item.name: (index, item.value) for index, item in enumerate(spec.algorithm.settings)}
    names = {parameter.name for parameter in spec.parameters}
    if "resource_name" in settings and settings["resource_name"][1] not in names:
        index, resource = settings["resource_name"]
        yield Found(
            experiment,
            ("spec", "algorithm", "settings", index, "value"),
            f"{named(experiment)} spends `{resource}`, which is not one of its parameters",
            "not a searched parameter",
            help=suggestion(resource, names, "parameter"),
        )
    least = least_parallel(settings.get("r_l", (0, ""))[1], settings.get("eta", (0, "3"))[1])
    if least is not None and spec.parallel_trials < least:
        written = experiment.node.at(("spec", "parallelTrials")) is not None
        yield Found(
            experiment,
            ("spec", "parallelTrials") if written else _ALGORITHM,
            f"{named(experiment)} runs too few trials at a time for its `hyperband` brackets",
            f"fewer than {least}",
            secondary=(experiment.label(("spec", "algorithm", "settings", settings["r_l"][0], "value"), "resource"),),
            help=f"write `parallelTrials: {least}`, or lower `r_l`",
        )


def least_parallel(resource: str, rate: str) -> int | None:
    """Trials at a time that hyperband's service demands for `r_l` and `eta`; None when one of them is no number.

    Computed as the service does, in floating point: it loses a bracket where the logarithms do.
    """
    limit, step = number(resource), number(rate)
    if limit is None or step is None or limit <= 0 or step < 2:
        return None
    eta = int(step)
    return math.ceil(float(eta) ** int(math.log(limit) / math.log(eta)))


RULE = SpecRule("MLP358", check)
