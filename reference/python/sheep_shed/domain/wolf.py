"""The wolf's choice."""

from heapq import heappush, heappushpop
from math import isqrt

from .errors import ErrorCode, ShedError
from .primes import is_prime, sieve_primes
from .shed import Shed
from .sheep import MAX_WEIGHT

MAX_CANDIDATES = 100
"""How many of the heaviest sheep of prime weight a wolf keeps in mind while it reads the shed."""


def eat_heaviest_prime(shed: Shed) -> int:
    """Remove the heaviest sheep of prime weight, of several the one of smallest tattoo; return its tattoo.

    A sheep that another wolf took first is passed over for the next one. Only when all that were kept in
    reserve are gone is the shed read again.
    Raises ShedError NO_FITTING_SHEEP when no sheep of prime weight is in the shed.
    """
    primes = sieve_primes(isqrt(MAX_WEIGHT))
    while True:
        candidates, complete = _heaviest_of_prime_weight(shed, primes)
        for _, negative_tattoo in sorted(candidates, reverse=True):
            if shed.remove(-negative_tattoo):
                return -negative_tattoo
        if complete:
            raise ShedError(ErrorCode.NO_FITTING_SHEEP, "no sheep of prime weight is in the shed")


def _heaviest_of_prime_weight(shed: Shed, primes: list[int]) -> tuple[list[tuple[int, int]], bool]:
    """Return up to MAX_CANDIDATES pairs (weight, -tattoo), and whether there were no more than these."""
    heap: list[tuple[int, int]] = []
    complete = True
    for page in shed.scan():
        for tattoo, weight in page:
            if is_prime(weight, primes):
                if len(heap) < MAX_CANDIDATES:
                    heappush(heap, (weight, -tattoo))
                else:
                    complete = False
                    heappushpop(heap, (weight, -tattoo))
    return heap, complete
