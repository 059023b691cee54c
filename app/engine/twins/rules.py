"""What must agree for two activities to be one act; one rule for each kind of act."""

from msgspec import Struct

SECOND, MINUTE = 1_000_000, 60_000_000
SERVER, PORT, ENDED, ACCOUNT, WHAT, MORE = range(6)
"""Places of what a trace tells beside its key: where "" is not told and agrees with everything."""


class Rule(Struct, frozen=True, kw_only=True):
    """One kind of act.

    how: words for what tied the two. telling: places of which at least `least` must be told on both sides and agree. many: one
    act writes several records. before, after: microseconds that a record may lie before and behind the other, clocks levelled.
    clock: pairs of this kind are good enough to compare clocks by. same: all that share the key are one record.
    """

    how: str
    telling: tuple[int, ...] = ()
    least: int = 0
    many: bool = False
    before: int = 3 * SECOND
    after: int = 3 * SECOND
    clock: bool = False
    same: bool = False


RULES: dict[str, Rule] = {
    "as": Rule(how="account, address, outcome and time", clock=True),
    "tgs": Rule(how="address, service, account and time", telling=(PORT, ACCOUNT, WHAT), least=1, clock=True),
    "ntlm": Rule(how="account, workstation, outcome and time", clock=True),
    "ntlm logon": Rule(how="account, address, server and time", clock=True),
    "ticket logon": Rule(how="address, account, server and time", telling=(PORT, ACCOUNT), least=1, clock=True),
    "smb logon": Rule(how="address, account, server and time", telling=(PORT, ACCOUNT), least=1, clock=True),
    "explicit": Rule(how="account, server and time", telling=(SERVER, WHAT), least=2),
    "replication": Rule(how="account, controller and time", telling=(SERVER, ACCOUNT), least=1, many=True),
    "change": Rule(how="object and time", many=True),
    "read": Rule(how="object and time", many=True),
    "add": Rule(how="object and time", many=True),
    "delete": Rule(how="object and time", many=True),
    "rename": Rule(how="object and time", many=True),
    "create account": Rule(how="account's name and time"),
    "delete account": Rule(how="account's name and time"),
    "members": Rule(how="group and time", many=True),
    "member": Rule(how="numbers of group and member, and time", many=True),
    "account": Rule(how="account's name and time", many=True),
    "account number": Rule(how="account's number and time", many=True),
    "password": Rule(how="account's name and time"),
    "service": Rule(how="server, service and time", telling=(SERVER, WHAT), least=1, many=True),
    "task": Rule(how="server, task and time", telling=(SERVER, WHAT), least=1),
    "search": Rule(how="address, base and time", telling=(PORT, WHAT), least=1),
    "bind": Rule(how="address, account and time", telling=(PORT, ACCOUNT), least=1),
    "validated": Rule(how="account, controller, workstation and time"),
    "synchronised": Rule(how="object and time before the synchronisation", many=True, before=3 * SECOND, after=10 * MINUTE),
    "radius": Rule(how="account, gateway, outcome and time"),
    "same": Rule(how="one record in two logs", before=SECOND, after=SECOND, same=True),
    "simple bind": Rule(how="address, account, outcome and time", telling=(PORT, ACCOUNT), least=1, clock=True),
    "bind validated": Rule(how="account, controller, outcome and time"),
    "bind at": Rule(how="controller, outcome and time"),
}
NUMBER: dict[str, int] = {name: number for number, name in enumerate(RULES)}
BY_NUMBER: tuple[Rule, ...] = tuple(RULES.values())
CLOCKED: tuple[int, ...] = tuple(number for number, rule in enumerate(BY_NUMBER) if rule.clock)
"""Rules whose pairs tell how clocks differ."""
SAME: tuple[int, ...] = tuple(number for number, rule in enumerate(BY_NUMBER) if rule.same)
"""Rules by which all rows of a key are one record."""
