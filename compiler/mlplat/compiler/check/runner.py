"""Runs the rules, and turns what they found into findings with the severity that the environment wants."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mlplat.catalog.lookup import Tables
from mlplat.compiler.artifacts import CheckedEnvironment, Draft, KubeObject, OwnRules, ResolvedEnvironment
from mlplat.compiler.check.allowances import (
    Allowance,
    allowances_of_environment,
    allowances_of_objects,
    codes_allowed_on,
    subject_of_document,
    subject_of_object,
    unused,
)
from mlplat.compiler.check.object_rules import OBJECT_RULES
from mlplat.compiler.check.own_rule_findings import UNEVALUATED
from mlplat.compiler.check.own_rules import Programs, Surroundings, judge, told_unjudged
from mlplat.compiler.check.patched import patched_place
from mlplat.compiler.check.platform_rules import PLATFORM_RULES
from mlplat.compiler.check.rule import Found, FoundInObject, ObjectRule, ObjectScope, Severities
from mlplat.compiler.check.rules import SPEC_RULES
from mlplat.compiler.check.severities import unheeded_severities
from mlplat.diagnostics import Diagnostic, Label, ObjectAddress, Severity, Span, has_errors, sort_key
from mlplat.diagnostics.codes import CODES
from mlplat.objects.pointer import steps_of

SCHEMA_RULE = "MLP413"
AFTER_SCHEMA = frozenset(("MLP440", "MLP443", "MLP444", "MLP445", "MLP446", "MLP447"))
"""What the server looks at only once the schema has nothing to say, as it does."""


CHANGEABLE = frozenset(
    (
        UNEVALUATED,
        *(rule.code for rule in SPEC_RULES),
        *(rule.code for rule in OBJECT_RULES),
        *(rule.code for rule in PLATFORM_RULES),
    )
)
"""Codes whose severity an environment can change."""

STRICTER = frozenset(("MLP448",))
"""Rules that refuse, by design, what the server takes: also where raw manifests are judged."""


@dataclass(frozen=True, slots=True)
class SpecVerdict:
    """What the spec rules said of one environment. `checked` is None when one of the findings is an error.

    `allowances` and `used` are handed on to the object rules: an allowance may be meant for either.
    """

    checked: CheckedEnvironment | None
    findings: tuple[Diagnostic, ...]
    allowances: tuple[Allowance, ...] = ()
    used: frozenset[Allowance] = frozenset()


def check_environment(env: ResolvedEnvironment) -> SpecVerdict:
    """All spec rules on one environment."""
    severities: Severities = env.environment.document.spec.rules
    allowances, findings = allowances_of_environment(env)
    findings += unheeded_severities(env, CHANGEABLE)
    used: set[Allowance] = set()
    for rule in SPEC_RULES:
        severity = severity_of(rule.code, severities)
        if severity is None:
            continue
        for found in rule.check(env):
            allowed = _allowed(allowances, rule.code, subject_of_document(found.document))
            if allowed is not None:
                used.add(allowed)
            else:
                findings.append(_from_spec(rule.code, severity, found))
    ordered = tuple(sorted(findings, key=sort_key))
    checked = None if has_errors(ordered) else CheckedEnvironment(env)
    return SpecVerdict(checked, ordered, tuple(allowances), frozenset(used))


@dataclass(slots=True, eq=False)
class Clean:
    """Objects in which rules found nothing, so that environments that share them look once.

    By rule and tables: the drafts that objects were finished from, by identity, with the name that the object had.
    The drafts are kept alive here. (10,000 objects of five environments: 1.7 s to 0.5 s.)
    """

    known: dict[tuple[str, int], set[tuple[int, str]]] = field(default_factory=dict)
    kept: dict[int, tuple[Draft, Tables]] = field(default_factory=dict)

    def check(self, rule: ObjectRule, scope: ObjectScope) -> list[FoundInObject]:
        """What a rule finds in the objects of which it is not known that it finds nothing."""
        if not rule.single:
            return list(rule.check(scope))
        clean = self.known.setdefault((rule.code, id(scope.tables)), set())
        new = [item for item in scope.objects if item.draft is None or (id(item.draft), item.ref.name) not in clean]
        found = list(rule.check(replace(scope, objects=new))) if new else []
        guilty = {id(one.object) for one in found}
        for item in new:
            if item.draft is not None and id(item) not in guilty:
                clean.add((id(item.draft), item.ref.name))
                self.kept[id(item.draft)] = (item.draft, scope.tables)
        return found


@dataclass(frozen=True, slots=True)
class ObjectVerdict:
    """What the object rules said of one environment, and which of its allowances its findings used."""

    findings: tuple[Diagnostic, ...]
    allowances: tuple[Allowance, ...]
    used: frozenset[Allowance]


def check_objects(
    scope: ObjectScope, severities: Severities, before: SpecVerdict, clean: Clean, programs: Programs | None = None
) -> ObjectVerdict:
    """All object rules on the objects of one environment, and with `programs` the users' own.

    `before` is the verdict of the spec rules on it, `clean` what was found clean in other environments.
    """
    own = scope.environment.own if scope.environment is not None else OwnRules()
    written, findings = allowances_of_objects(scope.objects, own)
    allowances = (*before.allowances, *written)
    used: set[Allowance] = set(before.used)
    for rule in OBJECT_RULES:
        severity = severity_of(rule.code, severities)
        if severity is None:
            continue
        for found in clean.check(rule, scope):
            allowed = _allowed(allowances, rule.code, subject_of_object(found.object))
            if allowed is not None:
                used.add(allowed)
            else:
                findings.append(object_finding(rule.code, severity, found))
    if programs is not None and scope.environment is not None:
        for code, level, told in _of_own_rules(programs, scope, Surroundings.of(scope.environment), severities):
            if isinstance(told, Diagnostic):
                findings.append(told)
                continue
            allowed = _allowed(allowances, code, subject_of_object(told.object))
            if allowed is not None:
                used.add(allowed)
            else:
                findings.append(object_finding(code, level, told))
    return ObjectVerdict(tuple(sorted(findings, key=sort_key)), allowances, frozenset(used))


def _of_own_rules(
    programs: Programs, scope: ObjectScope, around: Surroundings, severities: Severities
) -> Iterator[tuple[str, Severity, FoundInObject | Diagnostic]]:
    """What the users' rules find in the objects of an environment, with code and severity; what is wrong with the rules
    themselves as a whole finding. That a rule cannot be evaluated matters as much as what it would have found."""
    wanted = {one.code: severity_of(one.code, severities, one.severity) for one in programs.rules}
    verdict = judge(programs, scope.objects, around, frozenset(code for code, level in wanted.items() if level is None))
    for one, found in verdict.found:
        yield one.code, wanted[one.code] or one.severity, found
    for miss in verdict.unjudged:
        level = severity_of(UNEVALUATED, severities, wanted[miss.rule.code] or miss.rule.severity)
        told = told_unjudged(miss)
        if level is not None and told is not None:
            yield UNEVALUATED, level, told
    for fault in verdict.faults:
        yield fault.code, fault.severity, fault


def unused_allowances(verdicts: Iterable[ObjectVerdict], unjudged: OwnRules | None = None) -> list[Diagnostic]:
    """A finding for each allowance that no environment used: an inherited one may be needed in a single environment.

    What only a look at all environments can find is judged there (`platform.py`). Of a rule in `unjudged` nothing is
    known.
    """
    judged = list(verdicts)
    elsewhere = {rule.code for rule in PLATFORM_RULES}
    if unjudged is not None:
        elsewhere |= {item.code for verdict in judged for item in verdict.allowances if unjudged.may_have(item.code)}
    spent = {(item.code, item.where) for verdict in judged for item in verdict.used}
    held = {(item.code, item.where): item for verdict in judged for item in verdict.allowances}
    return unused(item for key, item in held.items() if key not in spent and item.code not in elsewhere)


def find_in_objects(scope: ObjectScope, severities: Severities) -> Iterator[tuple[FoundInObject, Diagnostic]]:
    """What the object rules find in raw manifests; allowances stand in annotations.

    What a server would take is a warning at most (`STRICTER` names the exceptions).
    """
    allowed: dict[int, frozenset[str]] = {}
    misshapen: set[int] = set()
    well_formed = scope
    for rule in sorted(OBJECT_RULES, key=lambda rule: rule.code != SCHEMA_RULE):
        severity = severity_of(rule.code, severities)
        if severity is None:
            continue
        for found in rule.check(well_formed if rule.code in AFTER_SCHEMA else scope):
            item = found.object
            if rule.code == SCHEMA_RULE and not found.tolerated:
                misshapen.add(id(item))
            if id(item) not in allowed:
                allowed[id(item)] = codes_allowed_on(item.body)
            if rule.code not in allowed[id(item)]:
                softened = found.tolerated and rule.code not in STRICTER and severity is Severity.ERROR
                yield found, object_finding(rule.code, Severity.WARNING if softened else severity, found)
        if rule.code == SCHEMA_RULE:
            well_formed = replace(scope, objects=[item for item in scope.objects if id(item) not in misshapen])


def severity_of(code: str, severities: Severities, otherwise: Severity | None = None) -> Severity | None:
    """The severity of a code in an environment, None when it is switched off there; `otherwise` instead of the one that
    the registry names."""
    wanted = severities.get(code)
    if wanted == "off":
        return None
    return Severity(wanted) if wanted else otherwise or CODES[code].severity


def _allowed(allowances: Sequence[Allowance], code: str, subject: tuple[str, ...]) -> Allowance | None:
    return next((item for item in allowances if item.code == code and item.subject == subject), None)


def _from_spec(code: str, severity: Severity, found: Found) -> Diagnostic:
    span = (found.document.key if found.at_key else found.document.span)(*found.path)
    return Diagnostic(
        code, severity, found.headline, Label(span, found.label), found.secondary, found.notes, found.help
    )


MADE_FROM = "made from this document"
"""How the note of a finding on an object ends that stands at the document, and not at what decided it."""


def object_finding(code: str, severity: Severity, found: FoundInObject) -> Diagnostic:
    """The finding of an object or platform rule, placed in the manifest or in the document it was made from."""
    item = found.object
    patched = patched_place(item, found.pointer, found.at_key)
    span = patched or place_of(item, found.pointer, found.at_key)
    address = ObjectAddress(item.body["apiVersion"], item.ref.kind, item.ref.namespace or None, item.ref.name)
    primary = Label(span, found.label) if span else None
    notes = found.notes
    if item.origin is not None:
        source = "patched here" if patched is not None else MADE_FROM
        notes = (f"in {item.ref.kind} `{item.logical_name}` at `{found.pointer or '/'}`, {source}", *notes)
    return Diagnostic(
        code, severity, found.headline, primary, (), notes, found.help, address, found.pointer, found.at_key
    )


def place_of(item: KubeObject, pointer: str, at_key: bool = False) -> Span | None:
    """Where the text of an object's value (`at_key`: of its key) stands: in the manifest, or in the document the object
    was made from."""
    if item.node is None:
        return item.origin.key("metadata", "name") if item.origin is not None else None
    node = item.node
    for step in steps_of(pointer):
        key: Any = int(step) if isinstance(node.value, list) and step.isdigit() else step
        child = node.at((key,))
        if child is None:
            return node.key_span or node.span
        node = child
    return (node.key_span or node.span) if at_key else node.span
