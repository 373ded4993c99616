"""MLP412: an apiVersion that the cluster still serves, with a warning."""

from collections.abc import Iterable

from mlplat.catalog.lookup import Tables
from mlplat.compiler.check.core_apis import DEPRECATED, REMOVED
from mlplat.compiler.check.embedded import bodies_of
from mlplat.compiler.check.pods import called
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope
from mlplat.objects.gvk import format_api_version


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """Objects in a version that the CRD marks `deprecated`, or that Kubernetes is to remove."""
    for item in scope.objects:
        for body in bodies_of(item):
            api_version, kind = body.body["apiVersion"], body.body["kind"]
            successor, note = _successor(api_version, kind, scope.tables)
            if note:
                yield FoundInObject(
                    item,
                    f"{body.pointer}/apiVersion",
                    f"{called(item)}: `{api_version}` of {kind} is deprecated",
                    "deprecated",
                    (note,),
                    f"write {successor}, and check the fields that differ" if successor else None,
                    tolerated=True,
                )


def _successor(api_version: str, kind: str, tables: Tables) -> tuple[str, str]:
    """What to write instead and why; two empty texts when the version is not deprecated, or nothing else is served."""
    table = tables.lookup(api_version, kind)
    if table is None:
        return "", ""
    retired = REMOVED.get(api_version, {}).get(kind)
    if retired is not None:
        note = f"Kubernetes {retired.since} removes it; the environment has {tables.versions.kubernetes}"
        return f"`apiVersion: {retired.successor}`" if retired.successor else "", note
    deprecated = DEPRECATED.get(api_version, {}).get(kind)
    if deprecated is not None and tables.versions.kubernetes_at_least(deprecated.since):
        return deprecated.successor, f"deprecated since Kubernetes {deprecated.since}"
    if not table.deprecated:
        return "", ""
    for version in table.served_versions:
        name = format_api_version(table.group, version)
        other = tables.lookup(name, kind)
        if other is not None and not other.deprecated:
            return f"`apiVersion: {name}`", f"{table.component} {table.component_version} marks it as deprecated"
    return "", ""


RULE = ObjectRule("MLP412", check, single=True)
