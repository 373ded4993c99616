"""KServe's webhooks on what is not an InferenceService. Source: kserve/kserve v0.16 to v0.20
`pkg/webhook/admission/servingruntime/servingruntime_webhook.go`,
`pkg/apis/serving/v1alpha1/{inference_graph_validation,trainedmodel_webhook}.go`."""

import re
from collections.abc import Iterator
from typing import Any

from mlplat.compiler.check.reading import Body, Problem, mapping, mappings, metadata_of, spec_of

_GPUS = ("nvidia.com/gpu", "amd.com/gpu", "intel.com/gpu", "habana.ai/gaudi")
_ORDINARY = ("cpu", "memory", "storage", "ephemeral-storage")
_SIZES = ("pipelineParallelSize", "tensorParallelSize")
SIZE_VARIABLES = ("PIPELINE_PARALLEL_SIZE", "TENSOR_PARALLEL_SIZE")
"""Variables that `workerSpec` sets."""
_MODEL_NAME = re.compile(r"[a-zA-Z0-9_-]+")
_MODEL_URI = re.compile(r"(s3|gs|https|http)://.*", re.DOTALL)


def problems_of_runtime(body: Body) -> Iterator[Problem]:
    """ServingRuntimes and ClusterServingRuntimes."""
    spec = spec_of(body)
    if spec.get("disabled") is True:
        return
    if body.get("kind") == "ClusterServingRuntime":
        # Of a ServingRuntime the webhook asks it only where the namespace has another one.
        yield from _priorities(spec)
    worker = spec.get("workerSpec")
    if isinstance(worker, dict):
        yield from _workers(worker, spec)


def _priorities(spec: Body) -> Iterator[Problem]:
    priorities: dict[str, Any] = {}
    for index, one in mappings(spec.get("supportedModelFormats")):
        if one.get("autoSelect") is not True:
            continue
        name, priority = str(one.get("name")), one.get("priority")
        held = priorities.setdefault(name, priority)
        if held is not None and priority is not None and held != priority:
            where = f"/spec/supportedModelFormats/{index}/priority"
            yield where, f"must be {held}, as where `{name}` is named before"


def _workers(worker: Body, spec: Body) -> Iterator[Problem]:
    at = "/spec/workerSpec"
    containers = mappings(worker.get("containers"))
    if len(containers) != 1:
        yield f"{at}/containers" if containers else at, "must have one container"
    for field in _SIZES:
        if isinstance(worker.get(field), int) and worker[field] < 1:
            yield f"{at}/{field}", "must be at least 1"
    for index, one in mappings(spec.get("containers")):
        if one.get("name") == "kserve-container":
            for number, entry in mappings(one.get("env")):
                if entry.get("name") in SIZE_VARIABLES:
                    yield f"/spec/containers/{index}/env/{number}/name", "is set by `workerSpec`"
            yield from problems_of_accelerators(one, f"/spec/containers/{index}")
    for index, one in containers[:1]:
        if one.get("name") == "worker-container":
            yield from problems_of_accelerators(one, f"{at}/containers/{index}")


def problems_of_accelerators(container: Body, where: str) -> Iterator[Problem]:
    """Devices of a container that works together with others: KServe must know them."""
    for side in ("limits", "requests"):
        for name in mapping(mapping(container.get("resources")).get(side)):
            if name not in _ORDINARY and name not in _GPUS:
                yield f"{where}/resources/{side}", f"`{name}` is no accelerator that KServe knows"


def problems_of_trained_model(body: Body) -> Iterator[Problem]:
    """TrainedModels: the name, and where the model lies."""
    name = metadata_of(body).get("name")
    if isinstance(name, str) and name and not _MODEL_NAME.fullmatch(name):
        yield "/metadata/name", "must be letters, digits, `_` and `-`"
    uri = mapping(spec_of(body).get("model")).get("storageUri")
    if (isinstance(uri, str) or uri is None) and not _MODEL_URI.fullmatch(str(uri or "")):
        where = "/spec/model/storageUri" if uri is not None else "/spec"
        yield where, "must start with s3://, gs://, https:// or http://"


def problems_of_graph(body: Body) -> Iterator[Problem]:
    """InferenceGraphs."""
    name = metadata_of(body).get("name")
    if isinstance(name, str) and not re.fullmatch(r"[a-z]([-a-z0-9]*[a-z0-9])?", name):
        yield "/metadata/name", "must be lower-case letters, digits and `-`, starting with a letter"
    nodes = mapping(spec_of(body).get("nodes"))
    if nodes.get("root") is None:
        yield "/spec", "needs a node `root`"
    for name, node in nodes.items():
        at = f"/spec/nodes/{name}"
        steps = mappings(mapping(node).get("steps"))
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
        if mapping(node).get("routerType") == "Splitter":
            weights = [step.get("weight") for _, step in steps]
            whole = [one for one in weights if isinstance(one, int)]
            if len(whole) != len(weights) or sum(whole) != 100:
                yield f"{at}/steps", "the weights of a Splitter must add up to 100"
