"""Keys of users (NKeys, Ed25519; NATS documentation, "NKeys"): made here; the hub keeps the public half only."""

import secrets
from typing import NamedTuple

import nkeys


class Pair(NamedTuple):
    """seed: the secret half; public: the other one; as text."""

    seed: str
    public: str


def make_pair() -> Pair:
    """A new key of a user."""
    seed = nkeys.encode_seed(secrets.token_bytes(32), nkeys.PREFIX_BYTE_USER)
    public = nkeys.from_seed(bytearray(seed)).public_key
    return Pair(seed.decode(), public.decode().rstrip("="))
