"""The skeleton of our reports as one HTML file: complete without a network, readable without JavaScript.

A page may run only the style and the script that it carries: its content policy names their hashes, so that no value
of a cluster or a specification can ever become code. The script filters whatever has the class `finding`: by the
checkboxes, selections and search text of the form `filters`, each of which is compared with the `data-` attribute of
its name; an attribute may hold several values, one a line.
"""

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from html import escape
from importlib.resources import files

from mlplat.diagnostics.version import VERSION


def page(title: str, body: Iterable[str], style: str = "") -> str:
    """The whole page. `style` is CSS besides what all pages have; `body` is HTML, escaped by whoever made it."""
    css, script = f"{_part('page.css')}\n{style}".strip(), _part("page.js")
    policy = f"default-src 'none'; style-src '{_hash(css)}'; script-src '{_hash(script)}'; base-uri 'none'"
    return "".join(
        (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            '<meta name="referrer" content="no-referrer">\n',
            f"<title>{escape(title)}</title>\n<style>{css}</style>\n</head>\n<body>\n",
            *body,
            f"<footer>mlplat {escape(VERSION)}</footer>\n<script>{script}</script>\n</body>\n</html>\n",
        )
    )


def sentence(text: str) -> str:
    """Escaped, with backticks as code, the first letter large and a full stop."""
    parts = escape(text[:1].upper() + text[1:]).split("`")
    return "".join(part if index % 2 == 0 else f"<code>{part}</code>" for index, part in enumerate(parts)) + "."


def fact(name: str, value: str) -> str:
    """One entry of a list of facts (`<dl class="facts">`); `value` is text."""
    return f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>"


def tile(name: str, number: int, style: str) -> str:
    """One number of the list of numbers at the head of a page."""
    return f'<li class="{style}"><b>{number}</b> {escape(name)}</li>'


def select(name: str, label: str, values: Iterable[str]) -> str:
    """A choice among values, of which `all` is the first; nothing where there is no choice."""
    found = sorted(set(values))
    if len(found) < 2:
        return ""
    options = "".join(f'<option value="{escape(value)}">{escape(value)}</option>' for value in found)
    return f'<label>{label} <select name="{name}"><option value="">all</option>{options}</select></label>\n'


def chip(name: str, value: str, number: int, label: str = "") -> str:
    """A checkbox for one of the values of a field, with how often it is there."""
    return (
        f'<label class="chip class-{value}"><input type="checkbox" name="{name}" value="{value}" checked> '
        f"{label or value} <b>{number}</b></label>"
    )


def filters(chips: Iterable[str], selects: Iterable[str]) -> str:
    """The form that the script shows: without one it could do nothing."""
    return (
        f'<form id="filters" hidden>\n<div class="chips">{"".join(chips)}</div>\n{"".join(selects)}'
        '<label class="search">Search <input type="search" name="text" placeholder="name, path or value"></label>\n'
        '<output id="shown"></output>\n</form>\n'
    )


@cache
def _part(name: str) -> str:
    return files("mlplat.diagnostics.page").joinpath(name).read_text(encoding="utf-8").strip()


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
