"""The example platform: what it must say, and how its files are kept."""

import json
from pathlib import Path

import jsonschema_rs
import pytest

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.load.discover import load_tree
from mlplat.compiler.load.yaml import parse_documents
from mlplat.compiler.resolve.environment import resolve_environments
from mlplat.schema.kinds import KINDS
from mlplat.schema.notebook import Notebook
from mlplat.schema.queue import Queue
from mlplat.schema.serving import ModelService
from mlplat.schema.storage import Secret
from mlplat.schema.team import Team
from mlplat.schema.training import TrainingJob, TrainingJobSpec
from mlplat.schema.tuning import TuningExperiment

ROOT = Path(__file__).parents[2]
FILES = sorted(
    path.relative_to(ROOT)
    for pattern in ("platform.yaml", "components/*/component.yaml", "environments/**/*.yaml")
    for path in ROOT.glob(pattern)
    if "manifests" not in path.parts
)


@pytest.fixture(scope="module")
def environments() -> dict[str, ResolvedEnvironment]:
    tree, findings = load_tree(ROOT, frozenset(KINDS))
    assert findings == ()
    resolved, more = resolve_environments(tree)
    assert more == ()
    return dict(resolved)


def job(env: ResolvedEnvironment) -> TrainingJobSpec:
    found = env.find(TrainingJob, "mnist-ddp")
    assert found is not None
    return found.document.spec


@pytest.mark.parametrize("path", FILES, ids=str)
def test_the_modeline_names_the_schema_of_all_documents(path: Path) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    nodes, findings = parse_documents(text, str(path))
    assert findings == []
    kinds = {node.plain()["kind"].lower() for node in nodes}
    assert len(kinds) == 1, "an editor has one schema for all documents of a file"
    overrides = path.parts[0] == "environments" and path.parts[1] != "base"
    schema = (ROOT / "schema" / "json" / f"{kinds.pop()}{'.override' if overrides else ''}.json").resolve()
    marker, _, named = text.splitlines()[0].partition("=")
    assert marker == "# yaml-language-server: $schema"
    assert (ROOT / path.parent / named).resolve() == schema


@pytest.mark.parametrize("path", FILES, ids=str)
def test_an_editor_finds_nothing_wrong(path: Path) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    schema = json.loads((ROOT / path.parent / text.splitlines()[0].partition("=")[2]).read_text(encoding="utf-8"))
    for node in parse_documents(text, str(path))[0]:
        jsonschema_rs.validate(schema, json.loads(json.dumps(node.plain())))


def test_versions_of_the_environments(environments: dict[str, ResolvedEnvironment]) -> None:
    names = ("trainer", "trainingOperator", "kserve", "kueue", "externalSecrets")
    versions = {
        name: (env.versions.release, env.versions.kubernetes, *(env.versions.get(component) for component in names))
        for name, env in environments.items()
    }
    shipped = ("26.03", "1.34", "2.1.0", None, "0.16.0", "0.19.2", "2.9.0")
    assert versions == {
        "base": shipped,
        "staging": shipped,
        "prod": shipped,
        "dev": ("26.03.1-rc.2", "1.36", "2.3.0", None, "0.20.0", "0.19.2", "2.9.0"),
        "legacy": ("v1.8.0", "1.26", None, "1.7.0", "0.11.1", None, None),
    }


@pytest.mark.parametrize("name", ["base", "staging", "prod", "legacy"])
def test_mnist_ddp_is_the_job_of_the_old_guide(environments: dict[str, ResolvedEnvironment], name: str) -> None:
    spec = job(environments[name])
    assert (spec.framework, spec.nodes, spec.parameters["backend"]) == ("pytorch", 3, "nccl")
    assert spec.accelerators is not None
    assert spec.accelerators.count == 1
    assert spec.resources is not None
    assert dict(spec.resources.requests) == {"cpu": "2", "memory": "4Gi"}
    assert dict(spec.resources.limits) == {"cpu": "4", "memory": "8Gi"}
    assert {use.volume: use.mount_path for use in spec.volumes} == {"training-data": "/data", "models": "/models"}


def test_ml_model_service_has_transformer_explainer_and_credentials(
    environments: dict[str, ResolvedEnvironment],
) -> None:
    for env in environments.values():
        service = env.find(ModelService, "ml-model-service")
        assert service is not None
        spec = service.document.spec
        assert spec.predictor.model is not None
        assert spec.predictor.model.format == "sklearn"
        assert env.find(Secret, spec.credentials) is not None
        assert spec.transformer is not None
        assert [(variable.name, variable.value) for variable in spec.transformer.container.env] == [
            ("MODEL_NAME", "ml-model-service")
        ]
        assert spec.explainer is not None
        assert spec.explainer.container is not None


def test_random_forest_tuning_is_the_search_of_the_old_guide(environments: dict[str, ResolvedEnvironment]) -> None:
    found = environments["prod"].find(TuningExperiment, "random-forest-tuning")
    assert found is not None
    spec = found.document.spec
    assert (spec.algorithm.name, spec.objective.type, spec.objective.metric) == ("random", "maximize", "accuracy")
    assert (spec.objective.goal, spec.objective.additional_metrics) == (0.95, ("f1_score",))
    assert (spec.parallel_trials, spec.max_trials, spec.max_failed_trials) == (3, 10, 3)
    assert {search.name: (search.min, search.max) for search in spec.parameters} == {
        "n_estimators": (50, 200),
        "max_depth": (3, 15),
        "min_samples_split": (2, 10),
    }
    assert spec.trial.component == "random-forest"


def test_dev_has_no_accelerators_and_one_of_everything(environments: dict[str, ResolvedEnvironment]) -> None:
    dev = environments["dev"]
    assert all(pool.accelerators is None for pool in dev.environment.document.spec.node_pools)
    assert (job(dev).nodes, job(dev).accelerators, job(dev).parameters["backend"]) == (1, None, "gloo")
    for service in dev.all(ModelService):
        scaling = service.document.spec.predictor.autoscaling
        assert scaling is not None
        assert scaling.max_replicas == 1
    assert [search.document.spec.parallel_trials for search in dev.all(TuningExperiment)] == [1]


def test_prod_trains_on_spot_nodes_and_scales(environments: dict[str, ResolvedEnvironment]) -> None:
    prod = environments["prod"]
    assert job(prod).placement.spot is True
    assert any(pool.spot and pool.accelerators for pool in prod.environment.document.spec.node_pools)
    service = prod.find(ModelService, "ml-model-service")
    assert service is not None
    scaling = service.document.spec.predictor.autoscaling
    assert scaling is not None
    assert (scaling.min_replicas, scaling.max_replicas) == (2, 10)


def test_legacy_has_no_queues_and_no_external_secrets(environments: dict[str, ResolvedEnvironment]) -> None:
    legacy = environments["legacy"]
    assert legacy.all(Queue) == ()
    assert [team.document.spec.queues for team in legacy.all(Team)] == [(), ()]
    assert all(secret.document.spec.existing is not None for secret in legacy.all(Secret))


def test_two_teams_and_a_notebook_everywhere(environments: dict[str, ResolvedEnvironment]) -> None:
    for env in environments.values():
        assert [team.name for team in env.all(Team)] == ["tabular", "vision"]
        assert [notebook.name for notebook in env.all(Notebook)] == ["exploration"]
