"""Hand-written manifests: the text of `environments/<env>/manifests/`, as objects with the places they were written."""

from collections.abc import Iterable, Iterator, Mapping

from mlplat.compiler.artifacts import Manifest
from mlplat.compiler.load.yaml import parse_documents
from mlplat.diagnostics import Diagnostic, Label, Severity
from mlplat.objects.texts import MANIFEST_SUFFIXES

_SPECS = "mlplat.dev/"


def parse_manifests(texts: Mapping[str, str]) -> tuple[tuple[Manifest, ...], tuple[Diagnostic, ...]]:
    """Every object of the YAML and JSON files among `texts`, which are given by path. Lists are taken apart."""
    manifests: list[Manifest] = []
    findings: list[Diagnostic] = []
    for file, text in sorted(texts.items()):
        if not file.endswith(MANIFEST_SUFFIXES):
            continue
        nodes, problems = parse_documents(text, file)
        findings += problems
        for node in nodes:
            kind, members = node.at(("kind",)), node.at(("items",))
            if kind is not None and kind.value == "List" and members is not None and isinstance(members.value, list):
                manifests += (Manifest(member, file) for member in members.value)
            else:
                manifests.append(Manifest(node, file))
    return tuple(manifests), tuple(findings)


def is_spec(manifest: Manifest) -> bool:
    """True for a document of mlplat, which is no object of a cluster."""
    version = manifest.node.at(("apiVersion",))
    return version is not None and isinstance(version.value, str) and version.value.startswith(_SPECS)


def specs_among(manifests: Iterable[Manifest]) -> Iterator[Diagnostic]:
    """A finding on each document of mlplat among the manifests, where no document is read."""
    for manifest in filter(is_spec, manifests):
        kind, name = (manifest.node.at(path) for path in (("kind",), ("metadata", "name")))
        what = str(kind.value) if kind is not None and isinstance(kind.value, str) else "a document of mlplat"
        called = f"{what} `{name.value}`" if name is not None and isinstance(name.value, str) else what
        yield Diagnostic(
            "MLP013",
            Severity.ERROR,
            f"{called} cannot stand among hand-written manifests",
            Label((kind or manifest.node).span, "wrong place"),
            notes=("what lies in `manifests/` is handed to the cluster, which knows no kind of mlplat",),
            help="move it out of `manifests/`, into the folder of the environment",
        )
