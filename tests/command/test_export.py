"""Exports on the command line: to standard output in the place of a file, and what cannot go there."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.engine.workspace import fill, made
from tests.material import ROOT, command


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("case") / "case.wardlight"
    fill(path, {"aaaa": made(3)})
    return path


def export(case: Path, folder: Path, *words: object) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run(
        command("export", case, *words), capture_output=True, timeout=120, cwd=folder, env=environment(), check=False
    )
    assert not (folder / "-").exists() and b"Traceback" not in done.stderr
    return done


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "html", "stix", "cef", "opengraph"])
def test_text_goes_to_standard_output_as_it_goes_into_a_file(case: Path, tmp_path: Path, form: str) -> None:
    to_file = export(case, tmp_path, "--format", form, tmp_path / "out")
    printed = export(case, tmp_path, "--format", form, "-")

    assert (to_file.returncode, printed.returncode) == (0, 0), printed.stderr
    assert not to_file.stdout and printed.stderr.startswith(b"standard output: ")
    if form == "jsonl":
        assert printed.stdout == (tmp_path / "out").read_bytes() and len(printed.stdout.splitlines()) == 3
    elif form in ("json", "stix", "opengraph"):
        assert json.loads(printed.stdout).keys() == json.loads((tmp_path / "out").read_bytes()).keys()


@pytest.mark.parametrize("form", ["xlsx", "case-xlsx", "pcapng", "pdf", "taxii"])
def test_what_is_no_text_is_refused(case: Path, tmp_path: Path, form: str) -> None:
    done = export(case, tmp_path, "--format", form, "-")

    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr == f"wardlight: {form} is no text and is not written to standard output: name a file\n".encode()


def test_no_other_file_is_called_so(case: Path, tmp_path: Path) -> None:
    for words in (("report", case, "--format", "html", "-"), ("proof", case, "x", "-"), ("query", case, "--export-queries", "-")):
        done = subprocess.run(command(*words), capture_output=True, timeout=120, cwd=tmp_path, env=environment(), check=False)
        assert done.returncode == 1 and b"- is no name of a file" in done.stderr
    assert not (tmp_path / "-").exists()


def test_a_list_of_exclusions_goes_and_comes_by_the_same_sign(case: Path, tmp_path: Path) -> None:
    def exclusions(*words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            command("exclusions", case, *words), input=given, capture_output=True, timeout=120, cwd=tmp_path, env=environment(),
            check=False,
        )  # fmt: skip

    taken = exclusions("import", "-", "--kind", "account", "--no-detect", given=b"svc.scanner\n")
    given = exclusions("export", "-")

    assert (taken.returncode, given.returncode) == (0, 0), taken.stderr + given.stderr
    assert taken.stdout == b"1 exclusion is new or changed\n"
    assert given.stdout.startswith(b"detector,kind,value") and b"svc.scanner" in given.stdout
    assert not (tmp_path / "-").exists()
