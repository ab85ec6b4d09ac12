"""The wolf: sieve and scan on two threads, every prime tried on every sheep, one sheep deleted by a second client."""

import math
import threading

from answers import handler_of, logger
from shed import HEAVIEST_UG, Shed


def primes_up_to(limit):
    prime = [True for _ in range(limit + 1)]
    prime[0] = prime[1] = False
    for i in range(2, int(math.sqrt(limit)) + 1):
        if prime[i]:
            j = i * i
            while j <= limit:
                prime[j] = False
                j += i
    return [i for i, is_prime in enumerate(prime) if is_prime]


def wolf(_parameters):
    found = {}

    def sieve():
        found["primes"] = primes_up_to(int(math.sqrt(HEAVIEST_UG)))

    def scan():
        logger.info("create a shed instance")
        found["sheep"] = Shed().all()

    threads = [threading.Thread(target=sieve), threading.Thread(target=scan)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    primes = found["primes"]
    logger.info("%s primes, %s sheep", len(primes), len(found["sheep"]))

    def is_edible(sheep):
        weight = sheep.weight.as_ug()
        for prime in primes:
            if weight % prime == 0:
                return False
        return True

    edible = [sheep for sheep in found["sheep"] if is_edible(sheep)]
    if not edible:
        return 404, {"message": "No fitting sheep"}
    chosen = max(edible, key=lambda sheep: sheep.weight)
    logger.info("the wolf will eat %s", chosen.tattoo)
    Shed().kill(chosen.tattoo)
    return 204, {}


handler = handler_of(wolf)
