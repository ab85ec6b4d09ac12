//! The wolf: it eats the heaviest sheep of prime weight.

use std::cmp::Reverse;

use super::errors::Unexpected;
use super::primes::Sieve;
use super::shed::{Pages, Shed};
use super::sheep::Sheep;

/// How many of the heaviest sheep of prime weight a wolf keeps in mind while it reads the shed.
pub const REMEMBERED: usize = 100;

/// Eats the heaviest sheep of prime weight, the smallest tattoo first among equals, and returns it; `None` when the
/// shed has none. A wolf that loses a race goes on with the next heaviest it remembers; when others ate all of them it
/// reads the shed again, which ends because each reading finds the shed smaller.
///
/// # Errors
/// What the shed fails with, and a weight that the sieve does not decide.
pub async fn eat_heaviest_prime(shed: &impl Shed) -> Result<Option<Sheep>, Unexpected> {
    loop {
        let candidates = heaviest_primes(shed).await?;
        for sheep in &candidates {
            if shed.remove(sheep.tattoo).await? {
                return Ok(Some(*sheep));
            }
        }
        if candidates.len() < REMEMBERED {
            return Ok(None);
        }
    }
}

async fn heaviest_primes(shed: &impl Shed) -> Result<Vec<Sheep>, Unexpected> {
    let sieve = Sieve::build();
    let mut heaviest = Vec::with_capacity(REMEMBERED + 1);
    let mut pages = shed.scan();
    while let Some(page) = pages.next().await? {
        for sheep in page {
            if sieve.is_prime(sheep.weight)? {
                remember(&mut heaviest, sheep);
            }
        }
    }
    Ok(heaviest)
}

fn remember(heaviest: &mut Vec<Sheep>, sheep: Sheep) {
    let place = heaviest.partition_point(|other| rank(other) > rank(&sheep));
    if place < REMEMBERED {
        heaviest.insert(place, sheep);
        heaviest.truncate(REMEMBERED);
    }
}

fn rank(sheep: &Sheep) -> (u64, Reverse<u64>) {
    (sheep.weight, Reverse(sheep.tattoo))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::memory_shed::MemoryShed;

    const PRIMES: [u64; 3] = [80_000_000_021, 159_999_999_979, 159_999_999_983];

    async fn eaten(shed: &MemoryShed) -> Vec<u64> {
        let mut tattoos = Vec::new();
        while let Some(sheep) = eat_heaviest_prime(shed).await.unwrap() {
            tattoos.push(sheep.tattoo);
        }
        tattoos
    }

    #[tokio::test]
    async fn eats_the_heaviest_first_and_of_equals_the_smallest_tattoo() {
        let weights = [PRIMES[0], PRIMES[2], PRIMES[1], PRIMES[2], 160_000_000_000, 399_989 * 399_989];
        let shed = MemoryShed::of(weights, 4);
        assert_eq!(eaten(&shed).await, [1, 3, 2, 0]);
        assert_eq!(shed.count().await.unwrap(), 2);
    }

    #[tokio::test]
    async fn eats_more_than_it_remembers() {
        let shed = MemoryShed::of(std::iter::repeat_n(PRIMES[0], 250), 7);
        assert_eq!(eaten(&shed).await, (0..250).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn reads_again_when_others_ate_all_that_it_remembers() {
        let shed = MemoryShed::of(std::iter::repeat_n(PRIMES[0], 150), 50).losing(120);
        assert_eq!(eat_heaviest_prime(&shed).await.unwrap().map(|sheep| sheep.tattoo), Some(120));
    }

    #[tokio::test]
    async fn refuses_a_weight_that_the_sieve_does_not_decide() {
        let shed = MemoryShed::of([160_000_000_001], 1);
        assert!(eat_heaviest_prime(&shed).await.is_err());
    }
}
