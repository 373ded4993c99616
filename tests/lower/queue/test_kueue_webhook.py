"""Queues on a cluster with Kueue: its webhooks take them, and would store them as they are written."""

from pathlib import Path

import pytest

from mlplat.compiler.lower.families.queue import lower_queues
from mlplat.compiler.lower.finish import finish
from tests.lower import live_cluster
from tests.lower.build import environment
from tests.lower.golden import questions

pytestmark = live_cluster.MARKS
HERE = Path(__file__).parent


def objects(text: str):
    env = environment(text, kueue="0.19.2")
    return [finish(draft, env).body for draft in lower_queues(env)]


@pytest.mark.parametrize("question", questions(HERE))
def test_stored_as_written(question):
    live_cluster.require("clusterqueues.kueue.x-k8s.io")
    for body in objects((HERE / "cases" / question / "input.yaml").read_text()):
        if "namespace" in body["metadata"]:
            live_cluster.namespace(body["metadata"]["namespace"])
        assert list(live_cluster.changed(body, live_cluster.dry_run(body))) == []


def test_kueue_would_refuse_what_the_lowering_avoids():
    """Resources of a flavor in another order than `coveredResources`, and borrowing without a cohort."""
    live_cluster.require("clusterqueues.kueue.x-k8s.io")
    text = (HERE / "cases/two_queues_one_cohort/input.yaml").read_text()
    found = {(body["kind"], body["metadata"]["name"]): body for body in objects(text)}
    queue = found[("ClusterQueue", "training")]
    queue["metadata"]["name"] = "never-there"
    gpu = queue["spec"]["resourceGroups"][0]["flavors"][1]
    gpu["resources"].reverse()
    with pytest.raises(AssertionError, match="resources"):
        live_cluster.dry_run(queue)
    gpu["resources"].reverse()
    del queue["spec"]["cohortName"]
    with pytest.raises(AssertionError, match="borrowingLimit"):
        live_cluster.dry_run(queue)
