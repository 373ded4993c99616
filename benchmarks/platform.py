"""What a build costs: `make bench`, or

    python benchmarks/platform.py [--runs 3] [--growth] [--folder DIR]

CPU seconds (user and system, the whole process from start to exit) and peak memory of the command line on a synthetic
platform of 5 environments with 2,000 objects each, beside a base of 2,000. Medians. `--growth` adds platforms of 3 and
10 times the size. `--folder` names where the platform lies: making thousands of files costs what the file system costs.
"""

import sys

sys.path = sys.path[1:]  # this file's own folder: it has the name of a module of the standard library

import argparse  # noqa: E402
import os  # noqa: E402
import shutil  # noqa: E402
import statistics  # noqa: E402
import subprocess  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402
from dataclasses import dataclass  # noqa: E402
from pathlib import Path  # noqa: E402

HERE = Path(__file__).parent
TEAMS = 37
EDITED = "environments/base/team-0000/training.yaml"


@dataclass(frozen=True)
class Cost:
    """What one process took: seconds of CPU, MiB."""

    user: float
    system: float
    peak: float


def run(root: Path, cache: Path | None, *arguments: str) -> Cost:
    """One run of the command line. Raises SystemExit when it fails."""
    command = [sys.executable, "-m", "mlplat.cli", "-C", str(root), *arguments]
    cached = {"MLPLAT_CACHE": "off"} if cache is None else {"MLPLAT_CACHE": "", "XDG_CACHE_HOME": str(cache)}
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, env={**os.environ, **cached}, stdout=said, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            said.seek(0)
            raise SystemExit(f"{' '.join(command)}\n{said.read().decode()[:2000]}")
    return Cost(used.ru_utime, used.ru_stime, used.ru_maxrss / 1024)


def measure(runs: int, before: Callable[[], object], one: Callable[[], Cost]) -> Cost:
    """The median of several runs, with something done before each that is not counted."""
    costs = []
    for _ in range(runs):
        before()
        costs.append(one())
    return Cost(
        statistics.median(cost.user for cost in costs),
        statistics.median(cost.system for cost in costs),
        max(cost.peak for cost in costs),
    )


def edit(root: Path) -> None:
    """Change one line of one document, to what no build has seen."""
    file = root / EDITED
    lines = file.read_text().split("\n")
    number = next(n for n, line in enumerate(lines) if "parameters:" in line)
    lines[number] = f"  parameters: {{lr: 0.001, epochs: {time.time_ns() % 10**9 + 1}}}"
    file.write_text("\n".join(lines))


def print_row(name: str, cost: Cost, goal: str = "") -> None:
    """One line of the table."""
    total = cost.user + cost.system
    print(f"{name:44} {cost.user:8.2f} {cost.system:8.2f} {total:8.2f} {cost.peak:8.0f}  {goal}", flush=True)


def write_platform(root: Path, teams: int) -> None:
    """A new synthetic platform."""
    shutil.rmtree(root, ignore_errors=True)
    command = [sys.executable, str(HERE / "synthetic.py"), str(root), "--teams", str(teams)]
    subprocess.run(command, check=True)


def time_everything(folder: Path, runs: int, growth: bool) -> None:
    """Print the table."""
    root, cache = folder / "platform", folder / "cache"
    generated = root / "generated"
    write_platform(root, TEAMS)
    print(f"{'CPU seconds, MiB':44} {'user':>8} {'system':>8} {'both':>8} {'peak':>8}  goal")
    print_row("mlplat --version", measure(runs, str, lambda: run(root, None, "--version")), "0.1")
    check = ("build", "--check")
    gone = lambda: shutil.rmtree(generated, ignore_errors=True)  # noqa: E731
    print_row("build, nothing there yet", measure(runs, gone, lambda: run(root, None, "build")), "3.0, 300 MiB")
    print_row(
        "build --check, nothing changed, no cache", measure(runs, str, lambda: run(root, None, "build", "--check"))
    )
    run(root, cache, "build")
    time.sleep(2.5)  # what was written just now is read once more: the clock of a file system is coarse
    run(root, cache, *check)
    print_row("build --check, nothing changed", measure(runs, str, lambda: run(root, cache, *check)), "0.3")
    print_row("build, one line changed", measure(runs, lambda: edit(root), lambda: run(root, cache, "build")), "0.5")
    for factor in (1, 3, 10) if growth else ():
        write_platform(root, TEAMS * factor)
        cost = run(root, None, "build")
        print_row(
            f"build, nothing there yet, {12_000 * factor:,} objects", cost, f"{cost.user / factor:.2f} user for 12,000"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="What a build costs.")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--growth", action="store_true", help="also 3 and 10 times the size (minutes)")
    parser.add_argument("--folder", type=Path, help="where the platform lies, for example on a tmpfs")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as scratch:
        time_everything(Path(scratch), given.runs, given.growth)
