"""The one table of the keys of the filter language: help, completion and the reader of filters are made from it."""

from typing import NamedTuple


class Key(NamedTuple):
    """One key. words: what it matches. aliases: other spellings. example: a term. scans: activities are looked at one by one."""

    name: str
    words: str
    example: str
    aliases: tuple[str, ...] = ()
    scans: bool = False


TABLE: tuple[Key, ...] = (
    Key("who", "account that acted, in any spelling", r"who:corp\alice", ("account", "actor")),
    Key("from", "who asked: address, network, computer", "from:10.0.0.66", ("source", "src")),
    Key("to", "who was asked: address, network, computer", "to:dc*", ("destination", "dest", "dst")),
    Key("host", "computer or address on either side", "host:dc1", ("machine",)),
    Key("ip", "address or network on either side", "ip:10.0.0.0/24", ("address", "subnet", "net")),
    Key("kind", "kind of activity, or a family of kinds", "kind:kerberos-tgs", ("type",)),
    Key("protocol", "protocol, told by packets or by its Windows events", "protocol:kerberos", ("proto",)),
    Key("result", "success, failure, unanswered", "result:failure"),
    Key("status", "why it was refused, in words or by the name of the code", "status:wrong-password", ("reason",), True),
    Key("code", "number of the protocol's answer", "code:0x18", (), True),
    Key("etype", "encryption of a ticket or key that was used: rc4, aes256, des, a number", "etype:rc4", ("encryption",), True),
    Key("spn", "service that a ticket is for", "spn:mssqlsvc/*", ("sname",), True),
    Key("ticket", "fingerprint of a Kerberos ticket, or its beginning", "ticket:5f0c11", (), True),
    Key("logon", "type of a logon event: network, rdp, service, a number", "logon:rdp", ("logontype",), True),
    Key("event", "number of a Windows event", "event:4625,4728-4757", ("eventid",), True),
    Key("channel", "log of a Windows event", "channel:*NTLM*", ("log",), True),
    Key("text", "anything in what it says", "text:adminCount", (), True),
    Key("time", "when: a moment, a span, or counted back from the last activity", "time:>-2h", ("at", "when")),
    Key("took", "how long the answer took", "took:>500ms", ("duration",), True),
    Key("port", "port of either side", "port:445", (), True),
    Key("input", "name or key of the input", "input:dc1.pcapng", ("file",)),
    Key("frame", "frame or record number", "frame:800-900", ("record",), True),
    Key("alert", "what an alert rests on; * for any", "alert:*"),
    Key("detector", "what alerts of a detector rest on", "detector:dcsync"),
    Key("severity", "what alerts of a severity rest on", "severity:high"),
    Key("tag", "somebody who takes part carries this tag", "tag:sensitive"),
    Key("entity", "one entity by its key", "entity:computer:ws1.corp.test"),
)
"""Every key, in the order of the help."""
KEYS: dict[str, str] = {one.name: one.words for one in TABLE}
"""Key to what it matches."""
BY_NAME: dict[str, Key] = {name: one for one in TABLE for name in (one.name, *one.aliases)}
"""Key, or another spelling of it, to the key."""
ENTITY_KINDS = ("user", "computer", "address", "service", "group", "domain")
"""user:X is the entity of that key; where there is none, any of that kind whose name is X, * for any text."""
NUMBERS = frozenset({"code", "port", "frame", "event", "took"})
"""Keys whose values are numbers."""
RESULTS = ("success", "failure", "unanswered")
SEVERITIES = ("high", "medium", "low")
PROTOCOLS = {
    "kerberos": ("kerberos", "event-kerberos"),
    "ntlm": ("ntlm", "event-ntlm"),
    "ldap": ("ldap", "event-ldap"),
    "smb": ("smb", "event-share"),
    "rpc": ("rpc",),
    "dns": ("dns",),
    "rdp": ("rdp",),
    "ntp": ("ntp",),
    "radius": ("radius",),
    "windows": ("event",),
    "directory": ("directory",),
}
"""Protocol to the beginnings of the kinds that tell of it."""
LOGONS = {
    "interactive": 2, "network": 3, "batch": 4, "service": 5, "unlock": 7, "cleartext": 8, "newcredentials": 9, "rdp": 10,
    "cached": 11, "cachedrdp": 12, "cachedunlock": 13,
}  # fmt: skip
"""Words for the logon types of Windows (event 4624, LogonType)."""
OPERATORS = ("not", "or", "and")
