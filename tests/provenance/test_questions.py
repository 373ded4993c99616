"""`mlplat explain` as a user asks it: any line of any generated file, any object, and back from the specifications."""

import json
from pathlib import Path

import pytest

from mlplat.provenance.questions import MisledError, Questions
from tests.blessing import check_golden
from tests.cli.command import ROOT, copy_platform, edit, mlplat
from tests.proof.platforms import compiled

CASES = Path(__file__).parent / "cases"
COMPILED = compiled(ROOT)
QUESTIONS = Questions(COMPILED)
SERVING = "overlays/prod/tabular-serving"

ASKED = {
    "patched-value": f"generated/{SERVING}/patches/inferenceservice-ml-model-service.yaml:6",
    "base-object": "generated/base/vision/namespace-vision.yaml",
    "default": "generated/base/vision-training/trainjob-mnist-ddp.yaml:13",
    "inventory": "generated/inventory/prod.yaml:5",
    "kustomization": "generated/overlays/prod/platform-queues/kustomization.yaml:4",
    "application": "generated/argocd/dev/apps/application-dev-vision-training.yaml:18",
    "run": "prod TrainJob/mnist-ddp /metadata/name",
    "several-lines": "prod ResourceFlavor/cpu metadata.name",
    "line-that-wins": "environments/prod/tabular/ml-model-service.yaml:12",
    "line-that-is-overridden": "environments/base/tabular/ml-model-service.yaml:21",
    "machine": "prod InferenceService/ml-model-service spec.predictor.maxReplicas -o json",
}


@pytest.mark.parametrize("case", ASKED)
def test_the_answer(case: str) -> None:
    outcome = mlplat("-C", ROOT, "explain", *ASKED[case].split())
    assert outcome.status == 0, outcome.err
    check_golden(CASES / f"{case}.txt", f"$ mlplat explain {ASKED[case]}\n{outcome.out}")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("generated/base/vision/namespace-vision.yaml:400", "has 21 lines, and no line 400"),
        ("generated/base/vision/namespace-vison.yaml", "cannot read `generated/base/vision/namespace-vison.yaml`"),
        ("generated/.mlplat", "lists the files that the last build wrote"),
        ("generated/base/README.md:3", "is no file that a build writes of an object"),
        ("generated/base", "is a folder"),
        ("environments/prod", "is a folder"),
        ("environments/prod/teams.yaml:x", "names no line: lines are numbers, as in `environments/prod/teams.yaml:12`"),
        ("docs/guide/reviewing.md:3", "is no YAML file, and no code"),
        ("prod", "name it: `mlplat explain prod KIND/NAME`"),
        ("MLP20", "there is no code `MLP20`"),
        ("environments/base/teams.yaml:2", "it is a comment or a header"),
        ("environments/prod/environment.yaml:7", "says how layers are laid on each other"),
        ("environments/prod/team.yaml:1", "did you mean `environments/prod/teams.yaml`?"),
        ("environments/prod/teams.yaml:99", "lines, and no line 99"),
        ("environments/prod/teams.yaml", "give a line, as in `environments/prod/teams.yaml:1`"),
        ("environments/base/teams.yaml:1", "decides no value"),
        ("prd TrainJob/mnist-ddp", "no environment `prd`; did you mean `prod`?"),
        ("prod TrainJob/mnist-dpd", "did you mean `TrainJob/mnist-ddp`?"),
        (
            "prod LimitRange/platform-limits",
            "`LimitRange/tabular/platform-limits`, `LimitRange/vision/",
        ),
        ("prod InferenceService/ml-model-service /spec/predictor/maxReplica", "did you mean `/spec/predictor/maxRepl"),
    ],
)
def test_a_question_that_leads_nowhere(asked: str, said: str) -> None:
    outcome = mlplat("-C", ROOT, "explain", *asked.split())
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.err.startswith("error: ")
    assert said in outcome.err


def test_a_line_that_no_specification_decides_is_answered() -> None:
    outcome = mlplat("-C", ROOT, "explain", "generated/argocd/prod/root.yaml:3")
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out == "line 3 of `generated/argocd/prod/root.yaml` is the same whatever the specifications say\n"
    machine = mlplat("-C", ROOT, "explain", "generated/argocd/prod/root.yaml:3", "-o", "json")
    assert (machine.status, json.loads(machine.out)["leaves"]) == (0, [])


def test_every_line_of_every_generated_file_leads_somewhere() -> None:
    """Or it is said that nothing of it comes from a specification: comments, and what kustomizations all have."""
    assert COMPILED.tree is not None
    files = {path: text for path, text in COMPILED.tree.files.items() if path.startswith(("base", "overlays/prod"))}
    unexplained: list[str] = []
    for path, text in files.items():
        for number, line in enumerate(text.splitlines(), 1):
            try:
                answers = QUESTIONS.about_file(path, text, number, None)
                assert all(origin.span.file in COMPILED.source.sources for _, found in answers for origin in found)
            except MisledError:
                unexplained.append(line.strip())
    assert set(unexplained) <= {
        "apiVersion: kustomize.config.k8s.io/v1beta1",
        "kind: Kustomization",
        "resources:",
        "patches:",
    }


def test_an_old_file_is_told_to_be_old(tmp_path: Path) -> None:
    platform = copy_platform(ROOT, tmp_path / "platform")
    patch = f"generated/{SERVING}/patches/inferenceservice-ml-model-service.yaml"
    edit(platform / "environments/prod/tabular/ml-model-service.yaml", "maxReplicas: 10", "maxReplicas: 12")
    outcome = mlplat("-C", platform, "explain", f"{patch}:6")
    assert outcome.status == 0
    assert f"note: `{patch}` is not what the specifications compile to" in outcome.err
    assert "/spec/predictor/maxReplicas is 12" in outcome.out


def test_a_platform_with_errors_says_so_first(tmp_path: Path) -> None:
    platform = copy_platform(ROOT, tmp_path / "platform", generated=False)
    edit(platform / "platform.yaml", "kind: Platform", "kind: Plattform")
    outcome = mlplat("-C", platform, "explain", "prod", "TrainJob/mnist-ddp")
    assert outcome.status == 1
    assert "error[MLP" in outcome.err
    assert outcome.err.endswith("nothing can be explained until these errors are mended\n")


@pytest.mark.parametrize("file", ["environments/prod/tabular/ml-model-service.yaml", "environments/prod/queues.yaml"])
def test_what_a_line_reaches_is_what_names_it(file: str) -> None:
    """The reverse of `origins`: for every line, the leaves that name a position in it, and no others."""
    provenance = QUESTIONS.provenance
    for number in range(1, len(COMPILED.source.sources[file].splitlines()) + 1):
        try:
            reached = QUESTIONS.reached_from(file, number)
        except MisledError:
            reached = []
        found = {(one.item.ref, pointer) for one in reached for pointer in one.pointers if one.item.unit != "argocd"}
        named = {
            (item.ref, pointer)
            for item in COMPILED.objects["prod"].objects
            for pointer, origin in provenance.origins("prod", item).items()
            for position in (origin.decided_by, *origin.also)
            if position.span.file == file and position.span.line == number and position.role != "default"
        }
        joint = {
            (item.ref, pointer)
            for item in COMPILED.objects["prod"].objects
            for pointer, origin in provenance.origins("prod", item).items()
            if origin.together
        }
        assert found - joint == named - joint, f"{file}:{number}"


def test_the_json_is_an_object_with_a_version() -> None:
    outcome = mlplat("-C", ROOT, "explain", "environments/prod/tabular/ml-model-service.yaml:12", "-o", "json")
    answer = json.loads(outcome.out)
    assert answer["apiVersion"] == "mlplat.dev/explain/v1"
    assert {one["environment"] for one in answer["reaches"]} == {"prod"}
