#!/usr/bin/env python3
"""Build the frozen program twice and say what differs: python installer/check/reproducible.py [--sensor] [--archive OUT.tar.xz]

The second build is of a fresh clone, in another folder, zone and umask, with other times on its files. Status 1 when the content
of the two archives differs, with the name of each file that does and where. Takes twice as long as a build.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from installer.supply.archive import EPOCH, epoch, pack  # noqa: E402

MOST = 40


def main() -> int:
    """Returns 0 for two that are the same."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sensor", action="store_true", help="the sensor, which takes less time")
    parser.add_argument("--archive", type=Path, metavar="OUT.tar.xz", help="keep the first build, packed")
    options = parser.parse_args()
    name = "wardlight-sensor" if options.sensor else "wardlight"
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        print("PASS  two builds: there is no checkout here to clone")
        return 0
    with tempfile.TemporaryDirectory(prefix="wardlight-twice-") as folder:
        work = Path(folder)
        clone = work / "a folder of another name" / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        when = epoch()
        first, second = work / "one" / name, work / "two" / name
        more = ["--sensor"] if options.sensor else []
        _build(ROOT, first.parent, more, {EPOCH: str(when)}, 0o022)
        other = {EPOCH: str(when), "TZ": "Asia/Tokyo", "LC_ALL": "C", "TMPDIR": str(work), "PYTHONHASHSEED": "7"}
        _build(clone, second.parent, more, other, 0o077)
        one, two = pack(first, work / "one.tar", when=when), pack(second, work / "two.tar", when=when)
        if options.archive:
            packed = pack(first, options.archive, when=when)
            print(f"{packed.whole}  {options.archive.name}")
        if one.content == two.content:
            print(f"ok    two builds: {one.entries} files and folders, {one.content} both times")
            return 0
        for line in differences(first, second)[:MOST]:
            print(f"      {line}")
        print(f"FAIL  two builds: {one.content} and {two.content}")
        return 1


def _build(checkout: Path, out: Path, more: list[str], environment: dict[str, str], umask: int) -> None:
    words = [sys.executable, str(checkout / "installer" / "freeze" / "build.py"), "--out", str(out), *more]
    wanted = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")} | environment
    subprocess.run(words, check=True, cwd=checkout, env=wanted, umask=umask, stdout=subprocess.DEVNULL)


def differences(one: Path, two: Path) -> list[str]:
    """A line for each path that is not the same in both."""
    names = sorted({path.relative_to(top).as_posix() for top in (one, two) for path in top.rglob("*")})
    return [f"{name}: {said}" for name in names if (said := _differs(one / name, two / name))]


def _differs(one: Path, two: Path) -> str:
    for path, which in ((one, "second"), (two, "first")):
        if not path.exists() and not path.is_symlink():
            return f"only in the {which}"
    if one.is_symlink() or two.is_symlink():
        targets = [str(path.readlink()) if path.is_symlink() else "no link" for path in (one, two)]
        return "" if targets[0] == targets[1] else " and ".join(targets)
    if one.is_dir() or two.is_dir():
        return "" if one.is_dir() and two.is_dir() else "a folder and none"
    if bool(one.stat().st_mode & 0o100) != bool(two.stat().st_mode & 0o100):
        return "a program and none"
    first, second = one.read_bytes(), two.read_bytes()
    if first == second:
        return ""
    place = next((at for at, pair in enumerate(zip(first, second)) if pair[0] != pair[1]), min(len(first), len(second)))
    return f"{len(first):,} and {len(second):,} bytes, from byte {place:,} on"


if __name__ == "__main__":
    sys.exit(main())
