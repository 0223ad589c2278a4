//! Threads to work with.

use std::sync::{Mutex, OnceLock, PoisonError};

use rayon::ThreadPool;
use rayon::prelude::*;

use crate::{Error, ErrorKind, Result};

/// More threads than any machine has use for.
const MAX_THREADS: usize = 1024;

/// An error unless so many threads can be asked for.
pub(crate) fn check_threads(threads: Option<usize>) -> Result<()> {
    match threads {
        Some(threads) if !(1..=MAX_THREADS).contains(&threads) => {
            Err(Error::argument(format!("threads: {threads}, expected 1 to {MAX_THREADS}")))
        }
        _ => Ok(()),
    }
}

/// Some number of threads: the current ones, or as many as were asked for, which start when they
/// are needed.
pub(crate) struct Pool {
    wanted: Option<usize>,
    own: OnceLock<Option<ThreadPool>>,
}

impl Pool {
    /// `None` for the threads of the current pool.
    pub(crate) fn new(threads: Option<usize>) -> Self {
        // Those of the current pool do, if they are as many.
        let current = || rayon::current_thread_index().map(|_| rayon::current_num_threads());
        Self { wanted: threads.filter(|_| threads != current()), own: OnceLock::new() }
    }

    pub(crate) fn threads(&self) -> usize {
        self.wanted.unwrap_or_else(rayon::current_num_threads)
    }

    /// Runs `work` where all that rayon does is done by these threads.
    pub(crate) fn install<R: Send>(&self, work: impl FnOnce() -> R + Send) -> Result<R> {
        let Some(threads) = self.wanted else { return Ok(work()) };
        let own = self
            .own
            .get_or_init(|| rayon::ThreadPoolBuilder::new().num_threads(threads).build().ok());
        match own {
            Some(pool) => Ok(pool.install(work)),
            None => {
                let message = format!("threads: the system does not start {threads} threads");
                Err(Error::new(ErrorKind::Limit, message))
            }
        }
    }

    /// The results of `work` for each part, in order. One part takes no threads.
    pub(crate) fn map<P: Sync, R: Send>(
        &self,
        parts: &[P],
        work: impl Fn(&P) -> Result<R> + Send + Sync,
    ) -> Result<Vec<R>> {
        match parts {
            [part] => Ok(vec![work(part)?]),
            _ => self.install(|| parts.par_iter().map(work).collect())?,
        }
    }

    /// Lets each thread do its share: `share` is called once for each thread, with its number, and
    /// the results come in no order. Where threads are busy otherwise, one may do it all.
    pub(crate) fn share<R: Send>(
        &self,
        share: impl Fn(usize) -> Result<R> + Sync,
    ) -> Result<Vec<R>> {
        let results = Mutex::new(Vec::new());
        self.install(|| {
            rayon::scope(|scope| {
                for number in 0..self.threads() {
                    let (results, share) = (&results, &share);
                    scope.spawn(move |_| {
                        let result = share(number);
                        results.lock().unwrap_or_else(PoisonError::into_inner).push(result);
                    });
                }
            });
        })?;
        results.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().collect()
    }
}
