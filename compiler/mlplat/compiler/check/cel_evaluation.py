"""CEL expressions compiled and evaluated; what goes wrong is told in words, as values."""

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mlplat.compiler.check.cel_functions import FUNCTIONS
from mlplat.compiler.check.cel_text import (
    GOES_ON,
    IS_SMALL,
    bound_names,
    place_of_name,
    tokens_of,
    with_steps_counted,
)
from mlplat.diagnostics import near_misses

MOST_STEPS = 100_000
"""So many turns of loops, and values made in them, are the most for one evaluation: some 0.1 s. Only the rules that
users write are counted."""

ERRORS = (RuntimeError, ValueError, KeyError, TypeError, IndexError, ArithmeticError, AttributeError)
"""What the evaluator raises where an expression cannot be evaluated on a value."""

OWN_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    name: function for name, function in FUNCTIONS.items() if name not in ("find", "findAll")
}
"""Functions that users' expressions may use beside those of the language. `find` is not among them: its patterns are
Python's, which may search for ever."""

LANGUAGE = frozenset(
    (
        *("size", "contains", "startsWith", "endsWith", "matches", "type", "dyn"),
        *("int", "uint", "double", "string", "bytes", "timestamp", "duration"),
        *("getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear"),
        *("getHours", "getMinutes", "getSeconds", "getMilliseconds"),
    )
)
"""Functions that the evaluator knows (common-expression-language 0.10); a test asks it."""

SORTS = frozenset(("int", "uint", "double", "string", "bytes", "bool", "list", "map", "null_type", "type"))
"""What `type(...)` gives, which the evaluator calls variables."""

_LOCATED = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")
_PLACEHOLDER = re.compile(r"Function '(?P<name>\w+)' error: (?:Python function call failed: \w+: )?(?P<why>.*)", re.S)
_ADVICE = re.compile(r"\.? ?(?:Check function arguments and their types|Check that the variable .*)\.?$", re.S)


@dataclass(frozen=True, slots=True)
class Malformed:
    """Why an expression cannot be compiled, and where: offset into its text, and length of what is wrong there."""

    reason: str
    offset: int
    cure: str | None = None
    length: int = 1


@dataclass(frozen=True, slots=True)
class Failed:
    """Why an expression could not be evaluated on a value. `exhausted`: it took too many steps."""

    reason: str
    exhausted: bool = False


@dataclass(slots=True)
class _Steps:
    left: int = MOST_STEPS

    def take(self, number: int = 1) -> bool:
        self.left -= number
        return self.left >= 0


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression. `names` are the variables that it reads, loops' own left out."""

    text: str
    names: frozenset[str]
    program: Any = field(repr=False)

    def evaluate(self, values: "Values") -> Any:
        """Its value, or `Failed`. Variables that it does not read are not looked at."""
        context = values.context(self.names)
        values.steps.left = MOST_STEPS
        try:
            value = self.program.execute(context)
        except ERRORS as error:
            value = Failed(reason_of(error))
        if values.steps.left < 0:
            return Failed(f"it takes more than {MOST_STEPS:,} steps", exhausted=True)
        return value


@dataclass(slots=True)
class Values:
    """Variables by name, handed to the evaluator once for all expressions that read the same of them.

    (The evaluator copies an object in 100 us, and evaluates an expression in 10.) `outer` are values that these add to.
    """

    variables: Mapping[str, Any]
    outer: "Values | None" = None
    steps: _Steps = field(default_factory=_Steps)
    _contexts: dict[frozenset[str], Any] = field(default_factory=dict)

    def context(self, names: frozenset[str]) -> Any:
        """The evaluator's context with those of some names that there are."""
        if self.outer is not None and not names & self.variables.keys():
            self.steps = self.outer.steps
            return self.outer.context(names)
        known = names & self._known()
        if known not in self._contexts:
            self._contexts[known] = self._made(known)
        return self._contexts[known]

    def _known(self) -> frozenset[str]:
        return frozenset(self.variables) | (self.outer._known() if self.outer is not None else frozenset())

    def _value(self, name: str) -> Any:
        if name in self.variables or self.outer is None:
            return self.variables[name]
        return self.outer._value(name)

    def _made(self, names: frozenset[str]) -> Any:
        import cel  # 20 ms, and only where there are rules

        context, steps = cel.Context(), self.steps
        context.add_function(GOES_ON, steps.take)
        context.add_function(IS_SMALL, lambda value: steps.take(_size(value)))
        for name, function in OWN_FUNCTIONS.items():
            context.add_function(name, _counted(function, steps))
        for name in names:
            context.add_variable(name, self._value(name))
        return context


def compile_expression(text: str, variables: frozenset[str]) -> Expression | Malformed:
    """A user's expression, or what is wrong with it; only these variables and the known functions may be named."""
    import cel  # 20 ms, and only where there are rules

    logging.getLogger("cel").disabled = True  # what a function of ours raises is told by us, not printed beside
    try:
        program = cel.compile(text)
        names = program.references()
    except ValueError as error:
        return in_words(text, str(error))
    read = frozenset(names["variables"]) - bound_names(text) - SORTS
    for name in sorted(read - variables):
        close = near_misses(name, variables)
        cure = f"write `{close[0]}`" if close else f"there are: {', '.join(f'`{one}`' for one in sorted(variables))}"
        return Malformed(f"there is no variable `{name}`", place_of_name(text, name), cure, len(name))
    called = frozenset(name for name in names["functions"] if name.isidentifier())
    for name in sorted(called - LANGUAGE - OWN_FUNCTIONS.keys()):
        close = near_misses(name, LANGUAGE | OWN_FUNCTIONS.keys())
        cure = f"write `{close[0]}`" if close else "the guide lists the functions that there are"
        return Malformed(f"there is no function `{name}`", place_of_name(text, name), cure, len(name))
    counted = with_steps_counted(text)
    return Expression(text, read, program if counted is None else cel.compile(counted))


def reason_of(error: Exception) -> str:
    """What the evaluator raised, in words that follow "it cannot be evaluated: "."""
    said = " ".join(str(error).split())
    if isinstance(error, KeyError):
        return f"there is no key `{error.args[0] if error.args else ''}`".replace("`'", "`").replace("'`", "`")
    if isinstance(error, IndexError):
        return f"a list has no item {said.rpartition(' ')[2]}"
    if isinstance(error, ZeroDivisionError):
        return "it divides by zero"
    if isinstance(error, TypeError) and said.startswith("No such overload"):
        return "values of two sorts are compared or combined, or one is asked for what its sort does not have"
    if isinstance(error, TypeError):
        return said.partition(". ")[0]
    failed = _PLACEHOLDER.match(said)
    if failed is not None:
        return f"`{failed['name']}`: {_ADVICE.sub('', failed['why'])}"
    undefined = re.match(r"Undefined variable or function: '(\w+)'", said)
    if undefined is not None:
        return f"`{undefined[1]}` is not known here, or not for a value of this sort"
    return said.partition(". ")[0]


def _counted(function: Callable[..., Any], steps: _Steps) -> Callable[..., Any]:
    """A function whose calls cost what they are given and what they give."""

    def call(*arguments: Any) -> Any:
        if not steps.take(sum(map(_size, arguments))):
            raise ValueError("too many steps")
        value = function(*arguments)
        steps.take(_size(value))
        return value

    return call


def _size(value: Any) -> int:
    """What a value costs: one for itself, for each value in it, and for each hundred characters."""
    if isinstance(value, str | bytes):
        return 1 + len(value) // 100
    if isinstance(value, dict):
        return 1 + sum(map(_size, value.keys())) + sum(map(_size, value.values()))
    return 1 + sum(map(_size, value)) if isinstance(value, list | tuple) else 1


def in_words(text: str, said: str) -> Malformed:
    """The first thing that the parser says of an expression, in words."""
    located = _LOCATED.search(said)
    if located is None:
        return Malformed(said.splitlines()[0], 0)
    line, column, problem = int(located[1]), int(located[2]), located[3]
    lines = text.split("\n")
    offset = min(sum(len(one) + 1 for one in lines[: line - 1]) + column - 1, len(text))
    return _told(problem, text, offset)


def _told(problem: str, text: str, offset: int) -> Malformed:
    quoted = re.search(r"'(.*?)'(?: expecting|$)", problem)
    word = quoted[1] if quoted is not None else ""
    here = next((one.text for one in tokens_of(text) if one.start <= offset < one.start + len(one.text)), "")
    if "<EOF>" in problem.partition(" expecting ")[0]:
        missing = re.match(r"(?:Syntax error: )?missing '(.)'", problem)
        return Malformed(f"it ends before `{missing[1]}`" if missing else "it ends too early", offset)
    if "unsupported syntax" in problem:
        optional = word in (".?", "[?")
        cure = "ask first, with `has(...)`, whether the field is there" if optional else None
        return Malformed(
            f"{'a backtick' if word == '`' else f'`{word}`'} is syntax that is not known here", offset, cure
        )
    if "token recognition error" in problem:
        shown = text[offset : offset + 1]
        if shown in "\"'":
            return Malformed("a text is opened here and not closed", offset)
        return Malformed(f"`{word.strip() or shown}` is no word of CEL", offset)
    if "has() macro" in problem:
        return Malformed("`has` asks for a field, as in `has(object.spec)`", offset)
    if "mismatched input" in problem or "extraneous input" in problem or "no viable alternative" in problem:
        return Malformed(f"`{here}` cannot stand here", offset, length=len(here))
    return Malformed(problem.removeprefix("Syntax error: "), offset)
