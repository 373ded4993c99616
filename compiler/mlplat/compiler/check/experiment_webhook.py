"""What Katib's webhook asks of an Experiment beyond its fields.

Source: Katib v0.19.0 `pkg/webhook/v1beta1/experiment/validator/validator.go`; the functions below are named after
those there. What the webhook fills in first (`experiment_defaults.go`: three trials at a time, the conditions of the
kinds in `CONDITIONED`, standard output as the place of metrics) is not asked for.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlplat.compiler.check.go_patterns import is_go_pattern
from mlplat.diagnostics import near_misses

_ALGORITHMS = (
    *("random", "tpe", "grid", "hyperband", "bayesianoptimization", "cmaes", "sobol", "multivariate-tpe"),
    *("enas", "darts", "pbt"),
)
"""Those of the stock configuration (`manifests/v1beta1/installs/katib-standalone/katib-config.yaml`)."""
_STOPPINGS = ("medianstop",)
_COLLECTORS = ("StdOut", "File", "TensorFlowEvent")
"""Collectors of which the stock configuration has an image; PrometheusMetric has none."""
CONDITIONED = frozenset(("Job", "TFJob", "PyTorchJob", "XGBoostJob", "MPIJob", "TrainJob"))
"""Kinds of trials whose success and failure Katib knows."""

_DEFAULT_PARALLEL = 3
_PLACEHOLDER = re.compile(r"\$\{trialParameters\.(.[^}]*)\}")
_META = re.compile(r"\$\{trialSpec\.(.+?)\}")
_META_KEYS = ("Name", "Namespace", "Kind", "APIVersion", "Annotations", "Labels")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the webhook refuses: where (JSON pointer), what, and what to do."""

    pointer: str
    problem: str
    help: str | None = None


def refusals(spec: Mapping[str, Any]) -> Iterator[Refusal]:
    """Everything in a `spec` whose fields are sound by `experiment_schema`."""
    yield from _counts(spec)
    yield from _objective(spec["objective"])
    yield from _algorithms(spec)
    yield from _parameters(spec)
    yield from _trial_source(spec["trialTemplate"])
    yield from _trial_parameters(spec)
    yield from _metrics_collector(spec.get("metricsCollectorSpec") or {})


def _counts(spec: Mapping[str, Any]) -> Iterator[Refusal]:
    most = spec.get("maxTrialCount")
    parallel, failed = spec.get("parallelTrialCount"), spec.get("maxFailedTrialCount")
    for name in ("maxTrialCount", "parallelTrialCount"):
        if spec.get(name) is not None and spec[name] <= 0:
            yield Refusal(f"/spec/{name}", f"`{name}` must be at least 1")
    if failed is not None and failed < 0:
        yield Refusal("/spec/maxFailedTrialCount", "`maxFailedTrialCount` must be at least 0")
    if most is None or most <= 0:
        return
    if failed is not None and failed > most:
        yield Refusal("/spec/maxFailedTrialCount", f"`maxFailedTrialCount` is above `maxTrialCount`, {most}")
    if parallel is None and most < _DEFAULT_PARALLEL:
        cure = f"write `parallelTrialCount: {most}`"
        yield Refusal(
            "/spec/maxTrialCount", f"fewer trials than run at a time: {_DEFAULT_PARALLEL} when it is not said", cure
        )
    elif parallel is not None and parallel > most:
        yield Refusal("/spec/parallelTrialCount", f"`parallelTrialCount` is above `maxTrialCount`, {most}")


def _objective(objective: Mapping[str, Any]) -> Iterator[Refusal]:
    names = objective.get("additionalMetricNames") or []
    if not objective["objectiveMetricName"]:
        yield Refusal("/spec/objective/objectiveMetricName", "the objective names no metric")
    elif objective["objectiveMetricName"] in names:
        at = names.index(objective["objectiveMetricName"])
        yield Refusal(
            f"/spec/objective/additionalMetricNames/{at}", f"the metric `{names[at]}` is the objective already"
        )


def _algorithms(spec: Mapping[str, Any]) -> Iterator[Refusal]:
    stopping = spec.get("earlyStopping")
    for field, given, known in (
        ("algorithm", spec["algorithm"], _ALGORITHMS),
        ("earlyStopping", stopping if isinstance(stopping, dict) else None, _STOPPINGS),
    ):
        name = given.get("algorithmName") if given is not None else known[0]
        if name not in known:
            near = near_misses(str(name), known)
            problem = f"Katib's stock configuration has no algorithm `{name}`" if name else "it names no algorithm"
            at = f"/spec/{field}/algorithmName" if name is not None else f"/spec/{field}"
            yield Refusal(at, problem, f"write `{near[0]}`" if near else f"write one of {', '.join(known)}")


def _parameters(spec: Mapping[str, Any]) -> Iterator[Refusal]:
    parameters = spec.get("parameters") or []
    if bool(parameters) == (spec.get("nasConfig") is not None):
        both = "both `parameters` and `nasConfig`" if parameters else "neither `parameters` nor `nasConfig`"
        yield Refusal("/spec/nasConfig" if parameters else "/spec", f"it has {both}")
    for index, parameter in enumerate(parameters):
        parameter = parameter or {}
        name, space = parameter.get("name") or "", parameter.get("feasibleSpace") or {}
        where = f"/spec/parameters/{index}" + ("/feasibleSpace" if parameter.get("feasibleSpace") is not None else "")
        given = sorted(field for field in ("min", "max", "step") if space.get(field))
        if parameter.get("parameterType") in ("int", "double"):
            if space.get("list"):
                yield Refusal(
                    f"{where}/list", f"the parameter `{name}` is a number and has a list", "give `min` and `max`"
                )
            if not (space.get("min") and space.get("max")):
                yield Refusal(where, f"the parameter `{name}` has no `min` and `max`")
        elif given and parameter.get("parameterType") in ("discrete", "categorical"):
            at, kind = given[0], parameter["parameterType"]
            yield Refusal(f"{where}/{at}", f"the {kind} parameter `{name}` has `{at}`", "give a `list`")


def _trial_source(template: Mapping[str, Any]) -> Iterator[Refusal]:
    trial, config = template.get("trialSpec"), template.get("configMap")
    where = "/spec/trialTemplate"
    if (trial is None) == (config is None):
        both = (
            "both a `trialSpec` and a `configMap`" if trial is not None else "neither a `trialSpec` nor a `configMap`"
        )
        yield Refusal(where, f"the trial template has {both}")
    if config is not None and not all(
        config.get(key) for key in ("configMapName", "configMapNamespace", "templatePath")
    ):
        yield Refusal(f"{where}/configMap", "it needs `configMapName`, `configMapNamespace` and `templatePath`")
    if not template["primaryContainerName"]:
        yield Refusal(f"{where}/primaryContainerName", "the trial template names no container")
    written = trial.get("kind") if trial is not None else None
    kind = written if isinstance(written, str) else None
    if kind not in CONDITIONED and not (template.get("successCondition") and template.get("failureCondition")):
        named = f"of kind {kind} " if kind else ""
        yield Refusal(where, f"a trial {named}needs `successCondition` and `failureCondition`")
    if trial is None:
        return
    metadata = trial.get("metadata")
    if not (kind and isinstance(kind, str) and trial.get("apiVersion") and isinstance(trial["apiVersion"], str)):
        yield Refusal(f"{where}/trialSpec", "the trial needs `apiVersion` and `kind`")
    for field in ("name", "namespace"):
        if isinstance(metadata, dict) and isinstance(metadata.get(field), str) and metadata[field]:
            problem = f"the trial has a `{field}`, which Katib gives itself"
            yield Refusal(f"{where}/trialSpec/metadata/{field}", problem, f"delete `{field}`")


def _trial_parameters(spec: Mapping[str, Any]) -> Iterator[Refusal]:
    template = spec["trialTemplate"]
    where = "/spec/trialTemplate/trialParameters"
    if not template["trialParameters"]:
        yield Refusal(where, "there is no trial parameter", "add one for each parameter that is searched")
        return
    known = [parameter.get("name") or "" for parameter in spec.get("parameters") or [] if parameter is not None]
    text = json.dumps(template.get("trialSpec"), ensure_ascii=False)
    used = sorted(set(_PLACEHOLDER.findall(text)))
    names: list[str] = []
    references: list[str] = []
    for index, one in enumerate(template["trialParameters"]):
        one = one or {}
        name, reference = one.get("name"), one.get("reference")
        if not name or not reference or "{" in name or "}" in name:
            yield Refusal(f"{where}/{index}", "a trial parameter needs a name without braces and a reference")
            continue
        if name in names or reference in references:
            yield Refusal(f"{where}/{index}", f"the trial parameter `{name}` repeats another's name or reference")
            continue
        names.append(name)
        references.append(reference)
        if known and reference not in known and not _is_of_the_trial(reference):
            near = near_misses(reference, known)
            cure = f"write `{near[0]}`" if near else None
            yield Refusal(f"{where}/{index}/reference", f"there is no parameter `{reference}`", cure)
        if template.get("trialSpec") is not None and f"${{trialParameters.{name}}}" not in text:
            cure = f"write `${{trialParameters.{name}}}` where its value belongs, or delete it"
            yield Refusal(f"{where}/{index}/name", f"the trial does not use the trial parameter `{name}`", cure)
    for name in used:
        if name not in names:
            near = near_misses(name, names)
            cure = f"a similar one exists: `{near[0]}`" if near else f"add a trial parameter `{name}`"
            yield Refusal(
                "/spec/trialTemplate/trialSpec", f"the trial uses `{name}`, which is no trial parameter", cure
            )


def _is_of_the_trial(reference: str) -> bool:
    """True for `${trialSpec.Name}` and its like: what is taken from the trial itself (isMetaKey)."""
    match = _META.search(reference)
    if match is None:
        return False
    key, bracket, rest = match[1].partition("[")
    return key in _META_KEYS and (not bracket or (len(rest) > 1 and rest.endswith("]")))


def _metrics_collector(collector: Mapping[str, Any]) -> Iterator[Refusal]:
    given = collector.get("collector")
    kind = "StdOut" if given is None else given.get("kind")
    source = collector.get("source") or {}
    where = "/spec/metricsCollectorSpec"
    if kind == "PrometheusMetric":
        problem = "Katib's stock configuration has no image of the collector PrometheusMetric"
        yield Refusal(f"{where}/collector/kind", problem, f"write one of {', '.join(_COLLECTORS)}, Custom, Push")
    elif kind in ("File", "TensorFlowEvent", "Custom"):
        yield from _files(kind, given or {}, source, where)
    elif not kind:
        yield Refusal(f"{where}/collector", "the collector has no `kind`")
    if kind in ("StdOut", "Push"):
        return
    for index, pattern in enumerate((source.get("filter") or {}).get("metricsFormat") or ()):
        at = f"{where}/source/filter/metricsFormat/{index}"
        if not is_go_pattern(pattern or ""):
            yield Refusal(at, f"`{pattern}` is no regular expression")
        elif re.search(r"\(.*\).*\(.*\)", pattern or "") is None:
            yield Refusal(at, "a filter needs two groups: name and value")


def _files(kind: str, collector: Mapping[str, Any], source: Mapping[str, Any], where: str) -> Iterator[Refusal]:
    """The collectors that read files. What is absent Katib fills in (`experiment_defaults.go`)."""
    place = source.get("fileSystemPath")
    path = place or {}
    absolute = str(path.get("path") or "/").startswith("/")
    if kind == "Custom":
        if collector.get("customCollector") is None:
            yield Refusal(f"{where}/collector", "a custom collector needs `customCollector`")
        named = path.get("kind") in ("File", "Directory") and path.get("path") and absolute
        if place is not None and not named:
            problem = "a custom collector's `fileSystemPath` needs a `kind`, File or Directory, and an absolute path"
            yield Refusal(f"{where}/source/fileSystemPath", problem)
        return
    wanted = {"File": "File", "TensorFlowEvent": "Directory"}[kind]
    if (path.get("kind") or wanted) != wanted or not absolute:
        at = f"{where}/source/fileSystemPath"
        yield Refusal(at, f"the collector {kind} needs a `fileSystemPath` of kind {wanted} with an absolute path")
    form = path.get("format")
    if kind == "TensorFlowEvent" and form:
        yield Refusal(f"{where}/source/fileSystemPath/format", "event files have no format", "delete `format`")
    elif kind == "File" and form not in (None, "", "TEXT", "JSON"):
        yield Refusal(f"{where}/source/fileSystemPath/format", "`format` must be TEXT or JSON")
    elif kind == "File" and form == "JSON" and source.get("filter") is not None:
        yield Refusal(f"{where}/source/filter", "metrics in JSON have no filter", "delete `filter`")
