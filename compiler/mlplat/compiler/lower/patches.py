"""The escape hatch: `patches` of a workload, applied to the objects that were made from it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from mlplat.catalog.lookup import Tables
from mlplat.compiler.artifacts import Draft, Resolved
from mlplat.compiler.lower.strategic import PatchRefusedError, json_patch, strategic_merge
from mlplat.diagnostics import Diagnostic, Label, Severity, near_misses
from mlplat.objects.pointer import unescape
from mlplat.schema.pod import Patch

_FIXED = ("apiVersion", "kind")


def apply_patches(
    document: Resolved[Any], drafts: Sequence[Draft], tables: Tables
) -> tuple[tuple[Draft, ...], tuple[Diagnostic, ...]]:
    """The drafts of one document with its patches applied in order, and a finding for each patch that cannot be."""
    patches: tuple[Patch, ...] = getattr(document.document.spec, "patches", ())
    current, findings = list(drafts), []
    for number, patch in enumerate(patches):
        targets = [i for i, draft in enumerate(current) if _is_target(patch.target, draft)]
        if not targets:
            findings.append(_no_target(document, number, patch, current))
        for i in targets:
            try:
                current[i] = _patched(current[i], patch, tables)
            except PatchRefusedError as refused:
                findings.append(_refused(document, number, patch, refused))
    return tuple(current), tuple(findings)


def _name(draft: Draft) -> str:
    return f"{draft.body['kind']}/{draft.body['metadata']['name']}"


def _is_target(target: str, draft: Draft) -> bool:
    return target in (draft.body["kind"], _name(draft))


def _patched(draft: Draft, patch: Patch, tables: Tables) -> Draft:
    body = draft.body
    table = tables.lookup(body["apiVersion"], body["kind"])
    if patch.merge is not None:
        changed = strategic_merge(body, patch.merge, table.schema if table else None)
    else:
        operations = [op.model_dump(by_alias=True, exclude_unset=True) for op in patch.json_ or ()]
        changed = json_patch(body, operations)
    for field in _FIXED:
        if changed.get(field) != body[field]:
            raise PatchRefusedError(f"`{field}` cannot be patched")
    metadata = changed.get("metadata")
    if not isinstance(metadata, Mapping):
        raise PatchRefusedError("`metadata` is a mapping", _place(patch, "/metadata"))
    for field in ("name", "namespace"):
        if metadata.get(field) != body["metadata"].get(field):
            raise PatchRefusedError(f"`metadata.{field}` cannot be patched")
    for field in ("labels", "annotations"):
        # Ours are put beside them before any rule looks at them.
        texts = metadata.get(field, {})
        if not isinstance(texts, Mapping) or not all(isinstance(text, str) for text in texts.values()):
            raise PatchRefusedError(
                f"`metadata.{field}` is a mapping of texts", _place(patch, "/metadata", f"/metadata/{field}")
            )
    if changed.get("status") != body.get("status"):
        raise PatchRefusedError("`status` is the cluster's, and cannot be patched", _place(patch, "/status"))
    return replace(draft, body=changed)


def _place(patch: Patch, *pointers: str) -> str:
    """Where a patch last writes what stands at one of some pointers, or below the last: a pointer in its text."""
    if patch.merge is not None:
        return pointers[-1]
    operations = list(enumerate(patch.json_ or ()))
    for index, operation in reversed(operations):
        if operation.path in pointers or operation.path.startswith(f"{pointers[-1]}/"):
            return f"/{index}"
    return ""


def _no_target(document: Resolved[Any], number: int, patch: Patch, drafts: Sequence[Draft]) -> Diagnostic:
    names = sorted(_name(draft) for draft in drafts)
    near = near_misses(patch.target, [*names, *(name.split("/")[0] for name in names)])
    return Diagnostic(
        "MLP401",
        Severity.ERROR,
        f"a patch of {document.kind} `{document.name}` names no emitted object: `{patch.target}`",
        Label(document.span("spec", "patches", number, "target"), "no such object is made from this document"),
        notes=(f"made from it: {', '.join(f'`{name}`' for name in names) or 'nothing'}",),
        help=f"write `{near[0]}`" if near else "name one of the objects above",
    )


def _refused(document: Resolved[Any], number: int, patch: Patch, refused: PatchRefusedError) -> Diagnostic:
    field = "merge" if patch.merge is not None else "json"
    steps = [int(step) if step.isdigit() else unescape(step) for step in refused.pointer.split("/")[1:]]
    return Diagnostic(
        "MLP402",
        Severity.ERROR,
        f"a patch of {document.kind} `{document.name}` cannot be applied to `{patch.target}`",
        Label(document.key("spec", "patches", number, field, *steps), str(refused)),
        help="look at the object in generated/, and change the patch or the specification",
    )
