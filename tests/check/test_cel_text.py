"""Counting the steps of an expression changes nothing but that it ends; and what is said to be known is known."""

import cel
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlplat.compiler.check.cel_evaluation import LANGUAGE, OWN_FUNCTIONS, Expression, Failed, Values, compile_expression
from mlplat.compiler.check.cel_text import GOES_ON, IS_SMALL, tokens_of, with_steps_counted

OBJECT = {"a": [1, 2, 3], "b": ["x", "y,z"], "m": {"k": [1.5, True, None]}, "n": 7}
NAMES = frozenset(("object",))

EXPRESSIONS = [
    "object.a.map(x, x + 1).filter(y, y > 2)",
    "object.a.map(x, x > 1, [x, object.b.map(s, s + ')')])",
    "object.a.all(x, object.b.exists(s, s.size() == x)) || object.b.exists_one(s, s.contains(','))",
    "object.m.k.map(v, type(v) == double ? [v] : []).filter(l, l != [])",
    "object.a.map(x, object.a.map(y, x * 2u)) /* no comment of CEL */ == []",
    "object.a.map(x, // a comment )\n  object.a.filter(y, y != x))",
    "object.b.map(s, s.split(',')).map(p, p.join('('))",
    "[[1, 2], [3]].map(l, l.map(x, {'k': x, string(x): l}))",
    "object.a.map(x, object.nothing).all(y, true)",
    "object.a.exists(x, object.a.exists(y, x / (y - y) > 0) || true)",
]


def _plain(text: str) -> object:
    context = cel.Context()
    context.add_variable("object", OBJECT)
    for name in ("split", "join"):
        context.add_function(name, OWN_FUNCTIONS[name])
    try:
        return cel.compile(text).execute(context)
    except Exception as error:
        return type(error)


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_an_expression_whose_steps_are_counted_has_the_same_value(text: str) -> None:
    made = compile_expression(text, NAMES)
    plain = _plain(text)
    if not isinstance(made, Expression):
        assert plain is ValueError
        return
    assert with_steps_counted(text) is not None, "the case is about loops"
    value = made.evaluate(Values({"object": OBJECT}))
    assert isinstance(value, Failed) if isinstance(plain, type) else (value, type(value)) == (plain, type(plain))


@given(
    st.text(alphabet="ab.(),'\"\\/ \n[]{}r1x", max_size=60), st.sampled_from(["", "a.all(x, ", "a.map(x, b.map(y, "])
)
def test_any_text_is_taken_apart_and_refused_or_evaluated(tail: str, head: str) -> None:
    text = head + tail
    assert "".join(token.text for token in tokens_of(text)) == text
    made = compile_expression(text, frozenset(("a", "b", "x", "y", "r", "ab")))
    if isinstance(made, Expression):
        made.evaluate(Values({"a": [1], "b": {"a": 1}, "ab": "", "x": 1, "y": 2, "r": 3}))


@pytest.mark.parametrize(
    "text",
    [
        "L.all(a, L.all(b, L.all(c, L.all(d, L.all(e, L.all(f, true))))))",
        "L.exists(a, L.exists(b, L.exists(c, L.exists(d, L.exists(e, false) || false)))) || true",
        "L.map(a, L.map(b, L.map(c, L.map(d, L.filter(e, L.exists_one(f, true)))))).size() == 1",
        "[L].map(a, a + a)" + ".map(a, a + a)" * 50 + ".size() == 1",
        "['a']" + ".map(s, s.replace('a', 'aaaaaaaa'))" * 50 + ".size() == 1",
        "'a'" + ".replace('a', 'aaaaaaaa')" * 50 + " == ''",
    ],
)
def test_no_expression_goes_on_for_ever(text: str) -> None:
    made = compile_expression(text.replace("L", "object.a"), NAMES)
    assert isinstance(made, Expression)
    value = made.evaluate(Values({"object": {"a": list(range(40))}}))
    assert isinstance(value, Failed)
    assert value.exhausted


def test_the_functions_that_are_said_to_be_known_are_known() -> None:
    samples = ("1", "'a'", "timestamp('2026-01-01T00:00:00Z')", "[1]")
    for name in sorted(LANGUAGE):
        calls = [f"{name}({one})" for one in samples]
        calls += [f"{one}.{name}({argument})" for one in samples for argument in ("", "'a'")]
        assert any(_is_known(call) for call in calls), name
    assert not _is_known("nothing(1)")


def _is_known(call: str) -> bool:
    try:
        cel.compile(call).execute(cel.Context())
    except RuntimeError as error:
        return "Undefined variable or function" not in str(error)
    except Exception:
        return True
    return True


def test_a_rule_cannot_reach_what_counts_its_steps() -> None:
    for name in (GOES_ON, IS_SMALL):
        assert not isinstance(compile_expression(f"{name}()", NAMES), Expression)
