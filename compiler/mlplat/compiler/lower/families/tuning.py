"""TuningExperiment to a Katib Experiment (`kubeflow.org/v1beta1`, Katib 0.16 to 0.19).

The CRD has no schema (kubeflow/katib manifests/v1beta1/components/crd/experiment.yaml): what is written here is what
the webhook (pkg/webhook/v1beta1/experiment/validator/validator.go) and the controller read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mlplat.compiler.artifacts import Draft, Resolved, ResolvedEnvironment
from mlplat.compiler.effective.training_api import starts_by_mpi, training_api, v1_kind
from mlplat.compiler.effective.tuning import (
    bound_text,
    number_text,
    trial_container,
    trial_nodes,
    trial_training_job,
)
from mlplat.compiler.effective.workload import EffectiveContainer, namespace_of, team_of, unit_of
from mlplat.compiler.lower.pod import NO_SIDECAR, container_body, pod_extras, volume_list
from mlplat.compiler.lower.run import identify, verbatim
from mlplat.compiler.lower.training_plan import training_identity
from mlplat.compiler.lower.training_template import training_template
from mlplat.schema.training import TrainingJob
from mlplat.schema.tuning import (
    AlgorithmSetting,
    MetricsCollector,
    Objective,
    SearchParameter,
    TuningExperiment,
)

CONTAINER = "trial"
"""The container of a component's trial, which Katib reads metrics from."""


@dataclass(frozen=True, slots=True)
class _Trial:
    """What a trial runs: the object without a name, the container that Katib reads metrics from, and what of it makes
    two experiments the same run."""

    spec: Mapping[str, Any]
    identity: Mapping[str, Any]
    primary_container: str
    primary_pod: Mapping[str, str] = field(default_factory=dict)


def lower_tuning_experiment(document: Resolved[TuningExperiment], env: ResolvedEnvironment) -> Iterable[Draft]:
    """The Experiment. It runs once: Katib lets nothing but the trial counts change (validator.go), so everything else
    is part of what identifies the run."""
    job = trial_training_job(document, env)
    trial = _component_trial(document, env) if job is None else _training_trial(job, env)
    body = {
        "apiVersion": "kubeflow.org/v1beta1",
        "kind": "Experiment",
        "metadata": {"name": document.name, "namespace": namespace_of(team_of(document, env))},
        "spec": _experiment(document, env) | {"trialTemplate": _template(document, trial)},
    }
    yield Draft(body, document, unit_of(document, env, "tuning"), run=_identity(document, trial))


def _identity(document: Resolved[TuningExperiment], trial: _Trial) -> dict[str, Any]:
    spec = document.document.spec
    return identify(
        objective=spec.objective,
        algorithm=spec.algorithm,
        parameters=spec.parameters,
        earlyStopping=spec.early_stopping,
        metricsCollector=spec.metrics_collector,
        resume=spec.resume,
        retain=spec.trial.retain or None,
        queue=spec.queue,
        priority=spec.priority,
        trial=trial.identity,
        rerun=spec.rerun or None,
        patches=verbatim(spec.patches),
    )


def _experiment(document: Resolved[TuningExperiment], env: ResolvedEnvironment) -> dict[str, Any]:
    """Everything of the Experiment but the trial template."""
    spec = document.document.spec
    distributions = env.versions.at_least("katib", "0.18")
    body: dict[str, Any] = {
        "objective": _objective(spec.objective),
        "algorithm": {"algorithmName": spec.algorithm.name} | _settings(spec.algorithm.settings),
        "parameters": [_parameter(parameter, distributions) for parameter in spec.parameters],
        "maxTrialCount": spec.max_trials,
        # Always written: Katib takes 3 where there is none, and refuses that for an experiment of fewer trials.
        "parallelTrialCount": spec.parallel_trials,
    }
    if spec.max_failed_trials is not None:
        body["maxFailedTrialCount"] = spec.max_failed_trials
    if spec.early_stopping is not None:
        stopping = spec.early_stopping
        body["earlyStopping"] = {"algorithmName": stopping.algorithm} | _settings(stopping.settings)
    if collector := _metrics_collector(spec.metrics_collector):
        body["metricsCollectorSpec"] = collector
    if spec.resume is not None:
        body["resumePolicy"] = spec.resume
    return body


def _objective(objective: Objective) -> dict[str, Any]:
    body: dict[str, Any] = {"type": objective.type}
    if objective.goal is not None:
        # Go writes a whole float without its point: `1.0` would come back as `1`.
        goal = objective.goal
        body["goal"] = int(goal) if isinstance(goal, float) and goal.is_integer() else goal
    body["objectiveMetricName"] = objective.metric
    if objective.additional_metrics:
        body["additionalMetricNames"] = list(objective.additional_metrics)
    return body


def _settings(settings: Iterable[AlgorithmSetting]) -> dict[str, Any]:
    listed = [{"name": setting.name, "value": setting.value} for setting in settings]
    return {"algorithmSettings": listed} if listed else {}


def _parameter(parameter: SearchParameter, distributions: bool) -> dict[str, Any]:
    """One parameter. All values are strings; `distribution` exists since Katib 0.18."""
    space: dict[str, Any] = {}
    for bound, value in (("min", parameter.min), ("max", parameter.max), ("step", parameter.step)):
        if value is not None:
            space[bound] = bound_text(value, parameter.type == "int")
    if parameter.values:
        space["list"] = [number_text(value) for value in parameter.values]
    if parameter.distribution is not None and distributions:
        space["distribution"] = parameter.distribution
    return {"name": parameter.name, "parameterType": parameter.type, "feasibleSpace": space}


def _metrics_collector(collector: MetricsCollector) -> dict[str, Any]:
    """`metricsCollectorSpec`; nothing for standard output read by Katib's own expression, which is its default."""
    source: dict[str, Any] = {}
    if collector.kind in ("File", "TensorFlowEvent") and (collector.path or collector.format):
        path: dict[str, Any] = {"kind": "File" if collector.kind == "File" else "Directory"}
        if collector.path is not None:
            path["path"] = collector.path
        if collector.format is not None and collector.kind == "File":
            path["format"] = collector.format
        source["fileSystemPath"] = path
    if collector.filters and collector.kind in ("StdOut", "File"):
        source["filter"] = {"metricsFormat": list(collector.filters)}
    if collector.kind == "StdOut" and not source:
        return {}
    return {"collector": {"kind": collector.kind}} | ({"source": source} if source else {})


def _template(document: Resolved[TuningExperiment], trial: _Trial) -> dict[str, Any]:
    """`trialTemplate`. Success and failure conditions are Katib's own for the kinds that it knows, and so are the
    labels of the primary pod where they fit (experiment_defaults.go)."""
    spec = document.document.spec
    return {
        **({"retain": True} if spec.trial.retain else {}),
        "primaryContainerName": trial.primary_container,
        **({"primaryPodLabels": dict(trial.primary_pod)} if trial.primary_pod else {}),
        "trialParameters": [{"name": each.name, "reference": each.name} for each in spec.parameters],
        "trialSpec": dict(trial.spec),
    }


def _component_trial(document: Resolved[TuningExperiment], env: ResolvedEnvironment) -> _Trial:
    """A Job of one pod. It always has a command: Katib wraps it in a shell, and asks the registry for the image's own
    where there is none (pkg/webhook/v1beta1/pod)."""
    spec = document.document.spec
    container = trial_container(document, env)
    pod: dict[str, Any] = {
        "containers": [container_body(CONTAINER, container, env)],
        "restartPolicy": "Never",
        **pod_extras(env, trial_nodes(document, env)),
    }
    if volumes := volume_list(container.mounts):
        pod["volumes"] = volumes
    labels = {}
    if spec.queue is not None:
        labels["kueue.x-k8s.io/queue-name"] = spec.queue
    if spec.priority is not None:
        labels["kueue.x-k8s.io/priority-class"] = spec.priority
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        **({"metadata": {"labels": labels}} if labels else {}),
        "spec": {"template": {"metadata": {"labels": dict(NO_SIDECAR)}, "spec": pod}},
    }
    return _Trial(job, _component_identity(container, document, env), CONTAINER)


def _component_identity(
    container: EffectiveContainer, document: Resolved[TuningExperiment], env: ResolvedEnvironment
) -> dict[str, Any]:
    defaults = env.environment.document.spec.defaults
    nodes = trial_nodes(document, env)
    return identify(
        container=container,
        nodeSelector=nodes.node_selector,
        alternatives=nodes.alternatives,
        tolerations=nodes.tolerations,
        securityContext=defaults.security_context,
        imagePullPolicy=defaults.image_pull_policy,
        imagePullSecrets=defaults.image_pull_secrets,
    )


def _training_trial(job: Resolved[TrainingJob], env: ResolvedEnvironment) -> _Trial:
    """A copy of a training job. Of what the job's own run may change and a trial template may not, the identity has
    everything too."""
    spec = job.document.spec
    values = identify(
        job=training_identity(job, env),
        queue=spec.queue,
        priority=spec.priority,
        retries=spec.retries,
        cleanPods=spec.clean_pods,
        imagePullPolicy=env.environment.document.spec.defaults.image_pull_policy,
    )
    container = "node" if training_api(job, env) == "trainjob" else v1_kind(spec).container
    template = training_template(job, env)
    ordered: dict[str, Any] = {
        part: template[part] for part in ("apiVersion", "kind", "metadata", "spec") if part in template
    }
    return _Trial(ordered, values, container, _primary_pod(job, env))


def _primary_pod(job: Resolved[TrainingJob], env: ResolvedEnvironment) -> dict[str, str]:
    """Labels of the pod that prints the metrics, where Katib's own would name another: node 0 of a TrainJob, the pod in
    the role of the master of a v1 job (pkg/apis/controller/experiments/v1beta1/constants.go, Katib 0.16 to 0.19)."""
    spec = job.document.spec
    if training_api(job, env) == "trainjob":
        launched = starts_by_mpi(spec, env)
        return {"jobset.sigs.k8s.io/replicatedjob-name": "launcher"} if launched else {}
    if spec.elastic is not None and v1_kind(spec).kind == "PyTorchJob":
        # An elastic PyTorchJob has no master; the first worker holds the rendezvous.
        return {"training.kubeflow.org/replica-index": "0", "training.kubeflow.org/replica-type": "worker"}
    return {}
