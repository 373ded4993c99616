"""Runs the rules that look at all environments together."""

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.allowances import allowances_of_environment, subject_of_object
from mlplat.compiler.check.platform_rules import PLATFORM_RULES
from mlplat.compiler.check.rule import PlatformScope
from mlplat.compiler.check.runner import object_finding, severity_of
from mlplat.diagnostics import Diagnostic, sort_key


def check_platform(scope: PlatformScope) -> tuple[Diagnostic, ...]:
    """All platform rules. Severity and allowances are those of the environment in which something was found."""
    findings: list[Diagnostic] = []
    for rule in PLATFORM_RULES:
        for name, found in rule.check(scope):
            env = scope.environments[name]
            severity = severity_of(rule.code, env.environment.document.spec.rules)
            if severity is not None and not _is_allowed(env, rule.code, subject_of_object(found.object)):
                findings.append(object_finding(rule.code, severity, found))
    return tuple(sorted(findings, key=sort_key))


def _is_allowed(env: ResolvedEnvironment, code: str, subject: tuple[str, ...]) -> bool:
    allowances, _ = allowances_of_environment(env)
    return any(item.code == code and item.subject == subject for item in allowances)
