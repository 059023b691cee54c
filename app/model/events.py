"""What a Windows event tells: one family of events for each kind, with typed views of its named fields."""

from msgspec import Struct

BLANKS = frozenset({"-", "N/A", "(NULL)", "NULL"})
"""What stands in a field that says nothing."""
LONGEST_BLANK = max(map(len, BLANKS))
SHORT = 6
"""Characters of a number that is worth keeping at hand: logon types, numbers of events and ports repeat, sessions do not."""
AT_HAND = 4_096
"""Numbers kept at hand."""
_numbers: dict[str, int | None] = {}


def _parsed(text: str) -> int | None:
    """The number that a text is, decimal or 0x hexadecimal."""
    value = text.strip()
    try:
        return int(value, 16) if value[:2] in ("0x", "0X") else int(value)
    except ValueError:
        return None


def _learned(text: str) -> int | None:
    """The same of a short text, kept for the next one that asks."""
    found = _parsed(text)
    if len(_numbers) < AT_HAND:
        _numbers[text] = found
    return found


class WindowsEvent(Struct, frozen=True, kw_only=True, gc=False, tag_field="kind"):
    """One event as the log has it. provider and channel decide what it means, never event_id alone.

    computer: who logged it, as written in the event. record: its EventRecordID there (a forwarded log numbers anew; that
    number is the activity's record). fields: its named data as text, in the event's order, unnamed ones as "param1" and so on.
    Families differ in what their events are about; none has fields of its own beyond these, so that nothing is told twice.
    """

    event_id: int = 0
    provider: str = ""
    channel: str = ""
    computer: str = ""
    record: int = 0
    fields: dict[str, str] = {}

    def text(self, *names: str) -> str | None:
        """The first of these fields that says something; "", "-" and "%%1793" style blanks count as nothing."""
        fields = self.fields
        for name in names:
            value = fields.get(name)
            if value and (plain := value.strip()) and (len(plain) > LONGEST_BLANK or plain not in BLANKS):
                return plain
        return None

    def number(self, *names: str) -> int | None:
        """The first of these fields that is a number, decimal or 0x hexadecimal; None when none is."""
        fields = self.fields
        for name in names:
            value = fields.get(name)
            if value:
                if len(value) > SHORT:
                    found = _parsed(value)
                else:
                    found = _numbers[value] if value in _numbers else _learned(value)
                if found is not None:
                    return found
        return None


class EventLogon(WindowsEvent, frozen=True, kw_only=True, gc=False, tag="event-logon"):
    """Logon sessions: 4624, 4625, 4634, 4647, 4648, 4672, 4778 (taken up again), 4964; a Kerberos request that came twice:
    4649; SIDs of another domain
    that a trust filtered: 4675.
    """


class EventKerberos(WindowsEvent, frozen=True, kw_only=True, gc=False, tag="event-kerberos"):
    """What a KDC says of tickets: 4768-4773; of the System log 36-38 and 43, about strange ones."""


class EventNtlm(WindowsEvent, frozen=True, kw_only=True, gc=False, tag="event-ntlm"):
    """NTLM validated by a controller: 4776, 8004; NTLM seen elsewhere: 8001, 8002, 8003."""


class EventGroup(WindowsEvent, frozen=True, kw_only=True, gc=False, tag="event-group"):
    """Groups and their members: 4728-4737, 4744-4764 without the accounts' ones."""


class EventAccount(WindowsEvent, frozen=True, kw_only=True, gc=False, tag="event-account"):
    """Users and computers: 4720, 4722-4726, 4738, 4740-4743, 4765-4767, 4780, 4781, 4794; policy of a domain: 4739."""


class EventService(WindowsEvent, frozen=True, kw_only=True, gc=False, tag="event-service"):
    """A service was installed: 4697, 7045."""


class EventTask(WindowsEvent, frozen=True, kw_only=True, gc=False, tag="event-task"):
    """Scheduled tasks: 4698-4702, and 106, 140, 141 of the task scheduler's own log."""


class EventProcess(WindowsEvent, frozen=True, kw_only=True, gc=False, tag="event-process"):
    """A process began: 4688, and 1 of Sysmon, whose fields have names of their own."""


class EventHost(WindowsEvent, frozen=True, kw_only=True, gc=False, tag="event-host"):
    """What a computer tells of itself, as far as it concerns identities: a file was made (11 of Sysmon), a value of its registry
    set (13 of Sysmon, 4657), a pipe made or opened (17, 18 of Sysmon), something bound to events of WMI (20, 21 of Sysmon, 5861).
    """


class EventScript(WindowsEvent, frozen=True, kw_only=True, gc=False, tag="event-script"):
    """PowerShell, as far as it concerns identities: blocks of scripts (4104), commands with their parameters (4103, 800), the
    command line with which it was started (400).
    """


class EventObjectAccess(WindowsEvent, frozen=True, kw_only=True, gc=False, tag="event-object-access"):
    """A handle to, or an operation on, an object of the directory or of SAM: 4661, 4662; a user's master key of DPAPI kept safe
    or given back: 4692, 4693.
    """


class EventDirectoryChange(WindowsEvent, frozen=True, kw_only=True, gc=False, tag="event-directory-change"):
    """An object of the directory was changed, made, moved, restored or deleted: 5136-5139, 5141."""


class EventShare(WindowsEvent, frozen=True, kw_only=True, gc=False, tag="event-share"):
    """Network shares and files in them: 5140, 5142-5145, 5168."""


class EventEnumeration(WindowsEvent, frozen=True, kw_only=True, gc=False, tag="event-enumeration"):
    """Local groups were listed: 4798, 4799."""


class EventCertificate(WindowsEvent, frozen=True, kw_only=True, gc=False, tag="event-certificate"):
    """Certificate services, and certificates that a KDC mapped weakly: 39-41, 45, 48, 49, 4870, 4876, 4882, 4885-4888, 4890,
    4896, 4899, 4900.
    """


class EventReplication(WindowsEvent, frozen=True, kw_only=True, gc=False, tag="event-replication"):
    """Replication of the directory: 4928-4937."""


class EventLdap(WindowsEvent, frozen=True, kw_only=True, gc=False, tag="event-ldap"):
    """What a controller says of LDAP clients: 1644 (search), 2889 (unsigned or clear-text bind); binds over TLS with another
    channel's token or none: 3039 (refused), 3074, 3075.
    """


class EventAdfs(WindowsEvent, frozen=True, kw_only=True, gc=False, tag="event-adfs"):
    """Federation services validated a credential, or refused it, and what else they tell of requests, tokens and changes: 299,
    307, 324, 403, 404, 410-412, 500, 501, 510, 512, 515, 516, 1200-1207, 1210.
    """


class EventSam(WindowsEvent, frozen=True, kw_only=True, gc=False, tag="event-sam"):
    """Remote calls to SAM that were or would be refused: 16962-16969; accounts whose name or kind was refused: 16990, 16991."""


class EventNetlogon(WindowsEvent, frozen=True, kw_only=True, gc=False, tag="event-netlogon"):
    """Secure channels refused, or let pass though weak: 5722, 5723, 5805, 5827-5831."""


class EventPolicy(WindowsEvent, frozen=True, kw_only=True, gc=False, tag="event-policy"):
    """What a domain trusts and what accounts may: trusts 4706, 4707, 4716; rights given 4704, 4717; Kerberos policy 4713;
    what LSA loaded 4610, 4614, 4622; a program registered itself with it, or a computer's account was made by the quota of all:
    4673; sign-ins that an authentication policy or the group of Protected Users refused: 4820-4824, 105, 106.
    """


class EventDns(WindowsEvent, frozen=True, kw_only=True, gc=False, tag="event-dns"):
    """A DNS server's audit: records made and deleted 515, 516, by dynamic update 519, 520, a setting 541; plug-ins that it loaded
    (770) or could not load (150).
    """


class EventDatabase(WindowsEvent, frozen=True, kw_only=True, gc=False, tag="event-database"):
    """A database called like the directory's: moved 216, made 325, opened 326, closed 327."""


class EventDesktop(WindowsEvent, frozen=True, kw_only=True, gc=False, tag="event-desktop"):
    """Remote desktop: a connection 131, a password refused 140, who was let in 1149, a session begun 21, taken up again 25."""


class EventNps(WindowsEvent, frozen=True, kw_only=True, gc=False, tag="event-nps"):
    """A network policy server (RADIUS) let somebody in 6272, 6277, 6278, refused somebody 6273, locked an account out 6279."""


class EventPrinter(WindowsEvent, frozen=True, kw_only=True, gc=False, tag="event-printer"):
    """The print spooler: a driver added or updated 316, a library that could not be loaded 808."""


class EventConnection(WindowsEvent, frozen=True, kw_only=True, gc=False, tag="event-connection"):
    """A program other than LSA connected to a port of Kerberos: 3 of Sysmon, 5156."""


class EventRemoting(WindowsEvent, frozen=True, kw_only=True, gc=False, tag="event-remoting"):
    """WinRM: a client opened a session with another computer 6, a server was asked for a shell 91."""


class EventAudit(WindowsEvent, frozen=True, kw_only=True, gc=False, tag="event-audit"):
    """The log itself: 1102 and 104 (cleared), 1100 (stopped), 4719 (audit policy changed), 7040, 7031, 7034 (its service)."""
