"""The program's picture as Windows and macOS want it: python -m installer.pictures OUT.ico|OUT.icns

Both are a head and PNG files behind one another (ICO since Windows Vista; ICNS, types of its PNG entries).
"""

import struct
import sys
from pathlib import Path

from installer.linux.icons import png

ICO = (16, 24, 32, 48, 64, 128, 256)
ICNS = {"icp4": 16, "icp5": 32, "icp6": 64, "ic07": 128, "ic08": 256, "ic09": 512, "ic10": 1024, "ic11": 32, "ic12": 64,
        "ic13": 256, "ic14": 512}  # fmt: skip
"""Type of an entry to the pixels of its picture; those from ic10 on stand for half as many points."""


def ico() -> bytes:
    """An icon of Windows."""
    pictures = [png(size) for size in ICO]
    at = 6 + 16 * len(ICO)
    heads = b""
    for size, picture in zip(ICO, pictures, strict=True):
        heads += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(picture), at)
        at += len(picture)
    return struct.pack("<HHH", 0, 1, len(ICO)) + heads + b"".join(pictures)


def icns() -> bytes:
    """An icon of macOS."""
    drawn = {size: png(size) for size in set(ICNS.values())}
    body = b"".join(kind.encode() + struct.pack(">I", 8 + len(drawn[size])) + drawn[size] for kind, size in ICNS.items())
    return b"icns" + struct.pack(">I", 8 + len(body)) + body


def main(arguments: list[str]) -> int:
    """Returns the exit status."""
    made = {".ico": ico, ".icns": icns}.get(Path(arguments[0]).suffix) if len(arguments) == 1 else None
    if made is None:
        print("pictures: name one file that ends in .ico or .icns", file=sys.stderr)
        return 1
    Path(arguments[0]).write_bytes(made())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
