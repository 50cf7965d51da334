"""How the histories of a run are shared out among processes, and what its command line asks for."""

import argparse
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Final, TypeVar

CHUNK: Final = 10
"""Histories that a process takes at once."""

Played = TypeVar("Played")


def played(chunk: Callable[[Sequence[int]], Played], wanted: Sequence[int], *, processes: int) -> Iterator[Played]:
    """What `chunk` came to with each ten of the seeds, in their order."""
    chunks = [wanted[start : start + CHUNK] for start in range(0, len(wanted), CHUNK)]
    if processes == 1:
        yield from map(chunk, chunks)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(chunk, chunks)


def asked(description: str, *, kept: Sequence[int]) -> tuple[list[int], int]:
    """The seeds to be run, those kept from earlier finds first, and in how many processes."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--histories", type=int, default=1_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--first-seed", type=int, default=1)
    said = parser.parse_args()
    return [*kept, *range(said.first_seed, said.first_seed + said.histories)], said.processes
