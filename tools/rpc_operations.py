"""Writes app/sensor/decoders/rpc/operations.py from resources/rpc-operations.tsv."""

import csv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAD = '''"""Names of RPC interfaces, with the operations of each: a table, longer than code may be.

Written by tools/rpc_operations.py from resources/rpc-operations.tsv; change the table there.
"""

'''


def module(table: Path) -> str:
    """Text of the module for the table: columns interface (UUID), name, opnum, operation."""
    names: dict[str, str] = {}
    operations: dict[str, dict[int, str]] = {}
    with table.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            names[row["interface"]] = row["name"]
            if row["opnum"]:
                operations.setdefault(row["interface"], {})[int(row["opnum"])] = row["operation"]
    text = [HEAD, "NAMES: dict[str, str] = {\n"]
    text += [f'    "{uuid}": "{name}",\n' for uuid, name in names.items()]
    text += ["}\n", '"""Interface UUID to its short name."""\n\n', "OPERATIONS: dict[str, dict[int, str]] = {\n"]
    for uuid, table_of_one in operations.items():
        text.append(f'    "{uuid}": {{  # {names[uuid]}\n')
        text += [f'        {opnum}: "{name}",\n' for opnum, name in sorted(table_of_one.items())]
        text.append("    },\n")
    text += ["}\n", '"""Interface UUID to its operations by number."""\n']
    return "".join(text)


if __name__ == "__main__":
    target = ROOT / "app/sensor/decoders/rpc/operations.py"
    target.write_text(module(ROOT / "resources/rpc-operations.tsv"), encoding="utf-8")
