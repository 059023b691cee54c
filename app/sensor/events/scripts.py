"""PowerShell: blocks of scripts (4104), commands with their parameters (4103), the classic log's commands and starts (800, 400).

Kept is what holds a word of app.model.commands: an administrator's day is thousands of others. A script that does not fit into
one event comes in parts. Where those before a part were read (app.sensor.sources.joining) it says what it does itself; else the
first tells what is done before anything is defined, the last what is done after everything was.
Fields: the manifest of Microsoft-Windows-PowerShell; PowerShell's messages for the classic log.
"""

import re

from app.model.activity import Account
from app.model.commands import concerns
from app.model.events import EventScript
from app.model.principals import SIDS, SYSTEM
from app.model.scripts import BEFORE, GOES_ON, continued
from app.sensor.events.family import Facts, Family, Log
from app.sensor.events.fields import Fields, account, number, split_account
from app.sensor.events.record import EventRecord

_CHANNELS = frozenset({"microsoft-windows-powershell/operational", "powershellcore/operational"})
_OPERATIONAL = Log(frozenset({"microsoft-windows-powershell", "powershellcore"}), _CHANNELS)
_CLASSIC = Log(frozenset({"powershell"}), frozenset({"windows powershell"}))
_USER = re.compile(
    r"^\s*(?:User|UserId|Benutzer|Utilisateur|Usuario|Utente|Usuário|Użytkownik|Пользователь|ユーザー|用户|使用者|사용자)"
    r"\s?=\s?([^\r\n]{1,300}?)\s*$",
    re.M,
)
"""Whose session it is, in the context that 4103 and 800 tell, in the languages of PowerShell."""
LONGEST = 65_536
_NAMES = {4103: "ContextInfo UserData Payload", 4104: "MessageNumber MessageTotal ScriptBlockText ScriptBlockId Path"}
"""For exports that tell values without their names."""


def _who(record: EventRecord, context: str) -> Account | None:
    """By name where the context tells it, with the record's own SID; by that alone otherwise."""
    found = _USER.search(context[:LONGEST])
    who = split_account(found.group(1), record.sid) if found is not None else None
    if who is not None and SIDS.get(who.name.lower()) == SYSTEM:  # PowerShell writes it with the domain of the computer
        return account(None, None, SYSTEM)
    return who or account(None, None, record.sid)


def _block(record: EventRecord, fields: Fields) -> Facts | None:
    """Of a part in the middle is kept what runs, by what is open where it begins; without that, nothing can be told of it."""
    part, parts = number(fields.get("MessageNumber")) or 1, number(fields.get("MessageTotal")) or 1
    text, before = fields.get("ScriptBlockText", ""), fields.get(BEFORE)
    if (part <= 1 or part >= parts) and concerns(text):
        return Facts(account(None, None, record.sid))
    if before is None or not concerns(before + text):
        return None
    found = continued(before, text, GOES_ON in fields)
    return Facts(account(None, None, record.sid)) if any(concerns(one.said) for one in found) else None


def _command(record: EventRecord, fields: Fields) -> Facts | None:
    told = fields.get("Message", "")  # where nothing else is there
    if not concerns(fields.get("Payload", told)):
        return None
    return Facts(_who(record, fields.get("ContextInfo", told)))


def _classic(record: EventRecord, fields: Fields) -> Facts | None:
    """Three texts without names, or one message: what was run, in which context, with which parameters."""
    texts = list(fields.values())[:8]
    if not any(map(concerns, texts)):
        return None
    return Facts(_who(record, "\n".join(one[:LONGEST] for one in texts)))


FAMILIES = (
    Family(EventScript, _OPERATIONAL, {4103: _command, 4104: _block}, _NAMES),
    Family(EventScript, _CLASSIC, {400: _classic, 800: _classic}),
)
