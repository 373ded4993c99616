"""Which stretches of a line look like a credential, so that no message ever shows one.

Two signs: the name of the field (`password: ...`, or `value: ...` beside `name: DB_PASSWORD`), and the shape of the
text (a private key, a token of a known service, a user and password in a URL). What holds a value is known from the
structure of the text (`structure.py`); each line is looked at too, because not every text can be read.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache

from mlplat.diagnostics.assignments import assignments
from mlplat.diagnostics.diagnostic import Diagnostic, Label
from mlplat.diagnostics.span import Span
from mlplat.diagnostics.structure import Hidden, hidden_in

MASK = "(masked)"

_NAME = (
    r"(?:[A-Za-z0-9_.-]*[_.-])?(?:pass(?:word|wd|phrase)|token|api[_-]?key|(?:secret|private|access)[_-]key|"
    r"pwd|(?:client|app|shared|api|webhook|oauth|jwt|signing)[_-]secret|(?:api|private|access)Key|"
    r"(?:client|app|shared|api|webhook|oauth|jwt|signing)Secret)"
    r"|[A-Za-z0-9_.-]*(?:password|passwd|passphrase)|[A-Za-z0-9_.-]*[a-z](?:Pass|Pwd)"
    r"|[A-Za-z0-9_.-]*(?:Password|Passphrase|Token|ApiKey|APIKey|SecretKey|PrivateKey|AccessKey|ClientSecret)"
    r"|[A-Z0-9_]*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|SECRET_KEY|PRIVATE_KEY|ACCESS_KEY|"
    r"_KEY|_KEY_ID|_PASS|_PWD|_AUTH|_CREDENTIALS?)"
)
"""Names of fields and variables that hold a credential. `secret` and `credentials` are not among them: those name a
Secret document, and a message about a wrong reference must show the name."""

_WHOLE_NAME = re.compile(_NAME)
_FIELD = re.compile(
    rf"""(?:^|[\s{{,\[?&"'-])["']?(?:{_NAME})["']?\s*[:=]\s*(?P<value>"[^"]*"?|'[^']*'?|[^\s,}}#"'][^#,}}]*)"""
)
_QUOTED = re.compile(r"""(?:^|[\[{,?]|[:-]\s)\s*(?:"(?P<double>(?:\\.|[^"\\])*)"|'(?P<single>(?:''|[^'])*)')""")
"""A text in quotes where YAML begins one, so not what only looks like one within a text without."""
_NAMED = re.compile(rf"""\bname:\s*["']?(?:{_NAME})["']?\s*(?:$|[,}}#])""")
_VALUE = re.compile(r"""(?:^|[\s{,-])(?:va\w*|default):\s*(?P<value>"[^"]*"?|'[^']*'?|[^\s,}#"'][^#,}]*)""")
_HARMLESS = re.compile(r"""["']?(?:|[|>][-+0-9]*|[&*!{\[].*|true|false|null|~|[0-9.]{1,5}|\$.*)["']?\s*""")

_FIELD_NAME = re.compile(rf"""(?:^|[\s{{,-])["']?(?:{_NAME})["']?\s*:""")
_BLOCK = re.compile(r"[|>][-+0-9]*\s*(?:#.*)?$")
_AFTER_KEY = re.compile(r"""^\s*["']?[\w.-]+["']?\s*:\s+(?P<value>\S.*)$""")
_SECRET_KIND = re.compile(r"kind:\s*[\"']?Secret[\"']?\s*(?:#.*)?$")
_NAMES_SECRET = re.compile(r"""["']?kind["']?\s*:\s*["']?(?:Sealed)?Secret\b|\bstringData\b""", re.IGNORECASE)
_QUOTES_OTHERS = frozenset({"MLP603"})
"""Codes of findings that repeat what a program says, and with it any line of any file that it read."""
_BY_HAND = "/manifests/"
_SHOWN_OF_A_VALUE = 60
"""So much of a long value a message may repeat."""
_UNREADABLE = frozenset({"MLP001", "MLP006", "MLP007", "MLP009"})
"""Codes of what keeps a text from being read: where its fields begin and end is then a guess, so no line can be masked
with certainty."""
_FARTHEST = 200
"""Lines above that are searched for the fields that hold a line."""

_SHAPES: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = tuple(
    (marks, re.compile(form))
    for marks, form in (
        (("AKIA", "ASIA"), r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
        (("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"\bgh[pousr]_[A-Za-z0-9]{30,}"),
        (("github_pat_",), r"\bgithub_pat_[A-Za-z0-9_]{30,}"),
        (("glpat-",), r"\bglpat-[A-Za-z0-9_-]{18,}"),
        (("hf_",), r"\bhf_[A-Za-z0-9]{30,}"),
        (("sk-",), r"\bsk-[A-Za-z0-9_-]{20,}"),
        (("xox",), r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
        (("AIza",), r"\bAIza[A-Za-z0-9_-]{35}"),
        (("eyJ",), r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"),
        (("earer ",), r"(?<=\b[Bb]earer )(?=\S*\d)[A-Za-z0-9._~+/-]{10,}=*"),
        (("-----BEGIN ",), r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*"),
        (("://",), r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),
    )
)
"""What credentials of known services look like, each with the marks of which one is in every such text: a search for
these costs a hundredth of one for the form."""

_KEY_BODY = re.compile(r"^\s*([A-Za-z0-9+/]{40,}={0,2})\s*$")
_DIGEST = re.compile(r"[0-9a-f]+")


@lru_cache(maxsize=64)
def lines_of(source: str) -> tuple[str, ...]:
    """The lines of a file, split once however many findings point into it."""
    return tuple(source.removeprefix("\ufeff").split("\n"))


def credential_shapes(text: str) -> list[tuple[int, int]]:
    """Start and end (from 0) of what is a credential by its shape alone, wherever it stands."""
    return [
        match.span() for marks, form in _SHAPES if any(mark in text for mark in marks) for match in form.finditer(text)
    ]


@lru_cache(maxsize=8192)
def names_credential(name: str) -> bool:
    """True for the name of a field, variable, label or flag whose value is never shown."""
    return _WHOLE_NAME.fullmatch(name.rpartition("/")[2]) is not None


def mask_lines(text: str) -> str:
    """A text of several lines, a document or a program's words, without what `secret_ranges` finds in it."""
    held = _text_of(text)
    return "\n".join(without(line, held.ranges(index)) for index, line in enumerate(held.lines))


def mask_words(text: str) -> str:
    """A value of an object without the credentials in it: by their shape, and those of flags, variables, settings."""
    found = [
        (one.start, one.end)
        for one in assignments(text)
        if names_credential(one.name) and not _HARMLESS.fullmatch(one.value)
    ]
    return mask_text(without(text, joined(found)))


def without(text: str, ranges: Sequence[tuple[int, int]]) -> str:
    """A text with a mask in the place of each stretch; they are sorted and apart."""
    for start, end in reversed(ranges):
        text = text[:start] + MASK + text[end:]
    return text


def secret_ranges(source: str, index: int) -> Sequence[tuple[int, int]]:
    """Start and end (from 0, sorted, apart) of what must not be shown of a line (from 0) of a text."""
    return _text_of(source).ranges(index)


class _Text:
    """A text as masking sees it. What is asked of it for one finding is not worked out again for the next: a line may
    be a whole file, and a file have thousands of findings."""

    def __init__(self, source: str) -> None:
        self.lines = lines_of(source)
        self._ranges: dict[int, list[tuple[int, int]]] = {}
        self._told: dict[int, tuple[str, ...]] = {}

    @cached_property
    def hidden(self) -> Hidden:
        """What the structure of the text hides."""
        return hidden_in("\n".join(self.lines), self.lines, names_credential)

    @cached_property
    def in_secret(self) -> list[bool]:
        """For each line, whether it is in a Secret."""
        return _in_secret_objects(self.lines)

    def ranges(self, index: int) -> list[tuple[int, int]]:
        """As `secret_ranges`."""
        if index not in self._ranges:
            self._ranges[index] = self._find(index)
        return self._ranges[index]

    def told(self, index: int) -> tuple[str, ...]:
        """The values that may not be shown of a line, in every form in which a message may repeat them."""
        if index not in self._told:
            line = self.lines[index]
            written = [line[start:end].strip(" \"'\r") for start, end in self.ranges(index)]
            self._told[index] = _as_told([*written, *self.hidden.values.get(index, ())])
        return self._told[index]

    def _find(self, index: int) -> list[tuple[int, int]]:
        """The lines around it are looked at too: the name that a `value:` belongs to, the fields that hold the line."""
        lines, line = self.lines, self.lines[index]
        found = credential_shapes(line)
        fields = [match.span("value") for match in _FIELD.finditer(line)]
        if fields and self.hidden.complete:
            fields = _within(fields, [match.span(match.lastgroup or 0) for match in _QUOTED.finditer(line)])
        found += fields
        beside = [lines[near] for near in (index - 1, index, index + 1) if 0 <= near < len(lines)]
        if not self.hidden.complete and any(_NAMED.search(near) for near in beside):
            found += [match.span("value") for match in _VALUE.finditer(line)]
        body = _KEY_BODY.match(line)
        if body and not _DIGEST.fullmatch(body[1]):
            found.append(body.span(1))
        found += _inside_secret(lines, index, self.in_secret[index])
        found = [(start, end) for start, end in found if not _HARMLESS.fullmatch(line[start:end])]
        return joined([*found, *self.hidden.ranges.get(index, ())])


@lru_cache(maxsize=64)
def _text_of(source: str) -> _Text:
    return _Text(source)


def _as_told(secrets: Iterable[str]) -> tuple[str, ...]:
    """Values, and the forms in which a message may repeat them; longest first."""
    held = set(secrets)
    held |= {text.lstrip("+-0") for text in held}  # a cure for a number repeats it without its zeros
    held |= {text[:_SHOWN_OF_A_VALUE] for text in held}
    held |= {text.encode("unicode_escape").decode("ascii") for text in held}
    return tuple(sorted((text for text in held if text), key=lambda text: (-len(text), text)))


def _within(places: Sequence[tuple[int, int]], quoted: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """So much of each stretch as is within the quotes that it begins in, if any. The quoted are apart, and in order."""
    starts = [start for start, _ in quoted]
    found = []
    for start, end in places:
        around = bisect_right(starts, start) - 1
        inside = around >= 0 and start < quoted[around][1]
        found.append((start, min(end, quoted[around][1]) if inside else end))
    return found


def _inside_secret(lines: Sequence[str], index: int, in_secret: bool) -> list[tuple[int, int]]:
    """What is secret because of the field that holds the line: a credential's block, or the data of a Secret, in whose
    document the line is where `in_secret` says so."""
    line = lines[index].rstrip()
    written = _AFTER_KEY.match(line)
    for holder in _holders(lines, index):
        if _BLOCK.search(holder) and _FIELD_NAME.search(holder):
            return [(len(line) - len(line.lstrip()), len(line))]
        key = holder.strip()
        if key.startswith("stringData:") or (key.startswith("data:") and in_secret):
            return [written.span("value") if written else (len(line) - len(line.lstrip()), len(line))]
    return []


def _holders(lines: Sequence[str], index: int) -> Iterator[str]:
    """The lines above with ever less indentation: the keys that hold this line."""
    indent = len(lines[index]) - len(lines[index].lstrip())
    for above in range(index - 1, max(-1, index - _FARTHEST), -1):
        text = lines[above]
        level = len(text) - len(text.lstrip())
        if text.strip() and level < indent:
            indent = level
            yield text
        if indent == 0:
            return


def _in_secret_objects(lines: Sequence[str]) -> list[bool]:
    """For each line, whether its document says at its left edge that it is a Secret."""
    found: list[bool] = []
    is_secret, began = False, 0
    for index, line in enumerate([*lines, "---"]):
        if line.startswith("---"):
            found += [is_secret] * (index - began)
            is_secret, began = False, index
        elif _SECRET_KIND.match(line):
            is_secret = True
    return found


def is_withheld(finding: Diagnostic, sources: Mapping[str, str]) -> bool:
    """True for a finding in a text that cannot be read and holds a Secret: of such a text only the place is told."""
    if finding.code not in _UNREADABLE or finding.primary is None:
        return False
    return _NAMES_SECRET.search(sources.get(finding.primary.span.file, "")) is not None


def redacted(finding: Diagnostic, sources: Mapping[str, str]) -> Diagnostic:
    """The finding without the credentials that stand where it points, should it repeat one of them."""
    if finding.primary is not None and is_withheld(finding, sources):
        return replace(
            finding,
            headline="a file that holds a Secret cannot be read from here on; its text is not shown",
            primary=Label(finding.primary.span, ""),
            secondary=(),
            notes=(),
            help="look there for indentation, quotes and brackets; quote a value that begins with `!`, `*` or `&`",
        )
    secrets = {one for label in _labels(finding) for one in _told_at(label.span, sources)}
    if finding.code in _QUOTES_OTHERS:
        secrets |= {one for file, text in sources.items() if _BY_HAND in file for one in _told_in(text)}
    whole = "\n".join(_texts(finding))
    texts = sorted((text for text in secrets if text in whole), key=lambda text: (-len(text), text))

    def clean(text: str) -> str:
        for secret in texts:
            text = text.replace(secret, MASK) if len(secret) > 2 else text.replace(f"`{secret}`", f"`{MASK}`")
        return mask_lines(text) if finding.code in _QUOTES_OTHERS else mask_text(text)

    def clean_label(label: Label) -> Label:
        return Label(label.span, clean(label.text))

    return replace(
        finding,
        headline=clean(finding.headline),
        primary=clean_label(finding.primary) if finding.primary else None,
        secondary=tuple(map(clean_label, finding.secondary)),
        notes=tuple(map(clean, finding.notes)),
        help=clean(finding.help) if finding.help else None,
    )


def _labels(finding: Diagnostic) -> tuple[Label, ...]:
    return (*([finding.primary] if finding.primary else []), *finding.secondary)


def _texts(finding: Diagnostic) -> Iterator[str]:
    """Every text of a finding that may repeat a value."""
    yield from (finding.headline, *finding.notes, finding.help or "", *(label.text for label in _labels(finding)))


def _told_at(span: Span, sources: Mapping[str, str]) -> Iterator[str]:
    """The values that may not be shown of the lines of a place, as they are written, meant and told."""
    held = _text_of(sources.get(span.file, ""))
    for index in range(span.line - 1, min(span.end_line, len(held.lines))):
        yield from held.told(index)


def _told_in(source: str) -> Iterator[str]:
    """The same of all lines of a text, and each line of a value of several."""
    held = _text_of(source)
    yield from _told_at(Span("", 1, 1, len(held.lines), 1), {"": source})
    for values in held.hidden.values.values():
        yield from _as_told(line.strip() for value in values for line in value.split("\n"))


def mask_text(text: str) -> str:
    """`text` without credentials that show themselves by their shape: for headlines, notes and help."""
    return without(text, joined(credential_shapes(text)))


def joined(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches of a line (from 0), sorted, and those that meet as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
