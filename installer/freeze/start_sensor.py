"""Where the frozen sensor begins."""

import multiprocessing
import sys

if __name__ == "__main__":
    multiprocessing.freeze_support()
    from app.command.alone import main

    sys.exit(main())
