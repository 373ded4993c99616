"""`mlplat init`: a small platform to start from."""

import re
import subprocess
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import click

from mlplat.cli.exit import CLEAN, ERROR


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--name", help="Name of the platform (default: the folder's).")
@click.pass_obj
def init(root: str, folder: Path, name: str | None) -> int:
    """Make a small platform in DIR: two environments, a team, a job, a service, CI. Nothing that is there is changed.

    Edit it, then run `mlplat -C DIR build`.
    """
    from importlib.metadata import version

    from mlplat.schema.export import schema_files  # heavy: builds every model

    target = Path(root) / folder
    platform = name or re.sub(r"[^a-z0-9]+", "-", target.resolve().name.lower()).strip("-") or "platform"
    if not re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?", platform):
        raise click.ClickException(f"`{platform}` cannot name a platform: at most 40 lower-case letters, digits and `-`")
    values = {"{name}": platform, "{version}": version("mlplat"), "{url}": _origin(target, platform)}
    wanted = {path: _filled(text, values) for path, text in _template(files("mlplat.cli") / "template")}
    wanted |= {f"schemas/{path}": text for path, text in schema_files().items()}
    there = sorted(path for path in wanted if (target / path).exists())
    if there:
        click.echo(f"error: {target} already has {', '.join(there[:3])}; nothing was written", err=True)
        return ERROR
    try:
        for path, text in wanted.items():
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            (target / path).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        click.echo(f"error: cannot write {error.filename}: {error.strerror}", err=True)
        return ERROR
    click.echo(f"{target}: {len(wanted)} files; next: mlplat -C {target} build")
    return CLEAN


def _template(folder: Traversable, prefix: str = "") -> list[tuple[str, str]]:
    """Every file of the template: its path in the platform, and its text."""
    found: list[tuple[str, str]] = []
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            found += _template(entry, f"{prefix}{entry.name}/")
        else:
            # git would obey a file of that name in the tool's own tree.
            name = ".gitattributes" if entry.name == "gitattributes" else entry.name
            found.append((prefix + name, entry.read_text(encoding="utf-8")))
    return found


def _filled(text: str, values: dict[str, str]) -> str:
    for mark, value in values.items():
        text = text.replace(mark, value)
    return text


def _origin(target: Path, name: str) -> str:
    """The repository's own clone address where git knows one, without credentials; else one to be replaced."""
    try:
        done = subprocess.run(
            ["git", "-C", str(target if target.exists() else target.parent), "remote", "get-url", "origin"],
            capture_output=True, text=True, check=False, timeout=10,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return f"https://git.example.com/{name}.git"
    url = re.sub(r"(?<=://)[^/@]*@", "", done.stdout.strip())
    return url if done.returncode == 0 and url else f"https://git.example.com/{name}.git"
