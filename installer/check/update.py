#!/usr/bin/env python3
"""Try an update of a frozen program as its user would: python installer/check/update.py --frozen DIR

DIR holds wardlight/, as installer/freeze/build.py makes it. A maker of this trial signs it; a copy takes it for its update:
verified by the frozen program itself, unpacked, started, exchanged, tried by selftest, taken back. Status 1 when a step fails.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from app.settings import Updates  # noqa: E402
from app.updates import go_back, install, verify  # noqa: E402
from app.updates.installed import Installation, here  # noqa: E402
from installer.supply import archive  # noqa: E402

FAST = 1
"""Level of Zstandard for a trial."""


def main() -> int:
    """Returns 0; 1 when a step fails."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--frozen", type=Path, required=True, metavar="DIR")
    source = parser.parse_args().frozen.resolve() / "wardlight"
    with tempfile.TemporaryDirectory(prefix="wardlight-update-check-") as name:
        os.environ["WARDLIGHT_HOME"] = str(Path(name) / "home")
        try:
            tried(source, Path(name))
        except (OSError, subprocess.CalledProcessError, AssertionError) as error:
            print(f"FAILED  {error}")
            return 1
    return 0


def tried(source: Path, folder: Path) -> None:
    """The whole way. Raises what went wrong."""
    version = said(source / "wardlight", "--version").split()[-1]
    root, release, keys = (folder / one for one in ("root.pem", "release.pem", "keys.json"))
    for key in (root, release):
        make("new-key", "--plain", key)
    make("keys", "--root", root, "--release", release, keys)
    package, manifest, update = (folder / one for one in (f"wardlight-{version}-{here()}.tar.zst", "m.json", "x.wardupdate"))
    archive.ZSTD_LEVEL = FAST
    archive.pack(source, package)
    make("manifest", "--key", release, "--version", version, manifest, package)
    make("carry", manifest, update, package)
    where = Updates(keys=str(keys))

    began = time.monotonic()
    assert [one.name for one in verify(update, where).holds] == [package.name], "the update file does not hold the package"
    print(f"ok    verified: {package.stat().st_size / 1e6:.0f} MB in {time.monotonic() - began:.1f} s")
    assert "Genuine" in said(source / "wardlight", "update", "verify", str(update), "--keys", str(keys))
    print("ok    verified by the frozen program itself")

    place = folder / "opt" / "wardlight"
    shutil.copytree(source, place, symlinks=True)
    (place / "before").touch()
    installed = Installation(version="0.0.1", kind="archive", platform=here(), place=str(place))
    began = time.monotonic()
    install(update, where, here=installed)
    assert not (place / "before").exists() and sorted(one.name for one in place.parent.iterdir()) == [
        place.name,
        "wardlight.before",
    ]
    print(f"ok    in its place after {time.monotonic() - began:.1f} s")
    said(place / "wardlight", "selftest")
    print("ok    selftest of the new program")
    go_back(installed)
    assert (place / "before").exists(), "the program from before did not come back"
    print("ok    the program from before is back")


def make(*words: object) -> None:
    """Run the maker's script."""
    run = [sys.executable, str(ROOT / "installer" / "updates" / "make.py"), *map(str, words)]
    subprocess.run(run, check=True, stdout=subprocess.DEVNULL)


def said(*words: object) -> str:
    """What a program prints. Raises CalledProcessError when it fails."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.run([str(one) for one in words], check=True, capture_output=True, text=True, env=environment).stdout


if __name__ == "__main__":
    sys.exit(main())
