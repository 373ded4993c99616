"""MLP428: a part of an InferenceService that does not say exactly one thing that serves.

Source: KServe v0.20.0 `pkg/apis/serving/v1beta1/component.go` (ExactlyOneErrorFor), `explainer.go` and `predictor.go`
(GetImplementations).
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from mlplat.catalog import node as nodes
from mlplat.catalog.products import SERVERS
from mlplat.compiler.check.pods import called
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope

_SERVERS = {
    "predictor": SERVERS,
    "transformer": (),
    "explainer": ("alibi", "aix", "art"),
}
"""What can serve beside `containers`; those that the version's schema does not have are the schema's business."""


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """Parts with no implementation or with several."""
    for item in scope.of_kind("serving.kserve.io", "InferenceService"):
        spec: Any = item.body.get("spec")
        table = scope.tables.lookup(item.body["apiVersion"], item.ref.kind)
        for part, servers in _SERVERS.items():
            body = spec.get(part) if isinstance(spec, dict) else None
            if not isinstance(body, dict) or table is None:
                continue
            node = nodes.at(table.schema, ("spec", part))
            known = [name for name in servers if node is not None and nodes.child(node, name) is not None]
            chosen = _implementations(body, known)
            if part == "explainer" and chosen and "containers" not in chosen and body.get("containers"):
                chosen = [*chosen, "containers"]  # it takes no helpers
            if len(chosen) != 1 and not (not chosen and _has_unknown(body, node)):
                found = _found(item, part, chosen, [*known, "containers"])
                yield replace(found, tolerated=_is_taken(part, chosen))


def _is_taken(part: str, chosen: list[str]) -> bool:
    """True where KServe counts one all the same: two containers of one name beside a predictor; and a framework beside
    `model`, over which its defaulter writes the framework's form."""
    return (part != "predictor" and set(chosen) == {"containers"}) or (
        part == "predictor" and len(chosen) == 2 and chosen[1] == "model"
    )


def _implementations(body: dict[str, Any], known: list[str]) -> list[str]:
    """What serves, as KServe counts it: containers beside a model are helpers, but for one named `kserve-container`."""
    chosen = [name for name in known if body.get(name) is not None]
    containers = [one for one in body.get("containers") or () if isinstance(one, dict)]
    named = [one for one in containers if one.get("name") == "kserve-container"]
    return [*chosen, *("containers" for _ in named)] if named or chosen else ["containers"] * bool(containers)


def _has_unknown(body: dict[str, Any], node: nodes.Node | None) -> bool:
    """True when a misspelled or removed server stands there, which the schema reports."""
    return node is not None and any(nodes.child(node, key) is None for key in body)


def _found(item: Any, part: str, chosen: list[str], possible: list[str]) -> FoundInObject:
    several = " and ".join(f"`{name}`" for name in chosen)
    return FoundInObject(
        item,
        f"/spec/{part}" + (f"/{chosen[-1]}" if chosen else ""),
        f"{called(item)}: its {part} " + (f"names {several}" if chosen else "names nothing that serves"),
        "exactly one is allowed" if chosen else "nothing that serves",
        ("KServe's webhook refuses the InferenceService",),
        f"keep one of {several}"
        if chosen
        else f"add one of {', '.join(f'`{name}`' for name in reversed(possible[-3:]))}",
        True,
    )


RULE = ObjectRule("MLP428", check)
