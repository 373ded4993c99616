"""The fields of a Katib Experiment. Its CRD has no schema: a misspelled field passes the API server and is lost.

Source: Katib v0.19.0 `pkg/apis/controller/experiments/v1beta1/experiment_types.go`,
`pkg/apis/controller/common/v1beta1/common_types.go`. Numbers of a search space are text there: a bound that is written
as a number cannot be decoded, and the webhook refuses the Experiment.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from mlplat.catalog.lookup import KindTable
from mlplat.catalog.node import Node

_TEXT: Node = {"type": "string"}
_TEXTS: Node = {"type": "array", "items": _TEXT}
_COUNT: Node = {"type": "integer", "format": "int32"}
_FREE: Node = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}


def _object(required: tuple[str, ...] = (), **fields: Node) -> Node:
    node: dict[str, Any] = {"type": "object", "properties": fields}
    return {**node, "required": list(required)} if required else node


def _choice(*values: str) -> Node:
    return {"type": "string", "enum": list(values)}


def _list(item: Node) -> Node:
    return {"type": "array", "items": item}


_SETTINGS = _list(_object(name=_TEXT, value=_TEXT))
_ALGORITHM = _object(("algorithmName",), algorithmName=_TEXT, algorithmSettings=_SETTINGS)
_SPACE = _object(max=_TEXT, min=_TEXT, list=_TEXTS, step=_TEXT, distribution=_TEXT)
_PARAMETER = _object(
    ("name", "parameterType", "feasibleSpace"),
    name=_TEXT,
    parameterType=_choice("int", "double", "discrete", "categorical"),
    feasibleSpace=_SPACE,
)
_OBJECTIVE = _object(
    ("type", "objectiveMetricName"),
    type=_choice("minimize", "maximize"),
    goal={"type": "number"},
    objectiveMetricName=_TEXT,
    additionalMetricNames=_TEXTS,
    metricStrategies=_list(_object(name=_TEXT, value=_choice("min", "max", "latest"))),
)
_TEMPLATE = _object(
    ("primaryContainerName", "trialParameters"),
    retain={"type": "boolean"},
    trialSpec=_FREE,
    configMap=_object(configMapName=_TEXT, configMapNamespace=_TEXT, templatePath=_TEXT),
    trialParameters=_list(_object(("name", "reference"), name=_TEXT, description=_TEXT, reference=_TEXT)),
    primaryPodLabels={"type": "object", "additionalProperties": _TEXT},
    primaryContainerName=_TEXT,
    successCondition=_TEXT,
    failureCondition=_TEXT,
)
_SOURCE = _object(
    httpGet=_FREE,
    fileSystemPath=_object(path=_TEXT, kind=_choice("Directory", "File"), format=_choice("TEXT", "JSON")),
    filter=_object(metricsFormat=_TEXTS),
)
_COLLECTORS = ("StdOut", "File", "TensorFlowEvent", "PrometheusMetric", "Custom", "Push")

EXPERIMENT_SPEC: Node = _object(
    ("objective", "algorithm", "trialTemplate"),
    objective=_OBJECTIVE,
    algorithm=_ALGORITHM,
    earlyStopping=_ALGORITHM,
    parameters=_list(_PARAMETER),
    trialTemplate=_TEMPLATE,
    parallelTrialCount=_COUNT,
    maxTrialCount=_COUNT,
    maxFailedTrialCount=_COUNT,
    metricsCollectorSpec=_object(source=_SOURCE, collector=_object(kind=_choice(*_COLLECTORS), customCollector=_FREE)),
    nasConfig=_FREE,
    resumePolicy=_choice("Never", "LongRunning", "FromVolume"),
)
"""`spec` of an Experiment, as a node of the catalog."""


@cache
def experiment_table(table: KindTable) -> KindTable:
    """The table of the kind with these fields in the place of none."""
    properties: Mapping[str, Node] = {**table.schema["properties"], "spec": EXPERIMENT_SPEC}
    return replace(table, schema={"type": "object", "properties": properties, "required": ["spec"]}, schemaless=False)
