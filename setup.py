"""What pyproject.toml cannot say of the wheel: resources and documents go inside the package, where app.paths finds them."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).resolve().parent
DATA = "_data"
"""As app.paths.DATA; this file runs before anything of the program can be imported."""
SHIPPED = ("README.md", "CHANGELOG.md", "LICENSE", "docs/*.md", "docs/sources/*.md", "resources/**/*")
"""What ships beside the code, as in a checkout: no pictures and no decisions, which no page of the help shows; nor what
made the samples."""


def shipped() -> list[Path]:
    """Every file that ships beside the code, relative to the checkout, in order."""
    found = {one for pattern in SHIPPED for one in HERE.glob(pattern) if one.is_file()}
    return sorted(one.relative_to(HERE) for one in found if one.suffix not in (".py", ".pyc"))


class WithData(build_py):
    """Copies what ships beside the code to app/_data of the wheel; an editable installation reads the checkout."""

    def run(self) -> None:
        """The usual, then the data."""
        super().run()
        if self.editable_mode:
            return
        for one in shipped():
            out = Path(self.build_lib) / "app" / DATA / one
            out.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(HERE / one, out)


if __name__ == "__main__":
    setup(cmdclass={"build_py": WithData})
