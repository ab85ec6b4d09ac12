//! The portable functions: each takes an event and what it reaches the world through, and knows no host.

pub mod delete_wolf;
pub mod get_cat;
pub mod get_dog;
pub mod post_sheep;
