"""A maker of the program for tests: keys, manifests, packages and update files, through the script that a real one uses."""

import importlib.util
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

ROOT = Path(__file__).resolve().parent.parent.parent
DAY = 86_400


def script() -> ModuleType:
    """installer/updates/make.py."""
    name = "tests_updates_make"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, ROOT / "installer" / "updates" / "make.py")
        assert spec is not None and spec.loader is not None
        sys.modules[name] = made = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(made)
    return sys.modules[name]


class Maker:
    """Two roots, one key for releases, everything in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.serial = folder, int(time.time())
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("root", "root2", "release", "release2", "stranger"):
            self.call("new-key", "--plain", self.pem(name))
        self.keys = folder / "keys.json"
        self.call("keys", "--root", self.pem("root"), "--release", self.pem("release"), self.keys)

    def pem(self, name: str) -> Path:
        return self.folder / f"{name}.pem"

    def call(self, *words: object) -> None:
        """Run the script."""
        assert script().main([str(one) for one in words]) == 0, words

    def package(self, name: str, content: bytes) -> Path:
        """A file of that name."""
        path = self.folder / name
        path.write_bytes(content)
        return path

    def manifest(self, version: str, *packages: Path, key: str = "release", **more: Any) -> Path:
        """A signed manifest; more: options of the script."""
        out = self.folder / f"manifest-{len(list(self.folder.glob('manifest-*')))}.json"
        self.serial += 1
        more = {"serial": self.serial, **more}
        words = [word for name, value in more.items() for word in (f"--{name}", value)]
        self.call("manifest", "--key", self.pem(key), "--version", version, *words, out, *packages)
        return out

    def update(self, version: str, *packages: Path, **more: Any) -> Path:
        """An update file."""
        out = self.folder / f"update-{version}-{len(list(self.folder.glob('*.wardupdate')))}.wardupdate"
        self.call("carry", self.manifest(version, *packages, **more), out, *packages)
        return out

    def signed(self, body: object, key: str = "release", kind: bytes = b"wardlight update manifest\n") -> bytes:
        """An envelope with a body of any shape, signed well."""
        statement = script().signed(msgspec.json.encode(body).decode(), kind, [self.pem(key)])
        return msgspec.json.encode({"form": 1, "manifest": statement, "keys": []})


def body(**more: Any) -> dict[str, Any]:
    """What a manifest says, to be spoiled."""
    now = int(time.time())
    return {"serial": now, "version": "9.0", "made": now, "until": now + DAY, "notes": "", "packages": [], **more}
