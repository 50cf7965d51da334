"""The one background process of a local bank: it owns the engine, serves the GraphiQL page, runs the sponsor bank and
reloads edited code.

Started by `ops.local.start`; stopped by a signal, or by the death of the engine. What it says goes to `florin.log`.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from http.server import ThreadingHTTPServer
from pathlib import Path

from ops.graphiql.build import build, default_out
from ops.graphiql.server import make_server
from ops.local.bank import BankMissing, LocalBank
from ops.local.deploy import TEMPLATE, Place, deploy
from ops.local.engine_process import (
    ROOT,
    Engine,
    EngineFault,
    ask_engine,
    claimed_port,
    start_engine,
)
from ops.local.parameters import ACH_WINDOW_SECONDS
from ops.local.release import version
from ops.local.running import FAILED, LOG_FILE, READY, STARTING, AlreadyRunning, Phase, take_lock, write_phase
from ops.local.watch import POLL_SECONDS, changes, read_times
from ops.sponsor.keeping import gone
from ops.sponsor.run import start as start_sponsor

ENGINE_PORT_DEFAULT = 4610
GRAPHIQL_PORT_DEFAULT = 4620
FAILED_STATUS = 1


class Keeper:
    """Looks after one bank from its start to its end."""

    def __init__(
        self, folder: Path, *, regions: list[str], template: Path, code: Path, sponsor: bool, ach_window_seconds: int
    ) -> None:
        self.folder = folder
        self.regions = regions
        self.template = template
        self.code = code
        self.sponsor = sponsor
        self.ach_window_seconds = ach_window_seconds
        self.stopping = threading.Event()

    def run(self) -> None:
        """Start everything, then watch until somebody asks for the end."""
        engine_wanted, graphiql_wanted = wanted_ports(self.folder)
        with claimed_port(engine_wanted) as engine_port, claimed_port(graphiql_wanted) as graphiql_port:
            self.keep(engine_port=engine_port, graphiql_port=graphiql_port)

    def keep(self, *, engine_port: int, graphiql_port: int) -> None:
        say(f"starting the engine on port {engine_port}")
        engine = start_engine(self.folder / "engine", port=engine_port, keep=True)
        try:
            with ThreadPoolExecutor(max_workers=1) as beside:
                assets = beside.submit(build, default_out(), say)
                bank = self.deploy(engine_port=engine_port, graphiql_port=graphiql_port)
                page = serve_graphiql(bank, assets.result())
            gone(self.folder)  # whatever a keeper that was killed has left
            sponsor = start_sponsor(self.folder, say) if self.sponsor else None
            try:
                write_phase(self.folder, Phase(os.getpid(), READY))
                say("ready")
                self.watch(engine)
            finally:
                page.shutdown()
                if sponsor:
                    sponsor.stop()
        finally:
            say("stopping; the engine saves its state")
            engine.stop()
            say("stopped")

    def deploy(self, *, engine_port: int, graphiql_port: int) -> LocalBank:
        place = Place(
            folder=self.folder,
            engine_port=engine_port,
            template=self.template,
            code=self.code,
            ach_window_seconds=self.ach_window_seconds,
        )
        bank = LocalBank(
            folder=self.folder,
            version=version(),
            engine_port=engine_port,
            graphiql_port=graphiql_port,
            regions=deploy(place, regions=self.regions, say=say),
        )
        bank.save()
        return bank

    def watch(self, engine: Engine) -> None:
        """Reload the functions after each edit; end when the engine does or when asked."""
        times = read_times(self.code)
        while not self.stopping.wait(POLL_SECONDS):
            if engine.process.poll() is not None:
                raise EngineFault(f"the engine ended by itself; see {engine.log}")
            now = read_times(self.code)
            edited = changes(times, now)
            times = now
            if edited:
                self.reload(engine, edited)

    def reload(self, engine: Engine, edited: list[Path]) -> None:
        began = time.monotonic()
        ended = ask_engine(engine.port, "reload")["retired"]
        names = ", ".join(str(path.relative_to(self.code)) for path in edited[:3])
        say(f"reloaded after an edit of {names}: {ended} processes ended in {time.monotonic() - began:.1f} s")


def wanted_ports(folder: Path) -> tuple[int, int]:
    """Those of the last run: where they are free, addresses stay true, and nothing is deployed again."""
    try:
        last = LocalBank.load(folder)
    except BankMissing:
        return ENGINE_PORT_DEFAULT, GRAPHIQL_PORT_DEFAULT
    return last.engine_port, last.graphiql_port


def serve_graphiql(bank: LocalBank, assets: Path) -> ThreadingHTTPServer:
    server = make_server("127.0.0.1", bank.graphiql_port, bank, assets)
    threading.Thread(target=server.serve_forever, name="graphiql", daemon=True).start()
    return server


def say(text: str) -> None:
    print(text, flush=True)


def main() -> int:
    arguments = parse()
    folder: Path = arguments.folder
    keeper = Keeper(
        folder,
        regions=arguments.regions.split(","),
        template=arguments.template,
        code=arguments.code,
        sponsor=not arguments.no_sponsor,
        ach_window_seconds=arguments.ach_window_seconds,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: keeper.stopping.set())
    try:
        lock = take_lock(folder)
    except AlreadyRunning as running:
        say(str(running))
        return FAILED_STATUS
    with lock:
        write_phase(folder, Phase(os.getpid(), STARTING))
        try:
            keeper.run()
        except Exception as fault:  # noqa: BLE001 - the last frame of the process: whoever waits must be told
            traceback.print_exc()
            write_phase(folder, Phase(os.getpid(), FAILED, str(fault) or type(fault).__name__))
            return FAILED_STATUS
    return 0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="keeper", description=__doc__, epilog=f"Its words are in {LOG_FILE}.")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--regions", required=True)
    parser.add_argument("--template", type=Path, default=TEMPLATE)
    parser.add_argument("--code", type=Path, default=ROOT)
    parser.add_argument("--no-sponsor", action="store_true", help="leave the sponsor bank out")
    parser.add_argument("--ach-window-seconds", type=int, default=ACH_WINDOW_SECONDS, help="between two cut-offs")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
