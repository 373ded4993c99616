"""Findings as text: what a person reads, and what programs read."""

import json as standard_json
import os
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlplat.diagnostics import Diagnostic, Label, Severity, Span
from mlplat.diagnostics.codes import CODES
from mlplat.diagnostics.render import FORMATS, full, json, sarif
from tests.casefile import Case, check_case, read_cases
from tests.diagnostics.findings import FINDINGS, HARD, HARMLESS, SECRETS, SOURCES, about_secret, pointing

CASES = Path(__file__).parent / "cases"


def check_file(name: str, given_text: str) -> None:
    path = CASES / name
    if os.environ.get("MLPLAT_BLESS") and not os.environ.get("CI"):
        path.write_text(given_text, encoding="utf-8")
    assert given_text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FORMATS)
def test_each_format(name: str) -> None:
    shown = FORMATS[name](FINDINGS, SOURCES)
    check_file(
        f"format.{name}", re.sub(r'"version": "\d+\.\d+\.\d+\S*"(?=,\n {10}"rules)', '"version": "VERSION"', shown)
    )


@pytest.mark.parametrize("case", read_cases(CASES / "hard.txt"), ids=lambda case: case.title)
def test_what_is_hard_to_show(case: Case) -> None:
    check_case(CASES / "hard.txt", case, lambda _: full.render([HARD[case.title]], SOURCES))


def test_every_hard_finding_is_in_the_case_file() -> None:
    assert [case.title for case in read_cases(CASES / "hard.txt")] == list(HARD)


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in ("json", "sarif", "junit")])
def test_nothing_to_say_is_no_text(name: str) -> None:
    assert FORMATS[name]([], {}) == ""


def test_colour_changes_no_word() -> None:
    plain = full.render(FINDINGS, SOURCES)
    colored = full.render(FINDINGS, SOURCES, color=True)
    assert "\x1b" not in plain
    assert "\x1b[1;31m" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plain


def test_findings_come_in_order_and_once() -> None:
    text = FORMATS["concise"]([*FINDINGS, *reversed(FINDINGS)], SOURCES)
    assert text == FORMATS["concise"](FINDINGS, SOURCES)
    assert [line.split(": ")[0] for line in text.splitlines()[1:]] == [
        f"environments/prod/environment.yaml:{place}" for place in ("9:14", "12:7", "13:17")
    ]


def test_twenty_are_shown_in_full_and_errors_are_among_them() -> None:
    warnings = [
        Diagnostic("MLP399", Severity.WARNING, f"w{n:02}", Label(Span("a.yaml", n, 1, n, 2))) for n in range(1, 25)
    ]
    error = pointing("z.yaml", 1, 1, 1)
    text = full.render([*warnings, error], {})
    assert text.count("warning[") == 19
    assert text.index("error[MLP001]") > text.index("w19")
    assert text.endswith("… and 5 more: `mlplat check -o concise` lists all\n\n1 error, 24 warnings\n")


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("line", SECRETS)
def test_no_format_ever_shows_a_credential(name: str, line: int) -> None:
    shown = FORMATS[name]([about_secret(line)], SOURCES)
    assert SECRETS[line] not in shown
    assert "(masked)" in shown


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: v1\nstringData:\n  password: [ hunter2-hunter2\nkind: Secret\n",
        "items:\n- kind: Secret\n  data:\n   user: x\n  token: hunter2-hunter2: y\n",
        '{"kind": "Secret", "stringData": {"password": "x"} hunter2-hunter2',
    ],
    ids=["kind-last", "in-a-list", "json"],
)
def test_nothing_is_shown_of_a_broken_file_that_holds_a_secret(name: str, text: str) -> None:
    """Where it cannot be read, what is a value and what is none is a guess: the place alone is told."""
    number = next(index for index, line in enumerate(text.split("\n"), 1) if "hunter2" in line)
    finding = Diagnostic(
        "MLP001",
        Severity.ERROR,
        "`hunter2-hunter2` is not expected here",
        Label(Span("broken.yaml", number, 1, number, 5), "hunter2-hunter2"),
        notes=("it says hunter2-hunter2",),
    )
    shown = FORMATS[name]([finding], {"broken.yaml": text})
    assert "hunter2" not in shown
    assert "broken.yaml" in shown


@pytest.mark.parametrize("line", HARMLESS)
def test_what_is_no_credential_is_shown(line: int) -> None:
    assert f"{HARMLESS[line]}" in full.render([about_secret(line)], SOURCES).split("-->")[1]


def test_json_has_every_key_always() -> None:
    document = standard_json.loads(json.render(FINDINGS, SOURCES))
    assert document["apiVersion"] == "mlplat.dev/findings/v1"
    place = ["file", "line", "column", "endLine", "endColumn"]
    keys = ["code", "severity", "message", *place, "labels", "notes", "help", "docs", "object", "pointer"]
    assert all(list(finding) == keys for finding in document["findings"])
    assert document["findings"][0]["file"] is None
    assert document["findings"][-1]["object"]["kind"] == "TrainJob"


def test_sarif_results_name_their_rules() -> None:
    run = standard_json.loads(sarif.render(FINDINGS, SOURCES))["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted({finding.code for finding in FINDINGS})
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    assert {result["level"] for result in run["results"]} <= {"error", "warning", "note"}


def test_a_path_in_sarif_is_a_uri() -> None:
    run = standard_json.loads(sarif.render([pointing("a b/ü.yaml", 1, 1, 1)], {}))["runs"][0]
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20b/%C3%BC.yaml"


def test_github_commands_stay_on_one_line_each() -> None:
    finding = Diagnostic(
        "MLP001", Severity.NOTE, "100%\nof it", Label(Span("a,b:c.yaml", 1, 2, 3, 4)), help="::error::x"
    )
    assert FORMATS["github"]([finding], {}) == (
        "::notice file=a%2Cb%3Ac.yaml,line=1,endLine=3,title=MLP001::100%25%0Aof it%0Ahelp: ::error::x\n"
    )


def test_junit_is_xml_and_only_errors_fail() -> None:
    odd = Diagnostic("MLP001", Severity.ERROR, 'a <b> & \x1b "c"', Label(Span("x.yaml", 1, 1, 1, 2)))
    suites = ElementTree.fromstring(FORMATS["junit"]([*FINDINGS, odd], SOURCES).encode())
    assert suites.get("tests") == "5"
    assert suites.get("failures") == "3"
    assert len(suites.findall(".//failure")) == 3
    empty = ElementTree.fromstring(FORMATS["junit"]([], {}).encode())
    assert (empty.get("tests"), empty.get("failures")) == ("1", "0")


spans = st.builds(
    lambda line, column, height, width: Span("f.yaml", line, column, line + height, column + width),
    st.integers(1, 6),
    st.integers(1, 30),
    st.integers(0, 3),
    st.integers(0, 9),
)
sources = st.text(max_size=120)


@given(sources, spans, st.lists(spans, max_size=3), st.text(max_size=20))
def test_every_place_in_every_text_can_be_shown(source: str, primary: Span, others: list[Span], text: str) -> None:
    finding = Diagnostic(
        "MLP001",
        Severity.ERROR,
        text,
        Label(primary, text),
        tuple(Label(other, text) for other in others),
        (text,),
        text,
    )
    for render in FORMATS.values():
        shown = render([finding], {"f.yaml": source})
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", shown) or render not in (full.render,)


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=5, max_size=100), st.data())
def test_the_caret_stands_below_its_character(line: str, data: st.DataObject) -> None:
    column = data.draw(st.integers(1, len(line)))
    shown = full.render([pointing("f.yaml", 1, column, 1, "")], {"f.yaml": line}).split("\n")
    if "(masked)" not in shown[3]:
        assert shown[3][shown[4].index("^")] == line[column - 1]


def test_codes_are_sorted_unique_and_in_their_bands() -> None:
    codes = list(CODES)
    assert codes == sorted(codes)
    assert len({entry.slug for entry in CODES.values()}) == len(codes)
    assert all(re.fullmatch(r"MLP[0-9]{3}", code) for code in codes)


ROOT = Path(__file__).parents[2]
SECTIONS = ("What it means", "Why it matters", "Example", "Use instead", "How to allow", "References")


@pytest.mark.parametrize("code", [code for code in CODES if code < "MLP100"])
def test_every_code_of_the_loader_has_its_page(code: str) -> None:
    page = (ROOT / CODES[code].page).read_text(encoding="utf-8")
    assert page.startswith(f"# {code}: {CODES[code].title}\n")
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == list(SECTIONS)
