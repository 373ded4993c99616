"""What the controllers make of the objects is what the specifications meant.

Nothing schedules here: pods stay Pending, which is enough to read what was meant to run, where and how many.
"""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mlplat.compiler.artifacts import Resolved
from mlplat.schema.queue import Queue
from mlplat.schema.serving import ModelService
from mlplat.schema.team import Team
from mlplat.schema.training import TrainingJob
from tests.control_plane import proven, stand_ins
from tests.control_plane.children import condition, env_of, jobs, pods_of, wait_for_pods, word_of_kueue, workload_of
from tests.control_plane.cluster import Body, containers, until
from tests.control_plane.expected import amount, gpus, pool_of, replicas, step_requests, steps, used
from tests.control_plane.gitops import copy_specifications
from tests.control_plane.place import Place

GPU = "nvidia.com/gpu"


def judge_pods(place: Place, job: Resolved[TrainingJob], body: Body, pods: list[Body]) -> None:
    spec = job.document.spec
    pool = pool_of(spec, place.environment)
    processes = gpus(spec) or int(spec.processes_per_node or 1)
    for pod in pods:
        (container,) = pod["spec"]["containers"]
        assert container["image"].split("/")[-1].startswith(f"{spec.component}:")
        requests, limits = container["resources"]["requests"], container["resources"]["limits"]
        assert spec.resources is not None
        for given, got in ((spec.resources.requests, requests), (spec.resources.limits, limits)):
            assert {name: amount(got[name]) for name in given} == {name: amount(value) for name, value in given.items()}
        assert (int(requests.get(GPU, 0)), int(limits.get(GPU, 0))) == (gpus(spec), gpus(spec))
        assert pod["spec"]["nodeSelector"] == dict(pool.labels)
        tolerated = {item.get("key") for item in pod["spec"].get("tolerations", ())}
        assert {taint.key for taint in pool.taints} <= tolerated
        assert pod["metadata"]["labels"]["sidecar.istio.io/inject"] == "false"
        claims = {
            v["persistentVolumeClaim"]["claimName"] for v in pod["spec"]["volumes"] if "persistentVolumeClaim" in v
        }
        assert claims == {use.volume for use in spec.volumes}
        assert env_of(pod, "PET_NNODES") == [str(spec.nodes)]
        if body["kind"] == "TrainJob":
            # `auto` is for torchrun to resolve on the node: one process for each GPU that the pod has.
            assert env_of(pod, "PET_NPROC_PER_NODE") in ([str(processes)], *([["auto"]] if gpus(spec) else []))
            master = f"{body['metadata']['name']}-node-0-0.{body['metadata']['name']}"
            assert env_of(pod, "PET_MASTER_ADDR") == [master]
        else:
            assert env_of(pod, "WORLD_SIZE") == [str(spec.nodes * processes)]
            assert env_of(pod, "MASTER_ADDR") == [f"{body['metadata']['name']}-master-0"]


def ranks(body: Body, pods: list[Body]) -> list[int]:
    if body["kind"] != "TrainJob":
        return sorted(int(value) for pod in pods for value in env_of(pod, "RANK"))
    index = "batch.kubernetes.io/job-completion-index"
    assert {tuple(env_of(pod, "PET_NODE_RANK")) for pod in pods} == {(f"metadata.annotations['{index}']",)}
    return sorted(int(pod["metadata"]["annotations"][index]) for pod in pods)


def test_quotas_count_what_the_specifications_ask_for(applied: Place) -> None:
    """With everything running at its least: jobs that were admitted, services at their fewest replicas, claims."""
    running = [job.document for job, _ in jobs(applied)]

    def used_of(team: Resolved[Team]) -> Body:
        quota = applied.cluster.one("resourcequotas", "platform-quota", team.name) or {}
        return dict(quota.get("status", {}).get("used", {}))

    for team in applied.environment.all(Team):
        own = [job for job in running if job.metadata.team == team.name]
        want = used(team.document, applied.environment, own)

        def counted(team: Resolved[Team] = team, want: dict[str, Any] = want) -> Any:
            held = used_of(team).items()
            if {name: amount(value) for name, value in held} == want:
                return True
            # Pods that came while the quota was being counted are counted the next time.
            stand_ins.count_again(applied.cluster, [team.name])
            return False

        until(counted, lambda team=team, want=want: f"{want} in the quota of {team.name}: {used_of(team)}", every=3)
        proven.note(applied.name, "quotas that count what was meant", team.name)


def test_a_training_job_becomes_the_pods_that_were_meant(applied: Place) -> None:
    for job, body in jobs(applied):
        nodes = job.document.spec.nodes
        pods = wait_for_pods(applied, body, nodes)
        assert len(pods) == nodes
        judge_pods(applied, job, body, pods)
        assert ranks(body, pods) == list(range(nodes))
        proven.note(applied.name, "training jobs whose pods are as meant", job.name)


def test_kueue_admits_each_job_to_the_flavor_of_its_nodes(applied: Place) -> None:
    queued = [(job, body) for job, body in jobs(applied) if job.document.spec.queue]
    if not applied.environment.versions.has("kueue"):
        assert queued == []
        return
    for job, body in queued:
        spec = job.document.spec
        until(partial(word_of_kueue, applied, body), f"Kueue's word on {job.name}")
        workload = workload_of(applied, body)
        assert workload is not None
        queue = applied.environment.find(Queue, spec.queue)
        assert queue is not None
        (priority,) = (item.value for item in queue.document.spec.priorities if item.name == spec.priority)
        assert workload["spec"]["priority"] == priority
        assert condition(workload, "Admitted")["status"] == "True"
        pool = pool_of(spec, applied.environment)
        (flavor,) = (item.name for item in queue.document.spec.flavors if item.node_pool == pool.name)
        (assigned,) = workload["status"]["admission"]["podSetAssignments"]
        assert set(assigned["flavors"].values()) == {flavor}
        assert assigned["count"] == spec.nodes
        assert spec.resources is not None
        asked = {name: amount(value) * spec.nodes for name, value in spec.resources.requests.items()}
        assert {name: amount(assigned["resourceUsage"][name]) for name in asked} == asked
        proven.note(applied.name, "jobs admitted by Kueue", job.name)


def predicted(place: Place, folder: Path, nodes: int) -> list[str]:
    """What a check says of the example's job on so many nodes, in a team whose quota does not stand in the way."""
    repository = copy_specifications(folder / "platform")
    repository.edit(f"environments/{place.name}/vision/mnist-ddp.yaml", ("nodes: 1", f"nodes: {nodes}"))
    team = ('requests.cpu: "12"', 'requests.cpu: "999"'), ("requests.memory: 48Gi", "requests.memory: 999Gi")
    repository.edit(f"environments/{place.name}/teams.yaml", *team)
    found = json.loads(repository.mlplat("check", "-o", "json").stdout)["findings"]
    return [item["message"] for item in found if item["code"] == "MLP309"]


def test_a_job_above_the_quota_of_its_queue_waits_as_predicted(applied: Place, tmp_path: Path) -> None:
    """More nodes than the queue can have with all that it may borrow: Kueue keeps it, and says which resource."""
    queued = [(job, body) for job, body in jobs(applied) if job.document.spec.queue]
    if not queued:
        pytest.skip("no job of this environment has a queue")
    job, body = queued[0]
    total = sum(
        amount(item.nominal)
        for queue in applied.environment.all(Queue)
        for flavor in queue.document.spec.flavors
        for item in flavor.resources
        if item.name == "cpu"
    )
    assert job.document.spec.resources is not None
    each = amount(job.document.spec.resources.requests["cpu"])
    nodes = int(total / each) + 1
    (finding,) = predicted(applied, tmp_path, nodes)
    assert (
        f"it asks for {each * nodes:f} cpu, and queue `{job.document.spec.queue}` reaches {total:f} at most" in finding
    )
    trainer = {**body["spec"]["trainer"], "numNodes": nodes}
    copy = {
        **body,
        "metadata": {**body["metadata"], "name": "too-large"},
        "spec": {**body["spec"], "trainer": trainer},
    }
    said = applied.cluster.apply([copy])
    assert said.ok, said.warnings
    try:
        word = until(partial(word_of_kueue, applied, copy), "Kueue's word on the large job")
        assert (word["status"], word["reason"]) == ("False", "Pending")
        assert "insufficient quota for cpu in flavor cpu" in word["message"]
        assert pods_of(applied, copy) == []
        proven.note(applied.name, "jobs that wait for the reason that a check had named", job.name)
    finally:
        applied.cluster.delete([copy])
        until(lambda: not any(applied.cluster.read([copy])), "the end of the large job")


def test_kueue_never_starts_a_job_of_a_trainer_before_2_2(applied: Place) -> None:
    """Why MLP365 refuses what the server takes: Kueue (0.18.4, pkg/controller/jobs/trainjob) reads and writes the pods
    of a TrainJob by `runtimePatches`, which Trainer has since 2.2, and does not see the tolerations of this one."""
    versions = applied.environment.versions
    if not (versions.has("kueue") and versions.has("trainer")) or versions.at_least("trainer", "2.2"):
        pytest.skip("Kueue and Trainer fit together here, or are not both there")
    _, body = jobs(applied)[0]
    labels = {**body["metadata"]["labels"], "kueue.x-k8s.io/queue-name": "training"}
    copy = {**body, "metadata": {**body["metadata"], "name": "queued", "labels": labels}}
    said = applied.cluster.apply([copy])
    assert said.ok, said.warnings
    try:
        word = until(partial(word_of_kueue, applied, copy), "Kueue's word on the copy")
        assert (word["status"], word["reason"]) == ("False", "Pending")
        assert "untolerated taint" in word["message"]
        assert pods_of(applied, copy) == []
    finally:
        applied.cluster.delete([copy])
        until(lambda: not any(applied.cluster.read([copy])), "the end of the copy")


def test_a_model_service_becomes_deployments_and_autoscalers(applied: Place) -> None:
    for service in applied.environment.all(ModelService):
        for name, step in steps(service).items():
            child, fewest_most = f"{service.name}-{name}", replicas(step)
            scaler = until(partial(applied.cluster.one, "hpa", child, service.team), f"the autoscaler of {child}")
            assert (scaler["spec"]["minReplicas"], scaler["spec"]["maxReplicas"]) == fewest_most
            if step.autoscaling is not None and step.autoscaling.target is not None:
                (metric,) = scaler["spec"]["metrics"]
                assert metric["resource"]["name"] == step.autoscaling.metric
                assert metric["resource"]["target"]["averageUtilization"] == step.autoscaling.target
            deployment = applied.cluster.one("deployments", child, service.team)
            assert deployment is not None
            (container,) = deployment["spec"]["template"]["spec"]["containers"]
            got = container["resources"]["requests"]
            assert {key: amount(got[key]) for key in got} == {
                key: amount(value) for key, value in step_requests(step).items()
            }
        proven.note(applied.name, "model services whose Deployments and autoscalers are as meant", service.name)


def bare_pod(team: Resolved[Team], resources: Body) -> Body:
    container = {"name": "main", "image": "example.com/none:1", "resources": resources}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "try", "namespace": team.name},
        "spec": {"containers": [container]},
    }


def test_limits_of_a_team_reach_pods_that_say_nothing(applied: Place) -> None:
    for team in applied.environment.all(Team):
        limits = team.document.spec.limits
        assert limits is not None
        text = applied.cluster.ask(
            "create", "--dry-run=server", "-o", "json", "-f", "-", stdin=json.dumps(bare_pod(team, {}))
        )
        (container,) = containers(json.loads(text))
        for given, got in ((limits.default_request, "requests"), (limits.default, "limits")):
            assert {key: amount(value) for key, value in container["resources"][got].items()} == {
                key: amount(value) for key, value in given.items()
            }
        over = {key: str(amount(value) + 1) for key, value in limits.max.items()}
        said = applied.cluster.run(
            "create", "--dry-run=server", "-f", "-", stdin=json.dumps(bare_pod(team, {"limits": over, "requests": {}}))
        )
        assert not said.ok
        assert "maximum cpu usage per Container is" in said.warnings
