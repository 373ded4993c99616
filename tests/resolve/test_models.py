"""What this pass reads off the models: nothing of the language may be forgotten in messages or references."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlplat.compiler.resolve.complaints import PATTERNS
from mlplat.compiler.resolve.references import patterns
from mlplat.compiler.resolve.validate import validate
from mlplat.compiler.resolve.wording import shown
from mlplat.diagnostics.mask import MASK
from mlplat.schema.kinds import KINDS
from tests.resolve.test_laws import node


def schemas_within(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from schemas_within(child)


@pytest.mark.parametrize("kind", KINDS)
def test_every_pattern_can_be_said_in_words(kind: str) -> None:
    schema = KINDS[kind].model_json_schema()
    # Quantities, images, clone addresses and folders have validators with words of their own.
    validated = ("numkMGTPE", "sha256", "ssh|git", "(?!")
    written = {str(part["pattern"]) for part in schemas_within(schema) if "pattern" in part and "type" in part}
    assert {pattern for pattern in written if not any(text in pattern for text in validated)} <= PATTERNS.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_every_mark_on_the_models_is_followed(kind: str) -> None:
    schema = json.dumps(KINDS[kind].model_json_schema())
    marked = '"x-mlplat-refers-to"' in schema or '"x-mlplat-names-entry"' in schema
    assert bool(patterns(kind)) == marked


def test_the_places_of_references_in_a_training_job() -> None:
    assert {
        (".".join(pattern.path), pattern.refers_to or pattern.names_entry) for pattern in patterns("TrainingJob")
    } == {
        ("metadata.team", "Team"),
        ("spec.component", "Component"),
        ("spec.env.*.secret.name", "Secret"),
        ("spec.volumes.*.volume", "Volume"),
        ("spec.dataset.credentials", "Secret"),
        ("spec.model.credentials", "Secret"),
        ("spec.queue", "Queue"),
        ("spec.placement.nodePool", "nodePools"),
    }


JARGON = re.compile(
    r"Input should|Value error|pydantic|literal\[|function-|\b(tuple|dict|str|int|NoneType|model)_?type\b|\bdict\b"
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 9), st.floats(allow_nan=False), st.text("ab/:", max_size=4)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.text("abc", min_size=1), inner, max_size=2)
    ),
    max_leaves=4,
)


@settings(max_examples=400)
@given(st.data(), st.sampled_from(sorted(KINDS)))
def test_whatever_is_written_is_answered_in_words_at_a_place(data: st.DataObject, kind: str) -> None:
    """Any value at any field of any kind: a typed document or findings, each with words and a place in the file."""
    spec_model = KINDS[kind].model_fields["spec"].annotation
    assert spec_model is not None
    fields = sorted(str(info.alias) for info in spec_model.model_fields.values())
    spec = data.draw(st.dictionaries(st.sampled_from(fields), VALUES, max_size=5))
    body = {"apiVersion": "mlplat.dev/v1alpha1", "kind": kind, "metadata": {"name": "x"}, "spec": spec}
    typed = validate(node(body, "x.yaml"), kind, "x")
    assert (typed.document is None) == bool(typed.findings)
    for finding in typed.findings:
        said = " ".join(
            (finding.headline, *finding.notes, finding.help or "", finding.primary.text if finding.primary else "")
        )
        assert finding.primary is not None
        assert finding.primary.span.file == "x.yaml"
        assert not JARGON.search(said), said
        assert not finding.headline.endswith(".")


@pytest.mark.parametrize(
    ("value", "key"),
    [
        ("AKIAIOSFODNN7EXAMPLE", "region"),
        ("ghp_0123456789abcdefghij0123456789abcdef", "name"),
        ("hunter2", "password"),
        (12345, "api_key"),
        ("https://ada:hunter2@git.example.com", "url"),
        ("-----BEGIN RSA PRIVATE KEY-----", "value"),
    ],
)
def test_credentials_are_masked(value: Any, key: str) -> None:
    assert shown(value, ("spec", key)) == MASK


@pytest.mark.parametrize("value", ["pytorch", "s3://models/mnist", "registry.example.com/train:1.2.0", "0.5"])
def test_ordinary_values_are_shown(value: str) -> None:
    assert shown(value, ("spec", "image")) == f"`{value}`"
