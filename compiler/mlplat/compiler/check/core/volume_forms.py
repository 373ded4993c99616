"""Forms of single values in volumes, claims and references to a pod's own fields.

Source: Kubernetes v1.37 `pkg/apis/core/validation/validation.go`, ValidateVolumes, ValidatePersistentVolumeClaimSpec.
"""

import re
from typing import Any

from mlplat.compiler.check.core import forms as f
from mlplat.compiler.check.core.forms import Check
from mlplat.compiler.check.core.volume_sources import SOURCES
from mlplat.objects.quantity import parse

_EXPONENT = re.compile(r"[eE][+-]?\d")
"""An exponent is no suffix: `1e3` is not `1k` to the server."""
_FIELDS = ("metadata.name", "metadata.namespace", "metadata.uid", "metadata.labels", "metadata.annotations")
MODE = f.between(0, 0o777)


def field_path(extra: tuple[str, ...], maps: bool) -> Check:
    """A field of the pod that may be read: those that every place has, and more. `maps`: whole labels too."""

    def check(value: Any) -> str | None:
        if not isinstance(value, str) or not value:
            return None
        if (
            "['" in value
            and value.endswith("']")
            and value.split("[")[0] in ("metadata.labels", "metadata.annotations")
        ):
            return None
        allowed = (*(_FIELDS if maps else _FIELDS[:3]), *extra)
        return None if value in allowed else "is no field that can be read here"

    return check


def resource_field(value: Any) -> str | None:
    """A request or limit that may be read."""
    if not isinstance(value, str) or not value:
        return None
    kinds = ("cpu", "memory", "ephemeral-storage")
    allowed = [f"{part}.{kind}" for part in ("limits", "requests") for kind in kinds]
    return None if value in allowed or ".hugepages-" in value else "is no resource that can be read here"


_DIVISORS: dict[str, tuple[str, ...]] = {
    "cpu": ("1m", "1"),
    "memory": ("1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"),
}


def divisor(value: Any) -> str | None:
    """What an amount that is read is divided by."""
    wanted = value.get("divisor") if isinstance(value, dict) else None
    if wanted is None:
        return None
    name = str(value.get("resource")).partition(".")[2]
    allowed = _DIVISORS.get(name, _DIVISORS["memory"])
    try:
        amount = parse(wanted)
    except ValueError:
        return None
    if amount.nanos == 0 or (not _EXPONENT.search(str(wanted)) and any(amount == parse(one) for one in allowed)):
        return None
    return f"`divisor` must be {' or '.join(allowed[:2])}" + ("" if name == "cpu" else " and the like")


def _at(prefix: str, table: dict[str, Any]) -> dict[str, Any]:
    return {f"{prefix}.{path}" if path else prefix: check for path, check in table.items()}


_ITEMS: dict[str, Any] = {
    "": f.need("key", "path"),
    "path": f.file_name,
    "mode": MODE,
}
_DOWNWARD: dict[str, Any] = {
    "": (f.need("path"), f.exactly_one("fieldRef", "resourceFieldRef")),
    "path": f.file_name,
    "mode": MODE,
    "fieldRef": f.need("fieldPath"),
    "fieldRef.fieldPath": field_path((), maps=True),
    "resourceFieldRef": (f.need("resource", "containerName"), divisor),
    "resourceFieldRef.resource": resource_field,
}
VOLUME_SOURCES = (
    *("hostPath", "emptyDir", "gcePersistentDisk", "awsElasticBlockStore", "gitRepo", "secret"),
    *("nfs", "iscsi", "glusterfs", "persistentVolumeClaim", "rbd", "flexVolume"),
    *("cinder", "cephfs", "flocker", "downwardAPI", "fc", "azureFile"),
    *("configMap", "vsphereVolume", "quobyte", "azureDisk", "photonPersistentDisk", "projected"),
    *("portworxVolume", "scaleIO", "storageos", "csi", "ephemeral", "image"),
)
"""Every source that a volume may have."""

CLAIM: dict[str, Any] = {
    "": f.need("accessModes"),
    "accessModes": lambda value: (
        "`ReadWriteOncePod` stands alone"
        if isinstance(value, list) and "ReadWriteOncePod" in value and len(set(map(str, value))) > 1
        else None
    ),
    "accessModes[]": f.one_of("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod", empty=False),
    "resources.requests.storage": f.positive,
    "volumeMode": f.one_of("Block", "Filesystem", empty=False),
    "storageClassName": f.subdomain,
    "selector": f.selector,
}


def claim(value: Any) -> str | None:
    """A claim asks for storage, in an amount."""
    if not isinstance(value, dict):
        return None
    requests = value.get("resources", {}).get("requests") if isinstance(value.get("resources"), dict) else None
    storage = requests.get("storage") if isinstance(requests, dict) else None
    return "needs `resources.requests.storage`" if storage is None else None


CLAIM[""] = (f.need("accessModes"), claim)

DRIVER = f.text(lambda v: "must be a DNS name" if len(v) > 63 or f.subdomain(v.lower()) else None)
"""The name of a CSI driver."""


def _certificate(value: Any) -> str | None:
    paths = ("credentialBundlePath", "keyPath", "certificateChainPath")
    there = not isinstance(value, dict) or any(value.get(path) for path in paths)
    return None if there else f"needs one of {', '.join(paths)}"


def _bundle(value: Any) -> str | None:
    if not isinstance(value, dict):
        return None
    return None if bool(value.get("name")) != bool(value.get("signerName")) else "needs one of `name` and `signerName`"


HOST_TYPE = f.one_of(*("DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice"))
"""What a path on the node must be."""

VOLUME: dict[str, Any] = {
    **SOURCES,
    "": f.need("name"),
    "gitRepo": f.need("repository"),
    "gitRepo.directory": f.inside,
    "name": f.label,
    "emptyDir.sizeLimit": f.not_negative,
    "hostPath": f.need("path"),
    "hostPath.path": f.steps_down,
    "hostPath.type": HOST_TYPE,
    "nfs": f.need("server", "path"),
    "nfs.path": f.text(f.absolute),
    "configMap": f.need("name"),
    "configMap.defaultMode": MODE,
    **_at("configMap.items[]", _ITEMS),
    "secret": f.need("secretName"),
    "secret.defaultMode": MODE,
    **_at("secret.items[]", _ITEMS),
    "persistentVolumeClaim": f.need("claimName"),
    "csi": f.need("driver"),
    "csi.driver": DRIVER,
    "projected.defaultMode": MODE,
    "projected.sources[].configMap": f.need("name"),
    "projected.sources[].secret": f.need("name"),
    **_at("projected.sources[].configMap.items[]", _ITEMS),
    **_at("projected.sources[].secret.items[]", _ITEMS),
    "projected.sources[].serviceAccountToken": f.need("path"),
    "projected.sources[].serviceAccountToken.path": f.file_name,
    "projected.sources[].serviceAccountToken.expirationSeconds": f.between(600, 2**32),
    "projected.sources[].podCertificate": (f.need("signerName", "keyType"), _certificate),
    "projected.sources[].podCertificate.signerName": f.signer,
    "projected.sources[].podCertificate.keyType": f.one_of(
        *("RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519")
    ),
    "projected.sources[].podCertificate.maxExpirationSeconds": f.between(3600, 7862400),
    "projected.sources[].clusterTrustBundle": (f.need("path"), _bundle),
    "projected.sources[].clusterTrustBundle.signerName": f.signer,
    "projected.sources[].clusterTrustBundle.labelSelector": f.selector,
    "projected.sources[].clusterTrustBundle.name": f.subdomain,
    "projected.sources[].clusterTrustBundle.path": f.file_name,
    **_at("projected.sources[].downwardAPI.items[]", _DOWNWARD),
    "downwardAPI.defaultMode": MODE,
    **_at("downwardAPI.items[]", _DOWNWARD),
    "csi.nodePublishSecretRef": f.need("name"),
    "csi.nodePublishSecretRef.name": f.subdomain,
    "ephemeral": f.need("volumeClaimTemplate"),
    "ephemeral.volumeClaimTemplate": f.need("spec"),
    "ephemeral.volumeClaimTemplate.metadata.labels": f.labels,
    **_at("ephemeral.volumeClaimTemplate.spec", CLAIM),
    "image.pullPolicy": f.one_of("Always", "IfNotPresent", "Never"),
}
