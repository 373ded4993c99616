"""What a build wrote is read back as exactly the objects that were meant, and only where something changes."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings

from mlplat.compiler.artifacts import BASE, FileTree, KubeObject
from mlplat.compiler.emit.committed import Committed, read_committed
from mlplat.compiler.emit.tree import emit_base, emit_environment, merge_trees
from mlplat.compiler.emit.write import write_tree
from mlplat.compiler.pipeline import compile_platform
from mlplat.objects.equality import first_difference
from tests.emit.samples import config_map, environment, kube, object_set
from tests.emit.test_overlay import object_lists

ROOT = Path(__file__).parents[2]


@given(object_lists(BASE), object_lists("dev"))
@settings(max_examples=60, deadline=None)
def test_what_is_read_back_is_what_was_meant(base: list[KubeObject], objects: list[KubeObject]) -> None:
    tree = _tree(base, objects)
    with TemporaryDirectory() as folder:
        found = _without_manifest(Path(folder), tree)
    assert found.unread == ()
    _assert_same(found.objects["dev"], objects)
    assert found.units["dev"] == {item.ref: item.unit for item in objects}


def test_the_example_platform_is_read_back_exactly(tmp_path: Path) -> None:
    for name in ("platform.yaml", "components", "environments"):
        source = ROOT / name
        shutil.copytree(source, tmp_path / name) if source.is_dir() else shutil.copy(source, tmp_path)
    compiled = compile_platform(tmp_path)
    assert compiled.tree is not None
    found = _without_manifest(tmp_path, compiled.tree, [name for name in compiled.objects if name != BASE])
    assert found.unread == ()
    for name, held in found.objects.items():
        assert held
        _assert_same(held, compiled.objects[name].objects)


def test_nothing_is_read_of_what_does_not_change(tmp_path: Path) -> None:
    before = [kube("dev", config_map(name, {"k": "1"}), unit) for name, unit in (("a", "vision"), ("b", "tabular"))]
    tree = _tree([], before)
    assert write_tree(tmp_path / "generated", tree).findings == ()
    same = read_committed(tmp_path / "generated", tree, ["dev"])
    assert same == Committed({"dev": {}}, {"dev": {}})
    after = [kube("dev", config_map("a", {"k": "2"}), "vision"), before[1]]
    changed = read_committed(tmp_path / "generated", _tree([], after), ["dev"])
    _assert_same(changed.objects["dev"], [before[0]])
    assert changed.units["dev"] == {}  # the inventory is the same


def test_a_change_of_base_alone_is_seen_in_every_overlay(tmp_path: Path) -> None:
    base = [kube(BASE, config_map("a", {"k": "1"}), "vision")]
    own = [kube("dev", config_map("a", {"k": "1"}), "vision")]
    write_tree(tmp_path / "generated", _tree(base, own))
    new_base = [kube(BASE, config_map("a", {"k": "2"}), "vision")]
    new = [kube("dev", config_map("a", {"k": "2"}), "vision")]
    found = read_committed(tmp_path / "generated", _tree(new_base, new), ["dev"])
    _assert_same(found.objects["dev"], own)


def test_an_environment_that_is_new_has_nothing_committed(tmp_path: Path) -> None:
    found = read_committed(tmp_path / "generated", _tree([], [kube("dev", config_map("a", {}))]), ["dev"])
    assert found == Committed({"dev": {}}, {"dev": {}})


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    own = [kube("dev", config_map("a", {"k": "1"}), "vision")]
    generated = tmp_path / "generated"
    write_tree(generated, _tree([], own))
    (generated / "overlays/dev/vision/configmap-a.yaml").write_text(
        "<<<<<<< ours\na: 1\n=======\na: 2\n>>>>>>> theirs\n"
    )
    (generated / "inventory/dev.yaml").write_text("nonsense\n")
    new = _tree([], [*own, kube("dev", config_map("b", {}), "vision")])
    found = read_committed(generated, new, ["dev"])
    assert [path for path, _ in found.unread] == ["overlays/dev/vision", "inventory/dev.yaml"]
    assert {finding.code for finding in found.findings} == {"MLP505"}


def _tree(base: list[KubeObject], objects: list[KubeObject]) -> FileTree:
    sets = (object_set(BASE, base), object_set("dev", objects))
    return merge_trees([emit_base(sets[0], environment(BASE)), emit_environment(*sets, environment("dev"))])


def _without_manifest(root: Path, tree: FileTree, names: list[str] | None = None) -> Committed:
    """Everything is read when nobody knows what was written."""
    write_tree(root / "generated", tree)
    (root / "generated/.mlplat").unlink()
    return read_committed(root / "generated", tree, names or ["dev"])


def _assert_same(found: Any, objects: Any) -> None:
    assert set(found) == {item.ref for item in objects}
    for item in objects:
        assert first_difference(found[item.ref], item.body) is None
