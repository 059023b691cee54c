"""The folds that knowledge is made of."""

from app.engine.knowledge.accounts import Accounts
from app.engine.knowledge.addresses import Addresses
from app.engine.knowledge.clocks import Clocks
from app.engine.knowledge.controllers import Controllers
from app.engine.knowledge.directory import Directory
from app.engine.knowledge.footprints import Footprints
from app.engine.knowledge.sessions import Sessions
from app.engine.knowledge.sight import Sight
from app.engine.knowledge.tally import Tally
from app.engine.knowledge.tickets import Tickets


class Parts:
    """Addresses, accounts, roles, clocks and tickets; what lessons write to and questions are answered from."""

    def __init__(self) -> None:
        self.addresses = Addresses()
        self.accounts = Accounts()
        self.roles = Controllers()
        self.tickets = Tickets()
        self.clocks = Clocks()
        self.sight = Sight()
        self.directory = Directory()
        self.sessions = Sessions()
        self.footprints = Footprints()

    def tallies(self) -> dict[str, Tally]:
        """Every tally by name, for merging and storing."""
        return {
            "addresses": self.addresses.tally,
            "accounts": self.accounts.tally,
            "domains": self.accounts.domains,
            "roles": self.roles.roles,
            "named": self.roles.named,
            "partners": self.roles.partners,
            "tickets": self.tickets.tally,
            "used": self.tickets.used,
            "parents": self.tickets.parents,
            "clocks": self.clocks.tally,
            "computers": self.addresses.computers,
            "sids": self.accounts.sids,
            "members": self.accounts.members,
            "renames": self.accounts.renames,
            "servers": self.roles.servers,
            "sessions": self.sessions.tally,
            "footprints": self.footprints.tally,
        }
