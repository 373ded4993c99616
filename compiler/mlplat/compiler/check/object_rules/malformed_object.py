"""MLP413: an object that its kind's schema does not allow.

The server validates a custom resource against the structural schema of its CRD, and Argo CD applies with
`fieldValidation=Strict` semantics for unknown fields of kinds it knows; an unknown field is dropped or refused, and
never does what its author meant.
"""

from collections.abc import Iterable

from mlplat.catalog.structural import Problem, StructuralProblem, check_spelling, check_structure
from mlplat.compiler.artifacts import KubeObject
from mlplat.compiler.check.core.unenforced import is_unenforced
from mlplat.compiler.check.cures import cure_of
from mlplat.compiler.check.embedded import Body, bodies_of, is_placeholder
from mlplat.compiler.check.pods import called
from mlplat.compiler.check.reading import value_at
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """Every departure of every object from the schema of its kind, as the environment's versions have it."""
    for item in scope.objects:
        for body in bodies_of(item):
            table = scope.tables.lookup(body.body["apiVersion"], body.body["kind"])
            if table is None:
                continue
            # What a platform compiles to is never written as only JSON can write it.
            spelling = check_spelling(body.body, table) if scope.environment is None else []
            for problem in [*spelling, *check_structure(body.body, table)]:
                if not _is_filled_in_later(body, problem):
                    source = f"{table.component} {table.component_version}"
                    yield _found(
                        item, body, problem, f"by the schema of {table.gvk.api_version} {table.kind} in {source}"
                    )


def _found(item: KubeObject, body: Body, problem: StructuralProblem, note: str) -> FoundInObject:
    inside = f" in its trial (`{body.pointer}`)" if body.pointer else ""
    labels = {Problem.UNKNOWN_FIELD: "no such field", Problem.MISSING: f"`{problem.field}` is missing"}
    cure = cure_of(problem.message)
    if problem.kind is Problem.MISSING:
        cure = f"add `{problem.field}`"
    elif problem.near:
        cure = f"a similar name exists: `{problem.near[0]}`"
    elif problem.kind is Problem.UNKNOWN_FIELD:
        cure = f"delete `{problem.field}`, or move it to where it belongs"
    headline = f"{called(item)}: {problem.message}{inside}"
    at_key = problem.kind in labels
    return FoundInObject(
        item,
        body.pointer + problem.pointer,
        headline,
        labels.get(problem.kind, ""),
        (note,),
        cure,
        at_key,
        tolerated=(bool(body.pointer) and not _is_read_by_katib(body, problem))
        or is_unenforced(item.ref.group, item.ref.kind, problem),
    )


def _is_read_by_katib(body: Body, problem: StructuralProblem) -> bool:
    """True in a trial that is a plain Job: Katib's webhook reads it (MLP429), and misses nothing in it."""
    return (body.body["apiVersion"], body.body["kind"]) == ("batch/v1", "Job") and problem.kind is not Problem.MISSING


def _is_filled_in_later(body: Body, problem: StructuralProblem) -> bool:
    """True when what the schema refuses is filled in by Katib before it creates the trial."""
    if not body.pointer:
        return False
    if problem.kind is Problem.MISSING and problem.field in ("metadata", "name"):
        return problem.pointer in ("", "/metadata")  # Katib names the trial
    return is_placeholder(value_at(body.body, problem.pointer))


RULE = ObjectRule("MLP413", check, single=True)
