"""What is remembered of an earlier build is never seen in what comes out: neither in files nor in words."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from benchmarks.synthetic import write_platform
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlplat.cache import folder as cache_files
from mlplat.cache.folder import MOST_ENTRIES, cache_folder, read_entry, write_entry
from mlplat.cli.build import build

JOB = "environments/base/team-0000/training.yaml"
SERVICES = "environments/base/team-0000/services.yaml"


def said(root: Path, cache: Path | None, *options: str) -> tuple[int, str]:
    """Exit status and words of one build, without how long it took."""
    variables = {"MLPLAT_CACHE": "off"} if cache is None else {"XDG_CACHE_HOME": str(cache), "MLPLAT_CACHE": ""}
    result = CliRunner().invoke(build, options, obj=str(root), env=variables, standalone_mode=False)
    assert result.exception is None, result.exception
    return result.return_value, re.sub(r"\(\d+\.\d s\)", "", result.output)


def tree(root: Path) -> dict[str, bytes]:
    generated = root / "generated"
    return {str(p.relative_to(generated)): p.read_bytes() for p in sorted(generated.rglob("*")) if p.is_file()}


def _replace(path: str, old: str, new: str, keep_time: bool = False) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        file = root / path
        if not file.exists():
            return
        before = file.stat()
        text = file.read_text()
        # Back and forth, so that any sequence of edits does something.
        file.write_text(text.replace(old, new, 1) if old in text else text.replace(new, old, 1))
        if keep_time:
            os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))

    return edit


def _touch(root: Path) -> None:
    os.utime(root / JOB)


def _delete_override(root: Path) -> None:
    (root / "environments/env-1/team-0000.yaml").unlink(missing_ok=True)


def _manifest(root: Path) -> None:
    file = root / "environments/env-0/manifests/extra.yaml"
    file.parent.mkdir(exist_ok=True)
    count = file.read_text().count("---") if file.exists() else 0
    with file.open("a") as out:
        out.write(f"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: extra-{count}, namespace: team-0000}}\n")


def _edit_generated(root: Path) -> None:
    files = sorted((root / "generated").rglob("*.yaml"))
    if files:
        files[0].write_text(files[0].read_text() + "# by hand\n")


def _delete_generated(root: Path) -> None:
    files = sorted((root / "generated").rglob("*.yaml"))
    if files:
        files[-1].unlink()


def _add_generated(root: Path) -> None:
    (root / "generated").mkdir(exist_ok=True)
    (root / "generated/mine.txt").write_text("mine")


def _rule(root: Path, name: str = "other") -> None:
    file = root / f"rules/{name}.yaml"
    file.parent.mkdir(exist_ok=True)
    code = "ACME001" if name == "other" else "ACME002"
    file.write_text(
        f"apiVersion: mlplat.dev/v1alpha1\nkind: Rule\nmetadata: {{name: {name}}}\nspec:\n  code: {code}\n"
        "  severity: warning\n  match: {kinds: [Namespace]}\n  expression: object.metadata.name != 'a'\n"
        "  message: is called a\n"
    )


def _empty_folder(root: Path) -> None:
    (root / "components/train/src").mkdir(exist_ok=True)


EDITS: dict[str, Callable[[Path], None]] = {
    "a value": _replace(JOB, "epochs: 10", "epochs: 99"),
    "a value of the same length, with the old time": _replace(JOB, "value: group-0", "value: group-9", keep_time=True),
    "a misspelled field": _replace(SERVICES, "maxReplicas", "maxReplicaz"),
    "a warning": _replace(JOB, "nodes: 2", "nodes: 1"),
    "the platform": _replace("platform.yaml", "registry.example.com", "registry.example.org"),
    "an environment": _replace("environments/env-1/environment.yaml", '"1.34"', '"1.33"'),
    "nothing but the time": _touch,
    "an override goes": _delete_override,
    "a manifest comes": _manifest,
    "a generated file is edited": _edit_generated,
    "a generated file goes": _delete_generated,
    "a foreign file comes": _add_generated,
    "a folder of a component comes": _empty_folder,
    "a rule comes": _rule,
    "a rule is changed": _replace("rules/group.yaml", "!= 'a'", "== 'a'", keep_time=True),
    "a rule becomes an error": _replace("rules/group.yaml", "severity: warning", "severity: error"),
}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("platform")
    write_platform(root, teams=1, environments=2)
    _rule(root, "group")
    return root


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(sorted(EDITS)), st.booleans()), min_size=1, max_size=5))
def test_any_sequence_of_edits_builds_what_a_cold_build_builds(platform: Path, edits: list[tuple[str, bool]]) -> None:
    with TemporaryDirectory() as scratch:
        root, cache = Path(scratch, "warm"), Path(scratch, "cache")
        shutil.copytree(platform, root)
        said(root, cache)
        for name, force in edits:
            EDITS[name](root)
            cold = Path(scratch, "cold")
            shutil.copytree(root, cold)
            for options in (("--check",), ("--check",), ("--force",) if force else (), ("--check",), ()):
                assert said(root, cache, *options) == said(cold, None, *options), (name, options)
                assert tree(root) == tree(cold), (name, options)
            shutil.rmtree(cold)


@pytest.fixture
def built(platform: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A built platform whose result is remembered, and its cache."""
    root, cache = tmp_path / "platform", tmp_path / "cache"
    shutil.copytree(platform, root)
    assert said(root, cache)[0] == 0
    return root, cache


def _no_compilation(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("compiled")

    monkeypatch.setattr("mlplat.compiler.pipeline.compile_platform", refuse)


def test_an_unchanged_platform_is_not_compiled_again(built: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    expected = said(built[0], None, "--check"), said(built[0], None)
    _no_compilation(monkeypatch)
    assert (said(*built, "--check"), said(*built)) == expected


@pytest.mark.parametrize("edit", sorted(set(EDITS) - {"nothing but the time"}))
def test_every_edit_is_seen(edit: str, built: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    EDITS[edit](built[0])
    _no_compilation(monkeypatch)
    with pytest.raises(AssertionError, match="compiled"):
        said(*built, "--check")


def test_a_touched_file_is_read_and_not_compiled(built: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    _touch(built[0])
    _no_compilation(monkeypatch)
    assert said(*built, "--check")[0] == 0


def test_a_variable_of_ours_is_an_input(built: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLPLAT_KUSTOMIZE", "/elsewhere/kubectl")
    _no_compilation(monkeypatch)
    with pytest.raises(AssertionError, match="compiled"):
        said(*built, "--check")


def test_what_kustomize_makes_is_never_remembered(built: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    root, cache = built
    folder = root / "environments/env-0/manifests"
    folder.mkdir()
    (folder / "kustomization.yaml").write_text("resources: [extra.yaml]\n")
    (folder / "extra.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: team-0000}\n")
    if said(root, cache)[0]:
        pytest.skip("no kustomize here")
    _no_compilation(monkeypatch)
    with pytest.raises(AssertionError, match="compiled"):
        said(root, cache, "--check")


def _entries(cache: Path) -> list[Path]:
    return sorted((cache / "mlplat").iterdir())


@pytest.mark.parametrize(
    "damage",
    [lambda b: b[: len(b) // 2], lambda b: b"", lambda b: b"\xff" + b[1:], lambda b: b[:-3] + b"}}}", lambda b: b"{}"],
    ids=["cut", "empty", "head", "tail", "other"],
)
def test_a_damaged_entry_is_no_entry(built: tuple[Path, Path], damage: Callable[[bytes], bytes]) -> None:
    root, cache = built
    (entry,) = _entries(cache)
    entry.write_bytes(damage(entry.read_bytes()))
    assert said(root, cache, "--check") == said(root, None, "--check")


def test_an_entry_of_another_form_is_no_entry(built: tuple[Path, Path]) -> None:
    root, cache = built
    (entry,) = _entries(cache)
    stored = read_entry(str(entry.parent), entry.name)
    for key in ("inputs", "digests", "output", "manifest", "outcome"):
        write_entry(str(entry.parent), entry.name, {**stored, key: 7})
        assert said(root, cache, "--check") == said(root, None, "--check")


def test_a_cache_that_cannot_be_written_is_none(built: tuple[Path, Path], tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "mlplat").write_text("a file where the folder should be")
    assert said(built[0], blocked) == said(built[0], None)


def test_only_the_user_can_read_it(built: tuple[Path, Path]) -> None:
    (entry,) = _entries(built[1])
    assert entry.stat().st_mode & 0o777 == 0o600
    assert entry.parent.stat().st_mode & 0o777 == 0o700


def test_it_is_never_in_the_repository(tmp_path: Path) -> None:
    root = os.path.realpath(tmp_path)
    assert cache_folder({"XDG_CACHE_HOME": f"{root}/cache"}, root) is None
    assert cache_folder({"XDG_CACHE_HOME": f"{root}/cache"}, f"{root}/platform") == f"{root}/cache/mlplat"
    assert cache_folder({"HOME": f"{root}/me", "XDG_CACHE_HOME": "relative"}, "/other") == f"{root}/me/.cache/mlplat"
    assert cache_folder({"MLPLAT_CACHE": "off", "HOME": root}, "/other") is None


def test_the_entries_that_were_not_used_longest_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = str(tmp_path / "cache")
    for number in range(MOST_ENTRIES + 3):
        write_entry(folder, f"entry-{number:03}", number)
        os.utime(tmp_path / "cache" / f"entry-{number:03}", ns=(number, number))
    assert read_entry(folder, "entry-003") == 3  # used now
    write_entry(folder, "last", "last")
    kept = {path.name for path in (tmp_path / "cache").iterdir()}
    assert len(kept) == MOST_ENTRIES
    assert {"entry-003", "last"} <= kept
    assert "entry-004" not in kept
    monkeypatch.setattr(cache_files, "MOST_BYTES", 500)
    write_entry(folder, "large", "x" * 300)
    assert sum(path.stat().st_size for path in (tmp_path / "cache").iterdir()) <= 500


def test_several_processes_at_once(built: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    root, cache = built
    EDITS["a value"](root)
    command = [sys.executable, "-m", "mlplat.cli", "-C", str(root), "build"]
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache), "MLPLAT_CACHE": ""}
    running = [subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    for process in running:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    assert said(root, cache, "--check")[0] == 0
    assert not [path for path in _entries(cache) if path.name.startswith(".new-")]
