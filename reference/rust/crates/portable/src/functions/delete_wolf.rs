//! Removes the heaviest sheep of prime weight.

use crate::domain::errors::ShedError;
use crate::domain::shed::Shed;
use crate::domain::wolf::eat_heaviest_prime;

/// Lets the wolf eat.
///
/// # Errors
/// `NoFittingSheep`.
pub async fn run(shed: &impl Shed) -> Result<(), ShedError> {
    match eat_heaviest_prime(shed).await? {
        Some(_) => Ok(()),
        None => Err(ShedError::NoFittingSheep),
    }
}
