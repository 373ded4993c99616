"""KServe's webhooks. Source: kserve/kserve v0.16 to v0.20 `pkg/apis/serving/v1beta1/{inference_service_validation,
component,predictor_custom}.go`, `pkg/apis/serving/v1alpha1/inference_graph_validation.go`."""

from collections.abc import Iterator, Mapping
from typing import Any

from mlplat.catalog.versions import ComponentVersions

Problem = tuple[str, str]
Body = Mapping[str, Any]

MODE = "serving.kserve.io/deploymentMode"
AUTOSCALER = "serving.kserve.io/autoscalerClass"
_KNATIVE_CLASS = "autoscaling.knative.dev/class"
_SERVERS = (
    "sklearn",
    "xgboost",
    "tensorflow",
    "pytorch",
    "triton",
    "onnx",
    "huggingface",
    "pmml",
    "lightgbm",
    "paddle",
    "model",
)
_PARTS = ("predictor", "transformer", "explainer")
_GPUS = ("nvidia.com/gpu", "amd.com/gpu", "intel.com/gpu", "habana.ai/gaudi")
_ORDINARY = ("cpu", "memory", "storage", "ephemeral-storage")


def _map(value: Any) -> Body:
    return value if isinstance(value, dict) else {}


def _maps(value: Any) -> list[tuple[int, Body]]:
    return [(i, one) for i, one in enumerate(value) if isinstance(one, dict)] if isinstance(value, list) else []


def problems_of_service(body: Body, versions: ComponentVersions) -> Iterator[Problem]:
    """InferenceServices."""
    annotations = _map(_map(body.get("metadata")).get("annotations"))
    spec = _map(body.get("spec"))
    if not _map(spec.get("predictor")):
        yield "/spec", "needs a `predictor` that serves"
        return
    allowed = ("hpa", "external", "keda", "none")
    autoscaler = annotations.get(AUTOSCALER, "")
    if AUTOSCALER in annotations and str(autoscaler or "") not in allowed:
        yield f"/metadata/annotations/{AUTOSCALER.replace('/', '~1')}", f"must be {', '.join(allowed)}"
    predictor = _map(spec.get("predictor"))
    for server in _SERVERS:
        if _map(predictor.get(server)).get("name"):
            yield f"/spec/predictor/{server}/name", "is not allowed here"
    yield from _multi_node(predictor, annotations)
    if predictor.get("storageUris") is not None and any(_map(predictor.get(one)).get("storageUri") for one in _SERVERS):
        yield "/spec/predictor/storageUris", "excludes `storageUri`"
    for part in _PARTS:
        if isinstance(spec.get(part), dict):
            yield from _component(spec[part], part, annotations, versions)


def _component(part: Body, name: str, annotations: Body, versions: ComponentVersions) -> Iterator[Problem]:
    at = f"/spec/{name}"
    least, most = part.get("minReplicas"), part.get("maxReplicas", 0)
    least = 1 if least is None else least
    if isinstance(least, int) and isinstance(most, int):
        if least < 0 or most < 0:
            yield f"{at}/{'minReplicas' if least < 0 else 'maxReplicas'}", "must not be negative"
        elif most and least > most:
            yield f"{at}/minReplicas", "must be at most `maxReplicas`"
    concurrency = part.get("containerConcurrency")
    if isinstance(concurrency, int) and concurrency < 0:
        yield f"{at}/containerConcurrency", "must not be negative"
    logger = part.get("logger")
    if isinstance(logger, dict) and logger.get("mode") not in ("all", "request", "response"):
        yield f"{at}/logger", "`mode` must be all, request or response"
    mode = _mode(annotations)
    if mode == "Knative" and part.get("deploymentStrategy") is not None:
        yield f"{at}/deploymentStrategy", f"only goes with `{MODE}: Standard`"
    yield from _protocol(part, at)
    yield from _scaling(part, at, annotations, mode, versions)


def _mode(annotations: Body) -> str:
    written = str(annotations.get(MODE) or "Knative")
    return {"Serverless": "Knative", "RawDeployment": "Standard"}.get(written, written)


def _protocol(part: Body, at: str) -> Iterator[Problem]:
    """The variable PROTOCOL of a custom container, in predictors."""
    if at != "/spec/predictor" or any(part.get(server) is not None for server in _SERVERS):
        return
    for index, container in _maps(part.get("containers")):
        for number, entry in _maps(container.get("env")):
            if entry.get("name") == "PROTOCOL" and entry.get("value") not in ("v1", "v2"):
                yield f"{at}/containers/{index}/env/{number}", "PROTOCOL must be `v1` or `v2`"


def _scaling(part: Body, at: str, annotations: Body, mode: str, versions: ComponentVersions) -> Iterator[Problem]:
    metric, target = part.get("scaleMetric"), part.get("scaleTarget")
    # 0.16 renamed the mode, rewrites the old name only after this check, and so takes it for Knative's.
    renamed = versions.at_least("kserve", "0.16") and not versions.at_least("kserve", "0.17")
    raw_by_old_name = annotations.get(MODE) == "RawDeployment" and renamed
    if mode == "Standard" and not raw_by_old_name:
        kind = annotations.get(AUTOSCALER)
        if kind == "hpa":
            yield from _hpa(metric, target, at)
        elif kind == "keda" and (metric is not None or target is not None):
            yield f"{at}/scaleMetric", "KEDA takes `autoScaling.metrics` instead"
    elif annotations.get(_KNATIVE_CLASS) == "hpa.autoscaling.knative.dev":
        yield from _hpa(metric, target, at)
    else:
        if metric not in (None, "concurrency", "rps"):
            yield f"{at}/scaleMetric", "must be concurrency or rps where Knative scales"
        if isinstance(target, int) and metric == "rps" and target < 1:
            yield f"{at}/scaleTarget", "must be at least 1"


def _hpa(metric: Any, target: Any, at: str) -> Iterator[Problem]:
    if metric not in (None, "cpu", "memory"):
        yield f"{at}/scaleMetric", "must be cpu or memory where an HPA scales"
    elif isinstance(target, int) and metric in (None, "cpu") and not 1 <= target <= 100:
        yield f"{at}/scaleTarget", "must be from 1 to 100"
    elif isinstance(target, int) and target < 1:
        yield f"{at}/scaleTarget", "must be at least 1"


def _multi_node(predictor: Body, annotations: Body) -> Iterator[Problem]:
    worker = predictor.get("workerSpec")
    if not isinstance(worker, dict):
        return
    at = "/spec/predictor/workerSpec"
    if len(worker.get("containers") or ()) > 1:
        yield f"{at}/containers", "may hold one container"
    for field in ("pipelineParallelSize", "tensorParallelSize"):
        if isinstance(worker.get(field), int) and worker[field] < 1:
            yield f"{at}/{field}", "must be at least 1"
    model = predictor.get("model")
    if isinstance(model, dict):
        for number, entry in _maps(model.get("env")):
            if entry.get("name") in ("PIPELINE_PARALLEL_SIZE", "TENSOR_PARALLEL_SIZE"):
                yield f"/spec/predictor/model/env/{number}/name", "is set by `workerSpec`"
        uri = model.get("storageUri")
        if not isinstance(uri, str) or uri.split("://")[0] not in ("pvc", "oci"):
            yield "/spec/predictor/model", "`storageUri` must be of `pvc://` or `oci://` with `workerSpec`"
        if annotations.get(AUTOSCALER) != "none":
            yield "/metadata/annotations", f"`{AUTOSCALER}` must be `none` with `workerSpec`"
    for held, where in (
        (_map(model), "/spec/predictor/model"),
        *((one, f"{at}/containers/{i}") for i, one in _maps(worker.get("containers"))),
    ):
        for side in ("limits", "requests"):
            for name in _map(_map(held.get("resources")).get(side)):
                if name not in _ORDINARY and name not in _GPUS:
                    yield f"{where}/resources/{side}", f"`{name}` is no accelerator that KServe knows"


def problems_of_graph(body: Body) -> Iterator[Problem]:
    """InferenceGraphs."""
    nodes = _map(_map(body.get("spec")).get("nodes"))
    if "root" not in nodes:
        yield "/spec", "needs a node `root`"
    for name, node in nodes.items():
        at = f"/spec/nodes/{name}"
        steps = _maps(_map(node).get("steps"))
        seen: set[str] = set()
        for index, step in steps:
            targets = [one for one in ("nodeName", "serviceName", "serviceUrl") if step.get(one)]
            if len(targets) != 1:
                yield f"{at}/steps/{index}", "must name one target" if targets else "names no target"
            label = step.get("name")
            if isinstance(label, str) and label:
                if label in seen:
                    yield f"{at}/steps/{index}/name", f"`{label}` is there twice"
                seen.add(label)
        if _map(node).get("routerType") == "Splitter":
            weights = [step.get("weight") for _, step in steps]
            if (
                any(not isinstance(one, int) for one in weights)
                or sum(one for one in weights if isinstance(one, int)) != 100
            ):
                yield f"{at}/steps", "the weights of a Splitter must add up to 100"
