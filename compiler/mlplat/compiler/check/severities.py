"""Severities that an environment wants for codes that do not exist, or whose severity nobody can change."""

from collections.abc import Iterator

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.wording import quoted
from mlplat.diagnostics import Diagnostic, Label, Severity, near_misses
from mlplat.diagnostics.codes import CODES


def unheeded_severities(env: ResolvedEnvironment, changeable: frozenset[str]) -> Iterator[Diagnostic]:
    """MLP374: one finding for each code under `rules` of the environment that is none of `changeable` and no user's."""
    for code in env.environment.document.spec.rules:
        if code in changeable or env.own.may_have(code):
            continue
        span = env.environment.key("spec", "rules", code)
        if code in CODES:
            yield Diagnostic(
                "MLP374",
                Severity.ERROR,
                f"the severity of {code} cannot be changed",
                Label(span, "the same everywhere"),
                notes=(f"it is: {CODES[code].title}",),
                help=f"delete the line; `mlplat explain {code}` says what can be done",
            )
        else:
            known = sorted(changeable | {rule.document.spec.code for rule in env.own.rules})
            close = near_misses(code, known)
            yield Diagnostic(
                "MLP374",
                Severity.ERROR,
                f"there is no rule `{code}`",
                Label(span, "no such code"),
                help=f"did you mean {quoted(close)}?" if close else "delete the line",
            )
