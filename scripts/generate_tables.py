"""Writes `compiler/mlplat/catalog/tables/` from published CRDs and Kubernetes' schemas. Run by `make schemas`.

    python scripts/generate_tables.py --crds DIR [--more NAME=DIR ...] [--check]

DIR holds `<api group>/<plural>.yaml` and `older/<component>-<tag>/<plural>.yaml`, and a README.md whose tables name
repository, path, tag and commit of each file. `--more kueue-0.18.4=DIR` adds a folder of CRDs under that name. A table
whose folder is not given is left as it is. `--check` writes nothing and exits 1 when a table would change.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent))

from kubernetes_schemas import Kubernetes
from table_pool import Pool, text_of
from table_sources import CORE_KINDS, KUBERNETES_VERSIONS, SOURCES, Source

from mlplat.catalog.distil import KindFacts, distil_crd
from mlplat.catalog.index import KUBERNETES
from mlplat.catalog.transitions import as_data

TABLES = Path(__file__).resolve().parent.parent / "compiler" / "mlplat" / "catalog" / "tables"
_MORE = {  # folders outside the CRD tree, which has no row for them
    "kueue-0.18.4": ("kubernetes-sigs/kueue", "v0.18.4", "config/components/crd/bases/kueue.x-k8s.io_{plural}.yaml"),
}
_INTERNAL = ("Workload",)  # made by Kueue itself, never declared


def main(arguments: list[str] | None = None) -> int:
    """Writes the tables, or with `--check` says which are stale. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--crds", type=Path, help="folder of published CRDs")
    parser.add_argument("--more", action="append", default=[], metavar="NAME=DIR", help="a folder of CRDs beside it")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a table is stale")
    options = parser.parse_args(arguments)
    more = {name: Path(folder) for name, _, folder in (item.partition("=") for item in options.more)}
    written = dict(generate(options.crds, more))
    held = {
        path.name: path.read_text(encoding="utf-8")
        for path in sorted(TABLES.glob("*.json"))
        if path.name != "index.json"
    }
    known = {f"{source.component}-{source.version}.json" for source in SOURCES}
    known |= {f"{KUBERNETES}-{version}.json" for version in KUBERNETES_VERSIONS}
    tables = {name: text for name, text in {**held, **written}.items() if name in known}
    tables["index.json"] = _index(tables)
    stale = sorted(name for name, text in tables.items() if _read(TABLES / name) != text) + sorted(
        set(held) - set(tables)
    )
    if options.check:
        print("\n".join(f"stale: {name}" for name in stale) or f"{len(written)} tables are up to date")
        return 1 if stale else 0
    for name, text in tables.items():
        (TABLES / name).write_text(text, encoding="utf-8")
    for name in set(held) - set(tables):
        (TABLES / name).unlink()
    print(f"{len(tables)} files, {sum(len(text.encode()) for text in tables.values()):,} bytes, {len(stale)} changed")
    return 0


def generate(crds: Path | None, more: Mapping[str, Path]) -> Iterable[tuple[str, str]]:
    """(file name, text) of every table whose sources are given; Kubernetes' own always."""
    for version in KUBERNETES_VERSIONS:
        yield f"{KUBERNETES}-{version}.json", _kubernetes_table(version)
    reader = _Reader(crds, more)
    for source in SOURCES:
        if all(reader.has(pattern) for pattern in source.files):
            yield f"{source.component}-{source.version}.json", _component_table(source, reader)


class _Reader:
    """Finds, reads and distils CRD files, each once."""

    def __init__(self, crds: Path | None, more: Mapping[str, Path]) -> None:
        self._crds, self._more = crds, more
        self._facts: dict[Path, KindFacts] = {}
        self._origins = _origins(crds / "README.md") if crds else {}

    def has(self, pattern: str) -> bool:
        return bool(self.paths(pattern))

    def paths(self, pattern: str) -> list[Path]:
        folder, _, name = pattern.partition("/")
        if folder in _MORE:
            return sorted(self._more[folder].glob(f"{name}.yaml")) if folder in self._more else []
        return sorted(self._crds.glob(f"{pattern}.yaml")) if self._crds else []

    def facts(self, path: Path) -> KindFacts:
        if path not in self._facts:
            text = path.read_text(encoding="utf-8")
            self._facts[path] = _amended(distil_crd(_parsed(text)))
        return self._facts[path]

    def origin(self, pattern: str, path: Path) -> dict[str, str]:
        folder = pattern.partition("/")[0]
        if folder in _MORE:
            repository, tag, inside = _MORE[folder]
            return {"repository": repository, "tag": tag, "path": inside.format(plural=path.stem)}
        assert self._crds is not None
        return self._origins[path.relative_to(self._crds).as_posix()]


def _parsed(text: str) -> Any:
    if text.startswith("{"):  # JSON is YAML, and some 30 times faster to read
        # A bare placeholder (the webhook's port in a conversion stanza) says nothing about the schema.
        return json.loads(re.sub(r": \$\{\w+\}", ": null", text))
    return yaml.load(text, Loader=yaml.CSafeLoader)


def _amended(facts: KindFacts) -> KindFacts:
    """What the distribution's kustomize patches add to a published CRD.

    Notebook: at least one container, and a name and an image for each (kubeflow/notebooks v1.11.0,
    components/notebook-controller/config/crd/patches/validation_patches.yaml).
    """
    if (facts.group, facts.kind) == ("kubeflow.org", "Notebook"):
        for version in facts.versions:
            pod = version.schema["properties"]["spec"]["properties"]["template"]["properties"]["spec"]
            containers = pod["properties"]["containers"]
            containers["minItems"] = 1
            containers["items"]["required"] = ["image", "name"]
    return facts


def _origins(readme: Path) -> dict[str, dict[str, str]]:
    """File to origin, from the Markdown tables that have the columns file, repository, path, tag and commit."""
    origins: dict[str, dict[str, str]] = {}
    columns: list[str] = []
    for line in readme.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] if line.startswith("|") else []
        if "file" in cells and "repository" in cells:
            columns = cells
        elif columns and len(cells) == len(columns):
            row = dict(zip(columns, cells, strict=True))
            path = row.get("path in the repository") or row.get("path", "")
            origins[row["file"]] = {
                "repository": row["repository"], "tag": row["tag"], "commit": row["commit"], "path": path
            }  # fmt: skip
        elif not cells:
            columns = []
    return origins


def _component_table(source: Source, reader: _Reader) -> str:
    kinds: dict[str, dict[str, Any]] = {}
    facts_of: dict[str, KindFacts] = {}
    for pattern in source.files:
        for path in reader.paths(pattern):
            facts = reader.facts(path)
            if facts.kind in _INTERNAL:
                continue
            unread = [rule for served in facts.versions for rule in served.unread]
            if unread:
                raise SystemExit(f"{path}: add to transitions.py the form of: {'; '.join(unread)}")
            name = f"{facts.group}/{facts.kind}"
            origin = reader.origin(pattern, path)
            facts_of[name] = facts
            kinds[name] = {"schemaOf": _version_of(origin["tag"]), "origin": origin}
    return _table(source.component, source.version, facts_of, kinds, dict(source.unheld))


def _version_of(tag: str) -> str:
    return tag.removeprefix("knative-").removeprefix("v")


def _kubernetes_table(version: str) -> str:
    schemas = Kubernetes(version)
    kinds: dict[str, dict[str, Any]] = {}
    facts_of: dict[str, KindFacts] = {}
    origin = {"repository": "kubernetes/kubernetes", "tag": f"v{version}.0", "path": "api/openapi-spec/swagger.json"}
    for core in CORE_KINDS:
        found = schemas.kind(core.group, core.kind, core.versions, core.deprecated)
        if found is None:
            continue
        name = f"{core.group}/{core.kind}"
        facts_of[name] = KindFacts(core.group, core.kind, core.plural, core.namespaced, found.versions)
        kinds[name] = {"schemaOf": version, "origin": origin}
    return _table(KUBERNETES, version, facts_of, kinds, {})


def _table(
    component: str,
    version: str,
    facts_of: Mapping[str, KindFacts],
    kinds: Mapping[str, dict[str, Any]],
    unheld: Mapping[str, str],
) -> str:
    pool = Pool()
    for name in sorted(facts_of):
        for served in facts_of[name].versions:
            pool.count(served.schema)
    entries: dict[str, Any] = {}
    for name in sorted(facts_of):
        facts = facts_of[name]
        entry: dict[str, Any] = {"plural": facts.plural, "namespaced": facts.namespaced}
        entry["storage"] = next((served.name for served in facts.versions if served.storage), facts.versions[0].name)
        deprecated = [served.name for served in facts.versions if served.deprecated]
        if deprecated:
            entry["deprecated"] = deprecated
        entry |= kinds[name]
        entry["versions"] = {served.name: pool.store(served.schema) for served in facts.versions}
        transitions = {served.name: as_data(served.transitions) for served in facts.versions if served.transitions}
        if transitions:
            entry["transitions"] = transitions
        entries[name] = entry
    head = {"component": component, "version": version}
    if unheld:
        head["unheld"] = dict(sorted(unheld.items()))  # type: ignore[assignment]
    # One line for each entry: a change of one kind is a change of few lines.
    lines = [f'"{key}":{text_of(value)}' for key, value in head.items()]
    lines.append(
        '"kinds":{\n' + ",\n".join(f"{text_of(name)}:{text_of(entry)}" for name, entry in entries.items()) + "\n}"
    )
    lines.append('"pool":[\n' + ",\n".join(text_of(entry) for entry in pool.entries) + "\n]")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _index(tables: Mapping[str, str]) -> str:
    index: dict[str, dict[str, list[str]]] = {}
    parsed = {name: json.loads(text) for name, text in tables.items()}
    for table in sorted(parsed.values(), key=lambda table: (table["component"], _numbers(table["version"]))):
        index.setdefault(table["component"], {})[table["version"]] = sorted(table["kinds"])
    lines = [
        f"{text_of(component)}:{{\n"
        + ",\n".join(f"{text_of(v)}:{text_of(kinds)}" for v, kinds in versions.items())
        + "\n}"
        for component, versions in index.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main())
