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
_EXCLUDES = {
    "live": ("kubeconfig", "context", "any_cluster", "confirm", "watching", *_PRINTS),
    "watching": ("confirm", "format_", *_PRINTS),
    **dict.fromkeys(_PRINTS, ("any_cluster", "confirm", "format_")),
}
"""Options beside which others do nothing: a dump is not a cluster, a watch serves metrics, and what is printed reads
no cluster."""


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
