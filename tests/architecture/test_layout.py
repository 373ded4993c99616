"""What the structure promises, held by a machine."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*ROOT.glob("schema/mlplat/**/*.py"), *ROOT.glob("compiler/mlplat/**/*.py")])

LONG_FILES: dict[str, str] = {}
"""Files above 400 lines, each with the reason why they are not split."""

LONG_FUNCTIONS: dict[str, str] = {}
"""Functions above 60 lines (`file::name`), each with the reason."""


def test_the_namespace_package_has_no_init() -> None:
    assert not (ROOT / "schema/mlplat/__init__.py").exists()
    assert not (ROOT / "compiler/mlplat/__init__.py").exists()


def test_import_contracts_are_kept() -> None:
    run = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout


def _relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_files_are_one_sitting_long() -> None:
    long = {_relative(p) for p in SOURCES if len(p.read_text().splitlines()) > 400}
    assert long == set(LONG_FILES)


def test_functions_are_short() -> None:
    long = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= 60:
                long.add(f"{_relative(path)}::{node.name}")
    assert long == set(LONG_FUNCTIONS)


def test_functions_take_few_parameters() -> None:
    many = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and not node.decorator_list:
                names = [argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)]
                if len(names) - (names[:1] == ["self"]) > 5:
                    many.add(f"{_relative(path)}::{node.name}")
    assert many == set()


def test_what_is_frozen_gathers_nothing() -> None:
    """It may keep answers of pure functions: in a private field, or in a `memo` that several share."""
    gathering = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and any("frozen=True" in ast.unparse(one) for one in node.decorator_list):
                for name, kind, default in _fields(node):
                    grows = kind.startswith(("dict", "list", "set", "Counter")) and "default_factory" in default
                    if grows and not name.startswith("_") and name != "memo":
                        gathering.add(f"{_relative(path)}::{node.name}.{name}")
                if "object.__setattr__" in ast.unparse(node):
                    gathering.add(f"{_relative(path)}::{node.name}")
    assert gathering == set()


def _fields(of: ast.ClassDef) -> Iterator[tuple[str, str, str]]:
    """Name, type and default of each field of a class, as they are written."""
    for node in of.body:
        if isinstance(node, ast.AnnAssign):
            yield ast.unparse(node.target), ast.unparse(node.annotation).strip("'\""), ast.unparse(node.value or node)


@pytest.mark.parametrize("word", ["utils", "helpers", "common", "base", "manager", "misc"])
def test_no_file_has_a_name_that_says_nothing(word: str) -> None:
    assert [path for path in SOURCES if path.stem == word] == []


def test_commands_stay_thin() -> None:
    assert [_relative(p) for p in ROOT.glob("compiler/mlplat/cli/*.py") if len(p.read_text().splitlines()) > 150] == []


HEAVY = {"pydantic", "yaml", "jsonschema_rs", "kubernetes", "rich", "deepdiff", "torch", "sklearn", "kfp"}


def test_heavy_packages_are_not_imported_to_start() -> None:
    code = f"import sys, mlplat.cli.main; print(sorted(set(sys.modules) & {HEAVY}))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_architecture_names_only_tests_that_exist() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    named = set(re.findall(r"`(tests/[\w/]+\.py)(?:::\w+)?`", text))
    assert named, "each invariant names the test that holds it"
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_a_number_is_one_decision() -> None:
    names = [path.name for path in (ROOT / "docs/adr").glob("*.md")]
    assert sorted(name[:4] for name in names) == [f"{number:04}" for number in range(1, len(names) + 1)]
    for name in names:
        assert (ROOT / "docs/adr" / name).read_text().startswith(f"# {int(name[:4])}. ")
