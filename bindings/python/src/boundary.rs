//! The way into the core and back: without the GIL, without panics, and with an ear for Ctrl-C.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use basketry::{Control, ErrorKind};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyBool;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::error;

/// How often a long call looks at signals and reports progress.
const INTERVAL: Duration = Duration::from_millis(50);

/// Why work ended without a value.
enum Stop {
    Core(basketry::Error),
    Python(PyErr),
}

impl From<basketry::Error> for Stop {
    fn from(error: basketry::Error) -> Self {
        Self::Core(error)
    }
}

impl Stop {
    fn into_py(self, py: Python<'_>) -> PyErr {
        match self {
            Self::Core(error) => error::to_py(py, error),
            Self::Python(error) => error,
        }
    }
}

/// Runs `work` without the GIL. For calls that end within a few milliseconds: signals wait.
pub(crate) fn quick<T: Send>(
    py: Python<'_>,
    work: impl FnOnce() -> basketry::Result<T> + Send,
) -> PyResult<T> {
    py.detach(|| guard(|| work().map_err(Stop::Core))).map_err(|stop| stop.into_py(py))
}

/// With fewer rows than this, work on results takes a few milliseconds.
const MANY_ROWS: usize = 1 << 17;

/// Runs `work` on a result of so many rows without the GIL. It owns a share of the result: where
/// there are many rows it runs in a thread that is left alone after Ctrl-C, as views, sorting and
/// the like cannot be cancelled.
pub(crate) fn on_rows<T: Send + 'static>(
    py: Python<'_>,
    rows: usize,
    work: impl FnOnce() -> basketry::Result<T> + Send + 'static,
) -> PyResult<T> {
    if rows < MANY_ROWS {
        return quick(py, work);
    }
    let wait = || {
        let (sender, receiver) = mpsc::channel();
        let work = move || {
            // Nobody waits for what was left alone.
            let _ = sender.send(guard(|| work().map_err(Stop::Core)));
        };
        std::thread::Builder::new().spawn(work).map_err(|error| {
            basketry::Error::new(ErrorKind::Limit, "a thread could not be started")
                .with_source(error)
        })?;
        loop {
            match receiver.recv_timeout(INTERVAL) {
                Ok(result) => return result,
                Err(RecvTimeoutError::Timeout) => {
                    Python::attach(|py| py.check_signals()).map_err(Stop::Python)?;
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let message = "a thread ended without a result";
                    return Err(basketry::Error::new(ErrorKind::Internal, message).into());
                }
            }
        }
    };
    py.detach(wait).map_err(|stop| stop.into_py(py))
}

/// Runs `work` in a thread without the GIL; meanwhile this thread listens for Ctrl-C.
pub(crate) fn long<T: Send>(
    py: Python<'_>,
    work: impl FnOnce(&Control) -> basketry::Result<T> + Send,
) -> PyResult<T> {
    watched(py, &Listener::Silent, work)
}

/// As [`long`], and shows its progress as the caller's `progress` argument asks.
pub(crate) fn shown<T: Send>(
    py: Python<'_>,
    progress: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce(&Control) -> basketry::Result<T> + Send,
) -> PyResult<T> {
    with_listener(py, progress, |listener| watched(py, listener, work))
}

/// Calls `work` with who hears of the progress, as the caller's `progress` argument asks.
fn with_listener<T>(
    py: Python<'_>,
    progress: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce(&Listener) -> PyResult<T>,
) -> PyResult<T> {
    let listener = Listener::new(py, progress)?;
    let result = work(&listener);
    if let Listener::Bar(bar) = &listener {
        // A bar that cannot be closed is no reason to lose the result or the first error.
        if let Err(error) = bar.call_method0(py, "close") {
            error.write_unraisable(py, Some(bar.bind(py)));
        }
    }
    result
}

fn watched<T: Send>(
    py: Python<'_>,
    listener: &Listener,
    work: impl FnOnce(&Control) -> basketry::Result<T> + Send,
) -> PyResult<T> {
    py.detach(|| guard(|| Control::new().watch(INTERVAL, |p| listener.poll(p), work)))
        .map_err(|stop| stop.into_py(py))
}

/// As [`shown`], for work that may be done in parallel, never calls Python, and is begun with no
/// lock held: all of it is done by the threads of the [pool](pooled). A thread that began for each
/// call would take time, and have its own share of the allocator's memory.
pub(crate) fn in_pool<T: Send>(
    py: Python<'_>,
    progress: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce(&Control) -> basketry::Result<T> + Send,
) -> PyResult<T> {
    with_listener(py, progress, |listener| {
        py.detach(|| guard(|| watched_in(&*pool()?, listener, work)))
            .map_err(|stop| stop.into_py(py))
    })
}

/// [`Control::watch`] of work that a thread of the pool does.
fn watched_in<T: Send>(
    pool: &ThreadPool,
    listener: &Listener,
    work: impl FnOnce(&Control) -> basketry::Result<T> + Send,
) -> Result<T, Stop> {
    let control = Control::new();
    let (sender, receiver) = mpsc::sync_channel(1);
    let (result, stopped) = pool.in_place_scope(|scope| {
        let control = &control;
        // If the work panics, the sender goes without a word, and the panic on from the scope.
        scope.spawn(move |_| _ = sender.send(work(control)));
        let mut stopped = None;
        loop {
            match receiver.recv_timeout(INTERVAL) {
                Ok(result) => return (Some(result), stopped),
                Err(RecvTimeoutError::Disconnected) => return (None, stopped),
                Err(RecvTimeoutError::Timeout) if stopped.is_none() => {
                    stopped = listener.poll(control.progress()).err();
                    if stopped.is_some() {
                        control.cancel();
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    });
    match (result, stopped) {
        (_, Some(stop)) => Err(stop),
        (Some(result), None) => {
            let value = result?;
            listener.poll(control.progress())?;
            Ok(value)
        }
        (None, None) => Err(Stop::Core(basketry::Error::new(
            ErrorKind::Internal,
            "the work ended without a result",
        ))),
    }
}

/// Runs `work` so that what it does in parallel is done by threads that exist.
///
/// A forked child has none of the threads of its parent: the pool that rayon keeps for the whole
/// process would wait for them for ever. So the pool is our own, and a new process gets a new one.
/// To be called with no lock held that other pooled work may want: a thread of the pool that waits
/// for a part of its work takes up other work meanwhile.
pub(crate) fn pooled<T: Send>(
    work: impl FnOnce() -> basketry::Result<T> + Send,
) -> basketry::Result<T> {
    pool()?.install(work)
}

fn pool() -> basketry::Result<Arc<ThreadPool>> {
    static POOL: Mutex<Option<(u32, Arc<ThreadPool>)>> = Mutex::new(None);
    let mut slot = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    let process = std::process::id();
    if let Some((owner, pool)) = &*slot
        && *owner == process
    {
        return Ok(pool.clone());
    }
    let pool = ThreadPoolBuilder::new().build().map_err(|error| {
        basketry::Error::new(ErrorKind::Limit, "threads could not be started").with_source(error)
    })?;
    let pool = Arc::new(pool);
    // The parent's pool is never dropped: that would wake threads which are not here.
    std::mem::forget(slot.replace((process, pool.clone())));
    Ok(pool)
}

/// Turns a panic into an internal error: a defect of ours must not look like one of Python's.
fn guard<T>(work: impl FnOnce() -> Result<T, Stop>) -> Result<T, Stop> {
    // Whatever a panic may have left half-done is owned by `work` and dropped with it, or is
    // behind a lock that is poisoned or reset by its owner.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        Err(Stop::Core(basketry::Error::new(
            ErrorKind::Internal,
            format!(
                "a defect in basketry, please report it: {}",
                panic_message(panic.as_ref()).unwrap_or("no message")
            ),
        )))
    })
}

fn panic_message(panic: &(dyn Any + Send)) -> Option<&str> {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&'static str>().copied())
}

/// Who hears of progress.
enum Listener {
    Silent,
    /// The caller's own function.
    Callback(Py<PyAny>),
    /// The bar that `progress=True` shows; closed at the end.
    Bar(Py<PyAny>),
}

impl Listener {
    fn new(py: Python<'_>, progress: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let Some(progress) = progress else { return Ok(Self::Silent) };
        if let Ok(wanted) = progress.cast::<PyBool>() {
            return Ok(if wanted.is_true() {
                Self::Bar(py.import("basketry._progress")?.getattr("Bar")?.call0()?.unbind())
            } else {
                Self::Silent
            });
        }
        if progress.is_callable() {
            return Ok(Self::Callback(progress.clone().unbind()));
        }
        Err(PyTypeError::new_err(format!(
            "progress: expected True, False or a function of (stage, done, total), got {}",
            progress.get_type().name()?
        )))
    }

    /// Looks for signals, and tells of the progress. To be called without the GIL.
    fn poll(&self, progress: basketry::Progress) -> Result<(), Stop> {
        Python::attach(|py| {
            py.check_signals()?;
            self.report(py, progress)
        })
        .map_err(Stop::Python)
    }

    fn report(&self, py: Python<'_>, progress: basketry::Progress) -> PyResult<()> {
        match self {
            Self::Silent => Ok(()),
            Self::Callback(function) | Self::Bar(function) => {
                let arguments = (progress.stage.name(), progress.done, progress.total);
                function.call1(py, arguments).map(drop)
            }
        }
    }
}
