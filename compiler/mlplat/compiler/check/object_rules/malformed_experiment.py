"""MLP429: an Experiment that Katib's webhook refuses, or of which a field is lost because it is misspelled."""

from collections.abc import Iterable

from mlplat.catalog.structural import Problem, check_structure
from mlplat.compiler.check.experiment_schema import experiment_table
from mlplat.compiler.check.experiment_webhook import refusals
from mlplat.compiler.check.pods import called
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope

_LOST = "the CRD has no schema: the server keeps the field, and Katib does not read it"
_REFUSED = "Katib's webhook refuses the Experiment"


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """The fields of every Experiment; where they are sound, what the webhook asks of them together."""
    for item in scope.of_kind("kubeflow.org", "Experiment"):
        table = scope.tables.lookup(item.body["apiVersion"], item.ref.kind)
        if table is None:
            continue
        problems = [
            one for one in check_structure(item.body, experiment_table(table)) if one.pointer.startswith("/spec")
        ]
        for problem in problems:
            unknown = problem.kind is Problem.UNKNOWN_FIELD
            yield FoundInObject(
                item,
                problem.pointer,
                f"{called(item)}: {problem.message}",
                "no such field" if unknown else "",
                (_LOST if unknown else _REFUSED,),
                f"a similar name exists: `{problem.near[0]}`" if problem.near else None,
                at_key=unknown or problem.kind is Problem.MISSING,
            )
        if not problems and isinstance(item.body.get("spec"), dict):
            for refusal in refusals(item.body["spec"]):
                headline = f"{called(item)}: {refusal.problem}"
                yield FoundInObject(item, refusal.pointer, headline, "", (_REFUSED,), refusal.help)


RULE = ObjectRule("MLP429", check, single=True)
