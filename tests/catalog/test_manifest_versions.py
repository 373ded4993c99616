"""By which held version a version that is not held is judged."""

import pytest

from mlplat.compiler.manifest_versions import choose_versions, stand_ins


@pytest.mark.parametrize(
    ("written", "used"),
    [("trainingOperator=1.9.4", None), ("trainingOperator=1.9.3", "1.9.4"), ("trainingOperator=1.9.1", "1.9.2")],
)
def test_the_nearest_patch_release_stands_in(written: str, used: str | None) -> None:
    assert stand_ins(written) == (
        (f"the schemas of {written.replace('=', ' ')} are not held: it is judged by those of {used}",) if used else ()
    )
    assert not isinstance(choose_versions(written, None, None), str)


def test_another_minor_does_not_stand_in() -> None:
    assert isinstance(choose_versions("trainingOperator=1.4.0", None, None), str)
