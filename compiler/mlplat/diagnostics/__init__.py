"""Findings as data: where, what, why, and what to do."""

from mlplat.diagnostics.diagnostic import Diagnostic, Label, ObjectAddress, Severity, has_errors, sort_key
from mlplat.diagnostics.gather import told_once
from mlplat.diagnostics.span import Span
from mlplat.diagnostics.suggest import near_misses

__all__ = [
    "Diagnostic",
    "Label",
    "ObjectAddress",
    "Severity",
    "Span",
    "has_errors",
    "near_misses",
    "sort_key",
    "told_once",
]
