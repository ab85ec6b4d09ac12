"""The cat: the Ackermann function as a term rewriting system on an explicit stack."""

from itertools import repeat

from .errors import ErrorCode, ShedError

_BOTTOM = 255
"""Marks the bottom of the stack; no m that can finish comes near it (see `count_steps`)."""

_LARGEST_N_OF_3 = 64
"""Above it A(3, n) takes more than 2^133 steps."""


def count_steps(m: int, n: int) -> int | None:
    """Count the rewriting steps that A(m, n) takes, without taking them.

    None when no machine ends so long a run: for m = 3 above n = 64, for m = 4 above n = 1, and for
    whatever leads to those. The closed forms follow from the three rules by
    induction; A(m, 0) is one step more than A(m - 1, 1).
    """
    match m:
        case 0:
            return 1
        case 1:
            return 2 * n + 2
        case 2:
            return 2 * n * n + 7 * n + 5
        case 3 if n <= _LARGEST_N_OF_3:
            return (128 * (1 << 2 * n) - 120 * (1 << n) + 9 * n + 37) // 3
        case _:
            return {(4, 0): 107, (4, 1): 2_862_984_010, (5, 0): 2_862_984_011}.get((m, n))


def ackermann(m: int, n: int, max_steps: int) -> int:
    """Rewrite A(m, n) step by step until a number is left, and return that number.

    Raises ShedError CAT_WOULD_NOT_FINISH before the first step when there are more than `max_steps`.
    """
    steps = count_steps(m, n)
    if steps is None or steps > max_steps:
        raise ShedError(
            ErrorCode.CAT_WOULD_NOT_FINISH,
            f"m={m}, n={n} takes more rewriting steps than the {max_steps} allowed",
        )
    return _rewrite(m, n)


def _rewrite(m: int, n: int) -> int:
    # The innermost term A(m, n) lives in two locals, the m's that wait for its value on the stack: a
    # byte each, since A(1, n) stacks n of them. Each pass of an inner loop is one rewriting step.
    # PERFORMANCE.md has the alternatives and their figures.
    stack = bytearray((_BOTTOM,))
    push = stack.append
    while m != _BOTTOM:
        while m:
            below = m - 1
            # A(m, n) -> A(m - 1, A(m, n - 1)), n times, until n is 0
            for waiting in repeat(below, n):
                push(waiting)
            # A(m, 0) -> A(m - 1, 1)
            m, n = below, 1
        # A(0, n) -> n + 1, for this term and for each 0 that waits on the top of the stack
        n += 1
        before = n
        for m in reversed(stack):
            if m:
                break
            n += 1
        del stack[before - n - 1 :]
    return n
