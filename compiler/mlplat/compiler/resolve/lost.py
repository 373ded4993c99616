"""Findings for references that lead nowhere."""

from collections.abc import Collection, Mapping

from mlplat.compiler.artifacts import BASE, Document
from mlplat.compiler.resolve.layers import Scope
from mlplat.compiler.resolve.references import Broken, declared_in, entries, names_of
from mlplat.compiler.resolve.wording import listed, quoted, shown, subject, words
from mlplat.diagnostics import Diagnostic, Label, Severity, Span, near_misses

_ENTRY_WORDS = {"nodePools": ("MLP203", "node pool"), "storageClasses": ("MLP204", "storage class")}
"""Code and words for each list of the environment whose entries are named elsewhere."""


def explain_broken(group: list[Broken], scopes: Mapping[str, Scope]) -> Diagnostic:
    """The finding for one place; `group` is the same reference in every environment in which it is broken."""
    first = group[0]
    if first.owner is not None:
        return _other_team(first)
    pattern = first.reference.pattern
    entry = pattern.names_entry
    code, what = _ENTRY_WORDS[entry] if entry is not None else ("MLP201", words(pattern.refers_to or ""))
    name = str(first.reference.node.value)
    environments = [problem.environment for problem in group]
    in_environments = f"environment{'s' if len(environments) > 1 else ''} {listed(environments, 4)}"
    choices = {
        env: entries(scopes[env], entry) if entry else names_of(scopes[env], pattern.refers_to or "")
        for env in environments
    }
    notes = _choices(what, choices)
    for environment, node in declared_in(scopes, first.reference, frozenset(environments))[:3]:
        notes.append(f"`{name}` is declared in `{environment}` ({node.span})")
    close = near_misses(name, sorted(set.intersection(*(set(names) for names in choices.values()))))
    home = f"under `spec.{entry}` of the environment" if entry else f"as a {pattern.refers_to} document"
    return Diagnostic(
        code,
        Severity.ERROR,
        f"{subject(*first.source)} names {_article(what)} {what} that does not exist: {shown(name)}",
        Label(first.reference.node.span, f"no such {what} in {in_environments}"),
        notes=tuple(notes),
        help=f"{_article(what)} {what} with a similar name exists: {quoted(close)}" if close else f"declare it {home}",
    )


def _choices(what: str, choices: Mapping[str, tuple[str, ...]]) -> list[str]:
    """What could be named, told once for environments that have the same."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for environment, names in choices.items():
        alike.setdefault(names, []).append(environment)
    plural = what + ("es" if what.endswith("s") else "s")
    return [
        f"{plural} of {listed(environments, 4)}: {listed(names)}"
        if names
        else f"{listed(environments, 4)} {'have' if len(environments) > 1 else 'has'} no {plural}"
        for names, environments in alike.items()
    ]


def _other_team(problem: Broken) -> Diagnostic:
    kind = problem.reference.pattern.refers_to or ""
    name = str(problem.reference.node.value)
    free = kind == "Secret"
    return Diagnostic(
        "MLP202",
        Severity.ERROR,
        f"{subject(*problem.source)} names {_article(words(kind))} {words(kind)} of another team: {shown(name)}",
        Label(problem.reference.node.span, f"belongs to team `{problem.owner}`"),
        notes=("what a team owns lies in its namespace, where pods of other namespaces cannot reach it",),
        help=f"name a {words(kind)} of the same team{' or one without a team' if free else ''}",
    )


def lost_promotions(platform: Document, known: tuple[str, ...], unsynced: Collection[str]) -> list[Diagnostic]:
    """Environments that the platform promotes to and that do not exist, or that are never synced."""
    listed_node = platform.node.at(("spec", "promotion"))
    findings: list[Diagnostic] = []
    for _, item in listed_node.children() if listed_node else ():
        if not isinstance(item.value, str):
            continue
        if item.value not in known:
            findings.append(_unknown_promotion(item.value, item.span, known))
        elif item.value in unsynced and item.value != BASE:  # validation refuses base
            findings.append(_unsynced_promotion(item.value, item.span))
    return findings


def _unknown_promotion(name: str, span: Span, known: tuple[str, ...]) -> Diagnostic:
    close = near_misses(name, known)
    return Diagnostic(
        "MLP209",
        Severity.ERROR,
        f"the platform promotes to an environment that does not exist: {shown(name)}",
        Label(span, "no such environment"),
        notes=(f"environments: {quoted(known)}",) if known else (),
        help=f"write `{close[0]}`" if close else f"make `environments/{name}/`, or delete this entry",
    )


def _unsynced_promotion(name: str, span: Span) -> Diagnostic:
    return Diagnostic(
        "MLP216",
        Severity.ERROR,
        f"the platform promotes to an environment that is never synced: `{name}`",
        Label(span, "says `sync: false`"),
        help=f"delete this entry, or `sync: false` in environment `{name}`",
    )


def _article(what: str) -> str:
    return "an" if what[:1] in "aeiou" else "a"
