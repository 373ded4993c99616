"""Findings on their way to the user: in the format asked for, to the stream that fits it."""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, TextIO

import click

from mlplat.cli.exit import CLEAN, ERROR
from mlplat.diagnostics import Diagnostic, has_errors, near_misses

if TYPE_CHECKING:
    from mlplat.compiler.pipeline import Compiled

FORMATS = ("full", "concise", "json", "sarif", "github", "junit")
HUMAN = ("full", "concise")

format_option = click.option(
    "-o", "--output", "format_", type=click.Choice(FORMATS), default="full", help="How findings are written."
)


def report(findings: Sequence[Diagnostic], sources: Mapping[str, str], format_: str) -> int:
    """Print findings (human formats to stderr, machine formats to stdout) and return the exit status they call for."""
    renderer = import_module(f"mlplat.diagnostics.render.{format_}")
    if format_ == "full":
        text = renderer.render(findings, sources, color=wants_color(sys.stderr))
    else:
        text = renderer.render(findings, sources)
    if text and (findings or format_ not in HUMAN):
        click.echo(text, err=format_ in HUMAN, nl=not text.endswith("\n"))
    return ERROR if has_errors(findings) else CLEAN


def is_no_platform(findings: Iterable[Diagnostic]) -> bool:
    """True when there is no platform at all: then no name on the command line can be right or wrong."""
    return any(finding.code == "MLP014" and finding.primary is None for finding in findings)


def placed_findings(compiled: "Compiled") -> tuple[Diagnostic, ...]:
    """The findings of a compilation, those on objects at the lines of the specifications that decided them."""
    if not any(finding.address is not None for finding in compiled.findings):
        return compiled.findings
    from mlplat.provenance.placed import at_their_lines  # heavy: only for findings on objects

    return at_their_lines(compiled)


def require_known(what: str, written: Iterable[str], known: Iterable[str]) -> None:
    """Names given on the command line must be known ones: the first that is not ends the command, with a near miss."""
    names = sorted(known)
    for name in written:
        if name not in names:
            close = near_misses(name, names)
            hint = f"did you mean `{close[0]}`?" if close else f"there are: {', '.join(names) or 'none'}"
            raise click.ClickException(f"no {what} `{name}`; {hint}")


def wants_color(stream: TextIO) -> bool:
    """True for a terminal that can show colours and whose user has not refused them."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
