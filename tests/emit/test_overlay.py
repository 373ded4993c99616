import json
from collections.abc import Sequence
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mlplat.compiler.artifacts import BASE, FileTree, KubeObject
from mlplat.compiler.emit.tree import emit_base, emit_environment, merge_trees
from mlplat.compiler.render.kustomize import render
from mlplat.compiler.render.verify import verify
from tests.emit.kustomizes import all_kustomizes
from tests.emit.samples import config_map, environment, kube, object_set, train_job

KUSTOMIZES = all_kustomizes()
needs_kustomize = pytest.mark.skipif(not KUSTOMIZES, reason="neither kustomize nor kubectl on this machine")
TEXTS = st.sampled_from(
    ["1", "1e3", "08", "on", "=", "<<", "~", "", " x ", "a\nb", "a: b", "0o17", "é😀", "<&>", "y", "\t"]
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.sampled_from([0.5, 1e-7, 1e21, 2**53 + 1]), TEXTS)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(["a", "b", "x/y", "on", "1"]), inner, max_size=4),
        st.lists(st.fixed_dictionaries({"name": st.sampled_from("pqr"), "value": inner}), max_size=3),
    ),
    max_leaves=8,
)
KINDS = [
    ("v1", "ConfigMap", "vision"),
    ("v1", "ConfigMap", "other"),
    ("v1", "Service", "vision"),
    ("serving.knative.dev/v1", "Service", "vision"),
    ("v1", "ServiceAccount", "vision"),
    ("apps/v1", "Deployment", "vision"),
    ("trainer.kubeflow.org/v1alpha1", "TrainJob", "vision"),
    ("trainer.kubeflow.org/v1beta1", "TrainJob", "vision"),
    ("kueue.x-k8s.io/v1beta2", "ClusterQueue", ""),
    ("rbac.authorization.k8s.io/v1", "ClusterRole", ""),
]


@st.composite
def object_lists(draw: Any, env: str) -> list[KubeObject]:
    found: dict[tuple[str, ...], KubeObject] = {}
    for _ in range(draw(st.integers(0, 6))):
        api, kind, namespace = draw(st.sampled_from(KINDS))
        logical = draw(st.sampled_from(["a", "a.b", "axb", "a-1"]))
        name = logical + draw(st.sampled_from(["", "", "-1", "-2"]))
        metadata: dict[str, Any] = {
            "name": name,
            "labels": draw(st.dictionaries(st.sampled_from("lm"), TEXTS, max_size=2)),
        }
        if not metadata["labels"]:
            del metadata["labels"]
        if namespace:
            metadata["namespace"] = namespace
        body = {"apiVersion": api, "kind": kind, "metadata": metadata, "spec": {"v": draw(VALUES)}}
        unit = draw(st.sampled_from(["vision", "vision-training"]))
        item = kube(env, body, unit, logical, stamped=draw(st.integers(0, 30)) > 0)
        group = api.rpartition("/")[0]
        found.setdefault((group, kind, namespace, name), item)
    return list(found.values())


@needs_kustomize
@given(object_lists(BASE), object_lists("dev"), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_kustomize_renders_exactly_what_was_meant(base: list[KubeObject], own: list[KubeObject], chance: Any) -> None:
    shared = [_as_of("dev", item) for item in base if chance.random() < 0.7]
    objects = list({(item.ref, item.body["apiVersion"]): item for item in (*own, *shared)}.values())
    objects = list({item.ref: item for item in objects}.values())
    sets = (object_set(BASE, base), object_set("dev", objects))
    tree = merge_trees([emit_base(sets[0], environment(BASE)), emit_environment(*sets, environment("dev"))])
    for kustomize in KUSTOMIZES:
        assert verify(kustomize, tree, sets) == ()


def test_an_environment_that_is_like_base_is_one_kustomization_and_one_identity() -> None:
    base = [kube(BASE, config_map(name, {"a": "1"})) for name in "xyz"]
    files = _overlay(base, [_as_of("dev", item) for item in base])
    assert sorted(files) == ["kustomization.yaml", "patches/configmap-x.yaml"]
    assert [item["path"] for item in yaml.safe_load(files["patches/configmap-x.yaml"])] == [
        "/metadata/annotations/mlplat.dev~1identity"
    ]


def test_one_changed_value_is_one_operation() -> None:
    base = [kube(BASE, train_job("mnist", {"trainer": {"numNodes": 1}}))]
    files = _overlay(base, [kube("dev", train_job("mnist", {"trainer": {"numNodes": 3}}))])
    assert json.dumps(yaml.safe_load(files["patches/trainjob-mnist.yaml"])[1:]) == json.dumps(
        [{"op": "replace", "path": "/spec/trainer/numNodes", "value": 3}]
    )


def test_a_run_takes_its_name_by_a_patch_that_may_rename() -> None:
    base = [kube(BASE, train_job("mnist", {"a": 1})), kube(BASE, config_map("c", {}))]
    run = kube("dev", train_job("mnist-0a1b2c3d", {"a": 1}), logical="mnist")
    files = _overlay(base, [run, kube("dev", config_map("c", {}))])
    kustomization = yaml.safe_load(files["kustomization.yaml"])
    assert [patch["path"] for patch in kustomization["patches"]] == ["patches/trainjob-mnist.yaml"]
    assert kustomization["patches"][0]["options"] == {"allowNameChange": True}
    assert kustomization["replacements"][0]["source"]["name"] == "mnist-0a1b2c3d"


def test_a_new_version_of_an_api_is_a_whole_file_and_the_old_object_is_deleted() -> None:
    base = [kube(BASE, train_job("mnist", {"a": 1})), kube(BASE, config_map("c", {}))]
    newer = {**train_job("mnist", {"a": 1}), "apiVersion": "trainer.kubeflow.org/v1beta1"}
    files = _overlay(base, [kube("dev", newer), kube("dev", config_map("c", {}))])
    assert set(files) == {"kustomization.yaml", "trainjob-mnist.yaml", "patches/trainjob-mnist.yaml"}
    assert yaml.safe_load(files["patches/trainjob-mnist.yaml"])["$patch"] == "delete"


def test_a_renamed_object_that_kustomize_would_follow_is_deleted_and_added() -> None:
    base = [kube(BASE, config_map("settings", {"a": "1"})), kube(BASE, train_job("t", {}))]
    renamed = kube("dev", config_map("settings-2", {"a": "1"}), logical="settings")
    files = _overlay(base, [renamed, kube("dev", train_job("t", {}))])
    assert {"configmap-settings.yaml", "patches/configmap-settings.yaml"} <= set(files)


@pytest.mark.parametrize(
    "objects",
    [
        [kube("dev", config_map("new", {}))],
        [kube("dev", train_job("big", {"a": 2**53 + 1}))],
        [kube("dev", train_job("big", {"a": 1}), stamped=False)],
    ],
    ids=["nothing shared", "a number that patches lose", "an object without identity"],
)
def test_where_the_base_cannot_serve_it_is_not_named(objects: Sequence[KubeObject]) -> None:
    base = [kube(BASE, train_job("big", {"a": 1}))]
    assert "base" not in _overlay(base, objects)["kustomization.yaml"]


def test_an_environment_that_does_not_inherit_never_names_base() -> None:
    base = [kube(BASE, config_map("c", {}))]
    files = _overlay(base, [_as_of("dev", base[0])], inherits=False)
    assert sorted(files) == ["configmap-c.yaml", "kustomization.yaml"]
    assert "base" not in files["kustomization.yaml"]


def test_the_order_in_which_objects_and_keys_come_does_not_matter() -> None:
    base = [kube(BASE, config_map(name, {"a": "1", "b": "2"})) for name in "xyz"]
    own = [_as_of("dev", item) for item in base] + [kube("dev", train_job("t", {"q": 1, "p": {"z": 1, "y": 2}}))]
    assert _overlay(base, own) == _overlay(base[::-1], [_reversed(item) for item in own[::-1]])


def test_names_that_file_systems_do_not_keep_apart_get_files_of_their_own() -> None:
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole"}
    names = ["view:all", "View:all", "view-all", "VIEW-ALL", "x" * 250, "x" * 249 + "y"]
    objects = [kube("dev", {**role, "metadata": {"name": name}}) for name in names]
    objects += [kube("dev", config_map("same", {}, namespace)) for namespace in ("one", "two")]
    objects += [
        kube("dev", {"apiVersion": f"{group}/v1", "kind": "Queue", "metadata": {"name": "q", "namespace": "n"}})
        for group in ("a.example.com", "b.example.com")
    ]
    files = _overlay([], objects)
    assert len({path.lower() for path in files}) == len(objects) + 1
    assert all(path == path.lower() and len(path) < 200 for path in files)
    assert {"clusterrole-view-all.yaml", "configmap-same_one.yaml", "queue-q_n_a.example.com.yaml"} <= set(files)


@needs_kustomize
def test_a_difference_is_reported_with_its_place() -> None:
    held = object_set("dev", [kube("dev", config_map("c", {"a": "1"})), kube("dev", config_map("d", {}))])
    tree = emit_environment(None, held, environment("dev"))
    path = "overlays/dev/vision/configmap-c.yaml"
    broken = FileTree({**tree.files, path: tree.files[path].replace('a: "1"', "a: 1")})
    (found,) = verify(KUSTOMIZES[0], broken, [held])
    assert (found.code, found.pointer) == ("MLP604", "/data/a")
    assert found.notes[:2] == ('compiled: "1"', "rendered: 1")
    kustomization = "overlays/dev/vision/kustomization.yaml"
    fewer = tree.files[kustomization].replace("- configmap-d.yaml\n", "")
    (found,) = verify(KUSTOMIZES[0], FileTree({**tree.files, kustomization: fewer}), [held])
    assert found.code == "MLP605"
    (found,) = verify(KUSTOMIZES[0], FileTree({**tree.files, kustomization: "resources: [gone.yaml]\n"}), [held])
    assert (found.code, found.headline) == ("MLP603", "kustomize cannot render `generated/overlays/dev/vision`")
    assert found.notes


@needs_kustomize
def test_argocd_folders_render_too() -> None:
    held = object_set("dev", [kube("dev", config_map("c", {"a": "1"}))])
    tree = emit_environment(None, held, environment("dev"))
    for kustomize in KUSTOMIZES:
        (rendered,) = render(kustomize, tree, ["argocd/dev/apps"])
        assert rendered.said == ()
        assert {body["kind"] for body in rendered.objects} == {"AppProject", "Application"}


def _overlay(base: Sequence[KubeObject], objects: Sequence[KubeObject], inherits: bool = True) -> dict[str, str]:
    """Files of the unit `vision` of `dev`."""
    tree = emit_environment(object_set(BASE, base), object_set("dev", objects), environment("dev", inherits=inherits))
    prefix = "overlays/dev/vision/"
    return {path.removeprefix(prefix): text for path, text in tree.files.items() if path.startswith(prefix)}


def _as_of(env: str, item: KubeObject) -> KubeObject:
    """The same object in another environment."""
    metadata = {key: value for key, value in item.body["metadata"].items() if key != "annotations"}
    return kube(env, {**item.body, "metadata": metadata}, item.unit, item.logical_name)


def _reversed(item: KubeObject) -> KubeObject:
    def turn(value: Any) -> Any:
        return {key: turn(value[key]) for key in reversed(value)} if isinstance(value, dict) else value

    return KubeObject(turn(item.body), item.ref, item.logical_name, item.unit)
