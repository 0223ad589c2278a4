//! Progress and cancellation.

use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;
use std::time::Duration;

use basketry::{Control, Error, ErrorKind, Progress, Result, Stage};

use crate::error::{basketry_status, call, free, get, invalid, make, required};

/// Watches and cancels long work. One thread gives it to a long function; meanwhile any thread may
/// ask for the progress or cancel. Use a fresh one for each piece of work: one that was cancelled
/// stays cancelled.
pub struct basketry_control {
    control: Control,
    watcher: Option<Watcher>,
}

struct Watcher {
    interval: Duration,
    callback: unsafe extern "C" fn(*const basketry_progress, *mut c_void) -> i32,
    user: *mut c_void,
}

// SAFETY: `user` is never followed here, only handed back to the callback, in the thread that
// called the long function; `basketry_control_on_progress` says so.
unsafe impl Send for Watcher {}
// SAFETY: as above.
unsafe impl Sync for Watcher {}

/// How far long work has come. This struct never grows.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_progress {
    /// What is being done; basketry_stage_name gives its name.
    pub stage: i32,
    /// Units of the stage that are done.
    pub done: u64,
    /// Units in the stage; 0 if not known.
    pub total: u64,
}

impl basketry_progress {
    fn new(progress: Progress) -> Self {
        Self { stage: progress.stage as i32, done: progress.done, total: progress.total }
    }
}

/// Called while long work runs, always in the thread that called the long function. A return value
/// other than 0 cancels the work. It must not throw or jump out of the call.
pub type basketry_progress_fn =
    Option<unsafe extern "C" fn(progress: *const basketry_progress, user: *mut c_void) -> i32>;

/// Makes a control. Free it with basketry_control_free, after the work it was given to has
/// returned.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_control_new(
    out: Option<&mut MaybeUninit<*mut basketry_control>>,
) -> basketry_status {
    make(out, || Ok(basketry_control { control: Control::new(), watcher: None }))
}

/// Frees a control. Null is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_control_free(control: Option<Box<basketry_control>>) {
    free(control);
}

/// Has the callback called about every interval_ms milliseconds (at least 1) while a long function
/// that was given this control works, and once when it is done. The callback runs in the thread
/// that called the long function, and gets user as it is. A null callback ends it.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_control_on_progress(
    control: Option<&mut basketry_control>,
    callback: basketry_progress_fn,
    user: *mut c_void,
    interval_ms: u32,
) -> basketry_status {
    call(|| {
        let control = required(control, "control")?;
        control.watcher = match callback {
            None => None,
            Some(_) if interval_ms == 0 => {
                return Err(invalid("interval_ms: expected at least 1, got 0"));
            }
            Some(callback) => {
                let interval = Duration::from_millis(interval_ms.into());
                Some(Watcher { interval, callback, user })
            }
        };
        Ok(())
    })
}

/// Asks the work to stop: the long function returns BASKETRY_CANCELLED soon after. Any thread may
/// call this at any time.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_control_cancel(control: Option<&basketry_control>) -> basketry_status {
    call(|| {
        required(control, "control")?.control.cancel();
        Ok(())
    })
}

/// How far the work is. Any thread may call this at any time.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_control_progress(
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<basketry_progress>>,
) -> basketry_status {
    call(|| {
        let control = required(control, "control")?;
        required(out, "out")?.write(basketry_progress::new(control.control.progress()));
        Ok(())
    })
}

/// The name of a stage, such as "reading" or "mining"; "unknown" for a number that is none. The
/// text is static.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_stage_name(stage: i32) -> *const c_char {
    const NAMES: [(Stage, &std::ffi::CStr); 13] = [
        (Stage::Waiting, c"waiting"),
        (Stage::Reading, c"reading"),
        (Stage::Grouping, c"grouping"),
        (Stage::Mining, c"mining"),
        (Stage::Pairs, c"pairs"),
        (Stage::Customers, c"customers"),
        (Stage::Propensity, c"propensity"),
        (Stage::Writing, c"writing"),
        (Stage::Similarity, c"similarity"),
        (Stage::Relations, c"relations"),
        (Stage::Assigning, c"assigning"),
        (Stage::Simulating, c"simulating"),
        (Stage::Learning, c"learning"),
    ];
    get(c"unknown".as_ptr(), || {
        let name = NAMES.iter().find(|(known, _)| *known as i32 == stage);
        name.map_or(c"unknown", |(_, name)| name).as_ptr()
    })
}

/// Runs long work under the caller's control, if there is one.
pub(crate) fn run<T: Send>(
    control: Option<&basketry_control>,
    work: impl FnOnce(&Control) -> Result<T> + Send,
) -> Result<T> {
    let Some(basketry_control { control, watcher }) = control else {
        return work(&Control::new());
    };
    let Some(Watcher { interval, callback, user }) = watcher else {
        return work(control);
    };
    let poll = |progress| {
        let progress = basketry_progress::new(progress);
        // SAFETY: the caller gave the callback and its argument for this; `watch` runs it in the
        // calling thread.
        match unsafe { callback(&progress, *user) } {
            0 => Ok(()),
            _ => Err(Error::new(ErrorKind::Cancelled, "cancelled by the progress callback")),
        }
    };
    control.watch(*interval, poll, work)
}
