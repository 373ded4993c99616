"""MLP442: the CEL rules that a CustomResourceDefinition carries, evaluated as the API server does at creation.

Source: k8s.io/apiextensions-apiserver `pkg/apiserver/schema/cel`: rules see the object with its defaults and without
nulls; a rule that names `oldSelf` says what a change may be, and does not apply to creation; an error of evaluation
refuses the object as a false rule does. What this evaluator does not know is told, not passed over.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mlplat.compiler.artifacts import KubeObject
from mlplat.compiler.check.pods import called
from mlplat.compiler.check.rule import FoundInObject, ObjectScope
from mlplat.objects.gvk import parse_api_version
from mlplat.objects.pointer import escape

_Schema = Mapping[str, Any]
_OLD = re.compile(r"\boldSelf\b")
_ABSENT = object()
_CURE = "change the object so that the rule holds"


@dataclass(frozen=True, slots=True)
class Unevaluated:
    """A rule, or all rules of a kind, that could not be evaluated, and why. `object` is None for a whole kind."""

    api_version: str
    kind: str
    reason: str
    rule: str | None = None
    pointer: str | None = None
    object: KubeObject | None = None


@dataclass(slots=True)
class CelResult:
    """What the rules say of all objects."""

    found: list[FoundInObject] = field(default_factory=list)
    unevaluated: list[Unevaluated] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Rule:
    text: str
    message: str
    program: Any
    """None when the text cannot be compiled; `reason` then says why."""
    reason: str = ""
    field: str = ""
    """Where below the value the rule says that the fault is, as a JSON pointer."""


@dataclass(slots=True)
class _Plan:
    """What is to be done at one node of a schema; only nodes with something to do below them are kept."""

    rules: tuple[_Rule, ...] = ()
    defaults: dict[str, Any] = field(default_factory=dict)
    fields: "dict[str, _Plan]" = field(default_factory=dict)
    others: "_Plan | None" = None
    items: "_Plan | None" = None
    nullable: frozenset[str] = frozenset()
    judges: bool = False
    """True when there is a rule here or below."""


def check_cel(scope: ObjectScope, crds: Sequence[Mapping[str, Any]]) -> CelResult:
    """Evaluate the rules of the given definitions on the objects of their kinds.

    Custom resources whose definition was not given are listed, one entry a kind: no CEL text is held for them.
    """
    result = CelResult()
    schemas = {(group, kind, version): schema for group, kind, version, schema in _schemas(crds)}
    plans: dict[tuple[str, str, str], _Plan | None] = {}
    without: dict[tuple[str, str], None] = {}
    for item in scope.objects:
        api_version, kind = item.body["apiVersion"], item.body["kind"]
        group, version = parse_api_version(api_version)
        key = (group, kind, version)
        if key not in schemas:
            table = scope.tables.lookup(api_version, kind)
            if (table is None and (group, kind) not in scope.tables.given) or (table is not None and table.custom):
                without[(api_version, kind)] = None
            continue
        if key not in plans:
            plans[key] = _plan(schemas[key])
        plan = plans[key]
        if plan is not None and plan.judges:
            _walk(_defaulted(item.body, plan), plan, "", item, result)
    for api_version, kind in without:
        reason = "the CEL rules of its CustomResourceDefinition are not held: give the definition (`--crds`)"
        result.unevaluated.append(Unevaluated(api_version, kind, reason))
    return result


def _schemas(crds: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, str, _Schema]]:
    for crd in crds:
        spec = crd["spec"]
        for version in spec.get("versions", ()):
            schema = version.get("schema", {}).get("openAPIV3Schema")
            if schema and version.get("served"):
                yield spec["group"], spec["names"]["kind"], version["name"], schema


def _plan(schema: _Schema) -> _Plan | None:
    rules = tuple(_compiled(rule) for rule in schema.get("x-kubernetes-validations", ()) if _applies(rule))
    plan = _Plan(rules)
    nullable = []
    for name, below in schema.get("properties", {}).items():
        if "default" in below:
            plan.defaults[name] = below["default"]
        if below.get("nullable"):
            nullable.append(name)
        made = _plan(below)
        if made is not None:
            plan.fields[name] = made
    plan.nullable = frozenset(nullable)
    items, others = schema.get("items"), schema.get("additionalProperties")
    plan.items = _plan(items) if isinstance(items, Mapping) else None
    plan.others = _plan(others) if isinstance(others, Mapping) else None
    below = [*plan.fields.values(), *(one for one in (plan.items, plan.others) if one is not None)]
    plan.judges = bool(rules) or any(one.judges for one in below)
    return plan if plan.judges or plan.defaults or below else None


def _applies(rule: Mapping[str, Any]) -> bool:
    """True for a rule that judges a new object: not one about changes."""
    return bool(rule.get("optionalOldSelf")) or not _OLD.search(rule["rule"])


def _compiled(rule: Mapping[str, Any]) -> _Rule:
    import cel  # 20 ms, and only where a definition was given

    text = rule["rule"]
    message = rule.get("message") or ""
    if _OLD.search(text):
        return _Rule(text, message, None, "it asks for an optional `oldSelf`")
    try:
        return _Rule(text, message, cel.compile(text), field=_pointer_of(rule.get("fieldPath")))
    except ValueError as error:
        return _Rule(text, message, None, f"it cannot be compiled: {str(error).splitlines()[0]}")


_STEP = re.compile(r"\.([A-Za-z_][\w-]*)|\['([^']+)'\]")


def _pointer_of(path: Any) -> str:
    """A rule's `fieldPath` (`.limits['nvidia.com/gpu']`) as a JSON pointer; one that cannot be read is none."""
    if not isinstance(path, str) or not re.fullmatch(f"({_STEP.pattern})+", path):
        return ""
    return "".join(f"/{escape(plain or quoted)}" for plain, quoted in _STEP.findall(path))


def _defaulted(value: Any, plan: _Plan | None) -> Any:
    """A copy with the schema's defaults, and without the nulls that the server drops."""
    if plan is None:
        return value
    if isinstance(value, dict):
        made = {
            key: _defaulted(inner, plan.fields.get(key, plan.others))
            for key, inner in value.items()
            if inner is not None or key in plan.nullable
        }
        for name, default in plan.defaults.items():
            if name not in made:
                made[name] = _defaulted(default, plan.fields.get(name))
        return made
    if isinstance(value, list):
        return [_defaulted(item, plan.items) for item in value]
    return value


def _walk(value: Any, plan: _Plan, pointer: str, item: KubeObject, result: CelResult) -> None:
    for rule in plan.rules:
        _evaluate(rule, value, pointer, item, result)
    if isinstance(value, dict):
        for key, inner in value.items():
            below = plan.fields.get(key, plan.others)
            if below is not None and below.judges and inner is not None:
                _walk(inner, below, f"{pointer}/{escape(key)}", item, result)
    elif isinstance(value, list) and plan.items is not None and plan.items.judges:
        for index, inner in enumerate(value):
            _walk(inner, plan.items, f"{pointer}/{index}", item, result)


def _evaluate(rule: _Rule, value: Any, pointer: str, item: KubeObject, result: CelResult) -> None:
    reason = rule.reason
    verdict: Any = _ABSENT
    if rule.program is not None:
        try:
            verdict = rule.program.execute(_context(rule.text, value))
        except RuntimeError as error:
            reason = f"it uses what is not known here: {str(error).partition('. ')[0]}"
        except (ValueError, KeyError, TypeError, IndexError, ArithmeticError, AttributeError) as error:
            verdict = f"the rule cannot be evaluated on it: {error}"
    if verdict is True:
        return
    if verdict is _ABSENT:
        body = item.body
        result.unevaluated.append(Unevaluated(body["apiVersion"], body["kind"], reason, rule.text, pointer, item))
        return
    says = rule.message or f"failed rule: `{' '.join(rule.text.split())}`"
    notes = [f"the rule of the CustomResourceDefinition: `{' '.join(rule.text.split())}`"] if rule.message else []
    if isinstance(verdict, str):
        notes.append(verdict)
    headline = f"{called(item)}: {says.strip().rstrip('.')}"
    result.found.append(
        FoundInObject(item, pointer + rule.field, headline, "refused by a rule of its kind", tuple(notes), _CURE)
    )


_ESCAPES = (("__", "__underscores__"), (".", "__dot__"), ("-", "__dash__"), ("/", "__slash__"))
_RESERVED = frozenset(
    [
        "true",
        "false",
        "null",
        "in",
        "as",
        "break",
        "const",
        "continue",
        "else",
        "for",
        "function",
        "if",
        "import",
        "let",
        "loop",
        "package",
        "namespace",
        "return",
        "var",
        "void",
        "while",
    ]
)


def _context(text: str, value: Any) -> Any:
    import cel

    from mlplat.compiler.check.cel_functions import FUNCTIONS

    context = cel.Context()
    for name, function in FUNCTIONS.items():
        if name in text:
            context.add_function(name, function)
    context.add_variable("self", _escaped(value) if "__" in text else value)
    return context


def _escaped(value: Any) -> Any:
    """Names that CEL cannot read, under the names that rules give them (`__namespace__`, `a__dash__b`)."""
    if isinstance(value, dict):
        made = {}
        for key, inner in value.items():
            name = key
            for character, replacement in _ESCAPES:
                name = name.replace(character, replacement)
            made[key] = made[f"__{key}__" if key in _RESERVED else name] = _escaped(inner)
        return made
    return [_escaped(item) for item in value] if isinstance(value, list) else value
