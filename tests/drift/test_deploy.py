"""The manifests that run drift in a cluster: judged as any manifests are, their alerts by promtool."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from mlplat.cluster.live import KindRequest
from mlplat.drift.deploy import FORMS, Deploy, Form, Home, manifests, rules
from mlplat.objects.gvk import GVK

REQUESTS = (
    KindRequest(GVK("", "v1", "ConfigMap"), "configmaps", True, ("vision",)),
    KindRequest(GVK("apps", "v1", "Deployment"), "deployments", True, ("vision",)),
    KindRequest(GVK("kubeflow.org", "v1", "PyTorchJob"), "pytorchjobs", True, ("vision",)),
)
ALERTS = Path(__file__).parent / "alerts"


def deploy(form: Form, path: str = ".") -> Deploy:
    url = "https://git.example.com/ml/platform.git"
    return Deploy("prod", form, "example.com/mlplat:1.0", "mlplat-drift", Home(url, path, "main"))


@pytest.mark.parametrize("form", FORMS)
def test_a_cluster_takes_them(form: Form, tmp_path: Path) -> None:
    path = tmp_path / "all.yaml"
    path.write_text("\n---\n".join(json.dumps(body) for body in manifests(deploy(form), REQUESTS)))
    command = [sys.executable, "-m", "mlplat.cli", "check", "--manifests", str(path), "-o", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = [each for each in json.loads(done.stdout)["findings"] if each["severity"] != "note"]
    assert found == []


@pytest.mark.parametrize("form", FORMS)
def test_the_account_may_read_the_declared_kinds_and_nothing_else(form: Form) -> None:
    bodies = manifests(deploy(form), REQUESTS)
    (role,) = (body for body in bodies if body["kind"] == "ClusterRole")
    assert {verb for rule in role["rules"] for verb in rule["verbs"]} == {"get", "list", "watch"}
    named = {resource for rule in role["rules"] for resource in rule["resources"]}
    assert named == {"configmaps", "deployments", "pytorchjobs", "customresourcedefinitions"}
    (crds,) = (rule for rule in role["rules"] if "customresourcedefinitions" in rule["resources"])
    assert crds["resourceNames"] == ["pytorchjobs.kubeflow.org"]
    assert crds["verbs"] == ["get"]
    assert not any("*" in rule["resources"] + rule["apiGroups"] + rule["verbs"] for rule in role["rules"])


@pytest.mark.parametrize("form", FORMS)
def test_none_of_them_looks_like_an_orphan_of_the_environment(form: Form) -> None:
    assert not any("mlplat.dev/environment" in json.dumps(body) for body in manifests(deploy(form), REQUESTS))


@pytest.mark.parametrize(
    ("path", "folder"), [(".", "/platform/checkout"), ("/", "/platform/checkout"), ("ml/x/", "/platform/checkout/ml/x")]
)
def test_it_works_in_the_platforms_folder_of_the_repository(path: str, folder: str) -> None:
    (body,) = (each for each in manifests(deploy("cron", path), REQUESTS) if each["kind"] == "CronJob")
    command = body["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["command"]
    assert command == ["mlplat", "-C", folder, "drift", "--env", "prod", "--any-cluster"]


@pytest.mark.parametrize("revision", ["main", "v1", "COMMIT"])
def test_the_checkout_is_of_a_branch_a_tag_or_a_commit(revision: str, tmp_path: Path) -> None:
    origin, place = tmp_path / "origin", tmp_path / "checkout"
    git = ["git", "-C", str(origin), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run(["git", "init", "--quiet", "--initial-branch", "main", str(origin)], check=True)
    for words in (["commit", "--quiet", "--allow-empty", "-m", "first"], ["tag", "v1"]):
        subprocess.run([*git, *words], check=True)
    first = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    subprocess.run([*git, "commit", "--quiet", "--allow-empty", "-m", "second"], check=True)
    second = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    home = Home(origin.as_uri(), ".", first if revision == "COMMIT" else revision)
    (pod,) = (
        body["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        for body in manifests(Deploy("prod", "cron", "example.com/mlplat:1.0", "mlplat-drift", home), REQUESTS)
        if body["kind"] == "CronJob"
    )
    (clone,) = pod["initContainers"]
    command = [word.replace("/platform/checkout", str(place)) for word in clone["command"]]
    environment = {**os.environ, **{each["name"]: each["value"] for each in clone["env"]}, "HOME": str(tmp_path)}
    subprocess.run(command, env=environment, check=True)
    done = subprocess.run(["git", "-C", str(place), "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == (second if revision == "main" else first)


@pytest.mark.parametrize("form", FORMS)
def test_promtool_takes_the_alerts_and_they_fire_when_they_should(form: Form, tmp_path: Path) -> None:
    program = shutil.which("promtool")
    if program is None:
        reason = "no promtool on PATH: the alert rules are not checked"
        pytest.fail(reason) if os.environ.get("MLPLAT_TEST_REQUIRE_PROMTOOL") == "1" else pytest.skip(reason)
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump(rules(deploy(form))))
    shutil.copy(ALERTS / f"{form}.yaml", tmp_path / "test.yaml")
    for command in (["check", "rules", "rules.yaml"], ["test", "rules", "test.yaml"]):
        done = subprocess.run([program, *command], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
