"""What calls before the first one gain: CPU ms of the first five calls of a fresh process, with and without.

Run `python -m benchmarks.warm_up` in reference/python.
"""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import process_time
from typing import TYPE_CHECKING

from sheep_shed.adapters.memory_shed import MemoryShed
from sheep_shed.domain.ackermann import ackermann
from sheep_shed.domain.errors import ShedError
from sheep_shed.domain.sheep import MIN_WEIGHT, Sheep
from sheep_shed.domain.wolf import eat_heaviest_prime

if TYPE_CHECKING:
    from collections.abc import Callable

STACK = Path(__file__).parents[1]
MAX_STEPS = 20_000_000
ROUNDS = 9
CALLS = 5


def herd_of(size: int) -> MemoryShed:
    shed = MemoryShed()
    for i in range(size):
        shed.add(Sheep(i, MIN_WEIGHT + i * 79_999_999))
    return shed


def eat(shed: MemoryShed) -> None:
    try:
        eat_heaviest_prime(shed)
    except ShedError:
        return


def functions(kernel: str) -> tuple[Callable[[], object], Callable[[], object], int]:
    """Return a call as it is measured, the call that the TypeScript stack makes before it, and how often."""
    if kernel == "cat":
        return lambda: ackermann(3, 8, MAX_STEPS), lambda: ackermann(3, 6, MAX_STEPS), 1
    herd, trial = herd_of(1_000), herd_of(100)
    return lambda: eat(herd), lambda: eat(trial), 12


def measure(kernel: str, how: str) -> list[float]:
    call, small_call, times = functions(kernel)
    ends = [process_time()]
    for _ in range(times if how == "warm" else 0):
        small_call()
    ends.append(process_time())
    for _ in range(CALLS):
        call()
        ends.append(process_time())
    return [(end - start) * 1000 for start, end in pairwise(ends)]


def main() -> None:
    print(f"Python {sys.version.split()[0]}, {ROUNDS} processes each\n")
    print("| kernel | calls before | they take | " + " | ".join(f"call {i + 1}" for i in range(CALLS)) + " |")
    print("|---|---|---|" + "---|" * CALLS)
    for kernel in ("cat", "wolf"):
        found: dict[str, list[list[float]]] = {"cold": [], "warm": []}
        for number in range(ROUNDS):
            for how in ("cold", "warm") if number % 2 else ("warm", "cold"):
                command = [sys.executable, "-m", "benchmarks.warm_up", kernel, how]
                output = subprocess.run(
                    command, cwd=STACK, check=True, capture_output=True, text=True, timeout=60
                ).stdout
                found[how].append(json.loads(output))
        for how, runs in found.items():
            times = " | ".join(f"{median(values):.1f}" for values in zip(*runs, strict=True))
            print(f"| {kernel} | {'none' if how == 'cold' else 'as in TypeScript'} | {times} |")


if __name__ == "__main__":
    if sys.argv[1:]:
        print(json.dumps(measure(*sys.argv[1:])))
    else:
        main()
