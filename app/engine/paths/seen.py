"""Credentials seen on computers, and rights of administrators seen in use."""

from collections.abc import Iterable

from app.engine.knowledge import Knowledge
from app.engine.paths.arcs import Arc, Flow
from app.engine.paths.rights import LOCAL_GROUPS
from app.model.activity import NAMED, Account
from app.model.entity import Certainty, EntityRef
from app.model.principals import is_placeless

LEFT: dict[str, Certainty] = {
    "interactive": "high", "unlock": "high", "cached": "high", "remote interactive": "high", "batch": "high", "service": "high",
    "explicit credentials": "high", "user listed": "high", "session listed": "medium",
}  # fmt: skip
"""Words of credentials left on a computer (app.engine.knowledge.footprints); a listed session names its client only."""
USED: dict[str, Certainty] = {"administrative share": "medium", "service or task": "high", "special privileges": "medium"}
"""Words of administrators' rights in use, and how surely they show that the account is an administrator there."""
DESKTOP, TOLD = "remote desktop", "local administrator"
ASKED = {"kerberos-as": "ticket-granting ticket asked for there", "event-kerberos": "tickets asked for there (log)"}
"""Kinds of activities to what they show of the source; every other one is an authentication from there."""
PROVING: dict[str, Certainty] = {"kerberos-as": "high", "event-kerberos": "high", "kerberos-tgs": "high", "ntlm": "medium"}


class Seen:
    """Collects arcs of what was seen, with the entities that they name."""

    def __init__(self, known: Knowledge) -> None:
        self._known = known
        self.arcs: list[Arc] = []
        self.refs: dict[str, EntityRef] = {}
        self.listed: set[str] = set()

    def footprints(self) -> None:
        """What the fold of footprints holds, in the order of its keys."""
        rows = sorted(self._known.footprints.tally.rows(), key=lambda row: repr(row[0]))
        for (word, name, domain, sid, ticket, source, place, _), seen in rows:
            first, last, count, proof = int(seen[0]), int(seen[1]), int(seen[2]), str(seen[3])
            who = self._who(str(name), str(domain), str(sid), str(ticket), str(place), first)
            if who is None or who.kind not in ("user", "group"):
                continue
            where = self._keep(self._known.end(str(place), first)[0])
            came = self._known.end(str(source), first)[0].key if source else ""
            if word in LEFT:
                self._add(where, who, "session", str(word), LEFT[str(word)], first, last, count, proof, "")
            elif word in USED:
                self._add(who, where, "admin", str(word), USED[str(word)], first, last, count, proof, came)
            elif word == DESKTOP:
                self._add(who, where, "remote", str(word), "high", first, last, count, proof, came)
            elif word == TOLD:
                self.listed.add(where.key)
                if not self._known.is_controller(str(place)):
                    right = LOCAL_GROUPS["Administrators"][1]
                    self.arcs.append(
                        Arc(origin=who.key, target=where.key, kind="admin", right=right, since=first, first=first, last=last,
                            count=count, how="SAM-R", proof=proof)
                    )  # fmt: skip

    def flows(self, flows: Iterable[Flow]) -> None:
        """Credentials that were used from a computer lay there."""
        for one in flows:
            if one.who.kind not in ("user", "service"):
                continue
            where, _ = self._known.end(one.address, one.last)
            self._keep(where)
            self._keep(one.who)
            if where.key == one.who.key:
                continue
            right = ASKED.get(one.kind, "authenticated from there")
            certainty: Certainty = PROVING.get(one.kind, "medium") if where.kind != "address" else "low"
            self.arcs.append(
                Arc(origin=where.key, target=one.who.key, kind="session", right=right, seen=True, first=one.first, last=one.last,
                    count=one.count, certainty=certainty, how=one.kind, flow=(one.source, one.actor))
            )  # fmt: skip

    def _keep(self, ref: EntityRef) -> EntityRef:
        return self.refs.setdefault(ref.key, ref)

    def _who(self, name: str, domain: str, sid: str, ticket: str, place: str, at: int) -> EntityRef | None:
        known = self._known
        if ticket:
            holder = known.ticket(ticket)
            found = known.account(holder.client, holder.realm, None, at) if holder is not None else None
        elif not name and sid:
            key = known.directory.find(sid)
            found = known.entity_of_object(key) if key is not None else None
            if found is None and known.accounts.holder(sid, at) is not None:
                found = known.account_of_sid(sid, at)
        elif place.startswith(NAMED) and is_placeless(name, domain or None, sid or None):
            found = known.logged_account(Account(name=name, domain=domain or None, sid=sid or None), place[len(NAMED) :], at)
        else:
            found = known.account(name, domain or None, sid or None, at)
        return self._keep(found) if found is not None else None

    def _add(
        self, origin: EntityRef, target: EntityRef, kind: str, right: str, certainty: Certainty, first: int, last: int,
        count: int, proof: str, source: str,
    ) -> None:  # fmt: skip
        if origin.key != target.key:
            self.arcs.append(
                Arc(origin=origin.key, target=target.key, kind=kind, right=right, seen=True, first=first, last=last, count=count,  # type: ignore[arg-type]
                    certainty=certainty, how="log" if proof.rpartition("-")[0] and "-event-" in proof else "traffic", proof=proof,
                    source=source)
            )  # fmt: skip
