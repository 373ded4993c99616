"""MLP448: an Experiment with a search space in which nothing lies: a `min` above its `max`.

Katib's webhook does not compare the two (v0.19.0 `validator.go`, validateParameters); the suggestion service fails when
it is first asked for a trial, and the Experiment never starts one. Stricter than the server, by design.
"""

from collections.abc import Iterable

from mlplat.compiler.check.pods import called
from mlplat.compiler.check.reading import Body, mapping, mappings, spec_of
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """Numeric parameters of Experiments."""
    for item in scope.of_kind("kubeflow.org", "Experiment"):
        for index, parameter in mappings(spec_of(item.body).get("parameters")):
            space = mapping(parameter.get("feasibleSpace"))
            if parameter.get("parameterType") in ("int", "double") and _is_empty(space):
                yield FoundInObject(
                    item,
                    f"/spec/parameters/{index}/feasibleSpace/min",
                    f"{called(item)}: the parameter `{parameter.get('name')}` has a `min` above its `max`",
                    f"above {space['max']}",
                    ("Katib takes it, and the suggestion service fails: no trial ever starts",),
                    "exchange the two",
                    tolerated=True,
                )


def _is_empty(space: Body) -> bool:
    least, most = space.get("min"), space.get("max")
    try:
        return isinstance(least, str) and isinstance(most, str) and float(least) > float(most)
    except ValueError:
        return False


RULE = ObjectRule("MLP448", check, single=True)
