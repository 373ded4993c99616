"""Findings as a JUnit report, which most CI systems show as a list of tests."""

import re
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from mlplat.diagnostics.diagnostic import Diagnostic, Severity
from mlplat.diagnostics.render.order import ordered

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(findings: Sequence[Diagnostic], sources: Mapping[str, str]) -> str:
    """A suite with one test case for each finding, failed where it is an error; one that passed when there is none."""
    found = ordered(findings, sources)
    return suite("mlplat", [_case(finding) for finding in found] or [case("mlplat", "no findings")])


def suite(name: str, cases: Sequence[str]) -> str:
    """A whole report with one suite of test cases."""
    failures, skipped = (sum(f"<{what} " in each for each in cases) for what in ("failure", "skipped"))
    counts = f'tests="{len(cases)}" failures="{failures}" errors="0" skipped="{skipped}"'
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<testsuites {counts}>\n"
        f"<testsuite name={_attribute(name)} {counts}>\n{''.join(cases)}</testsuite>\n</testsuites>\n"
    )


def case(classname: str, name: str, content: str = "") -> str:
    """One test case: passed, or with what `failure`, `skipped` or `remark` made as its content."""
    opening = f"  <testcase classname={_attribute(classname)} name={_attribute(name)}"
    return f"{opening}>{content}</testcase>\n" if content else f"{opening}/>\n"


def failure(kind: str, message: str, body: str) -> str:
    """What makes a test case a failed one."""
    return f"<failure type={_attribute(kind)} message={_attribute(message)}>{_text(body)}</failure>"


def skipped(message: str) -> str:
    """What makes a test case one of which nothing is known."""
    return f"<skipped message={_attribute(message)}/>"


def remark(text: str) -> str:
    """What a test case that passed has to say."""
    return f"<system-out>{_text(text)}</system-out>"


def _case(finding: Diagnostic) -> str:
    place = "" if finding.primary is None else str(finding.primary.span)
    file = "mlplat" if finding.primary is None else finding.primary.span.file
    headline = finding.headline
    body = "\n".join(
        [
            *([place] if place else []),
            *finding.notes,
            *([finding.help] if finding.help else []),
        ]
    )
    if finding.severity is Severity.ERROR:
        content = failure(finding.code, headline, body)
    else:
        content = remark(f"{finding.severity}: {headline}\n{body}")
    return case(file, f"{finding.code} {headline}", content)


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub("\ufffd", text))


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", text))
