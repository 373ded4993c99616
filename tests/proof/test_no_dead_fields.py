"""No dead fields: whatever field of whatever kind is changed, in every release and with every component version that
is known, something that is generated changes, or the build says something of that field.

A new hash in the name of a run does not count as a change, nor does a value that the schema refuses.
"""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest

from mlplat.compiler.pipeline import compile_platform
from tests.proof.dead_fields import Row, Version
from tests.proof.fields import all_fields, has_one_value
from tests.proof.platforms import RICH, copy_specifications
from tests.proof.version_rows import ROWS

ELSEWHERE: Mapping[str, str] = {
    "Environment.metadata.name": "it must be the name of the folder (tests/load); every path and label holds it",
    "Environment.spec.extends": "test_inheritance_has_an_effect",
    "Environment.spec.exclude": "test_inheritance_has_an_effect",
    "Platform.spec.mlplatVersion": "tests/check/cases, rule mlplat-version-mismatch: it is about no environment",
    "Platform.spec.promotion": "test_the_order_of_promotion_has_an_effect: `full` says itself how it is synced",
    **{
        f"Environment.spec.drift.ignore.*.{field}": "tests/drift/test_ignore.py: it is about a cluster"
        for field in ("kind", "name", "namespace", "path", "manager", "reason", "until")
    },
    "Component.metadata.name": "nothing is made from a component; other documents refer to it by name (tests/resolve)",
}
"""Fields that act where documents are read, before anything is lowered, with where that is shown."""


@pytest.mark.parametrize(
    "row", [pytest.param(row, id=str(row), marks=[] if row is ROWS[-1] else pytest.mark.slow) for row in ROWS]
)
def test_every_field_does_something(row: Row) -> None:
    version = Version(row)
    dead: list[str] = []
    counts: dict[str, int] = defaultdict(int)
    for item in all_fields():
        if str(item) in ELSEWHERE or has_one_value(item):
            continue
        effect = version.effect_of(item)
        counts[effect or "nothing"] += 1
        if effect is None:
            dead.append(str(item))
    print(row, dict(counts), *version.refused.values(), sep="\n  ")
    assert not dead, f"with {row} nothing changes and nothing is said: {', '.join(dead)}"


def test_inheritance_has_an_effect(tmp_path: Path) -> None:
    copy_specifications(RICH, tmp_path)
    environment = tmp_path / "environments/full/environment.yaml"
    text = environment.read_text()
    before = names_of(tmp_path)
    environment.write_text(text.replace("  exclude: [Queue/unwanted]\n", ""))
    assert names_of(tmp_path) - before == {"unwanted"}
    environment.write_text(text.replace("  extends: [base]\n", ""))
    found = compile_platform(tmp_path).findings
    assert any(one.code == "MLP207" and "Queue/unwanted" in one.headline for one in found), (
        "nothing to exclude any more"
    )


def test_the_order_of_promotion_has_an_effect(tmp_path: Path) -> None:
    copy_specifications(RICH, tmp_path)
    environment = tmp_path / "environments/full/environment.yaml"
    environment.write_text(
        environment.read_text().replace("    automated: true\n    prune: false\n    selfHeal: false\n", "")
    )
    last = compile_platform(tmp_path)
    platform = tmp_path / "platform.yaml"
    platform.write_text(platform.read_text().replace("  promotion: [full]\n", ""))
    free = compile_platform(tmp_path)
    assert last.tree is not None
    assert free.tree is not None
    changed = {path for path, text in free.tree.files.items() if last.tree.files[path] != text}
    assert changed
    assert all(path.startswith("argocd/full/") for path in changed), sorted(changed)


def names_of(root: Path) -> set[str]:
    """Names of all objects of the rich environment, before the hash of a run."""
    return {item.logical_name for item in compile_platform(root).objects["full"].objects}
