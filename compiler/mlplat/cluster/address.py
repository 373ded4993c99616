"""Whether two addresses are those of one API server."""

from urllib.parse import urlsplit

_OWN = ("kubernetes.default.svc", "kubernetes.default.svc.cluster.local", "kubernetes.default", "kubernetes")
_PORTS = {"https": 443, "http": 80}


def is_other_server(expected: str | None, actual: str) -> bool:
    """True when `actual` is known to be another API server than `expected`.

    Not known is not other: without an expectation, and where it is the address by which every cluster calls itself
    (`https://kubernetes.default.svc`), nothing can be told.
    """
    if expected is None:
        return False
    wanted = _parts(expected)
    return wanted[1] not in _OWN and wanted != _parts(actual)


def _parts(address: str) -> tuple[str, str, int | None, str]:
    try:
        parts = urlsplit(address)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return ("", address, None, "")
    return (parts.scheme, (parts.hostname or "").rstrip("."), port, parts.path.rstrip("/"))
