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
_DISTRIBUTION = _choice("uniform", "logUniform", "normal", "logNormal", "unknown", "")
_SPACE = _object(max=_TEXT, min=_TEXT, list=_TEXTS, step=_TEXT, distribution=_DISTRIBUTION)
_PARAMETER = _object(
    ("parameterType",),
    name=_TEXT,
    parameterType=_choice("int", "double", "discrete", "categorical", "unknown"),
    feasibleSpace=_SPACE,
)
_OBJECTIVE = _object(
    ("type", "objectiveMetricName"),
    type=_choice("minimize", "maximize"),
    goal={"type": "number"},
    objectiveMetricName=_TEXT,
    additionalMetricNames=_TEXTS,
    metricStrategies=_list(_object(name=_TEXT, value=_TEXT)),
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
_PORT: Node = {"x-kubernetes-int-or-string": True}
_SOURCE = _object(
    httpGet=_object(
        path=_TEXT, port=_PORT, host=_TEXT, scheme=_TEXT, httpHeaders=_list(_object(name=_TEXT, value=_TEXT))
    ),
    fileSystemPath=_object(path=_TEXT, kind=_TEXT, format=_TEXT),
    filter=_object(metricsFormat=_TEXTS),
)
_NUMBERS: Node = _list(_COUNT)
_SEARCH = _object(
    graphConfig=_object(numLayers=_COUNT, inputSizes=_NUMBERS, outputSizes=_NUMBERS),
    operations=_list(
        _object(
            operationType=_TEXT,
            parameters=_list(
                _object(
                    name=_TEXT,
                    parameterType=_TEXT,
                    feasibleSpace=_object(max=_TEXT, min=_TEXT, list=_TEXTS, step=_TEXT, distribution=_TEXT),
                )
            ),
        )
    ),
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
    nasConfig=_SEARCH,
    resumePolicy=_choice("Never", "LongRunning", "FromVolume", ""),
)
"""`spec` of an Experiment, as a node of the catalog."""


@cache
def experiment_table(table: KindTable) -> KindTable:
    """The table of the kind with these fields in the place of none."""
    properties: Mapping[str, Node] = {**table.schema["properties"], "spec": EXPERIMENT_SPEC}
    return replace(table, schema={"type": "object", "properties": properties, "required": ["spec"]}, schemaless=False)
