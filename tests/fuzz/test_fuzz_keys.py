"""No exception with keys either: real conversations mutated outside, and what was sealed in them mutated inside."""

import random
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import app.sensor.conversations.keyring as keyring
from app.sensor.conversations.keyed import keyed
from app.sensor.conversations.keyring import Keyring
from app.sensor.decoders import kerberos_opened, kerberos_password, kerberos_sealed, ntlm, pac, smb2
from app.sensor.decoders.kerberos_sealed import Sealed
from app.sensor.decoders.keytab import Entry, Key, Keys
from app.sensor.sensor import read_input
from app.sensor.sources.inputs import find_inputs
from app.sensor.sources.keytabs import load_keys
from tests.fuzz.targets import converse, seeds
from tests.fuzz.test_fuzz import ROUNDS, SLOWEST, mutate

DATA = Path(__file__).resolve().parents[1] / "data"
LAB = load_keys([DATA / "lab.keytab"])
SMALL = Keys(tuple(one for one in LAB.entries if one.principal in ("krbtgt", "DC1$", "FS1$", "da.smith", "erin.evans")))
NAMES = ("dcsync_success", "kerberoasting", "ldap_recon", "pass_the_hash", "dcsync_secretsdump", "password_reset")
PORTS = {
    "tcp-KerberosTcp": 88,
    "tcp-KpasswdTcp": 464,
    "tcp-LdapTcp": 389,
    "tcp-SmbTcp": 445,
    "tcp-RpcTcp": 135,
    "udp-KerberosUdp": 88,
}


@pytest.mark.parametrize("name", sorted(PORTS))
def test_mutated_conversations_with_keys(name: str, shared: Path) -> None:
    tcp, udp, _ = keyed(SMALL)
    transport = name[:3]
    kind = (tcp if transport == "tcp" else udp)[PORTS[name]]
    chance = random.Random(name)
    for capture in NAMES:
        for data in seeds(shared / "lab" / "captures" / f"{capture}.pcap", most=6).get(name, []):
            for _ in range(ROUNDS):
                began = time.monotonic()
                converse(kind, transport, PORTS[name], mutate(data, chance))
                assert time.monotonic() - began < SLOWEST


def plaintexts() -> list[bytes]:
    """What lies inside tickets of the smaller capture of the lab, found by opening them."""
    seen: list[bytes] = []
    opened = keyring.open_ticket

    def note(data: bytes) -> kerberos_opened.OpenTicket | None:
        seen.append(data)
        return opened(data)

    keyring.open_ticket = note  # type: ignore[assignment]
    try:
        for found in find_inputs([DATA.parents[1] / "resources" / "samples" / "intrusion.pcap"]):
            read_input(found, lambda batch: None, keys=SMALL)
    finally:
        keyring.open_ticket = opened
    return seen


def test_mutated_tickets_and_pacs() -> None:
    chance = random.Random(7)
    inside = plaintexts()
    assert len(inside) > 50
    key = Key(18, bytes(range(32)))
    ring = Keyring(Keys((Entry("krbtgt", "CORP.TEST", 2, key),)))
    for data in chance.sample(inside, 50):
        for _ in range(40):
            changed = mutate(data, chance)
            opened = kerberos_opened.open_ticket(changed)
            if opened is None:
                continue
            kerberos_opened.without_pac(changed, opened)
            told = ring._told(ring._typed[18][0], changed, opened, Sealed(18, 2, b"", "CORP.TEST", "krbtgt/CORP.TEST"))
            assert told.facts.decrypted == "yes"
        whole = kerberos_opened.open_ticket(data)
        assert whole is not None and whole.pac is not None
        for _ in range(40):
            pac.read(mutate(data[whole.pac[0] : whole.pac[1]], chance), chance.random() < 0.5)


READERS: list[Callable[[bytes], object]] = [
    kerberos_sealed.parts,
    kerberos_opened.open_ticket,
    kerberos_opened.open_authenticator,
    kerberos_opened.reply_key,
    kerberos_opened.timestamp,
    kerberos_opened.strengthen_key,
    kerberos_opened.private_part,
    partial(kerberos_sealed.sealed_private, at=0),
    kerberos_password.target,
    smb2.cipher,
    partial(pac.read, granting=True),
    lambda data: ntlm.secrets(data, 0, len(data)),
]


@pytest.mark.parametrize("number", range(len(READERS)))
@given(
    data=st.binary(max_size=300),
    tag=st.sampled_from([b"", b"\x63", b"\x62", b"\x7b", b"\x7c", b"\x75", b"\x6e", b"\x6a", b"\x30"]),
)
def test_random_bytes_inside(number: int, data: bytes, tag: bytes) -> None:
    READERS[number](tag + data)
    READERS[number](tag + bytes((len(data) & 127,)) + b"\x30" + data)
