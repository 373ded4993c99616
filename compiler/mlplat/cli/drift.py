"""`mlplat drift`: where a live cluster differs from what git declares."""

import gc
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Literal

import click

from mlplat.cli.drift_options import carried, refuse_contradictions
from mlplat.cli.exit import CLEAN, DIFFERENCES, ERROR, INCOMPLETE

if TYPE_CHECKING:
    from mlplat.drift.report import DriftReport
    from mlplat.drift.sources import Question

FORMATS = ("text", "json", "diff", "sarif", "junit", "markdown", "html", "prometheus")


@click.command()
@click.option("--env", "environment", metavar="ENV", help="Compare what this environment compiles to.")
@click.option("--declared", metavar="FILE|DIR|-", help="Compare these manifests instead; no platform is needed.")
@click.option("--at", "revision", metavar="REV", help="With --env: what this commit, branch or tag declares.")
@click.option("--live", metavar="FILE|DIR|-", help="Read a dump (`kubectl get -o yaml`) instead of the cluster.")
@click.option(
    "--kubeconfig", metavar="FILE", help="Of the cluster (else KUBECONFIG, ~/.kube/config, or the pod's own)."
)
@click.option("--context", metavar="NAME", help="Context of the kubeconfig (its current one if not given).")
@click.option("--any-cluster", is_flag=True, help="Also compare with a cluster that is not the environment's.")
@click.option("--confirm", is_flag=True, help="Ask the server what an apply would do (dry-run; needs `patch`).")
@click.option("--watch", "watching", is_flag=True, help="Go on comparing, and serve metrics.")
@click.option("--listen", metavar="HOST:PORT", default="127.0.0.1:9810", help="With --watch: where metrics are served.")
@click.option("--rbac", is_flag=True, help="Print the ClusterRole that this needs, and read nothing.")
@click.option("--dump-commands", is_flag=True, help="Print the kubectl commands that write a complete dump.")
@click.option("--deploy", type=click.Choice(("watch", "cron")), help="Print manifests that run this in the cluster.")
@click.option("--image", metavar="IMAGE", help="With --deploy: an image with mlplat[cluster] and git.")
@click.option("--deploy-namespace", metavar="NS", default="mlplat-drift", help="With --deploy: where it runs.")
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
@click.pass_context
def drift(context_: click.Context, /, format_: str, revision: str | None, **given: object) -> int:
    """Compare what is declared with what a cluster holds, and say who changed what. Reads only.

    Exit status 2 when something differs, 3 when nothing does and something could not be compared.
    """
    from mlplat.cluster.connect import NoClusterError  # nothing heavy by itself, but the rest of the command is
    from mlplat.drift.sources import DriftError, Question  # heavy: the schemas, perhaps the whole compiler

    refuse_contradictions(context_)
    root: str = context_.obj
    gc.disable()  # trees without cycles, kept until the end
    begun = datetime.now(UTC)
    asked = Asked(**{name: given.pop(name) for name in Asked.__annotations__})  # type: ignore[arg-type]
    question = Question(root=root, today=begun.date().isoformat(), **given)  # type: ignore[arg-type]
    if question.declared == question.live == "-":
        raise click.UsageError("--declared and --live cannot both be standard input")
    try:
        from mlplat.cli.drift_at import once_held, specifications_at  # as above

        once, lacking = once_held(root, question.environment) if question.environment is not None else ((), ())
        with specifications_at(root, revision) as specs:
            return _answered(replace(question, specs=specs, once=once, notes=lacking), asked, format_, begun)
    except NoClusterError as error:
        raise click.ClickException(str(error)) from None
    except DriftError as error:
        if error.findings:
            from mlplat.cli.report import report as print_findings  # only for what cannot be compared at all

            print_findings(error.findings, error.sources, "full")
            return ERROR
        raise click.ClickException(str(error)) from None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says of the cluster."""

    kubeconfig: str | None
    context: str | None
    any_cluster: bool
    confirm: bool
    watching: bool
    listen: str
    rbac: bool
    dump_commands: bool
    deploy: Literal["watch", "cron"] | None
    image: str | None
    deploy_namespace: str


def _answered(question: "Question", asked: Asked, format_: str, begun: datetime) -> int:
    started = time.perf_counter()
    if question.live is not None:
        from mlplat.drift.sources import answer  # as above

        report = answer(question)
    else:
        from mlplat.cli import drift_live  # only where a cluster is spoken of
        from mlplat.drift.live import Access

        access = Access(asked.kubeconfig, asked.context, asked.any_cluster, asked.confirm)
        if asked.rbac:
            return drift_live.print_rbac(question)
        if asked.dump_commands:
            return drift_live.print_dump_commands(question, access, carried(click.get_current_context()))
        if asked.deploy is not None:
            return drift_live.print_deployment(question, asked.deploy, asked.image, asked.deploy_namespace)
        if asked.watching:
            return drift_live.watch(question, access, asked.listen)
        report = drift_live.once(question, access)
    if question.environment is not None and question.specs is None:
        from mlplat.cli.drift_at import uncommitted  # runs git

        report = replace(report, notes=(*uncommitted(question.root), *report.notes))
    report = replace(report, notes=(*report.notes, *question.notes))
    timed = report.at(begun.strftime("%Y-%m-%dT%H:%M:%SZ"), time.perf_counter() - started)
    click.echo(import_module(f"mlplat.drift.render.{format_}").render(timed))
    return status_of(timed)


def status_of(report: "DriftReport") -> int:
    """The exit status that a report calls for."""
    drifted = any(finding.cls != "not-comparable" for finding in report.findings)
    return DIFFERENCES if drifted else CLEAN if report.complete else INCOMPLETE
