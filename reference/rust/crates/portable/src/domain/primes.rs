//! The sieve of primes and the test by trial division.

use super::errors::Unexpected;

/// The sieve's upper end: its square is the heaviest weight, so its primes decide every weight.
pub const SIEVE_LIMIT: u32 = 400_000;

/// The largest number that a [`Sieve`] decides.
pub const MAX_TESTABLE: u64 = (SIEVE_LIMIT as u64).pow(2);

/// How many primes there are up to [`SIEVE_LIMIT`].
pub const PRIMES_IN_SIEVE: usize = 33_860;

/// One byte for each odd number.
const ODD: usize = SIEVE_LIMIT as usize / 2;

/// As many primes are divided by at once; the processor takes two or four doubles with one instruction.
const LANES: usize = 8;

/// The first prime beyond the first group: from here on no number is in a group of its own divisors.
const BEYOND_FIRST: f64 = 23.0;

/// 2^52: a double of this size has no fraction, so that adding it rounds to the nearest whole number.
const ROUNDING: f64 = 4_503_599_627_370_496.0;

/// Some primes and the inverse of each.
#[derive(Clone, Copy)]
struct Divisors {
    primes: [f64; LANES],
    inverses: [f64; LANES],
}

/// The primes up to [`SIEVE_LIMIT`], in ascending order.
pub struct Sieve {
    divisors: Vec<Divisors>,
}

impl Sieve {
    /// Finds the primes by the sieve of Eratosthenes over the odd numbers.
    #[must_use]
    pub fn build() -> Self {
        let primes = find_primes();
        let divisors = primes.chunks(LANES).map(Divisors::new).collect();
        Self { divisors }
    }

    /// Tells whether a number is prime, by trial division with the primes up to its square root; the first group of
    /// [`LANES`] primes that holds a divisor stops.
    ///
    /// # Errors
    /// When the number is above [`MAX_TESTABLE`].
    pub fn is_prime(&self, number: u64) -> Result<bool, Unexpected> {
        if number > MAX_TESTABLE {
            return Err(format!("a weight must be a whole number from 0 to {MAX_TESTABLE}; got {number}").into());
        }
        // Exact below 2^53.
        #[expect(clippy::cast_precision_loss)]
        let number = number as f64;
        if number < BEYOND_FIRST {
            return Ok(self.divisors[0].primes.contains(&number));
        }
        let root = number.sqrt();
        let mut groups = self.divisors.iter().take_while(|group| group.primes[0] <= root);
        Ok(!groups.any(|group| group.divide(number)))
    }
}

impl Divisors {
    /// A last group that is not full is filled up with what divides nothing.
    fn new(group: &[u32]) -> Self {
        let mut primes = [f64::INFINITY; LANES];
        let mut inverses = [0.0; LANES];
        for (i, &prime) in group.iter().enumerate() {
            primes[i] = f64::from(prime);
            inverses[i] = 1.0 / primes[i];
        }
        Self { primes, inverses }
    }

    /// Whether one of the primes divides the number.
    fn divide(&self, number: f64) -> bool {
        let mut found = false;
        for i in 0..LANES {
            found |= divides(self.primes[i], self.inverses[i], number);
        }
        found
    }
}

/// Whether p divides w. A division takes many times as long as a product with the inverse. If p divides w < 2^38, the
/// product is nearer to the true quotient than 2^38 · 2^−52 / p < 1/2, so that rounding gives the quotient, and quotient
/// times p is w. If p does not, no whole number times p is w. Quotients and products are below 2^52, and so exact.
#[expect(clippy::float_cmp)]
fn divides(prime: f64, inverse: f64, number: f64) -> bool {
    let quotient = (number * inverse + ROUNDING) - ROUNDING;
    quotient * prime == number
}

fn find_primes() -> Vec<u32> {
    // Index i stands for the odd number 2i + 1; the square of p stands at (p² − 1) / 2.
    let mut composite = vec![0_u8; ODD];
    let mut i = 1;
    while (2 * i + 1) * (2 * i + 1) < SIEVE_LIMIT as usize {
        if composite[i] == 0 {
            let prime = 2 * i + 1;
            for place in composite[(prime * prime) / 2..].iter_mut().step_by(prime) {
                *place = 1;
            }
        }
        i += 1;
    }
    // Without a branch, which the processor would often mispredict: each number is written, and overwritten by the
    // next unless it is prime.
    let mut primes = vec![0; PRIMES_IN_SIEVE + 1];
    primes[0] = 2;
    let (mut found, mut number) = (1, 1);
    for composite in &composite[1..] {
        number += 2;
        primes[found] = number;
        found += usize::from(1 - composite);
    }
    primes.truncate(found);
    primes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn textbook(number: u64) -> bool {
        number > 1 && !(2..=number.isqrt()).any(|divisor| number.is_multiple_of(divisor))
    }

    #[test]
    fn finds_every_prime_up_to_400_000() {
        let primes = find_primes();
        assert_eq!(primes.len(), PRIMES_IN_SIEVE);
        assert_eq!(primes[..10], [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]);
        assert_eq!(primes.last(), Some(&399_989));
        assert!(primes.iter().all(|&prime| textbook(prime.into())));
    }

    #[test]
    fn decides_as_division_with_remainder_does() {
        let sieve = Sieve::build();
        for number in 0..20_000 {
            assert_eq!(sieve.is_prime(number).unwrap(), textbook(number), "{number}");
        }
        let mut random = fastrand::Rng::with_seed(1);
        for _ in 0..200 {
            let number = random.u64(80_000_000_000..=MAX_TESTABLE);
            assert_eq!(sieve.is_prime(number).unwrap(), textbook(number), "{number}");
        }
    }

    #[test]
    fn every_prime_divides_its_largest_product_and_neither_neighbour() {
        let limit = 160_000_000_000.0_f64;
        for group in &Sieve::build().divisors {
            for (&prime, &inverse) in group.primes.iter().zip(&group.inverses).filter(|(prime, _)| prime.is_finite()) {
                let product = (limit / prime).floor() * prime;
                assert!(divides(prime, inverse, product), "{prime}");
                assert!(!divides(prime, inverse, product - 1.0), "{prime}");
                assert!(!divides(prime, inverse, product + 1.0), "{prime}");
            }
        }
    }

    #[test]
    fn decides_the_hardest_weights() {
        let sieve = Sieve::build();
        for (number, prime) in [
            (399_989 * 399_989, false),
            (399_989 * 399_983, false),
            (159_999_999_983, true),
            (80_000_000_021, true),
            (MAX_TESTABLE, false),
        ] {
            assert_eq!(sieve.is_prime(number).unwrap(), prime, "{number}");
        }
        assert!(sieve.is_prime(MAX_TESTABLE + 1).is_err());
    }
}
