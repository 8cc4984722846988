//! Where compiled databases come from: the snapshot before, a cache, or the compiler.

use std::collections::HashMap;
use std::ffi::CString;
use std::sync::Arc;

use edge_hyperscan::{CompileError, Database};

use super::snapshot::Snapshot;
use crate::hash::hash;

/// Keeps compiled pattern databases beyond the process: compiling thousands of patterns takes seconds.
///
/// What `load` gives is checked before it is used, against accidents: who may write to the cache on purpose must be
/// trusted as the program itself is.
pub trait DatabaseCache {
    /// What was stored under the key.
    fn load(&self, key: u64) -> Option<Vec<u8>>;

    /// Keeps `sealed` under the key, if it can.
    fn store(&self, key: u64, sealed: &[u8]);

    /// Told of what was loaded under the key but is damaged, or of something else of the same key.
    fn refused(&self, key: u64);
}

/// The databases at hand while a snapshot is compiled.
pub(crate) struct Databases<'a> {
    known: HashMap<Box<[CString]>, Arc<Database>>,
    cache: Option<&'a dyn DatabaseCache>,
    compiled: usize,
}

impl<'a> Databases<'a> {
    pub(crate) fn new(previous: Option<&Snapshot>, cache: Option<&'a dyn DatabaseCache>) -> Self {
        let known = previous.into_iter().flat_map(Snapshot::databases);
        let known = known.map(|database| (database.patterns().into(), Arc::clone(database)));
        Self { known: known.collect(), cache, compiled: 0 }
    }

    /// How many the compiler had to make.
    pub(crate) fn compiled(&self) -> usize {
        self.compiled
    }

    /// The database of `patterns`, from where it costs least.
    pub(crate) fn get(&mut self, patterns: Vec<CString>) -> Result<Arc<Database>, CompileError> {
        if let Some(database) = self.known.get(&*patterns) {
            return Ok(Arc::clone(database));
        }
        let key = hash(&Database::seal_header(&patterns));
        let database = match self.load(key, &patterns) {
            Some(database) => Arc::new(database),
            None => self.compile(key, patterns)?,
        };
        self.known.insert(database.patterns().into(), Arc::clone(&database));
        Ok(database)
    }

    fn load(&self, key: u64, patterns: &[CString]) -> Option<Database> {
        let cache = self.cache?;
        let database = Database::unseal(&cache.load(key)?, patterns);
        if database.is_none() {
            cache.refused(key);
        }
        database
    }

    fn compile(&mut self, key: u64, patterns: Vec<CString>) -> Result<Arc<Database>, CompileError> {
        let database = Database::compile(patterns)?;
        self.compiled += 1;
        if let (Some(cache), Ok(sealed)) = (self.cache, database.seal()) {
            cache.store(key, &sealed);
        }
        Ok(Arc::new(database))
    }
}
