import os
import signal
import subprocess
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from threading import Thread

import pytest

from mlplat.compiler.artifacts import FileTree
from mlplat.compiler.emit import swap
from mlplat.compiler.emit.disk import Filler
from mlplat.compiler.emit.findings import stale_findings
from mlplat.compiler.emit.write import WriteReport, compare_tree, write_tree
from tests.unprivileged import own_folder, without_rights

ROOT = Path(__file__).parents[2]
OLD = FileTree({"base/u/a.yaml": "a: 1\n", "base/u/b.yaml": "b: 1\n", "overlays/dev/u/c.yaml": "c: 1\n"})
NEW = FileTree({"base/u/a.yaml": "a: 1\n", "base/u/b.yaml": "b: 2\n", "overlays/prod/u/d.yaml": "d: 1\n"})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "platform" / "generated"
    assert write_tree(folder, OLD).findings == ()
    return folder


def files(folder: Path) -> dict[str, str]:
    found = sorted(path for path in folder.rglob("*") if path.is_file() or path.is_symlink())
    return {str(path.relative_to(folder)): path.read_text() for path in found if path.name != ".mlplat"}


def codes(report: WriteReport) -> list[str]:
    return [finding.code for finding in report.findings]


def test_changed_files_are_written_stale_ones_go_and_the_others_are_not_touched(root: Path) -> None:
    before = (root / "base/u/a.yaml").stat()
    report = write_tree(root, NEW)
    assert files(root) == NEW.files
    assert report.written == ("base/u/b.yaml", "overlays/prod/u/d.yaml")
    assert report.removed == ("overlays/dev/u/c.yaml",)
    assert report.unchanged == ("base/u/a.yaml",)
    after = (root / "base/u/a.yaml").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert not (root / "overlays/dev").exists()
    assert [path.name for path in root.parent.iterdir()] == ["generated"]


def test_the_manifest_is_one_that_sha256sum_reads(root: Path) -> None:
    done = subprocess.run(["sha256sum", "--check", "--strict", ".mlplat"], cwd=root, capture_output=True, check=False)
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 3)


def test_a_second_write_does_nothing_at_all(root: Path) -> None:
    before = {path: path.stat().st_ctime_ns for path in root.rglob("*")}
    report = write_tree(root, OLD)
    assert (report.written, report.removed, len(report.unchanged)) == ((), (), 3)
    assert {path: path.stat().st_ctime_ns for path in root.rglob("*")} == before


@pytest.mark.parametrize("path", ["base/u/a.yaml", "base/u/b.yaml", "overlays/dev/u/c.yaml"])
def test_a_file_changed_by_hand_stops_the_build(root: Path, path: str) -> None:
    (root / path).write_text("x: mine\n")
    before = files(root)
    report = write_tree(root, NEW)
    assert (codes(report), files(root)) == (["MLP501"], before)
    assert report.findings[0].primary is not None
    assert report.findings[0].primary.span.file == f"generated/{path}"
    forced = write_tree(root, NEW, force=True)
    assert [finding.severity for finding in forced.findings] == ["warning"]
    assert files(root) == NEW.files


def make_file(root: Path) -> None:
    (root / "base/u/notes.txt").write_text("mine")


def make_link(root: Path) -> None:
    (root / "base/link").symlink_to("/etc")


def make_link_in_place_of_a_file(root: Path) -> None:
    (root / "base/u/a.yaml").unlink()
    (root / "base/u/a.yaml").symlink_to(root.parent / "outside.yaml")


def make_folder_in_place_of_a_file(root: Path) -> None:
    (root / "base/u/b.yaml").unlink()
    (root / "base/u/b.yaml").mkdir()
    (root / "base/u/b.yaml/x").write_text("mine")


@pytest.mark.parametrize("make", [make_file, make_link, make_link_in_place_of_a_file, make_folder_in_place_of_a_file])
def test_what_no_build_wrote_stops_the_build(root: Path, make: Callable[[Path], None]) -> None:
    outside = root.parent / "outside.yaml"
    outside.write_text("a: 1\n")
    make(root)
    assert codes(write_tree(root, NEW)) == ["MLP502"]
    assert codes(write_tree(root, NEW, force=True)) == ["MLP502"]
    assert files(root) == NEW.files
    assert not any(path.is_symlink() for path in root.rglob("*"))
    assert outside.read_text() == "a: 1\n"
    assert Path("/etc/passwd").exists()


def test_files_without_a_manifest_are_nobodys_unless_they_are_right(root: Path) -> None:
    (root / ".mlplat").unlink()
    assert codes(write_tree(root, OLD)) == []
    (root / ".mlplat").unlink()
    (finding,) = write_tree(root, NEW).findings
    assert finding.code == "MLP506"
    assert "`generated/.mlplat` is missing" in finding.headline
    assert "`base/u/b.yaml`, `overlays/dev/u/c.yaml`" in finding.notes[0]
    assert finding.help is not None
    assert "git checkout generated/.mlplat" in finding.help
    assert codes(write_tree(root, NEW, force=True)) == ["MLP506"]
    assert files(root) == NEW.files


def test_files_of_a_folder_in_which_nothing_was_built_are_foreign(tmp_path: Path) -> None:
    (tmp_path / "generated").mkdir()
    (tmp_path / "generated/notes.txt").write_text("mine")
    assert codes(write_tree(tmp_path / "generated", NEW)) == ["MLP502"]


@pytest.mark.parametrize("damage", ["cut off", "not UTF-8", "another program's"])
def test_a_damaged_manifest_is_said_to_be_one(root: Path, damage: str) -> None:
    manifest = root / ".mlplat"
    lines = manifest.read_bytes().splitlines(keepends=True)
    spoilt = {"cut off": lines[1][:40], "not UTF-8": b"\xff\xfe\n", "another program's": b"[core]\n"}[damage]
    manifest.write_bytes(lines[0] + spoilt)
    before = files(root)
    (finding,) = write_tree(root, NEW).findings
    assert (finding.code, files(root)) == ("MLP506", before)
    assert "`generated/.mlplat` is damaged" in finding.headline
    assert finding.primary is not None
    assert (finding.primary.span.file, finding.primary.span.line) == ("generated/.mlplat", 2)
    assert [one.severity for one in write_tree(root, NEW, force=True).findings] == ["warning"]
    assert files(root) == NEW.files
    assert compare_tree(root, NEW) == ()


def test_a_damaged_manifest_is_mended_when_nothing_is_in_doubt(root: Path) -> None:
    sound = (root / ".mlplat").read_text()
    (root / ".mlplat").write_text(sound + "what is this\n")
    assert [item.path for item in compare_tree(root, OLD)] == [".mlplat"]
    assert codes(write_tree(root, OLD)) == []
    assert (root / ".mlplat").read_text() == sound


def test_git_keeps_its_own_files(root: Path) -> None:
    (root / ".gitattributes").write_text("* -text\n")
    (root / "base/.gitkeep").write_text("")
    assert codes(write_tree(root, NEW)) == []
    assert (root / ".gitattributes").read_text() == "* -text\n"
    assert (root / "base/.gitkeep").exists()
    assert compare_tree(root, NEW) == ()


def test_a_scope_leaves_everything_else_as_it_is(root: Path) -> None:
    (root / "overlays/dev/u/c.yaml").write_text("x: mine\n")
    report = write_tree(root, FileTree({"base/u/b.yaml": "b: 2\n"}), scope=["base"])
    assert (report.removed, codes(report)) == (("base/u/a.yaml",), [])
    assert files(root) == {"base/u/b.yaml": "b: 2\n", "overlays/dev/u/c.yaml": "x: mine\n"}
    assert codes(write_tree(root, NEW)) == ["MLP501"]


def test_generated_as_a_link_or_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "generated").symlink_to("elsewhere")
    assert codes(write_tree(tmp_path / "generated", OLD)) == ["MLP503"]
    assert list((tmp_path / "elsewhere").iterdir()) == []
    (tmp_path / "file").write_text("x")
    assert codes(write_tree(tmp_path / "file", OLD)) == ["MLP503"]


def test_a_write_that_fails_half_way_leaves_the_old_tree(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Filler, path: str, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Filler, "write", full)
    report = write_tree(root, NEW)
    assert codes(report) == ["MLP503"]
    assert "no space left" in report.findings[0].headline
    assert files(root) == OLD.files
    assert [path.name for path in root.parent.iterdir()] == ["generated"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.parametrize("atomic", [True, False], ids=["exchange", "two renames"])
def test_a_kill_at_any_system_call_leaves_the_old_tree_or_the_new(tmp_path: Path, atomic: bool) -> None:
    seen = set()
    for step in range(200):
        root = tmp_path / f"{atomic}{step}" / "generated"
        write_tree(root, OLD)
        killed = killed_at(step, root, atomic)
        if root.exists():
            held = files(root)
            assert held in (OLD.files, NEW.files)
            seen.add("old" if held == OLD.files else "new")
        else:
            assert not atomic  # until the next command looks
        assert write_tree(root, OLD).findings == ()
        assert files(root) == OLD.files
        assert [path.name for path in root.parent.iterdir()] == ["generated"]
        if not killed:
            assert seen == {"old", "new"}
            return
    pytest.fail("the write never came to its end")


def killed_at(step: int, root: Path, atomic: bool) -> bool:
    """Write NEW in a process of its own that is killed before that system call; False when it came to its end."""
    child = os.fork()
    if child == 0:
        try:
            kill_before(step, atomic)
            write_tree(root, NEW)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def kill_before(step: int, atomic: bool) -> None:
    """In this process, make the system call number `step` of those that change a file system the last."""
    left = iter(range(step))

    def watched(real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **options: object) -> object:
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **options)

        return call

    for name in ("link", "mkdir", "open", "rename", "rmdir", "unlink"):
        setattr(os, name, watched(getattr(os, name)))
    swap._exchange = watched(swap._exchange) if atomic else lambda one, other: False  # type: ignore[assignment]


def test_a_file_that_git_merged_line_by_line_is_overwritten_only_by_force(tmp_path: Path) -> None:
    root = tmp_path / "generated"
    write_tree(root, OLD)
    ours = (root / ".mlplat").read_text()
    write_tree(root, NEW)
    (root / ".mlplat").write_text(f"<<<<<<< HEAD\n{ours}=======\n{(root / '.mlplat').read_text()}>>>>>>> theirs\n")
    (root / "base/u/a.yaml").write_text("a: 1\nboth: 1\n")
    assert codes(write_tree(root, NEW)) == ["MLP501"]
    assert codes(write_tree(root, NEW, force=True)) == ["MLP501"]
    assert compare_tree(root, NEW) == ()


def test_links_that_a_file_system_does_not_have_are_copies(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(swap, "_exchange", lambda one, other: False)
    assert write_tree(root, NEW).findings == ()
    assert files(root) == NEW.files


def test_compare_reads_only_and_shows_what_a_build_would_change(root: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    found = {item.path: item for item in compare_tree(root, NEW)}
    assert {path: item.kind for path, item in found.items()} == {
        ".mlplat": "stale",
        "base/u/b.yaml": "stale",
        "overlays/dev/u/c.yaml": "extra",
        "overlays/prod/u/d.yaml": "missing",
    }
    assert found["base/u/b.yaml"].diff.splitlines()[-2:] == ["-b: 1", "+b: 2"]
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before
    assert compare_tree(root, OLD) == ()
    assert {item.code for item in stale_findings(compare_tree(root, NEW))} == {"MLP504"}
    assert len(compare_tree(root / "nowhere", NEW)) == 4


def test_who_reads_while_others_build_sees_files_of_one_build(tmp_path: Path) -> None:
    folder = tmp_path / "generated"
    trees = [FileTree({f"base/u/{name}.yaml": f"a: {value}\n" for name in range(40)}) for value in (1, 2)]
    write_tree(folder, trees[0])
    writer = Thread(target=lambda: [write_tree(folder, trees[turn % 2]) for turn in range(60)])
    writer.start()
    seen = set()
    while writer.is_alive():
        seen.add(len(compare_tree(folder, trees[0])))
    writer.join()
    assert seen <= {0, 41}, "none of the 40 files and their manifest differ, or all do"


def test_compare_says_what_a_build_would_refuse_to_replace(root: Path) -> None:
    (root / "base/u/b.yaml").write_text("b: mine\n")
    (root / "base/u/notes.txt").write_text("mine")
    found = {finding.headline: finding.help for finding in stale_findings(compare_tree(root, OLD))}
    assert [(text, "--force" in (cure or "")) for text, cure in found.items()] == [
        ("`generated/base/u/b.yaml` was changed by hand, or merged line by line", True),
        ("`generated/base/u/notes.txt` is not a file that mlplat wrote", True),
    ]
    stale = stale_findings(compare_tree(root, NEW))
    assert [finding.help for finding in stale if "overlays" in finding.headline] == [
        "run `mlplat build` and commit the result"
    ] * 2


def test_a_long_diff_is_cut_short(root: Path) -> None:
    tree = FileTree({**OLD.files, "base/u/b.yaml": "".join(f"b{number}: 1\n" for number in range(100))})
    (found,) = (item for item in compare_tree(root, tree, lines=5) if item.path == "base/u/b.yaml")
    assert len(found.diff.splitlines()) == 6
    assert found.diff.endswith("more lines")


@pytest.mark.parametrize("driver", [True, False], ids=["driver that keeps ours", "no driver"])
def test_two_branches_that_conflict_are_rebuilt_after_their_merge(tmp_path: Path, driver: bool) -> None:
    root = tmp_path / "generated"

    def git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
        name = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main"]
        return subprocess.run(["git", *name, *arguments], cwd=tmp_path, capture_output=True, check=False)

    def commit(tree: dict[str, str]) -> None:
        assert write_tree(root, FileTree(tree)).findings == ()
        git("add", "-A")
        assert git("commit", "-qm", "x").returncode == 0

    git("init", "-q")
    if driver:
        (tmp_path / ".gitattributes").write_bytes((ROOT / ".gitattributes").read_bytes())
        git("config", "merge.mlplat.driver", "true")
    commit({"a": "1\n", "gone": "1\n"})
    git("checkout", "-qb", "theirs")
    commit({"a": "2\n", "theirs": "1\n", "gone": "1\n"})
    git("checkout", "-q", "main")
    commit({"a": "3\n", "ours": "1\n"})
    merged = git("merge", "-q", "theirs", "-m", "merge")
    assert (merged.returncode == 0) == driver
    final = {"a": "4\n", "theirs": "1\n", "ours": "1\n"}
    assert write_tree(root, FileTree(final)).findings == ()
    assert files(root) == final
    expected = "".join(f"{sha256(text.encode()).hexdigest()}  {path}\n" for path, text in sorted(final.items()))
    assert (root / ".mlplat").read_text() == expected


def test_a_folder_that_may_not_be_written_to_leaves_nothing_behind() -> None:
    with own_folder() as home:
        generated = home / "generated"
        write_tree(generated, FileTree({"a/b/x.yaml": "1\n", "c/y.yaml": "1\n"}))
        for here, _, _ in os.walk(generated, topdown=False):
            os.chmod(here, 0o500)
        report: WriteReport = without_rights(
            home, lambda: write_tree(generated, FileTree({"a/b/x.yaml": "2\n", "c/y.yaml": "1\n"}))
        )
        assert (report.findings, report.written) == ((), ("a/b/x.yaml",))
        assert (generated / "a/b/x.yaml").read_text() == "2\n"
        assert [path.name for path in home.iterdir()] == ["generated"]


@pytest.mark.parametrize("name", [".generated.mlplat-new", ".generated.mlplat-old"])
def test_what_an_earlier_build_left_is_cleared_away_or_named(name: str) -> None:
    def build() -> WriteReport:
        return write_tree(home / "generated", FileTree({"x.yaml": "1\n"}))

    with own_folder() as home:
        (home / name / "a/b").mkdir(parents=True)
        (home / name / "a/b/x.yaml").write_text("old\n")
        (home / name / "a/b").chmod(0o500)
        (home / "generated").mkdir()
        assert without_rights(home, build).findings == ()
        assert [path.name for path in home.iterdir()] == ["generated"]


@pytest.mark.skipif(os.geteuid() != 0, reason="another user's folder can be made by root only")
def test_a_leftover_of_another_user_is_named() -> None:
    def build() -> WriteReport:
        return write_tree(home / "generated", FileTree({"x.yaml": "1\n"}))

    with own_folder() as home:
        (home / ".generated.mlplat-new/a").mkdir(parents=True)
        found = without_rights(home, build, but=".generated.mlplat-new").findings
        assert [one.code for one in found] == ["MLP503"]
        assert "`.generated.mlplat-new`, which an earlier build left here" in found[0].headline
        assert "rm -r .generated.mlplat-new" in (found[0].help or "")
