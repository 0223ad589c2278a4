//! The inner loops of the miner, in one version for each kind of processor.
//!
//! [`Kernels::detect`] picks the fastest that runs here. The portable version is what the others
//! are tested against.

use std::mem::MaybeUninit;

use crate::mine::columns::SLACK;

mod portable;
#[cfg(test)]
mod tests;
#[cfg(target_arch = "x86_64")]
mod x86;

/// The longest rows that are written in whole vectors.
const WIDE: usize = 32;

/// Counts of the intersections, and which of them are worth keeping.
pub(crate) struct Join<'a> {
    /// Bit vectors of `words` words each, one after the other.
    pub vectors: &'a [u64],
    pub words: usize,
    /// The vector that all those before it are intersected with.
    pub pivot: usize,
    /// An intersection is kept if its count is at least `least`, and below `full`.
    pub least: u32,
    pub full: u32,
}

/// How many candidates are handled at once by [`Kernels::subsets`] and [`Kernels::lattice`].
pub(crate) const LATTICE: usize = 4;

/// A number for each combination of [`LATTICE`] candidates, which are its bits.
pub(crate) type Table = [u32; 1 << LATTICE];

/// The longest rows that [`Kernels::lattice`] writes.
pub(crate) const LATTICE_ROW: usize = 16;

/// Where the items and the counts of the next row of each size go.
pub(crate) type Cursors = [(*mut u32, *mut u32); LATTICE + 1];

/// The most numbers that [`Kernels::sort`] handles.
pub(crate) const SORTED: usize = 32;

type JoinFn = unsafe fn(&Join<'_>, *mut u64, *mut u32) -> usize;
type CompressFn = unsafe fn(&[u64], *mut u64, usize, usize);
type ExtendFn = unsafe fn(&[u32], &[u32], *mut u32);
type InsertFn = unsafe fn(&[u32], usize, usize, u32, *mut u32);
type SubsetsFn = unsafe fn(&[u64], usize, usize, &mut Table);
type LatticeFn = unsafe fn(&[u32], &[u32; LATTICE], &Table, u32, Cursors);
type TransposeFn = unsafe fn(&[u64], usize, &mut [u64], usize);
type SortFn = unsafe fn(&mut [u16; SORTED], usize, u16);
type ScanFn = unsafe fn(&[u32], u32, &mut Vec<u32>);
type DrainFn = unsafe fn(&mut [u32], u32, &mut Vec<(u32, u32)>);

/// The inner loops for one kind of processor.
#[derive(Clone, Copy)]
pub(crate) struct Kernels {
    /// For messages.
    pub name: &'static str,
    /// Bit vectors are a multiple of this many words.
    pub block: usize,
    join: JoinFn,
    compress: CompressFn,
    extend: ExtendFn,
    insert: InsertFn,
    subsets: SubsetsFn,
    lattice: LatticeFn,
    sort: SortFn,
    transpose: TransposeFn,
    scan: ScanFn,
    drain: DrainFn,
}

impl std::fmt::Debug for Kernels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Kernels {
    /// The fastest that this processor can run.
    pub(crate) fn detect() -> Self {
        Self::all().pop().unwrap_or(portable::KERNELS)
    }

    /// All that this processor can run, the fastest last.
    pub(crate) fn all() -> Vec<Self> {
        #[allow(unused_mut, reason = "other processors have the portable version only")]
        let mut all = vec![portable::KERNELS];
        #[cfg(target_arch = "x86_64")]
        all.extend(x86::available());
        all
    }

    /// Intersects the pivot with each vector before it. `counts[i]` becomes the size of the
    /// intersection with vector `i`; those to be kept are written to `out`, in order and without
    /// gaps. Returns how many were kept. `out` has room for all.
    #[inline]
    pub(crate) fn join(&self, join: &Join<'_>, out: &mut [u64], counts: &mut [u32]) -> usize {
        assert!(join.words.is_multiple_of(self.block));
        assert!((join.pivot + 1) * join.words <= join.vectors.len());
        assert!(join.pivot * join.words <= out.len() && join.pivot <= counts.len());
        // SAFETY: the processor has the features of the chosen version, and the vectors, `out`
        // and `counts` are as long as it relies on.
        unsafe { (self.join)(join, out.as_mut_ptr(), counts.as_mut_ptr()) }
    }

    /// Packs each of the vectors in place to the bits set in `mask`: bit `i` of the new vector is
    /// the bit of the old one where `mask` has its `i`-th set bit. The vectors have the mask's
    /// length, and are `new_words` long afterwards, which is enough and not more than before.
    #[inline]
    pub(crate) fn compress(
        &self,
        mask: &[u64],
        vectors: &mut [u64],
        number: usize,
        new_words: usize,
    ) {
        assert!(number * mask.len() <= vectors.len() && new_words <= mask.len());
        debug_assert!(
            mask.iter().map(|w| w.count_ones() as usize).sum::<usize>() <= 64 * new_words
        );
        // SAFETY: the processor has the features of the chosen version, the vectors lie within
        // the slice, and none grows.
        unsafe { (self.compress)(mask, vectors.as_mut_ptr(), number, new_words) }
    }

    /// Writes to `out` the rows that come from adding one of `items` to `base`. Rows are ascending,
    /// and no item is in the base. Behind the rows, `out` has [`SLACK`] items that become arbitrary.
    #[inline]
    pub(crate) fn extend(&self, base: &[u32], items: &[u32], out: &mut [MaybeUninit<u32>]) {
        assert!(items.len() * (base.len() + 1) + SLACK <= out.len());
        // SAFETY: the processor has the features of the chosen version, which writes the rows, and
        // at most SLACK items more.
        unsafe { (self.extend)(base, items, out.as_mut_ptr().cast()) }
    }

    /// Writes to `out` a copy of `number` rows of `length` items, which begin at the start of
    /// `source`, each with `item` added. Rows are ascending, and none has the item. Behind the
    /// rows, `out` has [`SLACK`] items that become arbitrary.
    #[inline]
    pub(crate) fn insert(
        &self,
        source: &[u32],
        length: usize,
        number: usize,
        item: u32,
        out: &mut [MaybeUninit<u32>],
    ) {
        assert!(length > 0 && number * length <= source.len());
        assert!(number * (length + 1) + SLACK <= out.len());
        // SAFETY: the processor has the features of the chosen version, which reads within
        // `source`, and writes the rows, and at most SLACK items more.
        unsafe { (self.insert)(source, length, number, item, out.as_mut_ptr().cast()) }
    }

    /// Sets the entries of `table` for each combination of at least two of the first `number` bit
    /// vectors, of `words` words each, to the size of their intersection.
    #[inline]
    pub(crate) fn subsets(&self, vectors: &[u64], words: usize, number: usize, table: &mut Table) {
        assert!(number <= LATTICE && number * words <= vectors.len());
        assert!(words.is_multiple_of(self.block));
        // SAFETY: the processor has the features of the chosen version, and the vectors are as long
        // as it relies on.
        unsafe { (self.subsets)(vectors, words, number, table) }
    }

    /// For each combination of at least two of the items whose entry in the table is at least
    /// `least`, in the order of the table, writes the row `base` with these items, and the entry,
    /// where the cursor of its size points to, and advances that.
    ///
    /// # Safety
    /// At each cursor there is room for as many rows, of the length of the base and the size, and
    /// as many counts as there are such combinations, and [`SLACK`](crate::mine::columns::SLACK)
    /// behind both.
    #[inline]
    pub(crate) unsafe fn lattice(
        &self,
        base: &[u32],
        items: &[u32; LATTICE],
        table: &Table,
        least: u32,
        cursors: Cursors,
    ) {
        assert!(base.len() + LATTICE <= LATTICE_ROW);
        // SAFETY: the processor has the features of the chosen version; the caller has seen to the
        // rest.
        unsafe { (self.lattice)(base, items, table, least, cursors) }
    }

    /// Sorts the first `taken` numbers, which are distinct and below `end`. The others are the
    /// largest there is; up to the next multiple of 16 they become `end`.
    ///
    /// This takes the same steps for all numbers where vectors serve for it: other ways to sort
    /// take fewer, but some that depend on the numbers, and so are mispredicted.
    #[inline]
    pub(crate) fn sort(&self, numbers: &mut [u16; SORTED], taken: usize, end: u16) {
        debug_assert!(numbers[taken..].iter().all(|&number| number == u16::MAX));
        // SAFETY: the processor has the features of the chosen version.
        unsafe { (self.sort)(numbers, taken, end) }
    }

    /// Makes bit vectors of `words` words, one after the other, of the lowest `number` bits of the
    /// masks: bit `i` of vector `b` is bit `b` of mask `i`. The masks are a multiple of 64. Words
    /// of the vectors behind those for the masks are not written.
    #[inline]
    pub(crate) fn transpose(
        &self,
        masks: &[u64],
        number: usize,
        vectors: &mut [u64],
        words: usize,
    ) {
        assert!(masks.len().is_multiple_of(64) && masks.len() <= 64 * words);
        assert!(number <= 64 && number * words <= vectors.len());
        // SAFETY: the processor has the features of the chosen version, and the vectors are as long
        // as it relies on.
        unsafe { (self.transpose)(masks, number, vectors, words) }
    }

    /// Appends to `hits` the places of all `counts` that are at least `least`, which is not 0.
    #[inline]
    pub(crate) fn scan(&self, counts: &[u32], least: u32, hits: &mut Vec<u32>) {
        // SAFETY: the processor has the features of the chosen version.
        unsafe { (self.scan)(counts, least, hits) }
    }

    /// Takes all counts back to 0, and sets `hits` to the places and values of those that are at
    /// least `least`, which is not 0.
    #[inline]
    pub(crate) fn drain(&self, counts: &mut [u32], least: u32, hits: &mut Vec<(u32, u32)>) {
        hits.clear();
        // SAFETY: the processor has the features of the chosen version.
        unsafe { (self.drain)(counts, least, hits) }
    }
}
