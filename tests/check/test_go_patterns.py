"""Which regular expressions Go reads: webhooks compile those of an object when they judge it."""

import pytest

from mlplat.compiler.check.go_patterns import is_go_pattern


@pytest.mark.parametrize(
    ("pattern", "read"),
    [
        (r"([\w|-]+)\s*=\s*([+-]?\d*(\.\d+)?([Ee][+-]?\d+)?)", True),
        (r"(?P<name>\w+)=(?<value>.*)", True),
        (r"\pL+\x41[[:alpha:]]\z", True),
        (r"(?i)a(?s:.)b", True),
        (r"(?=acc)(\w+)", False),
        (r"(?<!a)b", False),
        (r"(a)\1", False),
        (r"a\Z", False),
        (r"\u0041", False),
        (r"a++", False),
        (r"a{1001}", False),
        (r"(a", False),
    ],
)
def test_what_go_reads(pattern: str, read: bool) -> None:
    assert is_go_pattern(pattern) is read
