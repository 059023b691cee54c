"""The last words of child processes."""

import subprocess
import sys
import time

from app.link.errors import ErrorLines


def said(program: str) -> str:
    child = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE)
    assert child.stderr is not None
    errors = ErrorLines(child.stderr, "errors")
    child.wait()
    return errors.last()


def test_the_last_line_that_says_something() -> None:
    assert said("import sys; sys.stderr.write('one\\ntwo\\n\\n \\n')") == "two"
    assert said("") == ""
    assert said("import sys; sys.stderr.buffer.write(b'\\xff\\n')") == "\ufffd"


def test_much_output_neither_blocks_the_process_nor_stays_in_memory() -> None:
    assert said("import sys; [sys.stderr.write('x' * 1000 + chr(10)) for _ in range(5000)]; sys.stderr.write('end')") == "end"


def test_who_else_holds_the_stream_is_not_waited_for() -> None:
    began = time.monotonic()
    hold = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(4)']); sys.exit('bye')"
    assert said(hold) == "bye"
    assert time.monotonic() - began < 4
