//! Large buffers on huge pages.
//!
//! Mining writes tens of megabytes in milliseconds. Where these come as small pages from the
//! system, taking the pages costs more than filling them, and reading them in no order misses
//! the processor's table of pages.

use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::sync::{Arc, Mutex, PoisonError, TryLockError};

use memmap2::MmapMut;

use crate::{Error, ErrorKind, Result};

/// Room for as many numbers as asked for, at least.
pub(crate) struct Buffer<T> {
    /// The room begins here, in memory that `_owner` keeps: looking into the owner at each use
    /// would cost more than most uses.
    start: NonNull<MaybeUninit<T>>,
    len: usize,
    _owner: Owner<T>,
}

#[allow(dead_code, reason = "the owner is only kept, and dropped")]
enum Owner<T> {
    Heap(Vec<MaybeUninit<T>>),
    Pages(MmapMut),
    Kept(Kept),
    /// It is a part of another one.
    Whole(Arc<dyn Send + Sync>),
}

// SAFETY: a buffer owns its numbers, like a vector.
unsafe impl<T: Send> Send for Buffer<T> {}
// SAFETY: a shared buffer gives shared access to its numbers only, like a vector.
unsafe impl<T: Sync> Sync for Buffer<T> {}

/// Where memory comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pages {
    /// From the allocator, and kept for the next one that asks for as much.
    Kept,
    /// Straight from the system, if it is large, in pages as they are.
    Small,
    /// Straight from the system, in pages of 2 MiB; kept where that is too much.
    Huge,
}

/// The size of a huge page where there are any.
pub(crate) const HUGE_PAGE: usize = 2 << 20;

impl<T: bytemuck::Pod> Buffer<T> {
    /// With room for `len` numbers. Memory is taken when it is written to, so that asking for too
    /// much costs little.
    pub(crate) fn with_len(len: usize, pages: Pages) -> Result<Self> {
        let bytes = len.checked_mul(size_of::<T>()).ok_or_else(out_of_memory)?;
        if matches!(pages, Pages::Small | Pages::Huge)
            && bytes >= HUGE_PAGE / 2
            && let Some(whole) = bytes.checked_next_multiple_of(HUGE_PAGE)
            && let Ok(mut mapped) = MmapMut::map_anon(whole)
        {
            // What does not fill the last of several huge pages is left to small ones, which are
            // taken only as far as they are written to. A hint, which the system may refuse.
            #[cfg(target_os = "linux")]
            if pages == Pages::Huge {
                let huge = if bytes < 2 * HUGE_PAGE { whole } else { bytes };
                let _ =
                    mapped.advise_range(memmap2::Advice::HugePage, 0, huge / HUGE_PAGE * HUGE_PAGE);
            }
            let numbers: &mut [T] = bytemuck::cast_slice_mut(&mut mapped);
            let (start, len) = (NonNull::from(&mut *numbers).cast(), numbers.len());
            return Ok(Self { start, len, _owner: Owner::Pages(mapped) });
        }
        let keep = pages == Pages::Kept || pages == Pages::Huge && bytes >= LEAST_KEPT;
        if keep && bytes < HUGE_PAGE && align_of::<T>() <= align_of::<u64>() {
            let mut kept = Kept::new(bytes.next_power_of_two().div_ceil(size_of::<u64>()))?;
            let start = NonNull::from(kept.room()).cast();
            return Ok(Self { start, len, _owner: Owner::Kept(kept) });
        }
        let mut numbers: Vec<MaybeUninit<T>> = Vec::new();
        numbers.try_reserve_exact(len).map_err(|_| out_of_memory())?;
        let room = numbers.spare_capacity_mut();
        let (start, len) = (NonNull::from(&mut *room).cast(), room.len());
        Ok(Self { start, len, _owner: Owner::Heap(numbers) })
    }
}

impl<T> std::fmt::Debug for Buffer<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Buffer of {}", self.len)
    }
}

/// Two buffers in one, so that less of a huge page is left over.
pub(crate) fn two_buffers<A: bytemuck::Pod, B: bytemuck::Pod>(
    first: usize,
    second: usize,
) -> Result<(Buffer<A>, Buffer<B>)> {
    const LINE: usize = 64;
    let lines = |len: usize, size: usize| Some(len.checked_mul(size)?.div_ceil(LINE));
    let (Some(first_lines), Some(second_lines)) =
        (lines(first, size_of::<A>()), lines(second, size_of::<B>()))
    else {
        return Err(out_of_memory());
    };
    let words = (first_lines + second_lines).checked_mul(LINE / size_of::<u64>());
    let whole = Buffer::<u64>::with_len(words.ok_or_else(out_of_memory)?, Pages::Huge)?;
    let start = whole.start.cast::<u8>();
    // SAFETY: the second part begins within the whole, or at its end.
    let middle = unsafe { start.add(first_lines * LINE) };
    let whole: Arc<dyn Send + Sync> = Arc::new(whole);
    // Words are aligned for either kind of number, and so are lines from there on.
    const { assert!(align_of::<A>() <= align_of::<u64>() && align_of::<B>() <= align_of::<u64>()) };
    let first = Buffer { start: start.cast(), len: first, _owner: Owner::Whole(whole.clone()) };
    let second = Buffer { start: middle.cast(), len: second, _owner: Owner::Whole(whole) };
    Ok((first, second))
}

impl<T> std::ops::Deref for Buffer<T> {
    type Target = [MaybeUninit<T>];

    #[inline]
    fn deref(&self) -> &[MaybeUninit<T>] {
        // SAFETY: the owner has that much room there, and neither moves nor frees it while it
        // lives. Nothing else refers to it: a whole that is dealt out in parts is not looked at.
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

/// Memory that is used again: small results come one after the other, and taking the pages from
/// the system each time costs as much as a tenth of mining them. The allocator would keep memory
/// too, but apart for each thread.
struct Kept(Vec<MaybeUninit<u64>>);

static KEPT: Mutex<Vec<Kept>> = Mutex::new(Vec::new());

/// Smaller buffers come straight from the allocator.
const LEAST_KEPT: usize = HUGE_PAGE / 16;

/// How many words are kept at most.
const MOST_KEPT: usize = HUGE_PAGE / size_of::<u64>();

impl Kept {
    fn new(words: usize) -> Result<Self> {
        let known = kept(|all| {
            let place = all.iter().position(|kept| kept.0.capacity() == words)?;
            Some(all.swap_remove(place))
        });
        if let Some(known) = known.flatten() {
            return Ok(known);
        }
        let mut room = Vec::new();
        room.try_reserve_exact(words).map_err(|_| out_of_memory())?;
        Ok(Self(room))
    }

    fn room(&mut self) -> &mut [MaybeUninit<MaybeUninit<u64>>] {
        self.0.spare_capacity_mut()
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let room = std::mem::take(&mut self.0);
        kept(|all| {
            let words: usize = all.iter().map(|kept| kept.0.capacity()).sum();
            if room.capacity() > 0 && words + room.capacity() <= MOST_KEPT {
                all.push(Self(room));
            }
        });
    }
}

/// Calls `work` with what is kept, unless it is in use: a process that was forked meanwhile would
/// wait for ever.
fn kept<R>(work: impl FnOnce(&mut Vec<Kept>) -> R) -> Option<R> {
    match KEPT.try_lock() {
        Ok(mut all) => Some(work(&mut all)),
        Err(TryLockError::Poisoned(all)) => Some(work(&mut all.into_inner())),
        Err(TryLockError::WouldBlock) => None,
    }
}

/// How many bytes the buffers hold that parts are cut from, and where they come from, to begin
/// with: a huge page is not worth filling with zeros for a small result.
const REGIONS: [(usize, Pages); 5] = [
    (HUGE_PAGE / 16, Pages::Kept),
    (HUGE_PAGE / 8, Pages::Kept),
    (HUGE_PAGE / 4, Pages::Kept),
    (HUGE_PAGE / 2, Pages::Kept),
    (HUGE_PAGE, Pages::Small),
];

/// Deals out parts of large buffers, so that many small ones share a huge page, those of several
/// threads too.
#[derive(Debug)]
pub(crate) struct Supply<T>(Mutex<Regions<T>>);

#[derive(Debug)]
struct Regions<T> {
    whole: Option<Arc<Buffer<T>>>,
    /// Where the rest of it begins.
    rest: usize,
    /// How many there were.
    number: usize,
}

impl<T> Default for Supply<T> {
    fn default() -> Self {
        Self(Mutex::new(Regions { whole: None, rest: 0, number: 0 }))
    }
}

impl<T: bytemuck::Pod + Send + Sync> Supply<T> {
    /// Room for `len` numbers.
    pub(crate) fn take(&self, len: usize) -> Result<Buffer<T>> {
        // Parts begin at cache lines.
        let line = 64 / size_of::<T>();
        let taken = len.checked_next_multiple_of(line).ok_or_else(out_of_memory)?;
        let mut regions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Regions { whole, rest, number } = &mut *regions;
        let left = whole.as_ref().map(|whole| whole.len() - *rest);
        if left.is_none_or(|left| left < taken) {
            let (bytes, pages) = *REGIONS.get(*number).unwrap_or(&(HUGE_PAGE, Pages::Huge));
            if taken > bytes / size_of::<T>() {
                return Buffer::with_len(len, Pages::Huge);
            }
            *whole = Some(Arc::new(Buffer::with_len(bytes / size_of::<T>(), pages)?));
            (*rest, *number) = (0, *number + 1);
        }
        let Some(whole) = whole else { return Err(out_of_memory()) };
        // SAFETY: the part ends within the whole.
        let start = unsafe { whole.start.add(*rest) };
        *rest += taken;
        Ok(Buffer { start, len, _owner: Owner::Whole(whole.clone()) })
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
        let lens = [0, 10, 4 * HUGE_PAGE / 7, HUGE_PAGE];
        let kinds = [Pages::Kept, Pages::Small, Pages::Huge, Pages::Kept];
        for (len, pages) in lens.into_iter().flat_map(|len| kinds.map(|kind| (len, kind))) {
            let mut buffer = Buffer::<u16>::with_len(len, pages)?;
            assert!(buffer.len() >= len);
            for (place, n) in buffer.iter_mut().zip(0..) {
                place.write(n as u16);
            }
            // SAFETY: all is written above.
            let numbers = unsafe { buffer.assume_init_ref() };
            assert!(numbers.iter().zip(0..).all(|(&a, b)| a == b as u16));
        }
        let supply = Supply::<u32>::default();
        let lens = [0, 1, 17, HUGE_PAGE / 64, HUGE_PAGE / 32, 5, HUGE_PAGE, HUGE_PAGE / 4, 1, 99];
        let mut parts = Vec::new();
        for (n, len) in (0..).zip(lens) {
            let mut part = supply.take(len)?;
            assert_eq!(part[..len].len(), len);
            part.iter_mut().for_each(|place| {
                place.write(n);
            });
            parts.push(part);
        }
        drop(supply);
        for (n, part) in (0..).zip(&parts) {
            // SAFETY: all is written above.
            assert!(unsafe { part.assume_init_ref() }.iter().all(|&other| other == n));
        }
        for (first, second) in [(0, 3), (5, 0), (HUGE_PAGE, 7), (33, HUGE_PAGE)] {
            let (mut a, mut b) = two_buffers::<u16, u32>(first, second)?;
            assert_eq!((a.len(), b.len()), (first, second));
            a.iter_mut().for_each(|place| _ = place.write(1));
            b.iter_mut().for_each(|place| _ = place.write(2));
            // SAFETY: all is written above.
            assert!(unsafe { a.assume_init_ref() }.iter().all(|&n| n == 1));
            // SAFETY: as above.
            assert!(unsafe { b.assume_init_ref() }.iter().all(|&n| n == 2));
        }
        assert!(two_buffers::<u16, u32>(usize::MAX / 2, usize::MAX / 4).is_err());
        let error = Buffer::<u64>::with_len(usize::MAX / 4, Pages::Huge).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit);
        Ok(())
    }
}
