"""`mlplat drift`: where a live cluster differs from what git declares."""

import gc
import time
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING

import click

from mlplat.cli.exit import CLEAN, DIFFERENCES, ERROR, INCOMPLETE

if TYPE_CHECKING:
    from mlplat.drift.report import DriftReport

FORMATS = ("text", "json", "diff", "sarif", "junit", "markdown", "html", "prometheus")


@click.command()
@click.option("--env", "environment", metavar="ENV", help="Compare what this environment compiles to.")
@click.option("--declared", metavar="FILE|DIR|-", help="Compare these manifests instead; no platform is needed.")
@click.option("--live", metavar="FILE|DIR|-", help="Read a dump (`kubectl get -o yaml`) instead of the cluster.")
@click.option("--complete", is_flag=True, help="With --live: a kind that is not in the dump has no objects.")
@click.option(
    "--applier",
    "appliers",
    multiple=True,
    metavar="NAME[:Apply|:Update]",
    help="Field manager whose writes are those of the GitOps tool; may be repeated.",
)
@click.option("--tracking-label", metavar="KEY=VALUE", help="Label by which orphans are known.")
@click.option("--namespace", default="default", metavar="NS", help="Of namespaced manifests that name none.")
@click.option("--crds", metavar="FILE|DIR", help="CustomResourceDefinitions to compare by.")
@click.option("--versions", metavar="COMPONENT=VERSION,...", help="With --declared: component versions.")
@click.option("--release", metavar="RELEASE", help="With --declared: the Kubeflow release (newest if not given).")
@click.option("--kubernetes", metavar="VERSION", help="With --declared: the Kubernetes version (newest if not given).")
@click.option(
    "-o", "--output", "format_", type=click.Choice(FORMATS), default="text", help="How the report is written."
)
@click.pass_obj
def drift(root: str, /, format_: str, **given: object) -> int:
    """Compare what is declared with what a cluster holds, and say who changed what. Reads only.

    Exit status 2 when something differs, 3 when nothing does and something could not be compared.
    """
    from mlplat.drift.sources import DriftError, Question, answer  # heavy: the schemas, perhaps the whole compiler

    gc.disable()  # trees without cycles, kept until the end
    started = time.perf_counter()
    begun = datetime.now(UTC)
    question = Question(root=root, today=begun.date().isoformat(), **given)  # type: ignore[arg-type]
    try:
        report = answer(question)
    except DriftError as error:
        if error.findings:
            from mlplat.cli.report import report as print_findings  # only for what cannot be compared at all

            print_findings(error.findings, error.sources, "full")
            return ERROR
        raise click.ClickException(str(error)) from None
    timed = report.at(begun.strftime("%Y-%m-%dT%H:%M:%SZ"), time.perf_counter() - started)
    click.echo(import_module(f"mlplat.drift.render.{format_}").render(timed))
    return status_of(timed)


def status_of(report: "DriftReport") -> int:
    """The exit status that a report calls for."""
    drifted = any(finding.cls != "not-comparable" for finding in report.findings)
    return DIFFERENCES if drifted else CLEAN if report.complete else INCOMPLETE
