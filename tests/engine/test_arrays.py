"""What opening a workspace loads, and what it leaves until somebody needs it."""

import subprocess
import sys

from app.engine.arrays import np

LATER = ("numpy", "ssl", "http.client", "tarfile", "app.updates", "app.workspaces.tending", "app.engine.export.writing")
"""Each of them takes longer to load than a page takes to be painted."""


def run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120).stdout.strip()


def test_a_session_loads_nothing_that_only_some_need() -> None:
    loaded = run(f"import sys, app.session; print([one for one in {LATER!r} if one in sys.modules])")
    assert loaded == "[]"


def test_what_came_later_is_there_when_it_is_named() -> None:
    code = (
        "import sys; from app.session import updates, workspaces; from app.engine.arrays import np;"
        "print('numpy' in sys.modules, np.zeros(2).sum(), 'numpy' in sys.modules);"
        "print(callable(workspaces.check), callable(updates.checked))"
    )
    assert run(code).split() == ["False", "0.0", "True", "True", "True"]


def test_a_name_that_is_nowhere_is_refused() -> None:
    code = (
        "import app.session, app.workspaces\n"
        "for one in (app.session, app.workspaces):\n"
        "    try:\n        one.nothing_of_the_kind\n    except AttributeError:\n        print('refused')"
    )
    assert run(code).split() == ["refused", "refused"]


def test_a_name_is_asked_of_numpy_once() -> None:
    import numpy

    assert np.int64 is numpy.int64 and "int64" in vars(np)
