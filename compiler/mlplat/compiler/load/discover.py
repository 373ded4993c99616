"""The only reader of the file system for specs: which files belong to a platform, and their text.

    platform.yaml                         the Platform document
    components/<name>/component.yaml      Component documents
    environments/<env>/**/*.yaml, *.yml   the documents of one environment
    environments/<env>/manifests/**       hand-written manifests, kept as raw text
    rules/**/*.yaml, *.yml                the Rule documents

Names that start with a dot are left out everywhere. Nothing here looks at what a document says: that is
`documents.py`.
"""

import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from mlplat.compiler.artifacts import SourceTree
from mlplat.compiler.load.documents import build_tree
from mlplat.diagnostics import Diagnostic, Label, Severity, Span

PLATFORM_FILE = "platform.yaml"
COMPONENT_FILE = "component.yaml"
MANIFESTS = "manifests"
RULES = "rules"
_YAML = (".yaml", ".yml")
_DOCUMENT = re.compile(rb"^[\"']?apiVersion[\"']?\s*:\s*[\"']?mlplat\.dev/", re.MULTILINE)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(slots=True, eq=False)
class SourceTexts:
    """The text of everything that belongs to a platform, before any of it is parsed; filled folder by folder.

    `platform`, `components`, `rules` and `layers` map paths (relative to the repository, with `/`) to text; `layers`
    has an entry for each folder of `environments/`, empty or not. `extras` maps each environment to its hand-written
    manifests, whose paths are relative to the environment's folder (`manifests/...`).
    """

    platform: dict[str, str] = field(default_factory=dict)
    components: dict[str, str] = field(default_factory=dict)
    layers: dict[str, dict[str, str]] = field(default_factory=dict)
    extras: dict[str, dict[str, str]] = field(default_factory=dict)
    rules: dict[str, str] = field(default_factory=dict)

    def by_path(self) -> dict[str, str]:
        """Every text by its path relative to the repository, sorted."""
        texts = {**self.platform, **self.components, **self.rules}
        for layer in self.layers.values():
            texts.update(layer)
        for environment, manifests in self.extras.items():
            texts.update({f"environments/{environment}/{path}": text for path, text in manifests.items()})
        return dict(sorted(texts.items()))


def load_tree(root: Path, kinds: frozenset[str]) -> tuple[SourceTree, tuple[Diagnostic, ...]]:
    """Everything written under `root`, and what is wrong with it.

    `kinds` are the kinds of document that exist. A document with a finding is left out of the tree, and so is a file
    that cannot be read.
    """
    texts, findings = read_sources(root)
    unread = frozenset(finding.primary.span.file for finding in findings if finding.primary is not None)
    tree, more = build_tree(
        {**texts.platform, **texts.components, **texts.rules}, texts.layers, texts.extras, kinds, unread
    )
    folders = component_folders(root)
    found = (*findings, *more)
    whole = replace(tree, sources=texts.by_path(), extras=texts.extras, folders=folders, unread=_unread_folders(found))
    return whole, found


def _unread_folders(findings: Iterable[Diagnostic]) -> frozenset[str]:
    """The folders of the files that have errors: `environments/prod`, `components`, `rules`."""
    files = {one.primary.span.file for one in findings if one.primary is not None and one.severity is Severity.ERROR}
    parts = (file.split("/") for file in files)
    return frozenset("/".join(part[:2]) if part[0] == "environments" else part[0] for part in parts)


def component_folders(root: Path) -> frozenset[str]:
    """Every folder below `components/`, relative to the repository, hidden ones left out; links are not followed."""
    found: set[str] = set()
    for here, names, _ in os.walk(os.path.join(root, "components")):
        names[:] = [name for name in names if not name.startswith(".")]
        below = os.path.relpath(here, root).replace(os.sep, "/")
        found.update(f"{below}/{name}" for name in names)
    return frozenset(found)


def read_sources(root: Path) -> tuple[SourceTexts, tuple[Diagnostic, ...]]:
    """The text of every file of the platform under `root`, and the files that cannot be read or lie in no place."""
    walk = _Walk(root)
    texts = SourceTexts()
    _read_platform(walk, texts)
    for folder in walk.entries("components"):
        if walk.is_folder(folder):
            _read_component(walk, texts, folder)
    _forgotten_components(walk)
    for folder in walk.entries("environments"):
        if walk.is_folder(folder):
            _read_environment(walk, texts, folder)
        elif folder.endswith(_YAML):
            walk.misplaced(folder, "lies in no environment", "move it into the folder of an environment")
    for path in walk.files(RULES):
        if path.lower().endswith(_YAML):
            walk.read_into(texts.rules, path, path)
    return texts, tuple(walk.findings)


def read_rule_texts(where: str) -> dict[str, str]:
    """The texts of a file with rules, or of all such files of a folder and below, by path as it was given.

    Raises OSError when something cannot be read, and ValueError when a file is not UTF-8.
    """
    path = Path(where)
    if not path.is_dir():
        return {path.as_posix(): path.read_text(encoding="utf-8-sig")}
    files = sorted(one for one in path.rglob("*") if one.suffix.lower() in _YAML and one.is_file())
    return {one.as_posix(): one.read_text(encoding="utf-8-sig") for one in files}


def _read_platform(walk: "_Walk", texts: SourceTexts) -> None:
    if walk.exists(PLATFORM_FILE):
        walk.read_into(texts.platform, PLATFORM_FILE, PLATFORM_FILE)
    elif walk.exists("platform.yml"):
        walk.misplaced("platform.yml", "is not read", f"rename it to `{PLATFORM_FILE}`")


def _read_component(walk: "_Walk", texts: SourceTexts, folder: str) -> None:
    path = f"{folder}/{COMPONENT_FILE}"
    if walk.exists(path):
        walk.read_into(texts.components, path, path)
    elif walk.exists(f"{folder}/component.yml"):
        walk.misplaced(f"{folder}/component.yml", "is not read", f"rename it to `{COMPONENT_FILE}`")


def _forgotten_components(walk: "_Walk") -> None:
    """Documents below `components/` that nobody reads, among the files of programs that lie there."""
    for path in walk.files_of_programs("components"):
        if re.fullmatch(r"components/[^/]+/component\.ya?ml", path) is None and walk.holds_document(path):
            walk.misplaced(
                path,
                "is not read, and holds a document of mlplat",
                "move a Component to `components/<name>/component.yaml`, else to the folder of an environment",
            )


def _read_environment(walk: "_Walk", texts: SourceTexts, folder: str) -> None:
    environment = folder.removeprefix("environments/")
    layer = texts.layers.setdefault(environment, {})
    manifests = f"{folder}/{MANIFESTS}"
    for path in walk.files(folder, skip=manifests):
        if path.lower().endswith(_YAML):
            walk.read_into(layer, path, path)
    if walk.exists(manifests) and walk.is_folder(manifests):
        extras = texts.extras.setdefault(environment, {})
        for path in walk.files(manifests):
            walk.read_into(extras, path.removeprefix(f"{folder}/"), path)


class _Walk:
    """Reads below one root; every refusal of the file system becomes a finding."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.real_root = os.path.realpath(root)
        self.findings: list[Diagnostic] = []

    def full(self, path: str) -> str:
        return os.path.join(self.root, path)

    def exists(self, path: str) -> bool:
        """True for anything by that name, a link to nowhere included."""
        return os.path.lexists(self.full(path))

    def entries(self, folder: str) -> list[str]:
        """Paths of what a folder holds, sorted, hidden names left out; nothing when there is no such folder."""
        if not self.exists(folder):
            return []
        try:
            names = sorted(entry.name for entry in os.scandir(self.full(folder)) if not entry.name.startswith("."))
        except OSError as error:
            self.unreadable(folder, error.strerror or "the folder cannot be listed", "make it a readable folder")
            return []
        paths = [f"{folder}/{name}" for name in names]
        for path in paths:
            if path != _printable(path):
                self.unreadable(path, "its name is not UTF-8", "rename it")
        return [path for path in paths if path == _printable(path)]

    def is_folder(self, path: str) -> bool:
        """True for a folder, and for a link to one inside the repository that does not lead back above itself."""
        return os.path.isdir(self.full(path)) and (not os.path.islink(self.full(path)) or self.link_is_sound(path))

    def link_is_sound(self, path: str) -> bool:
        """False, with a finding, for a link that leaves the repository, leads nowhere or leads in a circle."""
        target = os.path.realpath(self.full(path))
        if not os.path.exists(target):
            self.unreadable(path, "the link leads nowhere", "correct or delete the link")
        elif os.path.commonpath([target, self.real_root]) != self.real_root:
            self.unreadable(
                path,
                "the link leads out of the repository",
                "copy the file into the repository, so that every clone builds the same",
            )
        elif os.path.isdir(target) and f"{os.path.realpath(os.path.dirname(self.full(path)))}/".startswith(
            f"{target}/"
        ):
            self.unreadable(path, "the link leads to a folder that holds it", "delete the link")
        else:
            return True
        return False

    def files(self, folder: str, skip: str = "") -> list[str]:
        """Paths of all files below a folder, sorted; `skip` is a folder that is left out."""
        found: list[str] = []
        for path in self.entries(folder):
            if path == skip:
                continue
            if not os.path.isdir(self.full(path)):
                found.append(path)
            elif path.lower().endswith(_YAML):
                self.unreadable(path, "it is a folder with the name of a file", "rename the folder")
            elif self.is_folder(path):
                found.extend(self.files(path, skip))
        return found

    def files_of_programs(self, folder: str) -> list[str]:
        """Paths of the YAML files below a folder whose other files are none of ours, sorted; links are not followed,
        and what cannot be listed is left out."""
        found: list[str] = []
        for here, names, files in os.walk(self.full(folder)):
            names[:] = sorted(name for name in names if not name.startswith("."))
            below = os.path.relpath(here, self.root).replace(os.sep, "/")
            found += (f"{below}/{name}" for name in files if name.lower().endswith(_YAML) and name[0] != ".")
        return sorted(path for path in found if path == _printable(path))

    def holds_document(self, path: str) -> bool:
        """True for a file with the first line of a document of mlplat."""
        full = self.full(path)
        try:
            return os.path.isfile(full) and _DOCUMENT.search(Path(full).read_bytes()) is not None
        except OSError:
            return False

    def read_into(self, texts: dict[str, str], key: str, path: str) -> None:
        """Adds the text of a file, or a finding that says why there is none."""
        if os.path.islink(self.full(path)) and not self.link_is_sound(path):
            return
        try:
            mode = os.stat(self.full(path)).st_mode
            if not stat.S_ISREG(mode):
                what = "it is a folder" if stat.S_ISDIR(mode) else "it is not a regular file"
                self.unreadable(path, what, "replace it by a file")
                return
            content = Path(self.full(path)).read_bytes()
        except OSError as error:
            self.unreadable(path, error.strerror or str(error), "correct the owner or the permissions of the file")
            return
        try:
            texts[key] = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            self.not_utf8(path, content, error)

    def not_utf8(self, path: str, content: bytes, error: UnicodeDecodeError) -> None:
        """A finding that names the line of the first byte that is no UTF-8."""
        if content.startswith(_UTF16):
            self.unreadable(path, "it is UTF-16, not UTF-8", "save the file as UTF-8")
            return
        line = content.count(b"\n", 0, error.start) + 1
        self.unreadable(
            path, f"byte 0x{content[error.start]:02x} in line {line} is not UTF-8", "save the file as UTF-8"
        )

    def unreadable(self, path: str, why: str, help_text: str) -> None:
        """A file or folder that ought to be read and is not."""
        shown = _printable(path)
        self.findings.append(
            Diagnostic("MLP002", Severity.ERROR, f"cannot read `{shown}`: {why}", _whole(shown), help=help_text)
        )

    def misplaced(self, path: str, why: str, help_text: str) -> None:
        """A file that looks like a spec and is not read."""
        shown = _printable(path)
        self.findings.append(Diagnostic("MLP013", Severity.ERROR, f"`{shown}` {why}", _whole(shown), help=help_text))


def _whole(path: str) -> Label:
    return Label(Span(path, 1, 1, 1, 1))


def _printable(path: str) -> str:
    """A path whose bytes are not UTF-8, made fit for a message."""
    return os.fsencode(path).decode("utf-8", "replace")
