"""Names that the objects made from a document cannot have, the hash of a run and what controllers append included.

Sources: Trainer 2.1 to 2.3 CEL rule of TrainJob; JobSet v0.12 `pkg/webhooks/jobset_webhook.go` (job and pod names);
Training Operator v1.9 `pkg/controller.v1` (`<job>-<role>-<index>`, a Service each); Katib 0.16 to 0.19 `validator.go`
(40 characters); KServe 0.11 to 0.20 `pkg/controller/.../reconcilers/ingress` (host label) and its webhook's pattern;
Kubernetes (a StatefulSet's pods carry the label `<name>-<10 characters>`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlplat.compiler.artifacts import Path, Resolved, ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.compiler.effective.training_api import fetches_assets, starts_by_mpi, training_api, v1_kind
from mlplat.compiler.effective.workload import namespace_of, team_of
from mlplat.objects.names import why_no_label, why_no_label_value, why_no_service_name, why_no_subdomain
from mlplat.schema.queue import Queue
from mlplat.schema.serving import ModelService
from mlplat.schema.training import TrainingJob

RUN = "-00000000"
"""What the hash of a run adds to a name (`lower/run.py`)."""
LABEL = 63
EXPERIMENT = 40
STATEFUL_SET = 52

_FORMS: Mapping[str, Callable[[str], str | None]] = {
    "TrainingJob": why_no_service_name,
    "TuningExperiment": why_no_service_name,
    "ModelService": why_no_service_name,
    "Notebook": why_no_service_name,
    # Objects that may be there already; the name becomes the value of a label.
    "Queue": lambda name: why_no_subdomain(name, LABEL),
    "Secret": lambda name: why_no_subdomain(name, LABEL),
}
"""The form of a name where it is another than a DNS label."""


@dataclass(frozen=True, slots=True)
class _Derived:
    """A name made from the document's: what it is for, its text, and how long it may be."""

    what: str
    text: str
    longest: int = LABEL


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """At most one finding for each name."""
    for holder in (env.platform, env.environment):
        yield from _form(holder)
    for documents in env.documents.values():
        for document in documents.values():
            wrong = list(_form(document))
            yield from wrong or _length(document, env)
    for queue in env.all(Queue):
        for index, priority in enumerate(queue.document.spec.priorities):
            why = why_no_label_value(priority.name)
            if why is not None:
                path: Path = ("spec", "priorities", index, "name")
                yield Found(
                    queue, path, f"priority `{priority.name}` of {named(queue)} {why}", "jobs name it in a label"
                )


def _form(document: Resolved[Any]) -> Iterator[Found]:
    why = _FORMS.get(document.kind, why_no_label)(document.name)
    if why is not None:
        yield Found(
            document,
            ("metadata", "name"),
            f"{named(document)} cannot have this name: it {why}",
            why if len(why) < 50 else "not allowed as a name",
            help="rename it; documents that refer to it by name too",
        )


def _length(document: Resolved[Any], env: ResolvedEnvironment) -> Iterator[Found]:
    """The derived name that passes its limit by most."""
    over = [item for item in _derived(document, env) if len(item.text) > item.longest]
    if not over:
        return
    worst = max(over, key=lambda item: len(item.text) - item.longest)
    excess = len(worst.text) - worst.longest
    yield Found(
        document,
        ("metadata", "name"),
        f"the name of {named(document)} is too long: {worst.what} would have {len(worst.text)} characters",
        f"{excess} too many",
        notes=(f"`{worst.text}`: {worst.longest} are allowed",),
        help=f"use at most {len(document.name) - excess} characters",
    )


def _derived(document: Resolved[Any], env: ResolvedEnvironment) -> Iterator[_Derived]:
    """Names that mlplat and controllers make from a document's."""
    if isinstance(document.document, TrainingJob):
        yield from _of_training(document, env)
    elif document.kind == "TuningExperiment":
        yield _Derived("its Experiment", f"{document.name}{RUN}", EXPERIMENT)
    elif isinstance(document.document, ModelService):
        yield from _of_service(document, namespace_of(team_of(document, env)))
    elif document.kind == "Notebook":
        yield _Derived("its StatefulSet", document.name, STATEFUL_SET)


def _of_training(job: Resolved[TrainingJob], env: ResolvedEnvironment) -> Iterator[_Derived]:
    spec, run = job.document.spec, f"{job.name}{RUN}"
    last = spec.nodes - 1
    if training_api(job, env) == "trainjob":
        yield _Derived("a pod of it", f"{run}-node-0-{last}")
        if starts_by_mpi(spec, env):
            yield _Derived("its launcher", f"{run}-launcher-0-0")
        if fetches_assets(job, env) and (spec.dataset is not None or spec.model is not None):
            which = "dataset" if spec.dataset is not None else "model"
            yield _Derived("the pod that fetches data", f"{run}-{which}-initializer-0-0")
        return
    kind = v1_kind(spec).kind
    if kind == "MPIJob":
        yield _Derived("its launcher", f"{run}-launcher")
        yield _Derived("a pod of it", f"{run}-worker-{last}")
    elif kind in ("PyTorchJob", "XGBoostJob") and spec.nodes > 1:
        yield _Derived("a pod of it", f"{run}-worker-{last - 1}")
        yield _Derived("its master", f"{run}-master-0")
    elif kind in ("PyTorchJob", "XGBoostJob"):
        yield _Derived("its master", f"{run}-master-0")
    else:
        yield _Derived("a pod of it", f"{run}-worker-{last}")


def _of_service(service: Resolved[ModelService], namespace: str) -> Iterator[_Derived]:
    spec = service.document.spec
    for part, there in (("predictor", True), ("transformer", spec.transformer), ("explainer", spec.explainer)):
        if there:
            yield _Derived(f"the Service of its {part}", f"{service.name}-{part}")
            if spec.visibility == "external":
                yield _Derived("the first label of its host name", f"{service.name}-{part}-{namespace}")


RULE = SpecRule("MLP301", check)
