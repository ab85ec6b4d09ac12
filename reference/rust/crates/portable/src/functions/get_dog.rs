//! Counts the sheep in the shed.

use serde::Serialize;

use crate::domain::errors::ShedError;
use crate::domain::shed::Shed;

/// What the dog barks.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Count {
    /// How many sheep are in the shed.
    pub count: u64,
}

/// Counts the sheep.
///
/// # Errors
/// What the shed fails with.
pub async fn run(shed: &impl Shed) -> Result<Count, ShedError> {
    Ok(Count { count: shed.count().await? })
}
