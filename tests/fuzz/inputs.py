"""What is fuzzed beside conversations: readers of files that are no captures, and every decoder behind them.

A target takes the bytes as they are. SEEDS gives real or carefully made bytes for each, so that mutations reach deep.
"""

import base64
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from app.link.codec import cleaned, encode_batch
from app.model.activity import Activity
from app.sensor.decoders import etw_fields, kerberos_opened, kerberos_sealed, ldap_descriptors, pac, radius, radius_secret
from app.sensor.decoders.crypto import gss, smb3
from app.sensor.decoders.directory import security
from app.sensor.decoders.directory.entry import Malformed, entry, envelope, span
from app.sensor.decoders.directory.keycredential import key_credential
from app.sensor.decoders.directory.object import objects_of
from app.sensor.decoders.keytab import Key, KeytabError, parse
from app.sensor.events.syslog import Unknown, records_of
from app.sensor.events.syslog_framing import Framing
from app.sensor.events.translate import activities_of
from app.sensor.readers import reader_of
from app.sensor.sources import evidence, growing, probes, syslog_wire
from app.sensor.sources.content import Refused
from app.sensor.sources.inputs import Found
from app.sensor.sources.kernel_filter import compiled
from app.sensor.sources.kinds import HEAD, kind_of
from app.sensor.sources.ldap.state import State
from app.sensor.sources.living import Cannot
from app.sensor.sources.reading import Opening
from tests.fuzz.exports import COLLECTION, DETAIL, JSON, LDIF, XML
from tests.fuzz.targets import converse, script
from tests.sensor.decoders.test_directory import ADMINS, ace, message
from tests.sensor.decoders.test_directory import security as descriptor
from tests.sensor.events import syslog_samples
from tests.sensor.traces import call, event, trace

Target = Callable[[bytes], object]
KEYS = tuple(Key(etype, bytes(range(size))) for etype, size in ((17, 16), (18, 32), (19, 16), (20, 32), (23, 16)))
AT = 1_700_000_000_000_000


def whole(activities: list[Activity]) -> None:
    """What must hold of everything that comes out: it can be written, and it ends after it begins."""
    encode_batch(cleaned(activities))
    assert all(one.at <= one.until for one in activities)


def reading(kind: str) -> Target:
    """A reader given the bytes as an input of its kind."""

    def target(data: bytes) -> None:
        got: list[Activity] = []
        notes: list[str] = []
        opening = Opening(Found(path="input", file=Path(__file__), kind=kind, bytes=len(data)), data, "0" * 12)
        done = 0
        try:
            for step in reader_of(kind)(opening, got.append, lambda what, where, count=1: notes.append(what)):
                assert 0 <= step.done <= len(data)
                assert step.records >= 0
                assert (step.first is None) == (step.last is None)
                done = max(done, step.done)
        except Refused as error:
            assert 0 < len(str(error)) < 200
        whole(got)
        assert all(0 < len(one) < 200 for one in notes)

    return target


def syslog_message(data: bytes) -> None:
    """One message of a listener, with and without the time of its arrival."""
    for at in (AT, -AT, 0):
        found = records_of(data, at, 1)
        if not isinstance(found, Unknown):
            whole(activities_of(found, "0" * 12))


def syslog_stream(data: bytes) -> None:
    """A stream that comes in pieces of every size gives the same messages as one that comes whole."""
    once, pieces = Framing(4096), Framing(4096)
    want = once.feed(data) + once.rest()
    got: list[bytes] = []
    at, size = 0, 1
    while at < len(data):
        got += pieces.feed(data[at : at + size])
        at, size = at + size, size % 97 + 1
    assert got + pieces.rest() == want
    assert once.oversize == pieces.oversize


def captured_syslog(data: bytes) -> None:
    """Syslog in captures, as a script of targets.converse."""
    converse(syslog_wire.SyslogUdp, "udp", 514, data)
    converse(syslog_wire.SyslogTcp, "tcp", 514, data)


def radius_packet(data: bytes) -> None:
    """What a RADIUS listener does with a datagram."""
    found = radius.decode(data)
    radius_secret.is_genuine(data, b"secret")
    radius_secret.is_signed_well(data, b"secret")
    if found is not None:
        assert found.code in radius.CODES
        assert len(radius_secret.answer_to(data, b"secret")) <= max(len(data), 20)
        radius.account(found.user)


def ldap_entry(data: bytes) -> None:
    """One message of a directory server."""
    try:
        if not 0 < span(data, 0, 1 << 20) <= len(data):
            return
        _, _, place = envelope(data)
        dn, attributes = entry(data, place)
    except Malformed:
        return
    whole([Activity(at=AT, until=AT, input="0" * 12, detail=one) for one in objects_of(dn, attributes)])


def security_descriptor(data: bytes) -> None:
    """nTSecurityDescriptor and its kin."""
    found = security.descriptor(data)
    if found is not None:
        security.trustees(found)
        security.rights(found)
        one = ldap_descriptors.compared(ldap_descriptors.FLAGGED, data, data, ldap_descriptors.ALL)
        assert one is None or one.added == one.removed == "D:"


def keytab(data: bytes) -> None:
    """Only one exception says that it is none."""
    try:
        parse(data)
    except KeytabError as error:
        assert 0 < len(str(error)) < 200


def ticket_parts(data: bytes) -> None:
    """What is inside of opened Kerberos messages, PACs among them."""
    for read in (
        kerberos_opened.open_authenticator,
        kerberos_opened.reply_key,
        kerberos_opened.timestamp,
        kerberos_opened.strengthen_key,
        kerberos_opened.private_part,
        kerberos_sealed.parts,
    ):
        read(data)
    opened = kerberos_opened.open_ticket(data)
    if opened is not None:
        kerberos_opened.without_pac(data, opened)
    for granting in (True, False):
        pac.read(data, granting)


def sealed(data: bytes) -> None:
    """Wrap tokens and SMB 3 messages with keys that do not fit, as most do not."""
    for key in KEYS:
        gss.unwrap(key, data)
        gss.unseal(key, data[:60], data[60:])
        if len(key.value) == 16:
            smb3.opened(key.value, smb3.CCM128, data)
            smb3.opened(key.value, smb3.GCM128, data)


def trace_fields(data: bytes) -> None:
    """Payloads of trace events by every template."""
    for template in etw_fields.TEMPLATES.values():
        etw_fields.fields_of(template, data)


class _Pieces:
    """A capture that grows: bytes in pieces, now and then nothing."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at, self._turn = data, 0, 0

    def read(self, seconds: float) -> bytes | None:
        if self._at >= len(self._data):
            return None
        self._turn += 1
        size = self._turn * 37 % 301
        part = self._data[self._at : self._at + size]
        self._at += size
        return part

    def restarted(self) -> str:
        return ""

    def resume(self) -> None:
        return None

    def mark(self, left: int) -> None:
        return None


def growing_capture(data: bytes) -> None:
    """The bytes as a capture that another program writes."""
    frames = 0
    try:
        for records in growing.windows(_Pieces(data), lambda what, where, count: None, threading.Event()):
            if records is not None:
                assert records.first == frames + 1
                frames += len(records.start)
                ends = records.start + records.size
                assert not len(ends) or (int(ends.max()) <= len(records.data) and int(records.start.min()) >= 0)
    except Cannot as error:
        assert str(error)


def kept_packets(data: bytes) -> None:
    """A damaged file of kept packets, with a damaged index beside it."""
    with TemporaryDirectory() as folder:
        workspace = Path(folder) / "a.wardlight"
        place = evidence.folder_of(workspace)
        place.mkdir()
        (place / "k-000001.pcapng").write_bytes(data)
        evidence.read_evidence(workspace, "k", range(20))
        (place / "k-000001.index").write_bytes(data[:160])
        evidence.read_evidence(workspace, "k", range(20))
        (place / "k-000002.pcapng").write_bytes(data)
        (place / evidence.DROPPED).write_bytes(data)
        evidence.trim(workspace, 0, lambda key: set(range(20)))


def filter_text(data: bytes) -> None:
    """What a user may type as a filter."""
    try:
        assert len(compiled(data.decode("latin-1"))) % 8 == 0
    except Cannot as error:
        assert "\n" not in str(error)


def probe_answer(data: bytes) -> None:
    """What a stranger answers to a question for its name."""
    with suppress(probes.Silent):
        assert probes.challenge_of(data).name


def directory_state(data: bytes) -> None:
    """A damaged memory of the last synchronisation is used as far as it goes."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "state"
        path.write_bytes(data)
        found = State(path)
        list(found.all())
        found.close()


def told_kind(data: bytes) -> None:
    """The kind of an input from its first bytes."""
    kind_of(data[:HEAD])


INPUTS: dict[str, Target] = {
    **{f"read-{kind}": reading(kind) for kind in ("evtx", "xml", "json", "syslog", "radius", "directory", "bloodhound", "etl")},
    "syslog-message": syslog_message,
    "syslog-stream": syslog_stream,
    "captured-syslog": captured_syslog,
    "radius-packet": radius_packet,
    "ldap-entry": ldap_entry,
    "security-descriptor": security_descriptor,
    "key-credential": key_credential,
    "keytab": keytab,
    "ticket-parts": ticket_parts,
    "sealed": sealed,
    "trace-fields": trace_fields,
    "growing-capture": growing_capture,
    "kept-packets": kept_packets,
    "filter-text": filter_text,
    "probe-answer": probe_answer,
    "directory-state": directory_state,
    "told-kind": told_kind,
}
"""Name to target; those of conversations are in targets.TARGETS."""

DATA = Path(__file__).resolve().parents[1] / "data"
SID = bytes.fromhex("0105000000000005150000000102030405060708090a0b0c50040000")
RPC = "6ad52b32-d609-4be9-ae07-ce8dae937e39"
ENTRY = message(
    b"CN=anna,DC=a,DC=test",
    {
        b"objectClass": [b"top", b"user"],
        b"objectSid": [SID],
        b"objectGUID": [bytes(range(16))],
        b"sAMAccountName": [b"anna"],
        b"userAccountControl": [b"512"],
        b"pwdLastSet": [b"132514560000000000"],
        b"whenCreated": [b"20200101000000.0Z"],
        b"member": [b"CN=b"] * 3,
        b"msDS-KeyCredentialLink": [b"B:8:00020000:CN=anna"],
    },
)
FORMS = (
    syslog_samples.RSA,
    syslog_samples.CEF,
    syslog_samples.SPLUNK,
    syslog_samples.QRADAR,
    syslog_samples.SNARE,
    syslog_samples.LEEF,
    syslog_samples.NXLOG_IETF,
)
COUNTED = tuple(b"%d %b" % (len(one), one) for one in FORMS)
"""The same by octet counting (RFC 6587)."""
ACCOUNTING = bytes.fromhex("04070046") + bytes(16) + bytes.fromhex(
    "0106616e6e612804000000012806000000010806ac10010a0406c0000201"
    "1f0c3139382e35312e3130302e37420d013139382e35312e3130301a0a0000013722043132"
)  # fmt: skip


def seeds_of(name: str, shared: Path | None = None) -> list[bytes]:
    """Bytes to begin with for a target of INPUTS; from the shared folder too when there is one."""
    return [*_made(name), *(_real(name, shared) if shared is not None else ())]


def _made(name: str) -> Iterator[bytes]:
    yield from {
        "read-xml": (XML, XML.decode().encode("utf-16")),
        "read-json": JSON,
        "read-syslog": (b"\n".join(FORMS) + b"\n",),
        "read-radius": (DETAIL,),
        "read-directory": (LDIF,),
        "read-bloodhound": COLLECTION,
        "read-etl": (trace(*[event(RPC, 6, call(opnum=one), 133_500_000_000_000 + one) for one in range(12)]),),
        "syslog-message": FORMS,
        "syslog-stream": (b"\n".join(FORMS) + b"\n", b"".join(COUNTED)),
        "captured-syslog": (
            script([(True, one) for one in FORMS]),
            script([(True, one) for one in COUNTED]),
        ),
        "radius-packet": (ACCOUNTING,),
        "ldap-entry": (ENTRY,),
        "security-descriptor": (descriptor(ace(ADMINS, 0x10000000), ace(ADMINS, 0x100, 5)),),
        "key-credential": (b"B:44:000200000600060102030405080009" + b"0" * 60 + b":CN=a",),
        "keytab": ((DATA / "lab.keytab").read_bytes()[:2000], (DATA / "sealed.keytab").read_bytes()),
        "trace-fields": (call(),),
        "filter-text": (b"tcp port 88 or (udp and host 10.0.0.1)", b"ether[0] & 1 != 0 and ip[6:2] & 0x1fff = 0"),
        "growing-capture": ((DATA / "smb_encrypted.pcap").read_bytes()[:20_000],),
        "told-kind": (XML, *JSON, LDIF, DETAIL, *COLLECTION),
        "sealed": (b"\x05\x04\x06\xff\0\0\0\x1c" + bytes(8) + bytes(80), b"\xfdSMB" + bytes(120)),
        "ticket-parts": (base64.b64decode("Y4IBADCB/aAHAwUAQKUAAKEbMBmgAwIBF6ESBBAAAAAAAAAAAAAAAAAAAAAA"),),
    }.get(name, ())


def _real(name: str, shared: Path) -> Iterator[bytes]:
    corpus = shared / "corpus"
    folders = {"read-evtx": (corpus / "evtx", 70_000), "read-etl": (corpus / "etl", 200_000)}
    if name in folders:
        folder, most = folders[name]
        for path in sorted(folder.iterdir(), key=lambda one: one.stat().st_size)[:12]:
            yield path.read_bytes()[:most]
