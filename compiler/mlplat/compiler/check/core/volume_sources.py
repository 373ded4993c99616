"""Sources of volumes that name a product of storage, as pods and PersistentVolumes have them.

Source: Kubernetes v1.37 `pkg/apis/core/validation/validation.go`, the functions `validate<Source>VolumeSource`.
"""

import re
from typing import Any

from mlplat.compiler.check.core import forms as f

_INITIATORS = {
    "iqn": re.compile(r"iqn\.\d{4}-\d{2}\.([A-Za-z0-9.-]+)(:[^,;*&$|\s]+)$"),
    "eui": re.compile(r"^eui.[A-Za-z0-9]{16}$"),
    "naa": re.compile(r"^naa.[A-Za-z0-9]{32}$"),
}
_PARTITION = f.between(0, 255)
_RESERVED = (".kubernetes.io", ".k8s.io")


def _initiator(value: Any) -> str | None:
    if not isinstance(value, str) or not value:
        return None
    form = _INITIATORS.get(value[:3])
    if form is None:
        return "must start with `iqn`, `eui` or `naa`"
    return None if form.search(value) else f"is no {value[:3]} name, such as `iqn.2001-04.com.example:storage`"


def _iscsi(value: Any) -> str | None:
    if not isinstance(value, dict) or value.get("secretRef") is not None:
        return None
    asked = value.get("chapAuthDiscovery") is True or value.get("chapAuthSession") is True
    return "needs `secretRef`, for CHAP" if asked else None


def _fibre(value: Any) -> str | None:
    if not isinstance(value, dict):
        return None
    names, ids = value.get("targetWWNs"), value.get("wwids")
    if not names and not ids:
        return "needs `targetWWNs` or `wwids`"
    if names and ids:
        return "`targetWWNs` and `wwids` exclude each other"
    return "needs `lun` with `targetWWNs`" if names and value.get("lun") is None else None


def _flocker(value: Any) -> str | None:
    if not isinstance(value, dict):
        return None
    if bool(value.get("datasetName")) == bool(value.get("datasetUUID")):
        return "needs one of `datasetName` and `datasetUUID`"
    return "`datasetName` must not contain `/`" if "/" in str(value.get("datasetName") or "") else None


def _registry(value: Any) -> str | None:
    pairs = value.split(",") if isinstance(value, str) and value else []
    wrong = [pair for pair in pairs if not re.fullmatch(r"([^:\[\]]*|\[[^\[\]]*\]):[^:\[\]]*", pair)]
    return "must be a host and a port, such as `registry:6789`" if wrong else None


def _options(value: Any) -> str | None:
    for key in value if isinstance(value, dict) else ():
        if f".{key.partition('/')[0] if '/' in key else key}".lower().endswith(_RESERVED):
            return f"`{key}` is reserved for Kubernetes"
    return None


def _azure_disk(value: Any) -> str | None:
    if not isinstance(value, dict):
        return None
    kind, uri = value.get("kind"), str(value.get("diskURI") or "")
    if kind == "Managed" and not uri.lower().startswith("/subscriptions/"):
        return "`diskURI` of a managed disk must start with `/subscriptions/`"
    if kind != "Managed" and not uri.startswith("https://"):
        return "`diskURI` of a blob must start with `https://`"
    return None


SOURCES: dict[str, Any] = {
    "iscsi": (f.need("targetPortal", "iqn"), _iscsi),
    "iscsi.iqn": _initiator,
    "iscsi.initiatorName": lambda v: _initiator(v) if v else "must not be empty" if v == "" else None,
    "iscsi.lun": f.between(0, 255),
    "fc": _fibre,
    "fc.lun": f.between(0, 255),
    "cephfs": f.need("monitors"),
    "rbd": f.need("monitors", "image"),
    "cinder": f.need("volumeID"),
    "cinder.secretRef": f.need("name"),
    "azureFile": f.need("secretName", "shareName"),
    "azureDisk": (f.need("diskName", "diskURI"), _azure_disk),
    "azureDisk.cachingMode": f.one_of("None", "ReadOnly", "ReadWrite", empty=False),
    "azureDisk.kind": f.one_of("Shared", "Dedicated", "Managed", empty=False),
    "flexVolume": f.need("driver"),
    "flexVolume.options": _options,
    "awsElasticBlockStore": f.need("volumeID"),
    "awsElasticBlockStore.partition": _PARTITION,
    "gcePersistentDisk": f.need("pdName"),
    "gcePersistentDisk.partition": _PARTITION,
    "glusterfs": f.need("endpoints", "path"),
    "flocker": _flocker,
    "quobyte": f.need("registry", "volume"),
    "quobyte.registry": _registry,
    "quobyte.tenant": f.text(lambda v: "has more than 64 characters" if len(v) > 64 else None),
    "vsphereVolume": f.need("volumePath"),
    "photonPersistentDisk": f.need("pdID"),
    "portworxVolume": f.need("volumeID"),
    "scaleIO": f.need("gateway", "system", "volumeName"),
    "storageos": f.need("volumeName"),
    "storageos.volumeName": f.label,
    "storageos.volumeNamespace": f.label,
    "storageos.secretRef": f.need("name"),
}
"""Checks of single values, by path below a volume or below the `spec` of a PersistentVolume."""
