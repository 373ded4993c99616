"""The kustomizes of this machine: the one on PATH and the one in the wheel are often of different age."""

import shutil
import sys
from pathlib import Path

from mlplat.compiler.render.kustomize import SETTING, Kustomize, find_kustomize


def all_kustomizes() -> tuple[Kustomize, ...]:
    """Each different version once."""
    beside = shutil.which("kubectl", path=str(Path(sys.executable).parent))
    programs = [shutil.which("kustomize"), shutil.which("kubectl"), beside]
    found = [find_kustomize({SETTING: program}) for program in programs if program]
    return tuple({item.version: item for item in found if isinstance(item, Kustomize)}.values())
