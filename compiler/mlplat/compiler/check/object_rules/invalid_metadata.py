"""MLP415: a label or annotation that the server refuses.

Source: k8s.io/apimachinery v0.34 `pkg/apis/meta/v1/validation` (ValidateLabels) and `pkg/api/validation/objectmeta.go`
(ValidateAnnotations: the key in lower case is judged, and all of them together are at most 256 KiB).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from mlplat.compiler.artifacts import KubeObject
from mlplat.compiler.check.cures import cure_of
from mlplat.compiler.check.pods import called
from mlplat.compiler.check.reading import mapping, spec_of
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope
from mlplat.objects.names import why_no_label_value, why_no_qualified_name
from mlplat.objects.pointer import escape

_MOST_ANNOTATIONS = 256 * 1024
_REPLICAS = (
    *("pytorchReplicaSpecs", "tfReplicaSpecs", "xgbReplicaSpecs", "mpiReplicaSpecs", "paddleReplicaSpecs"),
    "jaxReplicaSpecs",
)


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """Labels and annotations of every object and of the templates in it.

    Of a custom resource the server looks at its own metadata only: its controller's pods are refused later.
    """
    for item in scope.objects:
        table = scope.tables.lookup(item.body["apiVersion"], item.ref.kind)
        custom = table is None or table.custom
        for pointer, metadata in _metadata_of(item):
            inner = custom and pointer != "/metadata"
            for found in _labels(item, f"{pointer}/labels", metadata.get("labels")):
                yield replace(found, tolerated=inner)
            for found in _annotations(item, f"{pointer}/annotations", metadata.get("annotations")):
                yield replace(found, tolerated=inner)


def _metadata_of(item: KubeObject) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield from _own(item.body, "")
    spec = spec_of(item.body)
    yield from _own(mapping(spec.get("template")), "/spec/template")
    for field in _REPLICAS:
        for name, replica in mapping(spec.get(field)).items():
            yield from _own(mapping(mapping(replica).get("template")), f"/spec/{field}/{escape(name)}/template")


def _own(body: Mapping[str, Any], pointer: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    metadata = body.get("metadata")
    if isinstance(metadata, dict):
        yield f"{pointer}/metadata", metadata


def _labels(item: KubeObject, pointer: str, labels: Any) -> Iterator[FoundInObject]:
    for key, value in labels.items() if isinstance(labels, dict) else ():
        why = why_no_qualified_name(key)
        if why is not None:
            yield FoundInObject(
                item,
                f"{pointer}/{escape(key)}",
                f"{called(item)}: the label key `{key}` {why}",
                "not a label key",
                help=cure_of(why),
                at_key=True,
            )
        why = why_no_label_value(value) if isinstance(value, str) else None
        if why is not None:
            yield FoundInObject(
                item,
                f"{pointer}/{escape(key)}",
                f"{called(item)}: the value of the label `{key}` {why}",
                "not a label value",
                (),
                "make it an annotation, whose value may be any text",
            )


def _annotations(item: KubeObject, pointer: str, annotations: Any) -> Iterator[FoundInObject]:
    if not isinstance(annotations, dict):
        return
    for key in annotations:
        why = why_no_qualified_name(key.lower())
        if why is not None:
            headline = f"{called(item)}: the annotation key `{key}` {why}"
            place = f"{pointer}/{escape(key)}"
            yield FoundInObject(item, place, headline, "not an annotation key", (), cure_of(why), at_key=True)
    size = sum(len(key.encode()) + len(value.encode()) for key, value in annotations.items() if isinstance(value, str))
    if size > _MOST_ANNOTATIONS:
        headline = f"{called(item)}: its annotations have {size} bytes, {_MOST_ANNOTATIONS} are allowed"
        yield FoundInObject(item, pointer, headline, "too much text", help="put the text into a ConfigMap")


RULE = ObjectRule("MLP415", check)
