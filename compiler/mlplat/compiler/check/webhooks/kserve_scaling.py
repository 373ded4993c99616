"""What scales a part of an InferenceService. Source: kserve/kserve v0.16 to v0.20
`pkg/apis/serving/v1beta1/inference_service_validation.go`, validateAutoScalingCompExtension and what it calls;
compared with the verdicts of the real 0.16.0 and 0.20.0."""

from collections.abc import Iterator
from typing import Any

from mlplat.catalog.products import DEPLOYMENT_MODE, DEPLOYMENT_MODES
from mlplat.catalog.versions import ComponentVersions
from mlplat.compiler.check.reading import Body, Problem, mapping, mappings
from mlplat.objects.quantity import parse

AUTOSCALER = "serving.kserve.io/autoscalerClass"
_KNATIVE_CLASS = "autoscaling.knative.dev/class"
_MEBIBYTE = parse("1Mi")


def mode_of(annotations: Body) -> str:
    """The deployment mode, under the name that it has today; a name that KServe does not know is that of Knative."""
    written = str(annotations.get(DEPLOYMENT_MODE) or "Knative")
    named = DEPLOYMENT_MODES.get(written, written)
    return named if named == "Standard" else "Knative"


def problems_of_scaling(part: Body, at: str, annotations: Body, versions: ComponentVersions) -> Iterator[Problem]:
    """What the autoscaler of the mode and of the annotations does not take."""
    for where, one in _metrics(part, at):
        for field in _SOURCES.values():
            if isinstance(one.get(field), dict) and not mapping(one[field].get("target")).get("type"):
                yield f"{where}/{field}", "needs `target.type`"
        for field in ("external", "podmetric"):
            # The defaulter writes an empty one, which the schema then refuses.
            if isinstance(one.get(field), dict) and not mapping(one[field].get("metric")).get("backend"):
                yield f"{where}/{field}", "needs `metric.backend`"
    # 0.16 renamed the mode, rewrites the old name only after this check, and so takes it for Knative's.
    renamed = versions.at_least("kserve", "0.16") and not versions.at_least("kserve", "0.17")
    if mode_of(annotations) == "Standard" and not (renamed and annotations.get(DEPLOYMENT_MODE) == "RawDeployment"):
        kind = annotations.get(AUTOSCALER)
        if kind == "hpa":
            yield from _hpa(part, at)
        elif kind == "keda":
            yield from _keda(part, at)
    elif annotations.get(_KNATIVE_CLASS) == "hpa.autoscaling.knative.dev":
        yield from _hpa(part, at)
    else:
        yield from _knative(part, at)


def _knative(part: Body, at: str) -> Iterator[Problem]:
    metric, target = part.get("scaleMetric"), part.get("scaleTarget")
    if part.get("deploymentStrategy") is not None:
        yield f"{at}/deploymentStrategy", f"only goes with `{DEPLOYMENT_MODE}: Standard`"
    if metric not in (None, "concurrency", "rps"):
        yield f"{at}/scaleMetric", "must be concurrency or rps where Knative scales"
    if isinstance(target, int) and metric == "rps" and target < 1:
        yield f"{at}/scaleTarget", "must be at least 1"


def _hpa(part: Body, at: str) -> Iterator[Problem]:
    metric, target = part.get("scaleMetric"), part.get("scaleTarget")
    if metric not in (None, "cpu", "memory"):
        yield f"{at}/scaleMetric", "must be cpu or memory where an HPA scales"
    elif isinstance(target, int) and (target > 100 or (target < 1 and metric in (None, "cpu"))):
        yield f"{at}/scaleTarget", "must be from 1 to 100"
    elif isinstance(target, int) and target < 1:
        yield f"{at}/scaleTarget", "must be at least 1"
    for where, one in _metrics(part, at):
        if one.get("type") != "Resource":
            yield f"{where}/type", "must be Resource where an HPA scales"
        elif one.get("resource") is None:
            yield where, "needs `resource`"


def _metrics(part: Body, at: str) -> Iterator[tuple[str, Body]]:
    for index, one in mappings(mapping(part.get("autoScaling")).get("metrics")):
        yield f"{at}/autoScaling/metrics/{index}", one


_SOURCES = {"Resource": "resource", "External": "external", "PodMetric": "podmetric"}


def _keda(part: Body, at: str) -> Iterator[Problem]:
    if part.get("scaleMetric") is not None:
        yield f"{at}/scaleMetric", "KEDA takes `autoScaling.metrics` instead"
    for where, one in _metrics(part, at):
        field = _SOURCES.get(str(one.get("type")))
        if field is None:
            yield f"{where}/type", f"must be {', '.join(_SOURCES)}"
        elif one.get(field) is None:
            yield where, f"needs `{field}`"
        elif field == "resource":
            yield from _keda_resource(mapping(one[field]), f"{where}/{field}")
        else:
            yield from _keda_query(mapping(one[field]), f"{where}/{field}")


def _keda_resource(source: Body, where: str) -> Iterator[Problem]:
    target = mapping(source.get("target"))
    kind, name = target.get("type"), source.get("name")
    if name == "cpu" and kind != "Utilization":
        yield f"{where}/target", "must be of type Utilization for cpu"
    elif name == "memory" and kind not in ("AverageValue", "Utilization"):
        yield f"{where}/target", "must be of type AverageValue or Utilization for memory"
    elif name == "memory" and kind == "AverageValue" and _is_below_mebibyte(target.get("averageValue")):
        yield f"{where}/target", "must have an `averageValue` of 1Mi or more"
    else:
        yield from _target(target, where)


def _is_below_mebibyte(value: Any) -> bool:
    try:
        return value is None or parse(value) < _MEBIBYTE
    except ValueError:
        return False


def _keda_query(source: Body, where: str) -> Iterator[Problem]:
    target = mapping(source.get("target"))
    if not mapping(source.get("metric")).get("query"):
        yield f"{where}/metric", "needs `query`"
    elif target.get("value") is None:
        yield f"{where}/target", "needs `value`"
    else:
        yield from _target(target, where)


def _target(target: Body, where: str) -> Iterator[Problem]:
    kind = target.get("type")
    utilization = target.get("averageUtilization")
    if kind == "Utilization" and utilization is None:
        yield f"{where}/target", "needs `averageUtilization`"
    elif kind == "Utilization" and isinstance(utilization, int) and not 1 <= utilization <= 100:
        yield f"{where}/target/averageUtilization", "must be from 1 to 100"
    elif kind == "AverageValue" and target.get("averageValue") is None:
        yield f"{where}/target", "needs `averageValue`"
    elif kind == "Value" and target.get("value") is None:
        yield f"{where}/target", "needs `value`"
