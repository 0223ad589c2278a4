//! Where the windows of each step end, and what a window that starts at any moment would hold.

use rayon::prelude::*;

use super::elements::Elements;
use super::options::Spans;
use super::timeline::Timeline;

/// For each step, which later steps of the customer can follow it. Numbers of steps ascend with
/// customer and time, so that ranges of them need no look at either.
#[derive(Debug)]
pub(super) struct Windows {
    /// The first step of the customer that is at least the smallest gap later.
    pub next: Vec<u32>,
    /// The first step that is more than the largest gap later, or another customer's.
    pub gap_end: Vec<u32>,
    /// The first step that is too late for a sequence begun here, or another customer's.
    pub within_end: Vec<u32>,
    /// Whether the history goes on until the longest follow-up window of the step has ended.
    pub observed: Vec<bool>,
}

impl Windows {
    pub(super) fn new(timeline: &Timeline, spans: Spans) -> Self {
        let steps = timeline.len();
        let mut windows = Self {
            next: vec![0; steps],
            gap_end: vec![0; steps],
            within_end: vec![0; steps],
            observed: timeline.time.iter().map(|&t| timeline.end - t >= spans.max_gap).collect(),
        };
        let mut from = 0;
        for group in timeline.customer.chunk_by(|a, b| a == b) {
            let to = from + group.len();
            let time = &timeline.time[from..to];
            let (mut next, mut gap, mut within) = (0, 0, 0);
            for (k, &t) in time.iter().enumerate() {
                while next < time.len() && time[next] - t < spans.min_gap {
                    next += 1;
                }
                while gap < time.len() && time[gap] - t <= spans.max_gap {
                    gap += 1;
                }
                while within < time.len() && time[within] - t <= spans.within {
                    within += 1;
                }
                windows.next[from + k] = (from + next) as u32;
                windows.gap_end[from + k] = (from + gap) as u32;
                windows.within_end[from + k] = (from + within) as u32;
            }
            from = to;
        }
        windows
    }
}

/// How many windows hold each element, of those that start at any moment of any customer's
/// observed time.
///
/// A moment `s` is observed from the customer's first step until the longest follow-up window,
/// `[s + min_gap, s + max_gap]`, ends with the history. A window of length `l` (that many ticks
/// can be hit) that starts at `s` is `[s + min_gap, s + min_gap + l - 1]`. The moments whose
/// window holds an element bought at `b` are an interval that ends at `b - min_gap`; the union of
/// such intervals, cut to the observed moments, is counted exactly: purchase by purchase, an
/// interval adds the part above the interval before.
///
/// What a purchase adds grows with `l` by one each from some `l` on until it is full. So the count
/// for any `l` is a sum over the `l`s at which a purchase begins to add and at which it is full.
#[derive(Debug)]
pub(super) struct BaseRates {
    /// The ticks in the longest window.
    pub longest: i64,
    /// Observed moments of all customers together.
    pub moments: i128,
    tables: Vec<Table>,
}

/// The count of windows that hold one element, as a function of their length.
#[derive(Debug, Default)]
struct Table {
    begins: Hinges,
    full: Hinges,
    /// The count for the longest window.
    longest: i128,
}

/// The sum of `max(0, l - hinge)` over hinges.
#[derive(Debug, Default)]
struct Hinges {
    /// Ascending; those that no window is longer than are left out.
    hinges: Vec<i64>,
    /// The sums of the first hinges: one more than there are.
    sums: Vec<i128>,
}

impl Hinges {
    fn new(mut hinges: Vec<i64>) -> Self {
        hinges.sort_unstable();
        let mut sums = Vec::with_capacity(hinges.len() + 1);
        let mut sum = 0;
        sums.push(sum);
        for &hinge in &hinges {
            sum += i128::from(hinge);
            sums.push(sum);
        }
        Self { hinges, sums }
    }

    fn at(&self, length: i64) -> i128 {
        let below = self.hinges.partition_point(|&hinge| hinge < length);
        i128::from(length) * below as i128 - self.sums[below]
    }
}

impl BaseRates {
    /// Counts for windows of any length if `any_length`, else for the longest only.
    pub(super) fn new(
        timeline: &Timeline,
        elements: &Elements,
        spans: Spans,
        any_length: bool,
    ) -> Self {
        // The last moment whose longest window ends with the history.
        let last = timeline.end - spans.max_gap;
        let moments =
            timeline.first.iter().map(|&first| i128::from((last - first + 1).max(0))).sum();
        let longest = spans.max_gap - spans.min_gap + 1;
        let tables = (0..elements.len() as u32).into_par_iter().map(|element| {
            let mut table = Table::default();
            let (mut begins, mut full) = (Vec::new(), Vec::new());
            let (mut customer, mut lowest) = (u32::MAX, 0);
            for &step in elements.steps(element) {
                let who = timeline.customer[step as usize];
                if who != customer {
                    customer = who;
                    lowest = timeline.first[who as usize];
                }
                // Moments later than this come too late for the purchase.
                let latest = timeline.time[step as usize] - spans.min_gap;
                let top = latest.min(last);
                let (beyond, most) = (latest - top, top - lowest + 1);
                if most > 0 && beyond < longest {
                    table.longest += i128::from((longest - beyond).min(most));
                    if any_length {
                        begins.push(beyond);
                        if beyond + most < longest {
                            full.push(beyond + most);
                        }
                    }
                }
                lowest = lowest.max(latest + 1);
            }
            (table.begins, table.full) = (Hinges::new(begins), Hinges::new(full));
            table
        });
        Self { longest, moments, tables: tables.collect() }
    }

    /// In how many windows of the longest length the element is.
    pub(super) fn longest(&self, element: u32) -> i128 {
        self.tables[element as usize].longest
    }

    /// In how many windows of this length, which is at most the longest, the element is. Zero for
    /// lengths below 1. Not to be asked if only the longest was counted.
    pub(super) fn at(&self, element: u32, length: i64) -> i128 {
        let table = &self.tables[element as usize];
        table.begins.at(length) - table.full.at(length)
    }
}
