"""Cases in folders: `input/` is a platform, `expected.txt` holds commands and what they print.

To keep a case to what it asks, `input/` may leave out `platform.yaml` and the Environment documents: those of
`ordinary/` stand in, and every environment but base then says `extends: [base]`.
Commands: `$ check` (the findings), `$ environments` (those that were resolved, with their ancestors),
`$ show ENV KIND/NAME [--origins]`. `MLPLAT_BLESS=1` rewrites what they print.
"""

import os
from pathlib import Path

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.load.discover import load_tree
from mlplat.compiler.resolve.environment import resolve_environments
from mlplat.compiler.resolve.origins import text_of
from mlplat.diagnostics.render.full import render
from mlplat.schema.kinds import KINDS

CASES = Path(__file__).parent / "cases"
ORDINARY = Path(__file__).parent / "ordinary"


def lay_out(case: Path, folder: Path) -> None:
    """Copy a case's platform into a folder, with ordinary documents where it has none of its own."""
    files = {path.relative_to(case / "input"): path for path in sorted((case / "input").rglob("*.yaml"))}
    texts = {path: source.read_text(encoding="utf-8") for path, source in files.items()}
    texts.setdefault(Path("platform.yaml"), (ORDINARY / "platform.yaml").read_text(encoding="utf-8"))
    layers = {path.parts[1] for path in texts if path.parts[0] == "environments"} | {"base"}
    for layer in sorted(layers):
        sort = "base" if layer == "base" else "heir"
        ordinary = (ORDINARY / f"{sort}.yaml").read_text(encoding="utf-8").replace("NAME", layer)
        texts.setdefault(Path("environments", layer, "environment.yaml"), ordinary)
    for path, text in texts.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def run_case(case: Path, folder: Path) -> None:
    """Run the commands of a case and compare all that they print."""
    lay_out(case, folder)
    tree, loaded = load_tree(folder, frozenset(KINDS))
    environments, findings = resolve_environments(tree)
    expected = (case / "expected.txt").read_text(encoding="utf-8")
    commands = [line for line in expected.splitlines() if line.startswith("$ ")]
    parts: list[str] = []
    for command in commands:
        _, name, *arguments = command.split()
        if name == "check":
            printed = render((*loaded, *findings), tree.sources) or "nothing found\n"
        elif name == "environments":
            printed = "".join(_line(environment) for environment in environments.values()) or "none\n"
        else:
            printed = _show(environments, arguments)
        parts.append(f"{command}\n{printed}")
    printed = "\n".join(parts)
    if os.environ.get("MLPLAT_BLESS") and not os.environ.get("CI"):
        (case / "expected.txt").write_text(printed, encoding="utf-8")
    else:
        assert printed == expected


def _line(environment: ResolvedEnvironment) -> str:
    return " < ".join((*environment.ancestors, environment.name)) + "\n"


def _show(environments: dict[str, ResolvedEnvironment], arguments: list[str]) -> str:
    name, address, *options = arguments
    if name not in environments:
        return f"{name} was not resolved\n"
    environment = environments[name]
    kind, _, document = address.partition("/")
    if kind == "Environment":
        return text_of(environment.environment, "--origins" in options)
    found = environment.documents.get(kind, {}).get(document)
    return text_of(found, "--origins" in options) if found else f"no {address} in {name}\n"
