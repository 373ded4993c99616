"""What the tables say may not change is what the published rules refuse: each rule that names `oldSelf` is evaluated on
old and new values of what it reads, and the verdict compared."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from pathlib import Path
from types import MappingProxyType
from typing import Any

import cel
import pytest
from scripts.table_sources import SOURCES, Source

from mlplat.catalog.lookup import KindTable, load_tables
from mlplat.catalog.transitions import Keeps, Transition, transitions_in
from mlplat.catalog.versions import ComponentVersions
from mlplat.compiler.check.immutable import FROZEN, broken_transition, refused_changes
from mlplat.diff.impact.effect import Effect, Impact
from mlplat.diff.impact.table import TABLE
from tests.envtest import crd_files, read_crd

Path_ = tuple[str, ...]


def rules_of(schema: Mapping[str, Any], path: Path_ = ()) -> Iterator[tuple[Path_, Mapping[str, Any], str]]:
    """Every rule on changes of a published schema: where it stands, the schema there, its text."""
    for rule in schema.get("x-kubernetes-validations", ()):
        if "oldSelf" in rule["rule"] and path[:1] != ("status",):
            yield path, schema, rule["rule"]
    for name, below in schema.get("properties", {}).items():
        yield from rules_of(below, (*path, name))
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), Mapping):
            yield from rules_of(schema[key], (*path, "*"))


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: f"{source.component}-{source.version}")
def test_what_may_not_change(source: Source, crds: Path) -> None:
    files = crd_files(crds, source.files)
    if not files:
        pytest.skip(f"MLPLAT_TEST_CRDS has no {', '.join(source.files)}")
    versions = ComponentVersions("26.03", "1.34", MappingProxyType({source.component: source.version}))
    wrong: list[str] = []
    for crd in map(read_crd, files):
        spec = crd["spec"]
        for version in spec["versions"]:
            table = load_tables(versions).lookup(f"{spec['group']}/{version['name']}", spec["names"]["kind"])
            if table is None:
                continue
            grouped: dict[Path_, list[tuple[Mapping[str, Any], str]]] = {}
            for path, schema, text in rules_of(version["schema"]["openAPIV3Schema"]):
                grouped.setdefault(path, []).append((schema, text))
            assert bool(grouped) == bool(table.transitions)
            for path in grouped:
                wrong += disagreements(version["schema"]["openAPIV3Schema"], path, grouped, table)
    assert not wrong, "\n".join(wrong[:20])


def disagreements(
    root: Mapping[str, Any], path: Path_, grouped: Mapping[Path_, list[tuple[Mapping[str, Any], str]]], table: KindTable
) -> Iterator[str]:
    rules = grouped[path]
    names = sorted({name for _, text in rules for name in re.findall(r"\b(?:self|oldSelf)\.(\w+)", text)})
    mine = [one for one in table.transitions if one.path == path or one.path[:-1] == path]
    below = {name: grouped.get((*path, name), []) for name in names}
    values = list(states(rules[0][0], names))
    for before, after in product(values, values):
        old, new = placed(root, path, before), placed(root, path, after)
        if old is None or new is None:
            return  # the key of a list: an item with another one is another item
        asked = [(text, before, after) for _, text in rules]
        asked += [
            (text, before[name], after[name])
            for name, inner in below.items()
            for _, text in inner
            if name in before and name in after
        ]
        refused = not all(accepts(*one) for one in asked)
        found = any(True for one in mine for _ in broken_transition(one, old, new, table))
        if refused != found:
            yield f"{table.gvk} {'.'.join(path)}: {before} -> {after}: {'refused' if refused else 'taken'}, we say not"


def states(schema: Mapping[str, Any], names: list[str]) -> Iterator[Any]:
    """Values of what a rule stands at: two others, or mappings with each of the fields that it reads there or not."""
    if not names:
        yield from samples(schema)
        return
    fields = schema["properties"]
    absent = object()
    always = {*schema.get("required", ()), *(name for name in names if "default" in fields[name])}
    choices = [[*([] if name in always else [absent]), *samples(fields[name])] for name in names]
    for chosen in product(*choices):
        yield {name: value for name, value in zip(names, chosen, strict=True) if value is not absent}


def samples(schema: Mapping[str, Any]) -> list[Any]:
    by_type: dict[str | None, list[Any]] = {
        "string": ["a", "b"],
        "integer": [1, 2],
        "boolean": [True, False],
        "object": [{"x": "a"}, {"x": "b"}],
        "array": [["a"], ["a", "b"]],
    }
    return by_type[schema.get("type", "string")]


def placed(schema: Mapping[str, Any], path: Path_, value: Any) -> Any:
    """An object that has a value at a path; None where the value is the key of a list."""
    if not path:
        return value
    if path[0] != "*":
        inner = placed(schema["properties"][path[0]], path[1:], value)
        return None if inner is None else {path[0]: inner}
    if "items" not in schema:
        return {"one": placed(schema["additionalProperties"], path[1:], value)}
    keys = schema["x-kubernetes-list-map-keys"]
    inner = placed(schema["items"], path[1:], value)
    if inner is None or set(keys) & set(inner):
        return None
    return [{**dict.fromkeys(keys, "one"), **inner}]


@cache
def compiled(text: str) -> Any:
    return cel.compile(text)


def accepts(text: str, old: Any, new: Any) -> bool:
    try:
        return compiled(text).execute({"self": new, "oldSelf": old}) is True
    except (RuntimeError, ValueError, KeyError):
        return False


FORMS = [
    ("self == oldSelf", Transition(("spec", "a"), Keeps.VALUE)),
    ("self.kind == oldSelf.kind", Transition(("spec", "a", "kind"), Keeps.VALUE)),
    ("has(self.b) == has(oldSelf.b)", Transition(("spec", "a", "b"), Keeps.PRESENCE)),
    (
        "!has(oldSelf.t) || (has(self.t) && self.t == oldSelf.t)",
        Transition(("spec", "a", "t"), Keeps.BOTH, ("spec", "a", "t")),
    ),
]


@pytest.mark.parametrize(("text", "said"), FORMS)
def test_a_form_that_is_known(text: str, said: Transition) -> None:
    assert transitions_in(with_rule(text)) == ((said,), ())


@pytest.mark.parametrize("text", ["self >= oldSelf", "self.a == oldSelf.b", "oldSelf == self || self.x"])
def test_a_form_that_is_not_known_is_told(text: str) -> None:
    assert transitions_in(with_rule(text)) == ((), (f"spec.a: {text}",))


def with_rule(text: str) -> dict[str, Any]:
    rules = [{"rule": text}, {"rule": "self.size() > 1"}]
    return {"properties": {"spec": {"properties": {"a": {"x-kubernetes-validations": rules}}}}}


def test_whatever_is_immutable_names_who_says_so() -> None:
    for key, rows in TABLE.items():
        said = [row.says for row in rows.rows if isinstance(row.says, Effect)]
        assert all(effect.source for effect in said if effect.impact is Impact.IMMUTABLE), key
    for fields in FROZEN.values():
        assert all(re.fullmatch(r"k8s\.io/kubernetes v1\.\d+ \S+: \w+|.* \S+: \w+", field.source) for field in fields)
    versions = ComponentVersions("26.03", "1.34", MappingProxyType({"kueue": "0.19.2"}))
    old, new = ({"apiVersion": "kueue.x-k8s.io/v1beta2", "spec": {"clusterQueue": name}} for name in "ab")
    (refused,) = refused_changes(old, new, ("kueue.x-k8s.io", "LocalQueue"), versions)
    assert refused.source == (
        "a transition rule in the CustomResourceDefinition of kueue 0.19.2 (kubernetes-sigs/kueue v0.19.2, "
        "config/components/crd/bases/kueue.x-k8s.io_localqueues.yaml)"
    )
