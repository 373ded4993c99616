"""One HTTP request to an API server: what it answered, or that no whole answer came."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. `headers` have lower-case names."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """True for 2xx."""
        return 200 <= self.status < 300


class NoAnswerError(Exception):
    """No whole answer came: no connection, a timeout, a connection that broke in the middle of the body, no trust.

    `again` says whether the same request may do better in a moment. The text is one line for people, without
    credentials.
    """

    def __init__(self, text: str, again: bool = True) -> None:
        super().__init__(text)
        self.again = again


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked. `path` begins with `/` and has its query. A body makes it a server-side apply (`PATCH`)."""

    path: str
    accept: str = "application/json"
    body: bytes | None = None
    seconds: float = 30.0
    """The longest silence on the connection."""


class Connection(Protocol):
    """A way to one API server, with credentials. May be used by several threads."""

    @property
    def server(self) -> str:
        """Address of the API server, without credentials."""

    def send(self, request: Request) -> Answer:
        """The whole answer, whatever its status; raises NoAnswerError."""

    def lines(self, request: Request) -> Iterator[bytes]:
        """The body line by line as it arrives, for a watch. The first item is the status as text.

        Raises NoAnswerError when the connection breaks; ends when the server ends the answer.
        """
