"""What a case tells: which objects are declared, who applied them, and what happened to them since.

`story.yaml` of a case:

    tells: one sentence
    applier: mlplat                 # field manager of the server-side apply; `client-side` for kubectl's older way
    before: [objects]               # what must be there already, and is not part of the case
    steps:                          # in stages of one step each; all cases do a stage before any does the next
    - {by: kubectl-edit, patch: Deployment/web, with: [{op: add, path: /metadata/labels/a, value: b}]}
    - {by: kubectl-edit, merge: ConfigMap/c, with: {data: {a: b}}}
    - {by: kubectl, scale: Deployment/web, to: 5}
    - {by: kubectl, apply: {an object, or part of one}}          # `client-side`: kubectl's older way
    - {by: kubectl-create, create: {an object}}
    - {delete: ConfigMap/c}
    - {wait: PyTorchJob/train, for: /spec/template}      # until a controller has written there
    read: [Kind]                    # kinds of the dump beside those of the case's objects
    drop: [Kind]                    # kinds that the dump lacks
    without: [managedFields]        # fields of metadata that the dump lacks
    options: [--complete]           # of the command line
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Story:
    """One case: its folder and what `story.yaml` says."""

    folder: Path
    text: Mapping[str, Any]

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def declared(self) -> list[dict[str, Any]]:
        """The declared objects as kubectl would send them."""
        with (self.folder / "declared.yaml").open(encoding="utf-8") as stream:
            return [body for body in yaml.load_all(stream, Loader=_LOADER) if body]

    @property
    def steps(self) -> list[dict[str, Any]]:
        return list(self.text.get("steps") or ())

    @property
    def options(self) -> list[str]:
        return [str(option) for option in self.text.get("options") or ()]


def stories(root: Path = HERE) -> Iterator[Story]:
    """All cases, by name."""
    for path in sorted(root.glob("*/story.yaml")):
        yield Story(path.parent, yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER))
