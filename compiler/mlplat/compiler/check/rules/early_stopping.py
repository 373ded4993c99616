"""Early stopping with settings that its service refuses, or with metrics that it never sees.

Only the collector that reads text stops a trial (kubeflow/katib `cmd/metricscollector/v1beta1/file-metricscollector`,
0.16 to 0.19): it serves the kinds StdOut and File.
"""

from collections.abc import Iterable

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.katib_settings import MEDIAN_STOP
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.setting_findings import judge_settings
from mlplat.compiler.check.wording import named
from mlplat.schema.tuning import TuningExperiment


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """Findings on the stopping rule of each experiment that has one."""
    for experiment in env.all(TuningExperiment):
        stopping = experiment.document.spec.early_stopping
        if stopping is None:
            continue
        path = ("spec", "earlyStopping")
        yield from judge_settings(experiment, path, stopping.algorithm, stopping.settings, MEDIAN_STOP)
        kind = experiment.document.spec.metrics_collector.kind
        if kind not in ("StdOut", "File"):
            yield Found(
                experiment,
                ("spec", "metricsCollector", "kind"),
                f"no trial of {named(experiment)} would be stopped early with the collector {kind}",
                "does not stop trials",
                secondary=(experiment.label(path, "wants to stop trials"),),
                help="use `StdOut` or `File`, or delete `earlyStopping`",
            )


RULE = SpecRule("MLP359", check)
