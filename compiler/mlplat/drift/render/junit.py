"""The report as JUnit, which most CI systems show as a list of tests."""

from mlplat.diagnostics.render.junit import case, failure, skipped, suite
from mlplat.drift.render.sarif import sentence
from mlplat.drift.render.words import by_object, headline, object_text, place_text, value_text, writer_text
from mlplat.drift.report import DriftClass, DriftFinding, DriftReport


def render(report: DriftReport) -> str:
    """A failed test case for each difference, a skipped one for what could not be compared; one that passed when there
    is neither."""
    cases = [_case(finding) for _, findings in by_object(report.findings) for finding in findings]
    name = f"mlplat drift {report.environment}" if report.environment else "mlplat drift"
    return suite(name, cases or [case("mlplat drift", headline(report))])


def _case(finding: DriftFinding) -> str:
    if finding.cls is DriftClass.NOT_COMPARABLE:
        content = skipped(finding.detail or sentence(finding))
    else:
        facts = {
            "declared": value_text(finding.declared),
            "live": value_text(finding.live),
            "written by": writer_text(finding.writer),
            "cause": str(finding.cause),
            "declared at": str(finding.origin) if finding.origin else "",
        }
        body = "\n".join(f"{name}: {text}" for name, text in facts.items() if text)
        content = failure(finding.cls, sentence(finding), body)
    return case(object_text(finding.object), f"{finding.cls} {place_text(finding)}", content)
