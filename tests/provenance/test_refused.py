"""What the rules would refuse has no objects, and is told from a bug of ours: nothing but `UncheckedError` says so."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.provenance.positions import Role, positions
from mlplat.provenance.subjects import subjects
from mlplat.provenance.trees import REMOVED
from mlplat.provenance.worlds import Edit, World, Worlds
from tests.proof.platforms import RICH, ROOT, compiled


def _with_less(env: ResolvedEnvironment) -> Iterator[ResolvedEnvironment]:
    """The environment without each of its documents, whoever names it, and without each value of its settings."""
    for kind, named in env.documents.items():
        for name in named:
            others = {other: document for other, document in named.items() if other != name}
            yield replace(env, documents={**env.documents, kind: others}, memo={})
    worlds = Worlds(env)
    for document in (env.platform, env.environment):
        for position in positions(document):
            if position.role in (Role.VALUE, Role.PART):
                without = worlds.with_edits((Edit((document.kind, document.name), position.path, REMOVED),))
                if without is not None:
                    yield without


@pytest.mark.parametrize(("folder", "name"), [(ROOT, "dev"), (RICH, "full")], ids=["example", "rich"])
def test_an_environment_with_something_missing_is_lowered_or_refused(folder: Path, name: str) -> None:
    made = [
        subject.make_in(World(env, ()))
        for env in _with_less(compiled(folder).environments[name])
        for subject in subjects(env)
    ]
    assert None in made
    assert any(objects for objects in made)
