"""The HTML report in a real browser: it filters, it asks the network for nothing, and it runs nothing but its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mlplat.diff.render.html import render
from tests.browser import OBJECTS, VISIBLE, Page, browser, choose
from tests.diff.reports import EMPTY, REPORT


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    path = tmp_path_factory.mktemp("html") / "diff.html"
    path.write_text(render(REPORT), encoding="utf-8")
    with browser() as found:
        found.open(path)
        yield found


def test_everything_is_shown_at_first_and_both_states_stand_side_by_side(page: Page) -> None:
    assert page.ask("document.title") == "What this changes"
    assert page.ask(VISIBLE) == 4
    assert page.ask("document.getElementById('shown').textContent") == "4 of 4 shown"
    tops = page.ask("[...document.querySelector('.sides').children].map((e) => e.getBoundingClientRect().top).join()")
    assert len(set(tops.split(","))) == 1


def test_a_click_hides_an_impact_and_objects_without_any_other(page: Page) -> None:
    box = "document.querySelector('#filters [name=impact][value=data-loss]')"
    before = page.ask(OBJECTS)
    page.ask(f"{box}.click()")
    assert page.ask(VISIBLE) == 3
    assert page.ask(OBJECTS) == before - 1
    page.ask(f"{box}.click()")
    assert page.ask(VISIBLE) == 4


def test_what_has_two_impacts_is_there_as_long_as_one_is_chosen(page: Page) -> None:
    for impact in ("rolling-restart", "image-changed"):
        page.ask(f"document.querySelector('#filters [name=impact][value={impact}]').click()")
    assert page.ask(VISIBLE) == 3
    page.ask("document.querySelector('#filters [name=impact][value=image-changed]').click()")
    assert page.ask(VISIBLE) == 4
    page.ask("document.querySelector('#filters [name=impact][value=rolling-restart]').click()")


def test_by_environment_by_team_and_by_text(page: Page) -> None:
    assert choose(page, "environment", "dev") == 2
    assert choose(page, "team", "tabular") == 0
    assert choose(page, "environment", "") == 1
    assert choose(page, "team", "") == 4
    assert choose(page, "text", "WEB:2") == 1
    assert choose(page, "text", "nothing of the kind") == 0
    assert page.ask("document.getElementById('none').offsetHeight > 0") is True
    assert choose(page, "text", "") == 4


def test_a_whole_object_unfolds(page: Page) -> None:
    visible = "document.querySelector('.whole pre').checkVisibility()"
    assert page.ask(visible) is False
    page.ask("document.querySelector('.whole summary').click()")
    assert page.ask(visible) is True


def test_values_are_text(page: Page) -> None:
    assert page.ask("document.scripts.length") == 1
    assert "</script><script>alert(1)</script>" in page.ask("document.querySelector('main').textContent")


def test_it_asks_for_nothing_and_nothing_fails(page: Page) -> None:
    assert page.complaints == []


def test_a_narrow_screen_scrolls_in_one_direction_only(tmp_path: Path) -> None:
    path = tmp_path / "diff.html"
    path.write_text(render(REPORT), encoding="utf-8")
    with browser() as page:
        page.call("Emulation.setDeviceMetricsOverride", width=390, height=800, deviceScaleFactor=1, mobile=True)
        page.open(path)
        assert page.ask("document.documentElement.scrollWidth") <= 390


def test_nothing_found_says_so(tmp_path: Path) -> None:
    path = tmp_path / "diff.html"
    path.write_text(render(EMPTY), encoding="utf-8")
    with browser() as page:
        page.open(path)
        assert page.ask("document.querySelector('.calm').textContent") == "Nothing differs."
        assert page.complaints == []
