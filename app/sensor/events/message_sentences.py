"""Messages of events that say their values inside of a sentence: which field stands where.

The sentence decides what a message is, for one number means different events in different logs. Every part is bounded.
"""

import re

_IP = r"[0-9a-f.:%\[\]]{2,80}"
_ENDING = r"\.?\s{0,4}(?:\[virtualization instance|$)"
_RECORD = (
    r"A resource record of type (?P<Type>\S{1,8}), name (?P<NAME>\S{1,255}?)(?:, TTL (?P<TTL>\d{1,10}))? and "
    r"RDATA (?P<RDATA>\S{1,4096}) was (?:created in|deleted from) scope (?P<ZoneScope>\S{1,255}) of zone (?P<Zone>\S{1,255}?)"
)
_BY_HAND = re.compile(_RECORD + _ENDING, re.I)
_BY_UPDATE = re.compile(rf"{_RECORD} via dynamic update from IP Address (?P<SourceIP>{_IP}?){_ENDING}", re.I)
_SETTING = re.compile(
    rf"The setting (?P<Setting>\S{{1,128}}) on scope (?P<Scope>\S{{1,255}}) has been set to (?P<NewValue>.{{0,1024}}?){_ENDING}",
    re.I,
)
_PLUGIN = re.compile(r"plug-in DLL\b.{0,64}?(?P<PluginDll>(?:\\\\|[a-z]:\\|\.{1,2}\\)[^\s\"<>|]{1,260}?\.dll)\b", re.I)
_ENGINE = r"(?P<Process>\S{1,64}) \((?P<ProcessNumber>[^()]{1,64})\) (?P<Instance>.{0,256}?)"
_OPENED = re.compile(
    _ENGINE + r"The database engine (?:created a new|attached a|detached a) database "
    r"\((?P<Number>\d{1,5}), (?P<Database>[^()]{1,512})\)",
    re.I,
)
_MOVED = re.compile(
    _ENGINE
    + r"A database location change was detected from '?(?P<Database>.{1,512}?)'? to '?(?P<NewDatabase>.{1,512}?)'?\.?\s?$",
    re.I,
)
_CONNECTED = re.compile(
    rf"The server accepted a new (?P<ConnType>TCP|UDP) connection from client (?P<ClientIP>{_IP}?)\.?\s?$", re.I
)
_REFUSED = re.compile(
    rf"A connection from the client computer with an IP address of (?P<IPString>{_IP}) failed because the user name", re.I
)
_TASK = re.compile(
    r"User \"(?P<UserName>[^\"]{1,256})\" ?(?:registered|updated|deleted) (?:the )?Task Scheduler task "
    r"\"(?P<TaskName>[^\"]{1,512})\"",
    re.I,
)
_START = re.compile(
    r"The start type of the (?P<Service>.{1,128}?) service was changed from (?P<Before>.{1,64}?) to (?P<After>[^.]{1,64})", re.I
)
_BROKE = re.compile(
    r"The (?P<Service>.{1,128}?) service terminated unexpectedly.{0,4}It has done this (?P<Times>\d{1,9}) time", re.I
)
_DRIVER = re.compile(
    r"Printer driver (?P<Param1>.{1,256}?) for (?P<Param2>Windows .{1,64}?) (?P<Param3>\S{1,64}) was added or updated\. ?"
    r"Files:- ?(?P<Param4>.{1,4096}?)\.(?: No user action|$)",
    re.I,
)
_SPOOLER = re.compile(
    r"print spooler failed to load a plug-in module (?P<PluginDllName>.{1,512}?), error code "
    r"(?P<ErrorCode>0x[0-9a-f]{1,8}|\d{1,10})",
    re.I,
)
_SESSION = re.compile(r"Creating WSMan Session\. The connection string is: ?(?P<connection>\S{1,1024})", re.I)
_SHELL = re.compile(
    r"Creating WSMan shell on server with ResourceUri: ?(?P<resourceUri>\S{1,512}(?: \([^()]{1,400}\))?)"
    r"(?: ShellId: ?(?P<shellId>[0-9a-f-]{36}))?",
    re.I,
)
SENTENCES: dict[int, tuple[re.Pattern[str], ...]] = {
    **dict.fromkeys((515, 516), (_BY_HAND,)),
    **dict.fromkeys((519, 520), (_BY_UPDATE,)),
    541: (_SETTING,),
    **dict.fromkeys((150, 770), (_PLUGIN,)),
    216: (_MOVED,),
    **dict.fromkeys((325, 326, 327), (_OPENED,)),
    6: (_SESSION,),
    91: (_SHELL,),
    131: (_CONNECTED,),
    140: (_REFUSED, _TASK),
    **dict.fromkeys((106, 141), (_TASK,)),
    7040: (_START,),
    316: (_DRIVER,),
    808: (_SPOOLER,),
    **dict.fromkeys((7031, 7034), (_BROKE,)),
}
"""Event id to the sentences that its message may hold."""
LONGEST = 8_192
SCRIPT = 4104
_BLOCK = re.compile(r"\s{0,8}Creating Scriptblock text \((\d{1,9}) of (\d{1,9})\):(?:\r?\n|\s)?", re.I)
_BLOCK_END = re.compile(r"ScriptBlock ID: (?P<id>[0-9a-f-]{36})\s{0,8}(?:Path:[^\r\n]{0,1024})?\s{0,8}$", re.I)

_EMPTY_LINE = re.compile(r"\r?\n\r?\n\Z")
"""What stands between a block and its number; more belongs to the block."""


def script(text: str) -> dict[str, str]:
    """Fields of 4104, whose text stays as it is written: where its lines end, its comments do. {} for other messages."""
    begin = _BLOCK.match(text)
    if begin is None:
        return {}
    end = _BLOCK_END.search(text, max(begin.end(), len(text) - 1_200))
    block = text[begin.end() : end.start() if end is not None else len(text)]
    two = _EMPTY_LINE.search(block)
    block = block if end is None else block[: two.start()] if two is not None else block.rstrip()
    told = {"MessageNumber": begin.group(1), "MessageTotal": begin.group(2), "ScriptBlockText": block}
    return told if end is None else told | {"ScriptBlockId": end["id"]}


def said(event_id: int, text: str) -> dict[str, str]:
    """Named values of the sentence; {} when it is none of them."""
    for sentence in SENTENCES.get(event_id, ()):
        found = sentence.search(" ".join(text[:LONGEST].split()))
        if found is not None:
            return {name: value for name, value in found.groupdict().items() if value is not None}
    return {}
