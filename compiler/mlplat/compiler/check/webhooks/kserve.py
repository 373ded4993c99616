"""KServe's webhook on InferenceServices. Source: kserve/kserve v0.16 to v0.20
`pkg/apis/serving/v1beta1/{inference_service_validation,component,predictor_custom}.go`; of `canary[]`, whose source is
not public in that form, what the real 0.20.0 says of some forty variants."""

import re
from collections.abc import Iterator

from mlplat.catalog.products import PARTS, SERVERS
from mlplat.catalog.versions import ComponentVersions
from mlplat.compiler.check.reading import Body, Problem, at_key, mapping, mappings, metadata_of, spec_of
from mlplat.compiler.check.webhooks.kserve_runtime import SIZE_VARIABLES, problems_of_accelerators
from mlplat.compiler.check.webhooks.kserve_scaling import AUTOSCALER, mode_of, problems_of_scaling

_AUTOSCALERS = ("hpa", "external", "keda", "none")
_RESOURCE_ID = re.compile(r"kbs:///[a-zA-Z0-9_-]+/[a-zA-Z0-9_-]+/[a-zA-Z0-9_.-]+")


def problems_of_service(body: Body, versions: ComponentVersions) -> Iterator[Problem]:
    """InferenceServices."""
    annotations = mapping(metadata_of(body).get("annotations"))
    spec = spec_of(body)
    predictor = mapping(spec.get("predictor"))
    if not predictor:
        yield "/spec", "needs a `predictor` that serves"
        return
    if AUTOSCALER in annotations and str(annotations[AUTOSCALER] or "") not in _AUTOSCALERS:
        yield at_key("/metadata/annotations", AUTOSCALER), f"must be {', '.join(_AUTOSCALERS)}"
    for server in SERVERS:
        if mapping(predictor.get(server)).get("name"):
            yield f"/spec/predictor/{server}/name", "is not allowed here"
    yield from _multi_node(predictor, annotations)
    yield from _transformer_beside(predictor)
    yield from _confidential(predictor)
    for part in PARTS:
        if isinstance(spec.get(part), dict):
            yield from _component(spec[part], f"/spec/{part}")
            yield from problems_of_scaling(spec[part], f"/spec/{part}", annotations, versions)
    yield from _canaries(spec, predictor, annotations)


def _component(part: Body, at: str) -> Iterator[Problem]:
    least, most = part.get("minReplicas"), part.get("maxReplicas") or 0
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
    yield from _protocol(part, at)
    yield from _storage(part, at)


def _protocol(part: Body, at: str) -> Iterator[Problem]:
    """The variable PROTOCOL of a custom container, in predictors."""
    if at != "/spec/predictor" or any(part.get(server) is not None for server in SERVERS):
        return
    for index, container in mappings(part.get("containers")):
        for number, entry in mappings(container.get("env")):
            if entry.get("name") == "PROTOCOL" and entry.get("value") not in ("v1", "v2"):
                yield f"{at}/containers/{index}/env/{number}", "PROTOCOL must be `v1` or `v2`"


def _storage(part: Body, at: str) -> Iterator[Problem]:
    """Several places that a model is loaded from: where each is mounted."""
    places = part.get("storageUris")
    if places is None:
        return
    servers = (*SERVERS, "art")
    if any(mapping(part.get(one)).get("storageUri") is not None for one in servers):
        yield f"{at}/storageUris", "excludes `storageUri`"
    shared: list[str] = []
    claims: list[str] = []
    for index, one in mappings(places):
        path = one.get("mountPath", "/mnt/models")
        if isinstance(path, str):
            if path == "/" or ".." in path or not path.startswith("/"):
                yield f"{at}/storageUris/{index}/mountPath", "must be a path from the root, below it, without `..`"
            (claims if str(one.get("uri")).startswith("pvc://") else shared).append(path)
    if len(shared) > 1:
        if len({path.split("/")[1] for path in shared if "/" in path}) > 1:
            yield f"{at}/storageUris", "the mount paths need a folder in common"
        if len(set(claims)) < len(claims):
            yield f"{at}/storageUris", "two claims have one mount path"


def _transformer_beside(predictor: Body) -> Iterator[Problem]:
    for index, container in mappings(predictor.get("containers")):
        if container.get("name") == "transformer-container":
            for number, entry in mappings(container.get("env")):
                if entry.get("name") == "STORAGE_URI":
                    yield (
                        f"/spec/predictor/containers/{index}/env/{number}/name",
                        "belongs to the predictor's container",
                    )
            return


def _confidential(predictor: Body) -> Iterator[Problem]:
    """Models that are decrypted where they run (0.20)."""
    for server in SERVERS:
        held = mapping(mapping(predictor.get(server)).get("confidential"))
        if held.get("enabled") is True:
            where = f"/spec/predictor/{server}"
            if not mapping(predictor[server]).get("storageUri"):
                yield where, "a confidential model needs `storageUri`"
            resource = held.get("resourceId")
            if isinstance(resource, str) and resource and not _RESOURCE_ID.fullmatch(resource):
                yield f"{where}/confidential/resourceId", "must be kbs:///<repository>/<type>/<tag>"


def _canaries(spec: Body, stable: Body, annotations: Body) -> Iterator[Problem]:
    """`canary[]` (0.20): predictors beside the stable one, each with a name and a fixed number of replicas."""
    canaries = mappings(spec.get("canary"))
    if canaries and mode_of(annotations) != "Standard":
        yield "/spec/canary", "only goes with `serving.kserve.io/deploymentMode: Standard`"
        return
    names: set[str] = set()
    most = stable.get("minReplicas", 1)
    shares = [one.get("trafficPercent") for _, one in canaries]
    for index, canary in canaries:
        at = f"/spec/canary/{index}/predictor"
        predictor = mapping(canary.get("predictor"))
        name = predictor.get("name")
        if not name:
            yield f"/spec/canary/{index}", "needs `predictor.name`"
        elif str(name) in names:
            yield f"{at}/name", f"`{name}` is there twice"
        names.add(str(name))
        for field in ("maxReplicas", "scaleMetric", "scaleTarget", "autoScaling", "workerSpec"):
            if predictor.get(field) not in (None, 0):
                yield f"{at}/{field}", "a canary has a fixed number of replicas, `minReplicas`, on one node each"
        least = predictor.get("minReplicas")
        if isinstance(least, int) and isinstance(most, int) and least > most:
            yield f"{at}/minReplicas", f"must be at most the stable predictor's, {most}"
        held = [one for one in SERVERS if predictor.get(one) is not None]
        if len(held) > 1 or not (held or predictor.get("containers")):
            yield at, "must name exactly one thing that serves"
        yield from _component(predictor, at)
    if sum(share for share in shares if isinstance(share, int)) > 100:
        yield "/spec/canary", "the shares of traffic add up to more than 100"


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
    # A framework is made a model before anything is looked at.
    server = next((one for one in SERVERS if isinstance(predictor.get(one), dict)), None)
    if server is not None:
        model, where = predictor[server], f"/spec/predictor/{server}"
        for number, entry in mappings(model.get("env")):
            if entry.get("name") in SIZE_VARIABLES:
                yield f"{where}/env/{number}/name", "is set by `workerSpec`"
        uri = model.get("storageUri")
        if not isinstance(uri, str) or uri.split("://")[0] not in ("pvc", "oci"):
            yield where, "`storageUri` must be of `pvc://` or `oci://` with `workerSpec`"
        if annotations.get(AUTOSCALER) != "none":
            yield "/metadata/annotations", f"`{AUTOSCALER}` must be `none` with `workerSpec`"
        yield from problems_of_accelerators(model, where)
    for index, one in mappings(worker.get("containers")):
        yield from problems_of_accelerators(one, f"{at}/containers/{index}")
