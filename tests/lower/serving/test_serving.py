"""ModelService lowered for every KServe version that a release ships."""

from pathlib import Path

import pytest

from mlplat.catalog.versions import known_versions
from mlplat.compiler.artifacts import Draft, ResolvedEnvironment
from mlplat.compiler.effective.serving import complete_resources
from mlplat.compiler.effective.workload import s3_annotations
from mlplat.compiler.effects.row import written
from mlplat.compiler.effects.serving import SERVING_NO_EFFECT
from mlplat.compiler.lower.families.serving import lower_model_service
from mlplat.schema.serving import ModelService
from tests.lower.build import environment
from tests.lower.golden import check_golden, empty_values, lowered, problems, questions

HERE = Path(__file__).parent
VERSIONS = known_versions("kserve")


def drafts(env: ResolvedEnvironment) -> list[Draft]:
    return [draft for document in env.all(ModelService) for draft in lower_model_service(document, env)]


def bodies(env: ResolvedEnvironment):
    return [draft.body for draft in drafts(env)]


@pytest.mark.parametrize("question", questions(HERE))
def test_golden(question):
    case = HERE / "cases" / question
    check_golden(case, lowered(case, "kserve", VERSIONS, bodies))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("question", questions(HERE))
def test_the_schema_of_each_version_takes_it(question, version):
    env = environment((HERE / "cases" / question / "input.yaml").read_text(), kserve=version)
    assert bodies(env)
    assert not list(problems(env, bodies(env)))


@pytest.mark.parametrize("question", questions(HERE))
def test_nothing_empty_but_what_means_something(question):
    for body in bodies(environment((HERE / "cases" / question / "input.yaml").read_text())):
        allowed = ("/batcher", "/canary/0/predictor/model/name")
        assert [place for place in empty_values(body) if not place.endswith(allowed)] == []


def test_versions_are_those_of_the_releases():
    assert VERSIONS == ("0.11.1", "0.13.1", "0.15.0", "0.15.2", "0.16.0", "0.18.0", "0.20.0")


def test_units_and_owners():
    env = environment((HERE / "cases/model_with_everything/input.yaml").read_text())
    account, service = drafts(env)
    assert (account.unit, service.unit) == ("vision-serving", "vision-serving")
    assert (account.wave, service.wave, account.run, service.run) == (0, 0, None, None)


@pytest.mark.parametrize(
    ("requests", "limits", "expected"),
    [
        ({}, {}, ({"cpu": "1", "memory": "2Gi"}, {"cpu": "1", "memory": "2Gi"})),
        ({"cpu": "4"}, {}, ({"cpu": "4", "memory": "2Gi"}, {"cpu": "4", "memory": "2Gi"})),
        ({}, {"cpu": "500m"}, ({"cpu": "500m", "memory": "2Gi"}, {"cpu": "500m", "memory": "2Gi"})),
        ({"memory": "1Gi"}, {"memory": "3Gi"}, ({"cpu": "1", "memory": "1Gi"}, {"cpu": "1", "memory": "3Gi"})),
        ({"x/gpu": "1"}, {"x/gpu": "1"}, ({"cpu": "1", "memory": "2Gi", "x/gpu": "1"},) * 2),
    ],
)
def test_nothing_is_left_for_kserve_to_fill_in(requests, limits, expected):
    assert complete_resources(requests, limits, {"cpu": "1", "memory": "2Gi"}) == expected


def test_a_model_without_resources_leaves_them_to_its_runtime():
    assert complete_resources({}, {}, {}) == ({}, {})


@pytest.mark.parametrize(
    ("storage", "expected"),
    [
        ("null", {}),
        (
            "{uri: 'http://minio.minio:9000/'}",
            {"s3-endpoint": "minio.minio:9000", "s3-usehttps": "0", "s3-verifyssl": "1"},
        ),
        (
            "{uri: 'https://s3.example.com', region: eu-west-1, verifyTls: false}",
            {"s3-endpoint": "s3.example.com", "s3-region": "eu-west-1", "s3-usehttps": "1", "s3-verifyssl": "0"},
        ),
    ],
)
def test_s3_annotations(storage, expected):
    env = environment(
        f"kind: Environment\nmetadata: {{name: prod}}\nspec: {{services: {{objectStorage: {storage}}}}}\n"
    )
    assert s3_annotations(env) == {f"serving.kserve.io/{key}": value for key, value in expected.items()}


def _no_effect(spec: str, version: str) -> set[str]:
    env = environment(f"kind: ModelService\nmetadata: {{name: a, team: vision}}\nspec: {spec}\n", kserve=version)
    (document,) = env.all(ModelService)
    return {".".join(map(str, path)) for row in SERVING_NO_EFFECT for path in written(row, env, document)}


MODEL = "model: {format: onnx, storageUri: 's3://m/a'}"


@pytest.mark.parametrize(
    ("spec", "version", "expected"),
    [
        (f"{{predictor: {{timeout: 5, {MODEL}}}}}", "0.13.1", {"spec.predictor.timeout"}),
        (f"{{predictor: {{timeout: 5, {MODEL}}}}}", "0.15.0", set()),
        (f"{{mode: Knative, predictor: {{timeout: 5, {MODEL}}}}}", "0.11.1", set()),
        (f"{{canary: {{trafficPercent: 5, {MODEL}}}, predictor: {{{MODEL}}}}}", "0.18.0", {"spec.canary"}),
        (f"{{canary: {{trafficPercent: 5, {MODEL}}}, predictor: {{{MODEL}}}}}", "0.20.0", set()),
        (
            f"{{mode: Knative, canary: {{name: b, trafficPercent: 5, replicas: 1, {MODEL}}}, predictor: {{{MODEL}}}}}",
            "0.20.0",
            {"spec.canary.name", "spec.canary.replicas"},
        ),
        (
            f"{{predictor: {{{MODEL}}}, explainer: {{batching: {{maxLatency: 5}}, art: {{}}}}}}",
            "0.20.0",
            {"spec.explainer.batching"},
        ),
        ("{credentials: s, predictor: {container: {image: a/b:1}}}", "0.16.0", {"spec.credentials"}),
        (f"{{credentials: s, predictor: {{{MODEL}}}}}", "0.16.0", set()),
    ],
)
def test_fields_without_effect(spec, version, expected):
    assert _no_effect(spec, version) == expected
