from pathlib import Path

import pytest

from tests.resolve.harness import CASES, run_case


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_a_case_prints_what_it_expects(case: str, tmp_path: Path) -> None:
    run_case(CASES / case, tmp_path)
