"""Laws of merging, on specifications of any shape: free maps, lists with and without a key, nested both."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mlplat.compiler.artifacts import Document, Node
from mlplat.compiler.resolve.merge import DELETE, first_layer, lay_on
from mlplat.diagnostics import Span

NAMES = st.sampled_from(["a", "b", "c", "d"])
SCALARS = st.one_of(st.integers(0, 3), st.sampled_from(["x", "y", "3"]), st.booleans())
ENV = st.lists(st.fixed_dictionaries({"name": NAMES}, optional={"value": SCALARS}), unique_by=lambda item: item["name"])
SPECS = st.fixed_dictionaries(
    {},
    optional={
        "nodes": SCALARS,
        "args": st.lists(SCALARS, max_size=3),
        "env": ENV,
        "parameters": st.dictionaries(NAMES, SCALARS, max_size=3),
        "resources": st.fixed_dictionaries(
            {}, optional={"requests": st.dictionaries(NAMES, SCALARS), "limits": st.dictionaries(NAMES, SCALARS)}
        ),
        "volumes": st.lists(st.fixed_dictionaries({"mountPath": NAMES}), unique_by=lambda item: item["mountPath"]),
    },
)


def node(value: Any, file: str) -> Node:
    span = Span(file, 1, 1, 1, 2)
    if isinstance(value, dict):
        return Node({key: node(child, file) for key, child in value.items()}, span, span)
    if isinstance(value, list | tuple):
        return Node([node(child, file) for child in value], span, span)
    return Node(value, span, span)


def document(spec: Any, file: str = "x") -> Document:
    body = {"apiVersion": "mlplat.dev/v1alpha1", "kind": "TrainingJob", "metadata": {"name": "j"}, "spec": spec}
    return Document("TrainingJob", "j", node(body, file), file)


def merged(*specs: Any) -> Node:
    """The specs laid on each other, first below."""
    result = first_layer(document(specs[0])).node
    for spec in specs[1:]:
        layer = lay_on(result, document(spec))
        assert layer.findings == ()
        result = layer.node
    return result


def plain(*specs: Any) -> Any:
    return merged(*specs).plain()["spec"]


def as_spec(value: Any) -> Any:
    """Lists where merged data has tuples, so that it can be written again."""
    if isinstance(value, dict):
        return {key: as_spec(child) for key, child in value.items()}
    return [as_spec(child) for child in value] if isinstance(value, tuple) else value


@given(SPECS)
def test_a_document_that_says_nothing_changes_nothing_and_copies_nothing(spec: Any) -> None:
    below = first_layer(document(spec)).node
    header = document({})
    assert isinstance(header.node.value, dict)
    without_spec = Node({k: v for k, v in header.node.value.items() if k != "spec"}, header.node.span)
    assert lay_on(below, Document("TrainingJob", "j", without_spec, "x")).node is below
    assert lay_on(below, header).node.plain()["spec"] == {**below.plain()["spec"]}


@given(SPECS, SPECS)
def test_saying_the_same_twice_is_saying_it_once(below: Any, own: Any) -> None:
    assert plain(below, own, own) == plain(below, own)


@given(SPECS, SPECS, SPECS)
@settings(max_examples=300)
def test_layers_without_directives_can_be_merged_in_any_grouping(first: Any, second: Any, third: Any) -> None:
    assert plain(first, second, third) == plain(first, as_spec(plain(second, third)))


@given(SPECS, SPECS)
def test_the_later_layer_wins(below: Any, own: Any) -> None:
    result = plain(below, own)
    for key in ("nodes", "args"):
        if key in own:
            assert as_spec(result[key]) == own[key]
    for item in own.get("env", []):
        (found,) = [other for other in result["env"] if other["name"] == item["name"]]
        assert item.items() <= found.items()
    assert own.get("parameters", {}).items() <= result.get("parameters", {}).items()


@given(SPECS, SPECS)
def test_inherited_items_keep_their_order_and_new_ones_follow(below: Any, own: Any) -> None:
    inherited = [item["name"] for item in below.get("env", [])]
    new = [item["name"] for item in own.get("env", []) if item["name"] not in inherited]
    assert [item["name"] for item in plain(below, own).get("env", ())] == inherited + new


@given(SPECS, SPECS)
def test_what_a_layer_does_not_speak_of_is_the_same_object(below: Any, own: Any) -> None:
    base = first_layer(document(below)).node
    result = lay_on(base, document(own)).node
    for key in below:
        if key not in own:
            assert result.at(("spec", key)) is base.at(("spec", key))


@given(SPECS, SPECS)
def test_every_value_knows_where_it_was_written(below: Any, own: Any) -> None:
    base = first_layer(document(below, "below")).node
    result = lay_on(base, document(own, "own")).node
    for name, value in own.get("parameters", {}).items():
        found = result.at(("spec", "parameters", name))
        assert found is not None
        assert (found.value, found.span.file) == (value, "own")
        before = base.at(("spec", "parameters", name))
        assert found.replaced is before


@given(SPECS)
def test_what_is_added_can_be_deleted_again(spec: Any) -> None:
    added = {"nodes": 9, "env": [{"name": "z", "value": "1"}], "parameters": {"z": 1}}
    removed = {"nodes": None, "env": [{"name": "z", DELETE: True}], "parameters": {"z": None}}
    before = {key: value for key, value in spec.items() if key != "nodes"}
    after = plain(before, added, removed)
    assert {k: v for k, v in after.items() if v not in ((), {})} == {
        k: v for k, v in plain(before).items() if v not in ((), {})
    }


@given(SPECS, SPECS)
def test_replace_forgets_what_was_inherited(below: Any, own: Any) -> None:
    env = own.get("env", [])
    base = {**below, "env": [{"name": "z"}, *below.get("env", [])]}
    assert as_spec(plain(base, {"env": [{"$replace": True}, *env]})["env"]) == env
