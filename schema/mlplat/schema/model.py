"""The ground every specification stands on: frozen, camelCase, no field that is not declared."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema

API_VERSION = "mlplat.dev/v1alpha1"


class SpecModel(BaseModel):
    """A mapping whose fields are all declared. Written in camelCase in YAML, read in snake_case in Python."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=False,
        validate_by_alias=True,
        serialize_by_alias=True,
        use_attribute_docstrings=True,
        strict=True,
        defer_build=True,
    )


@dataclass(frozen=True, slots=True)
class MergeBy:
    """Marks a list whose items are merged with inherited items of the same key; any other list is replaced whole."""

    key: str

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The key is shown in the published JSON Schema."""
        return {**handler(schema), "x-mlplat-merge-key": self.key}


@dataclass(frozen=True, slots=True)
class RefersTo:
    """Marks a string that names another document; `kind` says of which kind."""

    kind: str

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The kind is shown in the published JSON Schema."""
        return {**handler(schema), "x-mlplat-refers-to": self.kind}


@dataclass(frozen=True, slots=True)
class NamesEntry:
    """Marks a string that names an entry of a list of the Environment; `field` is that list, as written in YAML."""

    field: str

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The list is shown in the published JSON Schema."""
        return {**handler(schema), "x-mlplat-names-entry": self.field}


Labels = dict[str, str]


class Metadata(SpecModel):
    """Who a document is about."""

    name: str
    """Name of the document, unique for its kind in an environment; a DNS label (RFC 1123)."""
    labels: Labels = {}
    """Labels put on every object that is made from this document."""
    annotations: Labels = {}
    """Annotations put on every object that is made from this document. `mlplat.dev/allow` is not passed on: one line
    `CODE: reason` for each finding that is accepted on this document."""


class TeamMetadata(Metadata):
    """Who a document is about, and which team it belongs to."""

    team: Annotated[str, RefersTo("Team")]
    """The team that owns it; its objects live in that team's namespace."""


class SharedMetadata(Metadata):
    """Who a document is about; without a team it is there for every team."""

    team: Annotated[str, RefersTo("Team")] | None = None
    """The team that owns it; every team of the environment has its own copy when absent."""


class SpecDocument(SpecModel):
    """One document of any kind. Subclasses set `kind` to a literal and declare `spec`."""

    kind_name: ClassVar[str]
    team_owned: ClassVar[bool] = False

    api_version: Literal["mlplat.dev/v1alpha1"]
    """Always `mlplat.dev/v1alpha1`."""
    kind: str
    """What the document describes."""
    metadata: Metadata
    """Name, labels and annotations."""
