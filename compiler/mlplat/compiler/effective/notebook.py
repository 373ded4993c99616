"""What a notebook really gets: its image, its container, and the way in which the platform's services reach it."""

from collections.abc import Mapping

from mlplat.compiler.artifacts import Resolved, ResolvedEnvironment
from mlplat.compiler.effective.workload import ContainerSource, EffectiveContainer, endpoint_env, make_container
from mlplat.schema.notebook import Notebook

_DOCKER = "docker.io/kubeflownotebookswg"
_GITHUB = "ghcr.io/kubeflow/kubeflow/notebook-servers"

STOCK_IMAGES: Mapping[tuple[str, str], str] = {
    ("1.8.0", "jupyter"): f"{_DOCKER}/jupyter-scipy:v1.8.0",
    ("1.8.0", "vscode"): f"{_DOCKER}/codeserver-python:v1.8.0",
    ("1.8.0", "rstudio"): f"{_DOCKER}/rstudio-tidyverse:v1.8.0",
    ("1.9.2", "jupyter"): f"{_DOCKER}/jupyter-scipy:v1.9.2",
    ("1.9.2", "vscode"): f"{_DOCKER}/codeserver-python:v1.9.2",
    ("1.10.0", "jupyter"): f"{_GITHUB}/jupyter-scipy:v1.10.0",
    ("1.10.0", "vscode"): f"{_GITHUB}/codeserver-python:v1.10.0",
    ("1.10.0", "rstudio"): f"{_GITHUB}/rstudio-tidyverse:v1.10.0",
    ("1.11.0", "jupyter"): f"{_GITHUB}/jupyter-scipy:v1.11.0",
    ("1.11.0", "vscode"): f"{_GITHUB}/codeserver-python:v1.11.0",
}
"""Version of the component `notebooks` and flavour to the image that the spawner of that version offers first
(jupyter-web-app `spawner_ui_config.yaml`). Only tags that were seen in use are here; for the rest name an image."""


def stock_image(env: ResolvedEnvironment, flavour: str) -> str | None:
    """The release's own image of a flavour; None when it is not known, and then a notebook must name one."""
    return STOCK_IMAGES.get((env.versions.get("notebooks") or "", flavour))


def uses_pod_default(document: Resolved[Notebook], env: ResolvedEnvironment) -> bool:
    """True when the services' addresses come by the PodDefault `platform-endpoints`; else they stand in the container.

    The PodDefault webhook refuses a pod that has a variable of the same name with another value
    (poddefaults-webhooks/main.go), so a notebook that sets one of them itself does not choose it.
    """
    spec = document.document.spec
    services = {variable.name for variable in endpoint_env(env)}
    own = {variable.name for variable in spec.env}
    return spec.endpoints and bool(services) and env.versions.has("profiles") and not services & own


def notebook_container(document: Resolved[Notebook], env: ResolvedEnvironment) -> EffectiveContainer:
    """The server's container. Without an image where none is named and none is known (`stock_image`)."""
    spec = document.document.spec
    source = ContainerSource(
        image=spec.image or stock_image(env, spec.flavour),
        env=spec.env,
        resources=spec.resources,
        accelerators=spec.accelerators,
        mounts=spec.volumes,
        endpoints=spec.endpoints and not uses_pod_default(document, env),
    )
    return make_container(env, source)
