"""What `mlplat explain` says of rules that users wrote themselves: their page is the document."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlplat.compiler.artifacts import OwnRules, Resolved
    from mlplat.schema.rule import Rule, RuleMatch

RULES = "rules"


def own_rules_of(root: Path) -> "OwnRules | None":
    """The rules of the platform in a folder, those that can be understood; None when it has none."""
    if not (root / RULES).is_dir():
        return None
    from mlplat.compiler.load.discover import read_sources  # heavy: reads YAML
    from mlplat.compiler.load.documents import documents_of_rules
    from mlplat.compiler.resolve.rules import resolve_rules  # heavy: builds every model
    from mlplat.schema.kinds import KINDS

    documents, _ = documents_of_rules(read_sources(root)[0].rules, frozenset(KINDS))
    return resolve_rules(documents)[0]


def line_of(rule: "Resolved[Rule]") -> str:
    """A rule in a list of codes."""
    spec = rule.document.spec
    return f"{spec.code}  {spec.severity:8} {rule.name:32} {spec.message or 'says what its expression gives'}"


def page_of_rule(rule: "Resolved[Rule]") -> str:
    """Everything that a rule says, as text."""
    spec = rule.document.spec
    parts = [f"# {spec.code}: {rule.name}", f"A rule of this platform, in {rule.span('spec', 'code')}."]
    if spec.message is not None:
        parts.append(f"## What it means\n\n{_sentence(spec.message)}")
    if spec.message_expression is not None:
        parts.append(f"## What it says\n\n{_code(spec.message_expression)}")
    place = f", at `{spec.pointer}`" if spec.pointer else ""
    parts.append(f"## What must be true\n\nOf {_subjects(spec.match)}{place}:\n\n{_code(spec.expression)}")
    if spec.help is not None:
        parts.append(f"## What to do\n\n{_sentence(spec.help)}")
    parts.append(
        f"## How to allow\n\nWrite `{spec.code}: reason` in the annotation `mlplat.dev/allow` of the document or "
        f"object; an environment has it otherwise with `rules: {{{spec.code}: warning}}`. Its severity is "
        f"`{spec.severity}`."
    )
    return "\n\n".join(parts)


def _code(text: str) -> str:
    return "```cel\n" + text.rstrip() + "\n```"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _subjects(match: "RuleMatch") -> str:
    """Which objects, in words."""
    said = f"objects of kind {_either(match.kinds)}" if match.kinds else "every object"
    if match.namespaces:
        said += f" in namespace {_either(match.namespaces)}"
    if match.environments:
        said += f" of environment {_either(match.environments)}"
    wanted = [f"`{key}: {value}`" for key, value in match.labels.match_labels.items()]
    wanted += [
        f"`{one.key}` {one.operator}{' ' + ', '.join(one.values) if one.values else ''}"
        for one in match.labels.match_expressions
    ]
    return said + (f" with labels {' and '.join(wanted)}" if wanted else "")


def _either(names: tuple[str, ...]) -> str:
    return " or ".join(f"`{name}`" for name in names)
