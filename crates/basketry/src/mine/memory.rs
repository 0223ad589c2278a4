//! Large buffers on huge pages.
//!
//! Mining writes tens of megabytes in milliseconds. Where these come as small pages from the
//! system, taking the pages costs more than filling them, and reading them in no order misses
//! the processor's table of pages.

use std::mem::MaybeUninit;
use std::ptr::NonNull;

use memmap2::MmapMut;

use crate::{Error, ErrorKind, Result};

/// Room for as many numbers as asked for, at least.
#[derive(Debug)]
pub(crate) struct Buffer<T> {
    /// The room begins here, in memory that `_owner` keeps: looking into the owner at each use
    /// would cost more than most uses.
    start: NonNull<MaybeUninit<T>>,
    len: usize,
    _owner: Owner<T>,
}

#[derive(Debug)]
#[allow(dead_code, reason = "the owner is only kept, and dropped")]
enum Owner<T> {
    Heap(Vec<MaybeUninit<T>>),
    Pages(MmapMut),
}

// SAFETY: a buffer owns its numbers, like a vector.
unsafe impl<T: Send> Send for Buffer<T> {}
// SAFETY: a shared buffer gives shared access to its numbers only, like a vector.
unsafe impl<T: Sync> Sync for Buffer<T> {}

/// Where memory comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pages {
    /// From the allocator, which may have some at hand.
    Heap,
    /// Straight from the system, in pages of 2 MiB: for large buffers.
    Huge,
}

/// The size of a huge page where there are any.
pub(crate) const HUGE_PAGE: usize = 2 << 20;

impl<T: bytemuck::Pod> Buffer<T> {
    /// With room for `len` numbers. Memory is taken when it is written to, so that asking for too
    /// much costs little.
    pub(crate) fn with_len(len: usize, pages: Pages) -> Result<Self> {
        let bytes = len.checked_mul(size_of::<T>()).ok_or_else(out_of_memory)?;
        if pages == Pages::Huge
            && bytes >= HUGE_PAGE / 2
            && let Some(bytes) = bytes.checked_next_multiple_of(HUGE_PAGE)
            && let Ok(mut pages) = MmapMut::map_anon(bytes)
        {
            // A hint, which the system may refuse.
            #[cfg(target_os = "linux")]
            let _ = pages.advise(memmap2::Advice::HugePage);
            let numbers: &mut [T] = bytemuck::cast_slice_mut(&mut pages);
            let (start, len) = (NonNull::from(&mut *numbers).cast(), numbers.len());
            return Ok(Self { start, len, _owner: Owner::Pages(pages) });
        }
        let mut numbers: Vec<MaybeUninit<T>> = Vec::new();
        numbers.try_reserve_exact(len).map_err(|_| out_of_memory())?;
        let room = numbers.spare_capacity_mut();
        let (start, len) = (NonNull::from(&mut *room).cast(), room.len());
        Ok(Self { start, len, _owner: Owner::Heap(numbers) })
    }
}

impl<T> std::ops::Deref for Buffer<T> {
    type Target = [MaybeUninit<T>];

    #[inline]
    fn deref(&self) -> &[MaybeUninit<T>] {
        // SAFETY: the owner has that much room there, and neither moves nor frees it while it
        // lives. Nothing else refers to it.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl<T> std::ops::DerefMut for Buffer<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [MaybeUninit<T>] {
        // SAFETY: as in `deref`, and the buffer is borrowed exclusively.
        unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.len) }
    }
}

fn out_of_memory() -> Error {
    Error::new(
        ErrorKind::Limit,
        "there is not enough memory: raise min_support, or lower max_length or max_itemsets",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_have_room() -> Result<()> {
        for (len, pages) in [(0, Pages::Heap), (10, Pages::Huge), (HUGE_PAGE, Pages::Huge)] {
            let mut buffer = Buffer::<u16>::with_len(len, pages)?;
            assert!(buffer.len() >= len);
            for (place, n) in buffer.iter_mut().zip(0..) {
                place.write(n as u16);
            }
            // SAFETY: all is written above.
            let numbers = unsafe { buffer.assume_init_ref() };
            assert!(numbers.iter().zip(0..).all(|(&a, b)| a == b as u16));
        }
        let error = Buffer::<u64>::with_len(usize::MAX / 4, Pages::Huge).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit);
        Ok(())
    }
}
