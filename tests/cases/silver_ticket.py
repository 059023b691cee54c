"""Forged service tickets, and tickets from before the recording."""

from tests.cases.case import Case, Cases, Real
from tests.cases.forged_ticket import inside, pac
from tests.engine.detectors.builders import HOUR, MINUTE, SECOND, WS1, WS2, as_req, tgs_req
from tests.engine.detectors.builders_kerberos import ap_req
from tests.engine.detectors.logs_commands import only_said, told_by_commands

CIFS = "cifs/files.example.org"
ISSUED = tgs_req(CIFS, WS1, ticket_kvno=7, ticket_hash="issued")


def shown(*, at: int = MINUTE, source: str = WS2, kvno: int | None = 7, etype: int = 18, **more: object):  # type: ignore[no-untyped-def]
    """A ticket that nobody issued is shown."""
    return ap_req(CIFS, "never issued", source, at=at, client="bob", ticket_kvno=kvno, ticket_etype=etype, **more)


def workday(count: int, *, lost: int = 0) -> list:  # type: ignore[type-arg]
    """Service tickets with their issue over half a day, of which some have none."""
    found = [as_req("user", WS1)]
    for one in range(count):
        at = one * 13 * HOUR // count
        found.append(tgs_req(CIFS, WS1, at=at, ticket_kvno=7, ticket_hash=f"issued {one}"))
        ticket = f"issued {one}" if one >= lost else f"lost {one}"
        found.append(ap_req(CIFS, ticket, WS1, at=at + SECOND, ticket_kvno=7))
    return found


FIRES: Cases = {
    "RC4 for a service with AES": Case([ISSUED, shown(etype=23)], severity="medium"),
    "another version of the key": Case([ISSUED, shown(kvno=2)], severity="medium"),
    "a realm as it is typed": Case([ISSUED, shown(realm="example.org")], severity="medium"),
    "both": Case([ISSUED, shown(kvno=None, etype=23)], severity="high"),
    "another class of the same computer": Case(
        [tgs_req("host/files.example.org", WS1, ticket_kvno=7), shown(kvno=2)], severity="medium"
    ),
    "opened, with a wrong signature": Case(
        [shown(ticket=inside("bob"), pac=pac("bob", kdc_signature="invalid"))], severity="high"
    ),
    "without issue where all others have one": Case([*workday(60), shown(at=13 * HOUR)], severity="low"),
}  # fmt: skip

QUIET: Cases = {
    "issued before the recording": [ISSUED, shown()],
    "the ticket that was issued": [ISSUED, ap_req(CIFS, "issued", at=MINUTE, ticket_kvno=7)],
    "RC4 of an old client": [ISSUED, as_req("bob", WS2, request_etypes=(23, 3, 1), at=SECOND), shown(etype=23)],
    "RC4 of a service that has nothing better": [tgs_req(CIFS, WS1, ticket_etype=23, ticket_kvno=7), shown(etype=23)],
    "the password has just changed": [ISSUED, shown(kvno=6)],
    "user to user": [ISSUED, shown(kvno=None, options=0x60000000)],
    "a recording that misses many": [*workday(60, lost=20), shown(at=13 * HOUR)],
}  # fmt: skip

REAL = (
    Real("lab/captures/benign_workday.pcap", fires=False),
    Real("lab/captures/pass_the_ticket.pcap", fires=False),
    Real("corpus/pcap/elc_windows_miscellany.pcap", fires=False),
    Real("corpus/pcap/elc_wmi_commands_calc.pcap", fires=False),
    Real("corpus/pcap/zeek_aduser1.pcap", fires=False),
)

COMMAND = '"kerberos::golden /user:a /sid:S-1-5-21-1 /rc4:00 /target:files /service:cifs"'
SCRIPT = '[Rubeus.Program]::Main("silver /user:a /service:cifs/files /rc4:00".Split())'
FIRES |= told_by_commands(COMMAND, SCRIPT)
QUIET |= only_said(COMMAND, SCRIPT, "Invoke-Mimikatz")
