"""What is recorded of a server that does not answer: nothing, but of one that hangs up on a single request."""

from http.client import RemoteDisconnected

import pytest

from tests.api_server import JSON, Answer
from tests.differential.record import Server

FINE: Answer = (200, {})
HUNG_UP, REFUSED, LATE = RemoteDisconnected("no word"), ConnectionRefusedError("nobody there"), TimeoutError("60 s")


class Scripted(Server):
    """A server of which is known what comes of each request."""

    def __init__(self, *outcomes: Answer | Exception) -> None:
        self.outcomes = list(outcomes)

    def ask(self, method: str, path: str, body: object = None, content: str = JSON) -> Answer:
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def test_who_hangs_up_each_time_and_answers_others_has_panicked() -> None:
    status, answer = Scripted(HUNG_UP, HUNG_UP, HUNG_UP, HUNG_UP, FINE).call("POST", "/x", {})
    assert (status, answer["message"]) == (500, "the server hangs up: it panicked")


@pytest.mark.parametrize("first", [HUNG_UP, REFUSED, LATE], ids=lambda error: type(error).__name__)
def test_one_failure_is_tried_again(first: Exception) -> None:
    assert Scripted(first, (422, {"message": "no"})).call("POST", "/x", {}) == (422, {"message": "no"})


@pytest.mark.parametrize(
    "outcomes",
    [
        (REFUSED, REFUSED, REFUSED, REFUSED, FINE),
        (LATE, LATE, LATE, LATE, FINE),
        (HUNG_UP, REFUSED, REFUSED, REFUSED, FINE),
        (HUNG_UP, HUNG_UP, HUNG_UP, HUNG_UP, REFUSED),
    ],
    ids=["nobody is there", "no answer in time", "it went away", "it answers nobody"],
)
def test_no_answer_is_no_verdict(outcomes: tuple[Answer | Exception, ...]) -> None:
    with pytest.raises((ConnectionRefusedError, TimeoutError)):
        Scripted(*outcomes).call("POST", "/x", {})


def test_a_server_that_hangs_up_on_one_and_fails_others_gives_no_verdict() -> None:
    with pytest.raises(AssertionError):
        Scripted(HUNG_UP, HUNG_UP, HUNG_UP, HUNG_UP, (503, {})).call("POST", "/x", {})
