//! The kernels with the tricks of `src/domain`: every step and every test is still executed one by one.

use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use crate::{choose, Herd, Rules, PRIMES_IN_SIEVE, SIEVE_LIMIT};

/// Marks the bottom of the stack; no m that can finish comes near it.
const BOTTOM: u8 = 255;

/// The cat: only the m of each pending term on the stack, the innermost term in locals. The stack is atomic since
/// the compiler else makes one memset of a run of rule 3, which is not one step after the other.
pub fn ackermann<R: Rules>(m: u64, n: u64, stack: &mut Vec<AtomicU8>, rules: &mut R) -> u64 {
    if m == 0 {
        rules.step();
        return n + 1;
    }
    if stack.is_empty() {
        stack.resize_with(4096, AtomicU8::default);
    }
    *stack[0].get_mut() = BOTTOM;
    let (mut left, mut value, mut top) = (m as u32, n as u32, 1_usize);
    loop {
        let rest = left - 1;
        let end = top + value as usize;
        if end > stack.len() {
            stack.resize_with(end.max(2 * stack.len()), AtomicU8::default);
        }
        for place in &stack[top..end] {
            place.store(rest as u8, Relaxed);
            rules.step();
        }
        top = end;
        rules.step();
        left = rest;
        value = 1;
        while left == 0 {
            rules.step();
            value += 1;
            top -= 1;
            left = u32::from(stack[top].load(Relaxed));
        }
        if left == u32::from(BOTTOM) {
            return u64::from(value);
        }
    }
}

/// What divides: for each odd prime its inverse modulo 2^64 and the largest quotient of 64 bits.
pub struct Divisors {
    composite: Vec<u8>,
    primes: Vec<u32>,
    inverses: Vec<u64>,
    limits: Vec<u64>,
}

impl Divisors {
    pub fn new() -> Self {
        Self {
            composite: vec![0; SIEVE_LIMIT / 2],
            primes: Vec::with_capacity(PRIMES_IN_SIEVE),
            inverses: Vec::with_capacity(PRIMES_IN_SIEVE),
            limits: Vec::with_capacity(PRIMES_IN_SIEVE),
        }
    }

    /// The sieve over the odd numbers; index i stands for 2i + 1.
    pub fn build(&mut self) {
        self.composite.fill(0);
        self.primes.clear();
        self.inverses.clear();
        self.limits.clear();
        let half = self.composite.len();
        let mut p = 3;
        while p * p < SIEVE_LIMIT {
            if self.composite[p / 2] == 0 {
                let mut multiple = (p * p) / 2;
                while multiple < half {
                    self.composite[multiple] = 1;
                    multiple += p;
                }
            }
            p += 2;
        }
        for i in 1..half {
            if self.composite[i] == 0 {
                let p = 2 * i as u64 + 1;
                self.primes.push(p as u32);
                self.inverses.push(inverse(p));
                self.limits.push(u64::MAX / p);
            }
        }
    }

    /// An odd p divides w exactly when w times its inverse modulo 2^64 is at most (2^64 - 1) / p
    /// (Granlund and Montgomery, Division by Invariant Integers using Multiplication, section 9).
    pub fn is_prime(&self, weight: u64) -> bool {
        if weight & 1 == 0 {
            return weight == 2;
        }
        let end = self
            .primes
            .partition_point(|&p| u64::from(p) * u64::from(p) <= weight);
        weight > 1
            && self.inverses[..end]
                .iter()
                .zip(&self.limits[..end])
                .all(|(inverse, limit)| weight.wrapping_mul(*inverse) > *limit)
    }
}

/// The inverse of an odd number modulo 2^64, by Newton's iteration: 5, 10, 20, 40, 80 correct bits.
fn inverse(p: u64) -> u64 {
    let mut x = p.wrapping_mul(3) ^ 2;
    for _ in 0..4 {
        x = x.wrapping_mul(2_u64.wrapping_sub(p.wrapping_mul(x)));
    }
    x
}

/// The wolf: the sieve anew, every weight tested, the heaviest of prime weight eaten: its tattoo.
pub fn wolf(herd: &Herd, divisors: &mut Divisors) -> Option<u64> {
    divisors.build();
    choose(herd, |weight| divisors.is_prime(weight))
}
