"""Makes what updates need, with keys given by path: keys, manifests, update files. docs/updates.md says who does what when.

python installer/updates/make.py new-key FILE.pem                      a key pair; the public half is printed
python installer/updates/make.py keys --root KEY… --release KEY… OUT   the first keys, to be built into the program
python installer/updates/make.py change-keys KEYS --signed-by ROOT.pem… --root KEY… --release KEY… OUT
python installer/updates/make.py manifest --key RELEASE.pem --version V [--days N] [--notes FILE] [--keys CHANGE…] OUT PACKAGE…
python installer/updates/make.py carry MANIFEST OUT.wardupdate PACKAGE…

KEY is a public key in base64, or a file with a key. A passphrase of a key is read from WARDLIGHT_KEY_PASSPHRASE, or asked for.
"""

import argparse
import base64
import getpass
import hashlib
import os
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.updates import carrying, trust
from app.updates.statement import (
    FORM,
    KEYS,
    MANIFEST,
    Envelope,
    Keys,
    Kind,
    Manifest,
    Package,
    Refused,
    Signature,
    Signed,
    opened,
    read,
)

DAYS = 120
"""How long a manifest holds unless said otherwise; a new one of the same version may follow."""
PASSPHRASE = "WARDLIGHT_KEY_PASSPHRASE"
NAMES: tuple[tuple[str, Kind, str], ...] = (
    (r"wardlight_.+_(amd64|arm64)\.deb", "deb", "linux-{}"),
    (r"wardlight-sensor_.+_(amd64|arm64)\.deb", "sensor-deb", "linux-{}"),
    (r"wardlight-[0-9.]+-linux-(x86_64|arm64)\.tar\.(?:zst|xz|gz)", "archive", "linux-{}"),
    (r"wardlight-[0-9.]+-(x86_64|aarch64)\.AppImage", "appimage", "linux-{}"),
    (r"wardlight-[0-9.]+-windows-(x86_64|arm64)-setup\.exe", "installer", "windows-{}"),
    (r"wardlight-[0-9.]+-macos-(x86_64|arm64)\.dmg", "disk-image", "macos-{}"),
    (r"wardlight-[0-9.]+-py3-none-any\.whl", "wheel", "any"),
)
"""Names of packages to what they are."""
MACHINES = {"amd64": "x86_64", "aarch64": "arm64"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    new = verbs.add_parser("new-key")
    new.add_argument("--plain", action="store_true", help="without a passphrase, for a machine that keeps secrets itself")
    new.add_argument("out", type=Path)
    first, change = verbs.add_parser("keys"), verbs.add_parser("change-keys")
    change.add_argument("before", type=Path, help="the keys of before: the first ones, or the last change")
    change.add_argument("--signed-by", action="append", required=True, type=Path, metavar="ROOT.pem")
    for one in (first, change):
        one.add_argument("--root", action="append", required=True)
        one.add_argument("--release", action="append", required=True)
        one.add_argument("--need", type=int, default=1, help="how many roots must sign the next change")
        one.add_argument("out", type=Path)
    manifest = verbs.add_parser("manifest")
    manifest.add_argument("--key", action="append", required=True, type=Path, metavar="RELEASE.pem")
    manifest.add_argument("--version", required=True)
    manifest.add_argument("--days", type=int, default=DAYS)
    manifest.add_argument("--notes", type=Path)
    manifest.add_argument(
        "--keys", action="append", default=[], type=Path, metavar="CHANGE", help="changes of keys, oldest first"
    )
    manifest.add_argument("--serial", type=int, help="the second of the epoch in which it is made, unless given")
    carry = verbs.add_parser("carry")
    for one in (manifest, carry):
        one.add_argument("envelope" if one is carry else "out", type=Path)
        if one is carry:
            one.add_argument("out", type=Path)
        one.add_argument("packages", nargs="+", type=Path)
    options = parser.parse_args(arguments)
    try:
        {"new-key": _new_key, "keys": _keys, "change-keys": _change_keys, "manifest": _manifest, "carry": _carry}[options.verb](
            options
        )
    except (OSError, ValueError) as error:
        print(f"make.py: {error}", file=sys.stderr)
        return 1
    return 0


# ---- keys


def _new_key(options: argparse.Namespace) -> None:
    key = Ed25519PrivateKey.generate()
    secret = b"" if options.plain else _passphrase(f"passphrase of the new key {options.out}: ")
    if not options.plain and len(secret) < 12:
        raise ValueError("a passphrase needs 12 characters")
    lock = BestAvailableEncryption(secret) if secret else NoEncryption()
    number = os.open(options.out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))
    print(f"{public_of(key)}  ({trust.named(public_of(key))})")


def _keys(options: argparse.Namespace) -> None:
    _put(options.out, msgspec.json.encode(_wanted(options, 1)))


def _change_keys(options: argparse.Namespace) -> None:
    data = options.before.read_bytes()
    try:
        before = read(data, Keys)
    except Refused:
        before = read(read(data, Signed).body, Keys)
    after = signed(msgspec.json.encode(_wanted(options, before.number + 1)).decode(), KEYS, options.signed_by)
    trust.held(before, (after,))  # what would be refused is not written
    _put(options.out, msgspec.json.encode(after))


def _wanted(options: argparse.Namespace, number: int) -> Keys:
    roots, releases = (tuple(map(public, some)) for some in (options.root, options.release))
    if set(roots) & set(releases):
        raise ValueError("a root signs other keys and nothing else: take another key for releases")
    return read(msgspec.json.encode(Keys(number=number, roots=roots, releases=releases, need=options.need)), Keys)


def public(text: str) -> str:
    """A public key in base64 from its text, or from a file with the private one."""
    if re.fullmatch(r"[A-Za-z0-9+/]{43}=", text):
        return text
    return public_of(private(Path(text)))


def public_of(key: Ed25519PrivateKey) -> str:
    """The public half in base64."""
    return base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def private(path: Path) -> Ed25519PrivateKey:
    """The private key in a PEM file. Raises ValueError."""
    data = path.read_bytes()
    secret = _passphrase(f"passphrase of {path}: ") if b"ENCRYPTED" in data else None
    key = load_pem_private_key(data, secret)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path} holds no Ed25519 key")
    return key


def _passphrase(prompt: str) -> bytes:
    return (os.environ.get(PASSPHRASE) or getpass.getpass(prompt)).encode()


def signed(body: str, kind: bytes, keys: Sequence[Path]) -> Signed:
    """A statement with the signatures of these keys."""
    made = [private(one) for one in keys]
    said = kind + body.encode()
    return Signed(body, tuple(Signature(public_of(one), base64.b64encode(one.sign(said)).decode()) for one in made))


# ---- manifests


def _manifest(options: argparse.Namespace) -> None:
    now = int(os.environ.get("SOURCE_DATE_EPOCH") or time.time())
    manifest = Manifest(
        serial=options.serial or now,
        version=options.version,
        made=now,
        until=now + options.days * 86_400,
        notes=options.notes.read_text(encoding="utf-8")[:4_000] if options.notes else "",
        packages=tuple(sorted((package(one) for one in options.packages), key=lambda one: one.name)),
    )
    wrong = next((one.name for one in manifest.packages if options.version not in one.name), None)
    if wrong is not None:
        raise ValueError(f"{wrong} is not of version {options.version}")
    body = msgspec.json.encode(manifest).decode()
    read(body, Manifest)
    changes = tuple(read(one.read_bytes(), Signed) for one in options.keys)
    _put(options.out, msgspec.json.encode(Envelope(form=FORM, manifest=signed(body, MANIFEST, options.key), keys=changes)))


def package(path: Path) -> Package:
    """What a manifest says of a file. Raises ValueError for a name that tells nothing."""
    for pattern, kind, platform in NAMES:
        found = re.fullmatch(pattern, path.name)
        if found:
            machine = MACHINES.get(found[1], found[1]) if found.groups() else ""
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            return Package(name=path.name, kind=kind, platform=platform.format(machine), bytes=path.stat().st_size, sha256=digest)
    raise ValueError(f"{path.name} is no name of a package")


def _carry(options: argparse.Namespace) -> None:
    data = options.envelope.read_bytes()
    known = {one.name: one for one in read(opened(data).manifest.body, Manifest).packages}
    found = []
    for path in options.packages:
        one = known.get(path.name)
        if one is None or one != package(path):
            raise ValueError(f"{path.name} is not the file that the manifest names")
        found.append((one, path))
    carrying.write(options.out, data, found)


def _put(out: Path, data: bytes) -> None:
    part = out.with_name(f"{out.name}.part")
    part.write_bytes(data)
    part.replace(out)


if __name__ == "__main__":
    sys.exit(main())
