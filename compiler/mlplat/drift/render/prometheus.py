"""The report as metrics in Prometheus' text format, for the textfile collector of a node exporter."""

from mlplat.drift.metrics import Actor, Measured, exposition
from mlplat.drift.report import DriftReport


def render(report: DriftReport, actor: Actor = lambda writer: "unknown" if writer.manager is None else "other") -> str:
    """One line for each kind, class and sort of writer, and the numbers of the comparison.

    Raises NoClusterError without `prometheus_client`.
    """
    measured = Measured(actor)
    measured.take(report)
    return exposition(measured).decode("utf-8")
