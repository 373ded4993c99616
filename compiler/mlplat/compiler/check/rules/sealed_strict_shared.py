"""A SealedSecret that every team is to have, sealed for one name and namespace only.

Scope `strict` makes name and namespace part of what was encrypted, `namespace-wide` the namespace (sealed-secrets
`pkg/apis/sealedsecrets/v1alpha1/sealedsecret_expansion.go`): in any other namespace the controller cannot read it.
"""

from collections.abc import Iterable

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.schema.storage import Secret
from mlplat.schema.team import Team


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each sealed secret without a team, where several teams would have their own copy."""
    if len(env.all(Team)) < 2:
        return
    for secret in env.all(Secret):
        sealed = secret.document.spec.sealed
        if secret.team is not None or sealed is None or sealed.scope == "cluster-wide":
            continue
        written = secret.node.at(("spec", "sealed", "scope")) is not None
        yield Found(
            secret,
            ("spec", "sealed", "scope") if written else ("spec", "sealed"),
            f"{named(secret)} is for every team, and sealed for one namespace",
            f"scope `{sealed.scope}`" + ("" if written else " when none is given"),
            notes=("in every other namespace the controller cannot decrypt it, and the Secret is not made",),
            help="seal it with `kubeseal --scope cluster-wide` and write `scope: cluster-wide`, or give it a team",
            at_key=not written,
        )


RULE = SpecRule("MLP322", check)
