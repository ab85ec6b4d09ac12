//! One technology a module; those of AWS are in a crate of their own.

pub mod json_log;
pub mod memory_shed;
