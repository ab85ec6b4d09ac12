//! Adds a sheep of random weight.

use crate::domain::errors::ShedError;
use crate::domain::input::Event;
use crate::domain::shed::Shed;
use crate::domain::sheep::{Sheep, draw_weight, parse_tattoo};

/// Adds the sheep that `tattoo` of the event names, and returns it.
///
/// # Errors
/// `InvalidInput`, `SheepAlreadyInShed`.
pub async fn run(event: &Event, shed: &impl Shed) -> Result<Sheep, ShedError> {
    let sheep = Sheep { tattoo: parse_tattoo(event)?, weight: draw_weight(&mut fastrand::Rng::new()) };
    if shed.add(sheep).await? { Ok(sheep) } else { Err(ShedError::SheepAlreadyInShed(sheep.tattoo)) }
}
