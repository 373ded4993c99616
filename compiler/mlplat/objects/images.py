"""References to container images: the parts that say which content is meant.

The grammar is that of `distribution/reference` (github.com/distribution/reference v0.6.0).
"""

from dataclasses import dataclass

MOVING_TAGS = frozenset(("latest", "main", "master", "edge", "nightly", "dev", "devel", "stable"))
"""Tags that by custom move from one content to another."""


@dataclass(frozen=True, slots=True)
class ImageReference:
    """An image reference taken apart; `tag` and `digest` are "" where it has none."""

    repository: str
    tag: str = ""
    digest: str = ""


def parse_image(text: str) -> ImageReference:
    """The parts of a reference such as `registry:5000/team/app:1.2@sha256:...`; a malformed one is taken as it is."""
    rest, _, digest = text.partition("@")
    head, slash, last = rest.rpartition("/")
    name, _, tag = last.partition(":")
    return ImageReference(f"{head}{slash}{name}", tag, digest)


def why_unpinned(text: str) -> str | None:
    """Why an image may change under its reference, as a clause; None when a digest or an ordinary tag names it."""
    image = parse_image(text)
    if image.digest:
        return None
    if not image.tag:
        return "has no tag, which means `latest`"
    if image.tag in MOVING_TAGS:
        return f"has the tag `{image.tag}`, which moves"
    return None
