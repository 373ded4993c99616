"""The same edits of a person, and what Argo CD and drift say of each.

It comes between the tests of how Argo CD brings an environment up and those of day 2, and leaves it as it was. One
environment will do: that in which nothing is put back by itself, so that both have time to look.
"""

import pytest

from tests.control_plane import proven
from tests.control_plane.beside import UNSEEN, Row, rounds, rows, states, table, verdicts
from tests.control_plane.cluster import key, until
from tests.control_plane.drifting import Drifting, by_object, texts
from tests.control_plane.sets import ROOT
from tests.control_plane.story import Story


def test_what_argocd_and_drift_say_of_the_same_edits(started: Story) -> None:
    if started.automated():
        pytest.skip(f"in {started.name} Argo CD puts back what people edit, by itself")
    watched = Drifting(started.place, started.repository.root)
    for held in rounds():
        for row in held:
            row.do(started.place.cluster, started.bodies())
        try:
            assert_said(started, watched, held)
        finally:
            for row in held:
                row.undo(started.place.cluster, started.bodies())
            started.argo.refresh("hard")
            started.argo.sync_by_hand()
            started.argo.wait_synced(started.applications())
        assert texts(watched.report().findings) == []


def assert_said(started: Story, watched: Drifting, held: list[Row]) -> None:
    """Both say what the rows tell, and go on saying it."""
    bodies, argo = started.bodies(), started.argo
    wanted = {key(row.body(bodies)): row for row in held}

    def said() -> dict[str, str]:
        found = states(argo.applications())
        return {row.did: found.get(name, UNSEEN) for name, row in wanted.items()}

    expected = {row.did: row.argocd for row in held}
    argo.refresh("hard")
    until(lambda: said() == expected, lambda: f"Argo CD to say {expected}; it says {said()}")
    argo.refresh("hard")
    assert said() == expected
    found = by_object(watched.report())
    assert {row.did: verdicts(found.get(name, ())) for name, row in wanted.items()} == {
        row.did: sorted(row.drift) for row in held
    }
    assert set(found) <= set(wanted)
    proven.note(started.name, "edits of which Argo CD and drift say what the guide tells", *expected)


def test_the_table_of_the_guide_is_this_one() -> None:
    page = (ROOT / "docs" / "guide" / "drift-and-argocd.md").read_text(encoding="utf-8")
    assert "\n".join(table()) in page, "the table of the page is to be:\n" + "\n".join(table())


def test_the_two_disagree_where_the_guide_says_so() -> None:
    """Each way at least once: otherwise there would be nothing to explain."""
    seen = {(row.argocd == "OutOfSync", bool(row.drift)) for row in rows()}
    assert seen == {(True, True), (True, False), (False, True), (False, False)}
