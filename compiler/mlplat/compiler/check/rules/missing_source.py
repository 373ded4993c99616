"""A component whose folder of code does not exist."""

import posixpath
from collections.abc import Iterable

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named, quoted
from mlplat.diagnostics import near_misses
from mlplat.schema.component import Component


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each component whose `source` is no folder of the repository below `components/`."""
    for component in env.all(Component):
        source = component.document.spec.source
        if source is None:
            continue
        home = posixpath.dirname(component.node.span.file)
        wanted = posixpath.normpath(posixpath.join(home, source))
        if wanted in env.folders:
            continue
        inside = sorted(posixpath.relpath(folder, home) for folder in env.folders if folder.startswith(f"{home}/"))
        close = near_misses(source, inside)
        outside = not f"{wanted}/".startswith("components/") or source.startswith("/")
        yield Found(
            component,
            ("spec", "source"),
            f"the code of {named(component)} is in a folder that does not exist",
            "not a folder below `components/`" if outside else f"no folder `{wanted}`",
            notes=(f"folders of the component: {quoted(inside[:5])}",) if inside else (),
            help=f"write `source: {close[0]}`"
            if close
            else "write the folder relative to component.yaml, or `source: .`",
        )


RULE = SpecRule("MLP305", check)
