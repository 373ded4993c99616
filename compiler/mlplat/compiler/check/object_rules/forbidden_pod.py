"""MLP432: pods that the Pod Security Standard of their namespace refuses.

The server takes the object (a Pod apart) and refuses the pods that a controller makes of it. Which level a namespace
enforces is said by the label `pod-security.kubernetes.io/enforce` of a Namespace that is among the objects; of others
nothing is known. What webhooks put into pods later (Istio, Katib's metrics collector, KServe's storage initializer) is
not judged.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mlplat.catalog.products import PARTS
from mlplat.compiler.artifacts import KubeObject
from mlplat.compiler.check.embedded import bodies_of
from mlplat.compiler.check.pod_security import LEVELS, missing_settings, refused_settings
from mlplat.compiler.check.pods import called, pods_within
from mlplat.compiler.check.reading import Body, mapping, mappings, metadata_of, spec_of
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope
from mlplat.objects.pods import ENFORCE

_STOCK_SERVER = "kserve-"
_STOCK = {
    "torch-distributed": ("node",),
    "jax-distributed": ("node",),
    "xgboost-distributed": ("node",),
    "deepspeed-distributed": ("node", "launcher"),
    "mlx-distributed": ("node", "launcher"),
}
"""Trainer's own runtimes with their jobs; none has the settings of `restricted` (2.1.0 and 2.3.0)."""


@dataclass(frozen=True, slots=True)
class _Pod:
    """A pod, or the part of one that is known. `whole`: what it does not say nobody else says."""

    pointer: str
    spec: Body
    whole: bool = True
    note: str = ""


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """Each setting that is refused, and once for each object what its pods lack."""
    levels = {
        item.ref.name: str(mapping(metadata_of(item.body).get("labels")).get(ENFORCE))
        for item in scope.of_kind("", "Namespace")
    }
    for item in scope.objects:
        level = levels.get(item.ref.namespace)
        if level in LEVELS:
            yield from _judge(item, str(level), scope)


def _judge(item: KubeObject, level: str, scope: ObjectScope) -> Iterator[FoundInObject]:
    tolerated = (item.ref.group, item.ref.kind) != ("", "Pod")
    fact = f"namespace `{item.ref.namespace}` enforces `{level}`: pods that break it are refused, and nothing starts"
    lacking: list[tuple[_Pod, tuple[str, ...]]] = []
    for pod in _pods(item, scope):
        for pointer, problem in refused_settings(pod.spec, pod.pointer, level):
            headline = f"the pods of {called(item)} would be refused: {problem}"
            cure = "take it away, or give the team another `podSecurity`"
            yield FoundInObject(item, pointer, headline, f"`{level}` refuses it", (fact,), cure, tolerated=tolerated)
        if pod.whole and level == "restricted":
            lacking += [(pod, one.settings) for one in missing_settings(pod.spec)]
    if lacking:
        settings = list(dict.fromkeys(setting for _, each in lacking for setting in each))
        notes = tuple(note for note in dict.fromkeys(pod.note for pod, _ in lacking) if note)
        names = ", ".join(f"`{setting}`" for setting in settings)
        yield FoundInObject(
            item,
            lacking[0][0].pointer,
            f"the pods of {called(item)} would be refused: they lack what `restricted` wants",
            f"lacks {names}",
            (fact, *notes),
            f"write under `defaults` of the environment: `securityContext: {{{', '.join(settings)}}}`"
            if item.origin is not None and not notes
            else "say it in the securityContext of the pod and of its containers, or give the namespace another level",
            tolerated=tolerated,
        )


def _pods(item: KubeObject, scope: ObjectScope) -> Iterator[_Pod]:
    for body in bodies_of(item):
        group = str(body.body.get("apiVersion")).rpartition("/")[0]
        kind = (group, str(body.body.get("kind")))
        if kind == ("trainer.kubeflow.org", "TrainJob"):
            yield from _of_train_job(body.body, body.pointer, scope)
        elif kind == ("serving.kserve.io", "InferenceService"):
            yield from _of_service(body.body, body.pointer)
        elif kind != ("kubeflow.org", "Experiment"):
            # The trainer's container of a TrainingRuntime is completed by each TrainJob.
            whole = group != "trainer.kubeflow.org"
            for pod in pods_within(body.body, body.pointer):
                yield _Pod(pod.pointer, pod.spec, whole)


def _of_train_job(body: Body, pointer: str, scope: ObjectScope) -> Iterator[_Pod]:
    """The pods of a stock runtime with the changes of the job; of another runtime only what the job changes."""
    spec = spec_of(body)
    runtime = str(mapping(spec.get("runtimeRef")).get("name"))
    if not scope.versions.at_least("trainer", "2.2"):
        for index, override in mappings(spec.get("podTemplateOverrides")):
            yield _Pod(f"{pointer}/spec/podTemplateOverrides/{index}/spec", spec_of(override), whole=False)
        if runtime in _STOCK:
            note = (
                "`podTemplateOverrides` of Trainer 2.1 have no field for it, and the stock runtimes do not say it: "
                "name a `runtime` of yours that does, or use Trainer 2.2"
            )
            yield _Pod(f"{pointer}/spec", {"containers": [{"name": "node"}]}, note=note)
        return
    jobs = dict(_patched_jobs(spec, pointer))
    for at, pod in jobs.values():
        yield _Pod(at, pod, whole=False)
    for job in _STOCK.get(runtime, ()):
        at, pod = jobs.get(job, (f"{pointer}/spec", {}))
        yield _Pod(at, {**pod, "containers": pod.get("containers") or [{"name": "node"}]})


def _patched_jobs(spec: Body, pointer: str) -> Iterator[tuple[str, tuple[str, Body]]]:
    """The pods that `runtimePatches` change, by the name of the replicated job; of several patches the last."""
    for index, patch in mappings(spec.get("runtimePatches")):
        template = spec_of(mapping(mapping(patch.get("trainingRuntimeSpec")).get("template")))
        for number, job in mappings(template.get("replicatedJobs")):
            pod = spec_of(mapping(spec_of(mapping(job.get("template"))).get("template")))
            at = f"{pointer}/spec/runtimePatches/{index}/trainingRuntimeSpec/template/spec/replicatedJobs/{number}"
            yield str(job.get("name")), (f"{at}/template/spec/template/spec", pod)


def _of_service(body: Body, pointer: str) -> Iterator[_Pod]:
    """Parts of an InferenceService. KServe's own runtimes say all but `seccompProfile` (0.16.0 and 0.20.0)."""
    for part in PARTS:
        spec = mapping(spec_of(body).get(part))
        at = f"{pointer}/spec/{part}"
        yield _Pod(at, spec, whole=bool(mappings(spec.get("containers"))) and "model" not in spec)
        model = spec.get("model")
        if isinstance(model, dict) and str(model.get("runtime") or _STOCK_SERVER).startswith(_STOCK_SERVER):
            yield _Pod(at, {**spec, "containers": [_served(model)]})


def _served(model: Body) -> Mapping[str, object]:
    said = {"runAsNonRoot": True, "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    return {"name": "kserve-container", "securityContext": {**said, **mapping(model.get("securityContext"))}}


RULE = ObjectRule("MLP432", check)
