"""What a workload's pods really get once component, environment and node pool have spoken.

Shared by the rules, which judge it, and the lowerings, which write it. Plain values out, nothing of Kubernetes' API
versions in: the same values identify a run (`lower/run.py`), so a new release of a controller never changes them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mlplat.catalog.index import kinds_of
from mlplat.compiler.artifacts import Resolved, ResolvedEnvironment, UncheckedError
from mlplat.objects.quantity import canonical
from mlplat.schema.component import Component
from mlplat.schema.environment import NodePool, ObjectStorage
from mlplat.schema.model import SpecDocument
from mlplat.schema.names import Quantity
from mlplat.schema.pod import (
    Accelerators,
    EnvVar,
    ParameterValue,
    Placement,
    ResourceRequirements,
    SecretKey,
    SecurityContext,
    VolumeUse,
)
from mlplat.schema.storage import Secret
from mlplat.schema.team import Team

_POLICY = "security.istio.io/AuthorizationPolicy"


@dataclass(frozen=True, slots=True)
class EffectiveContainer:
    """One container as it will run. Quantities are canonical text; accelerators stand in both resource maps."""

    image: str
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    env: tuple[EnvVar, ...] = ()
    requests: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, str] = field(default_factory=dict)
    mounts: tuple[VolumeUse, ...] = ()
    port: int | None = None


@dataclass(frozen=True, slots=True)
class NodeChoice:
    """Nodes that a pod may run on: all of `labels`, and where there are several pools the labels of one of them."""

    pools: tuple[NodePool, ...]
    labels: tuple[tuple[str, str], ...]

    @property
    def node_selector(self) -> dict[str, str]:
        """Labels that every allowed node carries: those asked for, and the pool's where there is just one."""
        pool_labels = dict(self.pools[0].labels) if len(self.pools) == 1 else {}
        return dict(sorted({**pool_labels, **dict(self.labels)}.items()))

    @property
    def alternatives(self) -> tuple[dict[str, str], ...]:
        """Label sets of which a node must carry one; empty where one pool or none is meant."""
        return tuple(dict(sorted(pool.labels.items())) for pool in self.pools) if len(self.pools) > 1 else ()

    @property
    def tolerations(self) -> tuple[dict[str, str], ...]:
        """Tolerations for the taints of every allowed pool, in canonical form, each once."""
        found: dict[tuple[str, str, str], dict[str, str]] = {}
        for pool in self.pools:
            for taint in pool.taints:
                toleration = {"key": taint.key, "effect": taint.effect}
                # `Equal` is the API server's default operator and therefore never written.
                toleration |= {"value": taint.value} if taint.value else {"operator": "Exists"}
                found[(taint.key, taint.value, taint.effect)] = toleration
        return tuple(found[key] for key in sorted(found))


def full_image(image: str, registry: str) -> str:
    """The image with its registry: the platform's where the reference names none.

    The first part names a registry when it has a dot or a colon or is `localhost` (the rule of container runtimes).
    """
    first, slash, _ = image.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return image
    return f"{registry.rstrip('/')}/{image}"


def namespace_of(team: Resolved[Team]) -> str:
    """The namespace of a team."""
    return team.document.spec.namespace or team.name


def istio_guards(env: ResolvedEnvironment) -> bool:
    """True where Istio stands before the servers of team namespaces: Profiles make the policies that close them."""
    return env.versions.has("istio") and env.versions.has("profiles")


def istio_lets_in(env: ResolvedEnvironment) -> bool:
    """True where members get an AuthorizationPolicy: where one is needed, and its schema can judge it."""
    version = env.versions.get("istio")
    return istio_guards(env) and version is not None and _POLICY in kinds_of("istio", version)


def team_of(document: Resolved[SpecDocument], env: ResolvedEnvironment) -> Resolved[Team]:
    """The team that owns a document; the reference has been checked."""
    team = env.find(Team, document.team)
    if team is None:
        raise UncheckedError(f"{document.kind} {document.name} has no team; references are checked before")
    return team


def unit_of(document: Resolved[SpecDocument], env: ResolvedEnvironment, family: str | None) -> str:
    """The unit (Argo CD Application) of a team's document: `<team>`, `<team>-<family>`, or one that was split off."""
    return unit_in(team_of(document, env), document, family)


def unit_in(team: Resolved[Team], document: Resolved[Any], family: str | None) -> str:
    """The unit of a document within one team: for documents without a team, of which every team has its own copy."""
    wanted = f"{document.kind}/{document.name}"
    for split in team.document.spec.units:
        if wanted in split.documents:
            return f"{team.name}-{split.name}"
    return f"{team.name}-{family}" if family else team.name


def quantities(values: Mapping[str, Quantity]) -> dict[str, str]:
    """Resource name to canonical quantity, by name."""
    return {name: canonical(value) for name, value in sorted(values.items())}


def resources(
    env: ResolvedEnvironment,
    candidates: Iterable[ResourceRequirements | None],
    accelerators: Accelerators | None,
) -> tuple[dict[str, str], dict[str, str]]:
    """Requests and limits: of the first candidate that is given, else the environment's defaults; plus accelerators.

    Extended resources cannot be overcommitted, so accelerators are written as request and as limit (the API server
    copies the limit into the request otherwise, which would be drift).
    """
    chosen = next((candidate for candidate in candidates if candidate is not None), None)
    if chosen is None:
        chosen = env.environment.document.spec.defaults.resources
    requests = quantities(chosen.requests) if chosen else {}
    limits = quantities(chosen.limits) if chosen else {}
    if accelerators is not None and accelerators.count > 0:
        requests[accelerators.resource] = limits[accelerators.resource] = str(accelerators.count)
    return requests, limits


def argument_text(value: ParameterValue) -> str:
    """A parameter's value as it stands on a command line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def parameter_args(component: Component, values: Mapping[str, ParameterValue]) -> tuple[str, ...]:
    """`--name=value` for every parameter that has a value or a default, in the component's order."""
    args = []
    for parameter in component.spec.parameters:
        value = values.get(parameter.name, parameter.default)
        if value is not None:
            args.append(f"--{parameter.name}={argument_text(value)}")
    return tuple(args)


ENDPOINTS_NAME = "platform-endpoints"
"""Name of the object (PodDefault or ConfigMap) with the platform's services in each team's namespace."""

ENDPOINTS_LABEL = "mlplat.dev/platform-endpoints"
"""Label of pods that choose that PodDefault."""


def endpoint_env(env: ResolvedEnvironment) -> tuple[EnvVar, ...]:
    """Environment variables by which the platform's services reach a workload, addresses first, then credentials."""
    known: tuple[EnvVar, ...] | None = env.memo.get("endpoint_env")
    if known is None:
        known = env.memo["endpoint_env"] = _endpoint_env(env)
    return known


def _endpoint_env(env: ResolvedEnvironment) -> tuple[EnvVar, ...]:
    services = env.environment.document.spec.services
    named = (
        ("MLFLOW_TRACKING_URI", services.mlflow),
        ("MODEL_REGISTRY_URI", services.model_registry),
        ("FEATURE_STORE_URI", services.feature_store),
        ("PROMETHEUS_URI", services.prometheus),
        ("GRAFANA_URI", services.grafana),
        ("AWS_ENDPOINT_URL", services.object_storage),
    )
    found: list[EnvVar] = []
    for variable, service in named:
        if service is None:
            continue
        found.append(EnvVar(name=variable, value=service.uri))
        if isinstance(service, ObjectStorage) and service.region is not None:
            found.append(EnvVar(name="AWS_REGION", value=service.region))
        found.extend(secret_env(env.find(Secret, service.credentials)))
    return tuple(found)


def s3_annotations(env: ResolvedEnvironment) -> dict[str, str]:
    """Annotations by which KServe reads a Secret of S3 credentials: where the storage is and how it is spoken to.

    They belong on the Secret itself (KServe pkg/credentials/s3/s3_secret.go, 0.11 to 0.20); empty where the
    environment has no object storage. KServe wants the host and port alone and takes the scheme from `s3-usehttps`.
    """
    storage = env.environment.document.spec.services.object_storage
    if storage is None:
        return {}
    scheme, _, address = storage.uri.partition("://")
    found = {
        "serving.kserve.io/s3-endpoint": address.rstrip("/"),
        "serving.kserve.io/s3-usehttps": "0" if scheme == "http" else "1",
        "serving.kserve.io/s3-verifyssl": "1" if storage.verify_tls else "0",
    }
    if storage.region is not None:
        found["serving.kserve.io/s3-region"] = storage.region
    return dict(sorted(found.items()))


def secret_keys(secret: Secret) -> tuple[str, ...]:
    """The keys that a secret is known to have, sorted; empty when unknown."""
    spec = secret.spec
    if spec.external is not None:
        return tuple(sorted(key.key for key in spec.external.keys))
    if spec.sealed is not None:
        return tuple(sorted(spec.sealed.encrypted))
    return tuple(sorted(spec.existing.keys)) if spec.existing is not None else ()


def secret_env(secret: Resolved[Secret] | None) -> tuple[EnvVar, ...]:
    """Each key of a secret as the environment variable of that name; keys that cannot be one are left out."""
    if secret is None:
        return ()
    return tuple(
        EnvVar(name=key, secret=SecretKey(name=secret.name, key=key))
        for key in secret_keys(secret.document)
        if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", key)
    )


def merge_env(*layers: Iterable[EnvVar]) -> tuple[EnvVar, ...]:
    """Environment variables of several layers; a later layer wins, the order is that of first mention."""
    merged: dict[str, EnvVar] = {}
    for layer in layers:
        for variable in layer:
            merged[variable.name] = variable
    return tuple(merged.values())


def security_context(env: ResolvedEnvironment) -> SecurityContext | None:
    """Rights of processes, from the environment's defaults."""
    return env.environment.document.spec.defaults.security_context


def has_accelerator(pool: NodePool, wanted: Accelerators) -> bool:
    """True when one node of the pool has as many accelerators of that resource as are wanted."""
    return (
        pool.accelerators is not None
        and pool.accelerators.resource == wanted.resource
        and pool.accelerators.count >= wanted.count
    )


def choose_nodes(env: ResolvedEnvironment, placement: Placement, accelerators: Accelerators | None) -> NodeChoice:
    """The nodes that a pod may run on.

    A pool named by the workload decides alone. Otherwise, in turn: pools with the accelerators asked for, the
    environment's default pool, pools of the spot kind asked for; no pool at all leaves the choice to the scheduler.
    """
    spec = env.environment.document.spec
    labels = tuple(sorted(placement.node_labels.items()))
    if placement.node_pool is not None:
        return NodeChoice(tuple(pool for pool in spec.node_pools if pool.name == placement.node_pool), labels)
    pools = spec.node_pools
    if placement.spot is not None:
        pools = tuple(pool for pool in pools if pool.spot is placement.spot)
    if accelerators is not None and accelerators.count > 0:
        return NodeChoice(tuple(pool for pool in pools if has_accelerator(pool, accelerators)), labels)
    default = tuple(pool for pool in pools if pool.name == spec.defaults.node_pool)
    if default:
        return NodeChoice(default, labels)
    if placement.spot is not None:
        return NodeChoice(tuple(pool for pool in pools if pool.accelerators is None) or pools, labels)
    return NodeChoice((), labels)


@dataclass(frozen=True, slots=True)
class ContainerSource:
    """What one container of a workload says of itself, before component and environment are asked."""

    component: Component | None = None
    parameters: Mapping[str, ParameterValue] = field(default_factory=dict)
    image: str | None = None
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    env: tuple[EnvVar, ...] = ()
    resources: ResourceRequirements | None = None
    accelerators: Accelerators | None = None
    mounts: tuple[VolumeUse, ...] = ()
    port: int | None = None
    endpoints: bool = True


def make_container(env: ResolvedEnvironment, source: ContainerSource) -> EffectiveContainer:
    """The container as it will run. Variables: platform services, then the component's, then the workload's own."""
    component = source.component
    image = source.image or (component.spec.image if component else "")
    requests, limits = resources(
        env, (source.resources, component.spec.resources if component else None), source.accelerators
    )
    return EffectiveContainer(
        image=full_image(image, env.platform.document.spec.registry),
        command=component.spec.command if component else source.command,
        args=(*(parameter_args(component, dict(source.parameters)) if component else ()), *source.args),
        env=merge_env(
            endpoint_env(env) if source.endpoints else (),
            component.spec.env if component else (),
            source.env,
        ),
        requests=requests,
        limits=limits,
        mounts=source.mounts,
        port=source.port,
    )
