"""`explain`, `init`, `schema` and `show` as a user runs them."""

import json
import re
from pathlib import Path

import pytest

from mlplat.diagnostics.codes import CODES
from mlplat.diagnostics.version import VERSION
from tests.blessing import check_golden
from tests.cli.command import ROOT, copy_platform, edit, files_of, mlplat, run
from tests.unprivileged import own_folder, without_rights

CASES = Path(__file__).parent / "cases"


@pytest.mark.parametrize("written", ["MLP201", "mlp201", "unknown-reference"])
def test_explain_prints_the_page(written: str) -> None:
    outcome = mlplat("explain", written)
    page = (ROOT / "docs/errors/MLP201.md").read_text(encoding="utf-8")
    assert (outcome.status, outcome.out.rstrip(), outcome.err) == (0, page.rstrip(), "")


def test_explain_lists_every_code() -> None:
    outcome = mlplat("explain")
    assert outcome.status == 0
    assert [line.split()[0] for line in outcome.out.splitlines()] == list(CODES)


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("unknown-refernce", "did you mean `unknown-reference`?"),
        ("../MLP201", "did you mean `MLP201`?"),
        ("xyzzy", "`mlplat explain` lists all"),
    ],
)
def test_explain_knows_near_misses(written: str, hint: str) -> None:
    outcome = mlplat("explain", written)
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.err == f"error: there is no code `{written}`; {hint}\n"


def test_init_makes_a_platform_that_builds(tmp_path: Path) -> None:
    folder = tmp_path / "My Platform"
    outcome = mlplat("init", folder)
    assert outcome.status == 0
    assert outcome.err.endswith(f"files of platform `my-platform`; next: mlplat -C {folder} build\n")
    built = mlplat("-C", folder, "build")
    assert built.status == 0
    assert re.search(r"^generated/: [1-9]\d* files written", built.err, re.M)
    assert "warning" not in built.err
    assert mlplat("-C", folder, "build", "--check", "--verify").status == 0
    assert not [path for path, text in files_of(folder).items() if re.search(rb"\{(name|version|url|path)\}", text)]


def test_what_init_makes(tmp_path: Path) -> None:
    mlplat("-C", tmp_path, "init", "small")
    listing = "".join(f"{path}\n" for path in sorted(files_of(tmp_path / "small")))
    check_golden(CASES / "init.txt", listing)


def test_every_modeline_of_a_new_platform_leads_to_a_schema(tmp_path: Path) -> None:
    mlplat("init", tmp_path / "new")
    specs = [p for p in (tmp_path / "new").rglob("*.yaml") if ".github" not in p.parts]
    assert specs
    for file in specs:
        (schema,) = re.findall(r"^# yaml-language-server: \$schema=(\S+)$", file.read_text(), re.M)
        kind = re.search(r"^kind: (\w+)$", file.read_text(), re.M)
        assert (file.parent / schema).is_file(), file
        assert kind
        assert (file.parent / schema).name.startswith(kind[1].lower())
    assert mlplat("-C", tmp_path / "new", "schema", "--check").status == 0


def test_init_twice_changes_nothing(tmp_path: Path) -> None:
    mlplat("init", tmp_path / "new")
    before = files_of(tmp_path / "new")
    outcome = mlplat("init", tmp_path / "new", "--name", "other")
    assert outcome.status == 1
    assert "already has `platform.yaml`" in outcome.err
    assert files_of(tmp_path / "new") == before


def test_init_in_a_repository_keeps_what_is_there(tmp_path: Path) -> None:
    for arguments in (["init", "-q"], ["remote", "add", "origin", "https://ada:secret@git.example.com/ml/acme.git"]):
        assert run(["git", *arguments], tmp_path).status == 0
    (tmp_path / "README.md").write_text("ours\n")
    (tmp_path / ".gitattributes").write_text("*.png binary\n")
    outcome = mlplat("-C", tmp_path, "init", ".", "--name", "acme")
    assert outcome.status == 0, outcome.err
    assert (tmp_path / "README.md").read_text() == "ours\n"
    assert (tmp_path / ".gitattributes").read_text() == "*.png binary\n"
    assert "kept `README.md`, which was there" in outcome.err
    assert "generated/** linguist-generated -text merge=mlplat" in outcome.err
    platform = (tmp_path / "platform.yaml").read_text()
    assert "url: https://git.example.com/ml/acme.git\n    path: .\n" in platform
    assert "secret" not in "".join(str(text) for text in files_of(tmp_path).values() if b"ada:" in text)
    assert f'mlplatVersion: "{VERSION}"' in platform
    assert mlplat("-C", tmp_path, "build").status == 0


def test_init_in_a_folder_of_a_repository_knows_its_path(tmp_path: Path) -> None:
    assert run(["git", "init", "-q"], tmp_path).status == 0
    assert mlplat("init", tmp_path / "ml" / "platform").status == 0
    assert "    path: ml/platform\n" in (tmp_path / "ml/platform/platform.yaml").read_text()
    assert not (tmp_path / "ml/platform/.github").exists()
    assert mlplat("-C", tmp_path / "ml/platform", "build").status == 0
    root = (tmp_path / "ml/platform/generated/argocd/prod/root.yaml").read_text()
    assert "path: ml/platform/generated/argocd/prod" in root


def test_init_refuses_what_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "app").mkdir()
    (tmp_path / "app/components").mkdir()
    refusals = {
        ("init", tmp_path / "file"): "is a file and not a folder",
        ("init", tmp_path / "app"): "already has `components`",
        ("init", tmp_path / "new", "--name", "Not A Name"): "cannot name a platform",
    }
    for arguments, reason in refusals.items():
        outcome = mlplat(*arguments)
        assert outcome.status == 1
        assert reason in outcome.err
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["app", "components", "file"]


def test_schema_writes_checks_and_removes_its_own(tmp_path: Path) -> None:
    assert mlplat("-C", tmp_path, "schema", "--check").status == 1
    assert mlplat("-C", tmp_path, "schema").status == 0
    assert mlplat("-C", tmp_path, "schema", "--check").text == "exit status 0\n--- stdout\n--- stderr\n"
    file = tmp_path / "schema/json/queue.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "title": "mine"}))
    stale = mlplat("-C", tmp_path, "schema", "--check")
    assert stale.status == 1
    assert stale.err == f"{file}: stale\nrun `mlplat schema` and commit the result\n"


def test_show_prints_one_document_with_origins(small: Path) -> None:
    outcome = mlplat("-C", small, "show", "prod", "ModelService/digits", "--origins")
    check_golden(CASES / "show.txt", outcome.text)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("prd",), "no environment `prd`; did you mean `prod`?"),
        (("prod", "TrainingJobs"), "no kind of document `TrainingJobs`; did you mean `TrainingJob`?"),
        (("prod", "TrainingJob/digts"), "no TrainingJob `digts`; did you mean `digits`?"),
    ],
)
def test_show_knows_near_misses(small: Path, arguments: tuple[str, ...], message: str) -> None:
    outcome = mlplat("-C", small, "show", *arguments)
    assert outcome.text == f"exit status 1\n--- stdout\n--- stderr\nerror: {message}\n"


def test_show_says_why_an_environment_cannot_be_shown(small: Path) -> None:
    edit(small / "environments/prod/environment.yaml", "extends: [base]", "extends: [bsae]")
    outcome = mlplat("-C", small, "show", "prod")
    assert (outcome.status, outcome.out) == (1, "")
    assert "error[MLP205]" in outcome.err
    assert outcome.err.endswith("environment `prod` cannot be shown until its errors are mended\n")


@pytest.mark.parametrize(
    "arguments",
    [("show", "prod"), ("explain", "prod", "Job/x"), ("build", "--env", "prod"), ("check", "--env", "prod")],
)
def test_where_there_is_no_platform_no_name_is_wrong(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    outcome = mlplat("-C", tmp_path, *arguments)
    assert (outcome.status, outcome.out) == (1, "")
    assert "error[MLP014]: there is no `platform.yaml` here" in outcome.err
    assert "no environment" not in outcome.err


def test_an_environment_that_is_never_synced_is_compared_when_asked_for(small: Path) -> None:
    edit(small / "environments/prod/environment.yaml", "spec:", "spec:\n  sync: false")
    edit(small / "platform.yaml", "promotion: [dev, prod]", "promotion: [dev]")
    for arguments in (("--env", "dev", "--with", "prod"), ("--env", "prod", "--with", "dev")):
        outcome = mlplat("-C", small, "diff", *arguments)
        assert outcome.status == 0, outcome.err
        assert "InferenceService" in outcome.out
    refused = mlplat("-C", small, "diff", "--env", "dev", "--with", "base")
    assert "no environment `base`" in refused.err


def test_a_version_that_is_a_number_is_repeated(small: Path) -> None:
    edit(small / "environments/base/environment.yaml", "externalSecrets: 2.9.0", "externalSecrets: 2.9")
    assert "expects text, got the number `2.9`" in mlplat("-C", small, "check").err


def test_a_generated_file_that_cannot_be_read_is_a_finding(small: Path) -> None:
    with own_folder() as home:
        copy_platform(small, home)
        file = "generated/inventory/prod.yaml"
        (home / file).chmod(0)
        outcome = without_rights(home, lambda: mlplat("-C", home, "build", "--check"))
        assert outcome.status == 1
        assert f"error[MLP002]: cannot read `{file}`: permission denied" in outcome.err
        assert "chmod -R u+rX generated" in outcome.err
