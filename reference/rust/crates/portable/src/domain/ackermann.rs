//! The cat: the Ackermann function as a term rewriting system on an explicit stack.

use std::sync::atomic::AtomicU8;
use std::sync::atomic::Ordering::Relaxed;

use super::errors::ShedError;

/// Up to this many steps every number of the rewriting fits 32 bits, which [`ackermann`] relies on.
pub const MAX_STEPS: u64 = 4_000_000_000;

/// Above it A(3, n) takes more than 2^60 steps.
const LARGEST_N_OF_3: u64 = 28;

/// Marks the bottom of the stack; no m that can finish comes near it.
const BOTTOM: u8 = 255;

/// What the stack begins with: enough for A(3, 9).
const LOW: usize = 8192;

/// Counts the rewriting steps of A(m, n) without taking them; `None`: they exceed every machine.
///
/// The closed forms follow from steps(m, 0) = 1 + steps(m − 1, 1) and
/// steps(m, n) = 1 + steps(m, n − 1) + steps(m − 1, A(m, n − 1)).
#[must_use]
pub fn count_steps(m: u64, n: u64) -> Option<u64> {
    match (m, n) {
        (0, _) => Some(1),
        (1, _) => n.checked_mul(2)?.checked_add(2),
        (2, _) => n.checked_mul(n)?.checked_mul(2)?.checked_add(n.checked_mul(7)?)?.checked_add(5),
        (3, 0..=LARGEST_N_OF_3) => Some((128 * (1 << (2 * n)) - 120 * (1 << n) + 9 * n + 37) / 3),
        (4, 0) => Some(107),
        (4, 1) => Some(2_862_984_010),
        (5, 0) => Some(2_862_984_011),
        _ => None,
    }
}

/// Rewrites A(m, n) step by step until a number is left, and returns that number.
///
/// # Errors
/// `CatWouldNotFinish`, before the first step, when there are more than `max_steps`, which is at most [`MAX_STEPS`].
pub fn ackermann(m: u64, n: u64, max_steps: u64) -> Result<u64, ShedError> {
    let refused = ShedError::CatWouldNotFinish { m, n, max_steps };
    match (u8::try_from(m), u32::try_from(n), count_steps(m, n)) {
        // One step, whatever n is.
        (Ok(0), _, _) if max_steps > 0 => Ok(n + 1),
        (Ok(small_m), Ok(small_n), Some(steps)) if steps <= max_steps.min(MAX_STEPS) => {
            Ok(rewrite(small_m, small_n, |_| ()).into())
        }
        _ => Err(refused),
    }
}

/// The rule that a step applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// A(0, n) → n + 1
    Next,
    /// A(m, 0) → A(m − 1, 1)
    Drop,
    /// A(m, n) → A(m − 1, A(m, n − 1))
    Nest,
}

/// The rewriting itself. The innermost term A(m, n) lives in two locals, the m's that wait for its value on the stack.
/// Runs of `Nest` and of `Next` have inner loops of their own; each pass of one is one step.
///
/// The stack is of atomics because LLVM would turn the loop that pushes into a `memset`, and so take a whole run in a
/// few steps; it leaves atomic stores one by one. A relaxed one is a plain move on every processor.
fn rewrite(m: u8, n: u32, mut on_step: impl FnMut(Rule)) -> u32 {
    let mut stack: Vec<AtomicU8> = Vec::new();
    stack.resize_with(LOW, AtomicU8::default);
    stack[0].store(BOTTOM, Relaxed);
    let mut top = 1;
    let (mut m, mut n) = (m, n);
    while m != BOTTOM {
        while m != 0 {
            let below = m - 1;
            let end = top + n as usize;
            if end > stack.len() {
                stack.resize_with(end.max(2 * stack.len()), AtomicU8::default);
            }
            for waiting in &stack[top..end] {
                on_step(Rule::Nest);
                waiting.store(below, Relaxed);
            }
            top = end;
            on_step(Rule::Drop);
            (m, n) = (below, 1);
        }
        for waiting in stack[..top].iter().rev() {
            on_step(Rule::Next);
            n += 1;
            top -= 1;
            m = waiting.load(Relaxed);
            if m != 0 {
                break;
            }
        }
    }
    n
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The recursion of the textbook, and its steps.
    fn textbook(m: u64, n: u64, steps: &mut u64) -> u64 {
        *steps += 1;
        match (m, n) {
            (0, _) => n + 1,
            (_, 0) => textbook(m - 1, 1, steps),
            _ => {
                let inner = textbook(m, n - 1, steps);
                textbook(m - 1, inner, steps)
            }
        }
    }

    fn counted(m: u8, n: u32) -> (u32, u64, [u64; 3]) {
        let mut rules = [0; 3];
        let value = rewrite(m, n, |rule| rules[rule as usize] += 1);
        (value, rules.iter().sum(), rules)
    }

    #[test]
    fn takes_the_steps_of_the_textbook() {
        for (m, largest) in [(0, 20), (1, 20), (2, 20), (3, 5)] {
            for n in 0..=largest {
                let mut steps = 0;
                let value = textbook(m, n, &mut steps);
                assert_eq!(count_steps(m, n), Some(steps), "A({m}, {n})");
                let (found, taken, _) = counted(u8::try_from(m).unwrap(), u32::try_from(n).unwrap());
                assert_eq!((u64::from(found), taken), (value, steps), "A({m}, {n})");
            }
        }
        assert_eq!(counted(4, 0).1, 107);
    }

    #[test]
    fn takes_every_step_of_the_order_that_the_bench_measures() {
        assert_eq!(counted(3, 8), (2045, 2_785_999, [1_391_982, 2036, 1_391_981]));
    }

    #[test]
    fn grows_its_stack() {
        assert_eq!(ackermann(1, 100_000, MAX_STEPS).unwrap(), 100_002);
        assert_eq!(ackermann(3, 10, MAX_STEPS).unwrap(), 8189);
        let (value, steps, _) = counted(2, 9000);
        assert_eq!((value, Some(steps)), (18_003, count_steps(2, 9000)));
    }

    #[test]
    fn refuses_what_would_not_finish() {
        let limit = 20_000_000;
        assert!(ackermann(1, 9_999_999, limit).is_ok());
        assert_eq!(ackermann(0, 999_999_999_999_999, limit).unwrap(), 1_000_000_000_000_000);
        for (m, n) in [(1, 10_000_000), (2, 999_999_999_999_999), (3, 10), (4, 1), (5, 0), (999_999_999_999_999, 0)] {
            assert_eq!(
                ackermann(m, n, limit).unwrap_err().to_string(),
                format!("m={m}, n={n} takes more rewriting steps than the 20000000 allowed")
            );
        }
        assert_eq!(ackermann(3, 9, 11_164_370).unwrap(), 4093);
        assert!(ackermann(3, 9, 11_164_369).is_err());
    }
}
