"""The index of the distilled tables: which component versions are held, and in which file each kind lies.

`tables/index.json` is written by `scripts/generate_tables.py` with the tables, so that nothing else need be read to
know what there is. Reading package data is the only thing the catalog does outside memory.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

KUBERNETES = "kubernetes"
"""The pseudo-component of the kinds that Kubernetes itself serves; its versions are minor versions."""


@cache
def _index() -> Mapping[str, Mapping[str, Any]]:
    data: dict[str, dict[str, Any]] = json.loads(read_table("index.json"))
    return data


def read_table(name: str) -> bytes:
    """The bytes of one file of `tables/`, from wherever the package lies (a folder or a zip)."""
    return files("mlplat.catalog").joinpath("tables").joinpath(name).read_bytes()


@cache
def held_versions() -> Mapping[str, tuple[str, ...]]:
    """Component to the versions whose tables are held, oldest first; Kubernetes itself is not among them."""
    return MappingProxyType({name: tuple(entry) for name, entry in _index().items() if name != KUBERNETES})


@cache
def kubernetes_versions() -> tuple[str, ...]:
    """The Kubernetes minor versions whose kinds are held, oldest first."""
    return tuple(_index().get(KUBERNETES, {}))


def table_file(component: str, version: str) -> str | None:
    """The file that holds one component version, None when there is none."""
    return f"{component}-{version}.json" if version in _index().get(component, {}) else None


def kinds_of(component: str, version: str) -> tuple[str, ...]:
    """The kinds of one component version as `group/Kind` (`/Pod` for the core group), sorted; empty when not held."""
    return tuple(_index().get(component, {}).get(version, ()))
