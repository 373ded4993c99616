"""Documents named as `Kind/name` in the fields that hold such names."""

from typing import NamedTuple

from mlplat.compiler.artifacts import Node
from mlplat.compiler.resolve.wording import quoted, shown
from mlplat.diagnostics import Diagnostic, Label, Severity, near_misses
from mlplat.schema.environment import Environment
from mlplat.schema.kinds import KINDS
from mlplat.schema.platform import Platform
from mlplat.schema.rule import Rule


class Address(NamedTuple):
    """A document by kind and name."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


_NAMEABLE = tuple(sorted(set(KINDS) - {Platform.kind_name, Environment.kind_name, Rule.kind_name}))


def read_address(node: Node) -> Address | Diagnostic | None:
    """The address in a text, or what is wrong with it; None for what is not text (validation refuses that)."""
    text = node.value
    if not isinstance(text, str):
        return None
    kind, slash, name = text.partition("/")
    if not slash or not kind or not name:
        return Diagnostic(
            "MLP208",
            Severity.ERROR,
            f"{shown(text)} does not name a document",
            Label(node.span, "not `Kind/name`"),
            help="write the kind, a slash and the name, for example `Queue/research`",
        )
    if kind not in _NAMEABLE:
        close = near_misses(kind, _NAMEABLE)
        return Diagnostic(
            "MLP208",
            Severity.ERROR,
            f"{shown(text)} does not name a document: no kind `{kind}` can stand here",
            Label(node.span, "unknown kind"),
            notes=() if close else (f"kinds: {quoted(_NAMEABLE)}",),
            help=f"write `{close[0]}/{name}`" if close else "name a document of one of these kinds",
        )
    return Address(kind, name)
