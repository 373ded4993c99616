"""Requests that are tried again where that helps, and JSON or a reason out of them."""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mlplat.cluster.http import Answer, Connection, NoAnswerError, Request
from mlplat.cluster.live import Unread
from mlplat.diagnostics.mask import mask_text

_LONGEST_MESSAGE = 300
_GONE = 2


class RefusedError(Exception):
    """There is no result: `why`, the HTTP status (None without an answer), and one line for people."""

    def __init__(self, why: Unread, detail: str, status: int | None = None) -> None:
        super().__init__(detail)
        self.why = why
        self.detail = detail
        self.status = status


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long to try. Waits are in seconds and double from try to try, by 0.5 to 1 at random.

    A `Retry-After` of the server is obeyed up to `longest`; one who asks for more is not waited for.
    """

    tries: int = 4
    throttled_tries: int = 6
    first: float = 0.5
    longest: float = 30.0
    wait: Callable[[float], object] = time.sleep
    chance: Callable[[], float] = random.random

    def pause(self, number: int, asked: float | None = None) -> bool:
        """Waits before try `number` (2 and up); False when the server asks for a longer wait than is reasonable."""
        if asked is not None and asked > self.longest:
            return False
        own = min(self.first * 2.0 ** (number - 2), self.longest) * (0.5 + self.chance() / 2)
        self.wait(max(own, asked or 0.0))
        return True


@dataclass(eq=False)
class Caller:
    """Asks one API server, in the same way for everything. May be used by several threads."""

    connection: Connection
    patience: Patience = Patience()
    requests: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How many requests were sent, by verb and status (`error` where no answer came), tries counted singly."""
    gone: int = 0
    """How many requests in a row were given up without any answer: a server that is gone is not waited for by every
    kind anew."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def calls(self) -> int:
        """All requests so far."""
        with self.lock:
            return sum(self.requests.values())

    def count(self, verb: str, status: int | None) -> None:
        """Counts one request."""
        with self.lock:
            self.requests[(verb, "error" if status is None else str(status))] += 1

    def data(self, request: Request) -> dict[str, Any]:
        """The JSON object that the server answers; raises RefusedError, after as many tries as make sense."""
        number = 1
        while True:
            try:
                return self._once(request)
            except _AgainError as failed:
                number += 1
                if number > self._tries(failed.why) or not self.patience.pause(number, failed.asked):
                    self._given_up(failed.why)
                    raise RefusedError(failed.why, failed.detail, failed.status) from None

    def _tries(self, why: Unread) -> int:
        if why is Unread.THROTTLED:
            return self.patience.throttled_tries
        if why is Unread.UNREACHABLE and self.gone >= _GONE:
            return 1
        return self.patience.tries

    def _given_up(self, why: Unread) -> None:
        with self.lock:
            self.gone = self.gone + 1 if why is Unread.UNREACHABLE else 0

    def _once(self, request: Request) -> dict[str, Any]:
        verb = "GET" if request.body is None else "PATCH"
        try:
            answer = self.connection.send(request)
        except NoAnswerError as failed:
            self.count(verb, None)
            if failed.again:
                raise _AgainError(Unread.UNREACHABLE, str(failed)) from None
            raise RefusedError(Unread.UNREACHABLE, str(failed)) from None
        self.count(verb, answer.status)
        self.gone = 0
        if not answer.ok:
            raise refusal(answer)
        try:
            parsed = json.loads(answer.body)
        except RecursionError:
            raise RefusedError(Unread.UNREADABLE, "the answer nests too deep", answer.status) from None
        except ValueError:  # of UTF-8 or of JSON: what breaks on its way may be whole the next time
            raise _AgainError(Unread.UNREADABLE, "the answer is not JSON", answer.status) from None
        if not isinstance(parsed, dict):
            raise RefusedError(Unread.UNREADABLE, "the answer is not a JSON object", answer.status)
        return parsed


class _AgainError(RefusedError):
    """A refusal that may be none the next time. `asked` is the server's Retry-After in seconds."""

    def __init__(self, why: Unread, detail: str, status: int | None = None, asked: float | None = None) -> None:
        super().__init__(why, detail, status)
        self.asked = asked


def refusal(answer: Answer) -> RefusedError:
    """What an answer that is none of success means for what was asked."""
    status, said = answer.status, _message(answer)
    asked = _retry_after(answer.headers)
    if status in (401, 403):
        return RefusedError(Unread.FORBIDDEN, said, status)
    if status == 404:
        return RefusedError(Unread.NOT_INSTALLED, said, status)
    if status == 410:
        return RefusedError(Unread.EXPIRED, said, status)
    if status == 429:
        return _AgainError(Unread.THROTTLED, said, status, asked)
    if status in (408, 500, 502, 503, 504):
        return _AgainError(Unread.SERVER, said, status, asked)
    if status >= 500:
        return RefusedError(Unread.SERVER, said, status)
    return RefusedError(Unread.UNREADABLE, said, status)


def _message(answer: Answer) -> str:
    """One line: the status, and what the server says in a `Status` object."""
    try:
        parsed = json.loads(answer.body)
    except (ValueError, RecursionError):
        parsed = None
    said = parsed.get("message") if isinstance(parsed, Mapping) else None
    if not isinstance(said, str) or not said:
        return f"HTTP {answer.status}"
    line = " ".join(said.split())
    return f"HTTP {answer.status}: {mask_text(line[:_LONGEST_MESSAGE])}"


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds; the other form of the header, a date, is not what API servers send."""
    text = headers.get("retry-after", "").strip()
    return float(text) if text.isascii() and text.isdigit() else None
