"""Golden cases of lowering: `<folder>/cases/<question>/input.yaml` and what each component version makes of it.

`expected/<version>.yaml` holds for its version and every later one up to the next file. `MLPLAT_BLESS=1` writes the
files anew (never under CI).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from mlplat.catalog.lookup import load_tables
from mlplat.catalog.structural import check_structure
from mlplat.compiler.artifacts import ResolvedEnvironment
from tests.blessing import is_blessing
from tests.lower.build import environment

Lower = Callable[[ResolvedEnvironment], Iterable[Mapping[str, Any]]]


def questions(folder: Path) -> list[str]:
    """The names of all cases of a test folder."""
    return sorted(path.name for path in (folder / "cases").iterdir())


def render(bodies: Iterable[Mapping[str, Any]]) -> str:
    return "".join("---\n" + yaml.safe_dump(body, sort_keys=False, width=200, allow_unicode=True) for body in bodies)


def lowered(case: Path, component: str, versions: Iterable[str], lower: Lower) -> dict[str, str]:
    """Version to what is made of the case's input, oldest version first. Nothing of the input may change meanwhile."""
    text = (case / "input.yaml").read_text()
    return {version: render(lower(environment(text, **{component: version}))) for version in versions}


def check_golden(case: Path, made: Mapping[str, str]) -> None:
    """Compares with the expected files, or writes them under `MLPLAT_BLESS=1`."""
    if is_blessing():
        _bless(case / "expected", made)
    expected = ""
    for version, text in made.items():
        file = case / "expected" / f"{version}.yaml"
        expected = file.read_text() if file.exists() else expected
        assert text == expected, f"{case.name} with version {version}"
    known = {f"{version}.yaml" for version in made}
    assert {path.name for path in (case / "expected").iterdir()} <= known, "files of versions that are not tested"


def _bless(folder: Path, made: Mapping[str, str]) -> None:
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    previous = ""
    for version, text in made.items():
        if text != previous:
            (folder / f"{version}.yaml").write_text(text)
        previous = text


def problems(env: ResolvedEnvironment, bodies: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What the schemas of the environment's versions have against objects."""
    tables = load_tables(env.versions)
    for body in bodies:
        table = tables.lookup(body["apiVersion"], body["kind"])
        assert table is not None, f"no schema of {body['apiVersion']} {body['kind']}"
        yield from (f"{body['kind']} {problem.pointer}: {problem.message}" for problem in check_structure(body, table))


def empty_values(value: Any, at: str = "") -> Iterator[str]:
    """Places of nulls, empty texts, lists and maps: the API server drops them, so they are never emitted."""
    if value is None or value == "" or value == [] or value == {}:
        yield at
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from empty_values(child, f"{at}/{key}")
