"""What the containers of a model service really get: what `effective` is for workloads of every kind.

KServe writes requests and limits of 1 CPU and 2Gi into every custom container and every ART explainer that leaves them
out (`setResourceRequirementDefaults`, pkg/apis/serving/v1beta1/inference_service_defaults.go, KServe 0.11 to 0.20), and
merges the resources of a model field by field over those of its serving runtime. Both make pods that no API server
takes when a service asks for more than 1 CPU and names no limit. So nothing is left for it to fill in.
"""

from collections.abc import Mapping

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.effective.workload import (
    ContainerSource,
    EffectiveContainer,
    NodeChoice,
    choose_nodes,
    make_container,
    resources,
)
from mlplat.schema.component import Component
from mlplat.schema.pod import Accelerators, Container, Placement
from mlplat.schema.serving import ArtExplainer, Explainer, Model, Predictor, Step, Transformer

KSERVE_DEFAULTS: Mapping[str, str] = {"cpu": "1", "memory": "2Gi"}
"""Requests and limits that KServe gives a custom container that has none (`inferenceservice-config` as shipped)."""


def complete_resources(
    requests: Mapping[str, str], limits: Mapping[str, str], defaults: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Requests and limits in which CPU and memory stand on both sides or on none.

    The side that is missing takes the value of the other one: a request may not be above its limit, and KServe or the
    serving runtime would fill in a smaller one. Where both are missing, `defaults` has the value, if it has any.
    """
    full_requests, full_limits = dict(requests), dict(limits)
    for name in ("cpu", "memory"):
        value = limits.get(name, requests.get(name, defaults.get(name)))
        if value is not None:
            full_requests.setdefault(name, value)
            full_limits.setdefault(name, value)
    return dict(sorted(full_requests.items())), dict(sorted(full_limits.items()))


def model_container(model: Model, env: ResolvedEnvironment) -> EffectiveContainer:
    """The serving runtime's container as far as the service decides it: the image is the runtime's (and empty here).

    A runtime is a server that is not ours, so it gets no addresses of the platform's services: only its own `env`.
    """
    requests, limits = complete_resources(*resources(env, (model.resources,), model.accelerators), defaults={})
    return EffectiveContainer(image="", args=model.args, env=model.env, requests=requests, limits=limits)


def server_container(container: Container, env: ResolvedEnvironment) -> EffectiveContainer:
    """A custom container as it will run. References have been checked."""
    component = env.find(Component, container.component)
    made = make_container(
        env,
        ContainerSource(
            component=component.document if component else None,
            parameters=container.parameters,
            image=container.image,
            command=container.command,
            args=container.args,
            env=container.env,
            resources=container.resources,
            accelerators=container.accelerators,
            mounts=container.volumes,
            port=container.port,
        ),
    )
    requests, limits = complete_resources(made.requests, made.limits, KSERVE_DEFAULTS)
    return EffectiveContainer(made.image, made.command, made.args, made.env, requests, limits, made.mounts, made.port)


def art_container(art: ArtExplainer, env: ResolvedEnvironment) -> EffectiveContainer:
    """The container of the ART explainer, whose image KServe chooses."""
    requests, limits = complete_resources(*resources(env, (art.resources,), None), KSERVE_DEFAULTS)
    return EffectiveContainer(image="", requests=requests, limits=limits)


def step_accelerators(step: Step) -> Accelerators | None:
    """The accelerators that one replica of a predictor, transformer or explainer asks for."""
    if isinstance(step, Predictor | Explainer | Transformer) and step.container is not None:
        return step.container.accelerators
    return step.model.accelerators if isinstance(step, Predictor) and step.model is not None else None


def step_nodes(step: Step, env: ResolvedEnvironment, mode: str) -> NodeChoice:
    """The nodes that the replicas of a predictor, transformer or explainer may run on.

    In Knative mode the environment's default pool does not count: a stock Knative refuses node selectors, so they are
    written only where somebody asks for them.
    """
    accelerators = step_accelerators(step)
    if mode == "Knative" and step.placement == Placement() and accelerators is None:
        return NodeChoice((), ())
    return choose_nodes(env, step.placement, accelerators)
