"""The findings that docs/guide/getting-started.md shows are those that its edits give."""

import re
import shutil
from pathlib import Path

from mlplat.compiler.load.discover import load_tree
from mlplat.compiler.resolve.environment import resolve_environments
from mlplat.diagnostics.render.full import render
from mlplat.schema.kinds import KINDS

ROOT = Path(__file__).parents[2]
EDITED = "environments/base/vision/mnist-ddp.yaml"


def test_the_two_mistakes_of_the_page_are_reported_as_it_shows(tmp_path: Path) -> None:
    for name in ("environments", "components"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "platform.yaml", tmp_path)
    text = (tmp_path / EDITED).read_text(encoding="utf-8")
    broken = text.replace("nodes: 3", "node: 3").replace("volume: models,", "volume: model,")
    assert broken != text
    (tmp_path / EDITED).write_text(broken, encoding="utf-8")
    tree, loaded = load_tree(tmp_path, frozenset(KINDS))
    _, resolved = resolve_environments(tree)
    shown = render(tuple(dict.fromkeys([*loaded, *resolved])), tree.sources, color=False)
    page = (ROOT / "docs" / "guide" / "getting-started.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```\n(error\[.*?)```", page, re.DOTALL)
    assert block.splitlines() == shown.splitlines()
