"""The live side of a comparison from a running cluster: once, or again and again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mlplat.cluster.address import is_other_server
from mlplat.cluster.caller import Caller
from mlplat.cluster.connect import NoClusterError, connect
from mlplat.cluster.live import LiveState
from mlplat.cluster.reader import ClusterReader
from mlplat.diagnostics import Diagnostic, Severity
from mlplat.drift.confirm import confirmed
from mlplat.drift.report import DriftReport, ObjectName
from mlplat.drift.sources import Comparison, DriftError


@dataclass(frozen=True, slots=True)
class Access:
    """How the command line reaches the cluster."""

    kubeconfig: str | None = None
    context: str | None = None
    any_cluster: bool = False
    confirm: bool = False


def reach(comparison: Comparison, access: Access) -> Caller:
    """The cluster; raises DriftError with MLP706 where there is none to be reached, and with MLP707 when it is not the
    one of the environment."""
    try:
        connection = connect(access.kubeconfig, access.context)
    except NoClusterError as error:
        headline, _, cure = str(error).partition("; ")
        raise DriftError(findings=(Diagnostic("MLP706", Severity.ERROR, headline, help=cure or _CURE),)) from None
    if not access.any_cluster and is_other_server(comparison.server, connection.server):
        headline = f"the kubeconfig leads to {connection.server}, the environment is on {comparison.server}"
        cure = "name another cluster by --context, or compare with this one by --any-cluster"
        raise DriftError(findings=(Diagnostic("MLP707", Severity.ERROR, headline, help=cure),))
    return Caller(connection)


_CURE = "name the cluster by --kubeconfig and --context, or read a dump of it by --live"


def compare_live(comparison: Comparison, access: Access, progress: Callable[[int, int], None]) -> DriftReport:
    """One comparison with the cluster. Raises DriftError."""
    caller = reach(comparison, access)
    state = ClusterReader(caller, progress=progress).read(comparison.requests)
    report = comparison.report(state)
    return confirm(report, comparison, state, caller) if access.confirm else report


def confirm(report: DriftReport, comparison: Comparison, state: LiveState, caller: Caller) -> DriftReport:
    """The report with what an apply would do, as far as the server says."""
    declared = {item.name: item.body for item in comparison.declared.objects}
    return confirmed(report, caller, declared, {_name(body): body for body in state.objects})


def _name(body: Mapping[str, Any]) -> ObjectName:
    metadata = body["metadata"]
    return ObjectName(body["apiVersion"], body["kind"], metadata.get("namespace"), metadata["name"])
