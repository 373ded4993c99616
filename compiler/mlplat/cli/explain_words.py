"""How `mlplat explain` understands what it is asked about: files, however they are written, and what is none."""

import re
from pathlib import Path

GENERATED = "generated"


def why_not(root: Path, word: str) -> str | None:
    """One sentence for whoever asked, where it is clear what was meant; None where a code may have been."""
    if (root / word).is_dir():
        return f"`{word.rstrip('/')}` is a folder: name a file of it, and a line of that (`FILE.yaml:12`)"
    named = re.fullmatch(r"(.+\.ya?ml):.*", word)
    if named is not None:
        return f"`{word}` names no line: lines are numbers, as in `{named[1]}:12`"
    if re.match(rf"{GENERATED}/\.mlplat(:|$)", word):
        return f"`{GENERATED}/.mlplat` lists the files that the last build wrote; it is about no object"
    if word.startswith(f"{GENERATED}/"):
        return f"`{word}` is no file that a build writes of an object"
    if "/" in word:
        return f"`{word}` is no YAML file, and no code: only specifications and what is generated of them are explained"
    if (root / "environments" / word).is_dir():
        return f"to explain an object of `{word}`, name it: `mlplat explain {word} KIND/NAME`"
    return None


def within(root: Path, written: str) -> str:
    """The path of a file relative to the platform, however it was written."""
    for path in (root / written, Path(written)):
        if path.exists():
            try:
                return path.resolve().relative_to(root.resolve()).as_posix()
            except ValueError:
                continue
    return Path(written).as_posix()
