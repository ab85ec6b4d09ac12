//! A sheep, its tattoo and its weight.

use serde::Serialize;

use super::errors::ShedError;
use super::input::{Event, invalid_input, is_digits};

/// The lightest weight of a sheep, included: 80 kg in micrograms.
pub const MIN_WEIGHT: u64 = 80_000_000_000;

/// The heaviest weight of a sheep, included: 160 kg in micrograms.
pub const MAX_WEIGHT: u64 = 160_000_000_000;

/// A sheep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Sheep {
    /// The number that no other sheep has.
    pub tattoo: u64,
    /// In micrograms.
    pub weight: u64,
}

/// Reads the tattoo of an event from its 1 to 20 digits; leading zeros name the same sheep.
///
/// # Errors
/// `InvalidInput` on anything else, and above `u64::MAX`.
pub fn parse_tattoo(event: &Event) -> Result<u64, ShedError> {
    let given = event.field("tattoo");
    given
        .filter(|text| is_digits(text, 20))
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| invalid_input("tattoo", &format!("1 to 20 digits, from 0 to {}", u64::MAX), given))
}

/// Draws a weight in micrograms uniformly from `MIN_WEIGHT` to `MAX_WEIGHT`, both included.
pub fn draw_weight(random: &mut fastrand::Rng) -> u64 {
    random.u64(MIN_WEIGHT..=MAX_WEIGHT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_tattoos_of_64_bits() {
        let tattoo = |text| parse_tattoo(&Event::from_iter([("tattoo", text)]));
        assert_eq!(tattoo("00000000000000000007").unwrap(), 7);
        assert_eq!(tattoo("18446744073709551615").unwrap(), u64::MAX);
        for text in ["", "18446744073709551616", "000000000000000000007", "+7", "7 ", "7n"] {
            assert_eq!(
                tattoo(text).unwrap_err().to_string(),
                format!("tattoo must be 1 to 20 digits, from 0 to 18446744073709551615; got \"{text}\"")
            );
        }
    }

    #[test]
    fn draws_weights_over_the_whole_range() {
        let mut random = fastrand::Rng::with_seed(1);
        let weights: Vec<u64> = (0..10_000).map(|_| draw_weight(&mut random)).collect();
        assert!(weights.iter().all(|weight| (MIN_WEIGHT..=MAX_WEIGHT).contains(weight)));
        let mean = weights.iter().sum::<u64>() / 10_000;
        assert!(mean.abs_diff(120_000_000_000) < 1_000_000_000, "{mean}");
    }
}
