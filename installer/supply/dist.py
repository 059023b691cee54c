"""The wheel and the source archive, the same bytes whoever builds them from one commit.

python -m installer.supply.dist --out DIR

Builds in a copy of the files of the checkout (what git knows, as it stands on disk), with plain modes and the time of the last
commit, so that neither a umask nor a stray file gets in. setuptools does not date its source archive, so that is packed again.
Needs the package `build`; the version of setuptools is pinned in pyproject.toml.
"""

import argparse
import gzip
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from installer.supply.archive import EPOCH, ROOT, epoch, pack


def build(out: Path, isolated: bool = True) -> list[Path]:
    """Make both in a folder. Raises CalledProcessError, OSError, ValueError."""
    when = epoch()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="wardlight-dist-") as name:
        source, made = Path(name) / "source", Path(name) / "made"
        copy(source, when)
        command = [sys.executable, "-m", "build", "--outdir", str(made), *([] if isolated else ["--no-isolation"]), str(source)]
        wanted = {**os.environ, EPOCH: str(when), "PYTHONHASHSEED": "0"}
        subprocess.run(command, env=wanted, cwd=name, umask=0o022, check=True, stdout=subprocess.DEVNULL)
        for one in made.glob("*.tar.gz"):
            _again(one, when)
        return [Path(shutil.copy(one, out)) for one in sorted(made.iterdir())]


def copy(to: Path, when: int) -> None:
    """The files of the checkout, dated and with plain modes; of an unpacked source archive all that it holds."""
    for name in _files():
        source, out = ROOT / name, to / name
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, out)
        out.chmod(0o755 if source.stat().st_mode & 0o100 else 0o644)
        os.utime(out, (when, when))


def _files() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    if listed.returncode == 0:
        names = listed.stdout.decode().split("\0")
    else:
        names = [str(one.relative_to(ROOT)) for one in ROOT.rglob("*") if "__pycache__" not in one.parts]
    return sorted(one for one in names if one and (ROOT / one).is_file())


def _again(archive: Path, when: int) -> None:
    with tempfile.TemporaryDirectory(prefix="wardlight-dist-") as name:
        with tarfile.open(archive) as tar:  # our own, just made
            tar.extractall(name, filter="data")
        (top,) = Path(name).iterdir()
        plain = Path(name) / "plain.tar"
        pack(top, plain, when=when)
        with archive.open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=when) as squeezed:
            squeezed.write(plain.read_bytes())


def main() -> int:
    """Build; print the sums."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--no-isolation", action="store_true", help="with the setuptools that is installed, and no network")
    options = parser.parse_args()
    for one in build(options.out, not options.no_isolation):
        print(f"{hashlib.sha256(one.read_bytes()).hexdigest()}  {one.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
