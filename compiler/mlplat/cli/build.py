"""`mlplat build`: specs in, generated/ out."""

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlplat.cache.result import Outcome, Results
from mlplat.cli.exit import CLEAN, ERROR
from mlplat.cli.report import format_option, is_no_platform, placed_findings, report, require_known
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
    started = time.perf_counter()
    results = Results(root, environments, os.environ)
    recalled = None if verify_too else results.recall()
    if recalled is not None:
        report(recalled.findings, recalled.sources, format_)
        _say(recalled, check_only, f"0 files written, 0 removed, {recalled.files} unchanged", started)
        return CLEAN

    from mlplat.compiler.emit.findings import stale_findings, unreadable  # heavy: the whole compiler
    from mlplat.compiler.emit.write import compare_tree, write_tree
    from mlplat.compiler.pipeline import compile_platform, scope_of

    compiled = compile_platform(Path(root), environments)
    if not is_no_platform(compiled.findings):
        require_known("environment", environments, compiled.source.layers)
    findings, sources = list(placed_findings(compiled)), compiled.source.sources
    if compiled.tree is None:
        return report(findings, sources, format_)
    if verify_too:
        findings += _verified(compiled)
    folder, scope = Path(root) / GENERATED, scope_of(environments, compiled)
    if check_only:
        try:
            findings += stale_findings(compare_tree(folder, compiled.tree, scope=scope))
        except OSError as error:
            findings.append(unreadable(GENERATED, error, str(folder)))
    status = report(findings, sources, format_)
    if status == ERROR:
        return ERROR
    outcome, changes, repeatable = _outcome(compiled, findings), "", True
    if not check_only:
        written = write_tree(folder, compiled.tree, force=force, scope=scope)
        status = report(written.findings, sources, format_)
        changes = _changes(written)
        # What is found in a change is not found again once the change is written.
        repeatable = not written.findings and not (findings and (written.written or written.removed))
    if status == CLEAN and repeatable and not verify_too:
        results.remember(outcome)
    return status if status == ERROR else _say(outcome, check_only, changes, started)


def _verified(compiled: "Compiled") -> Sequence[Diagnostic]:
    """What kustomize makes of the tree, where that is not what the compiler meant."""
    from mlplat.compiler.render.kustomize import find_kustomize  # only with --verify
    from mlplat.compiler.render.verify import verify

    found = find_kustomize()
    if isinstance(found, Diagnostic) or compiled.tree is None:
        return [found] if isinstance(found, Diagnostic) else []
    written = (name for name, env in compiled.environments.items() if env.is_base or env.is_synced)
    return list(verify(found, compiled.tree, [compiled.objects[name] for name in written if name in compiled.objects]))


def _outcome(compiled: "Compiled", findings: Sequence[Diagnostic]) -> Outcome:
    environments = tuple(
        (name, len(found.objects), len({item.unit for item in found.objects}))
        for name, found in compiled.objects.items()
    )
    labels = [label for finding in findings for label in (finding.primary, *finding.secondary) if label is not None]
    sources = compiled.source.sources
    shown = {label.span.file: sources[label.span.file] for label in labels if label.span.file in sources}
    return Outcome(tuple(findings), environments, len(compiled.tree.files) if compiled.tree else 0, shown)


def _changes(written: "WriteReport") -> str:
    count = len(written.written)
    files = f"{count} file{'s' * (count != 1)} written"
    return f"{files}, {len(written.removed)} removed, {len(written.unchanged)} unchanged"


def _say(outcome: Outcome, check_only: bool, changes: str, started: float) -> int:
    """The last words of a build that went well."""
    if check_only:
        objects = sum(count for _, count, _ in outcome.environments)
        number = len(outcome.environments)
        counts = f"{objects} objects of {number} environment{'s' * (number != 1)}"
        click.echo(f"{GENERATED}/ is what the specifications compile to ({counts})", err=True)
        return CLEAN
    for name, objects, units in outcome.environments:
        click.echo(f"  {name:12} {objects:5} objects in {units} units", err=True)
    click.echo(f"{GENERATED}/: {changes} ({time.perf_counter() - started:.1f} s)", err=True)
    return CLEAN
