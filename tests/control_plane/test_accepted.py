"""The API server, the webhooks and the controllers take everything, in the order that was computed, without a word.

Kinds whose controller does not run (Katib's, notebooks, profiles, External Secrets) are judged by their real CRD.
"""

from mlplat.compiler.emit.inventory import inventory_path, parse_inventory
from tests.control_plane import proven
from tests.control_plane.cluster import Body
from tests.control_plane.place import Place
from tests.control_plane.sets import ROOT, Wave, sync_wave, unit_waves, units


def names(bodies: tuple[Body, ...] | list[Body]) -> list[str]:
    return [f"{body['kind']}/{body['metadata'].get('namespace', '')}/{body['metadata']['name']}" for body in bodies]


def test_in_reverse_order_each_later_wave_is_refused_for_its_namespace(vacant: Place) -> None:
    """The one reason for a wave between units, and within the unit of a team: the server creates nothing in a
    namespace that is not there (a namespace is the first wave of all)."""
    order = vacant.waves()
    refused: list[Wave] = []
    for wave in reversed(order[1:]):
        said = vacant.cluster.apply(wave.bodies, "--dry-run=server")
        assert not said.ok, f"wave {wave.unit}/{wave.own} needs no earlier one: {names(wave.bodies)}"
        spaces = {body["metadata"].get("namespace") for body in wave.bodies} - {None}
        assert any(f'namespaces "{space}" not found' in said.warnings for space in spaces), said.warnings
        refused.append(wave)
        proven.note(vacant.name, "waves refused as long as their namespace is missing", f"{wave.unit}.{wave.own}")
    assert len(refused) == len(order) - 1 >= 2
    first = vacant.cluster.apply(order[0].bodies, "--dry-run=server")
    assert first.ok, first.warnings


def test_no_unit_waits_without_need(vacant: Place) -> None:
    """Every wave of every unit is refused as long as the waves before it are missing, and only those waves are."""
    later = unit_waves(vacant.name)
    for unit, bodies in units(vacant.name).items():
        first = min(map(sync_wave, bodies))
        for number in sorted({*map(sync_wave, bodies)}):
            said = vacant.cluster.apply([body for body in bodies if sync_wave(body) == number], "--dry-run=server")
            waits = later[unit] > 0 or number > first
            assert said.ok is not waits, f"{unit}, wave {number}: {said.text}{said.warnings}"


def test_in_order_everything_is_accepted_without_a_warning(applied: Place) -> None:
    assert [said.warnings for said in applied.said] == [""] * len(applied.waves())
    bodies = applied.bodies()
    missing = [name for name, live in zip(names(bodies), applied.cluster.read(bodies), strict=True) if live is None]
    assert missing == []
    proven.note(applied.name, "objects accepted without a warning", *names(bodies))


def test_what_was_applied_is_the_inventory(applied: Place) -> None:
    """Nothing is rendered beside what drift would look for, and nothing of it is missing."""
    entries = parse_inventory((ROOT / "generated" / inventory_path(applied.name)).read_text(encoding="utf-8"))
    listed = sorted((entry.kind, entry.namespace, entry.name) for entry in entries)
    assert listed == sorted(tuple(name.split("/")) for name in names(applied.bodies()))
