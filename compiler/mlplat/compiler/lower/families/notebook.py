"""Notebook to a Kubeflow Notebook (`kubeflow.org/v1`, Notebooks 1.8 to 1.11)."""

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from mlplat.compiler.artifacts import Draft, Resolved, ResolvedEnvironment
from mlplat.compiler.effective.notebook import notebook_container, uses_pod_default
from mlplat.compiler.effective.workload import ENDPOINTS_LABEL, choose_nodes, namespace_of, team_of, unit_of
from mlplat.compiler.lower.pod import container_body, mount_list, pod_extras, volume_list
from mlplat.schema.notebook import Culling, Notebook

SERVER_TYPE = "notebooks.kubeflow.org/server-type"
REWRITE_URI = "notebooks.kubeflow.org/http-rewrite-uri"
SET_HEADERS = "notebooks.kubeflow.org/http-headers-request-set"

SERVER_TYPES = {"jupyter": "jupyter", "vscode": "group-one", "rstudio": "group-two"}
"""Flavour to what the web app calls it (jupyter-web-app `form.py`)."""

JOVYAN_GROUP = 100
"""Group of the images' user. The controller sets it as fsGroup, but only on a pod that has no security context at all
(notebook_controller.go, `DefaultFSGroup`): without it the home folder cannot be written."""

JUPYTER_CONFIG = "jupyter_server_config.json"
"""File that a Jupyter server reads besides the user's own and those of its image, in `/etc/jupyter` among other folders
(jupyter_core `paths.py`; tried with jupyter-server 2.21.1)."""

EDITOR = "default-editor"
"""ServiceAccount that the profile controller makes in each of its namespaces."""


def lower_notebook(document: Resolved[Notebook], env: ResolvedEnvironment) -> Iterable[Draft]:
    """The Notebook object, and the ConfigMap that tells its server to end idle kernels."""
    spec = document.document.spec
    unit = unit_of(document, env, "notebooks")
    namespace = namespace_of(team_of(document, env))
    metadata: dict[str, Any] = {
        "name": document.name,
        "namespace": namespace,
        "annotations": _annotations(document, env),
    }
    if labels := _labels(document, env):
        metadata["labels"] = labels
    pod = _pod_spec(document, env)
    account = spec.service_account or (EDITOR if env.versions.has("profiles") else None)
    if account is not None:
        pod["serviceAccountName"] = account
    body = {
        "apiVersion": "kubeflow.org/v1",
        "kind": "Notebook",
        "metadata": metadata,
        "spec": {"template": {"spec": pod}},
    }
    yield Draft(body, document, unit)
    if (culling := _culling(document)) is not None:
        config = {"name": _config_name(document, culling), "namespace": namespace}
        data = {JUPYTER_CONFIG: _jupyter_config(culling)}
        yield Draft({"apiVersion": "v1", "kind": "ConfigMap", "metadata": config, "data": data}, document, unit)


def _labels(document: Resolved[Notebook], env: ResolvedEnvironment) -> dict[str, str]:
    """Labels that choose PodDefaults. They stand on the Notebook, whose template has no metadata: the controller copies
    the Notebook's labels to the pod."""
    labels = dict(document.document.spec.pod_defaults)
    if uses_pod_default(document, env):
        labels[ENDPOINTS_LABEL] = "true"
    return dict(sorted(labels.items()))


def _annotations(document: Resolved[Notebook], env: ResolvedEnvironment) -> dict[str, str]:
    flavour = document.document.spec.flavour
    annotations = {SERVER_TYPE: SERVER_TYPES[flavour]}
    if flavour != "jupyter":
        # These servers know nothing of the path below which the gateway shows them.
        annotations[REWRITE_URI] = "/"
    if flavour == "rstudio":
        path = f"/notebook/{namespace_of(team_of(document, env))}/{document.name}/"
        annotations[SET_HEADERS] = f'{{"X-RStudio-Root-Path":"{path}"}}'
    return annotations


def _pod_spec(document: Resolved[Notebook], env: ResolvedEnvironment) -> dict[str, Any]:
    spec = document.document.spec
    # The controller looks for the container by the Notebook's name, and uses the first one.
    container = container_body(document.name, notebook_container(document, env), env)
    volumes = volume_list(spec.volumes, spec.shared_memory)
    mounts = mount_list(spec.volumes, shared_memory=spec.shared_memory is not None)
    if (culling := _culling(document)) is not None:
        volumes.append({"name": "jupyter-config", "configMap": {"name": _config_name(document, culling)}})
        place = {"name": "jupyter-config", "mountPath": f"/etc/jupyter/{JUPYTER_CONFIG}", "subPath": JUPYTER_CONFIG}
        mounts.append(place | {"readOnly": True})
    if mounts:
        container["volumeMounts"] = mounts
    pod: dict[str, Any] = {"containers": [container]}
    if volumes:
        pod["volumes"] = volumes
    pod |= pod_extras(env, choose_nodes(env, spec.placement, spec.accelerators))
    if "securityContext" in pod:
        pod["securityContext"] = {"fsGroup": JOVYAN_GROUP, **pod["securityContext"]}
    return pod


def _culling(document: Resolved[Notebook]) -> Culling | None:
    """When kernels are ended; None for servers that have none (effects/tenancy.py says so to the user)."""
    spec = document.document.spec
    return spec.culling if spec.flavour == "jupyter" else None


def _config_name(document: Resolved[Notebook], culling: Culling) -> str:
    """A name that changes with the content: the server reads the file when it starts, so it has to start again."""
    return f"{document.name}-culling-{sha256(_jupyter_config(culling).encode()).hexdigest()[:8]}"


def _jupyter_config(culling: Culling) -> str:
    """The options of jupyter_server `services/kernels/kernelmanager.py`, in seconds."""
    options: dict[str, Any] = {"cull_idle_timeout": culling.idle_minutes * 60}
    if culling.check_minutes is not None:
        options["cull_interval"] = culling.check_minutes * 60
    if culling.connected:
        options["cull_connected"] = True
    return json.dumps({"MappingKernelManager": options}, indent=2) + "\n"
