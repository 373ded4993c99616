"""What the fields of a CustomResourceDefinition ask of each other; its schemas are judged in `structural_schema.py`.

Source: Kubernetes v1.37 `apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go`.
"""

import re
from collections.abc import Iterator
from typing import Any

from mlplat.compiler.check.core.structural_schema import problems_of_schema
from mlplat.compiler.check.reading import Body, Problem, at_key, mapping, mappings, metadata_of, spec_of

_PATH = re.compile(r"(\.[A-Za-z_][\w-]*|\['[^']+'\]|\[\d+\])+")
_MOST_SELECTABLE = 8
_PROTECTED = ("k8s.io", "kubernetes.io")


def problems_of_definition(body: Body) -> Iterator[Problem]:
    """Names, versions with their schemas and subresources, and the conversion between them."""
    spec = spec_of(body)
    if isinstance(spec.get("group"), str) and spec["group"] and "." not in spec["group"]:
        yield "/spec/group", "must be a domain with a dot, such as `ml.example.com`"
    yield from _approval(str(spec.get("group")), mapping(metadata_of(body).get("annotations")))
    if spec.get("preserveUnknownFields") is True:
        yield "/spec/preserveUnknownFields", "must be false: say it in the schema"
    names = mapping(spec.get("names"))
    if names.get("kind") and names.get("kind") == names.get("listKind"):
        yield "/spec/names/listKind", "must differ from `kind`"
    for field in ("plural", "kind"):
        if not names.get(field):
            yield "/spec/names", f"needs `{field}`"
    for index, version in mappings(spec.get("versions")):
        yield from _version(version, f"/spec/versions/{index}")
    yield from _conversion(spec.get("conversion"))


_APPROVED = "api-approved.kubernetes.io"
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/?]+([/?].*)?")


def _approval(group: str, annotations: Body) -> Iterator[Problem]:
    """Groups of the Kubernetes project ask for its approval, or for a word that there is none (KEP 1111)."""
    if group not in _PROTECTED and not group.endswith(tuple(f".{one}" for one in _PROTECTED)):
        return
    said = annotations.get(_APPROVED)
    if not said:
        place = "/metadata/annotations" if annotations else "/metadata"
        yield place, f"needs the annotation `{_APPROVED}`: a group below {' or '.join(_PROTECTED)} is Kubernetes' own"
    elif isinstance(said, str) and not said.startswith("unapproved") and not _is_url(said):
        where = at_key("/metadata/annotations", _APPROVED)
        yield where, "must be the URL of the approval, or a text that begins with `unapproved`"


def _is_url(text: str) -> bool:
    """As Go's `url.ParseRequestURI` reads it, with a scheme and a host."""
    if not _URL.fullmatch(text) or re.search(r"%(?![0-9A-Fa-f]{2})|[\x00-\x20\x7f]", text):
        return False
    host = text.split("//", 1)[1].split("/")[0].split("?")[0].rpartition("@")[2]
    port = host.rpartition("]")[2].partition(":")[2]
    return bool(host) and (not port or port.isdecimal())


def _version(version: Body, where: str) -> Iterator[Problem]:
    schema = mapping(version.get("schema")).get("openAPIV3Schema")
    if schema is not None:
        yield from problems_of_schema(schema, f"{where}/schema/openAPIV3Schema")
    warning = version.get("deprecationWarning")
    if isinstance(warning, str) and version.get("deprecated") is not True:
        yield f"{where}/deprecationWarning", "goes with `deprecated: true` only"
    elif isinstance(warning, str) and (not warning or len(warning) > 256 or not warning.isprintable()):
        yield f"{where}/deprecationWarning", "must be one line of at most 256 printable characters"
    yield from _scale(mapping(version.get("subresources")).get("scale"), f"{where}/subresources/scale")
    yield from _selectable(version.get("selectableFields"), mapping(schema), f"{where}/selectableFields")


def _scale(scale: Any, where: str) -> Iterator[Problem]:
    if not isinstance(scale, dict):
        return
    below = {"specReplicasPath": (".spec.",), "statusReplicasPath": (".status.",)}
    for field, roots in {**below, "labelSelectorPath": (".spec.", ".status.")}.items():
        path = scale.get(field)
        if not path and field != "labelSelectorPath":
            yield where, f"needs `{field}`"
        elif isinstance(path, str) and path and (not path.startswith(roots) or not _PATH.fullmatch(path)):
            yield f"{where}/{field}", f"must be a path below `{'` or `'.join(one[:-1] for one in roots)}`"


def _selectable(fields: Any, schema: Body, where: str) -> Iterator[Problem]:
    held = mappings(fields)
    if len(held) > _MOST_SELECTABLE:
        yield where, f"holds more than {_MOST_SELECTABLE}"
    seen: list[str] = []
    for index, one in held:
        path, place = one.get("jsonPath"), f"{where}/{index}/jsonPath"
        if not isinstance(path, str) or not path:
            yield f"{where}/{index}", "needs `jsonPath`"
            continue
        if path in seen:
            yield place, "is there twice"
        seen.append(path)
        node: Any = schema
        for step in path[1:].split(".") if _PATH.fullmatch(path) else ("",):
            node = mapping(mapping(node).get("properties")).get(step)
        if mapping(node).get("type") not in ("string", "boolean", "integer"):
            yield place, "must name a field of the schema that is text, a whole number, or true or false"
        elif path.startswith(".metadata"):
            yield place, "must not lie in `metadata`"


def _conversion(conversion: Any) -> Iterator[Problem]:
    if not isinstance(conversion, dict):
        return
    strategy, webhook = conversion.get("strategy"), conversion.get("webhook")
    where = "/spec/conversion"
    if strategy not in ("None", "Webhook", None):
        yield f"{where}/strategy", "must be `None` or `Webhook`"
    if strategy == "Webhook":
        held = mapping(webhook)
        if not isinstance(webhook, dict) or not isinstance(held.get("clientConfig"), dict):
            yield where, "needs `webhook.clientConfig`"
        if isinstance(webhook, dict) and not {"v1", "v1beta1"} & {
            str(one) for one in held.get("conversionReviewVersions") or ()
        }:
            yield f"{where}/webhook", "needs `v1` in `conversionReviewVersions`"
        reviewed = held.get("conversionReviewVersions")
        if isinstance(reviewed, list) and len({str(one) for one in reviewed}) < len(reviewed):
            yield f"{where}/webhook/conversionReviewVersions", "names a version twice"
    elif webhook is not None:
        yield f"{where}/webhook", "goes with `strategy: Webhook` only"
