"""What is published is the whole tool: the wheel, the source archive, and the editable install of a checkout."""

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest

from mlplat.diagnostics.version import VERSION
from tests.cli.command import ROOT, Outcome, edit, run

WATCH = """
import os, sys
log = os.open(os.environ["OPENED"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
def watch(event, arguments):
    if event in ("open", "os.listdir", "os.scandir") and isinstance(arguments[0], (str, bytes)):
        os.write(log, os.path.abspath(os.fsdecode(arguments[0])).encode() + b"\\n")
sys.addaudithook(watch)
"""
"""A sitecustomize module that writes down every file and folder that Python opens."""


SOURCES = ("schema", "compiler", "docs", "pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources, so that nothing changes between two builds of them."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


def archives(checkout: Path, folder: Path, *options: str) -> Path:
    command = [sys.executable, "-m", "build", *options, "--outdir", str(folder), str(checkout)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode and "connection" in (done.stdout + done.stderr).lower():
        pytest.skip("the package index, from which the build backend comes, cannot be reached")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def built(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source archive, and the wheel made from it and from nothing else."""
    return archives(checkout, tmp_path_factory.mktemp("dist"))


def contents(wheel: Path) -> dict[str, str]:
    with zipfile.ZipFile(wheel) as archive:
        return {
            name: hashlib.sha256(archive.read(name)).hexdigest()
            for name in archive.namelist()
            if not name.endswith("RECORD")
        }


@pytest.mark.slow
def test_the_wheel_holds_everything_that_is_read_at_run_time(built: Path, checkout: Path) -> None:
    (wheel,) = built.glob("*.whl")
    assert wheel.name == f"mlplat-{VERSION}-py3-none-any.whl"
    inside = set(contents(wheel))
    for root in (checkout / "schema", checkout / "compiler"):
        for path in (root / "mlplat").rglob("*"):
            if path.is_file():
                assert path.relative_to(root).as_posix() in inside
    pages = {path.name for path in (checkout / "docs/errors").glob("*.md")}
    assert "MLP201.md" in pages
    assert {f"mlplat/diagnostics/pages/{name}" for name in pages} <= inside
    assert "mlplat/cli/template/.github/workflows/mlplat.yaml" in inside
    assert "mlplat/__init__.py" not in inside
    packages = {name.split("/")[1] for name in inside if name.startswith("mlplat/") and name.count("/") > 1}
    assert {name for name in packages if f"mlplat/{name}/py.typed" not in inside} == set()
    assert {name.split("/")[0] for name in inside} == {"mlplat", f"mlplat-{VERSION}.dist-info"}


@pytest.mark.slow
def test_the_source_archive_makes_the_wheel_that_a_checkout_makes(built: Path, checkout: Path, tmp_path: Path) -> None:
    (wheel,) = built.glob("*.whl")
    (other,) = archives(checkout, tmp_path, "--wheel").glob("*.whl")
    assert contents(wheel) == contents(other)
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as held:
        tops = {name.split("/")[1] for name in held.getnames()}
    assert not tops & {"environments", "generated", "tests", ".venv"}


class Installed:
    """The wheel in an environment with its dependencies and nothing else."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.python = folder / "bin" / "python"
        self._log = folder / "opened.txt"
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        command = [str(self.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode and "connection" in done.stderr.lower():
            pytest.skip("the package index, from which the dependencies come, cannot be reached")
        assert done.returncode == 0, done.stderr
        (site,) = folder.glob("lib/python*/site-packages")
        (site / "sitecustomize.py").write_text(WATCH)

    def __call__(self, *arguments: str, cwd: Path) -> Outcome:
        return run([str(self.python.with_name("mlplat")), *arguments], cwd, OPENED=str(self._log))

    def opened(self) -> set[str]:
        return set(self._log.read_text().splitlines())


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    (wheel,) = built.glob("*.whl")
    return Installed(tmp_path_factory.mktemp("venv"), wheel)


@pytest.mark.slow
def test_a_stranger_installs_it_and_makes_a_platform(installed: Installed, tmp_path: Path) -> None:
    assert run(["git", "init", "-q"], tmp_path).status == 0

    def mlplat(*arguments: str, status: int = 0) -> Outcome:
        outcome = installed(*arguments, cwd=tmp_path)
        assert outcome.status == status, outcome.text
        return outcome

    assert mlplat("--version").out == f"mlplat {VERSION}\n"
    mlplat("init", ".", "--name", "acme")
    mlplat("build")
    mlplat("build", "--check")
    edit(tmp_path / "environments/prod/digits-service.yaml", "maxReplicas: 6", "maxReplicas: 7")
    assert "+  value: 7" in mlplat("build", "--check", status=1).err
    assert "generated/: 1 file written, 0 removed" in mlplat("build").err
    mlplat("check")
    mlplat("schema", "--check")
    assert "maxReplicas: 7" in mlplat("show", "prod", "ModelService/digits").out
    assert mlplat("explain", "MLP201").out.startswith("# MLP201")
    edit(tmp_path / "environments/base/vision/digits.yaml", "component: train", "component: trian")
    (finding, *_) = json.loads(mlplat("check", "-o", "json", status=1).out)["findings"]
    assert finding["code"] == "MLP201"
    opened = installed.opened()
    assert any(path.endswith("pages/MLP201.md") for path in opened), "the watch is on"
    assert {path for path in opened if Path(path).is_relative_to(ROOT)} == set()


@pytest.mark.slow
def test_an_installed_mlplat_verifies_with_the_kubectl_on_the_path(installed: Installed, tmp_path: Path) -> None:
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not on PATH")
    for arguments in (("init", "."), ("build", "--verify"), ("build", "--check", "--verify")):
        outcome = installed(*arguments, cwd=tmp_path)
        assert outcome.status == 0, outcome.text


def test_an_editable_install_reads_the_checkout(tmp_path: Path) -> None:
    url = json.loads(distribution("mlplat").read_text("direct_url.json") or "{}")
    if not url.get("dir_info", {}).get("editable"):
        pytest.skip("this mlplat is not an editable install")
    script = Path(sys.executable).with_name("mlplat")
    page = run([str(script), "explain", "MLP201"], tmp_path)
    assert page.out.rstrip() == (ROOT / "docs/errors/MLP201.md").read_text(encoding="utf-8").rstrip()
    where = run([sys.executable, "-c", "import mlplat; print(*sorted(mlplat.__path__))"], tmp_path)
    assert where.out.split() == [str(ROOT / "compiler/mlplat"), str(ROOT / "schema/mlplat")]
