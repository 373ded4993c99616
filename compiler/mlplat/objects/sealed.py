"""Is a text what `kubeseal --raw` prints? Told from its form, which plain text does not have by chance.

sealed-secrets 0.36.6, pkg/crypto/crypto.go, `HybridEncrypt`: base64 of two bytes with the length of the RSA
ciphertext (big-endian), of that, which is as long as the key, and of an AES-GCM ciphertext, which is 16 bytes longer
than the value. pkg/kubeseal/kubeseal.go encodes it without line breaks.
"""

import base64
import binascii

_SHORTEST_KEY, _LONGEST_KEY = 128, 2048
"""Bytes of an RSA key: 1024 bits, below which Go refuses one, to 16384. The controller makes keys of 4096 bits."""
_TAG = 16


def is_sealed(text: str) -> bool:
    """True for a text of that form; whose key it was made with cannot be told."""
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    key = int.from_bytes(content[:2], "big")
    return _SHORTEST_KEY <= key <= _LONGEST_KEY and key % 8 == 0 and len(content) >= 2 + key + _TAG
