"""Keep a secret in the keyring, or in the encrypted file where there is none: typed, piped or as a keytab, never an argument."""

import argparse
import getpass
import sys
from pathlib import Path

from app.sensor.sources.keytabs import keep_keytab
from app.sensor.sources.living import Cannot
from app.sensor.sources.secrets import keep


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """NAME, and where the secret comes from."""
    parser.add_argument("name", help="what --secret of listen, or keyring:NAME of --keytab, calls it")
    parser.add_argument("--keytab", type=Path, metavar="FILE", help="keep the keys of this file")
    parser.add_argument("--remove", action="store_true", help="forget it")


def run(options: argparse.Namespace) -> int:
    """Returns 0. Raises OSError with one sentence."""
    if options.keytab is not None:
        keep_keytab(options.name, options.keytab)
        return 0
    value = "" if options.remove else typed(options.name)
    try:
        keep(options.name, value)
    except Cannot as error:
        raise OSError(str(error)) from error
    return 0


def typed(name: str) -> str:
    """What is typed without being shown, or the first line of standard input. Raises OSError when it is empty."""
    value = getpass.getpass(f"{name}: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not value:
        raise OSError("the secret is empty; --remove forgets one")
    return value
