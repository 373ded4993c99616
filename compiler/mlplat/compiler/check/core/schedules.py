"""Whether a text is a schedule, as `github.com/robfig/cron/v3` ParseStandard reads it."""

import re
from functools import cache
from zoneinfo import available_timezones

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_NO_WORDS: tuple[str, ...] = ()
_BOUNDS = ((0, 59, _NO_WORDS), (0, 23, _NO_WORDS), (1, 31, _NO_WORDS), (1, 12, _MONTHS), (0, 6, _DAYS))
_WORDS = ("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly")
_DURATION = re.compile(r"([0-9]+(\.[0-9]*)?(ns|us|µs|ms|s|m|h))+")


def why_no_schedule(text: str) -> str | None:
    """What keeps a text from being a schedule, None when it is one."""
    if text.startswith(("TZ=", "CRON_TZ=")):
        return "must not name a time zone: write `timeZone`"
    if text.startswith("@"):
        known = text in _WORDS or (text.startswith("@every ") and _DURATION.fullmatch(text[7:]))
        return None if known else "is no schedule such as `@daily`"
    fields = text.split()
    if len(fields) != 5:
        return f"must have five fields, not {len(fields)}"
    for number, (field, bounds) in enumerate(zip(fields, _BOUNDS, strict=True)):
        for part in field.split(","):
            if not _is_range(part, *bounds):
                return f"field {number + 1} (`{field}`) is out of range or malformed"
    return None


def _is_range(part: str, low: int, high: int, words: tuple[str, ...]) -> bool:
    names = {name: low + index for index, name in enumerate(words)}
    span, slash, step = part.partition("/")
    if slash and (not step.isdigit() or int(step) == 0):
        return False
    if span in ("*", "?"):
        return True
    start, dash, end = span.partition("-")
    numbers = [
        names.get(one.lower(), int(one) if one.isdigit() else -1) for one in ((start, end) if dash else (start,))
    ]
    return all(low <= number <= high for number in numbers) and numbers[0] <= numbers[-1]


@cache
def is_time_zone(name: str) -> bool:
    """True for a name of the time zone database; `Local` is none to the server."""
    return name in available_timezones()
