"""Strings with a shape: checked when they are read, never repaired."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticKnownError

DnsLabel = Annotated[str, Field(pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", max_length=63)]
"""A DNS label (RFC 1123): lower-case letters, digits and `-`, at most 63 characters."""

DnsSubdomain = Annotated[str, Field(pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", max_length=253)]
"""A DNS subdomain (RFC 1123): labels joined by dots, at most 253 characters."""

EnvName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=253)]
"""Name of an environment variable that every shell can read."""

_SUFFIX = r"([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)?$"
QUANTITY = re.compile(r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)" + _SUFFIX)
AMOUNT = re.compile(r"^\+?([0-9]+(\.[0-9]*)?|\.[0-9]+)" + _SUFFIX)
POSITIVE_AMOUNT = re.compile(r"^\+?(?=[0-9.]*[1-9])([0-9]+(\.[0-9]*)?|\.[0-9]+)" + _SUFFIX)


def _quantity(value: str | int | float) -> str:
    text = str(value)
    if not QUANTITY.fullmatch(text):
        raise ValueError("not a Kubernetes quantity such as 500m, 2, 4Gi")
    if not AMOUNT.fullmatch(text):
        raise PydanticKnownError("greater_than_equal", {"ge": 0})
    return text


def _positive(text: str | int | float) -> str:
    if not POSITIVE_AMOUNT.fullmatch(str(text)):
        raise PydanticKnownError("greater_than", {"gt": 0})
    return str(text)


def _amount(pattern: re.Pattern[str], least: dict[str, Any]) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [{"type": "string", "pattern": pattern.pattern}, {"type": "number", **least}]})


Quantity = Annotated[str | int | float, AfterValidator(_quantity), _amount(AMOUNT, {"minimum": 0})]
"""An amount as Kubernetes writes it: `500m`, `2`, `4Gi`, `1.5`. Nothing is asked for in negative amounts."""

PositiveQuantity = Annotated[
    str | int | float,
    AfterValidator(_quantity),
    AfterValidator(_positive),
    _amount(POSITIVE_AMOUNT, {"exclusiveMinimum": 0}),
]
"""An amount of which there must be some: the size of a volume, of a node, of shared memory."""


IMAGE = re.compile(r"^[a-z0-9]([a-zA-Z0-9._:/-]*[a-zA-Z0-9])?(@sha256:[0-9a-f]{64})?$")


def _image(value: str) -> str:
    if not IMAGE.fullmatch(value):
        raise ValueError("not an image reference such as registry.example/team/train:1.2.0 or name@sha256:...")
    return value


Image = Annotated[str, AfterValidator(_image), WithJsonSchema({"type": "string", "pattern": IMAGE.pattern})]
"""A container image; a name without a registry is taken from `Platform.spec.registry`."""

Registry = Annotated[
    str, Field(pattern=r"^[a-z0-9][-a-z0-9.]*(:[0-9]{1,5})?(/[a-z0-9][-a-z0-9._]*)*/?$", max_length=253)
]
"""Where images lie: host and folders as a reference to an image writes them, without a scheme."""

REPOSITORY = re.compile(r"^((https?|ssh|git|file|oci)://\S+|[^\s/:@]+@[^\s:@]+:\S+|/\S+)$")


def _repository(value: str) -> str:
    if not REPOSITORY.fullmatch(value):
        raise ValueError("not a clone address such as https://git.example.com/ml.git or git@git.example.com:ml.git")
    return value


RepositoryUrl = Annotated[
    str, AfterValidator(_repository), WithJsonSchema({"type": "string", "pattern": REPOSITORY.pattern})
]
"""A clone address, as git and Argo CD read it."""

INNER_PATH = re.compile(r"^(?!/)(?!(.*/)?\.\.(/|$))\S(.*\S)?$")


def _inner_path(value: str) -> str:
    if not INNER_PATH.fullmatch(value):
        raise ValueError(
            "not a folder inside the repository such as `.` or `platforms/ml`, without `/` in front or `..`"
        )
    return value


InnerPath = Annotated[
    str, AfterValidator(_inner_path), WithJsonSchema({"type": "string", "pattern": INNER_PATH.pattern})
]
"""A folder inside a repository, from its root."""

AbsolutePath = Annotated[str, Field(pattern=r"^/.*$", max_length=4096)]
"""A path inside a container, from the root."""

Uri = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9+.-]*://.+$", max_length=2048)]
"""An address with a scheme, for example `s3://models/mnist` or `http://mlflow.mlflow.svc:5000`."""

RULE_CODE = re.compile(r"^[A-Z]{2,16}-?[0-9]{1,5}$")


def _rule_code(value: str) -> str:
    if value.startswith("MLP"):
        raise ValueError("a code of mlplat; take letters of your own, such as `ACME001`")
    return value


RuleCode = Annotated[str, Field(pattern=RULE_CODE.pattern), AfterValidator(_rule_code)]
"""A code of a rule of your own: letters and a number, such as `ACME001`; what begins with `MLP` is mlplat's."""

Duration = Annotated[str, Field(pattern=r"^([0-9]+h)?([0-9]+m)?([0-9]+s)?$", min_length=2)]
"""A time span as Go writes it: `30s`, `5m`, `1h30m`."""
