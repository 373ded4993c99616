"""Trainer's webhooks. Source: kubeflow/trainer v2.1 to v2.3 `pkg/webhooks/{trainingruntime,trainjob}_webhook.go`,
`pkg/runtime/framework/plugins/{jobset,torch,mpi}`; compared with the verdicts of the real 2.1.0 and 2.3.0."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mlplat.catalog.versions import ComponentVersions
from mlplat.objects.names import why_no_subdomain

Problem = tuple[str, str]
Body = Mapping[str, Any]

_STEP = "trainer.kubeflow.org/trainjob-ancestor-step"
_CONTAINER = {"trainer": "node", "dataset-initializer": "dataset-initializer", "model-initializer": "model-initializer"}
_MANAGER = re.compile(r"[^/]+/.+")
_STOCK = frozenset(("torch-distributed", "deepspeed-distributed", "mlx-distributed"))
"""Runtimes of every release that have one replicated job, `node`, with one container of that name."""


def _map(value: Any) -> Body:
    return value if isinstance(value, dict) else {}


def _maps(value: Any) -> list[tuple[int, Body]]:
    return [(i, one) for i, one in enumerate(value) if isinstance(one, dict)] if isinstance(value, list) else []


def problems_of_runtime(body: Body) -> Iterator[Problem]:
    """TrainingRuntimes and ClusterTrainingRuntimes."""
    labels = _map(_map(body.get("metadata")).get("labels"))
    if labels.get("trainer.kubeflow.org/webhook-validation") == "disabled":
        return
    policy = _map(_map(body.get("spec")).get("mlPolicy"))
    if _map(policy.get("torch")).get("elasticPolicy") is not None and policy.get("numNodes") is not None:
        yield "/spec/mlPolicy/numNodes", "excludes `torch.elasticPolicy`"
    jobs = _map(_map(_map(body.get("spec")).get("template")).get("spec")).get("replicatedJobs")
    for index, job in _maps(jobs):
        at = f"/spec/template/spec/replicatedJobs/{index}"
        template = _map(job.get("template"))
        step = _map(_map(template.get("metadata")).get("labels")).get(_STEP)
        wanted = _CONTAINER.get(str(step))
        if wanted is None:
            continue
        if job.get("replicas", 1) != 1:
            yield f"{at}/replicas", "must be 1"
        pod = _map(_map(_map(template.get("spec")).get("template")).get("spec"))
        if wanted not in [one.get("name") for _, one in _maps(pod.get("containers"))]:
            yield f"{at}/template", f"the step `{step}` needs a container `{wanted}`"


def problems_of_job(body: Body, versions: ComponentVersions) -> Iterator[Problem]:
    """TrainJobs. What the runtime has is known only for the stock ones."""
    spec = _map(body.get("spec"))
    name = _map(spec.get("runtimeRef")).get("name")
    if isinstance(name, str) and (not name or why_no_subdomain(name)):
        yield "/spec/runtimeRef/name", "cannot be the name of a runtime"
    reference = _map(spec.get("runtimeRef"))
    if reference.get("kind", "ClusterTrainingRuntime") not in ("ClusterTrainingRuntime", "TrainingRuntime", None):
        yield "/spec/runtimeRef/kind", "must be ClusterTrainingRuntime or TrainingRuntime"
    if reference.get("apiGroup", "trainer.kubeflow.org") not in ("trainer.kubeflow.org", None):
        yield "/spec/runtimeRef/apiGroup", "must be `trainer.kubeflow.org`"
    if not reference:
        yield "/spec" if spec else "", "needs `runtimeRef`"
    managers: set[str] = set()
    for index, patch in _maps(spec.get("runtimePatches")):
        at = f"/spec/runtimePatches/{index}"
        manager = patch.get("manager")
        if isinstance(manager, str):
            domain = manager.partition("/")[0]
            if not _MANAGER.fullmatch(manager) or why_no_subdomain(domain):
                yield f"{at}/manager", "must be a domain and a path, such as `example.com/tool`"
            if manager in managers:
                yield f"{at}/manager", f"`{manager}` is there twice"
            managers.add(manager)
        jobs = _map(_map(_map(patch.get("trainingRuntimeSpec")).get("template")).get("spec")).get("replicatedJobs")
        for number, job in _maps(jobs):
            where = f"{at}/trainingRuntimeSpec/template/spec/replicatedJobs/{number}"
            pod = _map(_map(_map(_map(job.get("template")).get("spec")).get("template")).get("spec"))
            if job.get("name") == "node":
                yield from _initialized(pod, f"{where}/template/spec/template/spec", name)
    for index, override in _maps(spec.get("podTemplateOverrides")):
        at = f"/spec/podTemplateOverrides/{index}"
        for number, target in _maps(override.get("targetJobs")):
            yield from _patched(
                target.get("name"), _map(override.get("spec")), f"{at}/targetJobs/{number}", f"{at}/spec", name
            )
    if not versions.at_least("trainer", "2.2"):
        processes = _map(spec.get("trainer")).get("numProcPerNode")
        if isinstance(processes, str) and str(processes) not in ("auto", "cpu", "gpu") and str(name) in _STOCK:
            yield "/spec/trainer/numProcPerNode", "must be auto, cpu, gpu or a number"
    for kind in ("dataset", "model"):
        if _map(spec.get("initializer")).get(kind) is not None and str(name) in _STOCK:
            yield f"/spec/initializer/{kind}", f"the runtime `{name}` has no job that loads it"


def _patched(job: Any, pod: Body, where: str, at: str, runtime: Any) -> Iterator[Problem]:
    if str(runtime) not in _STOCK:
        return
    if job not in (None, "node"):
        yield where, f"the runtime `{runtime}` has no job `{job}`"
        return


def _initialized(pod: Body, at: str, runtime: Any) -> Iterator[Problem]:
    """Patches of init containers that a stock runtime does not have."""
    if str(runtime) not in _STOCK:
        return
    for index, _ in _maps(pod.get("initContainers")):
        yield f"{at}/initContainers/{index}/name", f"the runtime `{runtime}` has no such container"
