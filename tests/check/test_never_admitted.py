"""MLP309 against brute force on the objects: what it calls impossible is impossible, and nothing impossible escapes."""

from typing import Any

import pytest
import yaml
from hypothesis import event, given, settings
from hypothesis import strategies as st

from mlplat.compiler.check.rules.never_admitted import check
from mlplat.compiler.lower.families.queue import lower_queues
from mlplat.compiler.lower.families.team import lower_team
from mlplat.compiler.lower.families.training import lower_training_job
from mlplat.schema.team import Team
from mlplat.schema.training import TrainingJob
from tests.check.admission_oracle import can_start
from tests.lower.build import environment

CPU = st.sampled_from(("100m", "500m", "1", "2", "4", "8"))
MEMORY = st.sampled_from(("512Mi", "1Gi", "2Gi", "4Gi"))
GPU = st.sampled_from(("0", "1", "2", "4", "8"))
WIDE = {
    "cpu": st.sampled_from(("1", "4", "8", "16")),
    "memory": st.sampled_from(("1Gi", "4Gi", "16Gi")),
    "nvidia.com/gpu": GPU,
}
VERSIONS = {"trainer": None, "trainingOperator": "1.9.2", "kueue": "0.19.2"}


def some(**fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    """A map with any of the fields."""
    return st.fixed_dictionaries({}, optional=fields)


AMOUNTS = some(cpu=CPU, memory=MEMORY)
POOLS = st.lists(st.sampled_from(("cpu", "gpu", "other", "plain")), min_size=0, max_size=3, unique=True)
POOL = {
    "cpu": {"labels": {"pool": "cpu"}, "taints": [{"key": "work", "value": "cpu"}]},
    "gpu": {"labels": {"pool": "gpu"}, "taints": [{"key": "gpu"}], "accelerators": {"count": 4}},
    "other": {"labels": {"zone": "b"}, "taints": [{"key": "gpu"}], "accelerators": {"count": 8}},
    "plain": {},
}


@st.composite
def queues(draw: st.DrawFn, pools: list[str]) -> list[dict[str, Any]]:
    """Up to three queues whose flavors are the same wherever they have the same name."""
    found = []
    for index in range(draw(st.integers(1, 3))):
        covered = draw(st.lists(st.sampled_from(sorted(WIDE)), min_size=1, unique=True))
        names = draw(st.lists(st.sampled_from([*pools, "any"]), min_size=1, max_size=3, unique=True))
        flavors = []
        for name in names:
            shares = []
            for resource in covered:
                nominal = draw(WIDE[resource])
                share = {"name": resource, "nominal": nominal}
                share |= draw(some(borrowing=WIDE[resource], lending=st.sampled_from(("0", nominal))))
                shares.append(share)
            flavors.append({"name": name, "resources": shares} | ({"nodePool": name} if name != "any" else {}))
        cohort = draw(st.sampled_from(({}, {"cohort": "one"}, {"cohort": "one"}, {"cohort": "two"})))
        spec: dict[str, Any] = {"flavors": flavors, **cohort}
        found.append({"kind": "Queue", "metadata": {"name": f"q{index}"}, "spec": spec})
    return found


@st.composite
def bounds(draw: st.DrawFn) -> dict[str, dict[str, str]]:
    """Limits of containers as an API server takes them: each amount at least the one before it."""
    found: dict[str, dict[str, str]] = {}
    for name, written in (("cpu", ("100m", "500m", "1", "2", "4")), ("memory", ("512Mi", "1Gi", "2Gi", "4Gi"))):
        places = sorted(draw(st.lists(st.integers(0, len(written) - 1), min_size=4, max_size=4)))
        for field, place in zip(("min", "defaultRequest", "default", "max"), places, strict=True):
            if draw(st.booleans()):
                found.setdefault(field, {})[name] = written[place]
    return found


@st.composite
def queued_platforms(draw: st.DrawFn) -> str:
    """A team without quota and limits, and one job in a queue that has shares of all that it asks for."""
    pools = draw(st.lists(st.sampled_from(sorted(POOL)), min_size=1, max_size=3, unique=True))
    documents = draw(queues(pools))
    queue = draw(st.sampled_from(documents))
    covered = [share["name"] for share in queue["spec"]["flavors"][0]["resources"]]
    asked = {name: draw(values) for name, values in (("cpu", CPU), ("memory", MEMORY)) if name in covered}
    job: dict[str, Any] = {
        "framework": draw(st.sampled_from(("pytorch", "tensorflow"))),
        "image": "train:1",
        "command": ["train"],
        "nodes": draw(st.integers(1, 6)),
        "queue": queue["metadata"]["name"],
        "resources": {"requests": asked},
    }
    if "nvidia.com/gpu" in covered:
        job["accelerators"] = {"count": draw(st.integers(0, 4))}
    if draw(st.booleans()):
        job["placement"] = {"nodePool": draw(st.sampled_from(pools))}
    node_pools = [{"name": name, "cpu": "64", "memory": "256Gi", **POOL[name]} for name in pools]
    documents += [
        {"kind": "Environment", "metadata": {"name": "prod"}, "spec": {"nodePools": node_pools}},
        {"kind": "Team", "metadata": {"name": "vision"}, "spec": {"queues": ["q0", "q1", "q2"][: len(documents)]}},
        {"kind": "TrainingJob", "metadata": {"name": "job", "team": "vision"}, "spec": job},
    ]
    return yaml.safe_dump_all(documents)


@st.composite
def platforms(draw: st.DrawFn) -> str:
    """A team, its queues and one job."""
    pools = draw(POOLS)
    documents = draw(queues(pools))
    team: dict[str, Any] = {"queues": [item["metadata"]["name"] for item in documents]}
    quota = {
        **{f"{side}.{name}": WIDE[name] for side in ("requests", "limits") for name in ("cpu", "memory")},
        "requests.nvidia.com/gpu": GPU,
        "pods": st.sampled_from(("1", "3", "8")),
        "cpu": WIDE["cpu"],
    }
    team |= draw(
        st.fixed_dictionaries(
            {},
            optional={
                "quota": some(**quota),
                "limits": bounds(),
            },
        )
    )
    resources = st.fixed_dictionaries({"requests": AMOUNTS}, optional={"limits": AMOUNTS})
    job: dict[str, Any] = {
        "framework": draw(st.sampled_from(("pytorch", "tensorflow"))),
        "image": "train:1",
        "command": ["train"],
        "nodes": draw(st.integers(1, 5)),
    }
    job |= draw(
        st.fixed_dictionaries(
            {},
            optional={
                "resources": resources,
                "accelerators": st.builds(lambda count: {"count": count}, st.integers(0, 4)),
                "queue": st.sampled_from(team["queues"]),
            },
        )
    )
    wants_pool = draw(st.booleans())
    if pools and wants_pool:
        job["placement"] = {"nodePool": draw(st.sampled_from(pools))}
    node_pools = [{"name": name, "cpu": "64", "memory": "256Gi", **POOL[name]} for name in pools]
    defaults = draw(some(nodePool=st.sampled_from(pools)) if pools else st.just({}))
    documents += [
        {"kind": "Environment", "metadata": {"name": "prod"}, "spec": {"nodePools": node_pools, "defaults": defaults}},
        {"kind": "Team", "metadata": {"name": "vision"}, "spec": team},
        {"kind": "TrainingJob", "metadata": {"name": "job", "team": "vision"}, "spec": job},
    ]
    return yaml.safe_dump_all(documents)


def judged(text: str) -> tuple[bool, bool]:
    """Whether the rule lets the job pass, and whether it can start."""
    env = environment(text, **VERSIONS)
    job = env.all(TrainingJob)[0]
    drafts = [*lower_queues(env), *lower_training_job(job, env), *lower_team(env.all(Team)[0], env)]
    return not list(check(env)), can_start(draft.body for draft in drafts)


@settings(max_examples=150, deadline=None)
@given(st.one_of(platforms(), queued_platforms(), queued_platforms()))
def test_it_is_right_in_both_directions(text: str) -> None:
    passes, starts = judged(text)
    event("starts" if starts else "never starts")
    assert passes == starts, text


def test_both_verdicts_occur() -> None:
    spec = "{framework: pytorch, image: train:1, command: [train], nodes: %s}"
    job = f"{{kind: TrainingJob, metadata: {{name: job, team: vision}}, spec: {spec}}}"
    team = "{kind: Team, metadata: {name: vision}, spec: {quota: {pods: 2}}}"
    assert judged(f"{team}\n---\n{job % 2}") == (True, True)
    assert judged(f"{team}\n---\n{job % 3}") == (False, False)


@pytest.mark.parametrize(
    ("shares", "nodes", "starts"),
    [
        ([{"nominal": 2}, {"nominal": 2}], 4, True),
        ([{"nominal": 2}, {"nominal": 2}], 5, False),
        ([{"nominal": 2}, {"nominal": 2, "lending": 1}], 4, False),
        ([{"nominal": 2, "borrowing": 1}, {"nominal": 2}], 4, False),
        ([{"nominal": 2, "lending": 0}, {"nominal": 2}], 4, True),
    ],
)
def test_what_a_cohort_lends(shares: list[dict[str, Any]], nodes: int, starts: bool) -> None:
    documents = [
        {
            "kind": "Queue",
            "metadata": {"name": f"q{index}"},
            "spec": {"cohort": "one", "flavors": [{"name": "any", "resources": [{"name": "cpu", **share}]}]},
        }
        for index, share in enumerate(shares)
    ]
    spec = {
        "framework": "tensorflow",
        "image": "train:1",
        "command": ["train"],
        "nodes": nodes,
        "queue": "q0",
        "resources": {"requests": {"cpu": 1}},
    }
    documents.append({"kind": "Team", "metadata": {"name": "vision"}, "spec": {"queues": ["q0"]}})
    documents.append({"kind": "TrainingJob", "metadata": {"name": "job", "team": "vision"}, "spec": spec})
    assert judged(yaml.safe_dump_all(documents)) == (starts, starts)
