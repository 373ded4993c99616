"""What pods may do: held against the Pod Security Standards, whose every setting is a right that is gained by it."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from mlplat.catalog.versions import ComponentVersions
from mlplat.compare.tree import compare_objects
from mlplat.compiler.check.pod_security import missing_settings, refused_settings
from mlplat.diff.impact.effect import Edit
from mlplat.diff.impact.pods import gained_by, held_by

Body = dict[str, Any]
VERSIONS = ComponentVersions("26.03", "1.34", {})

CAREFUL: Body = {
    "serviceAccountName": "web",
    "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
    "volumes": [{"name": "cache", "emptyDir": {}}],
    "containers": [
        {
            "name": "web",
            "ports": [{"containerPort": 80}],
            "livenessProbe": {"httpGet": {"path": "/", "port": 80}},
            "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        }
    ],
}
"""A pod that `restricted` lets in."""


def at(*path: str | int) -> Callable[[Body], Any]:
    def found(pod: Body) -> Any:
        value: Any = pod
        for step in path:
            value = value[step]
        return value

    return found


POD, CONTAINER = at("securityContext"), at("containers", 0, "securityContext")

MANY = "gets capabilities `AUDIT_WRITE`, `CHOWN`, `DAC_OVERRIDE`"
NOBODY = "pods have what the Pod Security level `baseline` lets nobody have"

EDITS: dict[str, tuple[Callable[[Body], object], list[str]]] = {
    "host network": (
        lambda pod: pod.update(hostNetwork=True),
        ["pods are in the network of their node"],
    ),
    "host processes": (
        lambda pod: pod.update(hostPID=True),
        ["pods see the processes of their node"],
    ),
    "host memory": (
        lambda pod: pod.update(hostIPC=True),
        ["pods share memory with the processes of their node"],
    ),
    "a folder of the node": (
        lambda pod: pod["volumes"].append({"name": "x", "hostPath": {"path": "/"}}),
        ["pods mount `/` of their node"],
    ),
    "another volume becomes one": (
        lambda pod: pod["volumes"].__setitem__(0, {"name": "cache", "hostPath": {"path": "/"}}),
        ["pods mount `/` of their node"],
    ),
    "privileged": (
        lambda pod: CONTAINER(pod).update(privileged=True),
        ["container `web` is privileged: it may do anything to its node"],
    ),
    "escalation": (
        lambda pod: CONTAINER(pod).update(allowPrivilegeEscalation=True),
        ["container `web` may take more rights than it starts with"],
    ),
    "escalation unsaid": (
        lambda pod: CONTAINER(pod).pop("allowPrivilegeEscalation"),
        ["container `web` may take more rights than it starts with"],
    ),
    "a capability": (
        lambda pod: CONTAINER(pod)["capabilities"].update(add=["SYS_ADMIN"]),
        ["container `web` gets capability `SYS_ADMIN`"],
    ),
    "all capabilities": (
        lambda pod: CONTAINER(pod)["capabilities"].update(add=["ALL"], drop=[]),
        ["container `web` gets capability `ALL`", "container `web` gets capability `ALL`"],
    ),
    "capabilities where none were said": (
        lambda pod: CONTAINER(pod).update(capabilities={"add": ["NET_ADMIN"]}),
        [f"container `web` {MANY} and 12 more", f"container `web` {MANY} and 12 more"],
    ),
    "capabilities kept": (
        lambda pod: CONTAINER(pod).pop("capabilities"),
        [f"container `web` {MANY} and 11 more"],
    ),
    "proc": (
        lambda pod: CONTAINER(pod).update(procMount="Unmasked"),
        ["nothing of `/proc` is hidden from container `web`"],
    ),
    "root of the container": (
        lambda pod: CONTAINER(pod).update(runAsUser=0, runAsNonRoot=False),
        ["container `web` runs as root", "container `web` runs as root"],
    ),
    "root of the pod": (
        lambda pod: POD(pod).update(runAsUser=0, runAsNonRoot=False),
        ["container `web` runs as root", "container `web` runs as root"],
    ),
    "root if the image says so": (
        lambda pod: POD(pod).pop("runAsNonRoot"),
        ["container `web` may run as root: nothing but its image says as whom"],
    ),
    "root of one container": (
        lambda pod: CONTAINER(pod).update(runAsNonRoot=False),
        ["container `web` may run as root: nothing but its image says as whom"],
    ),
    "no seccomp": (
        lambda pod: POD(pod).update(seccompProfile={"type": "Unconfined"}),
        ["no system call of container `web` is filtered"],
    ),
    "seccomp unsaid": (
        lambda pod: POD(pod).pop("seccompProfile"),
        ["system calls of container `web` are filtered only where its node does so by itself"],
    ),
    "no security context": (
        lambda pod: pod.pop("securityContext"),
        [
            "container `web` may run as root: nothing but its image says as whom; "
            "system calls of container `web` are filtered only where its node does so by itself"
        ],
    ),
    "none of the container": (
        lambda pod: pod["containers"][0].pop("securityContext"),
        [f"container `web` may take more rights than it starts with; container `web` {MANY} and 11 more"],
    ),
    "no AppArmor": (
        lambda pod: CONTAINER(pod).update(appArmorProfile={"type": "Unconfined"}),
        ["no AppArmor profile confines container `web`"],
    ),
    "SELinux": (
        lambda pod: POD(pod).update(seLinuxOptions={"type": "spc_t"}),
        [f"{NOBODY} (these SELinux options are refused)"],
    ),
    "a sysctl": (
        lambda pod: POD(pod).update(sysctls=[{"name": "kernel.msgmax", "value": "1"}]),
        [f"{NOBODY} (the sysctl `kernel.msgmax` is refused)"],
    ),
    "a port of the node": (
        lambda pod: pod["containers"][0]["ports"][0].update(hostPort=80),
        [f"{NOBODY} (a port of the node is refused)"],
    ),
    "a probe elsewhere": (
        lambda pod: pod["containers"][0]["livenessProbe"]["httpGet"].update(host="10.0.0.1"),
        [f"{NOBODY} (a host of your own is refused)"],
    ),
    "a process of the host": (
        lambda pod: CONTAINER(pod).update(windowsOptions={"hostProcess": True}),
        [f"{NOBODY} (a process of the host is refused)"],
    ),
    "a container beside": (
        lambda pod: pod["containers"].append({"name": "x", "securityContext": {"privileged": True}}),
        [
            "container `x` is privileged: it may do anything to its node; "
            "container `x` may take more rights than it starts with; "
            f"container `x` {MANY} and 11 more"
        ],
    ),
    "one before": (
        lambda pod: pod.update(initContainers=[{"name": "x", "securityContext": {"runAsNonRoot": False}}]),
        [
            "container `x` may take more rights than it starts with; "
            f"container `x` {MANY} and 11 more; "
            "container `x` may run as root: nothing but its image says as whom"
        ],
    ),
}
"""What is done to the careful pod, and what is told of it: once for each of its differences that gives a right."""


def deployment(pod: Body) -> Body:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {"template": {"spec": pod}},
    }


def told(old: Body, new: Body) -> list[str]:
    before, after = deployment(old), deployment(new)
    differences = compare_objects(before, after, None)
    return [one.why for edit in differences for one in gained_by(Edit(before, after, edit, VERSIONS))]


def refused(pod: Body) -> bool:
    return any(refused_settings(pod, "", "restricted")) or any(missing_settings(pod))


@pytest.mark.parametrize("name", EDITS)
def test_what_the_standards_refuse_is_a_right_that_is_gained(name: str) -> None:
    pod = deepcopy(CAREFUL)
    edit, sentences = EDITS[name]
    edit(pod)
    assert not refused(CAREFUL)
    assert refused(pod)
    assert told(CAREFUL, pod) == sentences
    assert told(pod, CAREFUL) == [], "the way back gives nothing"


@pytest.mark.parametrize("name", EDITS)
def test_the_right_was_there_already_in_a_pod_that_has_it(name: str) -> None:
    """The image changes and nothing else: no right is told, whatever the pod has."""
    pod = deepcopy(CAREFUL)
    edit, _ = EDITS[name]
    edit(pod)
    other = deepcopy(pod)
    other["containers"][0]["image"] = "web:2"
    assert told(pod, other) == []


def test_capabilities_that_appear_as_a_whole_are_told() -> None:
    plain: Body = {"containers": [{"name": "web", "securityContext": {"privileged": False}}]}
    wide = deepcopy(plain)
    CONTAINER(wide).update(capabilities={"add": ["CAP_NET_ADMIN"]})
    assert told(plain, wide) == ["container `web` gets capability `NET_ADMIN`"]
    assert told(wide, plain) == []


CAPABILITIES: dict[str, tuple[Body, Body, list[str]]] = {
    "more is dropped, and something is added": (
        {"drop": ["NET_RAW"]},
        {"drop": ["NET_RAW", "CHOWN"], "add": ["SYS_ADMIN"]},
        ["container `web` gets capability `SYS_ADMIN`"],
    ),
    "less is added, and less is dropped": (
        {"drop": ["NET_RAW", "CHOWN"], "add": ["SYS_ADMIN", "NET_ADMIN"]},
        {"drop": ["NET_RAW"], "add": ["SYS_ADMIN"]},
        ["container `web` gets capability `CHOWN`"],
    ),
    "all are added": ({"add": ["KILL"]}, {"add": ["ALL"]}, ["container `web` gets capability `ALL`"]),
    "of all, those that were given": ({"drop": ["ALL"]}, {"drop": ["ALL"], "add": ["ALL"]}, []),
    "one is dropped no more": (
        {"drop": ["NET_RAW", "KILL"]},
        {"drop": ["NET_RAW"]},
        ["container `web` gets capability `KILL`"],
    ),
    "one that every container has": ({"add": ["KILL"]}, {"add": ["KILL", "CAP_CHOWN"]}, []),
}


@pytest.mark.parametrize("name", CAPABILITIES)
def test_capabilities_are_told_where_a_difference_gives_them(name: str) -> None:
    before, after, sentences = CAPABILITIES[name]
    old, new = deepcopy(CAREFUL), deepcopy(CAREFUL)
    CONTAINER(old).update(capabilities=before)
    CONTAINER(new).update(capabilities=after)
    assert told(old, new) == sentences


NO_PODS: dict[str, Callable[[Body], Body]] = {
    "CustomResourceDefinition": lambda pod: {"versions": [{"schema": {"openAPIV3Schema": {"properties": pod}}}]},
    "Application": lambda pod: {"source": {"helm": {"valuesObject": pod}}},
    "ApplicationSet": lambda pod: {"template": {"spec": {"source": {"helm": {"valuesObject": pod}}}}},
    "ClusterPolicy": lambda pod: {"rules": [{"validate": {"pattern": {"spec": pod}}}]},
    "Policy": lambda pod: {"rules": [{"mutate": {"patchStrategicMerge": {"spec": pod}}}]},
}
"""Kinds that speak of pods, or in their words, and of which no pod is made: where each of them does."""


@pytest.mark.parametrize("kind", NO_PODS)
def test_what_only_speaks_of_pods_has_no_rights(kind: str) -> None:
    spec = NO_PODS[kind]({"hostPID": True, "containers": [{"name": "web", "securityContext": {"privileged": True}}]})
    assert list(held_by({"kind": kind, "spec": spec})) == []
    assert list(held_by({"kind": "Unknown", "spec": spec})) != []


def test_what_is_taken_out_is_not_told_for_what_comes_to_its_place() -> None:
    old: Body = {"containers": [{"name": "web"}], "volumes": [{"name": "a", "emptyDir": {}}, {"name": "b"}]}
    new: Body = {"containers": [{"name": "web"}], "volumes": [{"name": "c", "hostPath": {"path": "/"}}]}
    assert told(old, new) == ["pods mount `/` of their node"]


def test_a_container_that_is_less_careful_than_its_pod_was_is_told() -> None:
    beside = deepcopy(CAREFUL)
    beside["containers"].append({"name": "log"})
    (why,) = told(CAREFUL, beside)
    assert why.startswith("container `log` may take more rights than it starts with; container `log` gets capabilities")
    plain: Body = {"containers": [{"name": "web"}]}
    assert told(plain, {"containers": [{"name": "web"}, {"name": "log"}]}) == []


def test_another_account_and_its_token_are_told() -> None:
    assert told(CAREFUL, {**CAREFUL, "serviceAccountName": "admin"}) == [
        "pods act as ServiceAccount `admin` and may do what it may"
    ]
    quiet = {**CAREFUL, "automountServiceAccountToken": False}
    assert told(quiet, CAREFUL) == ["pods get the token of their ServiceAccount"]
    assert told(CAREFUL, quiet) == []


def test_a_new_pod_is_told_for_what_is_above_the_default() -> None:
    plain = {"serviceAccountName": "admin", "containers": [{"name": "web"}]}
    assert list(held_by(deployment(plain))) == []
    assert [one.why for one in held_by(deployment({**plain, "hostPID": True}))] == [
        "pods see the processes of their node"
    ]


def test_what_is_no_pod_is_left_alone() -> None:
    for value in (None, [], "x", {"containers": "x"}, {"containers": [None, 1, {"securityContext": 1}]}):
        assert told({"volumes": value}, {"volumes": value, "containers": value}) == []
        assert list(held_by({"kind": "X", "spec": value})) == []
