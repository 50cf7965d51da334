"""Ports are claimed before anything listens on them: two banks that start at once take none from each other."""

import socket
import subprocess
import sys
from contextlib import ExitStack

from ops.local.engine_process import ROOT, claimed_port, port_is_free

CLAIMS = """
from ops.local.engine_process import claimed_port
with claimed_port({wanted}) as port:
    print(port, flush=True)
    input()
"""


def test_a_claimed_port_is_still_free_to_listen_on() -> None:
    with claimed_port() as port:
        assert port_is_free(port)


def test_of_many_who_want_one_port_at_once_each_gets_a_port_of_its_own() -> None:
    with claimed_port() as wanted:
        pass
    with ExitStack() as claims:
        ports = [claims.enter_context(claimed_port(wanted)) for _ in range(8)]
        assert ports[0] == wanted
        assert len(set(ports)) == len(ports)


def test_a_port_that_another_process_has_claimed_is_left_to_it() -> None:
    with claimed_port() as wanted:
        pass
    command = [sys.executable, "-c", CLAIMS.format(wanted=wanted)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin
        assert other.stdout
        assert int(other.stdout.readline()) == wanted
        with claimed_port(wanted) as port:
            assert port != wanted
        other.kill()
        other.wait()
        with claimed_port(wanted) as port:
            assert port == wanted


def test_a_port_that_somebody_listens_on_is_left_to_them() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        taken = listening.getsockname()[1]
        with claimed_port(taken) as port:
            assert port != taken


def test_a_claim_ends_with_its_block() -> None:
    with claimed_port() as port:
        pass
    with claimed_port(port) as again:
        assert again == port
