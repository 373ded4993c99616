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

from mlplat.diagnostics import near_misses

CONDITIONED = frozenset(("Job", "TFJob", "PyTorchJob", "XGBoostJob", "MPIJob", "TrainJob"))
"""Kinds of trials whose success and failure Katib knows."""

_DEFAULT_PARALLEL = 3
_PLACEHOLDER = re.compile(r"\$\{trialParameters\.([^}]*)\}")
_META = re.compile(r"\$\{trialSpec\.(Name|Namespace|Kind|APIVersion|(Annotations|Labels)\[.+\])\}")


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


def _parameters(spec: Mapping[str, Any]) -> Iterator[Refusal]:
    parameters = spec.get("parameters") or []
    if bool(parameters) == (spec.get("nasConfig") is not None):
        both = "both `parameters` and `nasConfig`" if parameters else "neither `parameters` nor `nasConfig`"
        yield Refusal("/spec/nasConfig" if parameters else "/spec", f"it has {both}")
    for index, parameter in enumerate(parameters):
        name, space = parameter["name"], parameter["feasibleSpace"]
        where = f"/spec/parameters/{index}/feasibleSpace"
        given = sorted(field for field in ("min", "max", "step") if space.get(field))
        if parameter["parameterType"] in ("int", "double"):
            if space.get("list"):
                yield Refusal(
                    f"{where}/list", f"the parameter `{name}` is a number and has a list", "give `min` and `max`"
                )
            if not (space.get("min") and space.get("max")):
                yield Refusal(where, f"the parameter `{name}` has no `min` and `max`")
        elif given:
            at, kind = given[0], parameter["parameterType"]
            yield Refusal(f"{where}/{at}", f"the {kind} parameter `{name}` has `{at}`", "give a `list`")
        elif not space.get("list") and not space.get("distribution"):
            yield Refusal(where, f"the parameter `{name}` has nothing to choose from", "give a `list`")


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
    if trial is None:
        return
    kind, metadata = trial.get("kind"), trial.get("metadata")
    if not kind or not trial.get("apiVersion"):
        yield Refusal(f"{where}/trialSpec", "the trial needs `apiVersion` and `kind`")
    elif kind not in CONDITIONED and not (template.get("successCondition") and template.get("failureCondition")):
        yield Refusal(where, f"a trial of kind {kind} needs `successCondition` and `failureCondition`")
    for field in ("name", "namespace"):
        if isinstance(metadata, dict) and metadata.get(field):
            problem = f"the trial has a `{field}`, which Katib gives itself"
            yield Refusal(f"{where}/trialSpec/metadata/{field}", problem, f"delete `{field}`")


def _trial_parameters(spec: Mapping[str, Any]) -> Iterator[Refusal]:
    template = spec["trialTemplate"]
    where = "/spec/trialTemplate/trialParameters"
    known = [parameter["name"] for parameter in spec.get("parameters") or []]
    used = sorted(set(_PLACEHOLDER.findall(json.dumps(template.get("trialSpec"), ensure_ascii=False))))
    names: list[str] = []
    references: list[str] = []
    for index, one in enumerate(template["trialParameters"]):
        name, reference = one["name"], one["reference"]
        if not name or not reference or "{" in name or "}" in name:
            yield Refusal(f"{where}/{index}", "a trial parameter needs a name without braces and a reference")
            continue
        if name in names or reference in references:
            yield Refusal(f"{where}/{index}", f"the trial parameter `{name}` repeats another's name or reference")
        names.append(name)
        references.append(reference)
        if known and reference not in known and _META.fullmatch(reference) is None:
            near = near_misses(reference, known)
            cure = f"write `{near[0]}`" if near else None
            yield Refusal(f"{where}/{index}/reference", f"there is no parameter `{reference}`", cure)
        if template.get("trialSpec") is not None and name not in used:
            cure = f"write `${{trialParameters.{name}}}` where its value belongs, or delete it"
            yield Refusal(f"{where}/{index}/name", f"the trial does not use the trial parameter `{name}`", cure)
    for name in used:
        if name not in names:
            near = near_misses(name, names)
            cure = f"a similar one exists: `{near[0]}`" if near else f"add a trial parameter `{name}`"
            yield Refusal(
                "/spec/trialTemplate/trialSpec", f"the trial uses `{name}`, which is no trial parameter", cure
            )


def _metrics_collector(collector: Mapping[str, Any]) -> Iterator[Refusal]:
    kind = (collector.get("collector") or {}).get("kind") or "StdOut"
    source = collector.get("source") or {}
    path = source.get("fileSystemPath") or {}
    where = "/spec/metricsCollectorSpec"
    wanted = {"File": "File", "TensorFlowEvent": "Directory"}.get(kind)
    if wanted is not None and (path.get("kind") != wanted or not str(path.get("path", "")).startswith("/")):
        yield Refusal(where, f"the collector {kind} needs a `fileSystemPath` of kind {wanted} with an absolute path")
    if kind == "File" and path.get("format") == "JSON" and source.get("filter") is not None:
        yield Refusal(f"{where}/source/filter", "metrics in JSON have no filter", "delete `filter`")
    if kind == "TensorFlowEvent" and path.get("format"):
        yield Refusal(f"{where}/source/fileSystemPath/format", "event files have no format", "delete `format`")
    if kind == "Custom" and (collector.get("collector") or {}).get("customCollector") is None:
        yield Refusal(f"{where}/collector", "a custom collector needs `customCollector`")
    for index, pattern in enumerate((source.get("filter") or {}).get("metricsFormat") or ()):
        if re.search(r"\(.*\).*\(.*\)", pattern) is None:
            yield Refusal(f"{where}/source/filter/metricsFormat/{index}", "a filter needs two groups: name and value")
