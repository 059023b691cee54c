"""Listen to sources of a JSON list, and look at health three times a second; ends when standard input does.

python -m tests.integration.tending WORKSPACE SPECS
"""

import sys
import threading
from pathlib import Path

import msgspec

from app import listen
from app.listen import Listener
from app.model.source import LiveSource


def main() -> None:
    """Run until standard input ends."""
    listen.TEND = 0.3
    over = threading.Event()

    def wait() -> None:
        sys.stdin.read()
        over.set()

    threading.Thread(target=wait, daemon=True).start()
    listener = Listener(Path(sys.argv[1]), lambda _: None)
    try:
        for number, spec in enumerate(msgspec.json.decode(sys.argv[2], type=list[LiveSource])):
            listener.start(f"s{number}", spec)
        while not over.is_set():
            listener.step()
    finally:
        listener.close()


if __name__ == "__main__":
    main()
