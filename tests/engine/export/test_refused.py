"""What the system refuses while a file is written: an error that names the file, nothing half-written, nothing beside it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LIMIT = 40_000
WAYS = {
    "text": "place.write_text('x' * 100_000)",
    "workbook": """
from random import Random
from app.engine.export.workbook import write_workbook
from app.model.view import Column, Sheet
rows = tuple((Random(one).randbytes(300).hex(),) for one in range(20))
write_workbook(place, [Sheet(name=f"s{one}", columns=(Column("a", "a"),), rows=rows) for one in range(40)])
""",
    "pdf": """
from app.ui.printing import write_pdf
write_pdf("".join(f"<p>{one} {chr(33 + one % 90) * (one % 70)}</p>" for one in range(6_000)), place)
""",
}
"""Each writes more than LIMIT to the file, and nothing so large beside it."""


@pytest.mark.parametrize("way", WAYS)
def test_a_file_that_the_disk_does_not_take_is_an_error_and_leaves_what_was_there(way: str, tmp_path: Path) -> None:
    out = tmp_path / "report"
    out.write_text("from before")
    code = f"""
import resource
from pathlib import Path
from app.engine.export.writing import whole
from app.engine.export import workbook
from app.ui import printing
import xlsxwriter
resource.setrlimit(resource.RLIMIT_FSIZE, ({LIMIT}, {LIMIT}))
try:
    with whole(Path({str(out)!r})) as place:
{"".join(f"        {line}" + chr(10) for line in WAYS[way].strip().splitlines())}
except OSError as error:
    print(f"{{error.filename}}|{{bool(error.strerror)}}")
"""
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=Path(__file__).parents[3],
    )
    assert (ran.stdout, ran.stderr.count("Traceback")) == (f"{out}|True\n", 0), ran.stderr
    assert out.read_text() == "from before" and [one.name for one in tmp_path.iterdir()] == ["report"]


def test_a_folder_that_takes_no_file_is_told_by_the_name_that_was_asked_for(tmp_path: Path) -> None:
    from app.engine.export.writing import whole

    with pytest.raises(OSError, match="none/report") as told, whole(tmp_path / "none" / "report"):
        pass
    assert ".new" not in str(told.value)
