"""Jobs as a whole. Source: Kubernetes v1.37 `pkg/apis/batch/validation/validation.go`."""

from collections.abc import Iterator
from typing import Any

from mlplat.compiler.check.reading import Body, Problem, at_key, mapping, mappings, metadata_of, number, spec_of


def problems_of_job(body: Body) -> Iterator[Problem]:
    """Completion, indexes and policies of a Job."""
    spec = spec_of(body)
    if spec.get("completionMode") == "Indexed":
        count = number(spec.get("completions")) or 1
        if "." in str(metadata_of(body).get("name")) or len(f"{metadata_of(body).get('name')}-{count - 1}") > 63:
            yield "/metadata/name", "with an index behind it must be a DNS label: its pods are named so"
    if spec.get("manualSelector"):
        labels = mapping(mapping(mapping(spec.get("template")).get("metadata")).get("labels"))
        wanted = mapping(mapping(spec.get("selector")).get("matchLabels"))
        if not isinstance(spec.get("selector"), dict):
            yield "/spec", "`manualSelector` needs `selector`"
        elif any(labels.get(key) != value for key, value in wanted.items()):
            yield "/spec/selector", "does not match the labels of the template"
    else:
        yield from _own_labels(mapping(mapping(spec.get("template")).get("metadata")), metadata_of(body).get("name"))
    yield from _job_spec(spec_of(body), "/spec")


def problems_of_cron_job(body: Body) -> Iterator[Problem]:
    """The same of the jobs of a CronJob."""
    spec = mapping(mapping(spec_of(body).get("jobTemplate")).get("spec"))
    for field in ("selector", "manualSelector"):
        if spec.get(field):
            yield f"/spec/jobTemplate/spec/{field}", f"a CronJob's jobs take no `{field}`"
    yield from _job_spec(spec, "/spec/jobTemplate/spec")


def _own_labels(metadata: Body, name: Any) -> Iterator[Problem]:
    """Labels that the server writes itself; a written one must say the same."""
    labels = mapping(metadata.get("labels"))
    for key in ("batch.kubernetes.io/job-name", "job-name"):
        if key in labels and labels[key] != name:
            yield at_key("/spec/template/metadata/labels", key), "is written by the server: the name of the Job"
    for key in ("batch.kubernetes.io/controller-uid", "controller-uid"):
        if key in labels:
            yield at_key("/spec/template/metadata/labels", key), "is written by the server"


def _job_spec(spec: Body, at: str) -> Iterator[Problem]:
    indexed = spec.get("completionMode") == "Indexed"
    if indexed and isinstance(spec.get("parallelism"), int) and spec["parallelism"] > 100_000:
        yield f"{at}/parallelism", "must be at most 100000 when indexed"
    if indexed and spec.get("completions") is None and spec.get("parallelism") is not None:
        yield at, "`completionMode: Indexed` needs `completions`"
    if spec.get("podFailurePolicy") is not None and spec.get("podReplacementPolicy") == "TerminatingOrFailed":
        yield f"{at}/podReplacementPolicy", "must be `Failed` with a `podFailurePolicy`"
    if spec.get("selector") is not None and not spec.get("manualSelector"):
        yield f"{at}/selector", "needs `manualSelector: true`: the server makes the selector"
    per_index, most = spec.get("backoffLimitPerIndex"), spec.get("maxFailedIndexes")
    if per_index is not None and not indexed:
        yield f"{at}/backoffLimitPerIndex", "needs `completionMode: Indexed`"
    if most is not None and per_index is None:
        yield f"{at}/maxFailedIndexes", "needs `backoffLimitPerIndex`"
    completions = spec.get("completions")
    if isinstance(most, int) and isinstance(completions, int) and most > completions:
        yield f"{at}/maxFailedIndexes", "must be at most `completions`"
    if isinstance(spec.get("successPolicy"), dict):
        yield from _success(spec, at, indexed)
    if isinstance(spec.get("podFailurePolicy"), dict):
        yield from _failure(spec, at)


def _success(spec: Body, at: str, indexed: bool) -> Iterator[Problem]:
    if not indexed:
        yield f"{at}/successPolicy", "needs `completionMode: Indexed`"
        return
    completions = spec.get("completions")
    for index, rule in mappings(spec["successPolicy"].get("rules")):
        where = f"{at}/successPolicy/rules/{index}"
        indexes, count = rule.get("succeededIndexes"), rule.get("succeededCount")
        if indexes is None and count is None:
            yield where, "needs `succeededIndexes` or `succeededCount`"
        held = completions if isinstance(completions, int) else None
        if isinstance(indexes, str):
            held = _number_of_indexes(indexes, held)
            if held is None:
                yield f"{where}/succeededIndexes", "must be indexes in order, such as `0,2-4`, below `completions`"
        if isinstance(count, int) and held is not None and count > held:
            yield f"{where}/succeededCount", f"must be at most {held}"


def _number_of_indexes(text: str, completions: int | None) -> int | None:
    total, last = 0, -1
    for part in text.split(","):
        low, dash, high = part.partition("-")
        if not low.isdigit() or (dash and not high.isdigit()):
            return None
        start, end = int(low), int(high) if dash else int(low)
        if start <= last or end < start + bool(dash) or (completions is not None and end >= completions):
            return None
        total, last = total + end - start + 1, end
    return total


def _failure(spec: Body, at: str) -> Iterator[Problem]:
    template = mapping(mapping(spec.get("template")).get("spec"))
    if template.get("restartPolicy") not in ("Never", None, ""):
        yield f"{at}/template/spec/restartPolicy", "must be `Never` with a `podFailurePolicy`"
    names = {
        str(one.get("name")) for field in ("containers", "initContainers") for _, one in mappings(template.get(field))
    }
    for index, rule in mappings(spec["podFailurePolicy"].get("rules")):
        where = f"{at}/podFailurePolicy/rules/{index}"
        if rule.get("action") == "FailIndex" and spec.get("backoffLimitPerIndex") is None:
            yield f"{where}/action", "`FailIndex` needs `backoffLimitPerIndex`"
        if rule.get("onExitCodes") is None and not rule.get("onPodConditions"):
            yield where, "needs `onExitCodes` or `onPodConditions`"
        codes = mapping(rule.get("onExitCodes"))
        name, values = codes.get("containerName"), codes.get("values")
        if name is not None and str(name) not in names:
            yield f"{where}/onExitCodes/containerName", "there is no such container"
        if isinstance(values, list) and all(isinstance(one, int) for one in values):
            if values != sorted(set(values)):
                yield f"{where}/onExitCodes/values", "must be in order, each once"
            if codes.get("operator") == "In" and 0 in values:
                yield f"{where}/onExitCodes/values", "must not hold 0 with `In`"
