"""One document laid on the one it inherits from.

Maps merge. Lists that have a key (`x-mlplat-merge-key` in the published schemas) merge by it: inherited items keep
their place, new ones follow. Any other value is replaced. In a document that overrides another one

* `field: null` deletes an inherited field (not in free maps whose values may be null: there it is a value),
* `{name: x, $delete: true}` deletes an inherited item of a list with a key,
* an item `{$replace: true}` makes a list hold only the items written beside it,
* `$replace: true` in a mapping makes it hold only the fields written beside it.

What does not change is shared with the inherited tree, never copied: later passes recognise it by identity.
"""

from dataclasses import dataclass, field

from mlplat.compiler.artifacts import Document, Node
from mlplat.compiler.resolve.wording import quoted, shown, subject
from mlplat.diagnostics import Diagnostic, Label, Severity, near_misses
from mlplat.schema.merge import Shape, merge_rule

DELETE = "$delete"
REPLACE = "$replace"
DIRECTIVES = frozenset((DELETE, REPLACE))
_HEADER = frozenset(("apiVersion", "kind"))


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged tree, and what is wrong with the overriding document."""

    node: Node
    findings: tuple[Diagnostic, ...] = ()


@dataclass(slots=True, eq=False)
class _Report:
    """Who is spoken of, and what was found so far."""

    subject: str
    findings: list[Diagnostic] = field(default_factory=list)

    def add(self, code: str, headline: str, label: Label, help: str, secondary: tuple[Label, ...] = ()) -> None:
        """One more error."""
        self.findings.append(
            Diagnostic(code, Severity.ERROR, f"{headline} in {self.subject}", label, secondary, help=help)
        )


def first_layer(document: Document) -> Merged:
    """A document that inherits nothing: only what overrides (`$delete`, `$replace`) is taken out of it and refused."""
    report = _Report(subject(document.kind, document.name))
    node = _fresh(document.node, merge_rule(document.kind), report)
    return Merged(node, tuple(report.findings))


def lay_on(inherited: Node, document: Document) -> Merged:
    """A document laid on the inherited tree of the same document.

    The result is `inherited` itself when the document changes nothing.
    """
    report = _Report(subject(document.kind, document.name))
    own = document.node
    header = _HEADER | {"metadata"}
    if not isinstance(own.value, dict) or not isinstance(inherited.value, dict):
        raise AssertionError("loading lets only mappings with a header through")
    fields = {key: child for key, child in own.value.items() if key not in header}
    metadata = own.value["metadata"]
    same_name = inherited.at(("metadata", "name"))
    if REPLACE in fields:
        _refuse(REPLACE, fields.pop(REPLACE), "replaces a part of a document; write it under `spec`", report)
    named = same_name is not None and same_name.value == document.name
    if isinstance(metadata.value, dict) and named and REPLACE not in metadata.value:
        # The name only says which document is meant; its origin is where the document was first written.
        rest = {key: child for key, child in metadata.value.items() if key != "name"}
        metadata = Node(rest, metadata.span, metadata.key_span)
    fields = {"metadata": metadata, **fields}
    node = _merge_maps(inherited, Node(fields, own.span, own.key_span), merge_rule(document.kind), report)
    return Merged(node, tuple(report.findings))


def _merge(inherited: Node, own: Node, shape: Shape, report: _Report) -> Node:
    if isinstance(own.value, dict) and isinstance(inherited.value, dict) and not shape.opaque:
        return _merge_maps(inherited, own, shape, report)
    if isinstance(own.value, list) and isinstance(inherited.value, list) and shape.key is not None:
        return _merge_lists(inherited, own, shape, report)
    fresh = _fresh(own, shape, report)
    return Node(fresh.value, fresh.span, fresh.key_span, inherited)


def _merge_maps(inherited: Node, own: Node, shape: Shape, report: _Report) -> Node:
    if not isinstance(own.value, dict) or not isinstance(inherited.value, dict):
        raise AssertionError("only mappings are merged here")
    if DELETE in own.value:
        _refuse(DELETE, own.value[DELETE], "deletes items of lists; to delete a field, write `field: null`", report)
    if REPLACE in own.value:
        _is_true(REPLACE, own.value[REPLACE], report)
        rest = Node({k: v for k, v in own.value.items() if k not in DIRECTIVES}, own.span, own.key_span)
        return Node(_fresh(rest, shape, report).value, own.span, own.key_span, inherited)
    result = dict(inherited.value)
    changed = False
    for key, child in own.value.items():
        if key in DIRECTIVES:
            continue
        before = result.get(key)
        if child.value is None and not shape.keeps_null:
            if before is None:
                _nothing_to_delete(key, child, inherited, report)
            elif key in shape.required:
                # Left as null: a later layer may give a value, and validation points at this line otherwise.
                result[key] = Node(None, child.span, child.key_span, before)
                changed = True
            elif before.value is not None:
                del result[key]
                changed = True
            continue
        below = shape.child(key)
        merged = _fresh(child, below, report) if before is None else _merge(before, child, below, report)
        if merged is not before:
            result[key] = merged
            changed = True
    return Node(result, own.span, own.key_span, inherited) if changed else inherited


def _merge_lists(inherited: Node, own: Node, shape: Shape, report: _Report) -> Node:
    if not isinstance(own.value, list) or not isinstance(inherited.value, list) or shape.key is None:
        raise AssertionError("only lists with a key are merged here")
    _refuse_duplicates(own.value, shape.key, report)
    switches = [item for item in own.value if isinstance(item.value, dict) and REPLACE in item.value]
    if switches:
        items = [item for item in own.value if item not in switches]
        for switch in switches:
            _check_switch(switch, report)
        fresh = _fresh(Node(items, own.span, own.key_span), shape, report, duplicates=False)
        return Node(fresh.value, own.span, own.key_span, inherited)
    # Items without a usable key cannot be matched; they are kept for validation to refuse.
    result: dict[object, Node] = {_item_key(item, shape.key, n): item for n, item in enumerate(inherited.value)}
    changed = False
    for n, item in enumerate(own.value):
        key = _item_key(item, shape.key, n + len(inherited.value))
        before = result.get(key)
        if isinstance(item.value, dict) and DELETE in item.value:
            changed |= _delete_item(result, key, item, shape.key, report)
            continue
        below = shape.child(0)
        merged = _fresh(item, below, report) if before is None else _merge(before, item, below, report)
        if merged is not before:
            result[key] = merged
            changed = True
    return Node(list(result.values()), own.span, own.key_span, inherited) if changed else inherited


def _delete_item(result: dict[object, Node], key: object, item: Node, field_name: str, report: _Report) -> bool:
    """Take an item out of the list; True when there was one."""
    if not isinstance(item.value, dict):
        raise AssertionError("only a mapping holds a directive")
    _is_true(DELETE, item.value[DELETE], report)
    others = [name for name in item.value if name not in (DELETE, field_name)]
    if others:
        _refuse(DELETE, item.value[others[0]], f"stands alone with `{field_name}`; delete the other fields", report)
    if result.pop(key, None) is not None:
        return True
    written = item.value.get(field_name)
    names = [str(known[1]) for known in result if isinstance(known, tuple) and known[0] == "key"]
    close = near_misses(str(written.value), names) if written is not None else ()
    what = shown(written.value, (field_name,)) if written and not isinstance(written.value, dict | list) else "item"
    report.add(
        "MLP112",
        f"nothing to delete: no {what} is inherited",
        Label((written or item).span, "not inherited"),
        f"items of that list: {quoted(close or names)}" if names else "delete this item: the inherited list is empty",
    )
    return False


def _nothing_to_delete(key: str, child: Node, inherited: Node, report: _Report) -> None:
    names = [name for name, _ in inherited.children() if isinstance(name, str)]
    close = near_misses(key, names)
    report.add(
        "MLP112",
        f"nothing to delete: `{key}` is not inherited",
        Label(child.key_span or child.span, "not inherited"),
        f"an inherited field with a similar name: `{close[0]}`" if close else "delete this line",
    )


def _fresh(own: Node, shape: Shape, report: _Report, duplicates: bool = True) -> Node:
    """A tree that meets nothing inherited, without directives; the same node when there are none in it."""
    if shape.opaque:
        return own
    if isinstance(own.value, dict):
        fields = own.value
        if not DIRECTIVES.isdisjoint(fields):
            for name in sorted(DIRECTIVES & fields.keys()):
                _refuse(name, fields[name], "has no effect: nothing is inherited here; delete it", report)
            fields = {key: child for key, child in fields.items() if key not in DIRECTIVES}
        children = {key: _fresh(child, shape.child(key), report) for key, child in fields.items()}
        same = len(children) == len(own.value) and all(children[key] is child for key, child in own.value.items())
        return own if same else Node(children, own.span, own.key_span, own.replaced)
    if isinstance(own.value, list):
        if shape.key is not None and duplicates:
            _refuse_duplicates(own.value, shape.key, report)
        items = [_fresh(item, shape.child(0), report) for item in own.value if not _is_directive(item, shape, report)]
        same = len(items) == len(own.value) and all(new is old for new, old in zip(items, own.value, strict=True))
        return own if same else Node(items, own.span, own.key_span, own.replaced)
    return own


def _is_directive(item: Node, shape: Shape, report: _Report) -> bool:
    """True for a list item that deletes or replaces where there is nothing to delete or replace; it is refused."""
    if not isinstance(item.value, dict) or (shape.item or shape).opaque:
        return False
    for name in sorted(DIRECTIVES & item.value.keys()):
        if shape.key is None:
            advice = "has no effect: this list always replaces the inherited one; delete the item"
        else:
            advice = "has no effect: nothing is inherited here; delete the item"
        _refuse(name, item.value[name], advice, report)
        return True
    return False


def _refuse(name: str, node: Node, advice: str, report: _Report) -> None:
    reason, _, cure = advice.rpartition("; ")
    report.add("MLP111", f"misplaced `{name}`", Label(node.key_span or node.span, reason), cure)


def _is_true(name: str, node: Node, report: _Report) -> None:
    if node.value is not True:
        report.add(
            "MLP111", f"`{name}` with a value other than true", Label(node.span, "not `true`"), f"write `{name}: true`"
        )


def _check_switch(switch: Node, report: _Report) -> None:
    if not isinstance(switch.value, dict):
        raise AssertionError("only a mapping holds a directive")
    _is_true(REPLACE, switch.value[REPLACE], report)
    others = [child for key, child in switch.value.items() if key != REPLACE]
    if others:
        _refuse(REPLACE, others[0], "stands in an item of its own; move these fields to another item", report)


def _refuse_duplicates(items: list[Node], key: str, report: _Report) -> None:
    seen: dict[object, Node] = {}
    for n, item in enumerate(items):
        node = item.at((key,))
        if node is None or isinstance(node.value, dict | list):
            continue
        first = seen.setdefault(_item_key(item, key, n), node)
        if first is not node:
            report.add(
                "MLP110",
                f"two items with the {key} {shown(node.value, (key,))}",
                Label(node.span, "written again here"),
                "rename or delete one of the two",
                (Label(first.span, "first written here"),),
            )


def _item_key(item: Node, key: str, position: int) -> object:
    """By what an item is matched: its key with its type (`1` is not `true`), or its position when it has none."""
    node = item.at((key,))
    if node is None or isinstance(node.value, dict | list):
        return ("position", position)
    return ("key", node.value, type(node.value).__name__)
