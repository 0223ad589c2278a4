//! Status codes, the last error, and the boundary that no panic crosses.

use std::any::Any;
use std::cell::UnsafeCell;
use std::ffi::{CStr, c_char};
use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};

use basketry::{Error, ErrorKind, Result};

/// What a function returns: BASKETRY_OK, or one of the codes below. The numbers are stable and
/// never reused; a later version may add codes.
pub type basketry_status = i32;

/// The call did what it says.
pub const BASKETRY_OK: basketry_status = 0;
/// An argument or option is null, out of its range, or contradicts another one.
pub const BASKETRY_INVALID_ARGUMENT: basketry_status = 1;
/// A table lacks a column, or a column has a type that cannot serve.
pub const BASKETRY_SCHEMA: basketry_status = 2;
/// A value in the data cannot be used: a null id, a price that is not finite and so on.
pub const BASKETRY_DATA: basketry_status = 3;
/// A policy or a context could not be read: unknown key, wrong type, value out of range.
pub const BASKETRY_POLICY: basketry_status = 4;
/// An id is not known where it must be.
pub const BASKETRY_UNKNOWN_ID: basketry_status = 5;
/// The operating system refused to read or write.
pub const BASKETRY_IO: basketry_status = 6;
/// A model file is not one, is cut short or is damaged.
pub const BASKETRY_FORMAT: basketry_status = 7;
/// A file was made by a version of the library that this one cannot read: by a newer one, or a model by
/// one that learned other features.
pub const BASKETRY_VERSION: basketry_status = 8;
/// The work was cancelled by its caller.
pub const BASKETRY_CANCELLED: basketry_status = 9;
/// A limit (memory, number of results, time, 32-bit index space) was reached.
pub const BASKETRY_LIMIT: basketry_status = 10;
/// A defect in this library. Please report it.
pub const BASKETRY_INTERNAL: basketry_status = 11;

const _: () = {
    assert!(BASKETRY_INVALID_ARGUMENT == ErrorKind::InvalidArgument as i32);
    assert!(BASKETRY_SCHEMA == ErrorKind::Schema as i32);
    assert!(BASKETRY_DATA == ErrorKind::Data as i32);
    assert!(BASKETRY_POLICY == ErrorKind::Policy as i32);
    assert!(BASKETRY_UNKNOWN_ID == ErrorKind::UnknownId as i32);
    assert!(BASKETRY_IO == ErrorKind::Io as i32);
    assert!(BASKETRY_FORMAT == ErrorKind::Format as i32);
    assert!(BASKETRY_VERSION == ErrorKind::Version as i32);
    assert!(BASKETRY_CANCELLED == ErrorKind::Cancelled as i32);
    assert!(BASKETRY_LIMIT == ErrorKind::Limit as i32);
    assert!(BASKETRY_INTERNAL == ErrorKind::Internal as i32);
};

/// Longer messages are cut: they name a key or a row, and lists of columns are what is long.
const CAPACITY: usize = 4096;

thread_local! {
    // No destructor: the buffer lives as long as its thread, so a pointer to it may be used
    // until then.
    static LAST: UnsafeCell<[u8; CAPACITY]> = const { UnsafeCell::new([0; CAPACITY]) };
}

/// Writes `message` into this thread's buffer, cut at a character and ended by a zero byte.
fn remember(message: &str) {
    let mut end = message.len().min(CAPACITY - 1);
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    LAST.with(|last| {
        // SAFETY: the buffer belongs to this thread, and no reference to it outlives this
        // closure or the one in `basketry_last_error_copy`; neither calls the other.
        let last = unsafe { &mut *last.get() };
        for (to, &from) in last.iter_mut().zip(&message.as_bytes()[..end]) {
            // A zero byte inside would hide the rest of the message.
            *to = if from == 0 { b'?' } else { from };
        }
        last[end] = 0;
    });
}

fn what_panicked(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

/// Runs the body of a function: an error becomes the last error and its status, and a panic
/// becomes BASKETRY_INTERNAL.
pub(crate) fn call(body: impl FnOnce() -> Result<()>) -> basketry_status {
    // Unwind safety: a handle that was being changed by the body that panicked is one the caller
    // holds exclusively, and all our types stay memory safe when left halfway.
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => BASKETRY_OK,
        Ok(Err(error)) => {
            remember(&error.to_string());
            error.kind() as basketry_status
        }
        Err(panic) => {
            remember(&format!("defect in basketry: {}", what_panicked(&*panic)));
            // The payload's own destructor may panic; it is forgotten instead.
            std::mem::forget(panic);
            BASKETRY_INTERNAL
        }
    }
}

/// Runs the body of a function that has no status to return: `fallback` if it panics.
pub(crate) fn get<T>(fallback: T, body: impl FnOnce() -> T) -> T {
    let mut value = fallback;
    call(|| {
        value = body();
        Ok(())
    });
    value
}

/// Runs the body of a function that makes a handle: `*out` is null unless it succeeds.
pub(crate) fn make<T>(
    out: Option<&mut MaybeUninit<*mut T>>,
    body: impl FnOnce() -> Result<T>,
) -> basketry_status {
    call(|| {
        let out = required(out, "out")?;
        out.write(std::ptr::null_mut());
        out.write(Box::into_raw(Box::new(body()?)));
        Ok(())
    })
}

/// Drops a handle; null is allowed.
pub(crate) fn free<T>(handle: Option<Box<T>>) {
    call(|| {
        drop(handle);
        Ok(())
    });
}

/// The argument, or an error that names it if it is null.
pub(crate) fn required<T>(argument: Option<T>, name: &str) -> Result<T> {
    argument.ok_or_else(|| invalid(format!("{name}: expected a pointer, got null")))
}

/// An error about an argument.
pub(crate) fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidArgument, message)
}

/// What went wrong in the last call of this thread that failed, as one sentence that names the
/// argument, column, row or key: UTF-8, ended by a zero byte, at most 4095 bytes. An empty string
/// if nothing failed yet. The pointer stays valid until the thread ends; the text changes when
/// another call of the same thread fails, and never when one succeeds.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_last_error() -> *const c_char {
    LAST.with(|last| last.get().cast_const().cast())
}

/// Copies the message of basketry_last_error into a buffer of len bytes, ended by a zero byte and
/// cut if it does not fit. Returns the length of the whole message without the zero byte, so that
/// a return value of len or more says that it was cut. A null buffer is allowed if len is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_last_error_copy(buf: *mut c_char, len: usize) -> usize {
    LAST.with(|last| {
        // SAFETY: as in `remember`; the buffer always holds a zero byte.
        let text = unsafe { CStr::from_ptr(last.get().cast_const().cast()) }.to_bytes();
        if !buf.is_null() && len > 0 {
            let end = text.len().min(len - 1);
            // SAFETY: the caller says that `buf` has `len` bytes, of which `end + 1 <= len` are
            // written, and it cannot be our own buffer, which is handed out as const.
            unsafe {
                std::ptr::copy_nonoverlapping(text.as_ptr().cast(), buf, end);
                *buf.add(end) = 0;
            }
        }
        text.len()
    })
}

/// The stable name of a status, such as "ok" or "invalid_argument"; "unknown" for a number that
/// is none. The text is static.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_status_name(status: basketry_status) -> *const c_char {
    let name = match status {
        BASKETRY_OK => c"ok",
        BASKETRY_INVALID_ARGUMENT => c"invalid_argument",
        BASKETRY_SCHEMA => c"schema",
        BASKETRY_DATA => c"data",
        BASKETRY_POLICY => c"policy",
        BASKETRY_UNKNOWN_ID => c"unknown_id",
        BASKETRY_IO => c"io",
        BASKETRY_FORMAT => c"format",
        BASKETRY_VERSION => c"version",
        BASKETRY_CANCELLED => c"cancelled",
        BASKETRY_LIMIT => c"limit",
        BASKETRY_INTERNAL => c"internal",
        _ => c"unknown",
    };
    name.as_ptr()
}

/// The version of the library, such as "0.1.0". The text is static.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}
