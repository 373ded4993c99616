"""What Argo CD is told about one environment: projects, an Application for each unit, and one above them all.

`root.yaml` is applied once by a person. It holds the settings that the platform needs, the root Application, and the
project of that Application, which may do nothing but make projects and Applications: so the file hardly ever
changes, and everything else arrives through git. `apps/` is what the root Application syncs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from mlplat.compiler.artifacts import KubeObject, ResolvedEnvironment
from mlplat.compiler.emit.argocd_projects import (
    ARGO_CLUSTER,
    cluster_server,
    is_automated,
    platform_project,
    project_name,
    root_name,
    root_project,
    team_project,
    words_of,
)
from mlplat.compiler.emit.argocd_teams import home_namespace, team_of_unit
from mlplat.compiler.emit.health import argocd_settings
from mlplat.compiler.emit.kustomization import kustomization_text, object_text
from mlplat.objects.marks import SYNC_WAVE

_API = "argoproj.io/v1alpha1"
_PATHS = "argocd.argoproj.io/manifest-generate-paths"
_CASCADE = "resources-finalizer.argocd.argoproj.io"
_RETRY: Mapping[str, Any] = {"limit": 10, "backoff": {"duration": "10s", "factor": 2, "maxDuration": "3m"}}
"""Ten attempts in some twenty minutes: a unit whose namespace is still missing gets there without any order."""

_ROOT_COMMENT = """\
# One command brings up environment `{env}`:
#
#     kubectl apply --server-side --field-manager=mlplat -f root.yaml
#
# The ConfigMap is not a whole one: of Argo CD's `argocd-cm` it holds the keys that this platform needs, the same for
# every environment. Applied on the server under a field manager of its own it leaves all other keys alone, and stops
# with a conflict where somebody else has set one of these. No Application syncs it: several environments, and Argo
# CD's own installation, would take it away from each other. Plain `kubectl apply` works too, but then the next plain
# apply of Argo CD's installation removes the keys again.
"""


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit as Argo CD sees it: its team (None: the platform's own), and whether its overlay reads the base."""

    name: str
    team: str | None
    objects: Sequence[KubeObject]
    based: bool


@dataclass(frozen=True, slots=True)
class ArgoBodies:
    """The Argo CD objects of one environment: `root` are applied by a person, `apps` synced by the root Application."""

    root: tuple[dict[str, Any], ...]
    apps: tuple[dict[str, Any], ...]

    def files(self) -> Mapping[str, tuple[dict[str, Any], ...]]:
        """What stands in each file, by path below `argocd/<env>/`."""
        apps = {f"apps/{body['kind'].lower()}-{body['metadata']['name']}.yaml": (body,) for body in self.apps}
        return {"root.yaml": self.root, **apps}


def argocd_bodies(
    units: Mapping[str, Sequence[KubeObject]], based: frozenset[str], env: ResolvedEnvironment
) -> ArgoBodies:
    """The objects of an environment. `based` are the units whose overlay reads the base unit of that name."""
    known = [Unit(name, team_of_unit(name, items, env), items, name in based) for name, items in units.items()]
    owned: dict[str, list[KubeObject]] = {}
    for unit in known:
        owned.setdefault(unit.team or "", []).extend(unit.objects)
    projects = [team_project(team, owned[team], env) for team in sorted(owned) if team]
    if "" in owned:
        projects.append(platform_project(owned[""], env))
    root = (_settings(env), root_project(env), _root_application(env))
    return ArgoBodies(root, (*projects, *(_unit_application(unit, env) for unit in known)))


def argocd_files(
    units: Mapping[str, Sequence[KubeObject]], based: frozenset[str], env: ResolvedEnvironment
) -> dict[str, str]:
    """Files of `generated/argocd/<env>/`, of the same."""
    files = {
        path: "---\n".join(map(object_text, bodies))
        for path, bodies in argocd_bodies(units, based, env).files().items()
    }
    resources = sorted(path.removeprefix("apps/") for path in files if path.startswith("apps/"))
    return {
        **files,
        "root.yaml": _ROOT_COMMENT.format(env=env.name) + files["root.yaml"],
        "apps/kustomization.yaml": kustomization_text({"resources": resources}),
    }


def _settings(env: ResolvedEnvironment) -> dict[str, Any]:
    metadata = {
        "name": "argocd-cm",
        "namespace": env.environment.document.spec.argocd.namespace,
        "labels": {"app.kubernetes.io/part-of": "argocd"},  # without it Argo CD does not watch the ConfigMap
    }
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": dict(argocd_settings())}


def _root_application(env: ResolvedEnvironment) -> dict[str, Any]:
    """Above all others. It syncs by itself in every environment: what it makes are Applications, and each of these
    waits for a person where the environment says so."""
    argocd = env.environment.document.spec.argocd
    name = root_name(env)
    metadata: dict[str, Any] = {"name": name, **words_of(env)}
    folder = f"generated/argocd/{env.name}/apps"
    destination = {"server": ARGO_CLUSTER, "namespace": argocd.namespace}
    return _application(env, metadata, {"project": name, "path": folder, "destination": destination}, automated=True)


def _unit_application(unit: Unit, env: ResolvedEnvironment) -> dict[str, Any]:
    spec = env.environment.document.spec
    automated = is_automated(env)
    words = words_of(env)
    labels = {**words["labels"], "mlplat.dev/unit": unit.name}
    folders = [".", *([_from_root(env, f"generated/base/{unit.name}")] if unit.based else [])]
    annotations = {**words.get("annotations", {}), _PATHS: ";".join(folders)}
    if unit.team is not None:
        labels["mlplat.dev/team"] = unit.team
        if unit.name != unit.team:
            annotations[SYNC_WAVE] = "1"  # the server refuses objects in a namespace that is not there yet
    metadata: dict[str, Any] = {"name": f"{env.name}-{unit.name}", "labels": labels, "annotations": annotations}
    if automated and spec.argocd.prune:
        # A unit that git no longer has takes its objects with it, as pruning inside a unit does. Namespaces, Profiles
        # and claims say `Delete=false`. Where people sync by hand, an Application that goes leaves everything behind.
        metadata["finalizers"] = [_CASCADE]
    destination = {"server": cluster_server(env), "namespace": home_namespace(unit.team, unit.objects, env)}
    project = project_name(unit.team, env)
    where = {"project": project, "path": f"generated/overlays/{env.name}/{unit.name}", "destination": destination}
    return _application(env, metadata, where, automated)


def _application(
    env: ResolvedEnvironment, metadata: Mapping[str, Any], where: Mapping[str, Any], automated: bool
) -> dict[str, Any]:
    argocd = env.environment.document.spec.argocd
    sync: dict[str, Any] = {"retry": dict(_RETRY), "syncOptions": ["ServerSideApply=true"]}
    if automated:
        switches = {"prune": argocd.prune, "selfHeal": argocd.self_heal}
        sync["automated"] = {key: True for key, on in switches.items() if on}
    source = {
        "repoURL": env.platform.document.spec.repository.url,
        "path": _from_root(env, where["path"]).removeprefix("/"),
        "targetRevision": argocd.target_revision,
    }
    return {
        "apiVersion": _API,
        "kind": "Application",
        "metadata": {**metadata, "namespace": argocd.namespace},
        "spec": {
            "project": where["project"],
            "source": source,
            "destination": where["destination"],
            "syncPolicy": sync,
        },
    }


def _from_root(env: ResolvedEnvironment, path: str) -> str:
    """A path of the platform, absolute from the root of its git repository."""
    return str(PurePosixPath("/") / env.platform.document.spec.repository.path.strip("/") / path)
