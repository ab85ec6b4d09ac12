"""Compares kernels of the cat and of the wolf: every alternative obeys the workload rules.

`python -m benchmarks.interleaved` measures them. The order of the alternatives is the order of
PERFORMANCE.md; the first of each kernel is the yardstick.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import compress, islice, repeat
from math import isqrt
from operator import mod
from random import Random

from sheep_shed.domain.ackermann import ackermann
from sheep_shed.domain.primes import is_prime, sieve_primes
from sheep_shed.domain.sheep import MAX_WEIGHT, MIN_WEIGHT

LIMIT = 400_000


def herd(size: int) -> list[int]:
    random = Random(5)
    return [random.randint(MIN_WEIGHT, MAX_WEIGHT) for _ in range(size)]


def cat_textbook(m: int, n: int) -> int:
    stack = [m]
    while stack:
        m = stack.pop()
        if m == 0:
            n += 1
        elif n == 0:
            stack.append(m - 1)
            n = 1
        else:
            stack.append(m - 1)
            stack.append(m)
            n -= 1
    return n


def cat_locals(m: int, n: int) -> int:
    stack: list[int] = []
    push, pop = stack.append, stack.pop
    while True:
        if m == 0:
            n += 1
            if not stack:
                return n
            m = pop()
        elif n == 0:
            m -= 1
            n = 1
        else:
            push(m - 1)
            n -= 1


def cat_index(m: int, n: int) -> int:
    stack = bytearray(4096)
    stack[0], top = 255, 1
    while m != 255:
        while m:
            below = m - 1
            if top + n > len(stack):
                stack.extend(bytes(top + n))
            for place in range(top, top + n):
                stack[place] = below
            top += n
            m, n = below, 1
        n += 1
        top -= 1
        while not stack[top]:
            n += 1
            top -= 1
        m = stack[top]
    return n


def cat_pop(m: int, n: int) -> int:
    stack = bytearray((255,))
    push, pop = stack.append, stack.pop
    while m != 255:
        while m:
            below = m - 1
            for waiting in repeat(below, n):
                push(waiting)
            m, n = below, 1
        while not m:
            n += 1
            m = pop()
    return n


def cat_reversed_list(m: int, n: int) -> int:
    stack = [255]
    push = stack.append
    while m != 255:
        while m:
            below = m - 1
            for waiting in repeat(below, n):
                push(waiting)
            m, n = below, 1
        n += 1
        before = n
        for m in reversed(stack):
            if m:
                break
            n += 1
        del stack[before - n - 1 :]
    return n


def cat_ours(m: int, n: int) -> int:
    return ackermann(m, n, 20_000_000)


def sieve_textbook() -> list[int]:
    sieve = [True] * (LIMIT + 1)
    sieve[0] = sieve[1] = False
    i = 2
    while i * i <= LIMIT:
        if sieve[i]:
            for j in range(i * i, LIMIT + 1, i):
                sieve[j] = False
        i += 1
    return [i for i in range(LIMIT + 1) if sieve[i]]


def sieve_all_slices() -> list[int]:
    sieve = bytearray(b"\x01") * (LIMIT + 1)
    sieve[0] = sieve[1] = 0
    for i in range(2, isqrt(LIMIT) + 1):
        if sieve[i]:
            sieve[i * i :: i] = bytes(len(range(i * i, LIMIT + 1, i)))
    return list(compress(range(LIMIT + 1), sieve))


def sieve_ours() -> list[int]:
    return sieve_primes(LIMIT)


def wolf_textbook(weights: list[int]) -> list[int]:
    primes = sieve_textbook()
    found = []
    for weight in weights:
        prime = True
        for divisor in primes:
            if divisor * divisor > weight:
                break
            if weight % divisor == 0:
                prime = False
                break
        if prime:
            found.append(weight)
    return found


def wolf_textbook_loop(weights: list[int]) -> list[int]:
    primes = sieve_ours()
    found = []
    for weight in weights:
        for divisor in primes:
            if divisor * divisor > weight:
                found.append(weight)
                break
            if weight % divisor == 0:
                break
        else:
            found.append(weight)
    return found


def wolf_copied_slice(weights: list[int]) -> list[int]:
    primes = sieve_ours()
    found = []
    for weight in weights:
        for divisor in primes[: bisect_right(primes, isqrt(weight))]:
            if not weight % divisor:
                break
        else:
            found.append(weight)
    return found


def wolf_generator(weights: list[int]) -> list[int]:
    primes = sieve_ours()
    return [
        weight
        for weight in weights
        if all(weight % divisor for divisor in islice(primes, bisect_right(primes, isqrt(weight))))
    ]


def wolf_map(weights: list[int]) -> list[int]:
    primes = sieve_ours()
    return [
        weight
        for weight in weights
        if all(map(mod, repeat(weight, bisect_right(primes, isqrt(weight))), primes))
    ]


def wolf_by_prime(weights: list[int]) -> list[int]:
    primes = sieve_ours()
    common = bisect_right(primes, isqrt(min(weights)))
    left = weights
    for divisor in islice(primes, common):
        left = [weight for weight in left if weight % divisor]
    return [
        weight
        for weight in left
        if all(weight % divisor for divisor in islice(primes, common, bisect_right(primes, isqrt(weight))))
    ]


def wolf_float_quotient(weights: list[int]) -> list[int]:
    primes = sieve_ours()
    quotients = [float(divisor) for divisor in primes]
    found = []
    for weight in weights:
        dividend = float(weight)
        for divisor in islice(quotients, bisect_right(primes, isqrt(weight))):
            if (dividend / divisor).is_integer():
                break
        else:
            found.append(weight)
    return found


def wolf_ours(weights: list[int]) -> list[int]:
    primes = sieve_ours()
    return [weight for weight in weights if is_prime(weight, primes)]


CATS = [cat_textbook, cat_locals, cat_index, cat_pop, cat_reversed_list, cat_ours]
SIEVES = [sieve_textbook, sieve_all_slices, sieve_ours]
WOLVES = [
    wolf_textbook,
    wolf_textbook_loop,
    wolf_copied_slice,
    wolf_generator,
    wolf_map,
    wolf_by_prime,
    wolf_float_quotient,
    wolf_ours,
]


def check() -> None:
    """Assert that all alternatives give the same results."""
    assert {cat(3, 4) for cat in CATS} == {125}
    assert len({tuple(sieve()) for sieve in SIEVES}) == 1
    weights = herd(200)
    assert len({tuple(wolf(weights)) for wolf in WOLVES}) == 1
