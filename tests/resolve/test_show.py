"""`mlplat show` and the text it prints."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from mlplat.cli.show import show
from mlplat.compiler.artifacts import Resolved
from mlplat.compiler.load.yaml import parse_documents
from mlplat.compiler.resolve.origins import text_of
from mlplat.schema.queue import Queue
from tests.resolve.harness import CASES, lay_out
from tests.resolve.test_laws import node
from tests.schema.test_export import listed

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co")), max_size=12)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-99, 99),
    TEXT,
    st.sampled_from(["1e3", "on", "a\nb\n", "a\n\nb", " x", "# no", "a: b", "- a", "", "null", "x #y", "|", "0o17"]),
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXT, inner, max_size=3)),
    max_leaves=12,
)


QUEUE = Queue.model_validate(
    {"apiVersion": "mlplat.dev/v1alpha1", "kind": "Queue", "metadata": {"name": "q"}, "spec": {}}
)


@given(st.dictionaries(TEXT, TREES, max_size=4), st.booleans())
def test_what_is_shown_can_be_read_back(tree: dict[str, Any], origins: bool) -> None:
    shown: Resolved[Any] = Resolved(QUEUE, node(tree, "x.yaml"), ("base",))
    text = text_of(shown, origins)
    if tree:
        (read,), findings = parse_documents(text, "shown.yaml")
        assert findings == []
        assert listed(read.plain()) == tree


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(show, arguments, obj=str(folder))
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.output


@pytest.fixture
def platform(tmp_path: Path) -> Path:
    lay_out(CASES / "how-do-lists-with-a-key-merge", tmp_path)
    return tmp_path


def test_a_whole_environment_is_a_stream_of_documents(platform: Path) -> None:
    _, output = run(platform, "prod")
    kinds = [document["kind"] for document in yaml.safe_load_all(output)]
    assert kinds == ["Platform", "Environment", "Team", "TrainingJob"]


def test_one_document_or_one_kind_in_any_case(platform: Path) -> None:
    assert yaml.safe_load(run(platform, "prod", "trainingjob/mnist")[1])["metadata"]["name"] == "mnist"
    assert yaml.safe_load(run(platform, "prod", "Team")[1])["metadata"]["name"] == "vision"


def test_origins_end_the_lines(platform: Path) -> None:
    _, output = run(platform, "prod", "TrainingJob/mnist", "--origins")
    assert 'value: "30"  # environments/prod/job.yaml:7:29 over environments/base/job.yaml:11:29\n' in output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["prd"], "no environment `prd`; did you mean `prod`?"),
        (["prod", "TrainingJobs"], "no kind of document `TrainingJobs`; did you mean `TrainingJob`?"),
        (["prod", "TrainingJob/mnits"], "no TrainingJob `mnits`; did you mean `mnist`?"),
        (["prod", "Queue"], "there are: Environment, Platform, Team, TrainingJob"),
    ],
)
def test_what_does_not_exist_is_told_with_what_does(platform: Path, arguments: list[str], said: str) -> None:
    status, output = run(platform, *arguments)
    assert status == 1
    assert said in output


def test_an_environment_with_errors_shows_the_errors(tmp_path: Path) -> None:
    lay_out(CASES / "where-does-the-bad-value-of-an-override-stand", tmp_path)
    result = CliRunner().invoke(show, ["prod"], obj=str(tmp_path), standalone_mode=False)
    assert result.return_value == 1
    assert "MLP102" in result.output
    assert "cannot be shown" in result.output
    assert yaml.safe_load(run(tmp_path, "base", "TrainingJob/mnist")[1])["spec"]["nodes"] == 2
