"""An environment that does not say its own cluster, or takes the one of an environment that it inherits from.

Only what nobody syncs may go without: base, and environments with `sync: false`. Two environments that inherit one
address would be synced over each other.
"""

from collections.abc import Iterable

from mlplat.compiler.artifacts import Path, ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named, quoted


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for what is missing, one for what is inherited; the Kubernetes version may be inherited."""
    if not env.is_synced:
        return
    environment, cluster = env.environment, env.environment.document.spec.cluster
    fields = {"name": cluster.name, "server": cluster.server, "kubernetesVersion": cluster.kubernetes_version}
    missing = [field for field, value in fields.items() if value is None]
    if missing:
        yield Found(
            environment,
            ("spec", "cluster"),
            f"{named(environment)} does not say on which cluster it lives",
            f"{quoted(missing)} of its cluster missing",
            help=f"add {quoted(missing)} to `spec.cluster`",
            at_key=True,
        )
    inherited = [
        field
        for field in ("name", "server")
        if (node := environment.node.at(("spec", "cluster", field))) is not None
        and node.value is not None
        and node.span.file != environment.node.span.file
    ]
    if inherited:
        places: list[Path] = [("spec", "cluster", field) for field in inherited]
        yield Found(
            environment,
            ("metadata", "name"),
            f"{named(environment)} inherits the {' and '.join(inherited)} of its cluster",
            f"says no {quoted(f'cluster.{field}' for field in inherited)} of its own",
            notes=("two environments on one address would be synced over each other",),
            help=f"add `cluster: {{{', '.join(f'{field}: ...' for field in inherited)}}}` to this environment",
            secondary=tuple(environment.label(path, "inherited from here") for path in places),
        )


RULE = SpecRule("MLP328", check)
