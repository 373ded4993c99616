"""YAML to nodes: the values of the core schema, exact places, and findings for everything else."""

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlplat.compiler.artifacts import Node
from mlplat.compiler.load.yaml import MAX_NODES, PythonComposer, parse_documents
from mlplat.diagnostics.render import full
from mlplat.objects.yaml import dump
from tests.casefile import Case, check_case, read_cases

CASES = Path(__file__).parent / "cases"
FILE = "environments/dev/spec.yaml"
PICTURES = {0x2400 + code: code for code in range(0x20)} | {ord("␤"): 0x85}
"""Control characters are written as their pictures in the case files, so that editors and git show them."""

FINDINGS = [(CASES / name, case) for name in ("syntax.txt", "content.txt") for case in read_cases(CASES / name)]
COMPOSERS = [pytest.param(None, id="libyaml"), pytest.param(PythonComposer, id="python")]


def read(text: str, composer: Any = None) -> list[Any]:
    nodes, findings = parse_documents(text, FILE, composer)
    assert findings == []
    return [node.plain() for node in nodes]


def rendered(text: str) -> str:
    text = text.translate(PICTURES)
    return full.render(parse_documents(text, FILE)[1], {FILE: text})


@pytest.mark.parametrize(("path", "case"), FINDINGS, ids=[case.title for _, case in FINDINGS])
def test_what_is_said_about(path: Path, case: Case) -> None:
    check_case(path, case, rendered)


@pytest.mark.parametrize(("path", "case"), FINDINGS, ids=[case.title for _, case in FINDINGS])
def test_without_libyaml_the_same_line_is_found(path: Path, case: Case) -> None:
    def places(composer: Any) -> list[Any]:
        found = parse_documents(case.text.translate(PICTURES), FILE, composer)[1]
        return [(finding.primary.span.line if finding.primary else None) for finding in found]

    if case.title == "an instruction that no reader knows":  # PyYAML's own scanner skips it
        pytest.skip("only libyaml refuses it")
    assert places(PythonComposer) == places(None)


SCALARS = """
123 -> 123
-1 -> -1
+7 -> 7
0 -> 0
-0 -> 0
0o17 -> 15
0x1F -> 31
1.5 -> 1.5
.5 -> 0.5
1. -> 1.0
1e-3 -> 0.001
1E5 -> 100000.0
01.5 -> 1.5
9223372036854775807 -> 9223372036854775807
-9223372036854775808 -> -9223372036854775808
true -> True
True -> True
FALSE -> False
null -> None
~ -> None
tRue -> 'tRue'
on -> 'on'
yes -> 'yes'
No -> 'No'
y -> 'y'
1:30 -> '1:30'
12:30:45 -> '12:30:45'
2024-01-01 -> '2024-01-01'
1_000 -> '1_000'
0b11 -> '0b11'
0o8 -> '0o8'
0O17 -> '0O17'
8Gi -> '8Gi'
500m -> '500m'
1.2.3 -> '1.2.3'
= -> '='
. -> '.'
+ -> '+'
- -1 -> (-1,)
"1" -> '1'
'on' -> 'on'
!!str 012 -> '012'
"a\\tb" -> 'a\\tb'
"\\u00e9" -> 'é'
"""


@pytest.mark.parametrize("composer", COMPOSERS)
@pytest.mark.parametrize("row", SCALARS.strip().split("\n"))
def test_a_plain_scalar_is_read_by_the_core_schema(row: str, composer: Any) -> None:
    text, _, value = row.rpartition(" -> ")
    [read_value] = read(text, composer)
    assert repr(read_value) == value


@pytest.mark.parametrize("composer", COMPOSERS)
@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n", "---\n", "---\n---\n# x\n---\n", "\ufeff"])
def test_nothing_yields_nothing(text: str, composer: Any) -> None:
    assert read(text, composer) == []


@pytest.mark.parametrize("composer", COMPOSERS)
def test_several_documents_windows_lines_and_a_byte_order_mark(composer: Any) -> None:
    assert read("\ufeffa: 1\r\n---\r\n# c\r\n---\r\nb: |\r\n  x\r\n  y\r\n", composer) == [{"a": 1}, {"b": "x\ny\n"}]


def test_a_document_with_a_finding_is_left_out_and_the_others_stay() -> None:
    nodes, findings = parse_documents("a: 1\n---\nb: 012\n---\nc: 'x\n---\nd: 4\n", FILE)
    assert [node.plain() for node in nodes] == [{"a": 1}, {"d": 4}]
    assert [(finding.code, finding.primary.span.line) for finding in findings if finding.primary] == [
        ("MLP004", 3),
        ("MLP001", 5),
    ]
    assert nodes[1].span.line == 7


PLACES = """\
a: 1
bb: [x, 'yy']
c:
  - name: z
    text: |
      one
      two

  - {k: v}
d:
é: "😀" # comment
"""


def places(node: Node, path: str = "") -> list[str]:
    span = node.span
    key = f" key {node.key_span.line}:{node.key_span.column}-{node.key_span.end_column}" if node.key_span else ""
    own = f"{path or '/'} {span.line}:{span.column}-{span.end_line}:{span.end_column}{key}"
    return [own, *(line for step, child in node.children() for line in places(child, f"{path}/{step}"))]


@pytest.mark.parametrize("composer", COMPOSERS)
def test_every_value_and_key_knows_its_place(composer: Any) -> None:
    [root], _ = parse_documents(PLACES, FILE, composer)
    assert places(root) == [
        "/ 1:1-11:7",
        "/a 1:4-1:5 key 1:1-2",
        "/bb 2:5-2:14 key 2:1-3",
        "/bb/0 2:6-2:7",
        "/bb/1 2:9-2:13",
        "/c 4:3-9:11 key 3:1-2",
        "/c/0 4:5-7:10",
        "/c/0/name 4:11-4:12 key 4:5-9",
        "/c/0/text 5:11-7:10 key 5:5-9",
        "/c/1 9:5-9:11",
        "/c/1/k 9:9-9:10 key 9:6-7",
        "/d 10:3-10:3 key 10:1-2",
        "/é 11:4-11:7 key 11:1-2",
    ]


def test_an_alias_has_the_place_of_its_anchor_and_the_key_of_its_use() -> None:
    [root], _ = parse_documents("a: &x {k: 1}\nb: *x\n", FILE)
    used = root.at(("b",))
    assert used is not None
    assert used.plain() == {"k": 1}
    assert used.span[:3] == (FILE, 1, 4)
    assert used.key_span is not None
    assert used.key_span.line == 2


def test_aliases_cannot_grow_a_document_beyond_reason() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    nodes, [finding] = parse_documents("\n".join(rows) + "\n", FILE)
    assert nodes == []
    assert finding.code == "MLP007"
    assert str(MAX_NODES) in finding.headline


@pytest.mark.parametrize("composer", COMPOSERS)
@pytest.mark.parametrize("text", ["[" * 60000, "- " * 60000 + "x\n", "{a: " * 60000, "? " * 60000], ids=lambda t: t[:3])
def test_absurd_nesting_is_a_finding_and_no_crash(text: str, composer: Any) -> None:
    assert [finding.code for finding in parse_documents(text, FILE, composer)[1]] == ["MLP007"]


def test_sixty_four_levels_are_allowed() -> None:
    assert read("[" * 64 + "]" * 64) != []


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(max_size=8), json_values, min_size=1, max_size=4))
def test_what_the_emitter_writes_the_loader_reads(body: dict[str, Any]) -> None:
    [back] = read(dump(body))
    assert same(back, body)


def same(a: Any, b: Any) -> bool:
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=0, abs_tol=0)
    if isinstance(a, dict) and isinstance(b, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, tuple) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and bool(a == b)


@given(st.text(st.sampled_from("ab:-[]{}\"'|>&*!%@#,?~ \n\t\r\u00e9\u2028\x00012.<"), max_size=40))
def test_no_text_is_a_traceback_and_every_finding_can_be_shown(text: str) -> None:
    nodes, findings = parse_documents(text, FILE)
    for finding in findings:
        assert finding.primary is not None
        assert 1 <= finding.primary.span.line <= text.count("\n") + 1
        assert finding.help
    assert bool(findings) == (full.render(findings, {FILE: text}) != "")
    assert all(isinstance(node, Node) for node in nodes)


@given(st.text(st.sampled_from("ab:-[]{}\"'|>&*#, \n"), max_size=40))
def test_without_libyaml_the_same_values_are_read(text: str) -> None:
    nodes, findings = parse_documents(text, FILE)
    again, more = parse_documents(text, FILE, PythonComposer)
    if not findings and not more:
        assert [node.plain() for node in again] == [node.plain() for node in nodes]
