"""What may come next in a query, with what it is and how many activities it stands for."""

from pathlib import PurePath

from app.engine import describe
from app.engine.describe.codes import ETYPES, KERBEROS, NTSTATUS
from app.engine.describe.named_codes import NAMES
from app.engine.knowledge.tags import TAGS
from app.engine.queries.access import Access
from app.engine.queries.conditions import like
from app.engine.store.reading import RESULTS
from app.model.activity import NAMED
from app.model.asking import Suggestion
from app.model.counting import counted
from app.model.filter import BY_NAME, asked_for, completing, completions, known_values, term
from app.model.filter_keys import PROTOCOLS

MOST = 14
_ACCOUNTS = """SELECT e.key, e.label, sum(s.count) AS n FROM entities e JOIN actors x ON x.entity = e.id
  JOIN sums s ON s.party = x.id * 4 + 2
  WHERE e.kind IN ('user', 'computer', 'controller') AND (e.label LIKE ?1 ESCAPE '\\'
  OR substr(e.key, instr(e.key, ':') + 1) LIKE ?1 ESCAPE '\\') GROUP BY e.id ORDER BY n DESC, e.label LIMIT ?2"""
_ENDS = """SELECT text, sum(n) AS total FROM (
  SELECT CASE WHEN e.kind IN ('computer', 'controller') THEN substr(e.key, instr(e.key, ':') + 1) ELSE a.text END AS text,
  s.count AS n
  FROM sums s JOIN addresses a ON a.id = s.party >> 2
  LEFT JOIN address_entities n ON n.address = a.id LEFT JOIN entities e ON e.id = n.entity
  WHERE s.party & 3 IN (?3, ?4) AND (a.text LIKE ?1 ESCAPE '\\' OR e.label LIKE ?1 ESCAPE '\\'
  OR a.text LIKE ?5 ESCAPE '\\')) GROUP BY text ORDER BY total DESC, text LIMIT ?2"""


def suggestions(access: Access, text: str, cursor: int, limit: int = MOST) -> tuple[Suggestion, ...]:
    """What the piece at the cursor may become, best first; text is the whole piece, see app.model.filter.completing."""
    typed, done, value = asked_for(text, cursor)
    start, size = completing(text, cursor)
    piece = text[start : start + size]
    if not typed:
        found = [_key(one) for one in completions(text, cursor)]
        if len(value) > 1:
            found = [*found[:6], *_accounts(access, "who", "", value, 5), *_ends(access, "host", "", value, 5)]
        return tuple(found[:limit])
    found = _values(access, typed, done, value, limit)
    return tuple(one for one in found if one.text != piece)[:limit]


def _key(word: str) -> Suggestion:
    name = word.rstrip(":")
    key = BY_NAME.get(name)
    words = {"not": "what does not match", "or": "either of two"}.get(word, "")
    if key is not None:
        words = key.words if key.name == name else f"as {key.name}:, {key.words}"
    elif word.endswith(":"):
        words = f"any {name} of that name, or its key"
    return Suggestion(text=word, words=words)


def _values(access: Access, typed: str, done: str, value: str, limit: int) -> list[Suggestion]:
    key = BY_NAME[typed].name if typed in BY_NAME else typed
    if key in ("who", "user"):
        return _accounts(access, typed, done, value, limit)
    if key in ("from", "to", "host", "ip", "computer"):
        return _ends(access, typed, done, value, limit, {"from": (0, 0), "to": (1, 1)}.get(key, (0, 1)))
    if key in ("kind", "protocol", "result", "input"):
        return _counted(access, typed, done, value, key)
    if key in ("detector", "alert"):
        return _alerts(access, typed, value, key)
    options: list[tuple[str, str]] = [(one, "") for one in known_values(key)]
    if key == "etype":
        options = [*options, *((str(number), name) for number, name in ETYPES.items())]
    elif key == "status":
        said = {
            **{code: words for code, words in NTSTATUS.items() if code},
            **{code: words for code, words in KERBEROS.items() if code},
        }
        options = [(words.replace(" ", "-"), "") for words in dict.fromkeys(said.values()) if "(" not in words]
        options = [*options, *((name.upper(), describe.code_words(_KINDS[table], code)) for name, (table, code) in NAMES.items())]
    elif key == "code":
        options = [(str(code), f"{words} (Kerberos)") for code, words in KERBEROS.items()]
        options += [(f"0x{code:X}", words) for code, words in NTSTATUS.items() if code]
    elif key == "tag":
        options = [(tag.lower(), "") for tag in dict.fromkeys((*TAGS, *(one for said in access.tags().values() for one in said)))]
    wanted = value.lower()
    some = [one for one in options if one[0].lower().startswith(wanted)]
    some += [one for one in options if one not in some and len(wanted) > 1 and wanted in f"{one[0]} {one[1]}".lower()]
    return [Suggestion(text=_typed(typed, done, one), words=words) for one, words in some]


_KINDS = {"kerberos": "kerberos-as", "status": "ntlm", "win32": "rpc-call", "dns": "dns-query"}
"""Table of names to a kind whose codes it names."""


def _typed(key: str, done: str, value: str) -> str:
    whole = term(key, value)
    return f"{key}:{done}{whole.partition(':')[2]}" if done and '"' not in whole else whole


def _accounts(access: Access, typed: str, done: str, value: str, limit: int) -> list[Suggestion]:
    rows = access.all(_ACCOUNTS, (f"%{like(value)}%" if len(value) > 1 else f"{like(value)}%", limit))
    begins = sorted(rows, key=lambda row: not row[1].lower().startswith(value.lower()))
    names = [row[0][5:] if row[0].startswith("user:") else row[0] for row in begins]
    return [
        Suggestion(text=_typed(typed, done, name), words=row[1], count=row[2]) for name, row in zip(names, begins, strict=True)
    ]


def _ends(access: Access, typed: str, done: str, value: str, limit: int, roles: tuple[int, int] = (0, 1)) -> list[Suggestion]:
    plain = like(value)
    pattern = f"%{plain}%" if len(value) > 1 else f"{plain}%"
    rows = access.all(_ENDS, (pattern, limit, *roles, f"{NAMED}{plain}%"))
    return [
        Suggestion(text=_typed(typed, done, text.removeprefix(NAMED)), words="computer or address", count=count)
        for text, count in rows
    ]


def _counted(access: Access, typed: str, done: str, value: str, key: str) -> list[Suggestion]:
    column = "kind" if key == "protocol" else key
    counts = dict(access.all(f"SELECT {column}, sum(count) FROM hours GROUP BY 1"))
    if key == "input":
        named = {row[0]: PurePath(str(row[1]).replace("\\", "/")).name for row in access.all("SELECT id, path FROM inputs")}
    elif key == "result":
        named = dict(enumerate(RESULTS))
    else:
        named = dict(access.all("SELECT id, text FROM kinds"))
    sums: dict[str, int] = {}
    for number, count in counts.items():
        name = named.get(number, "")
        words = [name] if key != "protocol" else [one for one, starts in PROTOCOLS.items() if name.startswith(starts)]
        if key == "kind":
            words.append(name.split("-")[0])
        for word in dict.fromkeys(words):
            sums[word] = sums.get(word, 0) + count
    ranked = sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))
    wanted = value.lower()
    some = [one for one in ranked if one[0].lower().startswith(wanted)]
    some += [one for one in ranked if one not in some and wanted in one[0].lower()]
    return [Suggestion(text=_typed(typed, done, word), count=count) for word, count in some if word]


def _alerts(access: Access, typed: str, value: str, key: str) -> list[Suggestion]:
    if key == "alert":
        rows = access.all(
            "SELECT id, detector, 1 FROM alerts WHERE id LIKE ? ESCAPE '\\' ORDER BY last DESC LIMIT ?", (f"{like(value)}%", MOST)
        )
    else:
        rows = access.all(
            "SELECT detector, '', count(*) FROM alerts WHERE detector LIKE ? ESCAPE '\\' GROUP BY 1 ORDER BY 3 DESC LIMIT ?",
            (f"%{like(value)}%", MOST),
        )
    return [Suggestion(text=_typed(typed, "", name), words=words or counted(count, "alert")) for name, words, count in rows]
