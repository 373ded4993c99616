"""The parts of `mlplat drift` that need a cluster, or tell how one is reached."""

import gc
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import click

from mlplat.cli.exit import CLEAN
from mlplat.cli.report import report
from mlplat.cluster.live import LiveState
from mlplat.cluster.watch import Mirror
from mlplat.drift.access import dump_commands, role_text
from mlplat.drift.continuous import Continuous, DeclaredSide
from mlplat.drift.deploy import Deploy, Form, manifests
from mlplat.drift.live import Access, compare_live, reach
from mlplat.drift.metrics import Measured, actor_of, exposition
from mlplat.drift.render.text import summary
from mlplat.drift.report import DriftReport
from mlplat.drift.serve import Pages, parse_address, serve
from mlplat.drift.sources import DriftError, Question, prepare
from mlplat.objects import yaml


def once(question: Question, access: Access) -> DriftReport:
    """One comparison with a cluster, with progress on a terminal. Raises DriftError and NoClusterError."""
    return compare_live(prepare(question), access, _progress())


def print_rbac(question: Question) -> int:
    """The ClusterRole that the comparison needs."""
    comparison = prepare(question)
    click.echo(role_text(question.environment, comparison.requests), nl=False)
    return CLEAN


def print_dump_commands(question: Question, access: Access, options: Sequence[str]) -> int:
    """The commands of kubectl that write a complete dump; `options` are those of the command that compares it."""
    kubeconfig = ("--kubeconfig", access.kubeconfig) if access.kubeconfig else ()
    context = ("--context", access.context) if access.context else ()
    root = str(Path(question.root).resolve())
    click.echo(dump_commands(root, options, prepare(question).requests, (*kubeconfig, *context)))
    return CLEAN


def print_deployment(question: Question, form: Form, image: str | None, namespace: str) -> int:
    """The manifests that run this in the cluster."""
    if image is None:
        raise click.UsageError("--deploy needs --image: one with mlplat[cluster] and git")
    comparison = prepare(question)
    if comparison.home is None or question.environment is None:
        raise click.UsageError("--deploy goes with --env: what runs in the cluster reads the platform's repository")
    what = Deploy(question.environment, form, image, namespace, comparison.home)
    click.echo("---\n".join(yaml.dump(body) for body in manifests(what, comparison.requests)), nl=False)
    return CLEAN


def watch(question: Question, access: Access, listen: str) -> int:
    """Compares until SIGTERM or SIGINT, which end it in the time of one comparison, and serves what it finds."""
    try:
        address = parse_address(listen)
    except ValueError as error:
        raise click.UsageError(f"--listen: {error}") from None
    gc.enable()  # which the command switched off, being short-lived: this one is not
    declared = DeclaredSide(lambda: prepare(question), _complain)
    caller = reach(declared.comparison, access)
    measured = Measured(actor_of(declared.comparison.settings.appliers), requests=caller.requests)
    mirror = Mirror(caller)
    declared.requested = mirror.start

    def compare(live: LiveState) -> DriftReport:
        started, begun = perf_counter(), datetime.now(UTC)
        return declared.compare(live).at(begun.strftime("%Y-%m-%dT%H:%M:%SZ"), perf_counter() - started)

    loop = Continuous(mirror, compare, measured, lambda report: click.echo(_line(report), err=True))
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        server = serve(address, Pages(lambda: exposition(measured), loop.alive, loop.ready.is_set))
    except OSError as error:
        raise click.ClickException(f"cannot listen on `{listen}`: {error.strerror}") from None
    click.echo(f"watching {caller.connection.server}, metrics on port {server.server_port}", err=True)
    mirror.start(declared.comparison.requests)
    loop.run(stop)
    mirror.stop()
    server.shutdown()
    return CLEAN


def _complain(error: DriftError) -> None:
    """What is wrong with the declared side now, in full: it stands in the log of whoever watches."""
    if error.findings:
        report(error.findings, error.sources, "full")
    click.echo(
        f"the declared side has errors, comparing with the one before{f': {error}' if str(error) else ''}", err=True
    )


def _line(report: DriftReport) -> str:
    return f"{report.started} {summary(report)}"


def _progress() -> Callable[[int, int], None]:
    """A line that is written over and over on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        return lambda done, of: None

    def tell(done: int, of: int) -> None:
        text = f"\rreading the cluster: {done} of {of} kinds" if done < of else "\r\x1b[K"
        click.echo(text, err=True, nl=False)

    return tell
