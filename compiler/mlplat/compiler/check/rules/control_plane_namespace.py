"""A team in a namespace of the control plane.

Source: kubeflow/community-distribution 26.03, `common/kubeflow-namespace/base/kubeflow/namespace.yaml`: the namespace
`kubeflow` enforces the restricted pod security level, and KServe's pod webhook leaves namespaces with the label
`control-plane` alone (v0.20 `config/webhook/manifests.yaml`), so that models are never downloaded.
"""

from collections.abc import Iterable

from mlplat.compiler.artifacts import Path, ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.compiler.effective import namespace_of
from mlplat.schema.team import Team

RESERVED = frozenset(
    {
        *("kube-system", "kube-public", "kube-node-lease", "default"),
        *("kubeflow", "kubeflow-system", "auth", "oauth2-proxy", "cert-manager", "istio-system"),
        *("knative-serving", "knative-eventing", "kserve", "kueue-system", "jobset-system", "argocd"),
        *("external-secrets", "training-operator"),
    }
)
"""Namespaces that Kubernetes, Kubeflow's distribution (26.03) and their usual companions install themselves into."""


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each team; the namespace of Argo CD is the one that the environment names."""
    argocd = env.environment.document.spec.argocd.namespace
    for team in env.all(Team):
        namespace = namespace_of(team)
        if namespace not in RESERVED and namespace != argocd:
            continue
        path: Path = ("spec", "namespace") if team.document.spec.namespace is not None else ("metadata", "name")
        yield Found(
            team,
            path,
            f"{named(team)} has the namespace `{namespace}`, which is not for teams",
            "belongs to the cluster or its control plane",
            notes=("its workloads would be refused by webhooks there, or left alone by those that they need",),
            help=f"write `namespace: team-{namespace}`",
        )


RULE = SpecRule("MLP313", check)
