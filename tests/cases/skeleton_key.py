"""A controller that hides AES keys, and accounts that have none."""

from tests.cases.case import Case, Cases, Real
from tests.engine.detectors.builders import DC1, HOUR, MINUTE, WS1, WS2, as_req
from tests.engine.detectors.builders_kerberos import HASH_ONLY
from tests.engine.detectors.logs import known, tgt
from tests.engine.detectors.logs_commands import only_said, told_by_commands


def weak(name: str, source: str = WS1, *, at: int = HOUR, offered: tuple[int, ...] = (23,)):  # type: ignore[no-untyped-def]
    """Pre-authentication is asked for, with these types."""
    return as_req(name, source, at=at, code=25, padata_etype=None, pa_types=(128,), offered_etypes=offered)


FIRES: Cases = {
    "two computers lose AES": Case(
        [as_req("WS1$"), as_req("WS2$", WS2), weak("WS1$"), weak("WS2$", WS2, at=HOUR + MINUTE)], severity="medium"
    ),
    "users and computers, offered and refused": Case(
        [as_req("alice"), as_req("WS2$", WS2), weak("alice"), as_req("WS2$", WS2, at=2 * HOUR, code=14)],
        severity="medium",
    ),
    "one account": Case([as_req("alice"), weak("alice")], severity="low"),
    "the directory says that they have AES": Case(
        [known("WS1$", "computer", encryption_types=28), known("WS2$", "computer", encryption_types=28), weak("WS1$"),
         weak("WS2$", WS2)],
        severity="medium",
    ),
    "in the log, more computers": Case(
        [*(tgt(f"PC{one}$", f"192.0.2.{20 + one}") for one in range(7)),
         *(tgt(f"PC{one}$", f"192.0.2.{20 + one}", at=2 * HOUR + one * MINUTE, etype=0x17) for one in range(7))],
        severity="medium",
    ),
    "in the log": Case(
        [*(tgt(f"WS{one}$", f"192.0.2.{20 + one}") for one in range(4)),
         *(tgt(f"WS{one}$", f"192.0.2.{20 + one}", at=HOUR, etype=0x17) for one in range(4))],
        severity="medium",
    ),
}  # fmt: skip

QUIET: Cases = {
    "keys that a service chose itself": [
        as_req(one, at=at, padata_etype=kind, reply_etype=kind)
        for at, kind in ((0, 18), (HOUR, 23)) for one in ("svc_a", "svc_b", "svc_c")
    ],
    "in the log, users": [tgt(one, at=at, etype=kind) for at, kind in ((0, 0x12), (HOUR, 0x17)) for one in ("a", "b", "c", "d")],
    "accounts that never had AES": [weak("administrator"), weak("svc_old", at=2 * HOUR)],
    "clients that ask for RC4 only": [as_req("alice"), as_req("bob"), as_req("alice", at=HOUR, **HASH_ONLY),
                                      as_req("bob", at=HOUR, **HASH_ONLY)],
    "a password change that brings AES": [weak("alice", at=0), as_req("alice", at=HOUR), weak("alice", at=2 * HOUR,
                                                                                             offered=(18, 23))],
    "in the log, one account": [tgt("alice"), tgt("alice", at=HOUR, etype=0x17)],
    "in the log, services with RC4 keys": [tgt(f"svc{one}", "192.0.2.40", at=one * MINUTE, etype=0x17, computer=DC1)
                                           for one in range(9)],
}  # fmt: skip

REAL = (
    Real("corpus/pcap/elc_windows_miscellany.pcap", fires=False),
    Real("corpus/pcap/suri_dcerpc-ctxids.pcap", fires=False),
    Real("lab/captures/benign_workday.pcap", fires=False),
    Real("lab/captures/overpass_the_hash.pcap", fires=False),
)

COMMAND = '"misc::skeleton"'
SCRIPT = 'Invoke-Mimikatz -Command "misc::skeleton"'
FIRES |= told_by_commands(COMMAND, SCRIPT)
QUIET |= only_said(COMMAND, SCRIPT, "Invoke-Mimikatz")
