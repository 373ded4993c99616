"""Kustomizations that people wrote below `manifests/`: rendered wherever they lie, and never with anything fetched."""

import shutil
from pathlib import Path

import pytest

from mlplat.compiler.pipeline import Compiled, compile_platform
from mlplat.compiler.render import folder
from mlplat.diagnostics.render.full import render
from tests.check.test_cases import HERE

ADDRESS = "http://127.0.0.1:9/x.yaml"
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s, namespace: vision}\ndata: {a: b}\n"

FETCHED = {
    "resources": f"resources: [{ADDRESS}]",
    "resources of git": "resources: [github.com/example/policies//base?ref=v1]",
    "resources by ssh": "resources: ['git@example.com:policies.git']",
    "resources by any host": "resources: [example.com/policies/base]",
    "capitals": "resources: [HTTP://127.0.0.1:9/x.yaml]",
    "components": f"components: [{ADDRESS}]",
    "bases": f"bases: [{ADDRESS}]",
    "crds": f"crds: [{ADDRESS}]",
    "configurations": f"configurations: [{ADDRESS}]",
    "generators": f"generators: [{ADDRESS}]",
    "transformers": f"transformers: [{ADDRESS}]",
    "validators": f"validators: [{ADDRESS}]",
    "files": f"configMapGenerator: [{{name: x, files: ['x={ADDRESS}']}}]",
    "files without a key": f"configMapGenerator: [{{name: x, files: ['{ADDRESS}']}}]",
    "envs": f"configMapGenerator: [{{name: x, envs: ['{ADDRESS}']}}]",
    "env": f"configMapGenerator: [{{name: x, env: '{ADDRESS}'}}]",
    "files of secrets": f"secretGenerator: [{{name: x, files: ['x={ADDRESS}']}}]",
    "envs of secrets": f"secretGenerator: [{{name: x, envs: ['{ADDRESS}']}}]",
    "patches": f"patches: [{{path: '{ADDRESS}'}}]",
    "patchesStrategicMerge": f"patchesStrategicMerge: ['{ADDRESS}']",
    "patchesJson6902": f"patchesJson6902: [{{path: '{ADDRESS}', target: {{kind: Job, name: x, version: v1}}}}]",
    "replacements": f"replacements: [{{path: '{ADDRESS}'}}]",
    "openapi": f"openapi: {{path: '{ADDRESS}'}}",
    "helm": "helmCharts: [{name: x, repo: https://charts.example.com}]",
    "a transformer written out": "transformers:\n- |-\n  apiVersion: builtin\n  kind: PatchTransformer\n"
    f"  metadata: {{name: x}}\n  path: {ADDRESS}",
    "a generator written out": "generators:\n- |-\n  apiVersion: builtin\n  kind: ConfigMapGenerator\n"
    f"  metadata: {{name: x}}\n  files: ['x={ADDRESS}']",
    "a transformer in a file": "transformers: [t.yaml]",
}


def compiled(root: Path, **files: str) -> tuple[list[str], str, Compiled]:
    """The codes and the text of the findings on a platform with some files below `manifests/` of base."""
    shutil.copytree(HERE / "skeleton", root, dirs_exist_ok=True)
    for name, text in files.items():
        path = root / "environments/base/manifests" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    result = compile_platform(root)
    return [one.code for one in result.findings], render(result.findings, result.source.sources), result


def names_of(result: Compiled) -> list[str]:
    return sorted(item.ref.name for item in result.objects["dev"].objects if item.origin is None)


@pytest.mark.parametrize("place", ["kustomization.yaml", "ops/kustomization.yml", "ops/base/Kustomization"])
@pytest.mark.parametrize("entry", FETCHED)
def test_nothing_is_fetched(entry: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("kustomize would be asked")

    monkeypatch.setattr(folder, "render", never)
    below = place.rpartition("/")[0]
    files = {place: FETCHED[entry] + "\n", f"{below}/t.yaml".lstrip("/"): f"kind: PatchTransformer\npath: {ADDRESS}\n"}
    if below == "ops/base":
        files["ops/kustomization.yaml"] = "resources: [base]\n"
    codes, text, _ = compiled(tmp_path, **files)
    assert set(codes) == {"MLP606"}, text
    assert f"environments/base/manifests/{place}:" in text


@pytest.mark.parametrize("entry", ["gone.yaml", "../../../../platform.yaml", "/etc/hostname", "gone"])
def test_what_is_not_there_is_told_before_kustomize_looks_elsewhere(entry: str, tmp_path: Path) -> None:
    codes, text, _ = compiled(tmp_path, **{"ops/kustomization.yaml": f"resources: [{entry}]\n"})
    assert codes == ["MLP603"], text
    assert f"names `{entry}`, which is not there" in text


def test_a_folder_below_is_rendered_and_its_files_are_not_taken_twice(tmp_path: Path) -> None:
    codes, text, result = compiled(
        tmp_path,
        **{
            "ops/kustomization.yaml": "namePrefix: x-\nresources: [a.yaml, deep/b.yaml]\n"
            "configMapGenerator: [{name: made, namespace: vision, files: [k=deep/data.txt], options: "
            "{disableNameSuffixHash: true}}]\npatches: [{path: patch.yaml, target: {kind: ConfigMap, name: a}}]\n",
            "ops/a.yaml": CONFIG_MAP % "a",
            "ops/deep/b.yaml": CONFIG_MAP % "b",
            "ops/deep/data.txt": "text\n",
            "ops/patch.yaml": "- {op: replace, path: /data/a, value: c}\n",
            "plain.yaml": CONFIG_MAP % "plain",
        },
    )
    assert codes == [], text
    assert names_of(result) == ["plain", "x-a", "x-b", "x-made"]


def test_folders_that_build_on_each_other_are_rendered_once(tmp_path: Path) -> None:
    codes, text, result = compiled(
        tmp_path,
        **{
            "base/kustomization.yaml": "resources: [a.yaml]\n",
            "base/a.yaml": CONFIG_MAP % "a",
            "ops/kustomization.yaml": "kind: Kustomization\nnamePrefix: x-\nresources: [../base]\n",
        },
    )
    assert codes == [], text
    assert names_of(result) == ["x-a"]


def test_the_one_at_the_top_covers_all(tmp_path: Path) -> None:
    codes, text, result = compiled(
        tmp_path,
        **{
            "kustomization.yaml": "resources: [ops]\n",
            "ops/kustomization.yaml": "resources: [a.yaml]\n",
            "ops/a.yaml": CONFIG_MAP % "a",
            "left/kustomization.yaml": "resources: [b.yaml]\n",
            "left/b.yaml": CONFIG_MAP % "b",
        },
    )
    assert codes == [], text
    assert names_of(result) == ["a"]


def test_a_document_of_mlplat_is_no_manifest(tmp_path: Path) -> None:
    document = "apiVersion: mlplat.dev/v1alpha1\nkind: Queue\nmetadata: {name: q}\nspec: {}\n"
    codes, text, _ = compiled(
        tmp_path,
        **{"q.yaml": document, "ops/kustomization.yaml": "resources: [q.yaml]\n", "ops/q.yaml": document},
    )
    assert codes == ["MLP013", "MLP013"], text
    assert "Queue `q` cannot stand among hand-written manifests" in text
