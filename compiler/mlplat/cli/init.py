"""`mlplat init`: a small platform to start from."""

import re
import subprocess
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import click

from mlplat.cli.exit import CLEAN, ERROR

PLATFORM = ("platform.yaml", "environments", "components", "rules", "generated")
"""What a platform needs for itself: where one of these is, a platform must not be poured over it."""

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?")


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--name", help="Name of the platform (default: the folder's).")
@click.pass_obj
def init(root: str, folder: Path, name: str | None) -> int:
    """Make a small platform in DIR: two environments, a team, a job, a service, CI. Nothing that is there is changed.

    Edit it, then run `mlplat -C DIR build`.
    """
    from mlplat.diagnostics.version import VERSION
    from mlplat.schema.export import schema_files  # heavy: builds every model

    target = Path(root) / folder
    if name is None:
        name = re.sub(r"[^a-z0-9]+", "-", target.resolve().name.lower())[:40].strip("-") or "platform"
    if not _NAME.fullmatch(name):
        raise click.ClickException(f"`{name}` cannot name a platform: at most 40 lower-case letters, digits and `-`")
    if target.exists() and not target.is_dir():
        raise click.ClickException(f"`{target}` is a file and not a folder")
    there = [path for path in PLATFORM if (target / path).exists()]
    if there:
        raise click.ClickException(
            f"`{target}` already has `{there[0]}`, which a platform needs for itself; nothing was written"
        )
    prefix, url = _git(target)
    values = {
        "{name}": name,
        "{version}": VERSION,
        "{path}": prefix or ".",
        "{url}": url or f"https://git.example.com/{name}.git",
    }
    wanted = {path: _filled(text, values) for path, text in _template(files("mlplat.cli") / "template")}
    wanted |= {f"schema/json/{path}": text for path, text in schema_files().items()}
    if prefix:  # CI files count at the top of a repository only
        wanted = {path: text for path, text in wanted.items() if not path.startswith(".github/")}
    try:
        kept = _write(target, wanted)
    except OSError as error:
        click.echo(f"error: cannot write {error.filename or target}: {error.strerror or error}", err=True)
        return ERROR
    for path in kept:
        click.echo(f"  kept `{path}`, which was there", err=True)
        if path == ".gitattributes":
            click.echo(f"  for merges of generated/, add to it:\n{wanted[path]}", err=True)
    click.echo(
        f"{target}: {len(wanted) - len(kept)} files of platform `{name}`; next: mlplat -C {target} build", err=True
    )
    return CLEAN


def _write(target: Path, wanted: Mapping[str, str]) -> list[str]:
    """Write every file that is not there yet; the paths of those that are."""
    kept = []
    for path, text in wanted.items():
        try:
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            with (target / path).open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except FileExistsError:
            if not (target / path).is_file():
                raise
            kept.append(path)
    return kept


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


def _filled(text: str, values: Mapping[str, str]) -> str:
    for mark, value in values.items():
        text = text.replace(mark, value)
    return text


def _git(target: Path) -> tuple[str, str]:
    """Path of the platform in its repository, and the clone address without credentials; "" for what git knows not."""
    where = next(folder for folder in (target.resolve(), *target.resolve().parents) if folder.is_dir())
    top = _ask_git(where, "rev-parse", "--show-toplevel")
    if not top:
        return "", ""
    inside = target.resolve().relative_to(Path(top).resolve()).as_posix()
    url = re.sub(r"(?<=://)[^/@]*@", "", _ask_git(where, "remote", "get-url", "origin"))
    return "" if inside == "." else inside, url


def _ask_git(folder: Path, *arguments: str) -> str:
    """What git answers, without the line's end; "" where there is no git, no repository, no answer."""
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
