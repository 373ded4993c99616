"""Trainer's webhooks. Source: kubeflow/trainer v2.1 to v2.3 `pkg/webhooks/{trainingruntime,trainjob}_webhook.go`,
`pkg/runtime/framework/plugins/{jobset,torch,mpi}`; compared with the verdicts of the real 2.1.0 and 2.3.0."""

import re
from collections.abc import Iterator

from mlplat.catalog.versions import ComponentVersions
from mlplat.compiler.check.reading import Body, Problem, mapping, mappings
from mlplat.objects.names import why_no_subdomain

_STEP = "trainer.kubeflow.org/trainjob-ancestor-step"
_CONTAINER = {"trainer": "node", "dataset-initializer": "dataset-initializer", "model-initializer": "model-initializer"}
_MANAGER = re.compile(r"[^/]+/.+")
_NEWER = frozenset(("jax-distributed", "xgboost-distributed"))
"""Stock runtimes that came with 2.2."""
_BY_MPI = frozenset(("deepspeed-distributed", "mlx-distributed"))
"""Stock runtimes with two replicated jobs, `launcher` and `node`, each with one container `node` (2.1.0 and 2.3.0)."""
_STOCK = frozenset(("torch-distributed", *_BY_MPI, *_NEWER))
"""All stock runtimes; the others have one replicated job, `node`, with one container of that name."""


def problems_of_runtime(body: Body) -> Iterator[Problem]:
    """TrainingRuntimes and ClusterTrainingRuntimes."""
    labels = mapping(mapping(body.get("metadata")).get("labels"))
    if labels.get("trainer.kubeflow.org/webhook-validation") == "disabled":
        return
    policy = mapping(mapping(body.get("spec")).get("mlPolicy"))
    if mapping(policy.get("torch")).get("elasticPolicy") is not None and policy.get("numNodes") is not None:
        yield "/spec/mlPolicy/numNodes", "excludes `torch.elasticPolicy`"
    jobs = mapping(mapping(mapping(body.get("spec")).get("template")).get("spec")).get("replicatedJobs")
    for index, job in mappings(jobs):
        at = f"/spec/template/spec/replicatedJobs/{index}"
        template = mapping(job.get("template"))
        step = mapping(mapping(template.get("metadata")).get("labels")).get(_STEP)
        wanted = _CONTAINER.get(str(step))
        if wanted is None:
            continue
        if job.get("replicas") not in (None, 1):
            yield f"{at}/replicas", "must be 1"
        pod = mapping(mapping(mapping(template.get("spec")).get("template")).get("spec"))
        if wanted not in [one.get("name") for _, one in mappings(pod.get("containers"))]:
            yield f"{at}/template", f"the step `{step}` needs a container `{wanted}`"


def problems_of_job(body: Body, versions: ComponentVersions) -> Iterator[Problem]:
    """TrainJobs. What the runtime has is known only for the stock ones."""
    spec = mapping(body.get("spec"))
    name = mapping(spec.get("runtimeRef")).get("name")
    if isinstance(name, str) and (not name or why_no_subdomain(name)):
        yield "/spec/runtimeRef/name", "cannot be the name of a runtime"
    if str(name) in _NEWER and not versions.at_least("trainer", "2.2"):
        yield "/spec/runtimeRef/name", "is a runtime of Trainer 2.2 and newer"
    reference = mapping(spec.get("runtimeRef"))
    if reference.get("kind", "ClusterTrainingRuntime") not in ("ClusterTrainingRuntime", "TrainingRuntime", None):
        yield "/spec/runtimeRef/kind", "must be ClusterTrainingRuntime or TrainingRuntime"
    if reference.get("apiGroup", "trainer.kubeflow.org") not in ("trainer.kubeflow.org", None):
        yield "/spec/runtimeRef/apiGroup", "must be `trainer.kubeflow.org`"
    if not reference:
        yield "/spec" if spec else "", "needs `runtimeRef`"
    managers: set[str] = set()
    for index, patch in mappings(spec.get("runtimePatches")):
        at = f"/spec/runtimePatches/{index}"
        manager = patch.get("manager")
        if isinstance(manager, str):
            domain = manager.partition("/")[0]
            if not _MANAGER.fullmatch(manager) or why_no_subdomain(domain):
                yield f"{at}/manager", "must be a domain and a path, such as `example.com/tool`"
            if manager in managers:
                yield f"{at}/manager", f"`{manager}` is there twice"
            managers.add(manager)
    for index, override in mappings(spec.get("podTemplateOverrides")):
        for number, target in mappings(override.get("targetJobs")):
            job = target.get("name")
            known = (None, "node", "launcher") if str(name) in _BY_MPI else (None, "node")
            if str(name) in _STOCK and job not in known:
                yield (
                    f"/spec/podTemplateOverrides/{index}/targetJobs/{number}",
                    f"the runtime `{name}` has no job `{job}`",
                )
    if not versions.at_least("trainer", "2.2"):
        processes = mapping(spec.get("trainer")).get("numProcPerNode")
        if isinstance(processes, str) and str(name) in _BY_MPI:
            yield "/spec/trainer/numProcPerNode", "must be a number: the runtime goes by MPI"
        elif isinstance(processes, str) and processes not in ("auto", "cpu", "gpu") and str(name) in _STOCK:
            yield "/spec/trainer/numProcPerNode", "must be auto, cpu, gpu or a number"
    for kind in ("dataset", "model"):
        if mapping(spec.get("initializer")).get(kind) is not None and str(name) in _STOCK:
            yield f"/spec/initializer/{kind}", f"the runtime `{name}` has no job that loads it"
