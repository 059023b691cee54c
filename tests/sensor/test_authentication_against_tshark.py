"""Kerberos and NTLM as tshark dissects them, message by message, in other people's captures."""

import shutil
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.model.activity import Activity
from app.model.details import KerberosAs, KerberosTgs, Ntlm
from app.sensor.sensor import read_input
from app.sensor.sources.inputs import find_inputs

pytestmark = pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")

KERBEROS = (
    "corpus/pcap/brute_Kerberos-816.pcap",
    "corpus/pcap/brute_Kerberos_-_v5_TCP.pcap",
    "corpus/pcap/brute_Kerberos_-_v5_UDP.pcap",
    "corpus/pcap/ndpi_kerberos-login.pcap",
    "corpus/pcap/elc_windows_miscellany.pcap",
    "corpus/pcap/elc_wmi_commands_calc.pcap",
    "corpus/pcap/ired_kerberoast.pcap",
    "corpus/pcap/suri_dcerpc-ctxids.pcap",
    "corpus/pcap/zeek_optional-service-name.pcap",
    "lab/captures/kerberoasting.pcap",
    "lab/captures/brute_force_kerberos.pcap",
)
NTLM = (
    "corpus/pcap/zeek_20-fids.pcap",
    "corpus/pcap/zeek_ldap_invalid_credentials.pcap",
    "corpus/pcap/zeek_aduser1-ntlm.pcap",
    "corpus/pcap/zeek_sasl-ntlm.pcap",
    "corpus/pcap/ired_relay-attack.pcapng",
    "corpus/pcap/elc_wmiexec.pcap",
    "corpus/pcap/elc_sharpnopsexec.pcap",
    "corpus/pcap/suri_dcerpc-auth3-5133.pcap",
    "corpus/pcap/sb_CA_LM_SpoolSample_SMB_BiAuth.pcapng",
    "lab/captures/pass_the_hash.pcap",
)
BETWEEN = "\x1f"


def activities(path: Path) -> list[Activity]:
    found: list[Activity] = []
    for one in find_inputs([path]):
        read_input(one, found.extend)
    return found


def dissected(path: Path, what: str, *fields: str) -> Iterator[tuple[int, list[list[str]]]]:
    """(frame, values of each field) of the frames that the display filter lets through."""
    named = [part for field in ("frame.number", *fields) for part in ("-e", field)]
    command = ["tshark", "-r", str(path), "-Y", what, "-T", "fields", "-E", f"aggregator={BETWEEN}", *named]
    for line in subprocess.run(command, capture_output=True, text=True, check=False, timeout=120).stdout.splitlines():
        frame, *values = line.split("\t")
        yield int(frame), [one.split(BETWEEN) if one else [] for one in values]


def present(shared: Path, name: str) -> Path:
    path = shared / name
    if not path.exists():
        pytest.skip("the capture is not here")
    return path


@pytest.mark.parametrize("name", KERBEROS)
def test_kerberos(shared: Path, name: str) -> None:
    path = present(shared, name)
    by_frame: dict[int, list[Activity]] = defaultdict(list)
    for one in activities(path):
        if isinstance(one.detail, KerberosAs | KerberosTgs):
            for frame in one.frames:
                by_frame[frame].append(one)
    fields = ("msg_type", "ENCTYPE", "error_code", "realm", "CNameString", "SNameString")
    compared = 0
    frames = dissected(path, "kerberos.msg_type && (tcp.port == 88 || udp.port == 88)", *(f"kerberos.{one}" for one in fields))
    for frame, (types, etypes, errors, realms, clients, services) in frames:
        kind = types[0]
        if kind not in ("10", "11", "12", "13", "30"):
            continue
        compared += 1
        (one,) = by_frame[frame]
        detail = one.detail
        assert isinstance(
            detail, KerberosAs if kind in ("10", "11") else KerberosTgs if kind in ("12", "13") else KerberosAs | KerberosTgs
        )
        if kind == "10":
            assert [str(number) for number in detail.request_etypes] == etypes
            assert (detail.client or "").split("/") == (clients or [""])
            # A request may name no service (then the reply's counts); the ticket of FAST's armour comes before it.
            told = (detail.service or "").split("/")
            assert not services or told == services[-len(told) :]
            assert detail.realm == realms[-1]
        elif kind == "12":
            assert isinstance(detail, KerberosTgs)
            # First the ticket that is shown, then what is asked for, then additional tickets.
            told = (detail.presented_ticket_service or "").split("/") + (detail.service or "").split("/")
            assert told == services[: len(told)]
            assert [detail.presented_ticket_realm, detail.realm] == realms[:2]
        elif kind == "30":
            assert (one.result, str(one.code)) == ("failure", errors[0])
        else:
            assert one.result == "success"
            assert one.account is None or one.account.name.split("/") == clients
    assert compared


@pytest.mark.parametrize("name", NTLM)
def test_ntlm(shared: Path, name: str) -> None:
    path = present(shared, name)
    ours: Counter[tuple[str, ...]] = Counter()
    for one in activities(path):
        # SMB 1 has responses outside NTLMSSP too, which have no flags.
        if isinstance(one.detail, Ntlm) and one.detail.flags is not None and (one.detail.version or one.detail.anonymous):
            ours[(one.detail.user or "", one.detail.domain or "", one.detail.workstation or "")] += 1
    theirs: Counter[tuple[str, ...]] = Counter()
    fields = ("ntlmssp.auth.username", "ntlmssp.auth.domain", "ntlmssp.auth.hostname")
    for _, values in dissected(path, "ntlmssp.messagetype == 3", *fields):
        for names in zip(*values, strict=True):
            theirs[tuple("" if one == "NULL" else one for one in names)] += 1

    assert theirs
    assert ours == theirs
