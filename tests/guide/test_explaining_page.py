"""docs/guide/explaining.md shows what the program prints."""

import re

from tests.cli.command import ROOT, mlplat

PAGE = (ROOT / "docs/guide/explaining.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"<!-- explain: (.+?) -->\n```\n(.*?)```\n", PAGE, re.DOTALL)


def test_every_answer_on_the_page_is_what_is_printed() -> None:
    assert len(SHOWN) == PAGE.count("<!-- explain:") == 2
    for asked, answer in SHOWN:
        assert mlplat("-C", ROOT, "explain", *asked.split()).out == answer
