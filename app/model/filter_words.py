"""The text of a filter in pieces: for reading it, colouring it, completing it, adding to it."""

import re

from app.model.details import KINDS
from app.model.filter_keys import BY_NAME, ENTITY_KINDS, LOGONS, OPERATORS, PROTOCOLS, RESULTS, SEVERITIES, TABLE

LONGEST = 16_384
"""Characters of a filter."""
_TOKEN = re.compile(r'\s+|[()]|-(?=[^\s()])|(?:[^\s()":]*:)?(?:"(?:[^"\\]|\\["\\]|\\)*"?|[^\s()"]+)|[^\s()"]+:')
_KEY = re.compile(r"([A-Za-z]+):", re.DOTALL)


def quoted(value: str) -> str:
    """A value as it is written behind a key, in quotes where it needs them."""
    if value and not re.search(r'[\s()",]', value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def unquoted(value: str) -> str:
    """The inverse of quoted."""
    if not value.startswith('"'):
        return value
    body = value[1:-1] if len(value) > 1 and value.endswith('"') else value[1:]
    return re.sub(r'\\(["\\])', r"\1", body)


def term(key: str, value: str) -> str:
    """key:value as it is typed."""
    return f"{key}:{quoted(value)}"


def added(text: str, term: str, without: bool = False) -> str:
    """A filter that holds for less: the term must be true too, or with without must not; a term that is there stays once."""
    whole = text.strip()
    if without:
        term = f"not {term}"
    plain = [piece for _, piece in pieces(whole)]
    if "or" in (piece.lower() for piece in plain):
        whole = f"({whole})"
    elif term in (" ".join(plain[at : at + 1 + without]) for at in range(len(plain))):
        return whole
    return f"{whole} {term}".strip()


def pieces(text: str) -> list[tuple[int, str]]:
    """(start, piece) of what is no white space; every other character is in one piece."""
    found = []
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        piece = match[0] if match and match[0] else text[place]
        if not piece.isspace():
            found.append((place, piece))
        place += len(piece)
    return found


def without_key(text: str, key: str) -> str:
    """The filter without the terms of a key that stand at its top level, each with the not before it."""
    found, depth = pieces(text[:LONGEST]), 0
    kept: list[str] = []
    for _, piece in found:
        depth += {"(": 1, ")": -1}.get(piece, 0)
        if depth == 0 and key_of(piece) in BY_NAME and BY_NAME[key_of(piece) or ""].name == key:
            while kept and kept[-1].lower() in ("not", "-", "and"):
                kept.pop()
        else:
            kept.append(piece)
    return " ".join(kept).replace("( ", "(").replace(" )", ")").replace("- ", "-")


def tokens(text: str) -> list[tuple[int, int, str]]:
    """(start, length, role) for colouring; roles: key, value, word, operator, parenthesis, quote, error."""
    found = []
    for start, piece in pieces(text[:LONGEST]):
        key = key_of(piece)
        if piece in "()":
            found.append((start, 1, "parenthesis"))
        elif piece == "-" or piece.lower() in OPERATORS:
            found.append((start, len(piece), "operator"))
        elif key is not None:
            wrong = key not in BY_NAME and key not in ENTITY_KINDS
            found.append((start, len(key) + 1, "error" if wrong else "key"))
            if len(piece) > len(key) + 1:
                found.append((start + len(key) + 1, len(piece) - len(key) - 1, "value"))
        else:
            found.append((start, len(piece), "quote" if piece.startswith('"') else "word"))
    return found


def completing(text: str, cursor: int) -> tuple[int, int]:
    """(start, length) of what a completion replaces: the piece that ends at the cursor."""
    before = text[: max(0, cursor)][-LONGEST:]
    offset = max(0, cursor) - len(before)
    for start, piece in pieces(before):
        if start + len(piece) == len(before) and piece not in "()-":
            return offset + start, len(piece)
    return max(0, cursor), 0


def asked_for(text: str, cursor: int) -> tuple[str, str, str]:
    """(key, values that are complete with their commas, beginning of the value) of the piece at the cursor; key "" for a word."""
    start, size = completing(text, cursor)
    piece = text[start : start + size]
    key, colon, value = piece.partition(":")
    if not colon or key_of(piece) is None:
        return "", "", unquoted(piece)
    if value.startswith('"'):
        return key.lower(), "", unquoted(value)
    done, comma, value = value.rpartition(",")
    return key.lower(), done + comma, value


def completions(text: str, cursor: int) -> list[str]:
    """What the piece at the cursor may become by the language alone, best first; see completing()."""
    start, size = completing(text, cursor)
    piece = text[start : start + size]
    key, done, value = asked_for(text, cursor)
    if not key:
        words = [f"{one.name}:" for one in TABLE]
        words += [f"{alias}:" for one in TABLE for alias in one.aliases if piece and not one.name.startswith(piece.lower())]
        words += ["user:", "computer:", "group:", "not", "or"] if piece else []
        return [word for word in words if word.startswith(piece.lower()) and word != piece]
    options = known_values(key)
    chosen = list(dict.fromkeys(one for one in options if one.startswith(value.lower()) and one != value))
    return [f"{key}:{done}{one}" for one in chosen]


def known_values(key: str) -> tuple[str, ...]:
    """Values that a key has in every workspace."""
    name = BY_NAME[key].name if key in BY_NAME else key
    if name == "kind":
        return (*dict.fromkeys(kind.split("-")[0] for kind in KINDS.values()), *KINDS.values())
    return {
        "result": RESULTS, "protocol": tuple(PROTOCOLS), "severity": SEVERITIES, "logon": tuple(LOGONS), "alert": ("*",),
        "etype": ("rc4", "aes256", "aes128", "aes", "des"), "tag": ("sensitive", "honeytoken", "controller"),
        "time": (">-1h", ">-24h", "<-1h"), "took": (">1s", ">100ms"),
    }.get(name, ())  # fmt: skip


def key_of(piece: str) -> str | None:
    """Key of a piece, None for a free word; an IPv6 address has none."""
    match = _KEY.match(piece)
    if match is None:
        return None
    key = match[1].lower()
    if key in BY_NAME or key in ENTITY_KINDS:
        return key
    return None if re.fullmatch(r"[0-9a-f:.%*/]+", piece.lower()) else key
