"""What each release of the Kubeflow community distribution installs: component versions, defaults and install paths.

Source: kubeflow/community-distribution, the README and the image tags of each release tag; where the two disagree
the image tags are taken (v1.8.0: Istio 1.17.5, v1.9.1: KServe 0.13.1). Versions are written without a leading `v`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class ComponentRelease:
    """One component as one release ships it.

    `installed` is False where the release's tree holds the component but its example installation leaves it out:
    then an environment has it only by naming it under `versions`. `paths` are the kustomize bases to install it from,
    relative to the distribution's tree; empty where they were not verified for this release.
    """

    version: str
    installed: bool = True
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Release:
    """One release tag.

    `commit` and `date` are those of the tag (no commit where it was not recorded), `kubernetes` the minor versions
    that the release was tested on (kind node images).
    """

    name: str
    commit: str | None
    date: str
    kubernetes: tuple[str, ...]
    components: Mapping[str, ComponentRelease] = field(default_factory=dict)

    def paths(self, component: str) -> tuple[str, ...]:
        """Install paths of a component, in order; empty where none is known for this release."""
        entry = self.components.get(component)
        return entry.paths if entry else ()


_COMMON_PATHS: Mapping[str, tuple[str, ...]] = {
    "certManager": ("common/cert-manager/base", "common/cert-manager/overlays/kubeflow"),
    "istio": (
        "common/istio/istio-crds/base",
        "common/istio/istio-namespace/base",
        "common/istio/istio-install/overlays/oauth2-proxy",
        "common/istio/cluster-local-gateway/base",
        "common/istio/kubeflow-istio-resources/base",
    ),
    "oauth2Proxy": ("common/oauth2-proxy/overlays/m2m-dex-only",),
    "dex": ("common/dex/overlays/oauth2-proxy",),
    "knative": ("common/knative/knative-serving/overlays/gateways",),
    "pipelines": ("applications/pipeline/upstream/env/cert-manager/platform-agnostic-multi-user-k8s-native",),
    "katib": ("applications/katib/upstream/installs/katib-with-kubeflow",),
    "trainer": ("applications/trainer/overlays",),
    "trainingOperator": ("applications/training-operator/upstream/overlays/kubeflow",),
    "kserve": ("applications/kserve/kserve", "applications/kserve/models-web-app/overlays/kubeflow"),
    "sparkOperator": ("applications/spark/spark-operator/overlays/kubeflow",),
}

_PATHS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "26.03": {
        **_COMMON_PATHS,
        "profiles": (
            "applications/centraldashboard/overlays/oauth2-proxy",
            "applications/admission-webhook/upstream/overlays/cert-manager",
            "applications/profiles/pss",
        ),
        "notebooks": (
            "applications/jupyter/notebook-controller/upstream/overlays/kubeflow",
            "applications/jupyter/jupyter-web-app/upstream/overlays/istio",
            "applications/pvcviewer-controller/upstream/base",
            "applications/volumes-web-app/upstream/overlays/istio",
            "applications/tensorboard/tensorboard-controller/upstream/overlays/kubeflow",
            "applications/tensorboard/tensorboards-web-app/upstream/overlays/istio",
        ),
        "modelRegistry": ("applications/model-registry/upstream/overlays/db",),
    },
    "26.03.1-rc.2": {
        **_COMMON_PATHS,
        "profiles": ("applications/dashboard/overlays/istio",),
        "notebooks": ("applications/notebooks-v1/overlays/istio",),
        "modelRegistry": ("applications/hub/overlays/model-registry", "applications/hub/overlays/model-catalog"),
    },
}

_COLUMNS = ("v1.8.0", "v1.9.1", "v1.10.2", "v1.11.0", "26.03", "26.03.1-rc.2")

# One row for each component, one version for each column; None where the release has none, `-` before a version that
# lies in the tree but that the example installation leaves out.
_VERSIONS: Mapping[str, tuple[str | None, ...]] = {
    "trainer": (None, None, None, "2.1.0", "2.1.0", "2.2.0"),
    "trainingOperator": ("1.7.0", "1.8.1", "1.9.2", "-1.9.2", "-1.9.2", "-1.9.2"),
    "katib": ("0.16.0", "0.17.0", "0.18.0", "0.19.0", "0.19.0", "0.19.0"),
    "kserve": ("0.11.1", "0.13.1", "0.15.0", "0.15.2", "0.16.0", "0.18.0"),
    "notebooks": ("1.8.0", "1.9.2", "1.10.0", "1.10.0", "1.10.0", "1.11.0"),
    "profiles": ("1.8.0", "1.9.2", "1.10.0", "1.10.0", "1.10.0", "2.0.0"),
    "pipelines": ("2.0.3", "2.3.0", "2.5.0", "2.15.0", "2.16.0", "2.16.1"),
    "modelRegistry": (None, "-0.2.9", "-0.2.19", "-0.3.4", "-0.3.7", "0.3.9"),
    "sparkOperator": (None, "-2.0.2", "2.2.0", "2.4.0", "2.5.0", "2.5.0"),
    "istio": ("1.17.5", "1.22.1", "1.26.1", "1.28.0", "1.29.0", "1.30.1"),
    "knative": ("1.10.2", "1.12.4", "1.16.2", "1.16.2", "1.21.1", "1.22.0"),
    "certManager": ("1.12.2", "1.14.5", "1.16.1", "1.16.1", "1.19.4", "1.20.2"),
    "dex": ("2.36.0", "2.39.1", "2.41.1", "2.43.1", "2.45.0", "2.45.1"),
    "oauth2Proxy": (None, "7.6.0", "7.7.1", "7.10.0", "7.14.3", "7.15.2"),
}

_TAGS: Mapping[str, tuple[str | None, str, tuple[str, ...]]] = {  # commit, date, Kubernetes versions tested
    "v1.8.0": ("bb6b4b0c4763", "2023-11-01", ("1.24", "1.25", "1.26")),
    "v1.9.1": ("b68bb751c3e0", "2024-10-24", ("1.31",)),
    "v1.10.2": ("d8d643f1a736", "2025-07-18", ("1.33",)),
    "v1.11.0": (None, "2025-12-15", ("1.34",)),
    "26.03": ("d68ebc7fab36", "2026-03-21", ("1.34",)),
    "26.03.1-rc.2": ("9fca80cba541", "2026-06-05", ("1.36",)),
}


def _release(column: int, name: str) -> Release:
    commit, date, kubernetes = _TAGS[name]
    components: dict[str, ComponentRelease] = {}
    for component, versions in _VERSIONS.items():
        version = versions[column]
        if version is not None:
            paths = _PATHS.get(name, {}).get(component, ())
            components[component] = ComponentRelease(version.removeprefix("-"), not version.startswith("-"), paths)
    return Release(name, commit, date, kubernetes, MappingProxyType(components))


RELEASES: Mapping[str, Release] = MappingProxyType({name: _release(i, name) for i, name in enumerate(_COLUMNS)})
"""Every release that an environment can name, oldest first."""


def versions_in_releases(component: str) -> tuple[str, ...]:
    """The versions of a component that releases ship, oldest release first, each once."""
    versions = (
        release.components[component].version for release in RELEASES.values() if component in release.components
    )
    return tuple(dict.fromkeys(versions))
