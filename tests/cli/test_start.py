"""How the program starts and ends, whatever the command."""

import importlib
import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from mlplat.cli import main as command_line
from mlplat.cli.main import COMMANDS
from mlplat.diagnostics.version import VERSION
from tests.blessing import check_golden
from tests.cli.command import mlplat, mlplat_process, run

CASES = Path(__file__).parent / "cases"


@pytest.mark.parametrize("module", ["mlplat", "mlplat.cli"])
def test_it_runs_as_a_module(module: str, tmp_path: Path) -> None:
    outcome = run([sys.executable, "-m", module, "--version"], tmp_path)
    assert outcome.text == f"exit status 0\n--- stdout\nmlplat {VERSION}\n--- stderr\n"


def test_the_installed_version_is_the_one_in_the_code() -> None:
    assert importlib.metadata.version("mlplat") == VERSION


def test_the_version_is_told_with_little_imported(tmp_path: Path) -> None:
    """What it costs is in `benchmarks/`; what makes it cheap is that nothing else is loaded."""
    code = (
        "import sys; before = set(sys.modules); sys.argv = ['mlplat', '--version']\n"
        "from mlplat.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    outcome = run([sys.executable, "-c", code], tmp_path)
    version, loaded = outcome.out.splitlines()
    assert version == f"mlplat {VERSION}"
    modules = [name for name in loaded.split() if name.partition(".")[0] not in sys.stdlib_module_names]
    assert {name.partition(".")[0] for name in modules} == {"mlplat", "click"}
    ours = {".".join(name.split(".")[:2]) for name in modules if name.startswith("mlplat.")}
    assert ours == {"mlplat.cli", "mlplat.diagnostics"}
    commands = {name.rpartition(".")[2] for name in modules if name.startswith("mlplat.cli.")}
    assert commands <= {"main", "exit"}, "a command is imported when it is asked for"


def test_help_names_every_command() -> None:
    outcome = mlplat("--help")
    check_golden(CASES / "help.txt", outcome.text)
    assert all(f"\n  {name} " in outcome.out for name in COMMANDS)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself(command: str) -> None:
    outcome = mlplat(command, "--help")
    assert outcome.status == 0
    assert outcome.out.startswith(f"Usage: mlplat {command}")
    assert outcome.err == ""


def test_every_command_is_listed() -> None:
    folder = Path(command_line.__file__).parent
    names = {path.stem for path in folder.glob("*.py")} - {"main", "__main__"}
    modules = {name: importlib.import_module(f"mlplat.cli.{name}") for name in names}
    commands = {name for name, module in modules.items() if isinstance(getattr(module, name, None), click.Command)}
    assert commands == set(COMMANDS)


MISUSES = {
    ("biuld",): "error: there is no command `biuld`; did you mean `build`?",
    ("frobnicate",): "error: there is no command `frobnicate`; there are: " + ", ".join(sorted(COMMANDS)),
    ("build", "--chekc"): "error: no such option '--chekc'",
    ("build", "-o", "yaml"): "error: invalid value for '-o' / '--output': 'yaml' is not one of",
    ("build", "extra"): "error: got unexpected extra argument (extra)",
    ("show",): "error: missing argument 'ENV'",
    ("init",): "error: missing argument 'DIR'",
    ("-C",): "error: option '-C' requires an argument",
}


@pytest.mark.parametrize("arguments", MISUSES, ids=" ".join)
def test_misuse_is_said_in_a_line_and_is_status_1(arguments: tuple[str, ...]) -> None:
    outcome = mlplat(*arguments)
    assert outcome.status == 1
    assert outcome.out == ""
    first, *rest = outcome.err.splitlines()
    assert first.startswith(MISUSES[arguments])
    assert "Traceback" not in outcome.err
    assert len(rest) <= 1


def test_without_a_command_the_help_is_printed_and_the_status_is_1() -> None:
    outcome = mlplat()
    assert outcome.status == 1
    assert outcome.err == mlplat("--help").out


def test_a_reader_who_goes_away_gets_no_traceback(small: Path) -> None:
    command = [sys.executable, "-m", "mlplat", "show", "prod"]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(command, cwd=small, stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, "")


def test_our_own_failure_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    @click.command()
    def explain() -> None:
        raise LookupError("a cat")

    monkeypatch.setattr("mlplat.cli.explain.explain", explain)
    monkeypatch.setattr(sys, "argv", ["mlplat", "explain"])
    outcome = mlplat("explain")
    assert outcome.status == 1
    assert "LookupError: a cat" in outcome.err
    assert f"This is a bug in mlplat {VERSION}, not in your files." in outcome.err
    assert outcome.err.endswith("the command: mlplat explain\n")


def test_output_does_not_depend_on_the_locale(small: Path) -> None:
    plain = mlplat_process("show", "prod", cwd=small, LC_ALL="C", PYTHONHASHSEED="1")
    other = mlplat_process("show", "prod", cwd=small, LC_ALL="C.UTF-8", PYTHONHASHSEED="2")
    assert plain.status == 0
    assert plain == other
