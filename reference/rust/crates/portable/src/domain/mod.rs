//! What the functions are about, free of any host and any database.

pub mod ackermann;
pub mod errors;
pub mod input;
pub mod primes;
pub mod shed;
pub mod sheep;
pub mod wolf;
