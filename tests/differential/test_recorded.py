"""Our verdicts against those that real servers gave, object by object; and the same servers asked again.

The limits are a ratchet: a change may lower the number of disagreements, never raise it.
"""

import json
import os
from pathlib import Path

import pytest

from mlplat.catalog.versions import ComponentVersions
from mlplat.compiler.manifest_check import check_manifests
from mlplat.compiler.manifest_versions import choose_versions
from mlplat.diagnostics import Severity
from tests.control_plane import proven
from tests.control_plane.sets import skip_or_fail
from tests.differential.mutate import HERE, Case, cases
from tests.differential.record import Server
from tests.differential.sets import SETS
from tests.envtest import HOW_TO_GET_CRDS, ControlPlane, crd_folder

PASSED = {"newest": 0.0017, "release_2603": 0.0083, "bare": 0.001}
"""Of what the server refuses, the share that we pass."""

REFUSED = {"newest": 0.0002, "release_2603": 0.0, "bare": 0.0005}
"""Of what the server takes, the share that we refuse."""

VARIABLES = {"newest": "MLPLAT_TEST_KUBECONFIG", "release_2603": "MLPLAT_TEST_KUBECONFIG_2603"}


def recorded(name: str) -> dict[str, dict[str, str]]:
    verdicts = json.loads((HERE / "recorded" / f"{name}.json").read_text(encoding="utf-8"))["verdicts"]
    return dict(verdicts)


def verdict_of(case: Case, held: dict[str, dict[str, str]]) -> str:
    return held[case.seed][case.name.partition("|")[2]]


@pytest.mark.parametrize("name", sorted(SETS))
def test_we_agree_with_the_recorded_verdicts(name: str) -> None:
    folder = crd_folder()
    if folder is None and name in VARIABLES:
        pytest.skip(HOW_TO_GET_CRDS)
    versions = choose_versions(SETS[name].versions, None, None)
    assert isinstance(versions, ComponentVersions), versions
    held = recorded(name)
    # A seed that is itself refused (a runtime that the cluster lacks) teaches nothing.
    # A dry run gives no ports of nodes away, and takes every number.
    asked = [
        case
        for case in cases(SETS[name].seeds, SETS[name].share)
        if not held[case.seed]["|as it is"] and "odePort|" not in case.name
    ]
    texts = {f"{index:06}.json": json.dumps(case.body) for index, case in enumerate(asked)}
    verdict = check_manifests(texts, versions, str(folder) if folder is not None else None)
    guilty = set()
    for found in verdict.findings:
        if found.diagnostic.severity is Severity.ERROR:
            assert found.diagnostic.primary is not None, found.diagnostic
            guilty.add(found.diagnostic.primary.span.file)
    ours = [f"{index:06}.json" in guilty for index in range(len(asked))]
    theirs = [bool(verdict_of(case, held)) for case in asked]
    passed = [case.name for case, mine, other in zip(asked, ours, theirs, strict=True) if other and not mine]
    refused = [case.name for case, mine, other in zip(asked, ours, theirs, strict=True) if mine and not other]
    assert len(passed) <= PASSED[name] * sum(theirs), "\n".join(passed)
    assert len(refused) <= REFUSED[name] * (len(theirs) - sum(theirs)), "\n".join(refused)
    proven.note(name, "recorded verdicts of real servers compared with ours", *(case.name for case in asked))


def _bare_server(request: pytest.FixtureRequest) -> str:
    """A server without controllers, which needs no cluster: kubeconfig of the session's own."""
    plane: ControlPlane = request.getfixturevalue("control_plane")
    return str(plane.kubeconfig)


@pytest.mark.cluster
@pytest.mark.parametrize("name", sorted(SETS))
def test_the_servers_still_say_so(name: str, request: pytest.FixtureRequest) -> None:
    path = os.environ.get(VARIABLES[name]) if name in VARIABLES else _bare_server(request)
    if not path:
        skip_or_fail(f"{VARIABLES[name]} is not set: a kubeconfig of a cluster with {dict(SETS[name].programs)}")
    server, held = Server(Path(path)), recorded(name)
    version, wanted = server.call("GET", "/version")[1]["gitVersion"], SETS[name].programs["kube-apiserver"]
    if version != f"v{wanted}":
        skip_or_fail(f"the verdicts are those of kube-apiserver {wanted}, and this is {version}")
    # Where the proof on real controllers is asked for, all of them; else a sample, for the sake of time.
    step = 1 if os.environ.get("MLPLAT_TEST_REQUIRE_CONTROLLERS") else 10
    asked = list(cases(SETS[name].seeds, SETS[name].share))[::step]
    changed = [case.name for case in asked if bool(server.verdict(case)) != bool(verdict_of(case, held))]
    assert changed == []
    proven.note(name, "recorded verdicts that the real servers gave again", *(case.name for case in asked))
