"""ModelService to a KServe InferenceService (`serving.kserve.io/v1beta1`, KServe 0.11 to 0.20), and the ServiceAccount
that carries the credentials of the model storage."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mlplat.catalog.products import DEPLOYMENT_MODE, DEPLOYMENT_MODES
from mlplat.compiler.artifacts import Draft, Resolved, ResolvedEnvironment
from mlplat.compiler.effective.serving import art_container, model_container, server_container, step_nodes
from mlplat.compiler.effective.workload import (
    EffectiveContainer,
    choose_nodes,
    namespace_of,
    security_context,
    team_of,
    unit_of,
)
from mlplat.compiler.lower.pod import (
    container_body,
    container_security_context,
    env_list,
    placement,
    pod_security_context,
    resource_map,
    volume_list,
)
from mlplat.schema.pod import SecurityContext
from mlplat.schema.serving import Canary, Explainer, Model, ModelService, Predictor, Step, Transformer

CONTAINER = "kserve-container"
"""The name that KServe gives the server's container whatever it was called (predictor_custom.go)."""


@dataclass(frozen=True, slots=True)
class _Service:
    """What every part of one service needs."""

    document: Resolved[ModelService]
    env: ResolvedEnvironment

    @property
    def knative(self) -> bool:
        return self.document.document.spec.mode == "Knative"


def lower_model_service(document: Resolved[ModelService], env: ResolvedEnvironment) -> Iterable[Draft]:
    """The InferenceService, and before it the ServiceAccount where the service names credentials."""
    unit = unit_of(document, env, "serving")
    if document.document.spec.credentials is not None:
        yield Draft(_service_account(document, env), document, unit)
    yield Draft(_inference_service(_Service(document, env)), document, unit)


def _account_name(document: Resolved[ModelService]) -> str:
    """Name of the ServiceAccount that is made for a service with credentials."""
    return f"{document.name}-model"


def _service_account(document: Resolved[ModelService], env: ResolvedEnvironment) -> dict[str, Any]:
    """KServe reads credentials from the Secrets that the predictor's ServiceAccount lists
    (pkg/credentials/service_account_credentials.go)."""
    body: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": _account_name(document), "namespace": namespace_of(team_of(document, env))},
        "secrets": [{"name": document.document.spec.credentials}],
    }
    if pull_secrets := env.environment.document.spec.defaults.image_pull_secrets:
        body["imagePullSecrets"] = [{"name": name} for name in pull_secrets]
    return body


def _inference_service(service: _Service) -> dict[str, Any]:
    document, env = service.document, service.env
    spec = document.document.spec
    metadata: dict[str, Any] = {
        "name": document.name,
        "namespace": namespace_of(team_of(document, env)),
        "annotations": {DEPLOYMENT_MODE: _deployment_mode(spec.mode, env)},
    }
    if spec.visibility == "cluster-local":
        prefix = "networking.knative.dev" if service.knative else "networking.kserve.io"
        metadata["labels"] = {f"{prefix}/visibility": "cluster-local"}
    body: dict[str, Any] = {"predictor": _predictor(spec.predictor, service)}
    if spec.transformer is not None:
        body["transformer"] = _transformer(spec.transformer, service)
    if spec.explainer is not None:
        body["explainer"] = _explainer(spec.explainer, service)
    if spec.canary is not None:
        if service.knative:
            body["predictor"]["canaryTrafficPercent"] = spec.canary.traffic_percent
        elif spec.canary.model is not None and env.versions.at_least("kserve", "0.20"):
            body["canary"] = [_canary(spec.canary, spec.canary.model, service)]
    return {"apiVersion": "serving.kserve.io/v1beta1", "kind": "InferenceService", "metadata": metadata, "spec": body}


def _deployment_mode(mode: str, env: ResolvedEnvironment) -> str:
    """The mode by the name that the environment's KServe has for it: 0.16 renamed both, and rewrites the old names.

    Always written: the mode of services that name none is the cluster's choice (Knative in Kubeflow 26.03).
    """
    if env.versions.at_least("kserve", "0.16"):
        return mode
    return next(old for old, new in DEPLOYMENT_MODES.items() if new == mode)


def _predictor(predictor: Predictor, service: _Service) -> dict[str, Any]:
    body = _step(predictor, service, account=True)
    if predictor.model is not None:
        body["model"] = _model(predictor.model, service)
    elif predictor.container is not None:
        _add_server(body, server_container(predictor.container, service.env), service)
    return body


def _transformer(transformer: Transformer, service: _Service) -> dict[str, Any]:
    body = _step(transformer, service, account=False)
    _add_server(body, server_container(transformer.container, service.env), service)
    return body


def _explainer(explainer: Explainer, service: _Service) -> dict[str, Any]:
    art = explainer.art
    body = _step(explainer, service, account=art is not None and art.storage_uri is not None)
    if explainer.container is not None:
        _add_server(body, server_container(explainer.container, service.env), service)
    elif art is not None:
        body["art"] = {"type": art.type}
        for field, value in (("storageUri", art.storage_uri), ("config", dict(sorted(art.config.items())))):
            if value:
                body["art"][field] = value
        body["art"]["resources"] = resource_map(art_container(art, service.env))
        _secure(body["art"], service)
    return body


def _canary(canary: Canary, model: Model, service: _Service) -> dict[str, Any]:
    """A second predictor beside the stable one, in all but model and replicas like it."""
    predictor = service.document.document.spec.predictor
    body = _step(predictor, service, account=True, scaled=False)
    body |= placement(choose_nodes(service.env, predictor.placement, model.accelerators))
    body["name"] = canary.name
    if canary.replicas is not None:
        body["minReplicas"] = canary.replicas
    # The schema of `canary`, unlike that of `predictor`, demands the container's name; the webhook makes it empty.
    body["model"] = {"name": "", **_model(model, service)}
    return {"predictor": body, "trafficPercent": canary.traffic_percent}


def _model(model: Model, service: _Service) -> dict[str, Any]:
    """`model` of a predictor: what its serving runtime is to do; everything else is the runtime's."""
    container = model_container(model, service.env)
    model_format = {"name": model.format}
    if model.format_version is not None:
        model_format["version"] = model.format_version
    body: dict[str, Any] = {"modelFormat": model_format, "storageUri": model.storage_uri}
    for field, value in (
        ("runtime", model.runtime),
        ("protocolVersion", model.protocol),
        ("args", list(container.args)),
        ("env", env_list(container.env)),
        ("resources", resource_map(container)),
    ):
        if value:
            body[field] = value
    _secure(body, service)
    return body


def _add_server(body: dict[str, Any], container: EffectiveContainer, service: _Service) -> None:
    made = container_body(CONTAINER, container, service.env)
    _secure(made, service)
    body["containers"] = [made]
    if volumes := volume_list(container.mounts):
        body["volumes"] = volumes


def _secure(container: dict[str, Any], service: _Service) -> None:
    """Rights of a container's processes.

    Knative drops the `securityContext` of pods unless a feature flag is set, and reads a container's
    (knative/serving pkg/apis/serving/fieldmask.go): in Knative mode all that a container can say stands there.
    """
    rights = security_context(service.env)
    found = container_security_context(rights)
    if service.knative and rights is not None:
        found |= pod_security_context(rights.model_copy(update={"fs_group": None}))
    if found:
        container["securityContext"] = found


def _step(step: Step, service: _Service, account: bool, scaled: bool = True) -> dict[str, Any]:
    """What predictor, transformer and explainer say alike. `account`: it reads from the model storage."""
    spec = service.document.document.spec
    defaults = service.env.environment.document.spec.defaults
    body: dict[str, Any] = {}
    if spec.service_account is not None:
        body["serviceAccountName"] = spec.service_account
    elif spec.credentials is not None and account:
        body["serviceAccountName"] = _account_name(service.document)
    if scaled:
        body |= _scaling(step)
    body |= _traffic(step)
    if defaults.image_pull_secrets:
        body["imagePullSecrets"] = [{"name": name} for name in defaults.image_pull_secrets]
    rights: SecurityContext | None = None if service.knative else security_context(service.env)
    if security := pod_security_context(rights):
        body["securityContext"] = security
    return body | placement(step_nodes(step, service.env, service.document.document.spec.mode))


def _scaling(step: Step) -> dict[str, Any]:
    scaling = step.autoscaling
    if scaling is None:
        return {}
    fields = (
        ("minReplicas", scaling.min_replicas),
        ("maxReplicas", scaling.max_replicas),
        ("scaleMetric", scaling.metric),
        ("scaleTarget", scaling.target),
    )
    return {field: value for field, value in fields if value is not None}


def _traffic(step: Step) -> dict[str, Any]:
    """Time limit, batches and logs. An empty `batcher` turns batching on with the agent's own sizes."""
    body: dict[str, Any] = {} if step.timeout is None else {"timeout": step.timeout}
    if step.batching is not None:
        sizes = (
            ("maxBatchSize", step.batching.max_batch_size),
            ("maxLatency", step.batching.max_latency),
            ("timeout", step.batching.timeout),
        )
        body["batcher"] = {field: value for field, value in sizes if value is not None}
    if step.logging is not None:
        # KServe refuses a logger without a mode: it has no default.
        body["logger"] = {"mode": step.logging.mode, "url": step.logging.url}
    return body
