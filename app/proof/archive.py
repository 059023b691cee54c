"""The zip of a proof bundle: written the same for the same content, read without believing it."""

import re
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from app.sensor.sources.content import BROKEN

MANIFEST, SUMS, README = "manifest.json", "SHA256SUMS", "README.txt"
ACTIVITIES, EVIDENCE, KNOWLEDGE = "activities.msgpack", "evidence.msgpack", "knowledge.msgpack"
LARGEST = 1 << 29
"""Bytes of a bundle, packed and unpacked: an excerpt of packets is half of that at most."""
LIMITS = {MANIFEST: 1 << 26, SUMS: 1 << 20, README: 1 << 24, ACTIVITIES: 3 << 26, EVIDENCE: 1 << 26, KNOWLEDGE: 3 << 25}
"""Bytes of the files that are decoded as a whole, which takes many times as much memory."""
DIRECTORY = 1 << 20
"""Bytes of the list of members: some 8,000 of them."""
_PLACE = r"[0-9]{1,4}-[A-Za-z0-9_][A-Za-z0-9._-]{0,99}"
_NAME = re.compile(
    rf"{re.escape(MANIFEST)}|{SUMS}|{re.escape(README)}|(?:activities|evidence|knowledge)\.msgpack"
    rf"|packets/{_PLACE}\.pcapng|records/{_PLACE}\.(?:xml|jsonl|log|txt|ldif)"
)
_LINE = re.compile(r"([0-9a-f]{64})  (\S+)")


class Unusable(OSError):
    """A file that is no whole proof bundle; the text is one sentence."""


def digest(body: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return sha256(body).hexdigest()


def write(out: Path, files: Mapping[str, bytes]) -> str:
    """Write the files with the list of their sums, all or nothing; gives the sum of that list. Raises OSError."""
    for name, body in files.items():
        if len(body) > LIMITS.get(name, LARGEST) or sum(map(len, files.values())) > LARGEST:
            raise OSError(f"{out.name} would be larger than a proof bundle may be: {name} has {len(body):,} bytes")
    whole = dict(sorted(files.items()))
    whole[SUMS] = "".join(f"{digest(body)}  {name}\n" for name, body in whole.items()).encode()
    new = out.with_name(f"{out.name}.new")
    try:
        with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, body in sorted(whole.items()):
                info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))  # no clock: two runs give equal bytes
                info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, 0o100644 << 16
                archive.writestr(info, body)
        new.replace(out)
    except OSError as error:
        raise OSError(f"{out.name} cannot be written: {error.strerror or error}") from error
    finally:
        new.unlink(missing_ok=True)
    return digest(whole[SUMS])


def read(path: Path) -> dict[str, bytes]:
    """The files of a bundle by name, their sums verified. Raises Unusable, or OSError when it cannot be read."""
    size = path.stat().st_size
    if size > LARGEST:
        raise Unusable(f"{path.name} is larger than any proof bundle")
    _check_end(path, size)
    try:
        with zipfile.ZipFile(path) as archive:
            files = _members(archive)
    except Unusable:
        raise
    except (*BROKEN, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise Unusable(f"{path.name} is no whole zip: {(str(error).splitlines() or [''])[0][:200]}") from error
    _check_sums(files)
    return files


def _check_end(path: Path, size: int) -> None:
    """The end of a zip tells how long its list of members is; a longer one is not even looked at (APPNOTE 4.3.16)."""
    with path.open("rb") as file:
        file.seek(max(0, size - 66_000))
        tail = file.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) < at + 22:
        raise Unusable(f"{path.name} is no zip, or its end is missing")
    if int.from_bytes(tail[at + 12 : at + 16], "little") > DIRECTORY:
        raise Unusable(f"{path.name} has more members than a proof bundle")


def _members(archive: zipfile.ZipFile) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    left = LARGEST
    for info in archive.infolist():
        name = info.filename
        if not _NAME.fullmatch(name):
            raise Unusable(f"it holds a file that no proof bundle has: {name[:100]!r}")
        if name in files:
            raise Unusable(f"it holds {name} twice")
        if info.file_size > min(left, LIMITS.get(name, LARGEST)):
            raise Unusable("it unpacks to more than any proof bundle does")
        with archive.open(info) as member:
            files[name] = member.read(info.file_size + 1)
        if len(files[name]) != info.file_size:
            raise Unusable(f"{name} is longer or shorter than it says")
        left -= info.file_size
    return files


def _check_sums(files: Mapping[str, bytes]) -> None:
    """Every file but the list itself is in the list, with the sum that it has."""
    if SUMS not in files or MANIFEST not in files:
        raise Unusable(f"it has no {SUMS if SUMS not in files else MANIFEST}; it is no proof bundle")
    said: dict[str, str] = {}
    for line in files[SUMS].decode("utf-8", "replace").splitlines():
        found = _LINE.fullmatch(line)
        if found is None:
            raise Unusable(f"{SUMS} is not as it was written")
        said[found[2]] = found[1]
    for name in files.keys() - {SUMS} - said.keys():
        raise Unusable(f"{name} is not in {SUMS}: it was added, or the list was changed")
    for name, told in sorted(said.items()):
        if name not in files:
            raise Unusable(f"{name} is in {SUMS} and missing from the bundle")
        if digest(files[name]) != told:
            raise Unusable(f"{name} is not as it was written: its SHA-256 is another than in {SUMS}")
