"""CustomResourceDefinitions from files: only those that define a kind that is asked for are parsed."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlplat.objects.go_yaml import parse_values
from mlplat.objects.texts import MANIFEST_SUFFIXES

_DEFINITION = b"CustomResourceDefinition"


@dataclass(frozen=True, slots=True)
class GivenCrd:
    """One CustomResourceDefinition, and the file it stands in."""

    file: str
    crd: dict[str, Any]

    @property
    def group_kind(self) -> tuple[str, str]:
        """Group and kind that it defines."""
        return str(self.crd["spec"].get("group")), str(self.crd["spec"]["names"].get("kind"))


def read_crds(where: str, kinds: Iterable[tuple[str, str]]) -> list[GivenCrd]:
    """The definitions of some (group, kind) in a file or in a folder and below; other files are only looked through.

    Raises OSError when something cannot be read, ValueError when a file that defines one of them is no YAML.
    """
    path = Path(where)
    files = [path] if path.is_file() else sorted(one for one in path.rglob("*") if one.suffix in MANIFEST_SUFFIXES)
    if not path.exists():
        raise FileNotFoundError(2, "no such file or folder", where)
    wanted = set(kinds)
    if not wanted:
        return []
    # No word boundary in front: the search then jumps from one `kind` to the next.
    mention = re.compile(rb"""kind["']?\s*:\s*["']?(?:%s)\b""" % b"|".join(sorted(kind.encode() for _, kind in wanted)))
    groups = sorted({group for group, _ in wanted})
    found = []
    for file in files:
        data = file.read_bytes()
        if _DEFINITION in data and mention.search(data) and any(group.encode() in data for group in groups):
            found += [one for one in _definitions(file, data) if one.group_kind in wanted]
    return found


def _definitions(file: Path, data: bytes) -> list[GivenCrd]:
    try:
        text = data.decode("utf-8-sig")
        documents: Sequence[Any] = [json.loads(text)] if text.lstrip()[:1] == "{" else parse_values(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{file.as_posix()} is not well-formed: {' '.join(str(error).split())}") from error
    found = []
    for document in documents:
        items = document.get("items") if isinstance(document, dict) and document.get("kind") == "List" else [document]
        for crd in items if isinstance(items, list) else ():
            spec = crd.get("spec") if isinstance(crd, dict) else None
            named = isinstance(spec, dict) and isinstance(spec.get("names"), dict)
            if named and crd.get("kind") == "CustomResourceDefinition":
                found.append(GivenCrd(file.as_posix(), crd))
    return found
