//! Where the sheep are kept.

use std::future::Future;

use super::errors::Unexpected;
use super::sheep::Sheep;

/// The place of all sheep; every implementation keeps `test/contracts/shed.ts`.
pub trait Shed: Send + Sync {
    /// Adds a sheep; `false` when its tattoo is already there, and the first sheep stays as it was.
    fn add(&self, sheep: Sheep) -> impl Future<Output = Result<bool, Unexpected>> + Send;

    /// Counts all sheep, page by page.
    fn count(&self) -> impl Future<Output = Result<u64, Unexpected>> + Send;

    /// Reads all sheep in no particular order, one page at a time, so that memory is bounded by one page.
    fn scan(&self) -> impl Pages;

    /// Removes a sheep; `false` when it was not there, as when another wolf was faster.
    fn remove(&self, tattoo: u64) -> impl Future<Output = Result<bool, Unexpected>> + Send;
}

/// A shed that is being read.
pub trait Pages: Send {
    /// The next page, `None` after the last one; a page may be empty.
    fn next(&mut self) -> impl Future<Output = Result<Option<Vec<Sheep>>, Unexpected>> + Send;
}
