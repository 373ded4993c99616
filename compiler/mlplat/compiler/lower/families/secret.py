"""Secret to what makes it in the cluster: an ExternalSecret (External Secrets 2.x) or a SealedSecret."""

import re
from collections.abc import Iterable
from typing import Any

from mlplat.compiler.artifacts import Draft, Resolved, ResolvedEnvironment
from mlplat.compiler.effective.workload import namespace_of, s3_annotations, secret_keys, unit_in
from mlplat.schema.storage import ExternalSecretSource, RemoteKey, SealedSecretSource, Secret
from mlplat.schema.team import Team

DEFAULT_REFRESH = "1h0m0s"
"""The API server's own `refreshInterval` (ExternalSecret CRD)."""


def lower_secret(document: Resolved[Secret], env: ResolvedEnvironment) -> Iterable[Draft]:
    """One object, or one for each team where the secret has none; nothing where it exists."""
    spec = document.document.spec
    annotations = _secret_annotations(document, env)
    own = env.find(Team, document.team)
    for team in env.all(Team) if document.team is None else filter(None, [own]):
        metadata = {"name": document.name, "namespace": namespace_of(team)}
        if spec.external is not None:
            body = _external_secret(metadata, spec.external, spec.type, annotations)
        elif spec.sealed is not None:
            body = _sealed_secret(metadata, spec.sealed, spec.type, annotations)
        else:
            return
        yield Draft(body, document, unit_in(team, document, None))


def _secret_annotations(document: Resolved[Secret], env: ResolvedEnvironment) -> dict[str, str]:
    """Annotations of the Secret itself: how KServe finds the object storage that the credentials are for.

    Every secret that holds S3 credentials gets them: those of the platform's storage, and those with the key by which
    KServe knows an S3 secret (KServe pkg/credentials/service_account_credentials.go, `AWSSecretAccessKeyName`).
    """
    storage = env.environment.document.spec.services.object_storage
    if storage is None or not env.versions.has("kserve"):
        return {}
    is_s3 = storage.credentials == document.name or "AWS_SECRET_ACCESS_KEY" in secret_keys(document.document)
    return s3_annotations(env) if is_s3 else {}


def _template(secret_type: str | None, annotations: dict[str, str]) -> dict[str, Any]:
    """What both controllers copy into the Secret that they make; empty when it is a plain one."""
    template: dict[str, Any] = {"metadata": {"annotations": dict(annotations)}} if annotations else {}
    if secret_type not in (None, "Opaque"):
        template["type"] = secret_type
    return template


def _external_secret(
    metadata: dict[str, str], source: ExternalSecretSource, secret_type: str | None, annotations: dict[str, str]
) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "secretStoreRef": {"kind": source.store.kind, "name": source.store.name},
        "data": [_remote(key) for key in source.keys],
    }
    if source.refresh is not None and (refresh := go_duration(source.refresh)) != DEFAULT_REFRESH:
        spec["refreshInterval"] = refresh
    if template := _template(secret_type, annotations):
        spec["target"] = {"template": template}
    return {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": metadata, "spec": spec}


def _remote(key: RemoteKey) -> dict[str, Any]:
    remote = {"key": key.remote} | ({"property": key.property} if key.property is not None else {})
    return {"secretKey": key.key, "remoteRef": remote}


def _sealed_secret(
    metadata: dict[str, str], source: SealedSecretSource, secret_type: str | None, annotations: dict[str, str]
) -> dict[str, Any]:
    """The scope stands on the SealedSecret: it is part of what the values were encrypted with
    (sealedsecret_expansion.go, `SecretScope`)."""
    own: dict[str, Any] = dict(metadata)
    if source.scope != "strict":
        own["annotations"] = {f"sealedsecrets.bitnami.com/{source.scope}": "true"}
    spec: dict[str, Any] = {"encryptedData": dict(sorted(source.encrypted.items()))}
    if template := _template(secret_type, annotations):
        spec["template"] = template
    return {"apiVersion": "bitnami.com/v1alpha1", "kind": "SealedSecret", "metadata": own, "spec": spec}


def go_duration(text: str) -> str:
    """A time span as Go prints it, which is how controllers write it back: `1h` is `1h0m0s`, `90s` is `1m30s`."""
    amounts = {unit: int(amount) for amount, unit in re.findall(r"([0-9]+)([hms])", text)}
    total = amounts.get("h", 0) * 3600 + amounts.get("m", 0) * 60 + amounts.get("s", 0)
    hours, minutes, seconds = total // 3600, total // 60 % 60, total % 60
    if hours:
        return f"{hours}h{minutes}m{seconds}s"
    return f"{minutes}m{seconds}s" if minutes else f"{seconds}s"
