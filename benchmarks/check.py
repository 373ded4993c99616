"""What `mlplat check --manifests` of 3,000 objects costs.

    python -P benchmarks/check.py [--objects 3000] [--crds DIR] [--runs 3]

`-P`, because `platform.py` beside it would stand in for the standard library's.

The objects are those of the recorded verdicts (`tests/differential`), most of them wrong in one place: a sample that is
the same each time. They are given as one file each, as one List in one line of JSON, and as one YAML file of many
documents. `--crds` names a folder of published definitions.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

sys.path.append(str(Path(__file__).parent.parent))

from tests.differential.mutate import cases
from tests.differential.sets import SETS

NEWEST = SETS["newest"]


def main() -> None:
    options = _options()
    found = [case.body for case in cases(NEWEST.seeds, NEWEST.share)]
    bodies = random.Random(1).sample(found, options.objects)
    with tempfile.TemporaryDirectory() as folder:
        for form, path in written(bodies, Path(folder)):
            command = [sys.executable, "-m", "mlplat.cli", "check", "--manifests", str(path), "-o", "json"]
            command += ["--versions", NEWEST.versions, *(["--crds", options.crds] if options.crds else [])]
            costs = sorted(_run(command) for _ in range(options.runs))
            cpu, peak, errors = costs[len(costs) // 2]
            print(f"{form:24} {cpu:6.2f} CPU s {peak:6.0f} MiB   {errors} errors in {len(bodies)} objects")


def written(bodies: Sequence[Any], folder: Path) -> Iterator[tuple[str, Path]]:
    """The objects in each form, with its name."""
    many = folder / "many"
    many.mkdir()
    for number, body in enumerate(bodies):
        (many / f"{number:06}.json").write_text(json.dumps(body))
    yield "one file each", many
    line = folder / "line.json"
    line.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": bodies}))
    yield "one line of JSON", line
    documents = folder / "documents.yaml"
    documents.write_text(yaml.safe_dump_all(bodies, sort_keys=False))
    yield "one file of documents", documents


def _run(command: Sequence[str]) -> tuple[float, float, int]:
    """CPU seconds (user and system), MiB at the peak, and how many findings are errors."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=said)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        findings = json.load(said)["findings"]
    errors = sum(one["severity"] == "error" for one in findings)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, errors


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What `mlplat check --manifests` costs.")
    parser.add_argument("--objects", type=int, default=3000)
    parser.add_argument("--crds", help="a folder of CustomResourceDefinitions")
    parser.add_argument("--runs", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
