"""The command that `--dump-commands` prints compares as the command line that printed it."""

import shlex
from pathlib import Path

from tests.cli.command import mlplat

OBJECT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one, namespace: team}\n"


def test_dump_commands_compare_as_the_command_line_says(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(OBJECT)
    options = ["--declared", "one.yaml", "--applier", "a", "--applier", "b c:Apply", "--tracking-label", "a=b c"]
    options += ["--namespace", "n", "--crds", "one.yaml", "--kubernetes", "1.34"]
    said = mlplat("-C", tmp_path, "drift", *options, "--dump-commands")
    assert said.status == 0, said.text
    compares = [line for line in said.out.splitlines() if line.lstrip("# ").startswith("mlplat ")]
    assert len(compares) == 2
    for line in compares:
        words = shlex.split(line.lstrip("# "))
        assert words[: words.index("--live")] == ["mlplat", "-C", str(tmp_path), "drift", *options]
    odd = mlplat("-C", tmp_path, "drift", "--declared", "one.yaml", "--tracking-label=-a=b", "--dump-commands").out
    assert "--tracking-label=-a=b --live" in odd
