"""Reversible pseudonyms: names, addresses and identifiers of a case in words that only the holder of a key can turn back.

What is hidden: names of accounts, computers, groups, domains, people, as far as the case knows them as such; addresses; domain
identifiers in SIDs; hardware addresses. What is not: times, kinds, ports, numbers, and names that nothing in the case tells to
be names. docs/privacy.md says it to users.
"""

from app.engine.privacy.names import names_of, sids_of
from app.engine.privacy.veil import Veil
from app.engine.privacy.veiled import Veiled

__all__ = ["Veil", "Veiled", "names_of", "sids_of"]
