"""Which options of `mlplat drift` say something together, and which do not."""

import click
from click.core import ParameterSource

_GOES_WITH = {
    "revision": "environment",
    "complete": "live",
    "listen": "watching",
    "image": "deploy",
    "deploy_namespace": "deploy",
    **dict.fromkeys(("namespace", "versions", "release", "kubernetes"), "declared"),
}
"""Options that do nothing without another one, and that one."""

_PRINTS = ("rbac", "dump_commands", "deploy")
_ASKS = ("any_cluster", "confirm", "format_")
_EXCLUDES = {
    "live": ("kubeconfig", "context", "any_cluster", "confirm", "watching", *_PRINTS),
    "watching": ("confirm", "format_", *_PRINTS),
    "rbac": (*_ASKS, "dump_commands", "deploy"),
    "dump_commands": (*_ASKS, "deploy"),
    "deploy": (*_ASKS, "kubeconfig", "context", "revision", "appliers", "tracking_label", "crds"),
}
"""Options beside which others do nothing: a dump is not a cluster, a watch serves metrics, one thing is printed at a
time, what is printed reads no cluster, and what is deployed is not told how somebody compares here."""

_CARRIED = (
    "environment", "declared", "revision", "appliers", "tracking_label", "namespace", "crds", "versions", "release",
    "kubernetes",
)  # fmt: skip
"""Options that say what is compared, and how, wherever the live side comes from."""


def refuse_contradictions(context: click.Context) -> None:
    """An option that would do nothing is a mistake of whoever wrote it."""
    written = {name for name in context.params if context.get_parameter_source(name) is ParameterSource.COMMANDLINE}
    flags = {option.name: option.opts[-1] for option in context.command.params}
    for name, needed in _GOES_WITH.items():
        if name in written and needed not in written:
            raise click.UsageError(f"{flags[name]} goes with {flags[needed]}")
    for name, others in _EXCLUDES.items():
        for other in others:
            if {name, other} <= written:
                raise click.UsageError(f"{flags[other]} and {flags[name]} exclude each other")


def carried(context: click.Context) -> tuple[str, ...]:
    """The words of the command line that another one needs, which compares the same with a dump."""
    words: list[str] = []
    for option in context.command.params:
        if option.name in _CARRIED and context.get_parameter_source(option.name) is ParameterSource.COMMANDLINE:
            value = context.params[option.name]
            for one in value if option.multiple else (value,):
                words += _words(option.opts[-1], str(one))
    return tuple(words)


def _words(flag: str, value: str) -> tuple[str, ...]:
    """A value that begins as an option does is one only behind an equals sign; `-` alone is standard input."""
    return (f"{flag}={value}",) if value.startswith("-") and value != "-" else (flag, value)
