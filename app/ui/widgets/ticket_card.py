"""What the inspector shows of a Kerberos ticket: its life, who had it, what proves that, what would speak against."""

from PySide6.QtWidgets import QWidget

from app.model.entity import EntityRef
from app.model.tickets import Exchange, Host, TicketNode, etype_name
from app.ui import wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.widgets.buttons import Button, LinkButton
from app.ui.widgets.cards import Card, buttons, facts, stacked
from app.ui.widgets.chips import Tag
from app.ui.widgets.flow import flow
from app.ui.widgets.sentence import EntityLabel
from app.ui.widgets.words import Paragraph

MOST = 8
KINDS = {"granting": "Ticket-granting ticket", "referral": "Referral to another realm", "service": "Service ticket"}
ODD = {
    "two hosts": "Used from two hosts",
    "never issued": "Never issued",
    "altered": "Altered",
}
OPENED = {
    "": "Not read: its sealed part needs a key. With a keytab its end, flags and PAC can be seen.",
    "no key": "Not read: no key of this service and version among those given.",
    "wrong key": "The key of this service and version does not open it, as with a forged ticket.",
}


def ticket_card(desk: Desk, one: TicketNode) -> Card:
    """The card; every statement leads to the activity that proves it."""
    short = one.id.removeprefix("log:")[:8]
    title = f"TGT {short}" if one.kind == "granting" else one.service or short
    whose = f"{KINDS[one.kind]} of {one.name or 'an unnamed account'}" + (f", {one.realm}" if one.realm else "")
    card = Card("Ticket" if one.told == "packets" else "Ticket, as a log tells it", title, whose)
    card.part(_tags(desk, one))
    card.part(facts(_facts(desk, one), width=96))
    if one.apart:
        _why_the_same(desk, one, card)
    elif len(one.hosts) > 1:
        card.part(stacked([Paragraph(f"{host.why}.") for host in one.hosts[1:MOST] if host.why], 6), "Several hosts, explained")
    if one.seen != "issued":
        card.part(Paragraph(f"{one.about}."), "Where it comes from")
    if one.held:
        card.part(facts(list(one.held), width=96), "What it holds")
    else:
        keytab = Button(
            tr("Add keytab"), on_click=lambda: desk.command("keys.use"), tip="Use a keytab for what is opened from now on"
        )
        card.part(stacked([Paragraph(OPENED.get(one.opened, "Opened; it holds no PAC.")), buttons(keytab)], 8), "Decryption")
    links = [_proof(desk, use) for use in one.exchanges[:MOST]]
    if len(one.exchanges) > MOST:
        links.append(Paragraph(f"and {wording.number(len(one.exchanges) - MOST)} more in the table", look="quiet"))
    card.part(stacked(links, 4), "Proof")
    return card


def _tags(desk: Desk, one: TicketNode) -> QWidget:
    chips: list[QWidget] = [Tag(ODD[word], "alerts") for word in one.odd if word in ODD]
    titles = {alert.id: alert.title for alert in desk.alerts}
    chips += [LinkButton(titles[id], lambda id=id: desk.go("alert", id)) for id in one.alerts[:3] if id in titles]
    if one.etype is not None:
        chips.append(Tag(etype_name(one.etype)))
    chips += [Tag(word, "Option") for word in one.flags[:MOST]]
    if one.alerts:
        first = next((id for id in one.alerts if id in titles), one.alerts[0])
        chips.append(Button(tr("Open alert"), "right", on_click=lambda: desk.go("alert", first)))
    return flow(*chips, gap=6)


def _facts(desk: Desk, one: TicketNode) -> list[tuple[str, QWidget | str]]:
    received = next((host for host in one.hosts if host.received), None)
    rows: list[tuple[str, QWidget | str]] = []
    if one.client is not None:
        rows.append(("Account", EntityLabel(one.client, desk.follow, "accent")))
    if one.kind != "service" or one.told == "log":
        rows.append(("Service", one.service or "not told"))
    if one.issued is not None:
        rows.append(("Issued", f"{wording.moment(one.issued)} ({one.exchange})"))
    else:
        rows.append(("First seen", wording.moment(one.first)))
    if received is not None:
        rows.append(("Issued to", EntityLabel(received.ref, desk.follow, "accent")))
    if one.issuer is not None:
        rows.append(("Issued by", EntityLabel(one.issuer, desk.follow, "accent")))
    rows.append(("Until", wording.moment(one.end) if one.end else _asked(one.asked_till)))
    if one.renew_till or one.asked_renew:
        rows.append(("Renew until", wording.moment(one.renew_till) if one.renew_till else _asked(one.asked_renew)))
    used = {use.origin.key: use.origin for use in one.exchanges if use.origin is not None and use.deed != "issued"}
    if used:
        rows.append(("Used from", _entities(desk, list(used.values()))))
    rows.append(("Last seen", wording.moment(one.last)))
    if one.notes:
        rows.append(("How", ", ".join(one.notes)))
    told = {
        "Ticket key": one.etype,
        "Reply key": one.reply_etype,
        "Session key": one.session_etype,
    }
    for name, number in told.items():
        if number is not None:
            rows.append((name, etype_name(number)))
    if one.session_etype is None:
        rows.append(("Session key", "sealed"))
    if one.requested:
        rows.append(("Client offered", ", ".join(etype_name(number) for number in one.requested[:MOST])))
    if one.options:
        rows.append(("Asked for", ", ".join(one.options)))
    if one.kvno is not None:
        rows.append(("Key version", str(one.kvno)))
    rows.append(("Fingerprint", one.id.removeprefix("log:")))
    if one.parent:
        above = one.parent
        rows.append(
            ("Got with", LinkButton(f"TGT {above.removeprefix('log:')[:8]}", lambda: desk.go("tickets", above), elide=True))
        )
    if one.evidence:
        shown = one.evidence
        rows.append(("On behalf of", LinkButton(shown[:8], lambda: desk.go("tickets", shown), elide=True)))
    return rows


def _asked(till: int | None) -> str:
    if not till:
        return "sealed"
    return f"sealed; asked for {wording.day(till, year=True)} {wording.clock(till)}"


def _entities(desk: Desk, refs: list[EntityRef]) -> QWidget:
    return stacked([EntityLabel(ref, desk.follow, "accent") for ref in refs[:MOST]], 2)


def _why_the_same(desk: Desk, one: TicketNode, card: Card) -> None:
    size = f"The {wording.number(one.size)} encrypted bytes" if one.size else "The encrypted bytes"
    told = f"{size} in both exchanges are equal. A renewed or forwarded ticket would differ."
    if one.told == "log":
        told = "The logs write the same hash, or the same GUID, of the ticket. A renewed or forwarded ticket would differ."
    home = one.hosts[0]
    parts: list[QWidget] = [Paragraph(told)]
    issue = next((use for use in one.exchanges if use.origin == home.ref), None)
    for host in one.apart[:3]:
        use = next((use for use in one.exchanges if use.origin == host.ref), None)
        parts += [_proof(desk, each) for each in (issue, use) if each is not None]
    card.part(stacked(parts, 6), "Why it is the same ticket")
    against: list[QWidget] = [
        Paragraph(tr("One computer behind two addresses (a new lease, address translation) or a ticket made to be forwarded."))
    ]
    against += [Paragraph(f"{host.why}.") for host in one.apart[:3]]
    against += [Paragraph(_known(host), look="quiet") for host in (home, *one.apart[:3])]
    card.part(stacked(against, 6), "What would speak against")


def _known(host: Host) -> str:
    where = wording.listed(host.addresses[:3])
    how = f": {host.how}" if host.how else ""
    return f"{host.ref.label} at {where}, certainty {host.certainty}{how}"


def _proof(desk: Desk, use: Exchange) -> QWidget:
    word = "record" if use.is_record else "frame"
    place = f", {word} {wording.number(use.frame)}" if use.frame else ""
    words = f"{wording.clock(use.at, True)} {wording.deed(use.deed)}{place}"
    return LinkButton(words, lambda: desk.go("activities", use.id), elide=True)
