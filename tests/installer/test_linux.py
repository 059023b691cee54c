"""What a Linux package brings beside the program is made from the program, and the tools that read it take it."""

import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from app.command.main import COMMANDS
from app.engine.schema import create_workspace
from installer.linux import completion, files, icons, manual
from installer.linux.commands import Command

MIME = "{http://www.freedesktop.org/standards/shared-mime-info}"
HERE = Path(icons.__file__).parent


@pytest.fixture(scope="module")
def program() -> Command:
    return files.wardlight()


@pytest.fixture(scope="module")
def placed() -> dict[str, bytes]:
    both = [*files.of_program("1.2.3", 1_700_000_000), *files.of_sensor("1.2.3", 1_700_000_000)]
    return {one.place: one.data for one in both}


def asked(script: str, *words: str) -> list[str]:
    """What bash offers for the last of these words."""
    run = (
        f'{script}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _{words[0].replace("-", "_")}; printf "%s\\n" "${{COMPREPLY[@]}}"'
    )
    done = subprocess.run(["bash", "-c", run, "bash", *words], capture_output=True, text=True, timeout=20, check=True)
    return done.stdout.split()


def test_the_page_of_man_tells_of_every_command_and_option(program: Command) -> None:
    text = manual.page(program, 1, "1.2.3", "2026-01-01", files.PROGRAM).replace("\\-", "-")

    assert {one for one in COMMANDS if one[0] != "_" and f'.SS "wardlight {one}"' not in text} == set()
    assert "_source" not in text and "--with-parent" not in text
    for command in program.commands:
        for option in command.options:
            assert not option.names or option.names[-1] in text, (command.name, option.names)


@pytest.mark.skipif(shutil.which("mandoc") is None, reason="mandoc is not installed")
@pytest.mark.parametrize("place", ["usr/share/man/man1/wardlight.1", "usr/share/man/man8/wardlight-sensor.8"])
def test_the_pages_of_man_are_sound(placed: dict[str, bytes], place: str) -> None:
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning"], input=placed[place], capture_output=True, timeout=20)

    assert (done.returncode, done.stdout) == (0, b"")


def test_a_text_cannot_become_a_request_of_roff() -> None:
    assert manual.escaped(".so \\etc -x") == "\\&.so \\eetc \\-x"


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_offers_commands_verbs_options_and_choices(program: Command) -> None:
    script = completion.bash(program)

    assert asked(script, "wardlight", "ana") == ["analyze"]
    assert asked(script, "wardlight", "workspace", "re") == ["rename", "restore", "retain", "repack"]
    assert "--filter" in asked(script, "wardlight", "export", "--f")
    assert asked(script, "wardlight", "export", "--format", "xl") == ["xlsx"]
    assert asked(script, "wardlight", "sensor", "--config", "") == []  # files, which bash itself offers


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_offers_the_options_of_the_sensor_that_is_a_program_of_its_own() -> None:
    script = completion.bash(files.sensor())

    assert asked(script, "wardlight-sensor", "--st") == ["--status"]
    assert asked(script, "wardlight-sensor", "sec") == ["secret"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_can_read_the_completion(placed: dict[str, bytes], tmp_path: Path, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    found = {place: data for place, data in placed.items() if f"/{shell}" in place}
    assert len(found) == 2
    for number, data in enumerate(found.values()):
        path = tmp_path / str(number)
        path.write_bytes(data)
        done = subprocess.run([shell, "-n", str(path)], capture_output=True, text=True, timeout=20)
        assert (done.returncode, done.stderr) == (0, "")


def test_the_menu_entry_opens_what_the_types_of_files_name(placed: dict[str, bytes]) -> None:
    entry = dict(re.findall(r"^([\w-]+)=(.*)$", placed["usr/share/applications/wardlight.desktop"].decode(), re.M))
    named = {one.get("type") for one in ET.fromstring(placed["usr/share/mime/packages/wardlight.xml"]).iter(f"{MIME}mime-type")}
    opened = set(filter(None, entry["MimeType"].split(";")))

    assert entry["Exec"] == "wardlight %F" and entry["Icon"] == "wardlight"
    assert opened - named == {"application/vnd.tcpdump.pcap"}  # which the shared database has
    assert named - opened == {"application/x-wardlight-pack"}  # which is unpacked on the page Workspaces
    if shutil.which("desktop-file-validate"):
        subprocess.run(["desktop-file-validate", "--no-hints", str(HERE / "wardlight.desktop")], check=True, timeout=20)


def test_a_workspace_is_known_by_its_first_bytes(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    create_workspace(workspace)
    head = workspace.read_bytes()[:100]
    (kind,) = [one for one in ET.parse(HERE / "wardlight.xml").iter(f"{MIME}mime-type") if "workspace" in str(one.get("type"))]
    for one in kind.iter(f"{MIME}match"):
        value = str(one.get("value")).replace("\\0", "\0").encode()
        assert head[int(str(one.get("offset"))) :].startswith(value)


def test_the_description_for_shops_says_version_and_day(placed: dict[str, bytes]) -> None:
    (release,) = ET.fromstring(placed["usr/share/metainfo/wardlight.metainfo.xml"]).iter("release")

    assert release.attrib == {"version": "1.2.3", "date": "2023-11-14"}


@pytest.mark.gui
def test_icons_have_their_size_and_are_not_blank(placed: dict[str, bytes], qapp: object) -> None:
    from PySide6.QtGui import QImage

    for size in icons.SIZES:
        image = QImage.fromData(placed[f"usr/share/icons/hicolor/{size}x{size}/apps/wardlight.png"])
        colours = {image.pixel(x, y) for x in range(size) for y in range(size)}
        assert (image.width(), image.height()) == (size, size) and len(colours) > 20
