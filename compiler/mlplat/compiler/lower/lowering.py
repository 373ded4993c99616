"""From a checked environment to its objects: each document through its family, then what all objects get."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mlplat.catalog.lookup import Tables
from mlplat.compiler.artifacts import (
    CheckedEnvironment,
    Draft,
    KubeObject,
    Manifest,
    ObjectSet,
    Resolved,
    ResolvedEnvironment,
)
from mlplat.compiler.lower.families.access import lower_access
from mlplat.compiler.lower.families.endpoints import lower_endpoints
from mlplat.compiler.lower.families.notebook import lower_notebook
from mlplat.compiler.lower.families.queue import lower_queues
from mlplat.compiler.lower.families.secret import lower_secret
from mlplat.compiler.lower.families.serving import lower_model_service
from mlplat.compiler.lower.families.team import lower_team
from mlplat.compiler.lower.families.training import lower_training_job
from mlplat.compiler.lower.families.tuning import lower_tuning_experiment
from mlplat.compiler.lower.families.volume import lower_volume
from mlplat.compiler.lower.finish import finish
from mlplat.compiler.lower.manifests import manifest_objects
from mlplat.compiler.lower.patches import apply_patches
from mlplat.diagnostics import Diagnostic

PER_DOCUMENT: Mapping[str, Callable[[Resolved[Any], ResolvedEnvironment], Iterable[Draft]]] = {
    "Team": lower_team,
    "Volume": lower_volume,
    "Secret": lower_secret,
    "TrainingJob": lower_training_job,
    "ModelService": lower_model_service,
    "TuningExperiment": lower_tuning_experiment,
    "Notebook": lower_notebook,
}
"""Kind to the lowering of one document of it."""

PER_ENVIRONMENT: tuple[Callable[[ResolvedEnvironment], Iterable[Draft]], ...] = (
    lower_access,
    lower_endpoints,
    lower_queues,
)
"""Lowerings of what several documents share."""


def lower_environment(
    checked: CheckedEnvironment, tables: Tables, manifests: Iterable[Manifest]
) -> tuple[ObjectSet, tuple[Diagnostic, ...]]:
    """All objects of an environment, by unit and reference, and findings on patches and hand-written manifests."""
    env = checked.resolved
    findings: list[Diagnostic] = []
    objects: list[KubeObject] = [finish(draft, env) for lower in PER_ENVIRONMENT for draft in lower(env)]
    for kind, lower_one in PER_DOCUMENT.items():
        for document in env.documents.get(kind, {}).values():
            drafts, problems = apply_patches(document, tuple(lower_one(document, env)), tables)
            findings += problems
            objects += (finish(draft, env) for draft in drafts)
    written, problems = manifest_objects(manifests, env, tables)
    findings += problems
    objects += written
    ordered = sorted(objects, key=lambda item: (item.unit, item.ref, item.body["apiVersion"]))
    return ObjectSet(env.name, tuple(ordered)), tuple(findings)
