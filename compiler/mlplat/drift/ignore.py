"""Ignore rules of an Environment: which drift somebody has decided to live with, why, and until when."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

from mlplat.diagnostics import Span
from mlplat.drift.report import DriftClass, DriftFinding, Note, NoteReason


@dataclass(frozen=True, slots=True)
class IgnoreRule:
    """One rule; None stands for anything. `kind` is `Kind` or `Kind.group`, with `name` and `namespace` a glob. `path`
    is a readable path in which `*` stands for one step or part of one, and `[name=x]` for an item; it takes all below
    it too. `until` is the last day on which it holds, `2026-11-25`.
    """

    reason: str
    kind: str | None = None
    name: str | None = None
    namespace: str | None = None
    path: str | None = None
    manager: str | None = None
    until: str | None = None
    origin: Span | None = None

    def matches(self, finding: DriftFinding) -> bool:
        """True when the rule is about a finding. What could not be compared is never ignored."""
        name = finding.object
        if finding.cls is DriftClass.NOT_COMPARABLE:
            return False
        group = name.api_version.rpartition("/")[0]
        kind = f"{name.kind}.{group}" if self.kind is not None and "." in self.kind else name.kind
        return (
            _fits(self.kind, kind)
            and _fits(self.name, name.name or "")
            and _fits(self.namespace, name.namespace or "")
            and _fits(self.manager, finding.writer.manager or "")
            and (self.path is None or path_matches(self.path, finding.path))
        )

    @property
    def title(self) -> str:
        """The rule in a few words."""
        parts = (
            ("kind", self.kind),
            ("name", self.name),
            ("namespace", self.namespace),
            ("path", self.path),
            ("manager", self.manager),
        )
        said = ", ".join(f"{key} {value}" for key, value in parts if value is not None)
        return said or "everything"


@dataclass(frozen=True, slots=True)
class Ruled:
    """Findings that are left, and what is to be said of the rules."""

    findings: tuple[DriftFinding, ...]
    notes: tuple[Note, ...]


def apply_rules(findings: Sequence[DriftFinding], rules: Sequence[IgnoreRule], today: str) -> Ruled:
    """Takes away what a rule ignores. The first rule that matches has the hit; a rule that has expired ignores nothing
    more, and one that never matches is named too."""
    hits = dict.fromkeys(range(len(rules)), 0)
    left: list[DriftFinding] = []
    notes: list[Note] = []
    for finding in findings:
        number = next(_matching(rules, finding, today), None)
        if number is None:
            left.append(finding)
            continue
        hits[number] += 1
        notes.append(_ignored(finding, rules[number]))
    for number, rule in enumerate(rules):
        if _is_over(rule, today):
            text = f"the ignore rule for {rule.title} has ended on {rule.until}: {rule.reason}"
            notes.append(Note(NoteReason.EXPIRED_IGNORE, text))
        elif not hits[number]:
            notes.append(
                Note(NoteReason.UNUSED_IGNORE, f"the ignore rule for {rule.title} matched nothing: {rule.reason}")
            )
        else:
            text = f"the ignore rule for {rule.title}: {rule.reason}"
            notes.append(Note(NoteReason.IGNORED, text, count=hits[number]))
    return Ruled(tuple(left), tuple(notes))


def _matching(rules: Sequence[IgnoreRule], finding: DriftFinding, today: str) -> Iterator[int]:
    return (number for number, rule in enumerate(rules) if not _is_over(rule, today) and rule.matches(finding))


def _is_over(rule: IgnoreRule, today: str) -> bool:
    return rule.until is not None and bool(today) and today > rule.until


def _ignored(finding: DriftFinding, rule: IgnoreRule) -> Note:
    return Note(
        NoteReason.IGNORED, rule.reason, finding.object, finding.pointer, finding.path, finding.live, finding.writer
    )


def _fits(pattern: str | None, text: str) -> bool:
    return pattern is None or fnmatchcase(text, pattern)


def path_matches(pattern: str, path: str) -> bool:
    """True when a readable path is what a pattern means, or lies below it."""
    return _compiled(pattern).match(path) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    """`*` between dots or brackets is one step; within a step, any part of it that crosses no dot or bracket."""
    text = "".join(r"[^.\[\]]*" if part == "*" else re.escape(part) for part in re.split(r"(\*)", pattern.lstrip(".")))
    # `[*]` may stand for keys with dots in them, `data["a.b"]` too.
    text = text.replace(r"\[[^.\[\]]*\]", r"\[[^\]]*\]")
    return re.compile(rf"{text}(?=[.\[]|$)")
