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
    failures = sum(finding.severity is Severity.ERROR for finding in found)
    cases = [_case(finding) for finding in found] or ['  <testcase classname="mlplat" name="no findings"/>\n']
    counts = f'tests="{len(cases)}" failures="{failures}" errors="0" skipped="0"'
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<testsuites {counts}>\n"
        f'<testsuite name="mlplat" {counts}>\n{"".join(cases)}</testsuite>\n</testsuites>\n'
    )


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
    opening = f"  <testcase classname={_attribute(file)} name={_attribute(f'{finding.code} {headline}')}>"
    if finding.severity is Severity.ERROR:
        content = f"<failure type={_attribute(finding.code)} message={_attribute(headline)}>{_text(body)}</failure>"
    else:
        content = f"<system-out>{_text(f'{finding.severity}: {headline}{chr(10)}{body}')}</system-out>"
    return f"{opening}{content}</testcase>\n"


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub("\ufffd", text))


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", text))
