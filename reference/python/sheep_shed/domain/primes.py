"""The sieve of primes and the test by trial division."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import compress, islice
from math import isqrt


def sieve_primes(limit: int) -> list[int]:
    """Return all primes up to `limit`, which is at least 2, in ascending order (Eratosthenes)."""
    # One byte for each odd number: index i stands for 2i + 1.
    size = (limit + 1) // 2
    odd = bytearray(b"\x01") * size
    odd[0] = 0
    for i in range(1, (isqrt(limit) + 1) // 2):
        if odd[i]:
            step, square = 2 * i + 1, 2 * i * (i + 1)
            odd[square::step] = bytes((size - 1 - square) // step + 1)
    return [2, *compress(range(1, limit + 1, 2), odd)]


def is_prime(number: int, primes: Sequence[int]) -> bool:
    """Tell whether `number`, at least 2, has no divisor among `primes` up to its square root.

    `primes` ascends and reaches at least the square root; the first divisor ends the test.
    """
    # A plain loop: all() over a generator expression takes about 1.3 times as long.
    for prime in islice(primes, bisect_right(primes, isqrt(number))):  # noqa: SIM110
        if not number % prime:
            return False
    return True
