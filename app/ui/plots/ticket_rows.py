"""Tickets as rows of lanes: which bar stands where, what is folded, from which bar a ticket jumps to another host."""

from collections.abc import Collection, Iterable, Sequence
from typing import Literal, NamedTuple

from app.model.counting import counted
from app.model.entity import EntityRef
from app.model.tickets import WEAK_ETYPES, Genealogy, Host, Refusals, TicketNode, etype_name

By = Literal["host", "account"]
FOLD = 6
"""Service tickets below one ticket from which on they are one bar until somebody unfolds them."""
CROWD = 8
"""Accounts' tickets in one lane from which on those of one account are one bar."""
NOBODY = EntityRef("address", "address:", "No address told")
NO_ACCOUNT = EntityRef("user", "user:", "Account not told")


class Bar(NamedTuple):
    """One row. key: what stays the same when other rows come. start, end: of what was seen; until: its known end.

    copy: the ticket at a host that did not receive it. apart: nothing explains that. folded: how many tickets it stands for.
    parent: position of the bar that an elbow comes from, -1 for none.
    """

    key: str
    lane: int
    kind: Literal["ticket", "more", "account", "refused"]
    start: int
    end: int
    title: str
    words: str
    depth: int = 0
    until: int | None = None
    ticket: TicketNode | None = None
    host: Host | None = None
    copy: bool = False
    apart: bool = False
    folded: int = 0
    odd: bool = False
    parent: int = -1
    refused: Refusals | None = None


class Lane(NamedTuple):
    """A host or an account with its bars bars[first:last]. below: its addresses."""

    ref: EntityRef
    below: str
    first: int
    last: int


class Jump(NamedTuple):
    """A ticket went from one bar's host to another's, at the latest then."""

    origin: int
    target: int
    at: int


class Rows(NamedTuple):
    """All of a picture. first, last: UTC microseconds of what was seen."""

    lanes: tuple[Lane, ...] = ()
    bars: tuple[Bar, ...] = ()
    jumps: tuple[Jump, ...] = ()
    first: int = 0
    last: int = 0


class Stay(NamedTuple):
    """A ticket at one of its hosts. place: key of its lane."""

    place: str
    ref: EntityRef
    ticket: TicketNode
    host: Host | None
    copy: bool


def chosen(found: Genealogy, text: str = "", encryption: str = "", only_odd: bool = False) -> tuple[TicketNode, ...]:
    """Tickets that match, with those they were got with; of odd ones also what was got with them.

    text: every word must stand in its account, service, realm, hosts or id. encryption: "weak", or a name of an encryption type.
    """
    words = text.lower().split()[:16]
    by_id = {one.id: one for one in found.tickets}
    kept: set[str] = set()
    for one in found.tickets:
        if only_odd and not one.odd:
            continue
        if encryption and not _encrypted(one, encryption):
            continue
        if words and not _says(one, words):
            continue
        kept.add(one.id)
        if only_odd:
            kept.update(exchange.made for exchange in one.exchanges if exchange.made)
    for id in list(kept):
        above = by_id[id].parent if id in by_id else ""
        for _ in range(32):
            if not above or above in kept or above not in by_id:
                break
            kept.add(above)
            above = by_id[above].parent
    return tuple(one for one in found.tickets if one.id in kept)


def _encrypted(one: TicketNode, wanted: str) -> bool:
    if wanted == "weak":
        return one.etype in WEAK_ETYPES
    return etype_name(one.etype) == wanted


def _says(one: TicketNode, words: Sequence[str]) -> bool:
    hosts = " ".join(f"{host.ref.label} {' '.join(host.addresses)}" for host in one.hosts)
    label = one.client.label if one.client is not None else ""
    told = f"{one.name} {label} {one.service} {one.realm} {one.id} {hosts} {' '.join(one.notes)}".lower()
    return all(word in told for word in words)


def arranged(
    tickets: Iterable[TicketNode], refusals: Iterable[Refusals] = (), by: By = "host", unfolded: Collection[str] = ()
) -> Rows:
    """Rows of these tickets. unfolded: keys of the folded bars that are open."""
    every = list(tickets)
    stays = [stay for one in every for stay in _stays(one, by)]
    places: dict[str, list[Stay]] = {}
    for stay in stays:
        places.setdefault(stay.place, []).append(stay)
    bursts: dict[str, list[Refusals]] = {}
    for refused in refusals:
        ref = (refused.origin or NOBODY) if by == "host" else None
        if ref is not None:
            bursts.setdefault(ref.key, []).append(refused)
            places.setdefault(ref.key, [])
    order = sorted(places, key=lambda key: _rank(places[key], bursts.get(key, [])))
    bars: list[Bar] = []
    lanes: list[Lane] = []
    for number, key in enumerate(order):
        first = len(bars)
        _lane(number, places[key], bursts.get(key, []), set(unfolded), bars)
        ref = places[key][0].ref if places[key] else bursts[key][0].origin or NOBODY
        lanes.append(Lane(ref, _below(places[key], bursts.get(key, []), by), first, len(bars)))
    seen = [(bar.start, bar.end) for bar in bars]
    return Rows(
        tuple(lanes), tuple(bars), tuple(_jumps(bars)),
        min((one for one, _ in seen), default=0), max((one for _, one in seen), default=0),
    )  # fmt: skip


def _stays(one: TicketNode, by: By) -> list[Stay]:
    client = one.client or (NO_ACCOUNT if not one.name else EntityRef("user", f"user:{one.name.lower()}", one.name))
    if not one.hosts:
        ref = NOBODY if by == "host" else client
        return [Stay(ref.key, ref, one, None, False)]
    return [
        Stay(ref.key, ref, one, host, number > 0)
        for number, host in enumerate(one.hosts)
        for ref in (host.ref if by == "host" else client,)
    ]


def _rank(stays: Sequence[Stay], bursts: Sequence[Refusals]) -> tuple[bool, bool, bool, int, str]:
    """Lanes of a ticket that two hosts used come first and side by side, then others of something odd, then by time."""
    home = any(stay.ticket.apart and not stay.copy for stay in stays)
    apart = any(stay.host is not None and stay.host.apart for stay in stays)
    odd = any(stay.ticket.odd for stay in stays)
    first = min([*(stay.ticket.first for stay in stays), *(one.first for one in bursts)], default=0)
    return not (home or apart), not home, not odd, first, stays[0].place if stays else ""


def _below(stays: Sequence[Stay], bursts: Sequence[Refusals], by: By) -> str:
    if by == "account":
        names = dict.fromkeys(stay.host.ref.label for stay in stays if stay.host is not None)
        return _some(list(names))
    found = dict.fromkeys(one for stay in stays if stay.host is not None for one in stay.host.addresses)
    label = stays[0].ref.label if stays else bursts[0].address
    rest = [one for one in found if one != label]
    return _some(rest) if rest else "no name"


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:2]) + (f" and {len(names) - 2} more" if len(names) > 2 else "")


def _lane(number: int, stays: Sequence[Stay], bursts: Sequence[Refusals], unfolded: set[str], bars: list[Bar]) -> None:
    here = {stay.ticket.id: stay for stay in stays}
    tops: list[Stay] = []
    below: dict[str, list[Stay]] = {}
    for stay in stays:
        above = stay.ticket.parent
        if above in here and above != stay.ticket.id and not stay.copy and not _loops(stay.ticket.id, here):
            below.setdefault(above, []).append(stay)
        else:
            tops.append(stay)
    units: list[tuple[int, Stay | Refusals | tuple[str, list[Stay]]]] = [(one.first, one) for one in bursts]
    plain: dict[str, list[Stay]] = {}
    for stay in tops:
        if len(tops) > CROWD and not _odd_family(stay, below):
            plain.setdefault(stay.ticket.name or "?", []).append(stay)
        else:
            units.append((_start(stay), stay))
    for name, some in plain.items():
        if len(some) == 1:
            units.append((_start(some[0]), some[0]))
        else:
            units.append((_start(some[0]), (name, some)))
    # What a ticket of two hosts did stands at the facing ends of their lanes, so that the jump between them is short.
    for _, unit in sorted(units, key=lambda pair: (_side(pair[1], below), pair[0])):
        if isinstance(unit, Refusals):
            bars.append(_refused(number, unit))
        elif isinstance(unit, Stay):
            _family(number, unit, below, unfolded, bars, 0, -1)
        else:
            name, some = unit
            key = f"{some[0].place}|{name}"
            whole = [one for stay in some for one in (stay, *below.get(stay.ticket.id, ()))]
            bars.append(_folded(number, key, "account", name, some, whole, 0, -1))
            if key in unfolded:
                for stay in some:
                    _family(number, stay, below, unfolded, bars, 1, -1)


def _side(unit: Stay | Refusals | tuple[str, list[Stay]], below: dict[str, list[Stay]]) -> int:
    if not isinstance(unit, Stay):
        return 0
    family = (unit, *below.get(unit.ticket.id, ()))
    if any(one.host is not None and one.host.apart for one in family):
        return -1
    return 1 if any(one.ticket.apart and not one.copy for one in family) else 0


def _loops(id: str, here: dict[str, Stay]) -> bool:
    """True when a ticket descends from itself, which only a forger's or a broken record can say."""
    above = here[id].ticket.parent
    for _ in range(64):
        if above == id:
            return True
        if above not in here:
            return False
        above = here[above].ticket.parent
    return True


def _odd_family(stay: Stay, below: dict[str, list[Stay]]) -> bool:
    return bool(stay.ticket.odd) or any(one.ticket.odd for one in below.get(stay.ticket.id, ()))


def _family(
    number: int, stay: Stay, below: dict[str, list[Stay]], unfolded: set[str], bars: list[Bar], depth: int, parent: int
) -> None:
    place = len(bars)
    bars.append(_bar(number, stay, depth, parent))
    children = below.get(stay.ticket.id, [])
    plain = [one for one in children if not one.ticket.odd and not below.get(one.ticket.id)]
    key = f"{stay.place}|{stay.ticket.id}|more"
    if len(plain) > FOLD and key not in unfolded:
        rest = [one for one in children if one not in plain]
        bars.append(_folded(number, key, "more", "", plain, plain, depth + 1, place))
    else:
        if len(plain) > FOLD:
            bars.append(_folded(number, key, "more", "", plain, plain, depth + 1, place))
        rest = children
    for child in sorted(rest, key=_start):
        if depth < 12:
            _family(number, child, below, unfolded, bars, depth + 1, place)


def _start(stay: Stay) -> int:
    return stay.host.first if stay.host is not None and stay.copy else stay.ticket.first


def _bar(number: int, stay: Stay, depth: int, parent: int) -> Bar:
    one, host = stay.ticket, stay.host
    apart = host is not None and host.apart
    words = [etype_name(one.etype)] if one.etype is not None else []
    shown = sum(1 for use in one.exchanges if use.deed == "shown" and (host is None or not stay.copy or use.origin == host.ref))
    if one.kind == "service":
        words += [f"used {shown:,} times" if shown != 1 else "used once"] if shown else []
    elif one.issuer is not None and not stay.copy:
        words.append(f"from {one.issuer.label}")
    if one.seen != "issued" and not stay.copy:
        words.append("never issued" if one.seen == "covered" else "issue not seen")
    words += [note.partition(" for ")[0].partition(" (")[0] for note in one.notes if note not in ("inside FAST",)][:2]
    start = host.first if host is not None and stay.copy else one.first
    end = host.last if host is not None else one.last
    return Bar(
        key=f"{stay.place}|{one.id}", lane=number, kind="ticket", start=start, end=max(start, end),
        until=one.end if not stay.copy or one.end is None or one.end > start else None, title=name_of(one),
        words=", ".join(words), depth=depth, ticket=one, host=host, copy=stay.copy, apart=apart, odd=bool(one.odd), parent=parent,
    )  # fmt: skip


def name_of(one: TicketNode) -> str:
    """TGT 7f3a91c4, da.smith for a ticket-granting ticket, cifs/FS1 for a service ticket."""
    short = one.id.removeprefix("log:")[:8]
    if one.kind == "granting":
        return f"TGT {short}, {one.name}" if one.name else f"TGT {short}"
    if one.kind == "referral":
        return f"Referral {short} to {one.service.partition('/')[2] or one.service}"
    return one.service or f"Ticket {short}"


def _folded(
    number: int, key: str, kind: Literal["more", "account"], name: str, some: Sequence[Stay], whole: Sequence[Stay],
    depth: int, parent: int,
) -> Bar:  # fmt: skip
    services = list(dict.fromkeys(one.ticket.service for one in whole if one.ticket.kind == "service" and one.ticket.service))
    etypes = list(dict.fromkeys(etype_name(one.ticket.etype) for one in whole if one.ticket.etype is not None))
    listed = _some(services)
    if kind == "more":
        title, words = counted(len(some), "service ticket"), ", ".join([*etypes[:2], *([listed] if listed else [])])
    else:
        got = len(whole) - len(some)
        title = name
        words = counted(len(some), "ticket") + (f" and {got:,} got with them" if got else "")
    return Bar(
        key=key, lane=number, kind=kind, start=min(one.ticket.first for one in whole), end=max(one.ticket.last for one in whole),
        title=title, words=words, depth=depth, folded=len(some), odd=any(one.ticket.odd for one in whole), parent=parent,
        ticket=some[0].ticket,
    )  # fmt: skip


def _refused(number: int, one: Refusals) -> Bar:
    words = f"{one.accounts:,} accounts, {one.answered:,} answered" if one.accounts > 1 else f"{one.answered:,} answered"
    return Bar(
        key=f"{one.origin.key if one.origin else ''}|refused|{one.first}", lane=number, kind="refused", start=one.first,
        end=one.last,
        title=f"{one.count:,} refused AS requests", words=words, refused=one,
    )  # fmt: skip


def _jumps(bars: Sequence[Bar]) -> list[Jump]:
    home = {bar.ticket.id: place for place, bar in enumerate(bars) if bar.ticket and bar.kind == "ticket" and not bar.copy}
    return [
        Jump(home[bar.ticket.id], place, bar.start)
        for place, bar in enumerate(bars)
        if bar.apart and bar.ticket is not None and bar.ticket.id in home
    ]
