"""Days of ordinary work, and what breaks them, for the cases of detectors that know what an account is used to."""

from msgspec.structs import replace

from app.model.activity import Account, Activity
from app.model.details import Ntlm, RadiusAccounting, SmbTree
from tests.engine.detectors.builders import DC1, FILES, HOUR, MINUTE, REALM, WS1, act, as_req, tgs_req

DAY = 24 * HOUR
MORNING = 9 * HOUR
GATEWAY = "192.0.2.40"
OUTSIDER = "192.0.2.66"


def workday(day: int, user: str = "alice", source: str = WS1, servers: tuple[str, ...] = ("files", "mail")) -> list[Activity]:
    """One day: a sign-in in the morning, the same servers."""
    at = day * DAY + MORNING
    return [
        as_req(user, source, at=at, client_name_type=1),
        *(tgs_req(f"cifs/{one}.example.org", source, at=at + number * MINUTE, client=user)
          for number, one in enumerate(servers, 1)),
    ]  # fmt: skip


def workdays(days: int, user: str = "alice", source: str = WS1, servers: tuple[str, ...] = ("files", "mail")) -> list[Activity]:
    """So many days of it, from the first one on."""
    return [one for day in range(days) for one in workday(day, user, source, servers)]


def visits(day: int, servers: int, user: str = "alice", source: str = WS1, *, first: int = 0, hour: int = 10) -> list[Activity]:
    """Tickets to many servers, a minute apart, and one more sign-in behind them."""
    at = day * DAY + hour * HOUR
    tickets = [
        tgs_req(f"cifs/other{first + one}.example.org", source, at=at + one * MINUTE, client=user) for one in range(servers)
    ]
    return [*tickets, tgs_req("cifs/files.example.org", source, at=at + servers * MINUTE, client=user)]


def signed(
    user: str = "alice", source: str = OUTSIDER, target: str = FILES, *, at: int = 0, windows: bool = True, carrier: str = "smb2"
) -> Activity:
    """An NTLM sign-in by a Windows client, or by one that leaves out what Windows tells."""
    detail = Ntlm(
        user=user, domain="EXAMPLE", version="NTLMv2", carrier=carrier, workstation="WS9" if windows else None,
        os_version="10.0.19045" if windows else None, mic=windows, mic_expected=True if windows else None,
    )  # fmt: skip
    return act(detail, source, target, 445, at=at, code=0)


def tree(share: str, user: str = "alice", source: str = OUTSIDER, target: str = FILES, *, at: int = 0) -> Activity:
    """A share is opened."""
    detail = SmbTree(dialect="3.1.1", path=rf"\\files\{share}", name=share, share_type="disk")
    return act(detail, source, target, 445, at=at, code=0, account=Account(name=user, domain="EXAMPLE"))


def vpn(
    place: str | None,
    user: str = "alice",
    *,
    at: int = 0,
    client: str | None = "LAPTOP1",
    status: str = "Start",
    session: str = "",
) -> Activity:  # fmt: skip
    """A RADIUS accounting record of a VPN gateway."""
    detail = RadiusAccounting(
        status=status, session=session or f"s{at}", framed_ip="192.0.2.200", calling_station="198.51.100.7", nas=GATEWAY,
        client_name=client, place=place,
    )  # fmt: skip
    return replace(act(detail, GATEWAY, DC1, 1813, at=at), account=Account(name=user, domain=REALM))
