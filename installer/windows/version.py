"""The version resource of a Windows program, as PyInstaller reads it: python -m installer.windows.version NAME OUT.txt"""

import argparse
from pathlib import Path

from app import __version__
from app.updates.statement import parts

ABOUT = {
    "wardlight": "Wardlight",
    "wardlight-inspector": "Wardlight packet inspector",
    "wardlight-sensor": "Wardlight sensor",
    "wardlight-sensor-service": "Wardlight sensor service",
}
"""Programs, and what the properties of their files say."""


def resource(name: str, version: str = __version__) -> str:
    """A VSVersionInfo. Raises KeyError for a program that is none of ours."""
    numbers = parts(version)
    words = {
        "CompanyName": "The Wardlight contributors", "FileDescription": ABOUT[name], "FileVersion": version, "InternalName": name,
        "LegalCopyright": "Apache-2.0", "OriginalFilename": f"{name}.exe", "ProductName": "Wardlight", "ProductVersion": version,
    }  # fmt: skip
    strings = ", ".join(f"StringStruct({key!r}, {value!r})" for key, value in words.items())
    return f"""VSVersionInfo(
  ffi=FixedFileInfo(
    filevers={numbers}, prodvers={numbers}, mask=0x3f, flags=0x0, OS=0x40004, fileType=0x1, subtype=0x0, date=(0, 0)),
  kids=[
    StringFileInfo([StringTable('040904B0', [{strings}])]),
    VarFileInfo([VarStruct('Translation', [1033, 1200])])])
"""


def main() -> int:
    """Write one."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("name", choices=ABOUT)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    options.out.write_text(resource(options.name), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
