"""Two addresses of one API server, and an address that is another one's."""

import pytest

from mlplat.cluster.address import is_other_server


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (None, "https://anything:6443"),
        ("https://prod.example.com", "https://prod.example.com:443/"),
        ("https://PROD.example.com.:6443/k8s/", "https://prod.example.com:6443/k8s"),
        ("https://kubernetes.default.svc", "https://10.0.0.1:443"),
        ("https://kubernetes.default.svc.cluster.local:443", "https://10.0.0.1:443"),
    ],
)
def test_the_same_or_nobody_can_tell(expected: str | None, actual: str) -> None:
    assert not is_other_server(expected, actual)


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ("https://prod.example.com", "https://staging.example.com"),
        ("https://prod.example.com", "http://prod.example.com"),
        ("https://prod.example.com:6443", "https://prod.example.com"),
        ("https://host/k8s/prod", "https://host/k8s/staging"),
        ("https://prod.example.com", "https://10.0.0.1:443"),
        ("https://prod.example.com:x", "https://prod.example.com"),
    ],
)
def test_another_one(expected: str, actual: str) -> None:
    assert is_other_server(expected, actual)
