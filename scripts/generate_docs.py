"""Writes what the guide says about fields and versions, from the code that decides it.

* `docs/guide/kinds/`: one page for each kind of document, and an index, from the models in `schema/`;
* the table of component versions in `docs/guide/releases.md`, between two markers, from the catalog.

    python scripts/generate_docs.py            write the pages, delete generated pages of kinds that are gone
    python scripts/generate_docs.py --check    write nothing; exit 1 and name the stale pages when there are any

Everything on the pages comes from annotations, docstrings, defaults and merge markers, so a page cannot say what the
code does not do.
"""

import ast
import inspect
import sys
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from mlplat.catalog.releases import RELEASES
from mlplat.schema import names, pod
from mlplat.schema.kinds import KINDS
from mlplat.schema.merge import Shape, alias_of, merge_rule
from mlplat.schema.model import NamesEntry, RefersTo, SpecDocument, SpecModel

GUIDE = Path(__file__).resolve().parent.parent / "docs" / "guide"
FOLDER = GUIDE / "kinds"
RELEASES_PAGE = GUIDE / "releases.md"
TABLE_BEGIN = "<!-- versions: written by scripts/generate_docs.py -->"
TABLE_END = "<!-- end of versions -->"
HEADER = "<!-- Written by scripts/generate_docs.py from schema/mlplat/schema; change it there. -->"
INDEX = "README.md"

PLACES = {
    "Platform": "`platform.yaml`, one document",
    "Component": "`components/<name>/component.yaml`",
    "Environment": "`environments/<name>/`, one document with the name of the folder",
    "Rule": "any `.yaml` file below `rules/`, for all environments",
}
ANYWHERE = "any `.yaml` file below `environments/<environment>/`, but not in its `manifests/`"
SCALARS = {str: "text", int: "whole number", float: "number", bool: "`true` or `false`", Any: "anything"}
NAMED = {
    name: getattr(names, name)
    for name in (
        "DnsLabel",
        "DnsSubdomain",
        "EnvName",
        "Quantity",
        "PositiveQuantity",
        "Image",
        "Registry",
        "RepositoryUrl",
        "InnerPath",
        "AbsolutePath",
        "Uri",
        "Duration",
        "RuleCode",
    )
}
"""Annotated strings that have a row in the index."""


def page_name(kind: str) -> str:
    """File name of a kind's page."""
    return f"{kind.lower()}.md"


def describe_type(annotation: Any) -> str:
    """An annotation in words, with links to the kinds, models and named strings that it mentions."""
    for name, named in NAMED.items():
        if annotation == named:
            return f"[{name}]({INDEX}#{name.lower()})"
    if annotation == pod.ParameterValue:
        return "text, number, `true` or `false`"
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _annotated(arguments[0], arguments[1:])
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in arguments)
    if origin in (Union, types.UnionType):
        inner = [describe_type(argument) for argument in arguments if argument is not types.NoneType]
        return " or ".join(dict.fromkeys(inner))
    if origin is tuple:
        return f"list of {describe_type(arguments[0])}"
    if origin is dict:
        null = " or null" if types.NoneType in get_args(arguments[1]) else ""
        return f"map of {describe_type(arguments[0])} to {describe_type(arguments[1])}{null}"
    if isinstance(annotation, type) and issubclass(annotation, SpecModel):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    return SCALARS[annotation]


def _annotated(inner: Any, marks: tuple[Any, ...]) -> str:
    text = describe_type(inner)
    for mark in marks:
        if isinstance(mark, RefersTo):
            text = f"name of a [{mark.kind}]({page_name(mark.kind)})"
        elif isinstance(mark, NamesEntry):
            text = f"name of an entry of `{mark.field}` of the [Environment]({page_name('Environment')})"
        elif isinstance(mark, FieldInfo):
            text += "".join(f", {limit}" for limit in limits(mark.metadata))
    return text


def limits(metadata: list[Any]) -> list[str]:
    """Limits of a field as pydantic holds them, in words."""
    words = {
        "ge": "at least {}",
        "le": "at most {}",
        "min_length": "at least {} of them",
        "max_length": "at most {} long",
    }
    found = [
        text.format(getattr(mark, name)) for mark in metadata for name, text in words.items() if hasattr(mark, name)
    ]
    found += [f"matches `{mark.pattern}`" for mark in metadata if getattr(mark, "pattern", None) is not None]
    return found


def describe_default(info: FieldInfo) -> str:
    """The default as it would be written in YAML; empty where the field is simply absent."""
    if info.is_required():
        return "**required**"
    value = info.get_default(call_default_factory=True)
    if value is None or value == () or value == {} or isinstance(value, SpecModel):
        return ""
    if isinstance(value, tuple):
        return ", ".join(f"`{item}`" for item in value)
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def describe_merge(shape: Shape) -> str:
    """What happens to an inherited value of the field."""
    if shape.key is not None:
        return f"items by `{shape.key}`"
    if shape.fields is not None:
        return "fields"
    if shape.values is not None:
        return "keys; null is a value" if shape.keeps_null else "keys"
    return "replaced"


def shapes_by_model(shape: Shape) -> dict[type[SpecModel], Shape]:
    """The shape of every model at or below a place."""
    found = {} if shape.model is None else {shape.model: shape}
    below = [*(shape.fields or {}).values(), *(inner for inner in (shape.values, shape.item) if inner is not None)]
    for inner in below:
        found |= shapes_by_model(inner)
    return found


def models_in(annotation: Any) -> list[type[SpecModel]]:
    """Models that an annotation mentions, in order."""
    if isinstance(annotation, type):
        return [annotation] if issubclass(annotation, SpecModel) else []
    return [model for argument in get_args(annotation) for model in models_in(argument)]


def hints_of(model: type[SpecModel]) -> Mapping[str, Any]:
    """Field to annotation, with the marks that pydantic takes off."""
    return typing.get_type_hints(model, include_extras=True)


def section_order(kind: type[SpecDocument]) -> list[type[SpecModel]]:
    """The kind's spec and everything below it, each once, parents before children; then its metadata."""
    found: list[type[SpecModel]] = []
    waiting = [model for name in ("spec", "metadata") for model in models_in(hints_of(kind)[name])]
    while waiting:
        model = waiting.pop(0)
        if model in found:
            continue
        found.append(model)
        hints = hints_of(model)
        waiting[:0] = [inner for name in model.model_fields for inner in models_in(hints[name])]
    return found


def one_line(text: str | None) -> str:
    """Text fit for one cell of a table."""
    return " ".join((text or "").split()).replace("|", "\\|")


def table_of(model: type[SpecModel], shape: Shape) -> list[str]:
    """The fields of one model, which stands at a place of that shape."""
    lines = ["| field | type | default | inherited value | meaning |", "|---|---|---|---|---|"]
    hints = hints_of(model)
    for name, info in model.model_fields.items():
        extra = limits(info.metadata) if hints[name] not in NAMED.values() else []
        cells = (
            f"`{alias_of(name, info)}`",
            one_line(", ".join([describe_type(hints[name]), *(limit for limit in extra)])),
            one_line(describe_default(info)),
            describe_merge(shape.child(alias_of(name, info))),
            one_line(info.description),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def write_page(kind: type[SpecDocument]) -> str:
    """The page of one kind."""
    place = PLACES.get(kind.kind_name, ANYWHERE)
    lines = [HEADER, "", f"# {kind.kind_name}", "", inspect.cleandoc(kind.__doc__ or ""), ""]
    lines += [f"Written in {place}. `apiVersion` is `mlplat.dev/v1alpha1`, `kind` is `{kind.kind_name}`."]
    lines += [f"Back to [all kinds]({INDEX})."]
    shapes = shapes_by_model(merge_rule(kind.kind_name))
    for model in section_order(kind):
        lines += ["", f"## {model.__name__}", "", inspect.cleandoc(model.__doc__ or "")]
        lines += ["", *table_of(model, shapes[model])]
    return "\n".join(lines) + "\n"


def strings_with_a_shape() -> dict[str, str]:
    """Name of each annotated string of `names.py` to the docstring below it."""
    tree = ast.parse(inspect.getsource(names))
    found: dict[str, str] = {}
    for statement, after in zip(tree.body, tree.body[1:], strict=False):
        if not isinstance(statement, ast.Assign) or not isinstance(after, ast.Expr):
            continue
        target = statement.targets[0]
        if isinstance(target, ast.Name) and target.id in NAMED and isinstance(after.value, ast.Constant):
            found[target.id] = str(after.value.value)
    return found


def write_index() -> str:
    """The list of all kinds, of what merging means, and of strings with a shape."""
    lines = [
        HEADER,
        "",
        "# Kinds of documents",
        "",
        "| kind | what it describes | where it is written |",
        "|---|---|---|",
    ]
    for name, kind in KINDS.items():
        doc = one_line(kind.__doc__)
        lines.append(f"| [{name}]({page_name(name)}) | {doc} | {PLACES.get(name, ANYWHERE)} |")
    lines += [
        "",
        "The column *inherited value* of each page says what becomes of a value of the parent environment when an",
        "environment writes the field too: *replaced*, or merged by *fields*, by *keys* of a map, or with list *items*",
        "of the same key. See [environments](../environments.md).",
        "",
        "## Strings with a shape",
    ]
    for name, doc in strings_with_a_shape().items():
        lines += ["", f"### {name}", "", " ".join(doc.split())]
    return "\n".join(lines) + "\n"


def all_pages() -> dict[str, str]:
    """File name to text of everything that belongs into the folder."""
    return {INDEX: write_index(), **{page_name(name): write_page(kind) for name, kind in KINDS.items()}}


def versions_table() -> list[str]:
    """Component versions by release; `-` where a release has none, brackets where it leaves a component out."""
    components = tuple(dict.fromkeys(name for release in [*RELEASES.values()][::-1] for name in release.components))
    lines = [f"| component | {' | '.join(RELEASES)} |", "|---" * (len(RELEASES) + 1) + "|"]
    for component in components:
        entries = [release.components.get(component) for release in RELEASES.values()]
        cells = [("-" if not e else e.version if e.installed else f"({e.version})") for e in entries]
        lines.append(f"| `{component}` | {' | '.join(cells)} |")
    tested = [", ".join(release.kubernetes) for release in RELEASES.values()]
    return [*lines, f"| Kubernetes, as tested | {' | '.join(tested)} |"]


def with_versions(text: str) -> str:
    """The releases page with the table between its markers. Raises ValueError where a marker is missing."""
    before, begin, rest = text.partition(TABLE_BEGIN)
    _, end, after = rest.partition(TABLE_END)
    if not begin or not end:
        raise ValueError(f"{RELEASES_PAGE.name} lacks the marker {TABLE_END if begin else TABLE_BEGIN}")
    return "\n".join([f"{before}{begin}", *versions_table(), f"{end}{after}"])


def stale_pages(folder: Path, pages: Mapping[str, str]) -> tuple[str, ...]:
    """Names of pages that are missing, differ, or were generated for a kind that is gone; sorted."""
    present = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.md"))}
    gone = {name for name, text in present.items() if name not in pages and text.startswith(HEADER)}
    return tuple(sorted(gone | {name for name, text in pages.items() if present.get(name) != text}))


def main(arguments: list[str]) -> int:
    """0 when the folder is, or was made, what the schema says; 1 for stale pages with `--check`; 2 for bad usage."""
    if arguments not in ([], ["--check"]):
        print("usage: generate_docs.py [--check]", file=sys.stderr)
        return 2
    pages = all_pages()
    stale = stale_pages(FOLDER, pages)
    releases = RELEASES_PAGE.read_text(encoding="utf-8")
    paths = [f"kinds/{name}" for name in stale] + [RELEASES_PAGE.name] * (with_versions(releases) != releases)
    if arguments:
        for path in paths:
            print(f"docs/guide/{path} is stale: run scripts/generate_docs.py", file=sys.stderr)
        return 1 if paths else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in stale:
        if name in pages:
            (FOLDER / name).write_text(pages[name], encoding="utf-8")
        else:
            (FOLDER / name).unlink()
    if RELEASES_PAGE.name in paths:
        RELEASES_PAGE.write_text(with_versions(releases), encoding="utf-8")
    print(f"wrote {len(paths)} of {len(pages) + 1} pages")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
