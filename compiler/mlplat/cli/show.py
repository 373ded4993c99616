"""`mlplat show`: what the layers of an environment come to."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mlplat.cli.exit import ERROR
from mlplat.cli.report import is_no_platform, report, require_known

if TYPE_CHECKING:
    from mlplat.compiler.artifacts import Resolved, ResolvedEnvironment


@click.command()
@click.argument("environment", metavar="ENV")
@click.argument("address", metavar="[KIND[/NAME]]", required=False)
@click.option("--origins", is_flag=True, help="Say for every value where it was written, and what it overrides.")
@click.pass_obj
def show(root: str | None, environment: str, address: str | None, origins: bool) -> int:
    """Print the specifications of an environment after inheritance, all or one (`TrainingJob/mnist`).

    Fields that nobody gave are not printed, and of credentials and Secrets no value. Exit status 1 when the environment
    cannot be resolved.
    """
    from mlplat.compiler.load.discover import load_tree  # heavy: reads YAML
    from mlplat.compiler.resolve.environment import resolve_environments  # heavy: builds every model
    from mlplat.compiler.resolve.origins import text_of
    from mlplat.diagnostics.mask import mask_lines
    from mlplat.schema.kinds import KINDS

    tree, loaded = load_tree(Path(root or "."), frozenset(KINDS))
    environments, resolved = resolve_environments(tree)
    if is_no_platform(loaded):
        return report(loaded, tree.sources, "full")
    require_known("environment", [environment], tree.layers)
    found = environments.get(environment)
    if found is None:
        report((*loaded, *resolved), tree.sources, "full")
        click.echo(f"environment `{environment}` cannot be shown until its errors are mended", err=True)
        return ERROR
    chosen = _chosen(found, address)
    click.echo("---\n".join(mask_lines(text_of(document, origins)) for document in chosen), nl=False)
    # What could not be read may be missing from what was shown.
    return report(loaded, tree.sources, "full")


def _chosen(environment: "ResolvedEnvironment", address: str | None) -> "list[Resolved[Any]]":
    """The documents that are asked for: the Platform and the Environment first when all are."""
    every = [environment.platform, environment.environment]
    every += [document for named in environment.documents.values() for document in named.values()]
    if address is None:
        return every
    kind, _, name = address.partition("/")
    kinds = {document.kind.lower(): document.kind for document in every}
    require_known("kind of document", [kinds.get(kind.lower(), kind)], kinds.values())
    of_kind = [document for document in every if document.kind.lower() == kind.lower()]
    if not name:
        return of_kind
    require_known(kinds[kind.lower()], [name], (document.name for document in of_kind))
    return [document for document in of_kind if document.name == name]
