"""Expressions of admission policies and webhooks, and what the fields of these kinds ask of each other.

Source: Kubernetes v1.37 `pkg/apis/admissionregistration/validation/validation.go`,
`staging/src/k8s.io/apiserver/pkg/admission/plugin/cel/compile.go`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from mlplat.compiler.check.core.expressions import (
    ANY,
    FLAG,
    NEVER,
    TEXT,
    Wanted,
    fields_read,
    text_of,
    why_no_expression,
)
from mlplat.compiler.check.reading import Body, Problem, mapping, mappings, spec_of

_ALWAYS = frozenset(("object", "oldObject", "request", "namespaceObject", "authorizer"))


@dataclass(frozen=True, slots=True)
class _Scope:
    """What an expression may read: variables, and the fields of `variables`."""

    variables: frozenset[str]
    composed: frozenset[str] = frozenset()

    def problem(self, holder: Body, field: str, where: str, wanted: Wanted) -> Iterator[Problem]:
        """What is wrong with the expression in a field, where there is one."""
        text = text_of(holder, field)
        if text is None:
            return
        known = self.variables | ({"variables"} if self.composed else frozenset())
        why = why_no_expression(text, known, wanted)
        if why is None:
            unknown = [name for name in fields_read(text, "variables") if name not in self.composed]
            why = f"reads `variables.{unknown[0]}`, which there is not" if unknown and self.composed else None
        if why is not None:
            yield f"{where}/{field}", why


def problems_of_policy(body: Body) -> Iterator[Problem]:
    """Variables, conditions, and what a policy demands or changes."""
    spec = spec_of(body)
    scope = _Scope(_ALWAYS | ({"params"} if spec.get("paramKind") is not None else frozenset()))
    yield from _conditions(spec.get("matchConditions"), scope, "/spec/matchConditions")
    for index, variable in mappings(spec.get("variables")):
        yield from scope.problem(variable, "expression", f"/spec/variables/{index}", ANY)
        scope = replace(scope, composed=scope.composed | {str(variable.get("name"))})
    if body.get("kind") == "MutatingAdmissionPolicy":
        yield from _mutations(spec, scope)
    else:
        yield from _validations(spec, scope)


def _validations(spec: Body, scope: _Scope) -> Iterator[Problem]:
    if not spec.get("validations") and not spec.get("auditAnnotations"):
        yield "/spec", "needs `validations` or `auditAnnotations`"
    for index, one in mappings(spec.get("validations")):
        where = f"/spec/validations/{index}"
        yield from scope.problem(one, "expression", where, FLAG)
        told = replace(scope, variables=scope.variables - {"authorizer"})
        yield from told.problem(one, "messageExpression", where, TEXT)
        message = one.get("message")
        if isinstance(message, str) and "\n" in message.strip():
            yield f"{where}/message", "must be one line"
        elif isinstance(message, str) and message and not message.strip():
            yield f"{where}/message", "must not be blank"
        elif not message and "\n" in str(one.get("expression") or "").strip():
            yield where, "needs a `message`: the expression has several lines"
    for index, one in mappings(spec.get("auditAnnotations")):
        yield from scope.problem(one, "valueExpression", f"/spec/auditAnnotations/{index}", TEXT)
        if "/" in str(one.get("key") or ""):
            yield f"/spec/auditAnnotations/{index}/key", "must have no domain: the policy's name is put before it"


_CHANGES = {"ApplyConfiguration": "applyConfiguration", "JSONPatch": "jsonPatch"}


def _mutations(spec: Body, scope: _Scope) -> Iterator[Problem]:
    scope = replace(scope, variables=scope.variables | {"jsonpatch"})
    for index, one in mappings(spec.get("mutations")):
        where, wanted = f"/spec/mutations/{index}", _CHANGES.get(str(one.get("patchType")))
        for field in _CHANGES.values():
            held = one.get(field)
            if field == wanted and held is None:
                yield where, f"needs `{field}`"
            elif wanted is not None and field != wanted and held is not None:
                yield f"{where}/{field}", f"does not go with `patchType: {one['patchType']}`"
            elif held is not None and not mapping(held).get("expression"):
                yield f"{where}/{field}", "needs `expression`"
            else:
                yield from scope.problem(mapping(held), "expression", f"{where}/{field}", NEVER)


def problems_of_hooks(body: Body) -> Iterator[Problem]:
    """What each webhook can read, and on which conditions it is called."""
    for index, hook in mappings(body.get("webhooks")):
        where, versions = f"/webhooks/{index}", hook.get("admissionReviewVersions")
        named = [str(one) for one in versions] if isinstance(versions, list) else []
        if len(set(named)) < len(named):
            yield f"{where}/admissionReviewVersions", "names a version twice"
        if named and not {"v1", "v1beta1"} & set(named):
            yield f"{where}/admissionReviewVersions", "must hold `v1` or `v1beta1`"
        yield from _conditions(hook.get("matchConditions"), _Scope(_ALWAYS), f"{where}/matchConditions")


def _conditions(conditions: Any, scope: _Scope, where: str) -> Iterator[Problem]:
    for index, one in mappings(conditions):
        yield from scope.problem(one, "expression", f"{where}/{index}", FLAG)
