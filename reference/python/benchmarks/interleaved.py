"""Ratios of the kernels against the textbook, each from interleaved rounds in one process.

The alternatives take turns, forwards and backwards, so that noise of the machine falls on no single one; the
ratio is the median over rounds.
Run `python -m benchmarks.interleaved` in reference/python.
"""

from __future__ import annotations

import sys
from functools import partial
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.kernels import CATS, SIEVES, WOLVES, check, herd

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROUNDS = 15


def compare(title: str, alternatives: Sequence[tuple[str, Callable[[], object]]]) -> None:
    seconds: dict[str, list[float]] = {name: [] for name, _ in alternatives}
    for number in range(ROUNDS):
        for name, run in alternatives if number % 2 else alternatives[::-1]:
            start = perf_counter()
            run()
            seconds[name].append(perf_counter() - start)
    yardstick = seconds[alternatives[0][0]]
    for name, values in seconds.items():
        ratio = median(base / value for base, value in zip(yardstick, values, strict=True))
        print(f"| {title} | `{name}` | {median(values) * 1000:.1f} | {ratio:.2f} |")


def main() -> None:
    check()
    weights = herd(1_000)
    print(f"Python {sys.version.split()[0]}\n")
    print("| kernel | alternative | median ms | times as fast as the textbook |\n|---|---|---|---|")
    compare("A(3,8)", [(cat.__name__, partial(cat, 3, 8)) for cat in CATS])
    compare("sieve", [(sieve.__name__, sieve) for sieve in SIEVES])
    compare("1 000 sheep", [(wolf.__name__, partial(wolf, weights)) for wolf in WOLVES])


if __name__ == "__main__":
    main()
