"""The documents of `rules/`, typed; no two with one code."""

from collections.abc import Sequence

from mlplat.compiler.artifacts import Document, OwnRules, Resolved
from mlplat.compiler.resolve.merge import first_layer
from mlplat.compiler.resolve.validate import validate
from mlplat.diagnostics import Diagnostic, Severity
from mlplat.schema.rule import Rule


def resolve_rules(documents: Sequence[Document], complete: bool = True) -> tuple[OwnRules, tuple[Diagnostic, ...]]:
    """The rules of some documents, and what is wrong with them. `complete`: every file with rules could be read."""
    rules: dict[str, Resolved[Rule]] = {}
    findings: list[Diagnostic] = []
    for document in sorted(documents, key=lambda one: one.name):
        merged = first_layer(document)
        typed = validate(merged.node, document.kind, document.name)
        findings += (*merged.findings, *typed.findings)
        if not isinstance(typed.document, Rule) or merged.findings:
            complete = False
            continue
        rule = Resolved(typed.document, merged.node, ("rules",))
        first = rules.setdefault(typed.document.spec.code, rule)
        if first is not rule:
            findings.append(_same_code(rule, first))
    return OwnRules(tuple(rules.values()), complete), tuple(findings)


def _same_code(rule: Resolved[Rule], first: Resolved[Rule]) -> Diagnostic:
    code = rule.document.spec.code
    return Diagnostic(
        "MLP904",
        Severity.ERROR,
        f"the rules `{first.name}` and `{rule.name}` have one code, `{code}`",
        rule.label(("spec", "code"), "taken already"),
        (first.label(("spec", "code"), f"the code of `{first.name}`"),),
        notes=("by its code a rule is allowed on an object and gets another severity in an environment",),
        help="give one of the two another number",
    )
