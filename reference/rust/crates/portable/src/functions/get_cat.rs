//! Computes the Ackermann function.

use serde::Serialize;

use crate::domain::ackermann::ackermann;
use crate::domain::errors::ShedError;
use crate::domain::input::{Event, parse_whole_number};

/// What the cat found.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Value {
    /// A(m, n).
    pub result: u64,
}

/// Computes A(m, n) of `m` and `n` of the event in at most `max_steps` rewriting steps.
///
/// # Errors
/// `InvalidInput`, `CatWouldNotFinish`.
pub fn run(event: &Event, max_steps: u64) -> Result<Value, ShedError> {
    let m = parse_whole_number("m", event)?;
    let n = parse_whole_number("n", event)?;
    Ok(Value { result: ackermann(m, n, max_steps)? })
}
