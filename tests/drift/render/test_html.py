"""The HTML report in a real browser: it filters, it asks the network for nothing, and it runs nothing but its own."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from tests.browser import OBJECTS, VISIBLE, Page, browser, choose
from tests.drift.render.report import CLEAN, FINDINGS, REPORT


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("html")
    path = folder / "report.html"
    path.write_text(import_module("mlplat.drift.render.html").render(REPORT), encoding="utf-8")
    with browser() as found:
        found.open(path)
        yield found


def test_everything_is_shown_at_first(page: Page) -> None:
    assert page.ask(VISIBLE) == len(FINDINGS)
    assert page.ask("document.title") == "Drift of prod"
    assert page.ask("document.getElementById('shown').textContent") == "9 of 9 shown"


def test_a_click_hides_a_class_and_objects_without_any_other(page: Page) -> None:
    box = "document.querySelector('#filters [name=class][value=orphan]')"
    before = page.ask(OBJECTS)
    page.ask(f"{box}.click()")
    assert page.ask(VISIBLE) == len(FINDINGS) - 1
    assert page.ask(OBJECTS) == before - 1
    page.ask(f"{box}.click()")
    assert page.ask(VISIBLE) == len(FINDINGS)


def test_by_who_wrote_it_by_team_and_by_text(page: Page) -> None:
    assert choose(page, "manager", "kubectl-edit") == 3
    assert choose(page, "team", "tabular") == 0
    assert page.ask("document.getElementById('none').offsetHeight > 0") is True
    assert choose(page, "manager", "") == 2
    assert choose(page, "team", "") == len(FINDINGS)
    assert choose(page, "text", "DIGITS") == 1
    assert choose(page, "text", "") == len(FINDINGS)


def test_values_of_the_cluster_are_text(page: Page) -> None:
    assert page.ask("document.scripts.length") == 1
    assert page.ask("document.querySelectorAll('b[onclick], i').length") == 0
    assert "</script><script>alert(1)</script>" in page.ask("document.querySelector('main').textContent")


def test_it_asks_for_nothing_and_nothing_fails(page: Page) -> None:
    assert page.complaints == []


def test_without_a_script_everything_is_there_and_no_filter(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(import_module("mlplat.drift.render.html").render(REPORT), encoding="utf-8")
    with browser() as page:
        page.call("Emulation.setScriptExecutionDisabled", value=True)
        page.open(path)
        assert page.ask(VISIBLE) == len(FINDINGS)
        assert page.ask("document.getElementById('filters').offsetHeight") == 0
        picture = tmp_path / "page.png"
        page.screenshot(picture)
        assert picture.stat().st_size > 20_000


def test_a_narrow_screen_scrolls_in_one_direction_only(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(import_module("mlplat.drift.render.html").render(REPORT), encoding="utf-8")
    with browser() as page:
        page.call("Emulation.setDeviceMetricsOverride", width=390, height=800, deviceScaleFactor=1, mobile=True)
        page.open(path)
        assert page.ask("document.documentElement.scrollWidth") <= 390


def test_nothing_found_says_so(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(import_module("mlplat.drift.render.html").render(CLEAN), encoding="utf-8")
    with browser() as page:
        page.open(path)
        assert page.ask("document.querySelector('.calm').offsetHeight > 0") is True
        assert page.complaints == []
