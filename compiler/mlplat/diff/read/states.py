"""From what the user asks to the two states that are compared."""

import os
from pathlib import Path

from mlplat.compiler.manifest_versions import choose_versions
from mlplat.compiler.pipeline import Earlier
from mlplat.diff.asked import Asked
from mlplat.diff.read.git import open_repository
from mlplat.diff.read.manifests import manifests_state
from mlplat.diff.read.platform import at_revision, of_environment, working_tree
from mlplat.diff.state import State


def states(asked: Asked) -> tuple[State, State]:
    """The old and the new state.

    Raises RefusedError where git cannot give a revision, OSError and ValueError where manifests cannot be read.
    """
    if asked.manifests is not None:
        versions = choose_versions(*asked.versions)
        if isinstance(versions, str):
            raise ValueError(versions)
        old, new = (manifests_state(_in(asked.root, where), versions) for where in asked.manifests)
        return old, new
    root, earlier = Path(asked.root), Earlier()
    if asked.other is not None:
        both = (*asked.environments, asked.other)
        whole = _new(asked, root, both, earlier)
        return of_environment(whole, asked.environments[0]), of_environment(whole, asked.other)
    repository = open_repository(root)
    revision = repository.merge_base() if asked.against is None else repository.revision(asked.against)
    new = _new(asked, root, asked.environments, earlier)
    return at_revision(repository, revision, asked.environments, earlier), new


def _new(asked: Asked, root: Path, only: tuple[str, ...], earlier: Earlier) -> State:
    if asked.to is None:
        return working_tree(root, only, earlier)
    repository = open_repository(root)
    return at_revision(repository, repository.revision(asked.to), only, earlier, judge=True)


def _in(root: str, where: str) -> str:
    return where if root == "." else os.path.join(root, where)
