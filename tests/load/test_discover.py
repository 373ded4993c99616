"""From a folder to a tree of documents: what is read, what is refused, and that no file system brings a traceback."""

import os
from pathlib import Path

import pytest

from mlplat.compiler.artifacts import SourceTree
from mlplat.compiler.load import load_tree, read_sources
from mlplat.diagnostics import Diagnostic
from mlplat.diagnostics.render import full
from tests.casefile import Case, check_case, read_cases
from tests.unprivileged import own_folder, without_rights

CASES = Path(__file__).parent / "cases" / "tree.txt"
KINDS = frozenset(("Component", "Environment", "ModelService", "Platform", "Queue", "Team", "TrainingJob"))


def write(root: Path, text: str) -> None:
    """Writes the files of a case: each `# file: PATH` starts one, `# link: PATH -> TARGET` is a symbolic link."""
    current: Path | None = None
    for line in text.splitlines(keepends=True):
        if line.startswith("# file: "):
            current = root / line.removeprefix("# file: ").strip()
            current.parent.mkdir(parents=True, exist_ok=True)
            current.write_text("")
        elif line.startswith("# link: "):
            path, _, target = line.removeprefix("# link: ").strip().partition(" -> ")
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).symlink_to(target)
        elif line.startswith("# folder: "):
            (root / line.removeprefix("# folder: ").strip()).mkdir(parents=True)
        elif current is not None:
            with current.open("a", encoding="utf-8", newline="") as file:
                file.write(line)


def load(root: Path, text: str) -> tuple[SourceTree, tuple[Diagnostic, ...]]:
    write(root, text)
    return load_tree(root, KINDS)


@pytest.mark.parametrize("case", read_cases(CASES), ids=lambda case: case.title)
def test_what_is_said_about(case: Case, tmp_path: Path) -> None:
    def answer(text: str) -> str:
        tree, findings = load(tmp_path / "repository", text)
        return full.render(findings, tree.sources)

    (tmp_path / "outside.yaml").write_text("a: 1\n")
    (tmp_path / "repository").mkdir()
    check_case(CASES, case, answer)


PLATFORM = "apiVersion: mlplat.dev/v1alpha1\nkind: Platform\nmetadata: {name: acme}\n"
ENVIRONMENT = "apiVersion: mlplat.dev/v1alpha1\nkind: Environment\nmetadata: {name: %s}\n"
GOOD = f"""\
# file: platform.yaml
{PLATFORM}
# file: README.md
nothing to read here
# file: components/train/component.yaml
apiVersion: mlplat.dev/v1alpha1
kind: Component
metadata: {{name: train}}
# file: components/train/train.yaml
not: read
# file: components/notes.txt
# file: environments/README.md
# file: environments/prod/environment.yaml
{ENVIRONMENT % "prod"}
# file: environments/prod/teams/nlp.yml
apiVersion: mlplat.dev/v1alpha1
kind: Team
metadata: {{name: nlp}}
---
apiVersion: mlplat.dev/v1alpha1
kind: Queue
metadata: {{name: batch}}
# file: environments/prod/teams/deep/train.YAML
apiVersion: mlplat.dev/v1alpha1
kind: Component
metadata: {{name: train}}
# file: environments/prod/.draft.yaml
not: read
# file: environments/prod/.old/x.yaml
not: read
# file: environments/prod/manifests/extra.yaml
kind: {{{{ anything }}}}
# file: environments/prod/manifests/files/settings.ini
[a]
# file: environments/dev/environment.yaml
{ENVIRONMENT % "dev"}
# link: environments/dev/shared.yaml -> ../prod/teams/nlp.yml
"""


def test_a_repository_is_read_by_its_layout(tmp_path: Path) -> None:
    tree, findings = load(tmp_path, GOOD)
    assert findings == ()
    assert tree.platform is not None
    assert tree.platform.name == "acme"
    assert [(document.kind, document.name) for document in tree.components] == [("Component", "train")]
    assert {name: [f"{d.kind}/{d.name}" for d in layer] for name, layer in tree.layers.items()} == {
        "dev": ["Environment/dev", "Team/nlp", "Queue/batch"],
        "prod": ["Environment/prod", "Component/train", "Team/nlp", "Queue/batch"],
    }
    assert list(tree.layers) == ["dev", "prod"]
    assert tree.extras == {
        "prod": {"manifests/extra.yaml": "kind: {{ anything }}\n", "manifests/files/settings.ini": "[a]\n"}
    }
    assert tree.layers["prod"][2].node.at(("metadata", "name")).span[:2] == ("environments/prod/teams/nlp.yml", 3)  # type: ignore[union-attr]
    assert tree.sources["environments/prod/manifests/extra.yaml"] == "kind: {{ anything }}\n"
    assert list(tree.sources) == sorted(tree.sources)


def test_the_order_of_the_file_system_does_not_matter(tmp_path: Path) -> None:
    blocks = [f"# {block.rstrip()}\n" for block in ("\n" + GOOD).split("\n# ")[1:]]
    write(tmp_path / "a", "".join(blocks))
    write(tmp_path / "b", "".join(reversed(blocks)))
    assert repr(load_tree(tmp_path / "a", KINDS)) == repr(load_tree(tmp_path / "b", KINDS))


def test_texts_are_decoded_once_without_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "platform.yaml").write_bytes(b"\xef\xbb\xbf" + PLATFORM.encode().replace(b"\n", b"\r\n"))
    texts, findings = read_sources(tmp_path)
    assert findings == ()
    assert texts.platform["platform.yaml"].startswith("apiVersion")
    tree, findings = load_tree(tmp_path, KINDS)
    assert findings == ()
    assert tree.platform is not None
    assert tree.platform.node.span.column == 1


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"a: \xff\n", "byte 0xff in line 1 is not UTF-8"),
        (b"a: 1\nb: \xe9t\xe9\n", "byte 0xe9 in line 2 is not UTF-8"),
        ("a: 1\n".encode("utf-16"), "it is UTF-16, not UTF-8"),
    ],
)
def test_a_file_that_is_not_utf8_is_a_finding(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "platform.yaml").write_bytes(content)
    _, [finding] = load_tree(tmp_path, KINDS)
    assert (finding.code, finding.headline) == ("MLP002", f"cannot read `platform.yaml`: {why}")


def test_a_file_without_permission_is_a_finding() -> None:
    with own_folder() as home:
        (home / "platform.yaml").write_text(PLATFORM)
        (home / "platform.yaml").chmod(0)
        assert without_rights(home, lambda: [one.code for one in load_tree(home, KINDS)[1]]) == ["MLP002"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_named_pipe_is_a_finding_and_nothing_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "platform.yaml")
    _, [finding] = load_tree(tmp_path, KINDS)
    assert "not a regular file" in finding.headline


def test_a_name_that_is_not_utf8_can_be_shown(tmp_path: Path) -> None:
    folder = tmp_path / "environments" / "dev"
    folder.mkdir(parents=True)
    (tmp_path / "platform.yaml").write_text(PLATFORM)
    (folder / "environment.yaml").write_text(ENVIRONMENT % "dev")
    try:
        Path(os.fsdecode(os.fsencode(folder) + b"/\xff.yaml")).write_text("a: 1\n")
    except OSError:
        pytest.skip("the file system takes only UTF-8 names")
    tree, findings = load_tree(tmp_path, KINDS)
    assert [finding.code for finding in findings] == ["MLP002"]
    assert full.render(findings, tree.sources).encode()


def test_a_folder_that_does_not_exist_is_a_repository_without_a_platform(tmp_path: Path) -> None:
    tree, [finding] = load_tree(tmp_path / "nowhere", KINDS)
    assert (tree.platform, tree.layers, finding.code) == (None, {}, "MLP014")


@pytest.mark.parametrize("name", ["environments/dev", "environments/dev/deep"])
def test_a_folder_without_permission_is_one_finding(name: str) -> None:
    def codes() -> list[tuple[str, str]]:
        return [(one.code, one.headline) for one in load_tree(home, KINDS)[1]]

    with own_folder() as home:
        write(home, f"# file: platform.yaml\n{PLATFORM}# file: environments/dev/deep/environment.yaml\n")
        (home / name).chmod(0)
        assert without_rights(home, codes) == [("MLP002", f"cannot read `{name}`: Permission denied")]
