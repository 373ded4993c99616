"""A notebook whose image nobody named and for which no stock image is known."""

from collections.abc import Iterable

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named, quoted
from mlplat.compiler.effective.notebook import STOCK_IMAGES, stock_image
from mlplat.schema.notebook import Notebook


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each notebook without an image, where notebooks are installed at all."""
    version = env.versions.get("notebooks")
    if version is None:
        return
    for notebook in env.all(Notebook):
        spec = notebook.document.spec
        if spec.image is not None or stock_image(env, spec.flavour) is not None:
            continue
        known = sorted(flavour for held, flavour in STOCK_IMAGES if held == version)
        yield Found(
            notebook,
            ("spec", "flavour") if notebook.node.at(("spec", "flavour")) is not None else ("spec",),
            f"{named(notebook)} names no image, and none is known for {spec.flavour}",
            f"no stock image with Notebooks {version}",
            notes=(f"stock images are known for {quoted(known)}",) if known else (),
            help="name one in `image`",
            at_key=notebook.node.at(("spec", "flavour")) is None,
        )


RULE = SpecRule("MLP364", check)
