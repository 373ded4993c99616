"""Findings as text. Each module has `render(findings, sources) -> str`; this table is what a `--format` flag offers."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from mlplat.diagnostics.diagnostic import Diagnostic
from mlplat.diagnostics.render import concise, full, github, json, junit, sarif

Renderer = Callable[[Sequence[Diagnostic], Mapping[str, str]], str]

FORMATS: Mapping[str, Renderer] = MappingProxyType(
    {
        "full": full.render,
        "concise": concise.render,
        "json": json.render,
        "sarif": sarif.render,
        "github": github.render,
        "junit": junit.render,
    }
)
"""Name to renderer. `full` alone takes a third argument, `color`, and alone is for people (stderr)."""

__all__ = ["FORMATS", "Renderer", "concise", "full", "github", "json", "junit", "sarif"]
