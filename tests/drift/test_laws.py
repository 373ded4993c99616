"""Laws of drift, for whatever the API server holds: nothing differs from itself, one edit is found once, no secret
is ever printed."""

import base64
import copy
import json
import traceback
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mlplat.catalog import node as nodes
from mlplat.catalog.lookup import load_tables
from mlplat.cli.drift import FORMATS
from mlplat.cluster.live import LiveState
from mlplat.cluster.redaction import redact
from mlplat.compiler.manifest_versions import choose_versions
from mlplat.drift.declared import DeclaredObject, DeclaredSet
from mlplat.drift.detect import Settings, detect
from mlplat.drift.managers import parse_appliers
from mlplat.drift.report import DriftReport, NoteReason
from mlplat.drift.server import stored
from mlplat.objects.gvk import gvk_of, ref_of
from mlplat.objects.marks import LAST_APPLIED
from mlplat.objects.pointer import pointer_of
from tests.live.story import HERE

VERSIONS = choose_versions("", None, None)
assert not isinstance(VERSIONS, str)
TABLES = load_tables(VERSIONS)
SETTINGS = Settings(parse_appliers(()))
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Path = tuple[str | int, ...]


def recorded() -> Iterator[dict[str, Any]]:
    """Live objects of the recorded cases, of kinds whose schema is held, each kind and shape a few times."""
    seen: dict[str, int] = {}
    for file in sorted(HERE.glob("*/live.yaml")):
        for body in yaml.load(file.read_text(encoding="utf-8"), Loader=LOADER)["items"]:
            kind = body["kind"]
            seen[kind] = seen.get(kind, 0) + 1
            if seen[kind] <= 3 and TABLES.lookup(body["apiVersion"], kind) is not None:
                yield body


LIVE = list(recorded())


def compare(declared: Mapping[str, Any], live: Mapping[str, Any]) -> DriftReport:
    gvk = gvk_of(declared)
    table = TABLES.lookup(gvk.api_version, gvk.kind)
    ref = ref_of(declared, table.namespaced if table is not None else True)
    item = DeclaredObject(redact(declared), gvk, ref, table)
    return detect(DeclaredSet((item,)), LiveState((redact(live),), frozenset((gvk,))), SETTINGS)


@pytest.mark.parametrize("live", LIVE, ids=lambda body: f"{body['kind']}-{body['metadata']['name']}")
def test_an_object_does_not_differ_from_itself(live: dict[str, Any]) -> None:
    assert compare(live, live).findings == ()
    assert compare({**stored(live), **_heading(live)}, live).findings == ()


def _heading(live: Mapping[str, Any]) -> dict[str, Any]:
    metadata = {key: value for key, value in live["metadata"].items() if key != "managedFields"}
    return {"apiVersion": live["apiVersion"], "kind": live["kind"], "metadata": metadata}


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    else:
        yield path, value


def editable(live: Mapping[str, Any]) -> list[tuple[Path, Any]]:
    """The leaves that a person could change to something else without making another object or item of it."""
    found = []
    for path, value in leaves(stored(live)):
        names = path[-1] in ("name", "containerPort", "mountPath", "port", "protocol", "key", "type", "ip", "manager")
        list_item = isinstance(path[-1], int)
        if (
            path[0] == "kind"
            or path[:2] in (("metadata", "annotations"), ("metadata", "ownerReferences"))
            or not isinstance(value, str | int)
            or names
        ):
            continue
        if not list_item and path[-1] not in ("topologyKey", "whenUnsatisfiable", "secretKey", "replicas", "suspend"):
            found.append((path, value))
    return found


@pytest.mark.parametrize("live", [body for body in LIVE if body["kind"] == "Deployment"][:1])
def test_init_containers_in_another_order_are_drift(live: dict[str, Any]) -> None:
    declared = copy.deepcopy(live)
    first = [{"name": "one", "image": "a:1"}, {"name": "two", "image": "b:1"}]
    declared["spec"]["template"]["spec"]["initContainers"] = first
    changed = copy.deepcopy(declared)
    assert compare(declared, changed).findings == ()
    changed["spec"]["template"]["spec"]["initContainers"] = first[::-1]
    (finding,) = compare(declared, changed).findings
    assert (finding.cls, finding.pointer) == ("changed", "/spec/template/spec/initContainers")


EDITS = [(live, path, value) for live in LIVE for path, value in editable(live)]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(EDITS))
def test_an_edit_of_a_declared_field_is_found_once_at_its_place(edit: tuple[dict[str, Any], Path, Any]) -> None:
    live, path, value = edit
    changed = copy.deepcopy(live)
    parent = changed
    for step in path[:-1]:
        parent = parent[step]  # type: ignore[index]
    parent[path[-1]] = other(value)  # type: ignore[index]
    _own(changed, path)
    report = compare({**stored(live), **_heading(live)}, changed)
    delegated = [note.pointer for note in report.notes if note.reason == NoteReason.DELEGATED]
    if pointer_of(path) in delegated:
        return
    assert [(str(one.cls), one.pointer) for one in report.findings] == [("changed", pointer_of(path))]
    if live["metadata"].get("managedFields"):
        assert report.findings[0].writer.manager == "kubectl-edit"


def other(value: Any) -> Any:
    """Another value of the same type that is never the same quantity or duration."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 17
    return "Zm9yZWlnbg==" if value.endswith("=") else f"other-{value}" if value else "other"


def _own(live: dict[str, Any], path: Path) -> None:
    """Gives a field to `kubectl-edit` alone, as the server does when it changes it: the topmost atomic list or map
    above it goes along."""
    entries = live["metadata"].get("managedFields")
    if not entries:
        return
    steps, table = [], TABLES.lookup(live["apiVersion"], live["kind"])
    node: Any = table.schema if table is not None else None
    value: Any = live
    for step in path:
        if isinstance(step, int):
            keys = nodes.list_keys(node) if node else ()
            if not keys:
                break
            item = value[step]
            named = {key: item.get(key, "TCP" if key == "protocol" else None) for key in keys}
            steps.append("k:" + json.dumps(named, separators=(",", ":")))
            node, value = nodes.items(node), item
        else:
            if node and node.get("x-kubernetes-map-type") == "atomic":
                break
            steps.append(f"f:{step}")
            node, value = nodes.child(node, step) if node else None, value[step]
    for entry in entries:
        _take(entry.get("fieldsV1", {}), steps)
    fields: dict[str, Any] = {}
    for step in reversed(steps):
        fields = {step: fields}
    entries.append(
        {"manager": "kubectl-edit", "operation": "Update", "time": "2026-02-01T00:00:00Z", "fieldsV1": fields}
    )


def _take(fields: dict[str, Any], steps: list[str]) -> None:
    for step in steps[:-1]:
        found = _same_step(fields, step)
        if found is None:
            return
        fields = fields[found]
    found = _same_step(fields, steps[-1]) if steps else None
    if found is not None:
        del fields[found]


def _same_step(fields: Mapping[str, Any], step: str) -> str | None:
    if not step.startswith("k:"):
        return step if step in fields else None
    wanted = json.loads(step[2:])
    return next((name for name in fields if name.startswith("k:") and json.loads(name[2:]) == wanted), None)


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=4, max_size=40).map(
    lambda text: f"~{text}~"  # which no page has by itself
)


@settings(max_examples=150, deadline=None)
@given(TEXT, TEXT, st.booleans())
def test_no_value_of_a_secret_is_ever_printed(declared: str, live: str, encoded: bool) -> None:
    text = base64.b64encode(live.encode()).decode()
    body = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": "s",
            "namespace": "default",
            "annotations": {
                LAST_APPLIED: json.dumps({"data": {"k": text}}),
                "copy": f"<{text if encoded else live}>",
            },
        },
        "data": {"k": text, "more": text},
    }
    wanted = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "s"},
        "stringData": {"k": declared},
    }
    report = compare(wanted, body)
    changed = [one.pointer for one in report.findings if one.cls == "changed"]
    assert changed == ([] if declared == live else ["/data/k"])
    shown = "".join(import_module(f"mlplat.drift.render.{name}").render(report) for name in FORMATS) + repr(report)
    redacted = redact(body)
    try:
        raise ValueError(f"{redacted} {redacted['data']['k']!r} {redacted['data']['k']:>50}")
    except ValueError:
        shown += traceback.format_exc()
    for value in {declared, live, text, base64.b64encode(declared.encode()).decode()}:
        assert value not in shown


VALUE = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=8, max_size=12).map(lambda text: f"Zz{text}Zz")
WORDS = st.lists(st.sampled_from(["--port", "80", "run", "-v"]), max_size=3)
FLAG = st.sampled_from(["--token", "-password", "--api-key", "--db-password"])


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(["args", "text", "json", "block"]))
def test_the_word_after_the_flag_of_a_credential_is_never_printed(data: st.DataObject, form: str) -> None:
    """As words of a list of any length, in a text, and in a list that a text holds."""

    def pod() -> tuple[dict[str, Any], str]:
        before, flag, value, after = (data.draw(one) for one in (WORDS, FLAG, VALUE, WORDS))
        words = [*before, flag, value, *after]
        args = {
            "args": words,
            "text": ["sh", "-c", f"run {' '.join(words)}"],
            "json": [json.dumps(words)],
            "block": [yaml.dump({"args": words})],
        }[form]
        spec = {"containers": [{"name": "main", "image": "example.com/a:1", "args": args}]}
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "p", "namespace": "default"},
            "spec": spec,
        }, value

    (declared, one), (live, other) = pod(), pod()
    report = compare(declared, live)
    shown = "".join(import_module(f"mlplat.drift.render.{name}").render(report) for name in FORMATS) + repr(report)
    assert one not in shown
    assert other not in shown
