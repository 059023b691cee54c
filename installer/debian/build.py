"""Build the packages: python installer/debian/build.py --out DIR [--frozen DIR] [--only NAME] [--version V] [--fast]

Needs binutils, chrpath, dpkg-deb, and the frozen folders wardlight/ and wardlight-sensor/, which are made first when --frozen
does not say where they are. Two builds of one commit give the same packages.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT))
from installer.debian.package import Package, build, changelog, place  # noqa: E402
from installer.linux.files import Placed, of_program, of_sensor  # noqa: E402

MAINTAINER = "Wardlight maintainers <maintainers@wardlight.invalid>"
"""Who makes a package of it for others puts a name here, or in DEBFULLNAME and DEBEMAIL."""
PROGRAM = Package(
    "wardlight", "net",
    needs=("fontconfig-config", "hicolor-icon-theme", "xkb-data"),
    recommends=("libwayland-cursor0", "libwayland-egl1"),
    suggests=("wardlight-sensor", "nats-server", "wireshark"),
    about=(
        "Who attacked which identity in an Active Directory domain, and the proof",
        "Wardlight reads captures of domain controller traffic, Windows event logs,\nsyslog and directory exports, and shows "
        "suspicious activities: each with its\nstory, the facts that decided it, and the frames behind every fact.",
        "It says what it could not have seen, works without a network, and sends\nnothing anywhere unless it is told to.",
    ),
)  # fmt: skip
SENSOR = Package(
    "wardlight-sensor", "net",
    needs=("adduser", "init-system-helpers (>= 1.52)"),
    recommends=("systemd",),
    suggests=(),
    about=(
        "Wardlight's sensor without a window, for domain controller traffic",
        "A service that reads the traffic and the logs of domain controllers, and\nsends what it finds, never raw traffic, to "
        "a hub, from where workspaces of\nWardlight take it. It leaves room for others on its machine.",
        "It is not started before it is told where its hub is.",
    ),
)  # fmt: skip


def main(words: list[str] | None = None) -> int:
    """Returns 0."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--out", type=Path, required=True, help="folder for the packages")
    parser.add_argument("--frozen", type=Path, help="folder that holds wardlight/ and wardlight-sensor/")
    parser.add_argument("--only", choices=("wardlight", "wardlight-sensor"), help="one of the two")
    parser.add_argument("--version", default="", help="another version, to try upgrades")
    parser.add_argument("--fast", action="store_true", help="larger packages in less time, to try them")
    options = parser.parse_args(words)
    version = options.version or tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    with tempfile.TemporaryDirectory(dir=options.out.parent if options.out.parent.is_dir() else None) as folder:
        for name in (options.only,) if options.only else ("wardlight", "wardlight-sensor"):
            made = one(name, version, frozen(name, options.frozen, Path(folder)), Path(folder), options.out, options.fast)
            print(f"{made} ({made.stat().st_size / 1e6:,.1f} MB)")
    return 0


def frozen(name: str, given: Path | None, folder: Path) -> Path:
    """The frozen folder of this package; built when it is not given. Raises OSError."""
    if given is not None:
        if not (given / name / name).is_file():
            raise OSError(f"{given / name} is no frozen program")
        return given / name
    command = [sys.executable, str(ROOT / "installer" / "freeze" / "build.py"), "--out", str(folder / "frozen")]
    subprocess.run([*command, *(["--sensor"] if name == SENSOR.name else [])], check=True, cwd=ROOT)
    return folder / "frozen" / name


def moment() -> int:
    """Seconds of the epoch that stand for the time of the build: SOURCE_DATE_EPOCH, else the last commit."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if given.isdecimal():
        return int(given)
    done = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True)
    return int(done.stdout) if done.returncode == 0 and done.stdout.strip().isdecimal() else 0


def maintainer() -> str:
    """Name and address of who makes the packages."""
    name, address = os.environ.get("DEBFULLNAME", ""), os.environ.get("DEBEMAIL", "")
    return f"{name} <{address}>" if name and address else MAINTAINER


def one(name: str, version: str, whole: Path, folder: Path, out: Path, fast: bool = False) -> Path:
    """Lay out and build one package. whole: its frozen folder; folder: for work. Raises OSError."""
    at = moment()
    package = PROGRAM if name == PROGRAM.name else SENSOR
    root = folder / f"{name}-root"
    target = root / "usr" / "lib" / name
    target.parent.mkdir(parents=True)
    shutil.copytree(whole, target, symlinks=True)
    (root / "usr" / "bin").mkdir()
    (root / "usr" / "bin" / name).symlink_to(f"../lib/{name}/{name}")
    place(root, of_program(version, at) if package is PROGRAM else of_sensor(version, at))
    place(root, _documents(name, version, at))
    place(root, _units() if package is PROGRAM else _service())
    made = build(root, package, version, maintainer(), HERE / name, out, at, fast)
    shutil.rmtree(root)
    return made


def _documents(name: str, version: str, at: int) -> list[Placed]:
    doc = f"usr/share/doc/{name}"
    overrides = HERE / name / "lintian-overrides"
    return [
        Placed(f"{doc}/copyright", (HERE / "copyright").read_bytes().replace(b"@NAME@", name.encode())),
        Placed(f"{doc}/changelog", changelog(name, version, maintainer(), at)),
        Placed(f"{doc}/CHANGELOG.md", (ROOT / "CHANGELOG.md").read_bytes()),
        *([Placed(f"usr/share/lintian/overrides/{name}", overrides.read_bytes())] if overrides.exists() else []),
    ]


def _units() -> list[Placed]:
    """Reports that are due, for whoever switches the timer on; the hub as an example, for it needs a user of its own."""
    units = ROOT / "installer" / "systemd"
    hub = (units / "wardlight-hub.service").read_bytes().replace(b"/usr/local/bin/", b"/usr/bin/")
    return [
        Placed("usr/lib/systemd/user/wardlight-report.service", (units / "wardlight-report.service").read_bytes()),
        Placed("usr/lib/systemd/user/wardlight-report.timer", (units / "wardlight-report.timer").read_bytes()),
        Placed("usr/share/doc/wardlight/examples/wardlight-hub.service", hub),
    ]


def _service() -> list[Placed]:
    unit = (ROOT / "installer" / "systemd" / "wardlight-sensor.service").read_bytes()
    example = (HERE / "wardlight-sensor" / "sensor.json").read_bytes()
    return [
        Placed("usr/lib/systemd/system/wardlight-sensor.service", unit),
        Placed("usr/share/wardlight-sensor/sensor.json", example),
    ]


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"build.py: {error}")
