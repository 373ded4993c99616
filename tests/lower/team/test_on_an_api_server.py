"""What teams, volumes, secrets and notebooks are lowered to, on a real API server: taken, stored as written, stable."""

import copy
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from mlplat.compiler.artifacts import Draft, ResolvedEnvironment
from mlplat.compiler.lower.families.access import lower_access
from mlplat.compiler.lower.families.endpoints import lower_endpoints
from mlplat.compiler.lower.families.notebook import lower_notebook
from mlplat.compiler.lower.families.secret import lower_secret
from mlplat.compiler.lower.families.team import lower_team
from mlplat.compiler.lower.families.volume import lower_volume
from mlplat.compiler.lower.finish import finish
from mlplat.schema.notebook import Notebook
from mlplat.schema.storage import Secret, Volume
from mlplat.schema.team import Team
from tests import envtest
from tests.lower.build import environment
from tests.lower.live_cluster import changed

pytestmark = pytest.mark.cluster
LOWER = Path(__file__).parent.parent
CASES = [path for folder in ("team", "storage", "notebook") for path in sorted((LOWER / folder / "cases").iterdir())]
CRDS = (
    "kubeflow.org/notebooks",
    "kubeflow.org/profiles",
    "kubeflow.org/poddefaults",
    "security.istio.io/authorizationpolicies",
    "external-secrets.io/externalsecrets",
    "bitnami.com/sealedsecrets",
)
PER_DOCUMENT: tuple[tuple[type, Callable[..., Iterable[Draft]]], ...] = (
    (Team, lower_team),
    (Volume, lower_volume),
    (Secret, lower_secret),
    (Notebook, lower_notebook),
)


@pytest.fixture(scope="module")
def plane(control_plane, crds):
    control_plane.install_crds(envtest.crd_files(crds, CRDS))
    return control_plane


def objects(env: ResolvedEnvironment, prefix: str):
    """Every object in full, with the namespaces moved so that each case has its own."""
    drafts = [draft for kind, lower in PER_DOCUMENT for document in env.all(kind) for draft in lower(document, env)]
    for draft in [*drafts, *lower_access(env), *lower_endpoints(env)]:
        body = copy.deepcopy(finish(draft, env).body)
        field = "namespace" if "namespace" in body["metadata"] else "name"
        body["metadata"][field] = f"{prefix}-{body['metadata'][field]}"
        yield body


def contents(stored):
    """All but the resource version: the API server writes a claim anew even where an apply changes nothing in it."""
    return {**stored, "metadata": {**stored["metadata"], "resourceVersion": None}}


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_stored_as_written_and_a_second_apply_changes_nothing(plane, case):
    env = environment((case / "input.yaml").read_text())
    for body in objects(env, case.name.replace("_", "-")):
        if "namespace" in body["metadata"]:
            plane.namespace(body["metadata"]["namespace"])
        first = plane.apply(body)
        assert first.ok, (body["kind"], first.message)
        second = plane.apply(body)
        assert second.ok, second.message
        assert contents(second.body) == contents(first.body)
        assert list(changed(body, second.body)) == [], body["kind"]
