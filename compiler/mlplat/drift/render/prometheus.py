"""The report as metrics in Prometheus' text format, for the textfile collector of a node exporter."""

from mlplat.drift.managers import parse_appliers
from mlplat.drift.metrics import Measured, NameOfActor, actor_of, exposition
from mlplat.drift.report import DriftReport


def render(report: DriftReport, actor: NameOfActor | None = None) -> str:
    """One line for each kind, class and sort of writer, and the numbers of the comparison.

    `actor` says what sort of writer it is; by default by the usual appliers. Raises NoClusterError without
    `prometheus_client`.
    """
    measured = Measured(actor or actor_of(parse_appliers(())))
    measured.take(report)
    return exposition(measured).decode("utf-8")
