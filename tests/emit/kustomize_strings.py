"""Sends strings through `kubectl kustomize` in every position where a manifest holds one, and reads them back."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from mlplat.objects.yaml import dump

DATA = Path(__file__).parent / "data" / "awkward_strings.jsonl"


class KustomizeError(Exception):
    """Kustomize exited with an error; the message is its own."""


def awkward_strings() -> list[str]:
    lines = DATA.read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line and not line.startswith("//")]


def kubectl() -> str | None:
    beside = shutil.which("kubectl", path=os.path.dirname(sys.executable))
    return beside or shutil.which("kubectl")


def config_map(name: str, data: dict[str, str]) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def annotated(annotations: dict[str, str]) -> dict[str, Any]:
    return {**config_map("annotated", {}), "metadata": {"name": "annotated", "annotations": annotations}}


def custom(name: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "example.org/v1", "kind": "Thing", "metadata": {"name": name}, "spec": spec}


def through_kustomize(
    strings: Sequence[str], folder: Path, as_keys: Sequence[str] | None = None
) -> dict[str, list[str | None]]:
    """Position to what came back, in the order of `strings`; None where nothing did.

    `as_keys` are the strings to be tried as keys, by default the same. `KustomizeError` when it writes nothing.
    """
    numbered = {f"k{index}": text for index, text in enumerate(strings)}
    keys_in = {text: f"k{index}" for index, text in enumerate(strings if as_keys is None else as_keys)}
    objects = {
        "values": config_map("values", numbered),
        "keys": custom("keys", {"map": keys_in}),
        "env": custom("env", {"env": [{"name": name, "value": text} for name, text in numbered.items()]}),
        "annotated": annotated(numbered),
        "list": custom("list", {"args": list(strings), "nested": [[text] for text in strings]}),
        "patched": custom("patched", {"given": {}}),
        "merged": config_map("merged", {"k": "v"}),
    }
    json_patch = [{"op": "add", "path": f"/spec/given/{name}", "value": text} for name, text in numbered.items()]
    files = {f"{name}.yaml": dump(body) for name, body in objects.items()}
    files["json-patch.yaml"] = dump({"patch": json_patch}).removeprefix("patch:\n")
    files["merge-patch.yaml"] = dump(config_map("merged", numbered))
    files["kustomization.yaml"] = dump(
        {
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "resources": [f"{name}.yaml" for name in objects],
            "patches": [
                {"path": "json-patch.yaml", "target": {"kind": "Thing", "name": "patched"}},
                {"path": "merge-patch.yaml"},
            ],
        }
    )
    for name, text in files.items():
        (folder / name).write_bytes(text.encode())
    command = [str(kubectl()), "kustomize", str(folder)]
    done = subprocess.run(command, capture_output=True, timeout=120, check=False)
    if done.returncode != 0:
        raise KustomizeError(done.stderr.decode())
    back = {body["metadata"]["name"]: body for body in yaml.load_all(done.stdout.decode(), TextLoader)}
    names = list(numbered)
    keys = {name: text for text, name in back["keys"]["spec"]["map"].items()}
    return {
        "values": [back["values"]["data"].get(name) for name in names],
        "keys": [keys.get(name) for name in keys_in.values()],
        "env": [{e["name"]: e["value"] for e in back["env"]["spec"]["env"]}.get(name) for name in names],
        "annotated": [back["annotated"]["metadata"]["annotations"].get(name) for name in names],
        "list": list(back["list"]["spec"]["args"]),
        "nested list": [item[0] for item in back["list"]["spec"]["nested"]],
        "patched": [back["patched"]["spec"]["given"].get(name) for name in names],
        "merged": [back["merged"]["data"].get(name) for name in names],
    }


class TextLoader(yaml.SafeLoader):
    """Kustomize writes `=` and `<<` without quotes; PyYAML takes them for values of YAML 1.1 and refuses them."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        pass


for tag in ("value", "merge"):
    TextLoader.add_constructor(f"tag:yaml.org,2002:{tag}", yaml.SafeLoader.construct_yaml_str)
