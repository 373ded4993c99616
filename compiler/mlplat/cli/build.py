"""`mlplat build`: specs in, generated/ out."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlplat.cli.exit import CLEAN, ERROR
from mlplat.cli.report import format_option, report
from mlplat.diagnostics import Diagnostic

if TYPE_CHECKING:
    from mlplat.compiler.emit.write import WriteReport
    from mlplat.compiler.pipeline import Compiled

GENERATED = "generated"


@click.command()
@click.option("--env", "environments", multiple=True, metavar="ENV", help="Only this environment; may be repeated.")
@click.option("--check", "check_only", is_flag=True, help="Write nothing; exit 1 when generated/ is stale.")
@click.option("--verify", "verify_too", is_flag=True, help="Render every overlay with kustomize and compare exactly.")
@click.option("--force", is_flag=True, help="Overwrite hand-edited files of generated/ and delete foreign ones.")
@format_option
@click.pass_obj
def build(
    root: str, environments: tuple[str, ...], check_only: bool, verify_too: bool, force: bool, format_: str
) -> int:
    """Compile the platform and write generated/.

    Nothing is written as long as a finding is an error. Exit status 1 when one is, or when --check finds stale files.
    """
    from mlplat.compiler.emit.write import compare_tree, stale_findings, write_tree  # heavy: the whole compiler
    from mlplat.compiler.pipeline import compile_platform, scope_of
    from mlplat.compiler.render.kustomize import find_kustomize
    from mlplat.compiler.render.verify import verify

    started = time.perf_counter()
    compiled = compile_platform(Path(root), environments)
    findings = list(compiled.findings)
    if compiled.tree is None:
        return report(findings, compiled.source.sources, format_)
    if verify_too:
        found = find_kustomize()
        findings += [found] if isinstance(found, Diagnostic) else verify(found, compiled.tree, compiled.objects.values())
    folder, scope = Path(root) / GENERATED, scope_of(environments, compiled)
    if check_only:
        findings += stale_findings(compare_tree(folder, compiled.tree, scope=scope))
        status = report(findings, compiled.source.sources, format_)
        if status == CLEAN:
            click.echo(f"{GENERATED}/ is what the specifications compile to ({_counts(compiled)})", err=True)
        return status
    if report(findings, compiled.source.sources, format_) == ERROR:
        return ERROR
    written = write_tree(folder, compiled.tree, force=force, scope=scope)
    status = report(written.findings, compiled.source.sources, format_)
    if status == CLEAN:
        click.echo(_summary(compiled, written, time.perf_counter() - started), err=True)
    return status


def _counts(compiled: "Compiled") -> str:
    objects = sum(len(found.objects) for found in compiled.objects.values())
    return f"{objects} objects of {len(compiled.objects)} environments"


def _summary(compiled: "Compiled", written: "WriteReport", seconds: float) -> str:
    lines = []
    for name, found in compiled.objects.items():
        units = len({item.unit for item in found.objects})
        lines.append(f"  {name:12} {len(found.objects):5} objects in {units} units")
    changes = f"{len(written.written)} files written, {len(written.removed)} removed, {len(written.unchanged)} unchanged"
    return "\n".join([*lines, f"{GENERATED}/: {changes} ({seconds:.1f} s)"])
