"""What the user asks to compare; imports nothing heavy, so that the command line can make one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """`against` and `to` are revisions (None: the merge base with the main branch, and the working tree). `other` is
    an environment to compare the one of `environments` with. `versions` are those of `check --manifests`: component
    versions, release, Kubernetes."""

    root: str
    against: str | None = None
    to: str | None = None
    environments: tuple[str, ...] = ()
    other: str | None = None
    manifests: tuple[str, str] | None = None
    versions: tuple[str, str | None, str | None] = ("", None, None)
