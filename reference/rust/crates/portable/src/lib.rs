//! The four functions of Sheep Shed as a library that knows no host and no database: the domain, the functions, and what
//! of their surroundings needs nothing of AWS. `crates/lambda` binds it to AWS.
#![forbid(unsafe_code)]

pub mod adapters;
pub mod config;
pub mod domain;
pub mod functions;
