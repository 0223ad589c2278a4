//! Arrow streams in and out.

use std::mem::MaybeUninit;

use arrow_array::RecordBatchReader;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use basketry::Result;

use crate::error::{invalid, required};

/// Takes the stream out of the caller's struct, which is marked as released.
///
/// # Safety
/// `stream` must be null or point to a stream that follows the Arrow C stream interface.
pub(crate) unsafe fn take(stream: *mut FFI_ArrowArrayStream) -> Option<FFI_ArrowArrayStream> {
    if stream.is_null() || !stream.is_aligned() {
        return None;
    }
    // SAFETY: not null and aligned; the rest is the caller's word.
    Some(unsafe { FFI_ArrowArrayStream::from_raw(stream) })
}

/// The stream that [`take`] took, as the argument `stream`.
pub(crate) fn taken(stream: Option<FFI_ArrowArrayStream>) -> Result<FFI_ArrowArrayStream> {
    let stream = required(stream, "stream")?;
    if stream.release().is_none() {
        return Err(invalid("stream: expected an Arrow stream, got one that was released"));
    }
    Ok(stream)
}

/// Writes a table to C as a stream.
pub(crate) fn export(
    out: Option<&mut MaybeUninit<FFI_ArrowArrayStream>>,
    reader: Box<dyn RecordBatchReader + Send>,
) -> Result<()> {
    required(out, "out")?.write(FFI_ArrowArrayStream::new(reader));
    Ok(())
}
