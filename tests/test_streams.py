"""What is written where nobody reads any more is dropped, and the program goes on to its own end."""

import errno
import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest

FULL = Path("/dev/full")

PROGRAM = """
import os, sys, time
from pathlib import Path
from automl import streams
streams.outlive()
for stream in (sys.stdout, sys.stderr):
    print("before ü", file=stream, flush=True)
while not Path({gone!r}).exists():
    time.sleep(0.01)
for stream in (sys.stdout, sys.stderr):
    print("after", file=stream, flush=True)
Path({told!r}).write_text("went on")
sys.exit(3)
"""


@pytest.fixture
def program(tmp_path):
    """A program that writes before and after its reader goes, a file that says so, and the one it leaves at its end."""
    gone, told = tmp_path / "gone", tmp_path / "told"
    code = PROGRAM.format(gone=str(gone), told=str(told))
    return [sys.executable, "-X", "utf8", "-c", code], gone, told


def read_until(descriptor, count):
    """What the program wrote, up to `count` lines."""
    end, text = time.monotonic() + 60, b""
    while text.count(b"\n") < count and time.monotonic() < end:
        text += os.read(descriptor, 1000)
    return text.decode()


def test_a_pipe_whose_reader_has_ended_ends_nothing(program):
    arguments, gone, told = program
    reader, writer = os.pipe()
    process = subprocess.Popen(arguments, stdout=writer, stderr=writer)
    os.close(writer)
    assert read_until(reader, 2) == "before ü\nbefore ü\n"
    os.close(reader)
    gone.touch()
    assert process.wait(60) == 3
    assert told.read_text() == "went on"


def test_a_terminal_that_was_closed_ends_nothing(program):
    arguments, gone, told = program
    ours, theirs = pty.openpty()
    process = subprocess.Popen(arguments, stdout=theirs, stderr=theirs)
    os.close(theirs)
    assert read_until(ours, 2).count("before ü") == 2
    os.close(ours)
    gone.touch()
    assert process.wait(60) == 3
    assert told.read_text() == "went on"


def test_streams_that_were_never_open_take_what_is_written(program):
    arguments, gone, told = program
    gone.touch()
    closed = ["sh", "-c", 'exec "$@" >&- 2>&-', "sh"]
    assert subprocess.run([*closed, *arguments], check=False).returncode == 3
    assert told.read_text() == "went on"


@pytest.mark.skipif(not FULL.exists(), reason="the system has no full device")
def test_a_full_disk_is_told():
    code = "import sys\nfrom automl import streams\nstreams.outlive()\ntry:\n    print('x', flush=True)\n"
    code += "except OSError as error:\n    print(error.errno, file=sys.stderr)"
    with FULL.open("w") as full:
        done = subprocess.run([sys.executable, "-c", code], stdout=full, stderr=subprocess.PIPE, check=False, text=True)
    assert done.stderr.splitlines()[0] == str(errno.ENOSPC)


def test_commands_end_with_their_own_exit_code_when_nobody_reads_them():
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "automl", "recipes", "list"]
    assert subprocess.run(command, stdout=writer, stderr=writer, check=False).returncode == 0
    os.close(writer)
