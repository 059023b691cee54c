"""Who acted, as one activity alone tells it: the account on the wire, or the ticket that knows better."""

from typing import Any

import msgspec
from msgspec import Struct

from app.model.activity import Account, Activity
from app.model.details import DnsQuery, KerberosAs, KerberosTgs, LdapBind, Ntlm
from app.model.events import EventAudit, WindowsEvent
from app.model.principals import is_placeless


class Actor(Struct, array_like=True, frozen=True, gc=False):
    """account: as the activity has it. name, domain: named by the detail instead. ticket: where no name is known.

    computer: the one whose log says so, where it depends on that who is meant.
    """

    account: tuple[str, str | None, str | None] | None = None
    name: str | None = None
    domain: str | None = None
    ticket: str | None = None
    computer: str | None = None


def actor_of(activity: Activity) -> Account | Actor | None:
    """What tells actors apart; activities with equal answers were done by the same account. None: nothing is said."""
    account = activity.account
    detail: Any = activity.detail
    if account is not None and (account.name or account.sid):
        if isinstance(detail, WindowsEvent) and detail.computer and is_placeless(account.name, account.domain, account.sid):
            return Actor(account=(account.name, account.domain, account.sid), computer=detail.computer.lower())
        return account
    name: str | None = None
    domain: str | None = None
    kind = type(detail)
    if account is None:
        if kind is KerberosTgs or kind is KerberosAs:
            name, domain = detail.client, detail.realm
        elif kind is Ntlm and not detail.anonymous:
            name, domain = detail.user, detail.domain
        elif kind is LdapBind:
            name = detail.name
        if name:
            return Actor(name=name, domain=domain)
    ticket = activity.ticket or getattr(detail, "presented_ticket_hash", None) or getattr(detail, "ticket_hash", None)
    if account is None and ticket is None:
        return None
    return Actor(account=None if account is None else (account.name, account.domain, account.sid), ticket=ticket)


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Actor).decode


def dump(actor: Account | Actor) -> bytes:
    """Content of an actor as it is kept; equal for equal actors."""
    if isinstance(actor, Account):
        return _encode(((actor.name, actor.domain, actor.sid), None, None, None))
    fields = (actor.account, actor.name, actor.domain, actor.ticket)
    return _encode(fields if actor.computer is None else (*fields, actor.computer))


def load(raw: bytes) -> Actor:
    """The inverse of dump."""
    return _decode(raw)


def account_of(actor: Actor) -> Account | None:
    """The account of the activities of this actor."""
    return None if actor.account is None else Account(name=actor.account[0], domain=actor.account[1], sid=actor.account[2])


def words(actor: Account | Actor) -> str:
    """The actor as said on the wire, in lower case, for search: "corp\\alice"."""
    if isinstance(actor, Account):
        name, domain = actor.name, actor.domain
    elif actor.account is not None:
        name, domain = actor.account[0], actor.account[1]
    else:
        name, domain = actor.name or "", actor.domain
    name = name or (actor.sid if isinstance(actor, Account) else actor.account[2] if actor.account else None) or ""
    return f"{domain}\\{name}".lower() if domain else name.lower()


def example(actor: Actor) -> Activity:
    """An activity of this actor, for asking who that is."""
    detail: Any = KerberosAs(client=actor.name, realm=actor.domain) if actor.name else DnsQuery()
    if actor.computer is not None:
        detail = EventAudit(computer=actor.computer)
    return Activity(at=0, until=0, input="", account=account_of(actor), ticket=actor.ticket, detail=detail)
