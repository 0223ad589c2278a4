//! Progress and cancellation of long work.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::time::Duration;

use crate::{Error, ErrorKind, Result};

/// What long work is doing right now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[repr(u8)]
pub enum Stage {
    /// Nothing has begun yet.
    #[default]
    Waiting = 0,
    /// Reading lines from a source.
    Reading = 1,
    /// Grouping lines into baskets.
    Grouping = 2,
    /// Mining itemsets or rules.
    Mining = 3,
    /// Counting pairs of products.
    Pairs = 4,
    /// Learning what each customer buys again.
    Customers = 5,
    /// Fitting the propensity.
    Propensity = 6,
    /// Laying out or writing the model.
    Writing = 7,
}

impl Stage {
    const ALL: [Stage; 8] = [
        Stage::Waiting,
        Stage::Reading,
        Stage::Grouping,
        Stage::Mining,
        Stage::Pairs,
        Stage::Customers,
        Stage::Propensity,
        Stage::Writing,
    ];

    /// The name of the stage, in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Waiting => "waiting",
            Stage::Reading => "reading",
            Stage::Grouping => "grouping",
            Stage::Mining => "mining",
            Stage::Pairs => "pairs",
            Stage::Customers => "customers",
            Stage::Propensity => "propensity",
            Stage::Writing => "writing",
        }
    }
}

/// How far long work has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// Units of the stage that are done.
    pub done: u64,
    /// Units in the stage; 0 if not known.
    pub total: u64,
}

/// The handle through which one thread watches and cancels the work of another.
///
/// The worker writes to it, everybody else reads it: nothing is called back.
///
/// ```
/// use basketry::{Baskets, Control, ItemsetOptions, MinSupport, itemsets};
///
/// let baskets = Baskets::from_lists([["bread", "butter"], ["bread", "jam"]])?;
/// let control = Control::new();
/// control.cancel();
/// let result = itemsets(&baskets, &ItemsetOptions::new(MinSupport::Count(1)), &control);
/// assert!(result.unwrap_err().is_cancelled());
/// # Ok::<(), basketry::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Control {
    cancelled: AtomicBool,
    stage: AtomicU8,
    done: AtomicU64,
    total: AtomicU64,
}

impl Control {
    /// A fresh handle: not cancelled, nothing done.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the work to stop; it returns [`ErrorKind::Cancelled`] soon after. May be called from
    /// any thread.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// True once [`cancel`](Self::cancel) was called.
    #[inline]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// How far the work is. May be called from any thread.
    pub fn progress(&self) -> Progress {
        Progress {
            stage: Stage::ALL[usize::from(self.stage.load(Ordering::Relaxed)).min(7)],
            done: self.done.load(Ordering::Relaxed),
            total: self.total.load(Ordering::Relaxed),
        }
    }

    /// An error if the work was cancelled. Workers call this every few milliseconds.
    #[inline]
    pub(crate) fn check(&self) -> Result<()> {
        if self.is_cancelled() {
            return Err(Error::new(ErrorKind::Cancelled, "cancelled by the caller"));
        }
        Ok(())
    }

    /// Begins a stage of `total` units (0: not known).
    pub(crate) fn begin(&self, stage: Stage, total: u64) -> Result<()> {
        self.done.store(0, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
        self.stage.store(stage as u8, Ordering::Relaxed);
        self.check()
    }

    /// Counts `units` more as done, and returns an error if the work was cancelled.
    #[inline]
    pub(crate) fn advance(&self, units: u64) -> Result<()> {
        self.done.fetch_add(units, Ordering::Relaxed);
        self.check()
    }

    /// Runs `work` in another thread while the calling thread calls `poll` every `interval`.
    ///
    /// If `poll` returns an error the work is cancelled and that error is returned, once the work
    /// has stopped. This is how a binding shows progress and listens to its user: only the
    /// calling thread ever runs `poll`.
    pub fn watch<T: Send, E: From<Error>>(
        &self,
        interval: Duration,
        mut poll: impl FnMut(Progress) -> Result<(), E>,
        work: impl FnOnce(&Control) -> Result<T> + Send,
    ) -> Result<T, E> {
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::scope(|scope| {
            let worker = scope.spawn(move || {
                let result = work(self);
                // The receiver outlives the worker; a failed send could only mean that the
                // watching thread is unwinding, which then joins us.
                let _ = sender.send(());
                result
            });
            let mut stopped = None;
            while !worker.is_finished() {
                match receiver.recv_timeout(interval) {
                    Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {
                        if stopped.is_none()
                            && let Err(error) = poll(self.progress())
                        {
                            self.cancel();
                            stopped = Some(error);
                        }
                    }
                    _ => break,
                }
            }
            let result = worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            match stopped {
                Some(error) => Err(error),
                None => {
                    let value = result?;
                    poll(self.progress())?;
                    Ok(value)
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn watch_returns_the_value_and_the_pollers_error() {
        let control = Control::new();
        let value = control.watch(Duration::from_millis(1), |_| Ok::<_, Error>(()), |_| Ok(7));
        assert_eq!(value.unwrap(), 7);

        let control = Control::new();
        let result = control.watch(
            Duration::from_millis(1),
            |_| Err(Error::argument("enough")),
            |control| loop {
                control.advance(1)?;
                std::thread::sleep(Duration::from_millis(1));
            },
        );
        let result: Result<()> = result;
        assert_eq!(result.unwrap_err().to_string(), "enough");
    }
}
