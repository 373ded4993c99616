"""`mlplat check`: everything that `build` finds, without writing anything."""

from pathlib import Path

import click

from mlplat.cli.report import format_option, report, require_known


@click.command()
@click.option("--env", "environments", multiple=True, metavar="ENV", help="Only this environment; may be repeated.")
@format_option
@click.pass_obj
def check(root: str, environments: tuple[str, ...], format_: str) -> int:
    """Judge the specifications of all environments and write nothing.

    Exit status 1 when a finding is an error.
    """
    from mlplat.compiler.pipeline import compile_platform  # heavy: the whole compiler

    compiled = compile_platform(Path(root), environments)
    require_known("environment", environments, compiled.source.layers)
    return report(compiled.findings, compiled.source.sources, format_)
