"""Stubs of NETLOGON: secure channels, logons passed through them (MS-NRPC section 3.5.4).

Facts: server, computer, account, channel_type (2 workstation, 4 trusted domain, 6 controller), challenge, credential,
server_challenge, server_credential, authenticator (hex), flags (asked), negotiated (answered), rid, password (True: one is set),
password_zero (True: that field is all zeros), level (of the logon), user, domain, workstation.
"""

from app.model.identifiers import NETLOGON
from app.sensor.decoders.ndr import Ndr
from app.sensor.decoders.rpc.facts import Facts, Reader, Table, put
from app.sensor.decoders.rpc.handles import Handles

INTERFACE = NETLOGON


def _challenge(r: Ndr, facts: Facts, handles: Handles) -> None:
    """NetrServerReqChallenge (section 3.5.4.4.1)."""
    put(facts, "server", r.maybe_text())
    put(facts, "computer", r.text())
    facts["challenge"] = r.take(8).hex()


def _challenged(r: Ndr, facts: Facts, handles: Handles) -> None:
    facts["server_challenge"] = r.take(8).hex()


def _channel(r: Ndr, facts: Facts) -> None:
    put(facts, "server", r.maybe_text())
    put(facts, "account", r.text())
    facts["channel_type"] = r.enum()
    put(facts, "computer", r.text())


def _authenticate(flags: bool) -> Reader:
    """NetrServerAuthenticate to 3 (section 3.5.4.4.2)."""

    def read(r: Ndr, facts: Facts, handles: Handles) -> None:
        _channel(r, facts)
        facts["credential"] = r.take(8).hex()
        if flags:
            facts["flags"] = r.u32()

    return read


def _authenticated(flags: bool, rid: bool) -> Reader:
    def read(r: Ndr, facts: Facts, handles: Handles) -> None:
        facts["server_credential"] = r.take(8).hex()
        if flags:
            facts["negotiated"] = r.u32()
        if rid:
            facts["rid"] = r.u32()

    return read


def _authenticator(r: Ndr, facts: Facts) -> None:
    r.align(4)
    facts["authenticator"] = r.take(8).hex()
    r.u32()


def _set_password(size: int) -> Reader:
    """NetrServerPasswordSet, Set2 (sections 3.5.4.4.5, 3.5.4.4.6): OWF password of 16 bytes, or NL_TRUST_PASSWORD of 516."""

    def read(r: Ndr, facts: Facts, handles: Handles) -> None:
        _channel(r, facts)
        _authenticator(r, facts)
        facts["password"] = True
        facts["password_zero"] = not any(r.take(size))

    return read


def _get_password(r: Ndr, facts: Facts, handles: Handles) -> None:
    _channel(r, facts)
    _authenticator(r, facts)


def _logon(channel: bool) -> Reader:
    """NetrLogonSamLogon, Ex, WithFlags (section 3.5.4.5): NETLOGON_LEVEL (section 2.2.1.4.6)."""

    def read(r: Ndr, facts: Facts, handles: Handles) -> None:
        put(facts, "server", r.maybe_text())
        put(facts, "computer", r.maybe_text())
        if channel:
            for _ in range(2):
                if r.pointer():
                    r.align(4)
                    r.skip(12)
        level = r.enum()
        facts["level"] = level
        r.align_union()
        r.enum()
        if not r.pointer():
            return
        domain = r.unicode_head()
        for _ in range(3):
            r.u32()
        user = r.unicode_head()
        workstation = r.unicode_head()
        if level in (2, 6):
            r.skip(8)
            r.unicode_head()
            r.unicode_head()
        elif level in (1, 3, 5, 7):
            r.skip(32)
        elif level == 4:
            r.unicode_head()
            r.u32()
            r.pointer()
        for key, there in (("domain", domain), ("user", user), ("workstation", workstation)):
            put(facts, key, r.text() if there else None)

    return read


def _domain_info(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "server", r.maybe_text())
    put(facts, "computer", r.maybe_text())
    _authenticator(r, facts)


def _dc_name(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "server", r.maybe_text())
    put(facts, "domain", r.maybe_text())


def _dc_name_for(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "server", r.maybe_text())
    put(facts, "account", r.maybe_text())
    r.u32()
    put(facts, "domain", r.maybe_text())


def _server(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "server", r.maybe_text())


REQUESTS: Table = {
    2: _logon(True),
    4: _challenge,
    5: _authenticate(False),
    6: _set_password(16),
    11: _dc_name,
    13: _dc_name,
    15: _authenticate(True),
    20: _dc_name,
    26: _authenticate(True),
    27: _dc_name,
    28: _server,
    29: _domain_info,
    30: _set_password(516),
    31: _get_password,
    34: _dc_name_for,
    39: _logon(False),
    40: _server,
    42: _get_password,
    45: _logon(True),
    46: _get_password,
}
REPLIES: Table = {
    4: _challenged,
    5: _authenticated(False, False),
    15: _authenticated(True, False),
    26: _authenticated(True, True),
}
