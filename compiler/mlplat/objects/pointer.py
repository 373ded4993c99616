"""JSON pointers (RFC 6901): a place in an object as text. "" is the whole object."""

from collections.abc import Iterable


def escape(key: str) -> str:
    """A key as it stands in a pointer."""
    return key.replace("~", "~0").replace("/", "~1")


def unescape(step: str) -> str:
    """A step of a pointer as the key that it names."""
    return step.replace("~1", "/").replace("~0", "~")


def pointer_of(path: Iterable[str | int]) -> str:
    """Keys and indexes as a pointer."""
    return "".join(f"/{escape(str(step))}" for step in path)


def steps_of(pointer: str) -> list[str]:
    """The keys and indexes of a pointer, as text."""
    return [unescape(step) for step in pointer.split("/")[1:]]


def last_step(pointer: str) -> str:
    """The key or index that a pointer ends with, "" for the whole object."""
    return unescape(pointer.rpartition("/")[2])
