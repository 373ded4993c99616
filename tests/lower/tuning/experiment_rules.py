"""What Katib's webhook demands of an Experiment, whose CRD has no schema: fields, types and the trial's placeholders.

From kubeflow/katib pkg/apis/controller/experiments/v1beta1/experiment_types.go and
pkg/webhook/v1beta1/experiment/validator/validator.go (v0.19.0; `distribution` since v0.18.0).
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

SETTINGS = {"name": str, "value": str}
FIELDS: Mapping[str, Any] = {
    "objective": {"type": str, "goal": (int, float), "objectiveMetricName": str, "additionalMetricNames": [str]},
    "algorithm": {"algorithmName": str, "algorithmSettings": [SETTINGS]},
    "earlyStopping": {"algorithmName": str, "algorithmSettings": [SETTINGS]},
    "parameters": [
        {
            "name": str,
            "parameterType": str,
            "feasibleSpace": {"min": str, "max": str, "step": str, "list": [str], "distribution": str},
        }
    ],
    "maxTrialCount": int,
    "parallelTrialCount": int,
    "maxFailedTrialCount": int,
    "metricsCollectorSpec": {
        "collector": {"kind": str},
        "source": {"fileSystemPath": {"kind": str, "path": str, "format": str}, "filter": {"metricsFormat": [str]}},
    },
    "resumePolicy": str,
    "trialTemplate": {
        "retain": bool,
        "primaryContainerName": str,
        "primaryPodLabels": dict,
        "trialParameters": [{"name": str, "reference": str}],
        "trialSpec": dict,
    },
}
REQUIRED = ("objective", "algorithm", "parameters", "maxTrialCount", "parallelTrialCount", "trialTemplate")
DEFAULTED_CONDITIONS = {"Job", "TFJob", "PyTorchJob", "XGBoostJob", "MPIJob", "TrainJob"}


def experiment_problems(body: Mapping[str, Any]) -> Iterator[str]:
    """Everything that the webhook would refuse; nothing for a sound Experiment."""
    spec = body["spec"]
    yield from (f"{name} is missing" for name in REQUIRED if name not in spec)
    yield from _typed(spec, FIELDS, "spec")
    if not 0 < spec["parallelTrialCount"] <= spec["maxTrialCount"]:
        yield "parallelTrialCount"
    if not 0 <= spec.get("maxFailedTrialCount", 0) <= spec["maxTrialCount"]:
        yield "maxFailedTrialCount"
    for parameter in spec["parameters"]:
        yield from _space(parameter)
    yield from _trial(spec)


def _typed(value: Any, wanted: Any, at: str) -> Iterator[str]:
    if isinstance(wanted, dict) and isinstance(value, dict):
        for key, child in value.items():
            yield from _typed(child, wanted[key], f"{at}.{key}") if key in wanted else [f"{at}.{key} is unknown"]
    elif isinstance(wanted, list) and isinstance(value, list):
        for index, child in enumerate(value):
            yield from _typed(child, wanted[0], f"{at}[{index}]")
    elif isinstance(wanted, dict | list) or not isinstance(value, wanted):
        yield f"{at} has the wrong type"


def _space(parameter: Mapping[str, Any]) -> Iterator[str]:
    space = parameter["feasibleSpace"]
    if parameter["parameterType"] in ("int", "double"):
        if "list" in space or not {"min", "max"} <= set(space):
            yield f"feasibleSpace of {parameter['name']}"
        for bound in space.keys() & {"min", "max", "step"}:
            (int if parameter["parameterType"] == "int" else float)(space[bound])
    elif not space.get("list") or space.keys() & {"min", "max", "step"}:
        yield f"feasibleSpace of {parameter['name']}"


def _trial(spec: Mapping[str, Any]) -> Iterator[str]:
    template = spec["trialTemplate"]
    trial = template["trialSpec"]
    if trial["kind"] not in DEFAULTED_CONDITIONS:
        yield f"{trial['kind']} needs successCondition and failureCondition"
    if trial.get("metadata", {}).keys() & {"name", "namespace"}:
        yield "trialSpec has a name or a namespace"
    declared = [parameter["name"] for parameter in template["trialParameters"]]
    references = [parameter["reference"] for parameter in template["trialParameters"]]
    used = set(re.findall(r"\$\{trialParameters\.(.*?)\}", json.dumps(trial)))
    if len(set(declared)) != len(declared) or len(set(references)) != len(references):
        yield "trialParameters are not unique"
    if set(declared) != used:
        yield f"declared {sorted(declared)}, used {sorted(used)}"
    if set(references) != {parameter["name"] for parameter in spec["parameters"]}:
        yield "trialParameters do not refer to the parameters"
    if template["primaryContainerName"] not in _containers(trial):
        yield f"no container {template['primaryContainerName']}"


def _containers(value: Any) -> set[str]:
    """Names of all containers in a trial. The containers of a TrainJob's runtime are not in it: `node` is one."""
    names = {"node"} if isinstance(value, dict) and value.get("kind") == "TrainJob" else set()
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, dict):
        names |= {container["name"] for container in value.get("containers", [])}
    return names.union(*(_containers(child) for child in children))
