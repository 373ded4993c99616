"""What is written first does not matter: neither which file, nor which document of a file, nor which field."""

import os
import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlplat.compiler.pipeline import compile_platform
from mlplat.compiler.render.kustomize import Kustomize
from mlplat.compiler.render.verify import verify
from mlplat.objects.go_yaml import parse_stream
from tests.emit.kustomizes import all_kustomizes
from tests.proof.platforms import ROOT, compiled, copy_specifications, name_of, platform_folders

PLATFORMS = [pytest.param(folder, id=name_of(folder)) for folder in platform_folders()]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("folder", PLATFORMS[:2])
def test_documents_may_stand_anywhere(folder: Path, seed: int, tmp_path: Path) -> None:
    """All documents of an environment in two files, shuffled, each with its fields in another order."""
    root = tmp_path
    copy_specifications(folder, root)
    chance = random.Random(seed)
    for layer in sorted((root / "environments").iterdir()):
        documents: list[Any] = []
        for file in sorted(layer.rglob("*.yaml")):
            if "manifests" not in file.parts:
                documents += [shuffled(document, chance) for document in parse_stream(file.read_text())]
                file.unlink()
        chance.shuffle(documents)
        half = chance.randrange(len(documents) + 1)
        for name, part in (("b.yaml", documents[:half]), ("a.yml", documents[half:])):
            if part:
                (layer / name).write_text(yaml.safe_dump_all(part, sort_keys=False))
    again = compile_platform(root)
    assert again.tree is not None, [(one.code, one.headline) for one in again.findings]
    assert again.tree.files == compiled(folder).tree.files  # type: ignore[union-attr]


def shuffled(value: Any, chance: random.Random) -> Any:
    """The same mapping with its keys in another order, at every depth; lists mean an order and stay."""
    if isinstance(value, dict):
        items = [(key, shuffled(inner, chance)) for key, inner in value.items()]
        chance.shuffle(items)
        return dict(items)
    return [shuffled(inner, chance) for inner in value] if isinstance(value, list | tuple) else value


def test_a_file_system_may_list_its_files_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    truth = compiled(ROOT).tree
    scan, listing = os.scandir, os.listdir

    class Backwards:
        def __init__(self, path: Any) -> None:
            with scan(path) as entries:
                self._entries = sorted(entries, key=lambda entry: entry.name, reverse=True)

        def __iter__(self) -> Any:
            return self

        def __next__(self) -> Any:
            if not self._entries:
                raise StopIteration
            return self._entries.pop(0)

        def __enter__(self) -> Any:
            return self

        def __exit__(self, *_: object) -> None:
            self.close()

        def close(self) -> None:
            self._entries.clear()

    monkeypatch.setattr(os, "scandir", Backwards)
    monkeypatch.setattr(os, "listdir", lambda path=".": sorted(listing(path), reverse=True))
    found = compile_platform(ROOT)
    monkeypatch.undo()
    assert found.tree is not None
    assert truth is not None
    assert found.tree.files == truth.files


@pytest.mark.slow
@pytest.mark.parametrize("folder", PLATFORMS)
@pytest.mark.parametrize("kustomize", all_kustomizes(), ids=lambda one: one.version)
def test_every_kustomize_renders_what_was_meant(kustomize: Kustomize, folder: Path) -> None:
    result = compiled(folder)
    assert result.tree is not None
    written = [name for name, env in result.environments.items() if env.is_base or env.is_synced]
    assert verify(kustomize, result.tree, [result.objects[name] for name in written]) == ()


def test_writing_yaml_again_loses_nothing() -> None:
    """What the shuffling above writes is what it read."""
    for folder in platform_folders()[:2]:
        for file in sorted((folder / "environments").rglob("*.yaml")):
            documents = [shuffled(one, random.Random(1)) for one in parse_stream(file.read_text())]
            assert list(parse_stream(yaml.safe_dump_all(documents, sort_keys=False))) == documents
