"""MLP429: an Experiment that Katib's webhook refuses, or of which a field is lost because it is misspelled."""

from collections.abc import Iterable, Iterator

from mlplat.catalog import node as nodes
from mlplat.catalog.structural import Problem, StructuralProblem, check_structure, check_value, without_nulls
from mlplat.compiler.artifacts import KubeObject
from mlplat.compiler.check.cures import cure_of
from mlplat.compiler.check.embedded import bodies_of, is_placeholder
from mlplat.compiler.check.experiment_job import lost_in, with_parameters
from mlplat.compiler.check.experiment_schema import experiment_table
from mlplat.compiler.check.experiment_webhook import refusals
from mlplat.compiler.check.go_values import without_holes
from mlplat.compiler.check.pods import called
from mlplat.compiler.check.reading import value_at
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope

_LOST = "the CRD has no schema: the server keeps the field, and Katib does not read it"
_REFUSED = "Katib's webhook refuses the Experiment"
_COLLECTOR = "/spec/metricsCollectorSpec/collector/customCollector"
_CHANGED = "Katib's webhook reads the Job and writes it again, and refuses what does not come back as it was"


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """The fields of every Experiment; where they are sound, what the webhook asks of them together."""
    for item in scope.of_kind("kubeflow.org", "Experiment"):
        table = scope.tables.lookup(item.body["apiVersion"], item.ref.kind)
        if table is None:
            continue
        typed = experiment_table(table)
        body = without_holes(item.body, typed.schema)
        problems = [one for one in check_structure(body, typed) if one.pointer.startswith("/spec")]
        if "spec" not in item.body or item.body["spec"] is None:
            yield FoundInObject(
                item, "", f"{called(item)}: the object has no `spec`", "", (_REFUSED,), "add `spec`", True
            )
        for problem in problems:
            yield _found(item, problem)
        yield from _of_collector(item, scope)
        known = all(problem.kind is Problem.UNKNOWN_FIELD for problem in problems)
        if known and isinstance(body.get("spec"), dict):
            for refusal in refusals(body["spec"]):
                headline = f"{called(item)}: {refusal.problem}"
                yield FoundInObject(
                    item, refusal.pointer, headline, "", (_REFUSED,), refusal.help or cure_of(refusal.problem)
                )
            yield from _of_job(item, scope)


def _found(item: KubeObject, problem: StructuralProblem) -> FoundInObject:
    unknown = problem.kind is Problem.UNKNOWN_FIELD
    return FoundInObject(
        item,
        problem.pointer,
        f"{called(item)}: {problem.message}",
        "no such field" if unknown else "",
        (_LOST if unknown else _REFUSED,),
        f"a similar name exists: `{problem.near[0]}`" if problem.near else _cure(problem),
        at_key=unknown or problem.kind is Problem.MISSING,
        tolerated=unknown,
    )


def _cure(problem: StructuralProblem) -> str:
    if problem.kind is Problem.MISSING:
        return f"add `{problem.field}`"
    return f"delete `{problem.field}`" if problem.kind is Problem.UNKNOWN_FIELD else cure_of(problem.message)


def _of_collector(item: KubeObject, scope: ObjectScope) -> Iterator[FoundInObject]:
    """A collector of one's own is a container in Go's types: what does not fit them cannot be read. Nothing is asked
    for, and unknown fields are lost without a word."""
    pods, held = scope.tables.lookup("v1", "Pod"), value_at(item.body, _COLLECTOR)
    node = nodes.at(pods.schema, ("spec", "containers", 0)) if pods is not None else None
    if node is None or not isinstance(held, dict):
        return
    for problem in check_value(without_nulls(without_holes(held, node), node), node):
        if problem.kind not in (Problem.MISSING, Problem.UNKNOWN_FIELD):
            headline = f"{called(item)}: in its collector, {problem.message}"
            cure = cure_of(problem.message)
            yield FoundInObject(item, _COLLECTOR + problem.pointer, headline, "", (_REFUSED,), cure)


def _of_job(item: KubeObject, scope: ObjectScope) -> Iterator[FoundInObject]:
    """Of trials, the webhook reads those that are plain Jobs."""
    for body in bodies_of(item):
        table = scope.tables.lookup("batch/v1", "Job")
        if not body.pointer or table is None or (body.body["apiVersion"], body.body["kind"]) != ("batch/v1", "Job"):
            continue
        filled = with_parameters(body.body)
        for problem in check_structure(filled, table):
            # Of every other place MLP413 speaks; it waits for what fills in a placeholder, which here is a text.
            if problem.kind is not Problem.MISSING and is_placeholder(value_at(body.body, problem.pointer)):
                headline = f"{called(item)}: its trial is no Job: {problem.message}"
                yield FoundInObject(
                    item, body.pointer + problem.pointer, headline, "", (_REFUSED,), cure_of(problem.message)
                )
        for pointer, why in lost_in(filled, table.schema, body.pointer):
            place = pointer.rsplit("/", 1)[-1]
            headline = f"{called(item)}: in its trial, `{place}` {why}"
            yield FoundInObject(item, pointer, headline, "", (_CHANGED,), cure_of(why))


RULE = ObjectRule("MLP429", check, single=True)
