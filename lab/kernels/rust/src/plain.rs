//! The kernels as an ordinary Rust programmer writes them.

use crate::{choose, Herd, Rules, SIEVE_LIMIT};

/// The cat: the whole term on a vector, pops and pushes in every step.
pub fn ackermann<R: Rules>(m: u64, n: u64, rules: &mut R) -> u64 {
    let mut stack = vec![m, n];
    while stack.len() > 1 {
        let n = stack.pop().unwrap();
        let m = stack.pop().unwrap();
        rules.step();
        if m == 0 {
            stack.push(n + 1);
        } else if n == 0 {
            stack.push(m - 1);
            stack.push(1);
        } else {
            stack.push(m - 1);
            stack.push(m);
            stack.push(n - 1);
        }
    }
    stack[0]
}

/// The cat with n in a local, the m's of the term on the vector: what a second look gives.
pub fn ackermann_n_in_a_local<R: Rules>(m: u64, mut n: u64, rules: &mut R) -> u64 {
    let mut stack = vec![m];
    while let Some(m) = stack.pop() {
        rules.step();
        if m == 0 {
            n += 1;
        } else if n == 0 {
            stack.push(m - 1);
            n = 1;
        } else {
            stack.push(m - 1);
            stack.push(m);
            n -= 1;
        }
    }
    n
}

/// The sieve of Eratosthenes over all numbers, then the primes that it left.
pub fn sieve() -> Vec<u64> {
    let mut composite = vec![false; SIEVE_LIMIT + 1];
    let mut primes = Vec::new();
    for p in 2..=SIEVE_LIMIT {
        if composite[p] {
            continue;
        }
        primes.push(p as u64);
        for multiple in (p * p..=SIEVE_LIMIT).step_by(p) {
            composite[multiple] = true;
        }
    }
    primes
}

/// Trial division with remainder up to the square root; the first divisor stops.
pub fn is_prime(weight: u64, primes: &[u64]) -> bool {
    weight > 1
        && primes
            .iter()
            .take_while(|&&p| p * p <= weight)
            .all(|&p| weight % p != 0)
}

/// The wolf: the sieve anew, every weight tested, the heaviest of prime weight eaten: its tattoo.
pub fn wolf(herd: &Herd) -> Option<u64> {
    let primes = sieve();
    choose(herd, |weight| is_prime(weight, &primes))
}
