"""A document that needs a component which its environment does not have: nothing would act on its objects."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mlplat.catalog.releases import RELEASES
from mlplat.catalog.versions import known_versions
from mlplat.compiler.artifacts import Path, Resolved, ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named, quoted
from mlplat.schema.serving import ModelService
from mlplat.schema.storage import Secret

_KINDS: Mapping[str, tuple[str, ...]] = {
    "ModelService": ("kserve",),
    "Notebook": ("notebooks",),
    "Queue": ("kueue",),
    # The one that runs jobs of their framework is another question (`training_api`), asked when one is there.
    "TrainingJob": ("trainer", "trainingOperator"),
    "TuningExperiment": ("katib",),
}
"""Kind to the components of which one is needed."""


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each document; none where nothing is synced, which need not have what its heirs have."""
    if not env.is_synced:
        return
    for kind, components in _KINDS.items():
        for document in env.documents.get(kind, {}).values():
            yield from _judge(document, components, ("metadata", "name"), env)
    for service in env.all(ModelService):
        if service.document.spec.mode == "Knative" and env.versions.has("kserve"):
            yield from _judge(service, ("knative",), ("spec", "mode"), env)
    for secret in env.all(Secret):
        for field, component in (("external", "externalSecrets"), ("sealed", "sealedSecrets")):
            if getattr(secret.document.spec, field) is not None:
                yield from _judge(secret, (component,), ("spec", field), env)


def _judge(
    document: Resolved[Any], components: tuple[str, ...], path: Path, env: ResolvedEnvironment
) -> Iterator[Found]:
    if any(env.versions.has(component) for component in components):
        return
    names = " or ".join(f"`{component}`" for component in components)
    written = env.environment.node.at(("spec", "versions", components[0]))
    notes = []
    for component in components:
        releases = [name for name, row in RELEASES.items() if (c := row.components.get(component)) and c.installed]
        notes.append(
            f"releases with `{component}`: {quoted(releases)}"
            if releases
            else f"no Kubeflow release brings `{component}`; it is installed by itself"
        )
    component = components[0]
    newest = known_versions(component)[-1]
    place = ("spec", "versions", component) if written is not None else ("spec", "release")
    yield Found(
        document,
        path,
        f"{named(document)} needs {names}, which is not installed",
        f"needs {names}",
        notes=tuple(notes),
        help=f"where it is installed, write `versions: {{{component}: {newest}}}` in the Environment; "
        f"else exclude `{document.kind}/{document.name}`",
        secondary=(env.environment.label(place, "taken away here" if written is not None else "does not bring it"),),
        at_key=path[-1] in ("external", "sealed"),
    )


RULE = SpecRule("MLP327", check)
