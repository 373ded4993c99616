"""What a comparison found as Prometheus metrics, in a registry of their own: for a text file and for `--watch`."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from typing import Any

from mlplat.cluster.connect import HOW_TO_INSTALL, NoClusterError
from mlplat.drift.managers import Appliers
from mlplat.drift.report import DriftClass, DriftReport, Writer

NameOfActor = Callable[[Writer], str]
"""What sort of writer it is: `person`, `applier`, `controller` or `unknown`."""


@dataclass(eq=False)
class Measured:
    """What is exposed. `requests` are all API requests so far, by verb and status; `last_success` is when everything
    was compared last, in seconds since 1970."""

    actor: NameOfActor
    report: DriftReport | None = None
    requests: Mapping[tuple[str, str], int] = field(default_factory=dict)
    last_success: float | None = None

    def take(self, report: DriftReport) -> None:
        """The newest comparison."""
        self.report = report
        if report.complete and report.started:
            self.last_success = datetime.fromisoformat(report.started.replace("Z", "+00:00")).timestamp()

    def collect(self) -> Iterable[Any]:
        """The metrics as of now; called by the registry each time it is read."""
        core = _client("prometheus_client.core")
        gauge, counter = core.GaugeMetricFamily, core.CounterMetricFamily
        requests = counter("mlplat_drift_api_requests", "Requests to the API server.", labels=("verb", "code"))
        for (verb, code), number in sorted(dict(self.requests).items()):  # other threads count meanwhile
            requests.add_metric((verb, code), number)
        yield requests
        report = self.report
        if report is None:
            return
        name = report.environment or ""
        findings = gauge("mlplat_drift_findings", "Differences.", labels=("environment", "kind", "class", "actor"))
        for labels, number in sorted(self._findings(report).items()):
            findings.add_metric((name, *labels), number)
        yield findings
        unread = gauge(
            "mlplat_drift_not_compared", "What could not be compared.", labels=("environment", "kind", "reason")
        )
        for labels, number in sorted(_unread(report).items()):
            unread.add_metric((name, *labels), number)
        yield unread
        yield from self._single(gauge, report, name)

    def _single(self, gauge: Any, report: DriftReport, name: str) -> Iterable[Any]:
        values = (
            ("mlplat_drift_objects", "Objects that are declared.", float(report.objects)),
            ("mlplat_drift_objects_in_sync", "Declared objects without a difference.", float(report.in_sync)),
            ("mlplat_drift_scan_seconds", "How long the last comparison took.", report.seconds),
            (
                "mlplat_drift_last_success_timestamp_seconds",
                "When everything could be compared last.",
                self.last_success,
            ),
        )
        for metric, text, value in values:
            if value is not None:
                family = gauge(metric, text, labels=("environment",))
                family.add_metric((name,), value)
                yield family

    def _findings(self, report: DriftReport) -> Counter[tuple[str, ...]]:
        drift = [finding for finding in report.findings if finding.cls is not DriftClass.NOT_COMPARABLE]
        return Counter((each.object.kind, str(each.cls), self.actor(each.writer)) for each in drift)


def _unread(report: DriftReport) -> Counter[tuple[str, ...]]:
    unread = [finding for finding in report.findings if finding.cls is DriftClass.NOT_COMPARABLE]
    return Counter((each.object.kind, each.reason or "other") for each in unread)


def actor_of(appliers: Appliers) -> NameOfActor:
    """What sort of writer a finding names, for the label `actor`."""

    def actor(writer: Writer) -> str:
        if writer.manager is None:
            return "unknown"
        return str(appliers.actor(writer.manager, writer.operation or "", writer.subresource))

    return actor


def registry(measured: Measured) -> Any:
    """A registry with these metrics and nothing else."""
    made = _client("prometheus_client").CollectorRegistry(auto_describe=False)
    made.register(measured)
    return made


def exposition(measured: Measured) -> bytes:
    """The metrics in Prometheus' text format."""
    text: bytes = _client("prometheus_client").generate_latest(registry(measured))
    return text


def _client(module: str) -> Any:
    try:
        return import_module(module)
    except ModuleNotFoundError:
        text = f"metrics need the package `prometheus_client`: {HOW_TO_INSTALL}"
        raise NoClusterError(text) from None
