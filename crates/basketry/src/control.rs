//! Progress and cancellation of long work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::mine::Limit;
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
    /// Learning which products say something about which others.
    Similarity = 8,
    /// Finding out what products are to each other.
    Relations = 9,
    /// Assigning offers to customers.
    Assigning = 10,
    /// Letting the weeks of a simulated shop pass.
    Simulating = 11,
    /// Learning from a log of decisions.
    Learning = 12,
}

impl Stage {
    const ALL: [Stage; 13] = [
        Stage::Waiting,
        Stage::Reading,
        Stage::Grouping,
        Stage::Mining,
        Stage::Pairs,
        Stage::Customers,
        Stage::Propensity,
        Stage::Writing,
        Stage::Similarity,
        Stage::Relations,
        Stage::Assigning,
        Stage::Simulating,
        Stage::Learning,
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
            Stage::Similarity => "similarity",
            Stage::Relations => "relations",
            Stage::Assigning => "assigning",
            Stage::Simulating => "simulating",
            Stage::Learning => "learning",
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
    shared: Arc<Shared>,
    limits: Option<Arc<Limits>>,
}

#[derive(Debug, Default)]
struct Shared {
    cancelled: AtomicBool,
    stage: AtomicU8,
    done: AtomicU64,
    total: AtomicU64,
}

/// What some work may take.
#[derive(Debug)]
struct Limits {
    /// How long, and until when. The clock decides when work ends, and nothing else.
    time: Option<(Duration, Instant)>,
    /// How many bytes, and how many it has taken.
    memory: Option<u64>,
    taken: AtomicU64,
    /// Whether that was ever too much, under whatever handle.
    too_much: Arc<AtomicBool>,
}

impl Control {
    /// A fresh handle: not cancelled, nothing done.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the work to stop; it returns [`ErrorKind::Cancelled`] soon after. May be called from
    /// any thread.
    pub fn cancel(&self) {
        self.shared.cancelled.store(true, Ordering::Relaxed);
    }

    /// True once [`cancel`](Self::cancel) was called.
    #[inline]
    pub fn is_cancelled(&self) -> bool {
        self.shared.cancelled.load(Ordering::Relaxed)
    }

    /// How far the work is. May be called from any thread.
    pub fn progress(&self) -> Progress {
        Progress {
            stage: {
                let stage = usize::from(self.shared.stage.load(Ordering::Relaxed));
                Stage::ALL[stage.min(Stage::ALL.len() - 1)]
            },
            done: self.shared.done.load(Ordering::Relaxed),
            total: self.shared.total.load(Ordering::Relaxed),
        }
    }

    /// An error if the work was cancelled. Workers call this every few milliseconds.
    #[inline]
    pub(crate) fn check(&self) -> Result<()> {
        if self.is_cancelled() {
            return Err(Error::new(ErrorKind::Cancelled, "cancelled by the caller"));
        }
        match &self.limits {
            Some(limits) => limits.check(),
            None => Ok(()),
        }
    }

    /// A handle of the same work, with limits that [`check`](Self::check) watches.
    pub(crate) fn limited(&self, max_time: Option<Duration>, max_memory: Option<u64>) -> Self {
        // A time that the clock cannot tell is no limit.
        let time = max_time.and_then(|time| Some((time, Instant::now().checked_add(time)?)));
        let too_much = Arc::new(AtomicBool::new(false));
        let limits = Limits { time, memory: max_memory, taken: AtomicU64::new(0), too_much };
        Self { shared: self.shared.clone(), limits: Some(Arc::new(limits)) }
    }

    /// The same limits, with no memory taken yet.
    pub(crate) fn again(&self) -> Self {
        self.with_time(|time| time)
    }

    /// The same, with half of the time that there is from now on.
    pub(crate) fn halved(&self) -> Self {
        let now = Instant::now();
        self.with_time(|(all, end)| (all, now + end.saturating_duration_since(now) / 2))
    }

    /// The same limits without memory that stays taken. An error if there is not so much.
    pub(crate) fn less_memory(&self, bytes: u64) -> Result<Self> {
        let Some(limits) = &self.limits else { return Ok(self.again()) };
        let again = self.again();
        again.take_memory(bytes)?;
        let less = Limits {
            time: limits.time,
            memory: limits.memory.map(|memory| memory.saturating_sub(bytes)),
            taken: AtomicU64::new(0),
            too_much: limits.too_much.clone(),
        };
        Ok(Self { shared: self.shared.clone(), limits: Some(Arc::new(less)) })
    }

    fn with_time(&self, new: impl Fn((Duration, Instant)) -> (Duration, Instant)) -> Self {
        let limits = self.limits.as_ref().map(|limits| {
            Arc::new(Limits {
                time: limits.time.map(new),
                memory: limits.memory,
                taken: AtomicU64::new(0),
                too_much: limits.too_much.clone(),
            })
        });
        Self { shared: self.shared.clone(), limits }
    }

    /// Which limit was reached, given that one was; if none of these, that on the number.
    pub(crate) fn limit(&self) -> Limit {
        match &self.limits {
            Some(limits) if limits.too_much.load(Ordering::Relaxed) => Limit::Memory,
            Some(limits) if limits.late().is_some() => Limit::Time,
            _ => Limit::Itemsets,
        }
    }

    /// True once the time is over.
    pub(crate) fn is_late(&self) -> bool {
        self.limits.as_ref().is_some_and(|limits| limits.late().is_some())
    }

    /// Counts memory that is about to be taken. An error if that is too much.
    #[inline]
    pub(crate) fn take_memory(&self, bytes: u64) -> Result<()> {
        match &self.limits {
            Some(limits) => limits.take(bytes),
            None => Ok(()),
        }
    }

    /// Begins a stage of `total` units (0: not known).
    pub(crate) fn begin(&self, stage: Stage, total: u64) -> Result<()> {
        self.shared.done.store(0, Ordering::Relaxed);
        self.shared.total.store(total, Ordering::Relaxed);
        self.shared.stage.store(stage as u8, Ordering::Relaxed);
        self.check()
    }

    /// Counts `units` more as done, and returns an error if the work was cancelled.
    #[inline]
    pub(crate) fn advance(&self, units: u64) -> Result<()> {
        self.shared.done.fetch_add(units, Ordering::Relaxed);
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

impl Limits {
    fn late(&self) -> Option<Duration> {
        self.time.filter(|&(_, end)| Instant::now() >= end).map(|(time, _)| time)
    }

    fn check(&self) -> Result<()> {
        match self.late() {
            Some(time) => Err(Error::new(
                ErrorKind::Limit,
                format!(
                    "max_time: not done after {} s: raise min_support, or lower max_length",
                    time.as_secs_f64()
                ),
            )),
            None => Ok(()),
        }
    }

    fn take(&self, bytes: u64) -> Result<()> {
        let taken = self.taken.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        match self.memory {
            Some(most) if taken > most => {
                self.too_much.store(true, Ordering::Relaxed);
                Err(Error::new(
                    ErrorKind::Limit,
                    format!(
                        "max_memory: more than {most} bytes are needed: raise min_support, or \
                         lower max_length"
                    ),
                ))
            }
            _ => Ok(()),
        }
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
