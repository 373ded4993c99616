"""From a checked environment to its objects: each document through its family, then what all objects get."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
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
from mlplat.compiler.lower.sharing import Lowered, Made
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
    checked: CheckedEnvironment, tables: Tables, manifests: Iterable[Manifest], memory: Lowered | None = None
) -> tuple[ObjectSet, tuple[Diagnostic, ...]]:
    """All objects of an environment, by unit and reference, and findings on patches and hand-written manifests.

    `memory` is what was lowered for other environments of the same platform; their drafts are used again.
    """
    env = checked.resolved
    memory = memory or Lowered()
    around = memory.of(env, tables)
    findings: list[Diagnostic] = []
    objects: list[KubeObject] = []
    for lower in PER_ENVIRONMENT:
        drafts, _ = around.make(lower, partial(_of_environment, lower))
        objects += (finish(draft, env, memory.stamps) for draft in drafts)
    for kind, lower_one in PER_DOCUMENT.items():
        for document in env.documents.get(kind, {}).values():
            drafts, problems = around.make(document, partial(_of_document, lower_one, document, tables))
            findings += problems
            objects += (finish(draft, env, memory.stamps) for draft in drafts)
    written, problems = manifest_objects(manifests, env, tables)
    findings += problems
    objects += written
    ordered = sorted(objects, key=lambda item: (item.unit, item.ref, item.body["apiVersion"]))
    return ObjectSet(env.name, tuple(ordered)), tuple(findings)


def _of_environment(lower: Callable[[ResolvedEnvironment], Iterable[Draft]], env: ResolvedEnvironment) -> Made:
    return tuple(lower(env)), ()


def _of_document(
    lower: Callable[[Resolved[Any], ResolvedEnvironment], Iterable[Draft]],
    document: Resolved[Any],
    tables: Tables,
    env: ResolvedEnvironment,
) -> Made:
    return apply_patches(document, tuple(lower(document, env)), tables)
