"""Problems of objects, in words and with their exact place."""

import copy
import subprocess
import sys
from typing import Any

import pytest

from mlplat.catalog.lookup import KindTable, load_tables
from mlplat.catalog.structural import Problem, StructuralProblem, check_structure
from mlplat.catalog.versions import ComponentVersions, resolve_versions
from mlplat.objects.pointer import pointer_of
from tests.catalog.samples import CORE, POD_TEMPLATE

VERSIONS = resolve_versions(
    "26.03", "1.37", {"kueue": "0.19.2", "trainer": "2.3.0", "kserve": "0.20.0", "keda": "2.20.2"}
)
assert isinstance(VERSIONS, ComponentVersions)
TABLES = load_tables(VERSIONS)

DEPLOYMENT = next(body for body in CORE if body["kind"] == "Deployment")
SERVICE = {
    "apiVersion": "serving.kserve.io/v1beta1",
    "kind": "InferenceService",
    "metadata": {"name": "a", "namespace": "n"},
    "spec": {
        "predictor": {
            "minReplicas": 1,
            "model": {
                "modelFormat": {"name": "sklearn"},
                "storageUri": "s3://a/b",
                "env": [{"name": "A", "value": "b"}],
            },
        }
    },
}
CLUSTER_QUEUE = {
    "apiVersion": "kueue.x-k8s.io/v1beta2",
    "kind": "ClusterQueue",
    "metadata": {"name": "a"},
    "spec": {
        "resourceGroups": [
            {
                "coveredResources": ["cpu"],
                "flavors": [{"name": "f", "resources": [{"name": "cpu", "nominalQuota": "8"}]}],
            }
        ]
    },
}


def table(body: dict[str, Any]) -> KindTable:
    found = TABLES.lookup(body["apiVersion"], body["kind"])
    assert found is not None
    return found


def changed(body: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with one field set; `...` removes it."""
    mutant = copy.deepcopy(body)
    *parents, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    target: Any = mutant
    for step in parents:
        target = target[step]
    if value is ...:
        del target[last]
    else:
        target[last] = value
    return mutant


def only_problem(body: dict[str, Any]) -> StructuralProblem:
    found = check_structure(body, table(body))
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize("body", [*CORE, SERVICE, CLUSTER_QUEUE], ids=lambda body: body["kind"])
def test_sound_objects_have_no_problem(body: dict[str, Any]) -> None:
    assert check_structure(body, table(body)) == []


CONTAINER = "spec/template/spec/containers/0"


@pytest.mark.parametrize(
    ("body", "path", "value", "kind", "pointer", "words"),
    [
        (DEPLOYMENT, "spec/replica", 3, Problem.UNKNOWN_FIELD, "/spec/replica", "unknown field `replica`"),
        (DEPLOYMENT, "metadata/label", {}, Problem.UNKNOWN_FIELD, "/metadata/label", "unknown field `label`"),
        (DEPLOYMENT, "data", {}, Problem.UNKNOWN_FIELD, "/data", "unknown field `data`"),
        (DEPLOYMENT, f"{CONTAINER}/a~b", 1, Problem.UNKNOWN_FIELD, f"/{CONTAINER}/a~0b", "unknown field `a~b`"),
        (DEPLOYMENT, "spec/selector", ..., Problem.MISSING, "/spec", "`spec` has no `selector`"),
        (DEPLOYMENT, "spec", ..., Problem.MISSING, "", "the object has no `spec`"),
        (DEPLOYMENT, "spec/template", None, Problem.MISSING, "/spec", "`spec` has no `template`"),
        (DEPLOYMENT, "metadata/name", ..., Problem.MISSING, "/metadata", "`metadata` has no `name`"),
        (DEPLOYMENT, "metadata", ..., Problem.MISSING, "", "the object has no `metadata`"),
        (DEPLOYMENT, "spec/replicas", "2", Problem.TYPE, "/spec/replicas", "must be a whole number, not text"),
        (
            DEPLOYMENT,
            "spec/replicas",
            2.5,
            Problem.TYPE,
            "/spec/replicas",
            "a whole number, not a number with a fraction",
        ),
        (DEPLOYMENT, "spec/paused", "yes", Problem.TYPE, "/spec/paused", "must be true or false, not text"),
        (DEPLOYMENT, f"{CONTAINER}/env", {}, Problem.TYPE, f"/{CONTAINER}/env", "must be a list, not a mapping"),
        (
            DEPLOYMENT,
            f"{CONTAINER}/env/0/value",
            3,
            Problem.TYPE,
            f"/{CONTAINER}/env/0/value",
            "must be text, not a whole number",
        ),
        (DEPLOYMENT, f"{CONTAINER}/args/0", True, Problem.TYPE, f"/{CONTAINER}/args/0", "must be text, not `true`"),
        (
            DEPLOYMENT,
            f"{CONTAINER}/readinessProbe/httpGet/port",
            True,
            Problem.TYPE,
            f"/{CONTAINER}/readinessProbe/httpGet/port",
            "must be a whole number or text, not `true`",
        ),
        (
            DEPLOYMENT,
            f"{CONTAINER}/resources/requests/cpu",
            True,
            Problem.TYPE,
            f"/{CONTAINER}/resources/requests/cpu",
            "must be a quantity, such as `500m` or `4Gi`, not `true`",
        ),
        (
            DEPLOYMENT,
            f"{CONTAINER}/resources/requests/memory",
            "1 GB",
            Problem.PATTERN,
            f"/{CONTAINER}/resources/requests/memory",
            "is not a quantity",
        ),
        (DEPLOYMENT, "spec/replicas", 2**40, Problem.RANGE, "/spec/replicas", "must be at most 2147483647"),
        (
            SERVICE,
            "spec/predictor/scaleMetric",
            "cpus",
            Problem.ENUM,
            "/spec/predictor/scaleMetric",
            "must be one of `cpu`, `memory`, `concurrency`, `rps`",
        ),
        (
            SERVICE,
            "spec/predictor/model/env",
            [{"name": "A"}, {"name": "A"}],
            Problem.DUPLICATE,
            "/spec/predictor/model/env/1",
            "has the same `name` as another item",
        ),
        (
            CLUSTER_QUEUE,
            "spec/resourceGroups/0/flavors/0/resources/0/nominalQuota",
            0.5,
            Problem.TYPE,
            "/spec/resourceGroups/0/flavors/0/resources/0/nominalQuota",
            "must be a quantity",
        ),
        (
            CLUSTER_QUEUE,
            "spec/resourceGroups/0/flavors",
            [],
            Problem.RANGE,
            "/spec/resourceGroups/0/flavors",
            "must have at least 1 item",
        ),
        (CLUSTER_QUEUE, "spec/queueingStrategy", "Fifo", Problem.ENUM, "/spec/queueingStrategy", "must be one of"),
    ],
)
def test_a_problem_is_named_at_its_place(
    body: dict[str, Any], path: str, value: Any, kind: Problem, pointer: str, words: str
) -> None:
    problem = only_problem(changed(body, path, value))
    assert (problem.kind, problem.pointer) == (kind, pointer)
    assert words in problem.message


def test_near_misses() -> None:
    assert only_problem(changed(DEPLOYMENT, "spec/replica", 3)).near == ("replicas",)
    assert "cpu" in only_problem(changed(SERVICE, "spec/predictor/scaleMetric", "cpus")).near
    assert only_problem(changed(SERVICE, "spec/predictor/scaleMetric", "cpus")).expected[0] == "cpu"


def test_a_null_counts_as_absent() -> None:
    assert check_structure(changed(DEPLOYMENT, "spec/replicas", None), table(DEPLOYMENT)) == []
    assert check_structure(changed(SERVICE, "spec/predictor/minReplicas", None), table(SERVICE)) == []
    assert only_problem(changed(DEPLOYMENT, "spec/template/spec/containers", None)).kind is Problem.MISSING


def test_all_problems_in_one_go_and_in_order() -> None:
    broken = changed(changed(changed(DEPLOYMENT, "spec/replica", 3), "spec/paused", 1), f"{CONTAINER}/imagee", "x")
    found = check_structure(broken, table(broken))
    assert [problem.pointer for problem in found] == ["/spec/paused", "/spec/replica", f"/{CONTAINER}/imagee"]


def test_kept_unknown_fields_are_not_refused() -> None:
    runtime = {
        "apiVersion": "kubeflow.org/v1beta1",
        "kind": "Experiment",
        "metadata": {"name": "a"},
        "spec": {"anything": {"goes": [1, "two", None]}},
    }
    assert check_structure(runtime, table(runtime)) == []


def test_a_secret_is_never_quoted() -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "data": {"k": "hunter2!"}, "type": 3}
    found = check_structure(secret, table(secret))
    assert [problem.kind for problem in found] == [Problem.FORMAT, Problem.TYPE]
    assert "hunter2" not in str(found)


def test_numbers_for_quantities_are_sound_in_core_kinds() -> None:
    assert check_structure(changed(DEPLOYMENT, f"{CONTAINER}/resources/requests/cpu", 0.5), table(DEPLOYMENT)) == []


def test_pointers_escape_as_rfc_6901_says() -> None:
    assert pointer_of(()) == ""
    assert pointer_of(("metadata", "annotations", "a/b~c", 0)) == "/metadata/annotations/a~1b~0c/0"


def test_embedded_pods_are_described() -> None:
    job = {
        "apiVersion": "trainer.kubeflow.org/v1alpha1",
        "kind": "ClusterTrainingRuntime",
        "metadata": {"name": "a"},
        "spec": {
            "template": {
                "spec": {"replicatedJobs": [{"name": "node", "template": {"spec": {"template": POD_TEMPLATE}}}]}
            }
        },
    }
    assert check_structure(job, table(job)) == []
    wrong = changed(job, "spec/template/spec/replicatedJobs/0/template/spec/template/spec/containers/0/imagee", "x")
    assert only_problem(wrong).near == ("image", "name")[:1]


def test_a_valid_object_is_judged_in_few_calls() -> None:
    """Thousands of objects are: calls are counted, because they are the same on every machine, however busy."""
    kind = table(DEPLOYMENT)
    check_structure(DEPLOYMENT, kind)
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    check_structure(DEPLOYMENT, kind)
    sys.setprofile(None)
    assert 0 < calls <= 10


def test_the_network_is_never_used() -> None:
    program = (
        "import socket\n"
        "def refuse(*a, **k): raise AssertionError('network')\n"
        "socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse\n"
        "from mlplat.catalog.lookup import load_tables\n"
        "from mlplat.catalog.strict_schema import strict_schema\n"
        "from mlplat.catalog.versions import resolve_versions\n"
        "import json\n"
        "for table in load_tables(resolve_versions('26.03', '1.34', {})):\n"
        "    text = json.dumps(strict_schema(table))\n"
        '    for part in text.split(\'"$ref": "\')[1:]:\n'
        "        assert part.startswith('#/$defs/'), part[:40]\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
