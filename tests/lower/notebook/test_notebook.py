"""Notebooks lowered for every version of the component that a release ships, and what has no effect."""

from pathlib import Path

import pytest

from mlplat.catalog.versions import known_versions
from mlplat.compiler.effective.notebook import STOCK_IMAGES, stock_image, uses_pod_default
from mlplat.compiler.effects.row import EACH
from mlplat.compiler.effects.tenancy import TENANCY_NO_EFFECT
from mlplat.compiler.lower.families.notebook import lower_notebook
from mlplat.schema.notebook import Notebook
from tests.lower.build import environment
from tests.lower.golden import check_golden, empty_values, lowered, problems, questions

HERE = Path(__file__).parent
VERSIONS = known_versions("notebooks")


def drafts(env):
    return [draft for notebook in env.all(Notebook) for draft in lower_notebook(notebook, env)]


def bodies(env):
    return [draft.body for draft in drafts(env)]


def read(question: str) -> str:
    return (HERE / "cases" / question / "input.yaml").read_text()


def pod(body):
    return body["spec"]["template"]["spec"]


@pytest.mark.parametrize("question", questions(HERE))
def test_golden(question):
    case = HERE / "cases" / question
    check_golden(case, lowered(case, "notebooks", VERSIONS, bodies))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("question", questions(HERE))
def test_the_schemas_take_it(question, version):
    env = environment(read(question), notebooks=version)
    assert bodies(env)
    assert not list(problems(env, bodies(env)))
    assert not [place for body in bodies(env) for place in empty_values(body)]


def test_every_known_version_has_the_image_of_jupyter():
    assert {version for version, flavour in STOCK_IMAGES if flavour == "jupyter"} == set(VERSIONS)
    assert stock_image(environment("", notebooks="1.11.0"), "rstudio") is None
    assert stock_image(environment("", notebooks=None), "jupyter") is None


def test_units_are_the_familys():
    assert {draft.unit for draft in drafts(environment(read("everything")))} == {"vision-notebooks"}


def test_without_profiles_services_stand_in_the_container_and_no_account_is_named():
    text = read("own_value_for_a_service").replace("http://localhost:5000", "x").replace("MLFLOW_TRACKING_URI", "OTHER")
    (with_profiles,) = bodies(environment(text))
    (without,) = bodies(environment(text, profiles=None))
    assert with_profiles["metadata"]["labels"] == {"mlplat.dev/platform-endpoints": "true"}
    assert pod(with_profiles)["containers"][0]["env"] == [{"name": "OTHER", "value": "x"}]
    assert "labels" not in without["metadata"]
    assert "serviceAccountName" not in pod(without)
    names = [variable["name"] for variable in pod(without)["containers"][0]["env"]]
    assert names == ["MLFLOW_TRACKING_URI", "GRAFANA_URI", "OTHER"]


def test_another_culling_is_another_file_so_that_the_server_starts_again():
    text = read("idle_kernels")
    first, second = (bodies(environment(new)) for new in (text, text.replace("idleMinutes: 90", "idleMinutes: 91")))
    names = {body["metadata"]["name"] for body in (*first, *second) if body["kind"] == "ConfigMap"}
    volumes = [volume for body in (first[0], second[0]) for volume in pod(body)["volumes"]]
    mounted = {volume["configMap"]["name"] for volume in volumes if "configMap" in volume}
    assert len(names) == 2
    assert mounted == names


def test_a_notebook_with_its_own_value_does_not_choose_the_pod_default():
    env = environment(read("own_value_for_a_service"))
    assert not uses_pod_default(env.find(Notebook, "lab"), env)


@pytest.mark.parametrize(
    ("kind", "path", "spec", "without", "applies"),
    [
        ("Team", "quota", "{owner: {name: a}, existing: true, quota: {pods: 1}}", {}, True),
        ("Team", "quota", "{owner: {name: a}, quota: {pods: 1}}", {}, False),
        ("Queue", "strategy", "{existing: true, strategy: StrictFIFO}", {}, True),
        ("Queue", "flavors/*/resources/*/lending", "{}", {}, True),
        ("Queue", "flavors/*/resources/*/lending", "{cohort: ml}", {}, False),
        ("Queue", "preemption/reclaimWithinCohort", "{preemption: {reclaimWithinCohort: Any}}", {}, True),
        ("Queue", "preemption/reclaimWithinCohort", "{preemption: {reclaimWithinCohort: Never}}", {}, False),
        ("Volume", "size", "{existing: true, size: 1Gi}", {}, True),
        ("Secret", "type", "{existing: {}, type: a/b}", {}, True),
        ("Secret", "type", "{sealed: {encrypted: {a: b}}, type: a/b}", {}, False),
        ("Notebook", "podDefaults", "{podDefaults: {a: b}}", {"profiles": None}, True),
        ("Notebook", "podDefaults", "{podDefaults: {a: b}}", {}, False),
        ("Notebook", "culling", "{flavour: rstudio, culling: {idleMinutes: 60}}", {}, True),
        ("Notebook", "culling", "{culling: {idleMinutes: 60}}", {}, False),
        (
            "Environment",
            "services/objectStorage/verifyTls",
            "{services: {objectStorage: {uri: 's3://x', verifyTls: false}}}",
            {},
            True,
        ),
        (
            "Environment",
            "services/objectStorage/verifyTls",
            "{services: {objectStorage: {uri: 's3://x', verifyTls: true}}}",
            {},
            False,
        ),
    ],
)
def test_what_has_no_effect_is_known(kind, path, spec, without, applies):
    name = "prod" if kind == "Environment" else "x"
    team = ", team: vision" if kind in ("Volume", "Secret", "Notebook") else ""
    env = environment(f"kind: {kind}\nmetadata: {{name: {name}{team}}}\nspec: {spec}\n", **without)
    (row,) = (
        row
        for row in TENANCY_NO_EFFECT
        if row.kind == kind and row.path == ("spec", *path.replace("*", EACH).split("/"))
    )
    assert row.applies(env, env.documents[kind][name]) is applies
