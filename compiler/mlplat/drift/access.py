"""What drift needs of a cluster: the rights to read the kinds that are declared, and no others; and the commands of
kubectl by which somebody with those rights writes a dump."""

import shlex
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mlplat.cluster.live import KindRequest
from mlplat.cluster.reader import definition_name, is_custom
from mlplat.objects import yaml

VERBS = ("get", "list", "watch")
DUMP = '"$dump"'
"""The folder that the dump commands write, as a shell reads it: a new one outside of every work tree, because the
values of Secrets lie in it."""


def cluster_role(name: str, requests: Sequence[KindRequest]) -> dict[str, Any]:
    """The ClusterRole with which `requests` can be read, one rule an API group.

    `get` beside `list` and `watch` only because roles that people know have it; drift never uses it but for the
    definitions of custom kinds, which are named one by one.
    """
    groups: dict[str, set[str]] = defaultdict(set)
    for request in requests:
        groups[request.gvk.group].add(request.plural)
    rules: list[Mapping[str, Any]] = [
        {"apiGroups": [group], "resources": sorted(plurals), "verbs": list(VERBS)}
        for group, plurals in sorted(groups.items())
    ]
    names = definitions(one for one in requests if not one.only_orphans)
    if names:
        rules.append(
            {
                "apiGroups": ["apiextensions.k8s.io"],
                "resources": ["customresourcedefinitions"],
                "resourceNames": names,
                "verbs": ["get"],
            }
        )
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": name},
        "rules": rules,
    }


def definitions(requests: Iterable[KindRequest]) -> list[str]:
    """The names of the CRDs of custom kinds, sorted."""
    return sorted({definition_name(each.gvk, each.plural) for each in requests if is_custom(each.gvk)})


def role_text(environment: str | None, requests: Sequence[KindRequest]) -> str:
    """The ClusterRole as YAML, and in comments how it is bound: to everything, or namespace by namespace."""
    name = role_name(environment)
    namespaces = sorted({namespace for request in requests for namespace in request.namespaces})
    lines = [
        f"# What `mlplat drift{f' --env {environment}' if environment else ''}` reads. It writes nothing.",
        "# Bind it once for the whole cluster:",
        f"#   kubectl create clusterrolebinding {name}-NAME --clusterrole={name} --user=NAME",
        f"#   kubectl create clusterrolebinding {name}-NAME --clusterrole={name} --serviceaccount=NAMESPACE:NAME",
    ]
    if namespaces:
        lines.append(
            "# or only where the environment is; then kinds without a namespace are not compared, and orphans in"
        )
        lines.append("# other namespaces are not seen:")
        lines += [
            f"#   kubectl create rolebinding {name} -n {namespace} --clusterrole={name} --user=NAME"
            for namespace in namespaces
        ]
    return "\n".join(lines) + "\n" + yaml.dump(cluster_role(name, requests))


def role_name(environment: str | None) -> str:
    """The name of the ClusterRole of an environment, and of all that belongs to it."""
    return f"mlplat-drift-{environment}" if environment else "mlplat-drift"


def dump_commands(
    root: str, options: Sequence[str], requests: Sequence[KindRequest], context: Sequence[str] = ()
) -> str:
    """Shell commands that write everything that is to be compared into a new folder, and compare it.

    `root` is the folder that the comparison works in, `options` are those that say what is declared (`--env prod`),
    `context` those that name the cluster for kubectl.
    The last command only runs when all went well: a kind that could not be read must not count as absent. Kinds that
    are only searched for orphans may fail: the cluster need not have them.
    """
    kubectl = shlex.join(("kubectl", *context))
    commands = ["dump=$(mktemp -d)"]
    for request in sorted(requests, key=lambda each: (each.gvk, each.plural)):
        gvk = request.gvk
        # kubectl's way to name one version of one group; without the group's dot it would take the server's own choice
        resource = f"{request.plural}.{gvk.version}.{gvk.group}"
        scope = " --all-namespaces" if request.namespaced else ""
        selector = f" --selector={shlex.quote(request.selector)}" if request.selector else ""
        file = f"{DUMP}/{request.plural}.{gvk.group or 'core'}.json"
        command = f"{kubectl} get {resource}{scope}{selector} --show-managed-fields -o json > {file}"
        commands.append(f"{{ {command} || true; }}" if request.only_orphans else command)
    names = definitions(one for one in requests if not one.only_orphans)
    if names:
        named = " ".join(("customresourcedefinitions", *names, "--ignore-not-found"))
        commands.append(f"{kubectl} get {named} -o json > {DUMP}/definitions.json")
    compare = f"{shlex.join(('mlplat', '-C', root, 'drift', *options))} --live {DUMP}"
    commands.append(f"{compare} --complete")
    comment = (
        "# If one of them fails, compare without --complete: kinds that are not in the dump are then not compared,\n"
        f"# {compare}\n"
        f"# The dump holds the values of Secrets: rm -r {DUMP}"
    )
    if any(one.only_orphans for one in requests):
        comment += "\n# An error of a command with `|| true` only means that orphans of its kind are not seen."
    return " &&\n".join(commands) + "\n" + comment
