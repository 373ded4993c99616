"""The command line: argv in, exit status out. Each command lies in a file of its own and is imported when it runs."""

import gc
import os
import sys
from importlib import import_module
from typing import Any

import click

from mlplat.cli.exit import BUG, ERROR

COMMANDS = {
    "build": "Compile the platform and write generated/.",
    "check": "Judge the specifications, or raw manifests, and write nothing.",
    "diff": "Say what a change does to the platform.",
    "drift": "Compare what is declared with what a cluster holds.",
    "explain": "Say which line decided what is generated; print the page of a finding.",
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

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments begin with; one that does not exist is an error with near misses."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from mlplat.diagnostics import near_misses  # only for a slip of the pen

            close = near_misses(args[0], sorted(COMMANDS))
            hint = f"did you mean `{close[0]}`?" if close else f"there are: {', '.join(sorted(COMMANDS))}"
            raise click.UsageError(f"there is no command `{args[0]}`; {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands in `--help`."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


def _print_version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        from mlplat.diagnostics.version import VERSION  # only this option needs it

        click.echo(f"mlplat {VERSION}")
        ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-C", "root", metavar="DIR", default=".", help="Work in this folder instead of the current one.")
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_print_version, help="Print the version."
)
@click.pass_context
def cli(ctx: click.Context, root: str) -> None:
    """Compile typed specifications of an ML platform into kustomize overlays that Argo CD syncs."""
    if not os.path.isdir(root):
        raise click.ClickException(f"there is no folder `{root}`")
    ctx.obj = root


def main(argv: list[str] | None = None) -> Any:
    """Run one command; the process ends with its exit status (see the table in the README).

    A reader of a pipe who goes away (`| head`) ends the process quietly, with status 1.
    """
    if argv is None:
        # A process of our own, which ends with the command. A compilation makes millions of objects and hardly a
        # cycle: looking for cycles took a fifth of its time, and finds nothing worth the memory.
        gc.disable()
    try:
        status = cli.main(argv, prog_name="mlplat", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("interrupted", err=True)
        status = ERROR
    except click.exceptions.NoArgsIsHelpError as help_wanted:
        click.echo(help_wanted.format_message(), err=True)
        status = ERROR
    except click.ClickException as error:
        _report_misuse(error)
        status = ERROR
    except click.exceptions.Exit as done:
        status = done.exit_code
    except Exception:
        status = _report_bug()
    sys.exit(status if isinstance(status, int) else 0)


def _report_misuse(error: click.ClickException) -> None:
    """A command line that cannot be carried out, in the shape of every other message."""
    message = error.format_message().removesuffix(".")
    click.echo(f"error: {message[:1].lower()}{message[1:]}", err=True)
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is not None:
        click.echo(f"  = help: `{context.command_path} --help` shows what there is", err=True)


def _report_bug() -> int:
    """The one place where a traceback appears: it is our mistake, never the user's."""
    import traceback  # only on our own failure

    from mlplat.diagnostics.version import VERSION

    traceback.print_exc()
    click.echo(
        f"\nThis is a bug in mlplat {VERSION}, not in your files. Report it with the traceback above and\n"
        f"the command: mlplat {' '.join(sys.argv[1:])}",
        err=True,
    )
    return BUG
