"""Texts to `Document`s: the header of each, whether its kind exists and stands in the right place, no name twice."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from mlplat.compiler.artifacts import Document, Node, SourceTree
from mlplat.compiler.load.modeline import nearest, override_modelines
from mlplat.compiler.load.yaml import parse_documents
from mlplat.diagnostics import Diagnostic, Label, Severity, Span, near_misses

API_VERSION = "mlplat.dev/v1alpha1"
_PLATFORM = "Platform"
_COMPONENT = "Component"
_ENVIRONMENT = "Environment"
_RULE = "Rule"
_RULES = "rules/"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where documents may stand: the only kind that is at home there, or all but those of other places."""

    name: str
    only: str | None


def build_tree(
    singles: Mapping[str, str],
    layers: Mapping[str, Mapping[str, str]],
    extras: Mapping[str, Mapping[str, str]],
    kinds: frozenset[str],
    unread: frozenset[str] = frozenset(),
) -> tuple[SourceTree, tuple[Diagnostic, ...]]:
    """The tree of all documents, and what is wrong with them.

    `singles` are platform.yaml, the component.yaml files and those of `rules/`, `layers` the files of each environment,
    both path to text; `unread` are paths of files that exist but have no text, about which enough was said already.
    """
    findings: list[Diagnostic] = []
    platforms: list[Document] = []
    components: list[Document] = []
    clean = True
    rules = documents_of_rules({path: text for path, text in singles.items() if path.startswith(_RULES)}, kinds)
    findings += rules[1]
    for path, text in sorted(singles.items()):
        if path.startswith(_RULES):
            continue
        if "/" in path:
            found = _documents(text, path, kinds, _Place(f"`{path}`", _COMPONENT), findings)
            folder = path.split("/")[1]
            findings += (_wrong_folder(one, f"components/{folder}") for one in found if one.name != folder)
            components += found
        else:
            before = len(findings)
            platforms += _documents(text, path, kinds, _Place(f"`{path}`", _PLATFORM), findings)
            clean = len(findings) == before
    components = _without_repetition(components, "`components/`", findings)
    exists = bool(unread & {"platform.yaml", "platform.yml"})
    unexplained = bool(platforms) or (clean and not exists)  # findings of the file itself say why there is none
    platform = _platform(platforms, "platform.yaml" in singles, findings) if unexplained else None
    built = {
        name: _layer(
            name, layers[name], kinds, findings, any(f"{p}/".startswith(f"environments/{name}/") for p in unread)
        )
        for name in sorted(layers)
    }
    sources = {**singles, **{path: text for files in layers.values() for path, text in files.items()}}
    copied = {name: dict(files) for name, files in extras.items()}
    return SourceTree(platform, tuple(components), built, sources, copied, rules=rules[0]), tuple(findings)


def documents_of_rules(
    texts: Mapping[str, str], kinds: frozenset[str]
) -> tuple[tuple[Document, ...], tuple[Diagnostic, ...]]:
    """The Rule documents of some texts (by path), and what is wrong with the texts."""
    findings: list[Diagnostic] = []
    documents: list[Document] = []
    for path, text in sorted(texts.items()):
        documents += _documents(text, path, kinds, _Place(f"`{path}`", _RULE), findings)
    return tuple(_without_repetition(documents, "`rules/`", findings)), tuple(findings)


def _platform(found: list[Document], exists: bool, findings: list[Diagnostic]) -> Document | None:
    """The one Platform document; more than one is reported, and so is none."""
    for extra in found[1:]:
        findings.append(
            Diagnostic(
                "MLP012",
                Severity.ERROR,
                f"a second Platform document, `{extra.name}`",
                _kind_label(extra, "second Platform"),
                (_kind_label(found[0], "first Platform"),),
                help="keep one of the two",
            )
        )
    if not found:
        findings.append(_missing_platform(exists))
    return found[0] if found else None


def _missing_platform(exists: bool) -> Diagnostic:
    label = Label(Span("platform.yaml", 1, 1, 1, 1), "no document in it") if exists else None
    return Diagnostic(
        "MLP014",
        Severity.ERROR,
        "`platform.yaml` holds no Platform document" if exists else "there is no `platform.yaml` here",
        label,
        notes=("it names the platform, its git repository, and the order in which environments are promoted",),
        help="run `mlplat init DIR` to make a small platform, or `mlplat -C DIR ...` for one that lies elsewhere",
    )


def _layer(
    name: str, files: Mapping[str, str], kinds: frozenset[str], findings: list[Diagnostic], unread: bool
) -> tuple[Document, ...]:
    """The documents of one folder of environments."""
    before = len(findings)
    place = _Place(f"the environment `{name}`", None)
    documents: list[Document] = []
    for path in sorted(files):
        documents += _documents(files[path], path, kinds, place, findings)
    named: list[Document] = []
    for document in documents:
        if document.kind == _ENVIRONMENT and document.name != name:
            findings.append(_wrong_folder(document, f"environments/{name}"))
        else:
            named.append(document)
    if not unread and len(findings) == before and not any(document.kind == _ENVIRONMENT for document in named):
        findings.append(_missing_environment(name))
    return tuple(_without_repetition(named, f"`environments/{name}/`", findings))


def _wrong_folder(document: Document, folder: str) -> Diagnostic:
    name = folder.rpartition("/")[2]
    return Diagnostic(
        "MLP013",
        Severity.ERROR,
        f"{document.kind} `{document.name}` lies in the folder of `{name}`",
        Label(_name_node(document).span, f"the folder is `{folder}/`"),
        notes=(f"{'an' if document.kind == _ENVIRONMENT else 'a'} {document.kind.lower()} has the name of its folder",),
        help=f"write `name: {name}`, or rename the folder",
    )


def _missing_environment(name: str) -> Diagnostic:
    return Diagnostic(
        "MLP015",
        Severity.ERROR,
        f"`environments/{name}/` holds no Environment document",
        Label(Span(f"environments/{name}", 1, 1, 1, 1)),
        notes=("it says which Kubeflow release and which cluster the environment has, and what it extends",),
        help=f"add `environments/{name}/environment.yaml` with `kind: Environment` and `name: {name}`, "
        "or delete the folder",
    )


def _documents(
    text: str, path: str, kinds: frozenset[str], place: _Place, findings: list[Diagnostic]
) -> list[Document]:
    """The documents of one file whose header is right."""
    nodes, wrong = _parsed(text, path)
    findings += wrong
    modelines = override_modelines(text, path)
    documents: list[Document] = []
    for node in nodes:
        header = _header(node, kinds, nearest(modelines, node.span.line))
        if isinstance(header, Document):
            refused = _misplaced(header, place)
            if refused is None:
                documents.append(header)
            else:
                findings.append(refused)
        else:
            findings += header
    return documents


@lru_cache(maxsize=4096)
def _parsed(text: str, path: str) -> tuple[tuple[Node, ...], tuple[Diagnostic, ...]]:
    """What a file says. Two states of a platform have most files in common: they share the trees of these, and so what
    is made of them."""
    nodes, wrong = parse_documents(text, path)
    return tuple(nodes), tuple(wrong)


def _header(node: Node, kinds: frozenset[str], overrides: Span | None) -> Document | list[Diagnostic]:
    """The document, or everything that is wrong with its first lines."""
    if not isinstance(node.value, dict):
        what = "a list" if isinstance(node.value, list) else "a single value"
        headline = f"this document is {what}, not a mapping of fields"
        return [_headless(headline, node, "must start with `apiVersion:`")]
    if not any(field in node.value or near_misses(field, node.value) for field in ("apiVersion", "kind", "metadata")):
        return [_headless("this document has no `apiVersion`, `kind` and `metadata`", node, "not the start of a spec")]
    findings = [*_api_version(node, node.value), *_kind(node, node.value, kinds), *_name(node, node.value)]
    if findings:
        # A document of another program has one thing wrong with it, not three.
        foreign = node.value.get("apiVersion")
        is_foreign = foreign is not None and isinstance(foreign.value, str) and not foreign.value.startswith("mlplat")
        return findings[:1] if is_foreign else findings
    kind, name = node.value["kind"].value, node.value["metadata"].at(("name",))
    if not isinstance(kind, str) or name is None or not isinstance(name.value, str):
        raise AssertionError("a header without findings has a kind and a name")
    return Document(kind, name.value, node, node.span.file, overrides)


def _api_version(node: Node, fields: dict[str, Node]) -> list[Diagnostic]:
    written = fields.get("apiVersion")
    if written is None:
        return [_missing("apiVersion", node, fields, f"apiVersion: {API_VERSION}")]
    if written.value == API_VERSION:
        return []
    ours = isinstance(written.value, str) and written.value.startswith("mlplat")
    return [
        Diagnostic(
            "MLP010",
            Severity.ERROR,
            f"the apiVersion `{written.value}` is not one of mlplat"
            if isinstance(written.value, str)
            else "the apiVersion is not text",
            Label(written.span, f"not `{API_VERSION}`"),
            help=f"write `apiVersion: {API_VERSION}`"
            if ours
            else "move a Kubernetes object to `environments/<environment>/manifests/`; "
            f"a spec starts with `apiVersion: {API_VERSION}`",
        )
    ]


def _kind(node: Node, fields: dict[str, Node], kinds: frozenset[str]) -> list[Diagnostic]:
    written = fields.get("kind")
    if written is None:
        return [_missing("kind", node, fields, "kind: <kind>")]
    if isinstance(written.value, str) and written.value in kinds:
        return []
    shown = f"`{written.value}`" if isinstance(written.value, str) else "what is written"
    close = near_misses(written.value, kinds) if isinstance(written.value, str) else ()
    return [
        Diagnostic(
            "MLP011",
            Severity.ERROR,
            f"there is no kind {shown}" if isinstance(written.value, str) else "the kind is not text",
            Label(written.span if written.value is not None else written.key_span or written.span, "unknown kind"),
            notes=() if close else (f"kinds: {', '.join(sorted(kinds))}",),
            help=f"a kind with a similar name exists: {', '.join(f'`{name}`' for name in close)}"
            if close
            else "write one of these; a Kubernetes object belongs in `environments/<environment>/manifests/`",
        )
    ]


def _name(node: Node, fields: dict[str, Node]) -> list[Diagnostic]:
    metadata = fields.get("metadata")
    if metadata is None:
        return [_missing("metadata", node, fields, "metadata: {name: <name>}")]
    if not isinstance(metadata.value, dict):
        return [_headless("`metadata` is not a mapping of fields", metadata, "must hold `name:`")]
    name = metadata.value.get("name")
    if name is None:
        return [_missing("name", metadata, metadata.value, "name: <name>", "metadata.")]
    if isinstance(name.value, str) and name.value:
        return []
    if name.value in (None, "") or isinstance(name.value, (dict, list)):
        return [_headless("`metadata.name` is empty or not text", name, "must be text")]
    return [
        Diagnostic(
            "MLP010",
            Severity.ERROR,
            "`metadata.name` is not text",
            Label(name.span, "a number or boolean to YAML"),
            help="quote it",
        )
    ]


def _headless(headline: str, node: Node, label: str) -> Diagnostic:
    """A finding at the start of a value, or at its key when it has one."""
    first = next((child.key_span for _, child in node.children() if child.key_span), None)
    start = node.span
    span = node.key_span or first or Span(start.file, start.line, start.column, start.line, start.column + 1)
    return Diagnostic(
        "MLP010",
        Severity.ERROR,
        headline,
        Label(span, label),
        help=f"start with `apiVersion: {API_VERSION}`, `kind`, and `metadata` with a `name`",
    )


def _missing(field: str, node: Node, fields: dict[str, Node], example: str, parent: str = "") -> Diagnostic:
    """A header field that is not there, at the first key of the mapping, or at the key that was meant."""
    close = near_misses(field, fields)
    nearest = fields[close[0]].key_span if close else None
    first = next((child.key_span for child in fields.values()), None)
    label = Label(nearest, f"meant as `{field}`?") if nearest else Label(node.key_span or first or node.span, "here")
    return Diagnostic(
        "MLP010",
        Severity.ERROR,
        f"this document has no `{parent}{field}`",
        label,
        help=f"write `{field}` instead of `{close[0]}`" if close else f"add `{example}`",
    )


def _misplaced(document: Document, place: _Place) -> Diagnostic | None:
    homes = {
        _PLATFORM: "`platform.yaml`",
        _ENVIRONMENT: "`environments/<environment>/`",
        _COMPONENT: "`components/<name>/component.yaml`",
        _RULE: "`rules/`",
    }
    if place.only == document.kind or (place.only is None and document.kind not in (_PLATFORM, _RULE)):
        return None
    return Diagnostic(
        "MLP013",
        Severity.ERROR,
        f"{document.kind} `{document.name}` cannot stand in {place.name}",
        _kind_label(document, "wrong place"),
        help=f"move it to {homes.get(document.kind, homes[_ENVIRONMENT])}",
    )


def _without_repetition(documents: list[Document], where: str, findings: list[Diagnostic]) -> list[Document]:
    """The first document of each kind and name; the others are reported."""
    seen: dict[tuple[str, str], Document] = {}
    for document in documents:
        first = seen.setdefault((document.kind, document.name), document)
        if first is not document:
            findings.append(
                Diagnostic(
                    "MLP012",
                    Severity.ERROR,
                    f"{document.kind} `{document.name}` is written twice in {where}",
                    Label(_name_node(document).span, "written again here"),
                    (Label(_name_node(first).span, "first written here"),),
                    help="rename or delete one of the two",
                )
            )
    return list(seen.values())


def _kind_label(document: Document, text: str) -> Label:
    node = document.node.at(("kind",))
    return Label(node.span if node else document.node.span, text)


def _name_node(document: Document) -> Node:
    return document.node.at(("metadata", "name")) or document.node
