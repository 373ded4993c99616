"""No format shows a value of a Secret of either state, wherever else it stands."""

import base64
import html
import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlplat.cli.diff import FORMATS
from mlplat.compiler.manifest_versions import choose_versions
from mlplat.diff.compare import compare_states
from mlplat.diff.read.manifests import manifests_state
from mlplat.diff.state import State

VERSIONS = choose_versions("", None, None)
VALUES = st.text("abcXYZ0189.-_/+=@:;'\"&<> é", min_size=8, max_size=20).map(str.strip).filter(lambda v: len(v) >= 8)
HELD = st.sampled_from(["data", "stringData"])
FORMS = st.sampled_from(["{}", "host=a dbpw {}", 'say "{}"', "--flag={} --token {}", "x{}y", "base64", "in base64 {}!"])
PLACES = st.sampled_from(["data", "key", "annotation", "args", "env", "subject"])
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def encoded(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


def secret(held: str, value: str) -> dict[str, Any]:
    body = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "credentials", "namespace": "shop"}}
    return {**body, held: {"pw": value if held == "stringData" else encoded(value)}}


def holder(place: str, text: str) -> dict[str, Any]:
    """An object that repeats a text."""
    meta: dict[str, Any] = {"name": "holder", "namespace": "shop"}
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta}
    if place == "data":
        return {**config, "data": {"conf": text}}
    if place == "key":
        return {**config, "data": {text: "x"}}
    if place == "annotation":
        return {**config, "metadata": {**meta, "annotations": {"note": text}}}
    if place == "subject":
        role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"}
        body = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": meta}
        return {**body, "roleRef": role, "subjects": [{"kind": "User", "name": text}]}
    container = {"name": "c", "image": "i"}
    more = {"args": ["run", text]} if place == "args" else {"env": [{"name": "SOME", "value": text}]}
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{**container, **more}]}}
    spec = {"selector": {"matchLabels": {"a": "b"}}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": spec}


def state(folder: Path, bodies: list[dict[str, Any]], as_json: bool) -> State:
    assert not isinstance(VERSIONS, str)
    folder.mkdir()
    if as_json:
        (folder / "all.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": bodies}))
    else:
        (folder / "all.yaml").write_text(yaml.safe_dump_all(bodies, allow_unicode=True, width=1000))
    return manifests_state(str(folder), VERSIONS)


def written(text: str) -> set[str]:
    """The ways in which a format may write a text."""
    return {text, html.escape(text), json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}


@QUICK
@given(HELD, VALUES, VALUES, FORMS, PLACES, st.booleans(), st.booleans())
def test_no_format_shows_it(
    tmp_path_factory: pytest.TempPathFactory,
    held: str,
    before: str,
    after: str,
    form: str,
    place: str,
    only_created: bool,
    as_json: bool,
) -> None:
    folder = tmp_path_factory.mktemp("states")
    values = [before, after]
    texts = [
        encoded(value) if form == "base64" else form.replace("{}", encoded(value) if "base64" in form else value)
        for value in values
    ]
    old = [secret(held, before), *([] if only_created else [holder(place, f"old {texts[0]}")])]
    new = [secret(held, after), holder(place, f"new {texts[1]} {texts[0]}")]
    report = compare_states(state(folder / "a", old, as_json), state(folder / "b", new, as_json))
    for format_ in FORMATS:
        shown = import_module(f"mlplat.diff.render.{format_}").render(report)
        frame = import_module(f"mlplat.diff.render.{format_}").render(compare_states(State("", {}), State("", {})))
        assert "(masked)" in shown or format_ != "json"
        for value in values:
            found = [one for text in (value, encoded(value)) for one in written(text) if one in shown]
            assert not [one for one in found if one not in frame], format_


def test_what_is_beside_it_is_shown(tmp_path: Path) -> None:
    before = [secret("data", "SuperLeakAbc123"), holder("data", "host=a dbpw SuperLeakAbc123")]
    after = [secret("data", "SuperLeakAbc123"), holder("data", "host=b dbpw SuperLeakAbc123")]
    report = compare_states(state(tmp_path / "a", before, False), state(tmp_path / "b", after, False))
    (change,) = report.changes
    assert (change.old, change.new) == ("host=a dbpw (masked)", "host=b dbpw (masked)")
    assert [cause.text for cause in change.causes] == ["conf: host=b dbpw (masked)"]


def test_names_of_objects_and_short_words_stay(tmp_path: Path) -> None:
    bodies = [secret("data", "holder"), secret("stringData", "shop-database")]
    bodies[1]["metadata"]["name"] = "shop-database"
    old = [*bodies, holder("data", "holder at shop-database, a")]
    new = [*bodies, holder("data", "holder at shop-database, b")]
    report = compare_states(state(tmp_path / "a", old, False), state(tmp_path / "b", new, False))
    assert [change.new for change in report.changes] == ["holder at shop-database, b"]
