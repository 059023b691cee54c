"""What differs between two builds is named, file by file."""

from pathlib import Path

from installer.check.reproducible import differences


def test_each_difference_has_a_line(tmp_path: Path) -> None:
    for name in ("one", "two"):
        top = tmp_path / name
        (top / "folder").mkdir(parents=True)
        (top / "same.txt").write_text("same")
        (top / "program").write_text("x")
        (top / "changed").write_bytes(b"abc" if name == "one" else b"abd!")
        (top / "link").symlink_to("same.txt" if name == "one" else "program")
        (top / f"only {name}").write_text("")
    (tmp_path / "one" / "program").chmod(0o755)

    assert differences(tmp_path / "one", tmp_path / "two") == [
        "changed: 3 and 4 bytes, from byte 2 on",
        "link: same.txt and program",
        "only one: only in the first",
        "only two: only in the second",
        "program: a program and none",
    ]
    assert differences(tmp_path / "one", tmp_path / "one") == []
