"""`mlplat explain`: the page of a code, or where something that is generated comes from."""

import re
import sys
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlplat.cli.exit import CLEAN, ERROR
from mlplat.cli.explain_rule import line_of, own_rules_of, page_of_rule
from mlplat.cli.explain_words import why_not, within
from mlplat.cli.report import is_no_platform, report, require_known, wants_color
from mlplat.diagnostics import Severity, near_misses
from mlplat.diagnostics.codes import CODES

if TYPE_CHECKING:
    from mlplat.provenance.questions import Place, Questions

GENERATED = "generated/"


def page_of(code: str) -> str | None:
    """The page of a code, from the installed package or (in a checkout) from docs/errors; None when there is none."""
    packaged = files("mlplat.diagnostics") / "pages" / f"{code}.md"
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    checkout = Path(__file__).resolve().parents[3] / "docs" / "errors" / f"{code}.md"
    return checkout.read_text(encoding="utf-8") if checkout.is_file() else None


@click.command()
@click.argument("what", required=False, metavar="[CODE | FILE[:LINE] | ENV]")
@click.argument("which", required=False, metavar="[KIND/NAME]")
@click.argument("pointer", required=False, metavar="[POINTER]")
@click.option("-o", "--output", "format_", type=click.Choice(("full", "json")), default="full", help="How it is told.")
@click.pass_obj
def explain(root: str | None, what: str | None, which: str | None, pointer: str | None, format_: str) -> int:
    """Print the page of a finding, or say which line of the specifications decided what is generated.

    \b
    mlplat explain                                    all codes
    mlplat explain MLP201                             the page of a code (or of its name, `unknown-reference`)
    mlplat explain ACME001                            the same of a rule of your own, in `rules/`
    mlplat explain generated/.../x.yaml[:12] [POINTER]  what decided a file, a line of it, a field
    mlplat explain prod TrainJob/mnist [POINTER]      the same of an object of an environment
    mlplat explain environments/prod/x.yaml:12        what a line of the specifications reaches
    """
    if what is None:
        own = own_rules_of(Path(root or "."))
        for entry in CODES.values():
            click.echo(f"{entry.code}  {entry.severity:8} {entry.slug:32} {entry.title}")
        for rule in own.rules if own is not None else ():
            click.echo(line_of(rule))
        return CLEAN
    if which is None and re.search(r"\.ya?ml(:[\d:]*)?$", what) is None:
        return _page(Path(root or "."), what)
    return _origin(Path(root or "."), (what, which, pointer), format_)


def _page(root: Path, code: str) -> int:
    by_slug = {entry.slug: entry.code for entry in CODES.values()}
    wanted = by_slug.get(code.lower(), code.upper())
    text = page_of(wanted) if re.fullmatch(r"MLP\d{3}", wanted) else None
    if text is None:
        own = own_rules_of(root)
        known = {one.document.spec.code: one for one in own.rules} if own is not None else {}
        named = {one.name: one for one in known.values()}
        rule = known.get(wanted) or named.get(code)
        if rule is not None:
            click.echo(page_of_rule(rule))
            return CLEAN
        near = near_misses(code, [*CODES, *by_slug, *known, *named])
        misread = why_not(root, code)
        if misread is not None and not near:
            raise click.ClickException(misread)
        hint = f"; did you mean `{near[0]}`?" if near else "; `mlplat explain` lists all"
        raise click.ClickException(f"there is no code `{code}`{hint}")
    click.echo(text.rstrip())
    return CLEAN


def _origin(root: Path, words: tuple[str, str | None, str | None], format_: str) -> int:
    from mlplat.compiler.pipeline import compile_platform  # heavy: the whole compiler
    from mlplat.provenance.questions import ConstantError, MisledError, Questions, place_of
    from mlplat.provenance.text import origins_json

    place = place_of(words[0])
    compiled = compile_platform(root)
    if is_no_platform(compiled.findings):
        return report(compiled.findings, compiled.source.sources, "full")
    if place is None:
        require_known("environment", [words[0]], compiled.source.layers)
    missing = compiled.environments.keys() - compiled.objects.keys() if place is not None else {words[0]}
    if not compiled.objects or (place is None and missing - compiled.objects.keys()):
        report([one for one in compiled.findings if one.severity is Severity.ERROR], compiled.source.sources, "full")
        click.echo("nothing can be explained until these errors are mended", err=True)
        return ERROR
    try:
        click.echo(_answer(root, Questions(compiled), place, words, format_), nl=format_ == "json")
    except ConstantError as constant:
        click.echo(origins_json([]) if format_ == "json" else str(constant), nl=format_ != "json")
    except MisledError as misled:
        raise click.ClickException(str(misled)) from None
    return CLEAN


def _answer(
    root: Path, questions: "Questions", place: "Place | None", words: tuple[str, str | None, str | None], format_: str
) -> str:
    from mlplat.provenance import text

    sources = questions.compiled.source.sources
    if place is None:
        answers = questions.about_object(words[0], words[1] or "", words[2])
    else:
        file = within(root, place.file)
        if not file.startswith(GENERATED):
            if place.line is None:
                raise click.ClickException(f"give a line, as in `{file}:1`, to be told what it reaches")
            reached, others = questions.reached_from(file, place.line), questions.overridden(file, place.line)
            if format_ == "json":
                return text.reaches_json(reached, others)
            return text.reaches_text(f"{file}:{place.line}", reached, others)
        answers = questions.about_file(file.removeprefix(GENERATED), _read(root, file, questions), place.line, words[1])
    if format_ == "json":
        return text.origins_json(answers)
    return text.origins_text(answers, sources, wants_color(sys.stdout))


def _read(root: Path, file: str, questions: "Questions") -> str:
    """What stands in a generated file; lines of an old one are told to be old."""
    tree = questions.compiled.tree
    fresh = tree.files.get(file.removeprefix(GENERATED)) if tree is not None else None
    try:
        text = (root / file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        if fresh is None:
            raise click.ClickException(f"cannot read `{file}`, and no build writes it") from None
        return fresh
    if fresh is not None and text != fresh:
        click.echo(f"note: `{file}` is not what the specifications compile to; lines are those of the file", err=True)
    return text
