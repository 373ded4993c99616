"""Model serving and what observes it.

Sources: KServe 0.16.0 and 0.20.0, tried on a real control plane in `tests/control_plane/test_impact.py`.
"""

from collections.abc import Mapping

from mlplat.catalog.products import PARTS
from mlplat.diff.impact.effect import Edit, Effect, Impact
from mlplat.diff.impact.rows import KindRows, Row, row
from mlplat.diff.impact.storage import NEW
from mlplat.diff.impact.workloads import STARTS

_KSERVE = "KServe 0.20.0 `pkg/controller/v1beta1/inferenceservice`"
_COPIED = f"{_KSERVE}/utils: labels and annotations go to the pods"
_SCALING = ("minReplicas", "maxReplicas", "scaleTarget", "scaleMetric", "scaleMetricType", "autoScaling")
_ROLL = "its pods are replaced; the old ones serve until the new ones are ready"
_OBSERVES = Effect(Impact.NOTHING, "what is measured or alerted; nothing that runs is touched", "Prometheus Operator")


def _step(edit: Edit) -> Effect | None:
    """A whole part of a service that appears or goes."""
    if len(edit.path) != 2:
        return None
    if edit.difference.removed:
        # Seen with KServe 0.20.0: the Deployment of a transformer that goes stays, ready or not.
        why = "requests no longer go through it; KServe leaves its Deployment running until somebody deletes it"
        return Effect(Impact.SERVING_INTERRUPTION, why, _KSERVE)
    return Effect(Impact.SERVING_INTERRUPTION, "requests go through it as soon as its pods are ready", _KSERVE)


def _least(edit: Edit) -> Effect:
    if edit.difference.new == 0:
        return Effect(Impact.SERVING_INTERRUPTION, "nothing runs until a request comes, which waits for it", _KSERVE)
    return Effect(Impact.SCALED, "pods are added or taken away; the others are not touched", _KSERVE)


_RUNTIME = KindRows(
    NEW,
    Effect(Impact.SERVING_INTERRUPTION, "services that use it cannot be reconciled any more", _KSERVE),
    (row("spec/**", Impact.ROLLING_RESTART, "services that use it get other pods", _KSERVE),),
)

ROWS: Mapping[tuple[str, str], KindRows] = {
    ("serving.kserve.io", "InferenceService"): KindRows(
        STARTS,
        Effect(Impact.SERVING_INTERRUPTION, "its pods end", "garbage collection by owner"),
        (
            *(Row(f"spec/{step}", _step) for step in PARTS),
            *(Row(f"spec/{step}/minReplicas", _least) for step in PARTS),
            *(
                row(f"spec/{step}/{field}/**", Impact.SCALED, "other numbers of pods", _KSERVE)
                for step in PARTS
                for field in _SCALING
            ),
            *(
                row(f"spec/{step}/canaryTrafficPercent", Impact.SCALED, "requests are shared out otherwise", _KSERVE)
                for step in PARTS
            ),
            *(row(f"spec/{step}/**", Impact.ROLLING_RESTART, _ROLL, _KSERVE) for step in PARTS),
            row("metadata/labels/*", Impact.ROLLING_RESTART, f"the label goes to its pods: {_ROLL}", _COPIED),
            row("metadata/annotations/*", Impact.ROLLING_RESTART, f"the annotation goes to its pods: {_ROLL}", _COPIED),
        ),
    ),
    ("serving.kserve.io", "ServingRuntime"): _RUNTIME,
    ("serving.kserve.io", "ClusterServingRuntime"): _RUNTIME,
    ("serving.kserve.io", "InferenceGraph"): KindRows(
        STARTS,
        Effect(Impact.SERVING_INTERRUPTION, "its router ends", "garbage collection by owner"),
        (row("spec/**", Impact.ROLLING_RESTART, "its router is replaced", _KSERVE),),
    ),
    **{
        ("monitoring.coreos.com", kind): KindRows(
            _OBSERVES, _OBSERVES, (row("spec/**", Impact.NOTHING, _OBSERVES.why, _OBSERVES.source),)
        )
        for kind in ("PrometheusRule", "ServiceMonitor", "PodMonitor", "Probe")
    },
    **{
        ("grafana.integreatly.org", kind): KindRows(
            _OBSERVES, _OBSERVES, (row("spec/**", Impact.NOTHING, "what is shown", "Grafana Operator"),)
        )
        for kind in ("GrafanaDashboard", "GrafanaDatasource", "GrafanaFolder")
    },
}
