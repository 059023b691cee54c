"""The form of an activity: what beside its kind decides whom it concerns. One small value, found out once for all detectors.

A form holds few different values whatever the input, for who is asked about each is remembered (app.engine.running).
"""

from collections.abc import Callable, Hashable
from functools import lru_cache
from operator import attrgetter
from typing import Any

from app.model.activity import Activity
from app.model.commands import concerns, opened
from app.model.details import (
    EVENTS,
    DnsQuery,
    KerberosAp,
    KerberosAs,
    KerberosTgs,
    LdapBind,
    LdapSearch,
    Ntlm,
    RpcBind,
    RpcCall,
    SmbFile,
    SmbTree,
)
from app.model.events import EventKerberos, EventLogon, EventObjectAccess, EventProcess, EventShare
from app.model.identifiers import FEDERATION_KEYS, ROOT_KEYS

LOGON_TYPES = frozenset({"0", "2", "3", "4", "5", "7", "8", "9", "10", "11", "12", "13"})
"""Logon types of Windows (LSA_LOGON_TYPE; ntsecapi.h), as events write them."""
AES = frozenset({17, 18, 19, 20})
USER_TO_USER = 0x00000008
"""KDC option ENC-TKT-IN-SKEY (RFC 4120 section 5.4.1)."""
KEY_LIST = 161
"""KERB-KEY-LIST-REQ (MS-KILE section 2.2.11)."""
RODC = 1 << 16
"""Key versions from here on belong to read-only controllers (MS-KILE section 3.1.5.8)."""
LOGON, SERVICE_TICKET, OBJECT_CHECKED, FILE_CHECKED = 4624, 4769, 4662, 5145
ENDED = frozenset({4634, 4647})
"""Sessions that ended: nobody asks how they began."""
WRONG_PROOF, REVOKED, EXPIRED = 24, 18, 23
"""KDC_ERR_PREAUTH_FAILED, KDC_ERR_CLIENT_REVOKED, KDC_ERR_KEY_EXPIRED (RFC 4120 section 7.5.9)."""
WRITE_DATA = 0x2 | 0x4
"""FILE_WRITE_DATA and FILE_APPEND_DATA (MS-SMB2 section 2.2.13.1.1)."""
SHORT_LINE = 400
"""Characters of a command line that is worth keeping at hand."""
LONGEST_PIPE = 20
"""Characters of a pipe's name that is told apart."""

# Marks of requests for tickets, each a bit.
DELEGATES, IMPERSONATES, DIRECT, KEYS, READ_ONLY, OPENED, BROUGHT, WEAK, REACHES = 1, 2, 4, 8, 16, 32, 64, 128, 256
"""S4U2proxy; S4U2self; user to user; asks for keys; a read-only controller's ticket; keys of the user open a ticket; brings
authorization data; the ticket that is shown is weaker than AES; it asks for a computer's own service of files (CIFS, HOST)."""
CERTIFICATE, WITHOUT, OLD, JUDGED, ARMORED, MACHINE = 1, 2, 4, 8, 16, 64
"""Of a sign-in: PKINIT; wants no PAC; offers nothing of AES; its password was judged; it stands under a computer's ticket;
it is a computer's, by a name that ends with a dollar sign and is a name alone. OPENED is a mark of it too."""
# Marks of shares in a log.
PIPES, HIDDEN, WRITES = 1, 2, 4
"""The share of pipes; another one whose name ends with a dollar sign; the right to write was asked for."""
# Marks of files in packets, beside the first two.
FOLDER, CHANGED = 8, 16
"""A directory, which most of what is opened and listed is; it was written or renamed."""
# Marks of searches of the directory in packets.
BELOW, SERVICE_NAMES, FEDERATED, MANAGED = 1, 2, 4, 8
"""It goes beyond one object; it looks for accounts with service names; it may read keys of AD FS; those of managed accounts."""
OF_FILES = frozenset({"cifs/", "host/"})
"""How services begin by which a computer's files are reached."""
WINRM_PORTS = frozenset({5985, 5986})
"""HTTP and HTTPS of WS-Management (MS-WSMV section 2.1)."""
# Kinds of names that DNS is asked for.
OF_SERVICE, SHORT, LONG = 0, 1, 2
"""Of a service (RFC 8552); too short, or long enough, to carry data worth the effort."""
SERVICE_LABEL = 16
"""Characters of a label that names a service: an underscore and at most fifteen (RFC 6335 section 5.1)."""
LONG_NAME = 40
"""Characters of a long one."""
CHANGES = frozenset({"write", "rename"})
"""Actions of app.model.details.SmbFile by which a file is another one than before."""

# Rights to an object of the directory that 4662 tells, as they stand in its access mask (MS-ADTS section 5.1.3.2).
CREATE_CHILD, VALIDATED_WRITE, READ_PROPERTY, WRITE_PROPERTY, CONTROL_ACCESS = 0x1, 0x8, 0x10, 0x20, 0x100
DELETE, WRITE_DACL = 0x10000, 0x40000
CHANGING = VALIDATED_WRITE | WRITE_PROPERTY | WRITE_DACL
TOLD_APART = CREATE_CHILD | CHANGING | CONTROL_ACCESS | DELETE
NO_RIGHT = 1 << 32
"""The log tells none."""


def ticket_form(activity: Activity) -> int:
    """Marks of a request for a service ticket."""
    detail: Any = activity.detail
    form = 0
    if detail.s4u2proxy:
        form |= DELEGATES
    if detail.s4u2self:
        form |= IMPERSONATES
    if detail.options is not None and detail.options & USER_TO_USER:
        form |= DIRECT
    if KEY_LIST in detail.pa_types:
        form |= KEYS
    if detail.presented_ticket_kvno is not None and detail.presented_ticket_kvno >= RODC:
        form |= READ_ONLY
    if detail.ticket is not None or detail.presented_ticket is not None:
        form |= OPENED
    if detail.has_authorization_data:
        form |= BROUGHT
    if detail.presented_ticket_etype not in AES:
        form |= WEAK
    if detail.service is not None and detail.service[:5].lower() in OF_FILES:
        form |= REACHES
    return form


def granting_form(activity: Activity) -> int:
    """Marks of a sign-in by Kerberos."""
    detail: Any = activity.detail
    form = CERTIFICATE if detail.pkinit else 0
    if detail.pac_request is False:
        form |= WITHOUT
    if detail.armor_ticket_hash is not None:
        form |= ARMORED
    if detail.ticket is not None:
        form |= OPENED
    if detail.request_etypes and AES.isdisjoint(detail.request_etypes):
        form |= OLD
    client = detail.client
    if client is not None and client[-1:] == "$" and "@" not in client and "," not in client:
        form |= MACHINE
    code = activity.code
    proved = code == WRONG_PROOF or detail.padata_etype is not None or detail.fast
    if proved and (activity.result == "success" or code in (WRONG_PROOF, REVOKED, EXPIRED)):
        form |= JUDGED
    return form


def sign_in(activity: Activity) -> tuple[int, str, bool, bool, bool]:
    """Number of a logon, its type as written ("" for none that Windows has), whether it is Kerberos alone; of 4624 also
    whether it is a computer's, and of the built-in administrator's number: app.engine.detector.SignIn, made faster.
    """
    event: Any = activity.detail
    if event.event_id in ENDED:
        return event.event_id, "", False, False, False
    fields, who = event.fields, activity.account
    kind = fields.get("LogonType", "")
    if kind not in LOGON_TYPES:
        kind = ""
    kerberos = fields.get("AuthenticationPackageName") == "Kerberos" and fields.get("LmPackageName", "-") in ("-", "")
    if event.event_id != LOGON:
        return event.event_id, kind, kerberos, False, False
    machine = who is not None and who.name[-1:] == "$" and "@" not in who.name
    administrator = fields.get("TargetUserSid", "").rstrip()[-4:] == "-500"
    return LOGON, kind, kerberos, machine, administrator


def logged_ticket(activity: Activity) -> tuple[int, int]:
    """Number of a KDC's event, and marks of the request for a service ticket that it tells."""
    event: Any = activity.detail
    if event.event_id != SERVICE_TICKET:
        return event.event_id, 0
    form = DELEGATES if event.text("TransmittedServices") is not None else 0
    return SERVICE_TICKET, form | DIRECT if (event.number("TicketOptions") or 0) & USER_TO_USER else form


def share_form(activity: Activity) -> tuple[int, int, str]:
    """Number of an event about shares, marks of the share, and which pipe it is about ("" for none, and for long names)."""
    event: Any = activity.detail
    share = event.text("ShareName") or ""
    if event.event_id != FILE_CHECKED:
        return event.event_id, _shared(share.rpartition("\\")[2]), ""
    form, pipe = 0, ""
    if share[-1:] == "$":
        form = PIPES if share[-4:].upper() == "IPC$" else HIDDEN
        if form == PIPES:
            pipe = (event.text("RelativeTargetName") or "").lower().rpartition("\\")[2]
    if (event.number("AccessMask") or 0) & WRITE_DATA:
        form |= WRITES
    return FILE_CHECKED, form, pipe if len(pipe) <= LONGEST_PIPE else ""


def object_form(activity: Activity) -> tuple[int, int]:
    """Number of an event about an object, and the rights that it tells; READ_PROPERTY where it tells that one alone."""
    event: Any = activity.detail
    if event.event_id != OBJECT_CHECKED:
        return event.event_id, 0
    mask = event.number("AccessMask") or NO_RIGHT
    return OBJECT_CHECKED, mask if mask in (READ_PROPERTY, NO_RIGHT) else mask & TOLD_APART


def process_form(activity: Activity) -> tuple[int, bool]:
    """Number of an event about a process, and whether its command line holds a word of those that attack identities."""
    event: Any = activity.detail
    line = event.fields.get("CommandLine", "")
    return event.event_id, _concerning(line) if len(line) <= SHORT_LINE else _concerning.__wrapped__(line)


@lru_cache(maxsize=4096)
def _concerning(line: str) -> bool:
    """Whether a command line concerns identities; what services and tasks start comes again and again."""
    return concerns(opened(line))


def carrier_form(activity: Activity) -> str:
    """What carries an authentication; HTTP to other ports than those of WS-Management is the web."""
    detail: Any = activity.detail
    carrier: str = detail.carrier
    if carrier == "http" and (activity.destination is None or activity.destination.port not in WINRM_PORTS):
        return "web"
    return carrier


def tree_form(activity: Activity) -> int:
    """Marks of a share that is connected."""
    tree: Any = activity.detail
    return _shared(tree.name)


def file_form(activity: Activity) -> int:
    """Marks of a file or pipe that was opened, and of its share."""
    file: Any = activity.detail
    path: str = file.path
    form = 0
    if path[-1:] == "$":
        form = PIPES if path[-4:].upper() == "IPC$" else HIDDEN
    if file.directory:
        form |= FOLDER
    return form | CHANGED if file.action in CHANGES else form


def question_form(activity: Activity) -> tuple[str, int]:
    """Type of a question of DNS, and which kind of name it asks for."""
    query: Any = activity.detail
    name: str = query.name
    if len(name) >= LONG_NAME:
        return query.type, LONG
    return query.type, OF_SERVICE if name[:1] == "_" and 0 < name.find(".") <= SERVICE_LABEL else SHORT


def search_form(activity: Activity) -> int:
    """Marks of a search of the directory, by words without which nobody who asks for a mark has anything to say."""
    search: Any = activity.detail
    base, text, wanted = search.base.lower(), search.filter.lower(), " ".join(search.attributes).lower()
    form = BELOW if search.scope else 0
    if "serviceprincipalname=*" in text.replace(" ", ""):
        form |= SERVICE_NAMES
    if "thumbnailphoto" in text or FEDERATION_KEYS in base:
        form |= FEDERATED
    if "msds-managedpassword" in wanted or "mskds-rootkeydata" in wanted or ROOT_KEYS in base:
        form |= MANAGED
    return form


def gives_password(activity: Activity) -> bool:
    """Whether a bind shows a password, or may (its length is not told); most bring a ticket."""
    bind: Any = activity.detail
    return bool(bind.method == "simple" and bind.password_length != 0)


def _shared(name: str) -> int:
    if name == "IPC$":
        return PIPES
    return 0 if name[-1:] != "$" else PIPES if name.upper() == "IPC$" else HIDDEN


FORMS: dict[type, Callable[[Activity], Hashable]] = {
    RpcCall: attrgetter("detail.interface", "detail.opnum"),
    RpcBind: attrgetter("detail.interface"),
    DnsQuery: question_form,
    KerberosAp: carrier_form,
    Ntlm: carrier_form,
    KerberosAs: granting_form,
    KerberosTgs: ticket_form,
    SmbTree: tree_form,
    SmbFile: file_form,
    LdapBind: gives_password,
    LdapSearch: search_form,
    **dict.fromkeys(EVENTS, attrgetter("detail.event_id")),
    EventKerberos: logged_ticket,
    EventLogon: sign_in,
    EventObjectAccess: object_form,
    EventProcess: process_form,
    EventShare: share_form,
}
"""How to find the form of an activity, by the type of its detail; all others of a kind are alike."""


def number_of(form: Any) -> int:
    """Number of the event whose form this is."""
    number: int = form[0] if isinstance(form, tuple) else form
    return number
