"""Kueue's webhooks on jobs that go through a queue. Source: kubernetes-sigs/kueue v0.18
`pkg/controller/jobframework/{validation,tas_validation}.go`, `pkg/controller/jobs/job/job_webhook.go`; compared with
the verdicts of the real 0.18.4."""

from collections.abc import Iterator
from typing import Any

from mlplat.catalog.products import V1_JOBS
from mlplat.compiler.check.core import forms as f
from mlplat.compiler.check.reading import Body, Problem, at_key, mapping, mappings, metadata_of, number, spec_of
from mlplat.objects.names import why_no_subdomain

_PREFIX = "kueue.x-k8s.io"
QUEUE = f"{_PREFIX}/queue-name"
_PREBUILT = f"{_PREFIX}/prebuilt-workload-name"
_SECONDS = f"{_PREFIX}/max-exec-time-seconds"
_MINIMUM = f"{_PREFIX}/job-min-parallelism"
_EQUAL = f"{_PREFIX}/job-completions-equal-parallelism"
_REQUIRED = f"{_PREFIX}/podset-required-topology"
_PREFERRED = f"{_PREFIX}/podset-preferred-topology"
_ANYWHERE = f"{_PREFIX}/podset-unconstrained-topology"
_SLICE = f"{_PREFIX}/podset-slice-required-topology"
_SLICE_SIZE = f"{_PREFIX}/podset-slice-size"
_GROUP = f"{_PREFIX}/podset-group-name"
_BOOLEANS = ("1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False")
_ELASTIC = f"{_PREFIX}/elastic-job"


def problems_of_job(body: Body) -> Iterator[Problem]:
    """Jobs of any kind: names in labels, and what annotations say of pods."""
    labels = mapping(metadata_of(body).get("labels"))
    for key in (QUEUE, _PREBUILT):
        if key in labels and why_no_subdomain(str(labels[key] or "")):
            yield at_key("/metadata/labels", key), "must be the name of an object"
    if _PREBUILT in labels and body.get("kind") == "JAXJob":
        yield at_key("/metadata/labels", _PREBUILT), "is not taken of a JAXJob"
    if _SECONDS in labels and not (_is_whole(labels[_SECONDS]) and int(labels[_SECONDS]) > 0):
        yield at_key("/metadata/labels", _SECONDS), "must be a whole number above 0"
    spec = spec_of(body)
    if body.get("apiVersion") == "batch/v1":
        yield from _batch(spec, mapping(metadata_of(body).get("annotations")))
        yield from _placed(spec.get("template"), "/spec/template", number(spec.get("parallelism")))
    elif mapping(metadata_of(body).get("annotations")).get(_ELASTIC) == "true":
        yield at_key("/metadata/annotations", _ELASTIC), "is for plain Jobs only"
    yield from _replicated(spec.get("replicatedJobs"), "/spec", paired=True)
    for index, patch in mappings(spec.get("runtimePatches")):
        inner = mapping(mapping(mapping(patch.get("trainingRuntimeSpec")).get("template")).get("spec"))
        where = f"/spec/runtimePatches/{index}/trainingRuntimeSpec/template/spec"
        yield from _replicated(inner.get("replicatedJobs"), where, paired=False)
    for field in V1_JOBS.values():
        for role, replica in mapping(spec.get(field)).items():
            yield from _placed(mapping(replica).get("template"), f"{at_key(f'/spec/{field}', role)}/template", None)


def _replicated(jobs: Any, at: str, paired: bool) -> Iterator[Problem]:
    """Jobs of a JobSet. `paired`: all are there, and a group of them has two."""
    groups: dict[str, list[tuple[str, Any, Any]]] = {}
    for index, job in mappings(jobs):
        template = mapping(mapping(job.get("template")).get("spec")).get("template")
        where = f"{at}/replicatedJobs/{index}/template/spec/template"
        yield from _placed(template, where, None)
        annotations = mapping(mapping(mapping(template).get("metadata")).get("annotations"))
        if _GROUP in annotations:
            asked = (where, annotations.get(_REQUIRED), annotations.get(_PREFERRED))
            groups.setdefault(str(annotations[_GROUP]), []).append(asked)
    for places in groups.values() if paired else ():
        at_group = at_key(f"{places[0][0]}/metadata/annotations", _GROUP)
        if len(places) != 2:
            yield at_group, "must be that of two jobs"
        elif places[0][1:] != places[1][1:]:
            yield at_group, "must be that of jobs with the same topology"


def _is_whole(value: Any) -> bool:
    return isinstance(value, str) and value.removeprefix("-").removeprefix("+").isdecimal()


def _batch(spec: Body, annotations: Body) -> Iterator[Problem]:
    parallelism = 1 if spec.get("parallelism") is None else number(spec["parallelism"])
    completions = number(spec.get("completions"))
    if parallelism is None:
        return
    least = annotations.get(_MINIMUM)
    pods = parallelism if completions is None else min(parallelism, completions)
    if _MINIMUM in annotations and not _is_whole(least):
        yield at_key("/metadata/annotations", _MINIMUM), "must be a whole number"
    elif _MINIMUM in annotations and not 0 < int(str(least)) < pods:
        yield at_key("/metadata/annotations", _MINIMUM), f"must be above 0 and below the number of pods, {pods}"
    equal = annotations.get(_EQUAL)
    if _EQUAL in annotations and equal not in _BOOLEANS:
        yield at_key("/metadata/annotations", _EQUAL), "must be `true` or `false`"
    elif equal in _BOOLEANS[:6]:
        if spec.get("completionMode") != "Indexed":
            yield at_key("/metadata/annotations", _EQUAL), "is only for a Job with `completionMode: Indexed`"
        if (completions if completions is not None or "parallelism" in spec else 1) != parallelism:
            yield "/spec/completions" if "completions" in spec else "/spec", "`completions` must equal `parallelism`"


def _placed(template: Any, at: str, pods: int | None) -> Iterator[Problem]:
    """Topology-aware scheduling: what the annotations of a pod template ask for."""
    metadata = mapping(mapping(template).get("metadata"))
    annotations = mapping(metadata.get("annotations"))
    where = f"{at}/metadata/annotations"
    asked = [key for key in (_REQUIRED, _PREFERRED, _ANYWHERE) if key in annotations]
    if len(asked) > 1:
        yield at_key(where, asked[1]), f"excludes `{asked[0]}`"
    for key in (_REQUIRED, _PREFERRED, _SLICE):
        if key in annotations and f.qualified_strict(str(annotations[key] or "")):
            yield at_key(where, key), "must be the name of a node label"
    if _ANYWHERE in annotations and annotations[_ANYWHERE] not in _BOOLEANS:
        yield at_key(where, _ANYWHERE), "must be `true` or `false`"
    size = annotations.get(_SLICE_SIZE)
    if _SLICE_SIZE in annotations and _SLICE not in annotations:
        yield at_key(where, _SLICE_SIZE), f"needs `{_SLICE}`"
    elif _SLICE in annotations and _SLICE_SIZE not in annotations:
        yield at_key(where, _SLICE), f"needs `{_SLICE_SIZE}`"
    elif _SLICE_SIZE in annotations and not (_is_whole(size) and int(str(size)) > 0):
        yield at_key(where, _SLICE_SIZE), "must be a whole number above 0"
    elif _SLICE_SIZE in annotations and pods is not None and int(str(size)) > pods:
        yield at_key(where, _SLICE_SIZE), f"must be at most the number of pods, {pods}"
    if _GROUP in annotations and str(annotations[_GROUP]).isdecimal():
        yield at_key(where, _GROUP), "must not be a number"
    if _GROUP in annotations and {_SLICE, _SLICE_SIZE} & set(annotations):
        yield at_key(where, _GROUP), f"excludes `{_SLICE}`"
    if _GROUP in annotations and not {_REQUIRED, _PREFERRED} & set(annotations):
        yield at_key(where, _GROUP), f"needs `{_REQUIRED}` or `{_PREFERRED}`"
