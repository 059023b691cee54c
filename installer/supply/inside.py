"""Put into a frozen folder what it says of itself: the notices that its window shows, and its bill of materials.

python -m installer.supply.inside FOLDER
"""

import argparse
import sys
from pathlib import Path

from installer.supply import notices
from installer.supply.archive import epoch
from installer.supply.held import INSIDE, held

BILL = "wardlight.cdx.json"


def put(folder: Path) -> None:
    """Write both. Raises OSError, and ImportError without the extra `build`."""
    from installer.supply import sbom  # whoever only packs needs none of it

    found = held(folder)
    count = notices.put(folder, found)
    (folder / INSIDE / BILL).write_text(sbom.bill(found, epoch()), encoding="utf-8", newline="\n")
    print(f"{count} notices; a bill of {len(found.packages)} packages and {len(found.libraries)} libraries")
    for name in found.unknown:
        print(f"{name} belongs to no package", file=sys.stderr)


def main() -> int:
    """Write both."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    put(parser.parse_args().folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
