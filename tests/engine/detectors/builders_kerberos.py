"""Tickets shown to servers, and requests as tools and Windows write them, for the cases of Kerberos detectors."""

from app.model.activity import Account, Activity
from app.model.details import KerberosAp, RdpConnection
from tests.engine.detectors.builders import FILES, REALM, WS1, act, as_req

WINDOWS = {
    "request_etypes": (18, 17, 23, 24, -135, 3), "options": 0x40810010, "pa_types": (2, 128), "pac_request": True,
    "client_addresses": ("WS1",),
}  # fmt: skip
"""An AS-REQ of Windows."""
RUBEUS = {
    "request_etypes": (23,), "options": 0x40800010, "pa_types": (2, 128), "pac_request": True, "padata_etype": 23,
    "reply_etype": 23,
}  # fmt: skip
IMPACKET = {**RUBEUS, "options": 0x50800000}
HASH_ONLY = {**WINDOWS, "request_etypes": (23, -133, -128, 24, -135), "padata_etype": 23, "reply_etype": 23}
"""An AS-REQ of Windows, into whose session only an NT hash was put."""


def ap_req(service: str, mark: str, source: str = WS1, target: str = FILES, *, at: int = 0, carrier: str = "smb2",
           client: str | None = None, code: int = 0, **more: object) -> Activity:  # fmt: skip
    """A ticket shown to a server."""
    values: dict[str, object] = {"service": service, "realm": REALM, "ticket_etype": 18, "ticket_kvno": 2, "ticket_size": 1100,
                                 "ticket_hash": mark, "authenticator_etype": 18, "carrier": carrier}  # fmt: skip
    detail = KerberosAp(**(values | more))  # type: ignore[arg-type]
    who = Account(name=client, domain=REALM) if client else None
    return act(detail, source, target, 445, at=at, result="failure" if code else "success", code=code, account=who, ticket=mark)


def signs_in(computer: str, source: str, *, at: int = 0) -> Activity:
    """A computer's own account, which tells whose address it is."""
    return as_req(f"{computer}$", source, at=at)


def desktop(source: str, target: str, *, at: int = 0) -> Activity:
    """A remote desktop connection."""
    return act(RdpConnection(cookie="alice"), source, target, 3389, at=at)


def tgt_of(client: str, source: str, at: int) -> str:
    """Fingerprint of the ticket that as_req() gave."""
    return f"tgt-{client}-{source}-{at}"
