"""Answers one line of standard input with one line of standard output, as `rust/src/main.rs` and `node-worker.ts`
do; ends when its input ends. Times in nanoseconds. The kernels are those of reference/python, which is on the path.
"""

from __future__ import annotations

import inspect
import sys
from time import perf_counter_ns
from typing import TYPE_CHECKING

from benchmarks.kernels import cat_textbook, sieve_textbook
from sheep_shed.domain import ackermann as cat_module
from sheep_shed.domain.primes import is_prime, sieve_primes

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType

SIEVE_LIMIT = 400_000
MAX_STEPS = 4_000_000_000


def is_prime_textbook(weight: int, primes: list[int]) -> bool:
    for divisor in primes:
        if divisor * divisor > weight:
            break
        if weight % divisor == 0:
            return False
    return weight > 1


# Of each kind: the cat, the function that rewrites, its statements that are one rewriting step each,
# the sieve, and the test of a weight.
KINDS = {
    "plain": (
        cat_textbook,
        cat_textbook,
        ("n += 1", "n = 1", "n -= 1"),
        sieve_textbook,
        is_prime_textbook,
    ),
    "tuned": (
        lambda m, n: cat_module.ackermann(m, n, MAX_STEPS),
        cat_module._rewrite,  # noqa: SLF001 (whose steps are counted)
        ("push(waiting)", "m, n = below, 1", "n += 1"),
        lambda: sieve_primes(SIEVE_LIMIT),
        is_prime,
    ),
}
cat, rewriting, statements, sieve, test = KINDS[sys.argv[1]]
herd: list[tuple[int, int]] = []


def wolf() -> str:
    """Test every weight; of the heaviest of prime weight the smallest tattoo goes first."""
    primes = sieve()
    eaten: tuple[int, int] | None = None
    for sheep in herd:
        if test(sheep[0], primes) and (eaten is None or sheep > eaten):
            eaten = sheep
    return "none" if eaten is None else str(-eaten[1])


def timed(calls: int, work: Callable[[], object]) -> str:
    nanos = []
    result: object = None
    for _ in range(calls):
        started = perf_counter_ns()
        result = work()
        nanos.append(perf_counter_ns() - started)
    return " ".join(map(str, [result, *nanos]))


def count_steps(m: int, n: int) -> int:
    """Count how often the statements of the very kernel that is measured are executed."""
    lines, first = inspect.getsourcelines(rewriting)
    counted = {first + i for i, line in enumerate(lines) if line.strip() in statements}
    code: CodeType = rewriting.__code__
    steps = 0

    def trace(frame: FrameType, event: str, _argument: object) -> object:
        nonlocal steps
        if frame.f_code is not code:
            return None
        if event == "line" and frame.f_lineno in counted:
            steps += 1
        return trace

    sys.settrace(trace)
    try:
        cat(m, n)
    finally:
        sys.settrace(None)
    return steps


def answer(command: str, words: list[str]) -> str:
    if command == "herd":
        # Of two tuples the greater is the better meal.
        herd[:] = [(int(weight), -int(tattoo)) for tattoo, weight in (word.split(":") for word in words)]
        return str(len(herd))
    numbers = [int(word) for word in words]
    if command == "cat":
        m, n, calls = numbers
        return timed(calls, lambda: cat(m, n))
    if command == "steps":
        return str(count_steps(*numbers))
    if command == "wolf":
        return timed(numbers[0], wolf)
    if command == "primes":
        primes = sieve()
        return " ".join(str(i) for i, (weight, _) in enumerate(herd) if test(weight, primes))
    message = f"not a command: {command}"
    raise ValueError(message)


def main() -> None:
    for line in sys.stdin:
        command, *words = line.split()
        print(answer(command, words), flush=True)


main()
