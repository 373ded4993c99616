"""`mlplat check`: everything that `build` finds, without writing anything; or the same judgement of raw manifests."""

from pathlib import Path

import click

from mlplat.cli.report import format_option, is_no_platform, placed_findings, report, require_known


@click.command()
@click.option("--env", "environments", multiple=True, metavar="ENV", help="Only this environment; may be repeated.")
@click.option(
    "--manifests",
    multiple=True,
    metavar="FILE|DIR|-",
    help="Judge these instead of a platform; may be repeated.",
)
@click.option("--crds", metavar="FILE|DIR", help="With --manifests: CustomResourceDefinitions to judge by.")
@click.option("--versions", metavar="COMPONENT=VERSION,...", help="With --manifests: component versions.")
@click.option("--release", metavar="RELEASE", help="With --manifests: the Kubeflow release (newest if not given).")
@click.option("--kubernetes", metavar="VERSION", help="With --manifests: the Kubernetes version (newest if not given).")
@click.option("--rules", metavar="FILE|DIR", help="With --manifests: rules of your own (documents of kind Rule).")
@format_option
@click.pass_obj
def check(
    root: str,
    environments: tuple[str, ...],
    manifests: tuple[str, ...],
    crds: str | None,
    versions: str | None,
    release: str | None,
    kubernetes: str | None,
    rules: str | None,
    format_: str,
) -> int:
    """Judge the specifications of all environments, or raw manifests, and write nothing.

    With --manifests no platform is needed: Kubernetes objects are judged as a cluster with the named versions would
    judge them; --env then names the environment that they are for, which only --rules ask. Exit status 1 when a finding
    is an error.
    """
    if manifests:
        if environments and (rules is None or len(environments) > 1):
            raise click.UsageError("--env goes with --manifests only once, and only for the sake of --rules")
        from mlplat.cli.check_manifests import ManifestOptions, check_raw  # heavy: the schemas

        environment = environments[0] if environments else None
        options = ManifestOptions(manifests, crds, versions or "", release, kubernetes, rules, environment)
        return check_raw(root, options, format_)
    given = {"--rules": rules, "--crds": crds, "--versions": versions, "--release": release, "--kubernetes": kubernetes}
    alone = next((name for name, value in given.items() if value is not None), None)
    if alone is not None:
        where = "has its rules in `rules/`" if alone == "--rules" else "names its versions itself"
        raise click.UsageError(f"{alone} goes with --manifests: a platform {where}")
    from mlplat.compiler.pipeline import compile_platform  # heavy: the whole compiler

    compiled = compile_platform(Path(root), environments)
    if not is_no_platform(compiled.findings):
        require_known("environment", environments, compiled.source.layers)
    return report(placed_findings(compiled), compiled.source.sources, format_)
