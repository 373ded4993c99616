"""The rules that users write in `rules/`: compiled once, then judged on every object that they match."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from mlplat.compiler.artifacts import KubeObject, OwnRules, Resolved, ResolvedEnvironment
from mlplat.compiler.check.cel_evaluation import Expression, Failed, Malformed, Values, compile_expression
from mlplat.compiler.check.own_rule_findings import mistyped, never_matched, unbounded, uncompilable, unevaluated
from mlplat.compiler.check.pods import called
from mlplat.compiler.check.reading import mapping
from mlplat.compiler.check.rule import FoundInObject
from mlplat.diagnostics import Diagnostic, Severity
from mlplat.diagnostics.mask import MASK
from mlplat.objects.pointer import escape, steps_of
from mlplat.schema.rule import LabelRequirement, Rule, RuleMatch

VARIABLES = frozenset(("object", "environment", "self"))
_EACH = "*"


@dataclass(frozen=True, slots=True)
class Compiled:
    """A rule that can be evaluated. `says` is its `messageExpression`."""

    rule: Resolved[Rule]
    expression: Expression
    says: Expression | None

    @property
    def code(self) -> str:
        """Its code."""
        return self.rule.document.spec.code

    @property
    def severity(self) -> Severity:
        """How much its findings matter where no environment says otherwise."""
        return Severity(self.rule.document.spec.severity)


@dataclass(slots=True)
class Programs:
    """The rules of a platform, ready to be judged, and what is wrong with those that are not.

    `matched` gathers the codes of those that found an object to look at.
    """

    rules: tuple[Compiled, ...] = ()
    findings: tuple[Diagnostic, ...] = ()
    unjudged: OwnRules = field(default_factory=OwnRules)
    """Rules that cannot be compiled."""
    matched: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Unjudged:
    """An object on which a rule could not be evaluated, and why; None for all objects that it would match."""

    rule: Compiled
    item: KubeObject | None
    pointer: str
    reason: str


@dataclass(frozen=True, slots=True)
class OwnVerdict:
    """What the rules say of some objects. `faults` are about the rules themselves."""

    found: tuple[tuple[Compiled, FoundInObject], ...]
    unjudged: tuple[Unjudged, ...]
    faults: tuple[Diagnostic, ...]


def compile_rules(own: OwnRules, sources: Mapping[str, str]) -> Programs:
    """Every rule, compiled. `sources` are the texts of the files, in which a mistake is pointed at."""
    rules: list[Compiled] = []
    findings: list[Diagnostic] = []
    unjudged: list[Resolved[Rule]] = []
    for rule in own.rules:
        spec = rule.document.spec
        texts = {"expression": spec.expression, "messageExpression": spec.message_expression}
        made = {name: compile_expression(text, VARIABLES) for name, text in texts.items() if text is not None}
        wrong = {name: one for name, one in made.items() if isinstance(one, Malformed)}
        findings += [uncompilable(rule, name, one, sources) for name, one in wrong.items()]
        good = {name: one for name, one in made.items() if isinstance(one, Expression)}
        if wrong:
            unjudged.append(rule)
        else:
            rules.append(Compiled(rule, good["expression"], good.get("messageExpression")))
    return Programs(tuple(rules), tuple(findings), OwnRules(tuple(unjudged), own.complete))


def unmatched(programs: Programs) -> list[Diagnostic]:
    """A finding for each rule that found no object to look at, in any environment."""
    return [never_matched(one.rule) for one in programs.rules if one.code not in programs.matched]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The environment in which objects are judged. `name` and `variables` are None where it is not known."""

    name: str | None
    variables: Mapping[str, Any] | None

    @staticmethod
    def of(env: ResolvedEnvironment) -> "Surroundings":
        """As an environment of a platform says it."""
        spec = env.environment.document.spec
        variables: dict[str, Any] = {
            "name": env.name,
            "release": spec.release,
            "labels": dict(env.environment.document.metadata.labels),
        }
        if spec.cluster.name is not None:
            variables["cluster"] = spec.cluster.name
        return Surroundings(env.name, variables)


def judge(
    programs: Programs, objects: Sequence[KubeObject], around: Surroundings, off: frozenset[str] = frozenset()
) -> OwnVerdict:
    """Evaluate the rules on the objects that they match; those in `off` only look which they would match."""
    found: list[tuple[Compiled, FoundInObject]] = []
    unjudged: list[Unjudged] = []
    faults: list[Diagnostic] = []
    active = [one for one in programs.rules if _is_for(one.rule.document.spec.match, around)]
    for one in active if around.name is None else ():
        if one.rule.document.spec.match.environments:
            programs.matched.add(one.code)
            unjudged.append(Unjudged(one, None, "", "it is for single environments, and none is named (`--env`)"))
    if around.name is None:
        active = [one for one in active if not one.rule.document.spec.match.environments]
    for item in objects:
        matching = [one for one in active if _matches(one.rule.document.spec.match, item)]
        programs.matched.update(one.code for one in matching)
        body = _shown(item) if matching else item.body
        known = {"object": body} if around.variables is None else {"object": body, "environment": around.variables}
        values = Values(known)
        for one in matching:
            fault = None if one.code in off else _evaluate(one, item, values, found, unjudged)
            if fault is not None:
                faults.append(fault)
            if fault is not None or one.code in off:
                active.remove(one)
    return OwnVerdict(tuple(found), tuple(unjudged), tuple(faults))


def _is_for(match: RuleMatch, around: Surroundings) -> bool:
    """True for a rule of the environment, and for every rule where none is named."""
    return around.name is None or _fits(match.environments, around.name)


def _evaluate(
    one: Compiled,
    item: KubeObject,
    values: Values,
    found: list[tuple[Compiled, FoundInObject]],
    unjudged: list[Unjudged],
) -> Diagnostic | None:
    """Judge one object; a finding when the rule cannot judge anything as it is written."""
    reads = one.expression.names | (one.says.names if one.says is not None else frozenset())
    for pointer, value in _places(values.variables["object"], steps_of(one.rule.document.spec.pointer or "")):
        if "environment" in reads and "environment" not in values.variables:
            unjudged.append(Unjudged(one, item, pointer, "it asks for the environment, and none is named (`--env`)"))
            continue
        here = Values({"self": value}, values) if "self" in reads else values
        verdict = one.expression.evaluate(here)
        if verdict is True:
            continue
        if isinstance(verdict, Failed) and verdict.exhausted:
            return unbounded(one.rule, item, verdict.reason)
        if isinstance(verdict, Failed):
            unjudged.append(Unjudged(one, item, pointer, verdict.reason))
        elif verdict is False:
            found.append((one, _found(one, item, pointer, here)))
        else:
            return mistyped(one.rule, item, verdict)
    return None


def _found(one: Compiled, item: KubeObject, pointer: str, values: Values) -> FoundInObject:
    spec = one.rule.document.spec
    says = spec.message
    notes = [f"the rule `{one.rule.name}` in {one.rule.span('spec', 'expression')}"]
    if one.says is not None:
        said = one.says.evaluate(values)
        if isinstance(said, str) and said.strip():
            says = said
        else:
            why = said.reason if isinstance(said, Failed) else "it gives no text"
            notes.append(f"its `messageExpression` cannot be used here: {why}")
    says = " ".join((says or f"breaks the rule `{one.rule.name}`").split()).rstrip(".")
    return FoundInObject(item, pointer, f"{called(item)}: {says}", "", tuple(notes), spec.help, tolerated=True)


def told_unjudged(one: Unjudged) -> FoundInObject | None:
    """What could not be judged, as a finding on the object; None when it is about none."""
    return unevaluated(one.rule.rule, one.item, one.pointer, one.reason) if one.item is not None else None


def _shown(item: KubeObject) -> Mapping[str, Any]:
    """The object as rules see it: nothing of a Secret's values, which a message might repeat."""
    if (item.ref.group, item.ref.kind) != ("", "Secret"):
        return item.body
    hidden = {
        field: dict.fromkeys(item.body[field], MASK)
        for field in ("data", "stringData")
        if isinstance(item.body.get(field), dict)
    }
    return {**item.body, **hidden}


def _places(body: Any, steps: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """The places of a pointer in an object, with what is there: one, or with `*` as many as there are.

    Without `*` the place is given even where nothing stands; its value is then None.
    """
    places: list[tuple[str, Any]] = [("", body)]
    for step in steps:
        if step == _EACH:
            places = [(f"{at}/{escape(str(key))}", below) for at, value in places for key, below in _children(value)]
        else:
            places = [(f"{at}/{escape(step)}", _child(value, step)) for at, value in places]
    yield from places


def _children(value: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(value, Mapping):
        return value.items()
    return enumerate(value) if isinstance(value, list | tuple) else ()


def _child(value: Any, step: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(step)
    found = isinstance(value, list | tuple) and step.isdecimal() and int(step) < len(value)
    return value[int(step)] if found else None


def _matches(match: RuleMatch, item: KubeObject) -> bool:
    return (
        _fits_kind(match.kinds, item)
        and (not match.namespaces or (bool(item.ref.namespace) and _fits(match.namespaces, item.ref.namespace)))
        and _selects(match, item)
    )


def _fits_kind(patterns: Sequence[str], item: KubeObject) -> bool:
    whole = f"{item.ref.kind}.{item.ref.group}"
    return not patterns or any(_fits((one,), whole if "." in one else item.ref.kind) for one in patterns)


def _fits(patterns: Sequence[str], name: str) -> bool:
    return not patterns or any(_pattern(one).fullmatch(name) is not None for one in patterns)


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in text.split("*")))


def _selects(match: RuleMatch, item: KubeObject) -> bool:
    if not match.labels.match_labels and not match.labels.match_expressions:
        return True
    labels = mapping(mapping(item.body.get("metadata")).get("labels"))
    return all(labels.get(key) == value for key, value in match.labels.match_labels.items()) and all(
        _holds(requirement, labels) for requirement in match.labels.match_expressions
    )


def _holds(requirement: LabelRequirement, labels: Mapping[str, Any]) -> bool:
    """As `k8s.io/apimachinery/pkg/labels` reads a requirement: `NotIn` holds without the label too."""
    there = requirement.key in labels
    if requirement.operator == "Exists":
        return there
    if requirement.operator == "DoesNotExist":
        return not there
    among = there and labels[requirement.key] in requirement.values
    return among if requirement.operator == "In" else not among
