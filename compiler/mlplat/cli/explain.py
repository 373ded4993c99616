"""`mlplat explain`: the page of a code."""

import re
from importlib.resources import files
from pathlib import Path

import click

from mlplat.diagnostics import near_misses
from mlplat.diagnostics.codes import CODES


def page_of(code: str) -> str | None:
    """The page of a code, from the installed package or (in a checkout) from docs/errors; None when there is none."""
    packaged = files("mlplat.diagnostics") / "pages" / f"{code}.md"
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    checkout = Path(__file__).resolve().parents[3] / "docs" / "errors" / f"{code}.md"
    return checkout.read_text(encoding="utf-8") if checkout.is_file() else None


@click.command()
@click.argument("code", required=False)
def explain(code: str | None) -> int:
    """Print the page of a finding's CODE (`MLP201`, or its name `unknown-reference`); all codes when none is given."""
    if code is None:
        for entry in CODES.values():
            click.echo(f"{entry.code}  {entry.severity:8} {entry.slug:32} {entry.title}")
        return 0
    by_slug = {entry.slug: entry.code for entry in CODES.values()}
    wanted = by_slug.get(code.lower(), code.upper())
    text = page_of(wanted) if re.fullmatch(r"MLP\d{3}", wanted) else None
    if text is None:
        near = near_misses(code, [*CODES, *by_slug])
        hint = f"; did you mean `{near[0]}`?" if near else "; `mlplat explain` lists all"
        raise click.ClickException(f"there is no code `{code}`{hint}")
    click.echo(text.rstrip())
    return 0
