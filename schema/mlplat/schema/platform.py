"""The platform as a whole."""

from typing import Annotated, ClassVar, Literal

from pydantic import model_validator

from mlplat.schema.model import Labels, MergeBy, SpecDocument, SpecModel
from mlplat.schema.names import DnsLabel, InnerPath, Registry, RepositoryUrl


class Repository(SpecModel):
    """Where Argo CD finds the platform's repository."""

    url: RepositoryUrl
    """Clone address, as Argo CD reads it."""
    path: InnerPath = "."
    """Folder of the platform inside the repository."""


class Owner(SpecModel):
    """A group of people who run the platform."""

    group: str
    """Name of the group as the single sign-on of Argo CD reports it."""
    role: Literal["admin", "readonly"] = "admin"
    """What the group may do with the platform's Applications in Argo CD."""


class PlatformSpec(SpecModel):
    """What all environments share and none may change."""

    repository: Repository
    """Where Argo CD finds the platform's repository."""
    registry: Registry
    """Container registry for images that name none, for example `registry.example.com/ml`."""
    promotion: tuple[DnsLabel, ...] = ()
    """Environments in the order in which changes travel; the last one syncs by hand unless it says otherwise."""
    labels: Labels = {}
    """Labels put on every object."""
    owners: Annotated[tuple[Owner, ...], MergeBy("group")] = ()
    """Who may see and sync the platform's own Applications in Argo CD."""
    mlplat_version: str | None = None
    """The version of mlplat that may build this platform, `0.1` (any 0.1.x) or `0.1.0`; any when absent."""

    @model_validator(mode="after")
    def _each_once(self) -> "PlatformSpec":
        if len(set(self.promotion)) != len(self.promotion):
            raise ValueError("promotion names an environment twice")
        if "base" in self.promotion:
            raise ValueError("promotion names `base`, which is never synced")
        return self


class Platform(SpecDocument):
    """The platform: one document in `platform.yaml`."""

    kind_name: ClassVar[str] = "Platform"
    kind: Literal["Platform"]
    """Always `Platform`."""
    spec: PlatformSpec
    """What all environments share."""
