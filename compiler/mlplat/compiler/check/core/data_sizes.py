"""How much a ConfigMap or a Secret can hold: `pkg/apis/core/types.go`, MaxSecretSize; keys are not counted (1.37.2)."""

import base64
import binascii
from collections.abc import Iterator
from typing import Any

from mlplat.compiler.check.reading import Body, Problem, mapping

_MOST = 1024 * 1024


def problems_of_size(body: Body) -> Iterator[Problem]:
    """More bytes than the server takes, at the field that holds the most of them."""
    texts, encoded = ("stringData", "data") if body.get("kind") == "Secret" else ("data", "binaryData")
    held = mapping(body.get(texts))
    sizes = {texts: sum(map(_bytes, held.values()))}
    # A Secret's `stringData` takes the place of what `data` has under the same key.
    others = (value for key, value in mapping(body.get(encoded)).items() if key not in held)
    sizes[encoded] = sum(map(_decoded, others))
    if (total := sum(sizes.values())) > _MOST:
        where = max(sizes, key=lambda field: sizes[field])
        yield f"/{where}", f"is too long: its values have {total} bytes together, {_MOST} are allowed"


def _bytes(value: Any) -> int:
    return len(value.encode("utf-8", "surrogatepass")) if isinstance(value, str) else 0


def _decoded(value: Any) -> int:
    try:
        return len(base64.b64decode(value)) if isinstance(value, str) else 0
    except (ValueError, binascii.Error):
        return 0
