"""A picture of a virtual screen: screen.py FRAMEBUFFER OUT.png; ends with 1 while hardly anything is drawn on it.

FRAMEBUFFER: what `Xvfb -fbdir` keeps, an X window dump (X11/XWDFile.h, version 7) of 32 bits a pixel.
"""

import os
import struct
import sys
from collections import Counter
from pathlib import Path

import numpy as np

FIELDS = 25
FEWEST, MOST_OF_ONE = 200, 0.97
"""Colours that a drawn window has at least; share of the screen that one of them may fill."""


def pixels(dump: bytes) -> np.ndarray:
    """Rows of 0xRRGGBB. Raises ValueError for another kind of dump."""
    header = struct.unpack_from(f">{FIELDS}I", dump)
    size, version, _, _, width, height = header[:6]
    order, bits, line, colours = header[7], header[11], header[12], header[19]
    if version != 7 or bits != 32:
        raise ValueError("this is no dump of a screen with 32 bits a pixel")
    rows = np.frombuffer(dump, ">u4" if order else "<u4", line // 4 * height, size + colours * 12).reshape(height, line // 4)
    return rows[:, :width].astype(np.uint32) & 0xFFFFFF


def main() -> int:
    """Returns 1 when the screen is blank."""
    found = pixels(Path(sys.argv[1]).read_bytes())
    counts = Counter(found.ravel().tolist())
    share = counts.most_common(1)[0][1] / found.size
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QImage

    data = np.ascontiguousarray(found | 0xFF000000)
    QImage(data.tobytes(), found.shape[1], found.shape[0], QImage.Format.Format_RGB32).save(sys.argv[2])
    print(f"{len(counts):,} colours, {share:.0%} of the screen has one of them")
    return 0 if len(counts) >= FEWEST and share <= MOST_OF_ONE else 1


if __name__ == "__main__":
    sys.exit(main())
