"""Hand-written manifests: the text of `environments/<env>/manifests/`, as objects with the places they were written."""

from collections.abc import Mapping

from mlplat.compiler.artifacts import Manifest
from mlplat.compiler.load.yaml import parse_documents
from mlplat.diagnostics import Diagnostic

_KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")


def kustomization_of(texts: Mapping[str, str]) -> str | None:
    """The main file of a folder that kustomize is to render; None when the folder holds plain manifests.

    `texts` are the files of `manifests/` by path relative to the environment's folder.
    """
    return next((path for name in _KUSTOMIZATIONS if (path := f"manifests/{name}") in texts), None)


def parse_manifests(texts: Mapping[str, str], folder: str) -> tuple[tuple[Manifest, ...], tuple[Diagnostic, ...]]:
    """Every object of the YAML files; `folder` is the environment's, for messages. Lists are taken apart."""
    manifests: list[Manifest] = []
    findings: list[Diagnostic] = []
    for path, text in sorted(texts.items()):
        if not path.endswith((".yaml", ".yml", ".json")):
            continue
        file = f"{folder}/{path}"
        nodes, problems = parse_documents(text, file)
        findings += problems
        for node in nodes:
            kind, members = node.at(("kind",)), node.at(("items",))
            if kind is not None and kind.value == "List" and members is not None and isinstance(members.value, list):
                manifests += (Manifest(member, file) for member in members.value)
            else:
                manifests.append(Manifest(node, file))
    return tuple(manifests), tuple(findings)
