"""One text that several environments have is told of once."""

from dataclasses import replace

from mlplat.diagnostics import Diagnostic, Label, Severity, Span, told_once

PLACE = Span("environments/base/job.yaml", 3, 5, 3, 9)
FINDING = Diagnostic("MLP330", Severity.WARNING, "`nodes` has no effect", Label(PLACE, "does nothing"), notes=("why",))


def test_the_same_place_in_several_environments_is_one_finding_that_names_them() -> None:
    (told,) = told_once([("prod", FINDING), ("dev", FINDING)])
    assert told == replace(FINDING, notes=("why", "in environments `dev`, `prod`"))


def test_what_else_is_said_is_gathered() -> None:
    elsewhere = Label(Span("environments/dev/environment.yaml", 1, 1, 1, 2), "newer here")
    other = replace(FINDING, notes=("another reason",), secondary=(elsewhere,))
    (told,) = told_once([("base", FINDING), ("dev", other)])
    assert told.notes == ("why", "another reason", "in environments `base`, `dev`")
    assert told.secondary == (elsewhere,)


def test_other_words_or_another_severity_are_another_finding() -> None:
    error = replace(FINDING, severity=Severity.ERROR)
    other = replace(FINDING, headline="`queue` has no effect")
    assert len(told_once([("base", FINDING), ("dev", error), ("prod", other)])) == 3


def test_an_environment_in_the_headline_is_not_named_again() -> None:
    named = replace(FINDING, headline="`nodes` has no effect in `dev`")
    assert told_once([("dev", named)]) == [named]


def test_many_environments_are_counted() -> None:
    (told,) = told_once([(f"region-{number}", FINDING) for number in range(9)])
    assert told.notes[-1].endswith("`region-5` and 3 more")


def test_what_each_environment_says_of_what_it_inherits_is_one_finding() -> None:
    found = [(name, replace(FINDING, headline=f"`uri` of environment `{name}`")) for name in ("base", "dev", "prod")]
    (told,) = told_once(found)
    assert told.headline == "`uri` of environment `base`"
    assert told.notes == ("why", "in environments `base`, `dev`, `prod`")
