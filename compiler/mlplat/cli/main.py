"""The command line: argv in, exit status out. Each command lies in a file of its own and is imported when it runs."""

import sys
from importlib import import_module
from typing import Any

import click

from mlplat.cli.exit import BUG, ERROR

COMMANDS = {
    "build": "Compile the platform and write generated/.",
    "check": "Judge the specifications, or raw manifests, and write nothing.",
    "explain": "Print the page of a finding's code.",
    "init": "Make a small platform to start from.",
    "schema": "Write the JSON Schemas by which editors complete and check.",
    "show": "Print what an environment's specifications come to.",
}
"""Command to its one-line help: known without importing it, so that `mlplat --help` stays fast."""


class LazyGroup(click.Group):
    """Commands that are imported when they are run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, by name."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name; None when there is none."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"mlplat.cli.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands in `--help`."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


def _print_version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # only this option needs it

        click.echo(f"mlplat {version('mlplat')}")
        ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-C", "root", metavar="DIR", default=".", help="Work in this folder instead of the current one.")
@click.option("--version", is_flag=True, expose_value=False, is_eager=True, callback=_print_version, help="Print it.")
@click.pass_context
def cli(ctx: click.Context, root: str) -> None:
    """Compile typed specifications of an ML platform into kustomize overlays that Argo CD syncs."""
    ctx.obj = root


def main(argv: list[str] | None = None) -> Any:
    """Run one command; the process ends with its exit status (see the table in the README)."""
    try:
        status = cli.main(argv, prog_name="mlplat", standalone_mode=False)
    except click.exceptions.Abort:
        status = ERROR
    except click.ClickException as error:
        error.show()
        status = ERROR
    except click.exceptions.Exit as done:
        status = done.exit_code
    except BrokenPipeError:
        # The reader of a pipe (`| head`) went away: not our failure, and nobody is left to be told.
        sys.stderr.close()
        status = ERROR
    except Exception:
        status = _report_bug()
    sys.exit(status if isinstance(status, int) else 0)


def _report_bug() -> int:
    """The one place where a traceback appears: it is our mistake, never the user's."""
    import traceback  # only on our own failure
    from importlib.metadata import version

    traceback.print_exc()
    click.echo(
        f"\nThis is a bug in mlplat {version('mlplat')}, not in your files. Report it with the traceback above and\n"
        f"the command: mlplat {' '.join(sys.argv[1:])}",
        err=True,
    )
    return BUG
