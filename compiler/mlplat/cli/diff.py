"""`mlplat diff`: what a change does to the platform, for a reviewer and for a gate."""

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import click

from mlplat.cli.exit import CLEAN, DIFFERENCES, ERROR, INCOMPLETE
from mlplat.cli.report import report as report_findings
from mlplat.cli.report import require_known, wants_color
from mlplat.diagnostics import has_errors, near_misses
from mlplat.diff.asked import Asked

if TYPE_CHECKING:
    from mlplat.diff.report import DiffReport
    from mlplat.diff.state import State

UNCOMPILED = "MLP804"
FORMATS = ("text", "json", "markdown", "github", "html")


@click.command()
@click.option("--against", metavar="REV", help="The old state: a revision (where this branch left the main branch).")
@click.option("--to", metavar="REV", help="The new state: a revision (the working tree).")
@click.option("--env", "environments", multiple=True, metavar="ENV", help="Only this environment; may be repeated.")
@click.option("--with", "other", metavar="ENV", help="Compare the one environment of --env with this one.")
@click.option("--manifests", nargs=2, metavar="OLD NEW", help="Compare two files or folders of manifests.")
@click.option("--versions", metavar="COMPONENT=VERSION,...", help="With --manifests: component versions.")
@click.option("--release", metavar="RELEASE", help="With --manifests: the Kubeflow release (newest if not given).")
@click.option("--kubernetes", metavar="VERSION", help="With --manifests: the Kubernetes version (newest if not given).")
@click.option("--fail-on", metavar="IMPACT,...", help="Exit 1 when a change has one of these impacts.")
@click.option("--exit-code", is_flag=True, help="Exit 2 when anything differs.")
@click.option("-o", "--output", "format_", type=click.Choice(FORMATS), default="text", help="How it is written.")
@click.pass_obj
def diff(
    root: str,
    against: str | None,
    to: str | None,
    environments: tuple[str, ...],
    other: str | None,
    manifests: tuple[str, str] | None,
    versions: str | None,
    release: str | None,
    kubernetes: str | None,
    fail_on: str | None,
    exit_code: bool,
    format_: str,
) -> int:
    """Say what a change does: every difference of the compiled objects, its impact, and the line that caused it.

    Compares the working tree with where this branch left the main branch, or with --against REV; two revisions
    (--against REV --to REV); two environments (--env staging --with prod); or two folders of manifests, for which no
    platform is needed. Exit status 1 with --fail-on, 2 with --exit-code, 3 when something could not be compared.
    """
    gates = _gates(fail_on)
    asked = Asked(root, against, to, environments, other, manifests, (versions or "", release, kubernetes))
    _refuse_contradictions(asked)
    from mlplat.diff.compare import compare_states  # heavy: the whole compiler
    from mlplat.diff.read.git import RefusedError
    from mlplat.diff.read.states import states

    try:
        old, new = states(asked)
    except RefusedError as refused:
        return report_findings([refused.finding], {}, "full")
    except (OSError, ValueError) as error:
        raise click.ClickException(_words(error)) from error
    _require_environments(asked, old, new)
    if _report_findings(old, new) == ERROR:
        return ERROR
    found = compare_states(old, new, across=other is not None)
    renderer = import_module(f"mlplat.diff.render.{format_}")
    click.echo(
        renderer.render(found, wants_color(sys.stdout)) if format_ == "text" else renderer.render(found), nl=False
    )
    return _status(found, gates, exit_code)


def _refuse_contradictions(asked: Asked) -> None:
    if asked.manifests and (asked.against or asked.to or asked.environments or asked.other):
        raise click.UsageError("--manifests goes with none of --against, --to, --env, --with")
    given = zip(("--versions", "--release", "--kubernetes"), asked.versions, strict=True)
    alone = next((name for name, value in given if value), None)
    if alone is not None and not asked.manifests:
        raise click.UsageError(f"{alone} goes with --manifests: a platform names its versions itself")
    if asked.other and len(asked.environments) != 1:
        raise click.UsageError("--with needs exactly one --env to compare with")
    if asked.other and asked.against:
        raise click.UsageError("--with compares environments of one state: name its revision with --to")


def _require_environments(asked: Asked, old: "State", new: "State") -> None:
    known = {name for state in (old, new) for name in state.known}
    named = (*asked.environments, *((asked.other,) if asked.other else ()))
    require_known("environment", named, known)


def _report_findings(old: "State", new: "State") -> int:
    """What keeps a state from being compared. Other warnings are for `check` to tell."""
    status = CLEAN
    for state in (old, new):
        told = [found for found in state.findings if has_errors([found]) or found.code == UNCOMPILED]
        if told:
            status = max(status, report_findings(told, state.sources, "full"))
    return status


def _gates(text: str | None) -> frozenset[str]:
    if text is None:
        return frozenset()
    from mlplat.diff.impact.effect import Impact  # only with --fail-on

    known = [str(impact) for impact in Impact]
    wanted = [part.strip() for part in text.split(",") if part.strip()]
    if not wanted:
        raise click.UsageError("--fail-on names no impact, so it would refuse nothing: an empty variable?")
    for name in wanted:
        if name not in known:
            close = near_misses(name, known)
            hint = f"did you mean `{close[0]}`?" if close else f"there are: {', '.join(known)}"
            raise click.UsageError(f"--fail-on: no impact `{name}`; {hint}")
    return frozenset(wanted)


def _status(found: "DiffReport", gates: frozenset[str], exit_code: bool) -> int:
    hit = [str(impact) for impact in found.impacts() if str(impact) in gates]
    if hit:
        click.echo(f"refused by --fail-on: {', '.join(hit)}", err=True)
        return ERROR
    if not found.complete:
        return INCOMPLETE
    return DIFFERENCES if exit_code and found.changes else CLEAN


def _words(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"cannot read `{error.filename or os.curdir}`: {(error.strerror or str(error)).lower()}"
    return str(error)
