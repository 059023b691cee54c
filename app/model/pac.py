"""What an opened Kerberos ticket holds: its own fields and the account information of its PAC (MS-PAC)."""

from typing import Literal

from msgspec import Struct

Decrypted = Literal["yes", "no key", "wrong key"]
"""wrong key: the key of that principal, version and encryption type was there and did not fit, as with a forged ticket."""
Verdict = Literal["", "valid", "invalid", "unknown"]
"""Of a signature: empty when it is not there, unknown when its key is not there."""


class TicketFacts(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """The sealed part of a ticket (RFC 4120 section 5.3). Times are UTC microseconds. flags: 32 bits, bit 0 the highest.

    opened_with: principal and version of the key that opened it, for example "DC1$@CORP.TEST 2".
    """

    decrypted: Decrypted = "no key"
    opened_with: str | None = None
    client: str | None = None
    realm: str | None = None
    session_etype: int | None = None
    flags: int | None = None
    authenticated: int | None = None
    start: int | None = None
    end: int | None = None
    renew_till: int | None = None
    transited: str | None = None
    addresses: tuple[str, ...] = ()
    authorization_types: tuple[int, ...] = ()


class Pac(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Privilege attribute certificate (MS-PAC section 2). Times are UTC microseconds, groups are RIDs in domain_sid's domain.

    account_control: bits of MS-SAMR section 2.2.1.12. user_flags: bits of MS-PAC section 2.5. attributes: bits of section 2.14.
    client_name, client_time: PAC_CLIENT_INFO. sam_name, upn_sid: the extended UPN_DNS_INFO. requestor: SID of PAC_REQUESTOR.
    delegation_target, delegation_path: S4U_DELEGATION_INFO. buffers: types that are there (section 2.4).
    missing: names of those that a current controller would have added.
    """

    user: str | None = None
    full_name: str | None = None
    user_id: int | None = None
    domain: str | None = None
    domain_sid: str | None = None
    primary_group: int | None = None
    groups: tuple[int, ...] = ()
    extra_sids: tuple[str, ...] = ()
    resource_groups: tuple[str, ...] = ()
    logon_server: str | None = None
    logon_time: int | None = None
    password_set: int | None = None
    logon_count: int | None = None
    user_flags: int | None = None
    account_control: int | None = None
    client_name: str | None = None
    client_time: int | None = None
    upn: str | None = None
    dns_domain: str | None = None
    sam_name: str | None = None
    upn_sid: str | None = None
    attributes: int | None = None
    requestor: str | None = None
    delegation_target: str | None = None
    delegation_path: tuple[str, ...] = ()
    client_claims: bool = False
    device_claims: bool = False
    device_info: bool = False
    credentials: bool = False
    server_signature: Verdict = ""
    kdc_signature: Verdict = ""
    ticket_signature: Verdict = ""
    full_signature: Verdict = ""
    buffers: tuple[int, ...] = ()
    missing: tuple[str, ...] = ()
    unreadable: tuple[int, ...] = ()

    @property
    def sid(self) -> str | None:
        """SID of the user."""
        return None if self.domain_sid is None or self.user_id is None else f"{self.domain_sid}-{self.user_id}"
