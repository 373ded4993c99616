"""Health checks that Argo CD lacks, in its Lua, and the keys of `argocd-cm` under which it looks for them.

Argo CD 3.5.1 brings checks for none of these kinds (`resource_customizations/`), so its sync waves would not wait for
them and its pages would show them without health. Its Lua has neither `string` nor `os`.
"""

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from mlplat.catalog.products import V1_JOBS

SCRIPTS: Mapping[tuple[str, str], str] = {
    ("argoproj.io", "Application"): "application",
    **{("kubeflow.org", kind): "run" for kind in ("Experiment", *V1_JOBS)},
    ("kubeflow.org", "Notebook"): "notebook",
    ("kueue.x-k8s.io", "ClusterQueue"): "queue",
    ("kueue.x-k8s.io", "LocalQueue"): "queue",
    ("trainer.kubeflow.org", "TrainJob"): "run",
}
"""Group and kind to the name of the script that judges its objects."""


@lru_cache(maxsize=1)
def argocd_settings() -> Mapping[str, str]:
    """The entries of the ConfigMap `argocd-cm` that a platform needs, by key."""
    folder = files(__package__)
    texts = {name: (folder / f"{name}.lua").read_text("utf-8") for name in sorted(set(SCRIPTS.values()))}
    health = {f"resource.customizations.health.{group}_{kind}": texts[name] for (group, kind), name in SCRIPTS.items()}
    # Label tracking would take what KServe and Katib make, labels copied, for the Application's own, and prune it.
    return dict(sorted({"application.resourceTrackingMethod": "annotation", **health}.items()))
