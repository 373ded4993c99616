"""Forms of single values in volumes, claims and references to a pod's own fields.

Source: Kubernetes v1.37 `pkg/apis/core/validation/validation.go`, ValidateVolumes, ValidatePersistentVolumeClaimSpec.
"""

from typing import Any

from mlplat.compiler.check.core import forms as f
from mlplat.compiler.check.core.forms import Check

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
    "resourceFieldRef": f.need("resource", "containerName"),
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
        if isinstance(value, list) and "ReadWriteOncePod" in value and len(value) > 1
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

VOLUME: dict[str, Any] = {
    "": f.need("name"),
    "name": f.label,
    "emptyDir.sizeLimit": f.not_negative,
    "hostPath": f.need("path"),
    "hostPath.path": lambda value: (
        "must not contain `..`" if isinstance(value, str) and ".." in value.split("/") else None
    ),
    "hostPath.type": f.one_of(
        *("DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice")
    ),
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
    "csi.driver": f.text(lambda v: "must be a DNS name" if len(v) > 63 or f.subdomain(v.lower()) else None),
    "projected.defaultMode": MODE,
    "projected.sources[].configMap": f.need("name"),
    "projected.sources[].secret": f.need("name"),
    **_at("projected.sources[].configMap.items[]", _ITEMS),
    **_at("projected.sources[].secret.items[]", _ITEMS),
    "projected.sources[].serviceAccountToken": f.need("path"),
    "projected.sources[].serviceAccountToken.path": f.file_name,
    "projected.sources[].serviceAccountToken.expirationSeconds": f.between(600, 2**32),
    **_at("projected.sources[].downwardAPI.items[]", _DOWNWARD),
    "downwardAPI.defaultMode": MODE,
    **_at("downwardAPI.items[]", _DOWNWARD),
    "ephemeral": f.need("volumeClaimTemplate"),
    "ephemeral.volumeClaimTemplate": f.need("spec"),
    **_at("ephemeral.volumeClaimTemplate.spec", CLAIM),
    "image.pullPolicy": f.one_of("Always", "IfNotPresent", "Never"),
}
