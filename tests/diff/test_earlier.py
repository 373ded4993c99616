"""What was worked out for another state of a platform is only saved work: each state is what it is alone, findings
included, whatever was compiled before it."""

import random
from pathlib import Path

import pytest

from mlplat.compiler.pipeline import Compiled, Earlier, lower_platform
from tests.cli.command import ROOT, copy_platform
from tests.diff.test_causes import EDITS, LineEdit


def compiled(folder: Path, edit: LineEdit | None, earlier: Earlier) -> Compiled:
    if edit is None:
        return lower_platform(folder, (), earlier)
    file = folder / edit.file
    before = file.read_text()
    lines = before.split("\n")
    lines[edit.line - 1] = edit.text
    file.write_text("\n".join(lines))
    try:
        return lower_platform(folder, (), earlier)
    finally:
        file.write_text(before)


@pytest.mark.parametrize("seed", range(2))
def test_a_state_is_the_same_after_others(tmp_path: Path, seed: int) -> None:
    folder = copy_platform(ROOT, tmp_path / "platform", generated=False)
    edits: list[LineEdit | None] = [None, *random.Random(seed).sample(EDITS, 8), None]
    earlier = Earlier()
    for edit in edits:
        after, alone = compiled(folder, edit, earlier), compiled(folder, edit, Earlier())
        assert after.findings == alone.findings, edit
        assert after.objects.keys() == alone.objects.keys()
        for name, found in after.objects.items():
            bodies = [(item.ref, item.unit, item.wave, item.body) for item in found.objects]
            assert bodies == [(item.ref, item.unit, item.wave, item.body) for item in alone.objects[name].objects], edit


def test_what_two_states_have_in_common_is_worked_out_once(tmp_path: Path) -> None:
    folder = copy_platform(ROOT, tmp_path / "platform", generated=False)
    earlier = Earlier()
    first = lower_platform(folder, (), earlier)
    service = folder / "environments/prod/tabular/ml-model-service.yaml"
    service.write_text(service.read_text().replace("maxReplicas: 10", "maxReplicas: 12"))
    second = lower_platform(folder, (), earlier)
    for name in first.environments:
        before, after = first.environments[name], second.environments[name]
        changed = [
            (kind, own)
            for kind, named in after.documents.items()
            for own, document in named.items()
            if document is not before.documents[kind][own]
        ]
        assert changed == ([("ModelService", "ml-model-service")] if name == "prod" else [])
        assert (earlier.verdict(after) is earlier.verdict(before)) == (name != "prod")
        pairs = zip(first.objects[name].objects, second.objects[name].objects, strict=True)
        others = {new.ref.kind for old, new in pairs if old.draft is not new.draft}
        assert others == ({"InferenceService", "ServiceAccount"} if name == "prod" else set())
