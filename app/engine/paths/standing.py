"""Rights that hold until somebody changes them: groups, local administrators, control over objects of the directory."""

from collections.abc import Callable, Iterator

from app.engine.knowledge import Knowledge
from app.engine.knowledge.sids import sid_in
from app.engine.knowledge.states import Key, glance
from app.engine.paths.arcs import EVER, Arc, Told
from app.engine.paths.rights import CONTROL, EVERYBODY, EVERYBODY_KEY, LOCAL_GROUPS, LOCAL_SIDS, OF_CLASS
from app.model.directory import DirectoryObject
from app.model.entity import EntityRef

LIST = "; "
DISABLED = 0x2
MEMBERS, POLICY, COMPUTERS = "members of ", "policy members of ", "policy computers"
OURS = "S-1-5-21-"
Source = Callable[[str], str]
"""What told an activity, by its id, in words: "SharpHound"."""


class Reading:
    """One pass over the states of a directory; collects arcs and what is beside them."""

    def __init__(self, known: Knowledge, source: Source) -> None:
        self._known, self._source = known, source
        self.arcs: list[Arc] = []
        self.refs: dict[str, EntityRef] = {}
        self.off: set[str] = set()
        self.listed: set[str] = set()
        self.computers: set[str] = set()
        self.sources: dict[str, None] = {}
        self.sids: dict[str, str] = {}
        self._of_key: dict[Key, EntityRef] = {}
        self._of_sid: dict[tuple[str, str], EntityRef | None] = {}

    def told(self) -> Told:
        """What was collected."""
        return Told(
            arcs=self.arcs, refs=self.refs, off=frozenset(self.off), listed=frozenset(self.listed),
            computers=frozenset(self.computers), sources=tuple(sorted(self.sources)), sids=self.sids,
        )  # fmt: skip

    def read(self) -> None:
        """All objects, then all memberships, then what logs say of local groups."""
        rows = list(self._known.directory.states.rows())
        last = {}
        for key, states in rows:
            if key[2] == 0:
                last[key] = one = glance(states[-1][2])
                if one.sam or one.object_class.lower() == "domaindns":
                    ref = self._of_key[key] = self._keep(self._known.entity_named(one))
                    if one.sid:
                        self.sids[ref.key] = key[1]
        for key, states in rows:
            if key[2]:
                continue
            for place, (at, proof, body) in enumerate(states):
                since = EVER[0] if place == 0 else at
                until = EVER[1] if place == len(states) - 1 else states[place + 1][0]
                one = last[key] if place == len(states) - 1 else glance(body)
                self._object(self._of_key.get(key), one, at, proof, since, until)
        proofs = {key: (states[-1][0], states[-1][1]) for key, states in rows if key[2] == 0}
        for member, group, since, until in self._known.directory.memberships():
            origin, target = self._of_key.get(member), self._of_key.get(group)
            if origin is not None and target is not None and origin.key != target.key:
                at, proof = proofs[group]
                self._arc(origin, target, "member", "MemberOf", at, proof, since, until)
        self._logged()

    def _keep(self, ref: EntityRef) -> EntityRef:
        return self.refs.setdefault(ref.key, ref)

    def _principal(self, text: str, domain: str) -> EntityRef | None:
        """Who a SID or distinguished name of a list is; None for Windows' own principals and for accounts nobody names."""
        asked = (text, domain)
        if asked in self._of_sid:
            return self._of_sid[asked]
        found: EntityRef | None = None
        sid = sid_in(text)
        if sid in EVERYBODY:
            found = self._keep(EntityRef("group", EVERYBODY_KEY, EVERYBODY["S-1-5-11"]))
        elif not sid or sid.startswith((OURS, "S-1-5-32-")):
            key = self._known.directory.find(text, domain)
            if key is not None and key in self._of_key:
                found = self._of_key[key]
            elif sid.startswith(OURS) and self._known.accounts.holder(sid) is not None:
                ref = self._known.account_of_sid(sid)
                found = None if ref is None else self._keep(ref)
        self._of_sid[asked] = found
        return found

    def _arc(
        self, origin: EntityRef | None, target: EntityRef | None, kind: str, right: str, at: int, proof: str, since: int,
        until: int, certainty: str = "high", seen: bool = False,
    ) -> None:  # fmt: skip
        if origin is None or target is None or origin.key == target.key:
            return
        how = self._source(proof)
        if how:
            self.sources[how] = None
        self.arcs.append(
            Arc(
                origin=origin.key, target=target.key, kind=kind, right=right, seen=seen, since=since, until=until,  # type: ignore[arg-type]
                first=at, last=at, certainty=certainty, how=how, proof=proof,  # type: ignore[arg-type]
            )
        )  # fmt: skip

    def _object(self, ref: EntityRef | None, one: DirectoryObject, at: int, proof: str, since: int, until: int) -> None:
        for name, value in one.facts.items():
            if name.startswith(POLICY) and not one.deleted:
                domain = one.domain.lower()
                for computer in self._policy_computers(one.facts.get(COMPUTERS, ""), domain):
                    self._local(computer, name[len(POLICY) :], value, domain, at, proof, since, until)
        if ref is None:
            return
        if until == EVER[1] and (one.deleted or (one.uac is not None and one.uac & DISABLED)):
            self.off.add(ref.key)
        if one.deleted:
            return
        kind = OF_CLASS.get(ref.kind)
        if ref.kind == "computer":
            self.computers.add(ref.key)
        domain = one.domain.lower()
        table = CONTROL.get(kind, {}) if kind is not None else {}
        for name, value in one.facts.items():
            if name in table:
                right = "Owns" if name == "owner" else "ReadGMSAPassword" if name == "msDS-GroupMSAMembership" else name
                for origin in self._listed(value, domain):
                    self._arc(origin, ref, "control", right, at, proof, since, until, table[name])
            elif kind == "computer" and name.startswith(MEMBERS):
                self._local(ref, name[len(MEMBERS) :], value, domain, at, proof, since, until)
            elif kind == "computer" and name == "sessions":
                for account in self._listed(value, domain):
                    if account.kind in ("user", "service"):
                        self._arc(ref, account, "session", "HasSession", at, proof, *EVER, seen=True)
        if kind == "computer":
            for text in one.allowed_to_act:
                self._arc(self._principal(text, domain), ref, "control", "AllowedToAct", at, proof, since, until)
        for text in one.delegates_to:
            self._arc(ref, self._served(text, domain), "control", "AllowedToDelegate", at, proof, since, until, "medium")
        for text in one.sid_history:
            self._arc(ref, self._principal(text, domain), "control", "HasSIDHistory", at, proof, since, until)

    def _listed(self, value: object, domain: str) -> Iterator[EntityRef]:
        for text in str(value).split(LIST):
            found = self._principal(text, domain)
            if found is not None:
                yield found

    def _local(
        self, computer: EntityRef, group: str, value: object, domain: str, at: int, proof: str, since: int, until: int
    ) -> None:
        if group not in LOCAL_GROUPS:
            return
        kind, right = LOCAL_GROUPS[group]
        if kind == "admin":
            self.listed.add(computer.key)
        for origin in self._listed(value, domain):
            self._arc(origin, computer, kind, right, at, proof, since, until)

    def _policy_computers(self, text: str, domain: str) -> Iterator[EntityRef]:
        sid, _, rids = text.partition(": ")
        for rid in rids.split():
            found = self._principal(f"{sid}-{rid}", domain)
            if found is not None and found.kind in ("computer", "controller"):
                yield found

    def _served(self, text: str, domain: str) -> EntityRef | None:
        """The computer of a service name, or the object of a SID."""
        if "/" not in text:
            return self._principal(text, domain)
        where = text.split("/")[1].split(":")[0]
        key = self._known.directory.computer(where) if where else None
        return self._of_key.get(key) if key is not None else None

    def _logged(self) -> None:
        """Who was put into a local group of a computer that is no controller, as its log says (4732, 4733)."""
        spans: dict[tuple[str, str, str], list[tuple[int, int, str, str]]] = {}
        for (sid, _, _, member_sid, member, computer, word), seen in self._known.accounts.members.rows():
            group = LOCAL_SIDS.get(str(sid).upper())
            if group is None or self._known.is_controller(f"name:{computer}"):
                continue
            origin = self._principal(str(member_sid), "") or (self._principal(str(member), "") if "=" in str(member) else None)
            if origin is not None:
                place = self._keep(self._known.computer_entity(str(computer)))
                spans.setdefault((origin.key, place.key, group), []).append((seen[0], seen[1], str(word), str(seen[3])))
        for (origin_key, place_key, group), said in sorted(spans.items()):
            added = [one for one in said if one[2] == "added"]
            if not added:
                continue
            removed = max((one[1] for one in said if one[2] == "removed"), default=EVER[0])
            until = removed if removed > max(one[1] for one in added) else EVER[1]
            kind, right = LOCAL_GROUPS[group]
            first = min(added)
            self._arc(self.refs[origin_key], self.refs[place_key], kind, right, first[0], first[3], first[0], until)


def standing(known: Knowledge, source: Source) -> Told:
    """Arcs of the directory and of what logs say of local groups. source: what told an activity, in words."""
    reading = Reading(known, source)
    reading.read()
    return reading.told()
