"""Sets of versions that hold every release and every known version of every component that is lowered for."""

from collections.abc import Mapping

from mlplat.catalog.releases import RELEASES
from mlplat.catalog.versions import known_versions
from tests.proof.dead_fields import Row

EXTRAS: Mapping[str, str | None] = {"kueue": "0.19.2", "externalSecrets": "2.9.0", "sealedSecrets": "0.36.6"}
LOWERED = (
    *("trainer", "trainingOperator", "kserve", "katib", "notebooks", "profiles"),
    *("kueue", "externalSecrets", "sealedSecrets"),
)
"""Components whose version decides what a document is lowered to."""


def _rows() -> list[Row]:
    """Every release as it is, and beside them rows that hold every known version of every component that matters."""
    rows = [Row(name, release.kubernetes[-1], EXTRAS) for name, release in RELEASES.items()]
    newest = rows[-1]
    rows.append(Row(newest.release, newest.kubernetes, {**EXTRAS, "kueue": None}))
    rows.append(
        Row(
            newest.release,
            newest.kubernetes,
            {**EXTRAS, "profiles": None, "trainer": None, "trainingOperator": "1.9.2"},
        )
    )
    held = {(name, version) for row in rows for name, version in _components(row).items()}
    left = {name: [one for one in known_versions(name) if (name, one) not in held] for name in LOWERED}
    while any(left.values()):
        rows.append(
            Row(
                newest.release,
                newest.kubernetes,
                {**EXTRAS, **{name: versions.pop() for name, versions in left.items() if versions}},
            )
        )
    return rows


def _components(row: Row) -> dict[str, str]:
    shipped = {name: entry.version for name, entry in RELEASES[row.release].components.items() if entry.installed}
    return {name: version for name, version in {**shipped, **row.components}.items() if version is not None}


ROWS = _rows()
