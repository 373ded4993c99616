"""Strings stay strings: through PyYAML, through kustomize, in every position of a manifest."""

from enum import StrEnum
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlplat.objects.yaml import canonical_order, dump, key_lost_by_kustomize, lost_by_kustomize
from tests.emit.kustomize_strings import (
    KustomizeError,
    TextLoader,
    awkward_strings,
    kubectl,
    through_kustomize,
)

STRINGS = awkward_strings()
KEPT = [text for text in STRINGS if lost_by_kustomize(text) is None]
LOST = [text for text in STRINGS if lost_by_kustomize(text) is not None]
KEPT_KEYS = [text for text in STRINGS if key_lost_by_kustomize(text) is None]
LOST_KEYS = [text for text in KEPT if key_lost_by_kustomize(text) is not None]

needs_kubectl = pytest.mark.skipif(kubectl() is None, reason="no kubectl: install mlplat[kustomize]")
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
lines = st.lists(st.text(" \tab-#:|'\"\u00e9\u2028", max_size=4), max_size=5).map("\n".join)


def everywhere(text: str) -> dict[str, Any]:
    return {"field": text, text + "k": text, "list": [text, [text], {"item": text, "more": [text]}], "last": {text: 1}}


def test_the_corpus_is_large_and_names_no_string_twice() -> None:
    assert len(STRINGS) >= 150
    assert len(set(STRINGS)) == len(STRINGS)


@pytest.mark.parametrize("loader", [yaml.SafeLoader, yaml.CSafeLoader])
def test_every_awkward_string_survives_pyyaml(loader: Any) -> None:
    assert [text for text in STRINGS if yaml.load(dump(everywhere(text)), loader) != everywhere(text)] == []


@given(texts | lines)
def test_any_string_survives_pyyaml(text: str) -> None:
    assert yaml.load(dump(everywhere(text)), yaml.CSafeLoader) == everywhere(text)


@needs_kubectl
def test_every_awkward_string_survives_kustomize(tmp_path: Any) -> None:
    back = through_kustomize(KEPT, tmp_path, KEPT_KEYS)
    for position, received in back.items():
        sent = KEPT_KEYS if position == "keys" else KEPT
        wrong = [(a, b) for a, b in zip(sent, received, strict=True) if a != b]
        assert wrong == [], position


@needs_kubectl
@pytest.mark.parametrize("text", LOST, ids=ascii)
def test_what_is_called_lost_is_lost(text: str, tmp_path: Any) -> None:
    assert is_lost(text, tmp_path)


@needs_kubectl
@pytest.mark.parametrize("text", LOST_KEYS, ids=lambda text: ascii(text)[:20])
def test_what_is_called_lost_as_a_key_is_lost(text: str, tmp_path: Any) -> None:
    assert is_lost("x", tmp_path, text)


def is_lost(text: str, folder: Any, key: str = "k") -> bool:
    try:
        back = through_kustomize([text], folder, [key])
    except (KustomizeError, yaml.YAMLError):
        return True
    return back["keys"] != [key] or any(received != [text] for where, received in back.items() if where != "keys")


@needs_kubectl
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(texts | lines, min_size=20, max_size=60, unique=True))
def test_any_strings_survive_kustomize(tmp_path_factory: Any, strings: list[str]) -> None:
    kept = [text for text in strings if lost_by_kustomize(text) is None]
    keys = [text for text in kept if key_lost_by_kustomize(text) is None]
    back = through_kustomize(kept, tmp_path_factory.mktemp("strings"), keys)
    assert {position: received for position, received in back.items() if position != "keys"} == dict.fromkeys(
        set(back) - {"keys"}, kept
    )
    assert back["keys"] == keys


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    )
)
def test_any_json_value_survives(value: Any) -> None:
    assert yaml.load(dump({"value": value}), yaml.CSafeLoader) == {"value": value}


def test_block_style_reads_like_a_manifest_written_by_hand() -> None:
    body = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "settings", "labels": {}, "annotations": {"note": "two words"}},
        "data": {"run.sh": "set -e\n\npython train.py\n", "lr": "1e-3", "empty": "", "last": "a\nb"},
        "list": [
            1,
            2.5,
            None,
            True,
            [],
            {},
            ["a", ["b"]],
            {"name": "x", "image": "ghcr.io/x/y:v1.2", "args": ["--lr"]},
        ],
    }
    assert dump(body) == (
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  labels: {}\n  annotations:\n"
        '    note: two words\ndata:\n  run.sh: |\n    set -e\n\n    python train.py\n  lr: "1e-3"\n  empty: ""\n'
        "  last: |-\n    a\n    b\nlist:\n- 1\n- 2.5\n- null\n- true\n- []\n- {}\n- - a\n  - - b\n"
        '- name: x\n  image: ghcr.io/x/y:v1.2\n  args:\n  - "--lr"\n'
    )


def test_a_long_line_is_never_folded() -> None:
    assert dump({"a": "word " * 100 + "end"}).count("\n") == 1


def test_a_number_with_an_exponent_is_a_number_to_yaml_1_1() -> None:
    assert yaml.safe_load(dump({"small": 1e-05, "large": 1e22, "wide": 10**40})) == {
        "small": 1e-05,
        "large": 1e22,
        "wide": 10**40,
    }


def test_a_text_enum_is_written_as_its_text() -> None:
    mode = StrEnum("Mode", {"ON": "on"})
    assert dump({"a": mode["ON"], "b": [mode["ON"]]}) == 'a: "on"\nb:\n- "on"\n'


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"a": float("nan")}, ValueError),
        ({"a": float("inf")}, ValueError),
        ({"a": {1}}, TypeError),
        ({1: "a"}, TypeError),
    ],
)
def test_what_a_manifest_cannot_hold_is_our_mistake(body: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        dump(body)


def test_the_canonical_order_is_the_one_people_write() -> None:
    body = {
        "status": {},
        "data": {"b": 1, "a": [{"z": 1, "y": 2}]},
        "spec": {},
        "metadata": {"zone": 1, "annotations": {"b": "1", "a": "2"}, "namespace": "n", "name": "x", "labels": {}},
        "kind": "K",
        "apiVersion": "v1",
    }
    ordered = canonical_order(body)
    assert list(ordered) == ["apiVersion", "kind", "metadata", "spec", "data", "status"]
    assert list(ordered["metadata"]) == ["name", "namespace", "labels", "annotations", "zone"]
    assert list(ordered["metadata"]["annotations"]) == ["a", "b"]
    assert list(ordered["data"]["a"][0]) == ["y", "z"]
    assert ordered == body


def test_kustomize_writes_words_that_pyyaml_alone_cannot_read() -> None:
    assert yaml.load("a: =\nb: <<\n", TextLoader) == {"a": "=", "b": "<<"}
