from pathlib import Path
from typing import Any

import pytest
import yaml

from mlplat.compiler.artifacts import BASE, KubeObject
from mlplat.compiler.emit.tree import emit_environment
from tests.blessing import check_golden
from tests.emit.samples import config_map, environment, kube, object_set, train_job

TEAMS = [
    {
        "name": "vision",
        "spec": {
            "owner": {"name": "ana@example.com"},
            "members": [
                {"name": "bo@example.com"},
                {"name": "cy@example.com", "role": "admin"},
                {"name": "vision-readers", "kind": "Group", "role": "view"},
            ],
        },
    },
    {"name": "vision-lab", "spec": {"owner": {"name": "lab", "kind": "Group"}, "namespace": "lab"}},
]


def namespace(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def objects(env: str) -> list[KubeObject]:
    queue = {"apiVersion": "kueue.x-k8s.io/v1beta2", "kind": "ClusterQueue", "metadata": {"name": "gpu"}}
    return [
        kube(env, namespace("vision"), "vision"),
        kube(env, config_map("settings", {"a": "1"}), "vision"),
        kube(env, train_job("mnist", {"a": 1}), "vision-training"),
        kube(env, config_map("settings", {}, "lab"), "vision-lab-training"),
        kube(env, queue, "platform-queues"),
    ]


def files(env: str, **options: Any) -> dict[str, str]:
    resolved = environment(env, teams=TEAMS, **options)
    base = object_set(BASE, [kube(BASE, config_map("settings", {"a": "1"}), "vision")])
    prefix = f"argocd/{env}/"
    tree = emit_environment(base, object_set(env, objects(env)), resolved).files
    return {path.removeprefix(prefix): text for path, text in tree.items() if path.startswith(prefix)}


def bodies(env: str, **options: Any) -> dict[tuple[str, str], dict[str, Any]]:
    found = files(env, **options)
    documents = [body for path in sorted(found) for body in yaml.safe_load_all(found[path])]
    return {(body["kind"], body["metadata"]["name"]): body for body in documents if "metadata" in body}


@pytest.mark.parametrize("env", ["dev", "prod"])
def test_what_argocd_is_told(env: str) -> None:
    found = files(env)
    settings, *root = found.pop("root.yaml").split("---\n")
    assert yaml.safe_load(settings)["metadata"]["name"] == "argocd-cm"
    text = "".join(f"==== {path}\n{found[path]}" for path in sorted(found))
    check_golden(Path(__file__).parent / f"cases/argocd/{env}.txt", "---\n".join(["==== root.yaml\n", *root]) + text)


def test_every_application_has_a_project_that_allows_it() -> None:
    for env in ("dev", "prod"):
        found = bodies(env)
        projects = {name: body["spec"] for (kind, name), body in found.items() if kind == "AppProject"}
        units = {f"{env}-{item.unit}": item for item in objects(env)}
        for (kind, name), body in found.items():
            if kind != "Application":
                continue
            spec, project = body["spec"], projects[body["spec"]["project"]]
            assert spec["source"]["repoURL"] in project["sourceRepos"]
            allowed_places = [{key: place[key] for key in ("server", "namespace")} for place in project["destinations"]]
            assert spec["destination"] in allowed_places
            if name in units:
                held = [item for item in objects(env) if f"{env}-{item.unit}" == name]
                allowed = [(entry["group"], entry["kind"]) for entry in project.get("clusterResourceWhitelist", [])]
                assert all(item.ref.namespace or (item.ref.group, item.ref.kind) in allowed for item in held)


def test_the_last_environment_of_the_promotion_order_waits_for_a_person() -> None:
    assert "automated" in bodies("dev")[("Application", "dev-vision")]["spec"]["syncPolicy"]
    prod = bodies("prod")[("Application", "prod-vision")]
    assert "automated" not in prod["spec"]["syncPolicy"]
    assert "finalizers" not in prod["metadata"]
    assert (
        "automated" in bodies("prod", argocd={"automated": True})[("Application", "prod-vision")]["spec"]["syncPolicy"]
    )
    assert (
        "automated"
        not in bodies("dev", argocd={"automated": False})[("Application", "dev-vision")]["spec"]["syncPolicy"]
    )


def test_switches_that_are_off_are_not_written() -> None:
    found = bodies("dev", argocd={"prune": False, "selfHeal": False})
    application = found[("Application", "dev-vision")]
    assert application["spec"]["syncPolicy"]["automated"] == {}
    assert "finalizers" not in application["metadata"]


def test_editors_sync_only_where_git_does_so_anyway() -> None:
    def policies(env: str, role: str) -> str:
        spec = bodies(env)[("AppProject", f"{env}-vision")]["spec"]
        return "\n".join(policy for found in spec["roles"] if found["name"] == role for policy in found["policies"])

    assert ", sync, " in policies("dev", "edit")
    assert ", sync, " not in policies("prod", "edit")
    assert ", sync, " in policies("prod", "admin")
    assert ", sync, " not in policies("dev", "view")


@pytest.mark.parametrize(("path", "prefix"), [(".", ""), ("./", ""), ("ml/platform/", "ml/platform/")])
def test_paths_are_those_of_the_git_repository(path: str, prefix: str) -> None:
    platform = {"repository": {"url": "https://git.example.com/all.git", "path": path}}
    found = bodies("dev", platform=platform)[("Application", "dev-vision")]
    assert found["spec"]["source"]["path"] == f"{prefix}generated/overlays/dev/vision"
    annotation = found["metadata"]["annotations"]["argocd.argoproj.io/manifest-generate-paths"]
    assert annotation == f".;/{prefix}generated/base/vision"
    alone = bodies("dev", platform=platform)[("Application", "dev-platform-queues")]
    assert alone["metadata"]["annotations"]["argocd.argoproj.io/manifest-generate-paths"] == "."


def test_a_team_whose_name_begins_with_anothers_has_its_own_units() -> None:
    found = bodies("dev")
    assert found[("Application", "dev-vision-lab-training")]["spec"]["project"] == "dev-vision-lab"
    assert found[("Application", "dev-vision-lab-training")]["spec"]["destination"]["namespace"] == "lab"
    assert found[("Application", "dev-platform-queues")]["spec"]["project"] == "demo-dev-units"


def test_the_root_project_reaches_nothing_but_argocd() -> None:
    spec = bodies("prod", argocd={"namespace": "gitops"})[("AppProject", "demo-prod")]["spec"]
    assert spec["destinations"] == [{"namespace": "gitops", "server": "https://kubernetes.default.svc"}]
    assert {entry["kind"] for entry in spec["namespaceResourceWhitelist"]} == {"AppProject", "Application"}
    assert "clusterResourceWhitelist" not in spec
