"""Volumes and secrets: what workloads keep and what they must not show."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from mlplat.schema.environment import AccessMode
from mlplat.schema.model import Labels, MergeBy, NamesEntry, SharedMetadata, SpecDocument, SpecModel, TeamMetadata
from mlplat.schema.names import DnsSubdomain, Duration, PositiveQuantity


class VolumeSpec(SpecModel):
    """A claim on storage."""

    size: PositiveQuantity | None = None
    """How much storage; needed unless the claim exists."""
    access_modes: tuple[AccessMode, ...] = ("ReadWriteOnce",)
    """How many nodes may mount it, and how."""
    storage_class: Annotated[str, NamesEntry("storageClasses")] | None = None
    """A storage class of the environment; its default when absent."""
    existing: bool = False
    """The claim is already there and is not emitted."""


class Volume(SpecDocument):
    """A volume of a team (a PersistentVolumeClaim of the same name)."""

    kind_name: ClassVar[str] = "Volume"
    team_owned: ClassVar[bool] = True
    kind: Literal["Volume"]
    """Always `Volume`."""
    metadata: TeamMetadata
    """Name, team, labels and annotations."""
    spec: VolumeSpec
    """The claim."""


class SecretStore(SpecModel):
    """The store of External Secrets that holds the values."""

    name: DnsSubdomain
    """Name of the store object."""
    kind: Literal["SecretStore", "ClusterSecretStore"] = "ClusterSecretStore"
    """A store of the namespace or of the cluster."""


class RemoteKey(SpecModel):
    """One key of the secret and where its value is found."""

    key: str = Field(pattern=r"^[-._a-zA-Z0-9]+$", max_length=253)
    """Key in the Secret."""
    remote: str
    """Path of the value in the store."""
    property: str | None = None
    """Field inside that value."""


class ExternalSecretSource(SpecModel):
    """Values fetched by External Secrets."""

    store: SecretStore
    """The store."""
    keys: Annotated[tuple[RemoteKey, ...], MergeBy("key")] = Field(min_length=1)
    """The keys."""
    refresh: Duration | None = None
    """How often the values are fetched again."""


class ExistingSecret(SpecModel):
    """A Secret that is already in the namespace."""

    keys: tuple[str, ...] = ()
    """Keys that it has; references to other keys are refused. Unknown when empty."""


class SealedSecretSource(SpecModel):
    """Values encrypted for the cluster's sealed-secrets controller."""

    encrypted: Labels = Field(min_length=1)
    """Key to encrypted value, as `kubeseal --raw` prints it."""
    scope: Literal["strict", "namespace-wide", "cluster-wide"] = "strict"
    """What the encryption is bound to."""


class SecretSpec(SpecModel):
    """Where the values are; never the values."""

    external: ExternalSecretSource | None = None
    """Fetched by External Secrets."""
    existing: ExistingSecret | None = None
    """Already in the namespace; nothing is emitted."""
    sealed: SealedSecretSource | None = None
    """Encrypted in the repository."""
    type: str | None = None
    """Type of the Secret, for example `kubernetes.io/dockerconfigjson`; `Opaque` when absent."""

    @model_validator(mode="after")
    def _one_source(self) -> "SecretSpec":
        if sum(source is not None for source in (self.external, self.existing, self.sealed)) != 1:
            raise ValueError("give exactly one of external, existing and sealed")
        return self


class Secret(SpecDocument):
    """A secret of a team, or of every team, by reference."""

    kind_name: ClassVar[str] = "Secret"
    team_owned: ClassVar[bool] = True
    kind: Literal["Secret"]
    """Always `Secret`."""
    metadata: SharedMetadata
    """Name, team, labels and annotations."""
    spec: SecretSpec
    """Where the values are."""
