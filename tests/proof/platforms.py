"""The platforms whose objects are put to the proof: the example of the repository, the golden builds, the rich one."""

import shutil
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mlplat.catalog.lookup import KindTable, Tables, load_tables
from mlplat.catalog.versions import ComponentVersions, known_versions
from mlplat.compiler.artifacts import KubeObject
from mlplat.compiler.pipeline import Compiled, compile_platform
from mlplat.diagnostics import Severity
from mlplat.objects.go_yaml import parse_stream

ROOT = Path(__file__).resolve().parents[2]
RICH = Path(__file__).parent / "rich"


def platform_folders() -> tuple[Path, ...]:
    """Every platform of the repository that builds."""
    golden = sorted(path for path in (ROOT / "tests/golden").glob("*/input") if (path.parent / "generated").is_dir())
    return (ROOT, RICH, *golden)


def name_of(folder: Path) -> str:
    """A platform's name in the ids of tests."""
    return "example" if folder == ROOT else folder.parent.name if folder.name == "input" else folder.name


@cache
def compiled(folder: Path) -> Compiled:
    """A platform as it compiles from its specifications alone; fails with its findings when it does not."""
    with TemporaryDirectory() as empty:
        copy_specifications(folder, Path(empty))
        result = compile_platform(Path(empty))
    errors = [finding for finding in result.findings if finding.severity is Severity.ERROR]
    assert result.tree is not None, [(finding.code, finding.headline, finding.primary) for finding in errors]
    return result


def copy_specifications(folder: Path, target: Path) -> None:
    """What people write of a platform, without what was generated from it."""
    shutil.copy(folder / "platform.yaml", target)
    for part in ("environments", "components"):
        if (folder / part).is_dir():
            shutil.copytree(folder / part, target / part)


def argo_objects(result: Compiled, environment: str) -> list[dict[str, Any]]:
    """The Argo CD objects of an environment, read from the files that a build writes."""
    assert result.tree is not None
    texts = [text for path, text in result.tree.files.items() if path.startswith(f"argocd/{environment}/")]
    found = [body for text in texts for body in parse_stream(text)]
    return [body for body in found if body["kind"] != "Kustomization"]


def argo_tables() -> Tables:
    """The kinds of Argo CD: no environment names its version, so it is the one whose schemas are held."""
    (version,) = known_versions("argocd")
    return load_tables(ComponentVersions("", "1.37", {"argocd": version}))


def judged(objects: Iterable[KubeObject], tables: Tables) -> list[tuple[KubeObject, KindTable]]:
    """Objects with the tables of their kinds; fails for one without a table."""
    found: list[tuple[KubeObject, KindTable]] = []
    for item in objects:
        table = tables.lookup(item.body["apiVersion"], item.ref.kind)
        assert table is not None, f"{item.ref}: {item.body['apiVersion']} is not served"
        found.append((item, table))
    return found
