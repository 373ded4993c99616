"""Names of kinds and objects."""

import pytest

from mlplat.objects.gvk import GVK, ObjectRef, format_api_version, gvk_of, parse_api_version, ref_of


@pytest.mark.parametrize(
    ("text", "parts"), [("v1", ("", "v1")), ("apps/v1", ("apps", "v1")), ("a.b/v1beta1", ("a.b", "v1beta1"))]
)
def test_api_versions_read_and_written(text: str, parts: tuple[str, str]) -> None:
    assert parse_api_version(text) == parts
    assert format_api_version(*parts) == text


@pytest.mark.parametrize("text", ["", "/", "/v1", "apps/", "a/b/v1"])
def test_what_is_no_api_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="apiVersion"):
        parse_api_version(text)


def test_a_reference_does_not_depend_on_the_version() -> None:
    body = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "a", "namespace": "n"},
    }
    older = {**body, "apiVersion": "autoscaling/v1"}
    assert ref_of(body, namespaced=True) == ref_of(older, namespaced=True)
    assert gvk_of(body) == GVK("autoscaling", "v2", "HorizontalPodAutoscaler")
    assert str(ref_of(body, namespaced=True)) == "HorizontalPodAutoscaler.autoscaling n/a"


def test_namespace_by_scope() -> None:
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a", "namespace": "ignored"}}
    assert ref_of(body, namespaced=False) == ObjectRef("", "Namespace", "", "a")
    claim = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}
    assert ref_of(claim, namespaced=True).namespace == "default"
    assert ref_of(claim, namespaced=True, default_namespace="team").namespace == "team"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"apiVersion": "v1"},
        {"apiVersion": 1, "kind": "Pod", "metadata": {"name": "a"}},
        {"apiVersion": "v1", "kind": "Pod"},
        {"apiVersion": "v1", "kind": "Pod", "metadata": {}},
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": 3}},
        {"apiVersion": "v1", "kind": "Pod", "metadata": []},
    ],
)
def test_what_has_no_name_is_refused(body: dict[str, object]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each says something else
        ref_of(body, namespaced=True)


def test_references_have_an_order() -> None:
    refs = [
        ObjectRef("b", "K", "", "x"),
        ObjectRef("", "K", "n", "x"),
        ObjectRef("", "K", "", "x"),
        ObjectRef("", "A", "z", "x"),
    ]
    assert [str(ref) for ref in sorted(refs)] == ["A z/x", "K x", "K n/x", "K.b x"]
