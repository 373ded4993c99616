"""MLP426: a job of the Training Operator that its webhook refuses.

Source: Training Operator v1.9.4 `pkg/webhooks/{pytorch,tensorflow,xgboost,paddlepaddle,jax}/`; v1.7 makes the same
checks in its controller (`pkg/apis/kubeflow.org/v1/*_validation.go`) and sets the job to Failed.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlplat.compiler.check.embedded import Body, bodies_of
from mlplat.compiler.check.pods import called
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope
from mlplat.objects.pointer import escape


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of job: its map of roles, the name of its container, the roles that there are, those it must have."""

    field: str
    container: str
    roles: tuple[str, ...]
    needed: tuple[str, ...] = ()
    single: tuple[str, ...] = ()


_KINDS: Mapping[str, _Kind] = {
    "PyTorchJob": _Kind("pytorchReplicaSpecs", "pytorch", ("Master", "Worker"), single=("Master",)),
    "XGBoostJob": _Kind("xgbReplicaSpecs", "xgboost", ("Master", "Worker"), needed=("Master",), single=("Master",)),
    "PaddleJob": _Kind("paddleReplicaSpecs", "paddle", ("Master", "Worker")),
    "JAXJob": _Kind("jaxReplicaSpecs", "jax", ("Worker",)),
    "TFJob": _Kind("tfReplicaSpecs", "tensorflow", ()),
}

_MANAGERS = ("kubeflow.org/training-operator", "kueue.x-k8s.io/multikueue")

_Problem = tuple[str, str, str, str | None]
"""Pointer, what is wrong, label, cure."""


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """Jobs, and jobs that are the trials of an Experiment."""
    for item in scope.of_kind("kubeflow.org", "Experiment", *_KINDS):
        for body in bodies_of(item):
            kind = _KINDS.get(body.body["kind"]) if body.body["apiVersion"] == "kubeflow.org/v1" else None
            if scope.tables.lookup(body.body["apiVersion"], body.body["kind"]) is None:
                continue  # nothing is said of what is not served
            for pointer, problem, label, cure in _problems(body, kind) if kind is not None else ():
                note = f"the Training Operator refuses the {body.body['kind']}"
                yield FoundInObject(
                    item, pointer, f"{called(item)}: {problem}", label, (note,), cure, tolerated=bool(body.pointer)
                )


def _problems(body: Body, kind: _Kind) -> Iterator[_Problem]:
    spec = body.body.get("spec")
    replicas = spec.get(kind.field) if isinstance(spec, dict) else None
    if not isinstance(spec, dict) or not isinstance(replicas, dict):
        if spec is None or (isinstance(spec, dict) and replicas is None):
            field = kind.field
            yield f"{body.pointer}/spec", f"it has no `{field}`", f"`{field}` is missing", f"add `{field}`"
        return
    where = f"{body.pointer}/spec/{kind.field}"
    for role in kind.needed:
        if replicas.get(role) is None:
            yield where, f"it has no role `{role}`", f"`{role}` is missing", f"add `{role}`"
    replicas = {role: replica for role, replica in replicas.items() if replica is not None}
    chiefs = [role for role in ("Chief", "Master") if role in replicas]
    if body.body["kind"] == "TFJob" and len(chiefs) > 1:
        yield where, "it has both a Chief and a Master", "one of the two", "delete one of them"
    if "elasticPolicy" in spec and body.body["kind"] == "PyTorchJob" and "Worker" not in replicas:
        yield (
            f"{body.pointer}/spec/elasticPolicy",
            "an elastic job needs the role `Worker`",
            "no `Worker`",
            "add `Worker`",
        )
    if body.body["kind"] != "JAXJob":  # whose webhook does not look at it
        yield from _manager(spec, f"{body.pointer}/spec")
    worker = replicas.get("Worker")
    count = worker.get("replicas") if isinstance(worker, dict) else None
    if body.body["kind"] in ("PaddleJob", "JAXJob") and isinstance(count, int) and count < 0:
        yield f"{where}/Worker/replicas", "it has fewer than no workers", "must be 0 or more", None
    for role, replica in replicas.items():
        if isinstance(replica, dict):
            yield from _of_role(f"{where}/{escape(role)}", role, replica, kind)


def _manager(spec: Mapping[str, Any], where: str) -> Iterator[_Problem]:
    policy, elastic = spec.get("runPolicy"), spec.get("elasticPolicy")
    manager = policy.get("managedBy") if isinstance(policy, dict) else None
    if isinstance(manager, str) and manager not in _MANAGERS:
        known = " or ".join(f"`{name}`" for name in _MANAGERS)
        yield f"{where}/runPolicy/managedBy", f"`{manager}` cannot manage it", f"must be {known}", None
    if spec.get("nprocPerNode") is not None and isinstance(elastic, dict) and elastic.get("nProcPerNode") is not None:
        pointer = f"{where}/elasticPolicy/nProcPerNode"
        yield pointer, "it says twice how many processes a node has", "also in `nprocPerNode`", "delete it here"


def _of_role(where: str, role: str, replica: Mapping[str, Any], kind: _Kind) -> Iterator[_Problem]:
    if kind.roles and role not in kind.roles:
        roles = " or ".join(f"`{name}`" for name in kind.roles)
        yield where, f"`{role}` is not a role of it", f"must be {roles}", None
        return
    if role in kind.single and replica.get("replicas") != 1:
        yield f"{where}/replicas", f"`{role}` must say `replicas: 1`", "must be 1", "write `replicas: 1`"
    elif kind.container == "pytorch" and isinstance(replica.get("replicas"), int) and replica["replicas"] < 1:
        yield f"{where}/replicas", f"`{role}` has no replicas", "must be at least 1", f"leave `{role}` out"
    containers = _containers(replica)
    if containers is None:
        return
    pointer = f"{where}/template/spec/containers"
    if not any(container.get("name") == kind.container for container in containers):
        names = ", ".join(f"`{container.get('name')}`" for container in containers)
        at = f"{pointer}/0/name" if len(containers) == 1 else pointer
        cure = f"name the container that trains `{kind.container}`"
        yield (
            at,
            f"no container of `{role}` is named `{kind.container}`",
            f"named {names}" if names else "no container",
            cure,
        )
    for index, container in enumerate(containers):
        if not container.get("image"):
            yield f"{pointer}/{index}", f"a container of `{role}` has no image", "`image` is missing", "add `image`"


def _containers(replica: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    """The containers of a role; None where the schema already finds them missing or misshapen."""
    template = replica.get("template")
    spec = template.get("spec") if isinstance(template, dict) else None
    if template is None or (isinstance(template, dict) and spec is None):
        return []
    containers = spec.get("containers") if isinstance(spec, dict) else None
    if not isinstance(containers, list) or not all(isinstance(container, dict) for container in containers):
        return None
    return containers


RULE = ObjectRule("MLP426", check)
