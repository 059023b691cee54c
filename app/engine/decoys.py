"""Honeytokens: which entities an analyst tagged as such, and by which words protocols and logs name them."""

from collections.abc import Mapping

from app.engine.knowledge import Knowledge
from app.engine.knowledge.names import account_parts, host
from app.engine.knowledge.sids import sid_in
from app.model.entity import EntityRef
from app.model.tags import HONEYTOKEN

Tags = Mapping[str, Mapping[str, bool]]
"""Key of an entity to what the analyst says of its tags: it carries them, or it does not."""
MOST = 4_096
"""Characters of a name that is looked up; a distinguished name may be long."""


class Decoys:
    """The honeytokens of one analysis. The key of a tag may be of a time when less was known of the domain; both count."""

    __slots__ = ("_anywhere", "_known", "_named", "by_key")

    def __init__(self, knowledge: Knowledge, tags: Tags) -> None:
        self._known = knowledge
        self.by_key: dict[str, EntityRef] = {}
        self._named: dict[str, EntityRef] = {}
        self._anywhere: dict[str, EntityRef] = {}
        for key in sorted(key for key, said in tags.items() if said.get(HONEYTOKEN)):
            ref = self._entity(key)
            if ref is not None:
                self.by_key[key] = self.by_key[ref.key] = ref
                if key.startswith("user:") and "\\" not in key:  # tagged before its domain was known
                    self._anywhere[key[5:]] = ref
                for name in self._names(ref):
                    self._named.setdefault(name.lower(), ref)

    def __bool__(self) -> bool:
        return bool(self.by_key)

    def of(self, entity: EntityRef | None) -> EntityRef | None:
        """The honeytoken that an entity is."""
        if entity is None:
            return None
        found = self.by_key.get(entity.key)
        if found is None and self._anywhere and entity.key.startswith("user:"):
            found = self._anywhere.get(entity.key[5:].rpartition("\\")[2])
        return found

    def named(self, text: str | None) -> EntityRef | None:
        """The honeytoken that a text names alone: account name, distinguished name, security identifier, GUID, UPN."""
        if not text or len(text) > MOST:
            return None
        plain = text.strip().lower()
        found = self._named.get(plain) or self._named.get(plain.strip("%{}"))
        if found is not None:
            return found
        if plain.startswith("s-1-"):
            return self.of(self._known.account_of_sid(sid_in(plain)))
        if any(mark in plain for mark in "\\@="):
            return self.of(self._known.account(text.strip()))
        return None

    def service(self, spn: str | None) -> EntityRef | None:
        """The honeytoken under whose account a service runs; the service may be called by the account's own name."""
        if not spn or len(spn) > MOST:
            return None
        name = spn.partition("@")[0]
        if "/" not in name:
            return self.named(name)
        directory = self._known.directory
        held = directory.state(directory.holder(name))
        return self.of(self._known.entity_named(held.object)) if held is not None else None

    def _entity(self, key: str) -> EntityRef | None:
        """The entity of a key, as what is known of the whole input names it."""
        kind, _, rest = key.partition(":")
        if not rest:
            return None
        if kind == "computer":
            return self._known.computer_entity(rest)
        if kind == "user":
            domain, _, name = rest.rpartition("\\")
            return self._known.account(name, domain or None)
        return EntityRef("address", key, rest) if kind == "address" else None

    def _names(self, ref: EntityRef) -> list[str]:
        kind, _, rest = ref.key.partition(":")
        if kind == "address":
            return [rest]
        names = [rest]
        if kind == "computer":
            names += [f"{host(rest).partition('.')[0]}$", f"host/{rest}"]
        else:
            domain, _, name = rest.rpartition("\\")
            names += [name, f"{name}@{domain}"]
            names.append(self._known.accounts.sid(self._known.accounts.key(name, domain or None)))
        held = self._known.directory.state(self._known.object_of(ref.key))
        if held is not None:
            one = held.object
            names += [one.dn, one.sam or "", one.upn or "", one.sid or "", (one.guid or "").strip("{}"), one.dns_name or ""]
            names.append(account_parts(one.dn, None)[0] if one.dn else "")
        return [name for name in names if name]
