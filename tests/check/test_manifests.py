"""Raw manifests with what is found in each: folders of `manifests/`, in which every name says the question.

`good.yaml` has no error and no warning. What is found in `bad.yaml` stands in `expected.txt`, a line for each. `crds/`
holds the definitions that are given, where there are any.
"""

import base64
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlplat.catalog.versions import ComponentVersions
from mlplat.compiler.manifest_check import check_manifests
from mlplat.compiler.manifest_versions import choose_versions
from tests.blessing import check_golden

FOLDERS = sorted(path for path in (Path(__file__).parent / "manifests").iterdir() if path.is_dir())


def _found(text: str, crds: Path | None = None) -> list[str]:
    versions = choose_versions("", None, None)
    assert isinstance(versions, ComponentVersions)
    lines = []
    for found in check_manifests({"objects.yaml": text}, versions, str(crds) if crds else None).findings:
        one = found.diagnostic
        line = one.primary.span.line if one.primary is not None else ""
        lines.append(f"{one.severity}[{one.code}] {line} {one.pointer or '-'}: {one.headline}")
        lines += [f"  {said}" for said in (*one.notes, f"help: {one.help}")]
    return lines


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_what_is_found_in_manifests(folder: Path) -> None:
    crds = folder / "crds" if (folder / "crds").is_dir() else None
    found = "\n".join(_found((folder / "bad.yaml").read_text(encoding="utf-8"), crds)) + "\n"
    found = found.replace(f"{folder.as_posix()}/", "")
    check_golden(folder / "expected.txt", found)
    good = folder / "good.yaml"
    if good.is_file():
        assert _found(good.read_text(encoding="utf-8"), crds) == []


MOST = 1024 * 1024


@pytest.mark.parametrize(
    ("fields", "fits"),
    [
        ({"kind": "ConfigMap", "data": {"a" * 200: "x" * MOST}}, True),
        ({"kind": "ConfigMap", "data": {"a": "x" * (MOST + 1)}}, False),
        ({"kind": "ConfigMap", "data": {"a": "é" * (MOST // 2 + 1)}}, False),
        ({"kind": "ConfigMap", "data": {"a": "x" * (MOST - 3)}, "binaryData": {"b": b"abc"}}, True),
        ({"kind": "ConfigMap", "data": {"a": "x" * (MOST - 3)}, "binaryData": {"b": b"abcd"}}, False),
        ({"kind": "Secret", "data": {"a": b"x" * MOST}, "stringData": {"a": "instead"}}, True),
        ({"kind": "Secret", "data": {"a": b"x" * MOST}, "stringData": {"b": "beside"}}, False),
    ],
)
def test_how_much_data_an_object_holds(fields: dict[str, Any], fits: bool) -> None:
    body = {"apiVersion": "v1", "metadata": {"name": "full", "namespace": "web"}}
    for field, held in fields.items():
        encoded = isinstance(held, dict) and {
            key: base64.b64encode(value).decode() if isinstance(value, bytes) else value for key, value in held.items()
        }
        body[field] = encoded or held
    refused = [line for line in _found(yaml.safe_dump(body)) if "are allowed" in line]
    assert (refused == []) == fits
