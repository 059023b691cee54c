"""Every text of the window that can be translated: python tools/words.py CODE.toml writes a file to fill, or fills up one.

A text can be translated when it stands in tr("…"), or in a table whose texts are passed through tr when they are shown.
python tools/words.py --mark FILE… puts tr() around the plain texts that widgets of these files show; sentences made of pieces
(f-strings) have to be written anew by hand, as tr("{number} alerts", number=…).
"""

import ast
import json
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
UI = ROOT / "app" / "ui"
SHOWING = {
    "Words", "Elided", "Paragraph", "Button", "LinkButton", "MenuButton", "PageHeading", "SectionHeading", "Empty", "Check",
    "Card", "Segments",
}  # fmt: skip
"""Widgets whose first text is shown."""
SAYING = {"say", "tell", "setPlaceholderText", "setToolTip", "setAccessibleName"}


def marked() -> set[str]:
    """Texts of tr("…") and of the tables."""
    from app.ui.actions import ACTIONS, FIXED, MENUS
    from app.ui.page_table import PAGES
    from app.ui.settings.table import SECTIONS

    found = {one.words for one in ACTIONS} | set(MENUS) | {words for _, words in FIXED}
    found |= {one.words for one in PAGES} | {one.title for one in SECTIONS}
    for path in sorted(UI.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tr" and node.args:
                found |= _constant(node.args[0])
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Column" and node.args:
                found |= _constant(node.args[0])  # the header of a table passes it through tr
    return found


def _constant(node: ast.AST) -> set[str]:
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value else set()


def unmarked() -> dict[str, int]:
    """File below app/ui to the number of its texts that are shown and do not pass through tr, where there are any."""
    found: dict[str, int] = {}
    for path in sorted(UI.rglob("*.py")):
        number = sum(_is_shown(node) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        if number:
            found[path.relative_to(UI).as_posix()] = number
    return found


def _is_shown(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not node.args:
        return False
    name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""
    shows = name in SHOWING if isinstance(node.func, ast.Name) else name in SAYING
    return shows and _is_text(node.args[0])


def _is_text(node: ast.AST) -> bool:
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(one, ast.Constant) and any(sign.isalpha() for sign in str(one.value)) for one in node.values)
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and any(sign.isalpha() for sign in node.value)


def mark(path: Path) -> int:
    """Put tr() around the plain texts that widgets of a file show, inside its functions; how many."""
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    inside = {id(one) for body in ast.walk(tree) if isinstance(body, ast.FunctionDef) for one in ast.walk(body)}
    found = [
        node.args[0] for node in ast.walk(tree)
        if id(node) in inside and _is_shown(node) and isinstance(node, ast.Call) and isinstance(node.args[0], ast.Constant)
    ]  # fmt: skip
    lines = source.encode().splitlines(keepends=True)
    for one in sorted(found, key=lambda one: (one.lineno, one.col_offset), reverse=True):
        last, first = lines[one.end_lineno - 1], one.lineno - 1  # type: ignore[operator]
        lines[one.end_lineno - 1] = last[: one.end_col_offset] + b")" + last[one.end_col_offset :]  # type: ignore[operator]
        lines[first] = lines[first][: one.col_offset] + b"tr(" + lines[first][one.col_offset :]
    made = b"".join(lines).decode()
    if found and "from app.ui.catalogue import tr\n" not in made:
        before = min(place for place in (made.find("from app.ui"), made.find("from app.")) if place >= 0)
        made = f"{made[:before]}from app.ui.catalogue import tr\n{made[before:]}"  # the linter puts it in its place
    path.write_text(made, encoding="utf-8")
    return len(found)


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def filled(path: Path) -> str:
    """The text of a language file with every text that there is now; what was translated stays."""
    held = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    known = held.get("words", {})
    lines = [f"name = {json.dumps(held.get('name', path.stem), ensure_ascii=False)}", "", "[words]"]
    lines += [
        f"{json.dumps(one, ensure_ascii=False)} = {json.dumps(known.get(one, ''), ensure_ascii=False)}"
        for one in sorted(marked())
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--mark"]:
        print(sum(mark(Path(one)) for one in sys.argv[2:]), "texts marked")  # noqa: T201
    elif len(sys.argv) == 2:
        Path(sys.argv[1]).write_text(filled(Path(sys.argv[1])), encoding="utf-8")
    print(f"{len(marked()):,} texts can be translated, {sum(unmarked().values()):,} that are shown cannot yet")  # noqa: T201
