"""AppProjects: from where, to where, which cluster-scoped kinds, and who may press the button."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mlplat.compiler.artifacts import KubeObject, ResolvedEnvironment
from mlplat.compiler.emit.argocd_teams import home_namespace, namespaces_of
from mlplat.objects.marks import ALLOW, ENVIRONMENT_LABEL, SYNC_WAVE
from mlplat.schema.team import Team

ARGO_CLUSTER = "https://kubernetes.default.svc"
"""The cluster that Argo CD itself runs in, as Argo CD knows it."""


_READ = (("applications", "get"), ("logs", "get"))
_SYNC = (("applications", "sync"),)
_ALL = (("applications", "*"), ("logs", "get"))


def cluster_server(env: ResolvedEnvironment) -> str:
    """The API server that an environment is synced to; Argo CD's own cluster where none is named (rule MLP328 speaks
    of that, unless somebody switched it off)."""
    return env.environment.document.spec.cluster.server or ARGO_CLUSTER


def is_automated(env: ResolvedEnvironment) -> bool:
    """Whether Argo CD syncs units without a person: as written, else unless it is the last to be promoted to."""
    written = env.environment.document.spec.argocd.automated
    if written is not None:
        return written
    promotion = env.platform.document.spec.promotion
    return not promotion or promotion[-1] != env.name


def root_name(env: ResolvedEnvironment) -> str:
    """Name of the root Application and of its project."""
    return f"{env.platform.name}-{env.name}"


def project_name(team: str | None, env: ResolvedEnvironment) -> str:
    """Name of the project of a team's units, or of the platform's own (None)."""
    return f"{env.name}-{team}" if team is not None else f"{root_name(env)}-units"


def words_of(env: ResolvedEnvironment) -> dict[str, dict[str, str]]:
    """Labels and annotations of every Argo CD object: those of Platform and Environment, from which these are made."""
    makers = (env.platform.document.metadata, env.environment.document.metadata)
    labels = {key: value for maker in makers for key, value in maker.labels.items()}
    annotations = {key: value for maker in makers for key, value in maker.annotations.items() if key != ALLOW}
    return {
        "labels": {**labels, ENVIRONMENT_LABEL: env.name},
        **({"annotations": annotations} if annotations else {}),
    }


def root_project(env: ResolvedEnvironment) -> dict[str, Any]:
    """The project of the root Application, which may make projects and Applications and nothing else."""
    spec = {
        "destinations": [{"server": ARGO_CLUSTER, "namespace": env.environment.document.spec.argocd.namespace}],
        "namespaceResourceWhitelist": [
            {"group": "argoproj.io", "kind": "AppProject"},
            {"group": "argoproj.io", "kind": "Application"},
        ],
    }
    description = f"Root Application of {env.platform.name} in {env.name}"
    return _project(root_name(env), description, {**spec, "roles": _platform_roles(root_name(env), env)}, env)


def platform_project(objects: Sequence[KubeObject], env: ResolvedEnvironment) -> dict[str, Any]:
    """The project of units that belong to no team."""
    name = project_name(None, env)
    namespaces = namespaces_of(objects) or [home_namespace(None, objects, env)]
    spec = {**_reach(namespaces, objects, env), "roles": _platform_roles(name, env)}
    return _first(_project(name, f"Units of {env.platform.name} in {env.name} that belong to no team", spec, env))


def team_project(team: str, objects: Sequence[KubeObject], env: ResolvedEnvironment) -> dict[str, Any]:
    """The project of a team's units: its namespace, and the cluster-scoped kinds that its units hold today."""
    name = project_name(team, env)
    namespaces = sorted({home_namespace(team, objects, env), *namespaces_of(objects)})
    spec = {**_reach(namespaces, objects, env), "roles": _team_roles(name, team, env)}
    return _first(_project(name, f"Units of team {team} in {env.name}", spec, env))


def _reach(namespaces: Iterable[str], objects: Iterable[KubeObject], env: ResolvedEnvironment) -> dict[str, Any]:
    name = env.environment.document.spec.cluster.name
    # Either may be written in an Application; ours name the server.
    cluster = {"server": cluster_server(env), **({"name": name} if name is not None else {})}
    kinds = sorted({(item.ref.group, item.ref.kind) for item in objects if not item.ref.namespace})
    return {
        "destinations": [{**cluster, "namespace": namespace} for namespace in namespaces],
        "clusterResourceWhitelist": [{"group": group, "kind": kind} for group, kind in kinds],
    }


def _project(name: str, description: str, spec: Mapping[str, Any], env: ResolvedEnvironment) -> dict[str, Any]:
    whole = {
        "description": description[:255],  # the limit of the CRD
        "sourceRepos": [env.platform.document.spec.repository.url],
        **{key: value for key, value in spec.items() if value},
    }
    metadata = {
        "name": name,
        "namespace": env.environment.document.spec.argocd.namespace,
        **words_of(env),
    }
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": metadata, "spec": whole}


def _first(project: dict[str, Any]) -> dict[str, Any]:
    """Before the Applications: one whose project is missing is refused by Argo CD until it looks again."""
    annotations = {**project["metadata"].get("annotations", {}), SYNC_WAVE: "-1"}
    return {**project, "metadata": {**project["metadata"], "annotations": annotations}}


def _platform_roles(project: str, env: ResolvedEnvironment) -> list[dict[str, Any]]:
    owners = env.platform.document.spec.owners
    admins = [owner.group for owner in owners if owner.role == "admin"]
    readers = [owner.group for owner in owners if owner.role == "readonly"]
    roles = (_role(project, "admin", admins, _ALL), _role(project, "readonly", readers, _READ))
    return [role for role in roles if role is not None]


def _team_roles(project: str, team: str, env: ResolvedEnvironment) -> list[dict[str, Any]]:
    """Owner and admins see and sync. Editors sync only where git does so anyway: elsewhere the sync is the release.

    People and groups alike stand under `groups`: Argo CD compares these with the user's own name too.
    """
    found = env.find(Team, team)
    if found is None:
        return []
    spec = found.document.spec
    by_role: dict[str, list[str]] = {"admin": [spec.owner.name], "edit": [], "view": []}
    for member in spec.members:
        by_role[member.role].append(member.name)
    edit = _READ + _SYNC if is_automated(env) else _READ
    actions = {"admin": _READ + _SYNC, "edit": edit, "view": _READ}
    roles = (_role(project, role, by_role[role], actions[role]) for role in ("admin", "edit", "view"))
    return [role for role in roles if role is not None]


def _role(project: str, role: str, groups: Iterable[str], actions: Iterable[tuple[str, str]]) -> dict[str, Any] | None:
    names = sorted(set(groups))
    if not names:
        return None
    policies = [f"p, proj:{project}:{role}, {kind}, {action}, {project}/*, allow" for kind, action in actions]
    return {"name": role, "groups": names, "policies": policies}
