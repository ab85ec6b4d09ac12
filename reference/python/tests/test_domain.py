from __future__ import annotations

from math import isqrt
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheep_shed import config
from sheep_shed.adapters.memory_shed import MemoryShed
from sheep_shed.domain import wolf
from sheep_shed.domain.ackermann import ackermann, count_steps
from sheep_shed.domain.errors import ErrorCode, ShedError
from sheep_shed.domain.input import parse_whole_number, quote
from sheep_shed.domain.primes import is_prime, sieve_primes
from sheep_shed.domain.sheep import MAX_TATTOO, MAX_WEIGHT, MIN_WEIGHT, Sheep, draw_weight, parse_tattoo

if TYPE_CHECKING:
    from collections.abc import Callable


def _textbook_cat(m: int, n: int) -> tuple[int, int]:
    """The three rules as they stand, and how many steps they took."""
    stack, steps = [m], 0
    while stack:
        m, steps = stack.pop(), steps + 1
        if m == 0:
            n += 1
        elif n == 0:
            stack.append(m - 1)
            n = 1
        else:
            stack += [m - 1, m]
            n -= 1
    return n, steps


@given(st.sampled_from([(4, 0), *((m, n) for m in range(3) for n in range(40)), *((3, n) for n in range(5))]))
def test_the_cat_is_the_textbook_cat(order: tuple[int, int]) -> None:
    result, steps = _textbook_cat(*order)
    assert count_steps(*order) == steps
    assert ackermann(*order, max_steps=steps) == result
    with pytest.raises(ShedError) as failure:
        ackermann(*order, max_steps=steps - 1)
    assert failure.value.code is ErrorCode.CAT_WOULD_NOT_FINISH


def test_the_order_of_the_benchmark() -> None:
    assert count_steps(3, 8) == 2_785_999
    assert ackermann(3, 8, 20_000_000) == 2045


@pytest.mark.parametrize(
    ("m", "n", "steps"),
    [
        (4, 1, 2_862_984_010),
        (5, 0, 2_862_984_011),
        (1, 10**15 - 1, 2 * 10**15),
        (4, 2, None),
        (5, 1, None),
        (6, 0, None),
        (3, 65, None),
        (10**15 - 1, 10**15 - 1, None),
    ],
)
def test_what_would_not_finish_is_known_at_once(m: int, n: int, steps: int | None) -> None:
    assert count_steps(m, n) == steps
    with pytest.raises(
        ShedError, match=rf"^m={m}, n={n} takes more rewriting steps than the 20000000 allowed$"
    ):
        ackermann(m, n, 20_000_000)


@given(st.integers(2, 3_000))
def test_the_sieve_holds_the_primes(limit: int) -> None:
    assert sieve_primes(limit) == [
        i for i in range(2, limit + 1) if all(i % d for d in range(2, isqrt(i) + 1))
    ]


def test_the_sieve_of_the_wolf() -> None:
    primes = sieve_primes(400_000)
    assert (len(primes), primes[-1]) == (33_860, 399_989)


@pytest.mark.parametrize(
    ("weight", "prime"),
    [
        (80_000_000_003, False),
        (399_989**2, False),
        (399_983 * 399_989, False),
        (2 * 40_000_000_003, False),
        (80_000_000_021, True),
        (159_999_999_983, True),
    ],
)
def test_trial_division(weight: int, prime: bool) -> None:  # noqa: FBT001
    primes = sieve_primes(400_000)
    assert is_prime(weight, primes) is prime
    assert prime is all(weight % d for d in range(2, isqrt(weight) + 1))


@given(st.integers(0, MAX_TATTOO), st.integers(0, 3))
def test_leading_zeros_name_the_same_sheep(tattoo: int, zeros: int) -> None:
    text = "0" * zeros + str(tattoo)
    if len(text) <= 20:
        assert parse_tattoo(text) == tattoo


BAD_TATTOOS = [
    "",
    "-1",
    "1.0",
    "1e3",
    " 7",
    "7 ",
    "7\n",
    "٧",
    "+7",
    "0x7",
    "1_0",
    "0" * 21,
    str(MAX_TATTOO + 1),
]


@pytest.mark.parametrize("text", [*BAD_TATTOOS, None, 7, ["7"]])
def test_other_tattoos_are_refused(text: object) -> None:
    with pytest.raises(
        ShedError, match=r"^tattoo must be 1 to 20 digits, from 0 to 18446744073709551615; got "
    ):
        parse_tattoo(text)


@pytest.mark.parametrize("text", ["", "-1", "+1", "1.0", "1e3", " 1", "1\n", "1,1", "٧", "0" * 16, None, 1])
def test_other_numbers_are_refused(text: object) -> None:
    with pytest.raises(ShedError, match=r"^m must be a whole number of 1 to 15 digits, given once; got "):
        parse_whole_number("m", text)


def test_quoting() -> None:
    assert quote(None) == "nothing"
    assert quote('a"b') == '"a\\"b"'
    assert quote("٧") == '"٧"'
    assert quote("x" * 40) == f'"{"x" * 40}"'
    assert quote("x" * 41) == f'"{"x" * 40}…"'


@given(st.floats(0, 1, exclude_max=True))
def test_weights_are_in_range(random: float) -> None:
    assert MIN_WEIGHT <= draw_weight(lambda: random) <= MAX_WEIGHT
    assert draw_weight(lambda: 0.0) == MIN_WEIGHT
    assert draw_weight(lambda: 1 - 2**-53) == MAX_WEIGHT


HEAVY, LIGHT = 159_999_999_983, 80_000_000_021


def _shed(*herd: tuple[int, int]) -> MemoryShed:
    shed = MemoryShed(page_size=2)
    for tattoo, weight in herd:
        shed.add(Sheep(tattoo, weight))
    return shed


def test_the_wolf_eats_the_heaviest_and_of_equals_the_smallest_tattoo() -> None:
    shed = _shed((1, LIGHT), (9, HEAVY), (3, MAX_WEIGHT), (2, HEAVY), (10, HEAVY))
    assert [wolf.eat_heaviest_prime(shed) for _ in range(4)] == [2, 9, 10, 1]
    with pytest.raises(ShedError, match="no sheep of prime weight is in the shed"):
        wolf.eat_heaviest_prime(shed)
    assert shed.count() == 1


class _Raced(MemoryShed):
    """A shed where another wolf is always faster for the first `lost` sheep."""

    lost = 0

    def remove(self, tattoo: int) -> bool:
        self.lost -= 1
        return super().remove(tattoo) and self.lost < 0


@given(st.integers(0, 9), st.integers(1, 4))
def test_a_lost_race_falls_to_the_next_heaviest(lost: int, kept: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wolf, "MAX_CANDIDATES", kept)
        shed = _Raced()
        for tattoo in range(10):
            shed.add(Sheep(tattoo, HEAVY))
        shed.lost = lost
        assert wolf.eat_heaviest_prime(shed) == lost


@pytest.mark.parametrize("value", ["", "0", "-1", "1.5", "4000000001", "many"])
def test_an_invalid_limit_is_named(value: str) -> None:
    with pytest.raises(ValueError, match=rf'^CAT_MAX_STEPS must be .* 4000000000; got "{value}"$'):
        config.max_steps({"CAT_MAX_STEPS": value})


def test_settings() -> None:
    assert config.max_steps({}) == 20_000_000
    assert config.max_steps({"CAT_MAX_STEPS": "7"}) == 7
    assert config.table_name({"SHEEP_SHED_TABLE": "a.b-c_9"}) == "a.b-c_9"
    read: Callable[[dict[str, str]], str] = config.table_name
    with pytest.raises(ValueError, match=r"^SHEEP_SHED_TABLE is missing"):
        read({})
    with pytest.raises(ValueError, match=r'^SHEEP_SHED_TABLE must be a table name .*; got "a b"$'):
        read({"SHEEP_SHED_TABLE": "a b"})
