"""What the API server would store if a manifest were applied now: a server-side apply that is not carried out.

The only request of mlplat that is no read. It needs the right to `patch`, and changes nothing (`dryRun=All`).
"""

import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from mlplat.cluster.caller import Caller, RefusedError
from mlplat.cluster.discovery import Served, collection_path
from mlplat.cluster.http import Request
from mlplat.objects.gvk import gvk_of

WORKERS = 16
_QUERY = "fieldManager=mlplat-drift&force=true&dryRun=All"


@dataclass(frozen=True, slots=True)
class Applied:
    """What would be stored; or, where `body` is None, why it would not: HTTP status and one line."""

    body: Mapping[str, Any] | None
    status: int | None = None
    detail: str = ""


def dry_run(caller: Caller, served: Served, bodies: Iterable[Mapping[str, Any]]) -> list[Applied]:
    """One answer for each manifest, in order."""
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="dry-run") as pool:
        return list(pool.map(lambda body: _one(caller, served, body), bodies))


def _one(caller: Caller, served: Served, body: Mapping[str, Any]) -> Applied:
    gvk = gvk_of(body)
    resource = served.kinds.get(gvk)
    if resource is None:
        return Applied(None, 404, "the API server does not serve the kind")
    metadata = body["metadata"]
    namespace = metadata.get("namespace", "default") if resource.namespaced else None
    path = f"{collection_path(gvk, resource.plural, namespace)}/{quote(metadata['name'], safe='')}?{_QUERY}"
    try:
        return Applied(caller.data(Request(path, body=json.dumps(body).encode())))
    except RefusedError as refused:
        return Applied(None, refused.status, refused.detail)
