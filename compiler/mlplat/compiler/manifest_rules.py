"""Users' own rules beside raw manifests: read from files, without a platform, and judged on the objects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mlplat.compiler.artifacts import KubeObject
from mlplat.compiler.check.allowances import codes_allowed_on
from mlplat.compiler.check.cel_rules import Unevaluated
from mlplat.compiler.check.own_rules import Programs, Surroundings, Unjudged, compile_rules, judge
from mlplat.compiler.check.rule import FoundInObject
from mlplat.compiler.check.runner import object_finding
from mlplat.compiler.load.documents import documents_of_rules
from mlplat.compiler.resolve.rules import resolve_rules
from mlplat.diagnostics import Diagnostic, has_errors
from mlplat.schema.kinds import KINDS


@dataclass(frozen=True, slots=True)
class GivenRules:
    """Rules that can be judged, and what is wrong with the others. `environment` is the one that manifests are for,
    None where nobody says so."""

    programs: Programs
    findings: tuple[Diagnostic, ...]
    environment: str | None = None


@dataclass(frozen=True, slots=True)
class RuleVerdict:
    """What rules say of raw manifests. `faults` are about the rules themselves."""

    found: tuple[tuple[FoundInObject, Diagnostic], ...]
    faults: tuple[Diagnostic, ...]
    unevaluated: tuple[Unevaluated, ...]


def compile_given(texts: Mapping[str, str], environment: str | None) -> GivenRules:
    """The rules of some texts (by path), compiled."""
    documents, unread = documents_of_rules(texts, frozenset(KINDS))
    own, wrong = resolve_rules(documents, complete=not has_errors(unread))
    programs = compile_rules(own, texts)
    return GivenRules(programs, (*unread, *wrong, *programs.findings), environment)


def judge_given(given: GivenRules, objects: Sequence[KubeObject]) -> RuleVerdict:
    """What the rules say of objects; what an object's annotation allows is left out."""
    name = given.environment
    around = Surroundings(name, {"name": name} if name is not None else None)
    verdict = judge(given.programs, objects, around)
    found = tuple(
        (one, object_finding(rule.code, rule.severity, one))
        for rule, one in verdict.found
        if rule.code not in codes_allowed_on(one.object.body)
    )
    return RuleVerdict(found, verdict.faults, tuple(_unevaluated(miss) for miss in verdict.unjudged))


def _unevaluated(miss: Unjudged) -> Unevaluated:
    rule = miss.rule
    reason = f"the rule {rule.code} (`{rule.rule.name}`): {miss.reason}"
    if miss.item is None:
        return Unevaluated("", "", reason, rule.expression.text)
    body = miss.item.body
    return Unevaluated(body["apiVersion"], body["kind"], reason, rule.expression.text, miss.pointer, miss.item)
