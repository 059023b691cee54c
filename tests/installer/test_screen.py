"""A picture of a virtual screen is read from its memory, and a blank one is told."""

import struct
import subprocess
import sys
from pathlib import Path

import numpy as np

from installer.check import screen


def dump(pixels: np.ndarray, order: int = 0) -> bytes:
    """An X window dump as Xvfb keeps it; lines are longer than the screen."""
    height, width = pixels.shape
    header = [100, 7, 2, 24, width, height, 0, order, 32, order, 32, 32, (width + 4) * 4, 4, 0, 0, 0, 8, 0, 2, 0, 0, 0, 0, 0]
    wide = np.zeros((height, width + 4), "<u4" if order == 0 else ">u4")
    wide[:, :width] = pixels
    return struct.pack(">25I", *header) + bytes(24) + wide.tobytes()


def test_pixels_are_read_in_either_order() -> None:
    shown = np.arange(12, dtype=np.uint32).reshape(3, 4) * 0x010203

    assert (screen.pixels(dump(shown)) == shown).all() and (screen.pixels(dump(shown, 1)) == shown).all()


def test_a_drawn_screen_is_kept_as_a_picture_and_a_blank_one_is_none(tmp_path: Path) -> None:
    drawn = np.zeros((40, 50), np.uint32)
    drawn[:20] = np.arange(1000).reshape(20, 50) * 77
    states = []
    for name, shown in (("drawn", drawn), ("blank", np.zeros((40, 50), np.uint32))):
        (tmp_path / name).write_bytes(dump(shown))
        command = [sys.executable, screen.__file__, tmp_path / name, tmp_path / f"{name}.png"]
        states.append(subprocess.run(command, capture_output=True, timeout=60).returncode)

    assert states == [0, 1]
    assert (tmp_path / "drawn.png").read_bytes().startswith(b"\x89PNG")
