import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from ops.local.running import (
    READY,
    AlreadyRunning,
    Phase,
    read_phase,
    running_pid,
    stop_running,
    take_lock,
    write_phase,
)

HOLDER = textwrap.dedent(
    """
    import signal, sys, threading
    from pathlib import Path
    from ops.local.running import take_lock
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    with take_lock(Path(sys.argv[1])):
        print("held", flush=True)
        ended.wait(30)
    """
)


def hold(folder: Path) -> subprocess.Popen[str]:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(folder)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_nobody_runs_in_a_new_folder(tmp_path: Path) -> None:
    assert running_pid(tmp_path) is None
    assert not stop_running(tmp_path)


def test_the_holder_of_the_lock_is_known_by_its_pid(tmp_path: Path) -> None:
    with hold(tmp_path) as holder:
        assert running_pid(tmp_path) == holder.pid
        holder.terminate()


def test_a_second_process_cannot_take_the_lock(tmp_path: Path) -> None:
    with hold(tmp_path) as holder:
        with pytest.raises(AlreadyRunning):
            take_lock(tmp_path)
        holder.terminate()


def test_stopping_waits_for_the_end(tmp_path: Path) -> None:
    with hold(tmp_path) as holder:
        assert stop_running(tmp_path)
        assert running_pid(tmp_path) is None
        assert holder.wait(5) == 0


def test_a_killed_process_leaves_nobody_behind(tmp_path: Path) -> None:
    with hold(tmp_path) as holder:
        holder.kill()
        holder.wait(5)
        assert running_pid(tmp_path) is None


def test_a_phase_is_read_back_as_written(tmp_path: Path) -> None:
    assert read_phase(tmp_path) is None
    write_phase(tmp_path, Phase(os.getpid(), READY))
    assert read_phase(tmp_path) == Phase(os.getpid(), "ready")
