"""`mlplat schema`: the JSON Schemas by which editors complete and check specifications."""

from pathlib import Path

import click

from mlplat.cli.exit import CLEAN, ERROR

FOLDER = Path("schema", "json")


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when a file is missing, stale or no longer made.")
@click.option("-o", "--output", "folder", type=click.Path(path_type=Path), help="Write here (default: schema/json).")
@click.pass_obj
def schema(root: str | None, check: bool, folder: Path | None) -> int:
    """Write two JSON Schemas for each kind: KIND.json, and KIND.override.json for documents that override another.

    Name one in the first line of a file: # yaml-language-server: $schema=../../schema/json/queue.json
    """
    from mlplat.schema.export import schema_files  # heavy: builds every model

    target = folder if folder is not None else Path(root or ".") / FOLDER
    files = schema_files()
    try:
        present = {path.name: path.read_text(encoding="utf-8") for path in sorted(target.glob("*.json"))}
        changes = {name: text for name, text in files.items() if present.get(name) != text}
        # Only files of our own naming are ours to call stale; a stranger's schema may lie in the same folder.
        gone = [name for name, text in present.items() if name not in files and '"x-mlplat-' in text]
        if check:
            for name in (*changes, *gone):
                click.echo(f"{target / name}: stale", err=True)
            if changes or gone:
                click.echo("run `mlplat schema` and commit the result", err=True)
            return ERROR if changes or gone else CLEAN
        target.mkdir(parents=True, exist_ok=True)
        for name, text in changes.items():
            (target / name).write_text(text, encoding="utf-8", newline="\n")
        for name in gone:
            (target / name).unlink()
    except (OSError, UnicodeDecodeError) as error:
        click.echo(f"error: cannot write the schemas to {target}: {error}", err=True)
        return ERROR
    click.echo(f"{target}: {len(files)} schemas, {len(changes) + len(gone)} changed")
    return CLEAN
