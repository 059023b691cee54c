"""Whether a statement is signed by a key that holds: the keys that ship, changed only by those who held before."""

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

from app import paths
from app.updates.statement import KEYS, LONGEST, MANIFEST, Envelope, Keys, Manifest, Refused, Signed, read


def shipped() -> Path:
    """The keys that ship with the program."""
    return paths.resources() / "updates" / "keys.json"


def first_keys(place: Path | None = None) -> Keys:
    """The keys that everything begins with. Raises Refused when there are none."""
    where = place or shipped()
    try:
        with where.open("rb") as file:
            data = file.read(LONGEST + 1)
    except OSError as error:
        raise Refused(f"The keys of updates in {where} cannot be read: {error.strerror}.") from error
    keys = read(data[:LONGEST], Keys)
    if not keys.releases:
        raise Refused(
            "This program was built without the keys of a maker, so no update can be told to be genuine. "
            "Name a file of keys that you trust (update set --keys FILE)."
        )
    return keys


def held(first: Keys, changes: Sequence[Signed]) -> tuple[Keys, tuple[Signed, ...]]:
    """The keys that hold after these changes, and the changes that led to them.

    A change counts when as many roots as were needed before it signed it. Older ones are passed over. Raises Refused for one that
    is newer and not signed so, or that leaves one out.
    """
    keys, used = first, list[Signed]()
    for one in changes:
        after = read(one.body, Keys)
        if after.number <= keys.number:
            continue
        if after.number != keys.number + 1:
            raise Refused(f"Between the keys {keys.number} and {after.number} a change of keys is missing.")
        if len(_signers(one, KEYS, keys.roots)) < keys.need:
            raise Refused(f"The change to the keys {after.number} is not signed by the roots of the keys {keys.number}.")
        if len(set(after.roots)) < after.need or not after.releases:
            raise Refused(f"The change to the keys {after.number} would leave nobody who can sign.")
        keys = after
        used.append(one)
    return keys, tuple(used)


def signed(envelope: Envelope, keys: Keys) -> tuple[Manifest, str]:
    """The manifest, and the name of the key that signed it. Raises Refused when none that holds did."""
    signers = _signers(envelope.manifest, MANIFEST, keys.releases)
    if not signers:
        raise Refused("The update is not signed by the maker of this program, or it was changed on its way. It was not used.")
    return read(envelope.manifest.body, Manifest), named(min(signers))


def named(public: str) -> str:
    """A public key as people compare it: the first 16 digits of its SHA-256."""
    return hashlib.sha256(base64.b64decode(public)).hexdigest()[:16]


def _signers(statement: Signed, kind: bytes, allowed: Sequence[str]) -> set[str]:
    """Which of the allowed keys signed it, each once however often it did."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    found = set[str]()
    try:
        said = kind + statement.body.encode()
    except UnicodeEncodeError:  # half of a pair of surrogates
        return found
    for one in statement.signatures:
        if one.key not in allowed:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(base64.b64decode(one.key)).verify(base64.b64decode(one.value), said)
        except (InvalidSignature, ValueError):
            continue
        found.add(one.key)
    return found
