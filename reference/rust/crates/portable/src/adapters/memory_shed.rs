//! The shed in the memory of one process, for tests.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::errors::Unexpected;
use crate::domain::shed::{Pages, Shed};
use crate::domain::sheep::Sheep;

/// A shed in a map; a scan reads pages of a snapshot.
pub struct MemoryShed {
    weights: Mutex<BTreeMap<u64, u64>>,
    page_size: usize,
    /// Sheep of smaller tattoos are gone as soon as they have been read once.
    lost_below: u64,
}

impl MemoryShed {
    /// A shed of sheep with these weights, whose tattoos are 0, 1, 2 …, read by pages of `page_size`.
    #[must_use]
    pub fn of(weights: impl IntoIterator<Item = u64>, page_size: usize) -> Self {
        Self { weights: Mutex::new((0..).zip(weights).collect()), page_size, lost_below: 0 }
    }

    /// The same shed with other wolves about, who are faster with every sheep of a tattoo below this.
    #[must_use]
    pub fn losing(self, lost_below: u64) -> Self {
        Self { lost_below, ..self }
    }

    fn weights(&self) -> MutexGuard<'_, BTreeMap<u64, u64>> {
        self.weights.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shed for MemoryShed {
    async fn add(&self, sheep: Sheep) -> Result<bool, Unexpected> {
        let mut weights = self.weights();
        let is_new = !weights.contains_key(&sheep.tattoo);
        if is_new {
            weights.insert(sheep.tattoo, sheep.weight);
        }
        Ok(is_new)
    }

    async fn count(&self) -> Result<u64, Unexpected> {
        Ok(self.weights().len().try_into()?)
    }

    fn scan(&self) -> impl Pages {
        let sheep: Vec<Sheep> = self.weights().iter().map(|(&tattoo, &weight)| Sheep { tattoo, weight }).collect();
        MemoryPages { sheep: sheep.into_iter(), page_size: self.page_size }
    }

    async fn remove(&self, tattoo: u64) -> Result<bool, Unexpected> {
        let was_there = self.weights().remove(&tattoo).is_some();
        Ok(was_there && tattoo >= self.lost_below)
    }
}

struct MemoryPages {
    sheep: std::vec::IntoIter<Sheep>,
    page_size: usize,
}

impl Pages for MemoryPages {
    async fn next(&mut self) -> Result<Option<Vec<Sheep>>, Unexpected> {
        let page: Vec<Sheep> = self.sheep.by_ref().take(self.page_size).collect();
        Ok(if page.is_empty() { None } else { Some(page) })
    }
}
