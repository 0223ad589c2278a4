//! Depth-first search for sequences by growing prefixes.
//!
//! # What is kept of a prefix
//! Of all the ways in which a customer's steps hold a prefix, those that end at the same step
//! differ only in where they begin, and one that begins later leaves more of the window: so each
//! end is kept once, with the latest possible beginning. Every end is kept, as with a largest gap
//! the first one may be too early for what follows. (PrefixSpan's pseudo-projection, Pei et al.
//! 2004, keeps the first end only, which is right without such gaps.)
//!
//! Beginnings never fall as ends rise. For single steps they are the same; and if it holds for a
//! prefix, then what a later step can follow at best is the last end that is early enough, whose
//! beginning is the latest of all. So a step has one best predecessor, found in one pass over
//! ends and steps together.

use std::ops::Range;

use super::elements::{Elements, Limit};
use super::level::{Level, NO_LAG, Numbers};
use super::options::Spans;
use super::timeline::Timeline;
use super::windows::{BaseRates, Windows};
use crate::{Control, Result};

/// Ends of prefixes after which a scan looks whether the work was cancelled.
const CHECK_EVERY: usize = 1 << 14;

/// What all searches read.
pub(super) struct Job<'a> {
    pub timeline: &'a Timeline,
    pub elements: &'a Elements,
    pub windows: &'a Windows,
    pub rates: &'a BaseRates,
    pub spans: Spans,
    pub max_length: usize,
    pub repeats: bool,
    pub limit: &'a Limit,
    pub control: &'a Control,
}

/// A step at which a customer completes a prefix.
#[derive(Clone, Copy, Debug)]
struct End {
    /// The last step.
    step: u32,
    /// The latest first step.
    start: u32,
}

/// A step at which an extension of a prefix is complete.
#[derive(Clone, Copy, Debug, Default)]
struct Hit {
    step: u32,
    /// Which end of the prefix it follows: the last one that is early enough.
    before: u32,
}

/// A frequent extension of a prefix by one element.
#[derive(Debug)]
struct Extension {
    element: u32,
    customers: u32,
    /// Where its hits lie among those of all extensions.
    hits: Range<usize>,
}

/// What one thread needs besides.
pub(super) struct Search<'a> {
    job: &'a Job<'a>,
    /// Per element: customers and hits of the extension by it, the last customer counted, where
    /// its next hit goes. Zero and `MAX` between uses.
    customers: Vec<u32>,
    hits: Vec<u32>,
    last: Vec<u32>,
    places: Vec<usize>,
    /// The elements of the prefix.
    prefix: Vec<u32>,
    /// The medians of its lags.
    medians: Vec<i64>,
    lags: Vec<i64>,
    /// Of length 2, 3, and so on.
    levels: Vec<Level>,
}

impl<'a> Search<'a> {
    pub(super) fn new(job: &'a Job<'a>) -> Self {
        let elements = job.elements.len();
        Self {
            job,
            customers: vec![0; elements],
            hits: vec![0; elements],
            last: vec![u32::MAX; elements],
            places: vec![0; elements],
            prefix: Vec::new(),
            medians: Vec::new(),
            lags: Vec::new(),
            levels: Vec::new(),
        }
    }

    /// All frequent sequences that begin with this element, by length. Not to be used again after an
    /// error.
    pub(super) fn root(&mut self, element: u32) -> Result<Vec<Level>> {
        let steps = self.job.elements.steps(element);
        let ends: Vec<End> = steps.iter().map(|&step| End { step, start: step }).collect();
        self.prefix.push(element);
        self.extend(&ends)?;
        self.prefix.clear();
        self.job.control.advance(1)?;
        Ok(std::mem::take(&mut self.levels))
    }

    /// Finds all frequent sequences that begin with the prefix, whose ends are given.
    fn extend(&mut self, ends: &[End]) -> Result<()> {
        let job = self.job;
        let frequent = self.count(ends)?;
        if frequent.is_empty() {
            return Ok(());
        }
        job.limit.take(frequent.len())?;
        let hits = self.deliver(ends, &frequent)?;
        let observed = ends.iter().filter(|end| job.windows.observed[end.step as usize]).count();
        let rooms = self.rooms(ends);
        for Extension { element, customers, hits: range } in frequent {
            let hits = &hits[range];
            let [first_quarter, median, third_quarter] = self.follow(ends, hits);
            let numbers = Numbers {
                customers,
                occurrences: hits.len() as u32,
                observed: observed as u32,
                followed: self.lags.len() as u32,
                expected: self.expected(element, &rooms),
                lag_quarters: [first_quarter, third_quarter],
            };
            self.prefix.push(element);
            self.medians.push(median);
            let length = self.prefix.len();
            if self.levels.len() < length - 1 {
                self.levels.push(Level::new(length));
            }
            self.levels[length - 2].push(&self.prefix, &self.medians, numbers);
            if length < job.max_length {
                let longer: Vec<End> = hits
                    .iter()
                    .map(|hit| End { step: hit.step, start: ends[hit.before as usize].start })
                    .collect();
                self.extend(&longer)?;
            }
            self.prefix.pop();
            self.medians.pop();
        }
        Ok(())
    }

    /// The extensions that enough customers have, by element.
    fn count(&mut self, ends: &[End]) -> Result<Vec<Extension>> {
        let job = self.job;
        let mut seen = Vec::new();
        scan(job, ends, |hit| {
            let customer = job.timeline.customer[hit.step as usize];
            for &element in job.elements.of_step(hit.step) {
                let e = element as usize;
                if self.hits[e] == 0 {
                    seen.push(element);
                }
                self.hits[e] += 1;
                if self.last[e] != customer {
                    self.last[e] = customer;
                    self.customers[e] += 1;
                }
            }
        })?;
        seen.retain(|&element| {
            let keep = self.customers[element as usize] >= job.timeline.min_customers
                && (job.repeats || self.is_new(element));
            if !keep {
                self.reset(element);
            }
            keep
        });
        seen.sort_unstable();
        let mut to = 0;
        let extensions = seen.into_iter().map(|element| {
            let e = element as usize;
            let from = to;
            to += self.hits[e] as usize;
            self.places[e] = from;
            Extension { element, customers: self.customers[e], hits: from..to }
        });
        Ok(extensions.collect())
    }

    /// The hits of the frequent extensions, one extension after the other. Ends their counting.
    fn deliver(&mut self, ends: &[End], frequent: &[Extension]) -> Result<Vec<Hit>> {
        let job = self.job;
        let all = frequent.last().map_or(0, |last| last.hits.end);
        let mut hits = vec![Hit::default(); all];
        scan(job, ends, |hit| {
            for &element in job.elements.of_step(hit.step) {
                let e = element as usize;
                if self.hits[e] > 0 {
                    hits[self.places[e]] = hit;
                    self.places[e] += 1;
                }
            }
        })?;
        for extension in frequent {
            self.reset(extension.element);
        }
        Ok(hits)
    }

    fn reset(&mut self, element: u32) {
        let e = element as usize;
        (self.customers[e], self.hits[e], self.last[e]) = (0, 0, u32::MAX);
    }

    /// Whether the prefix holds none of the items of an element.
    fn is_new(&self, element: u32) -> bool {
        let elements = self.job.elements;
        let items = elements.items(element);
        self.prefix
            .iter()
            .all(|&held| elements.items(held).iter().all(|item| items.binary_search(item).is_err()))
    }

    /// Collects, for each observed end of the prefix, the time to the first hit in its window, and
    /// gives the quartiles in quarters of a tick.
    fn follow(&mut self, ends: &[End], hits: &[Hit]) -> [i64; 3] {
        let Job { windows, timeline, .. } = self.job;
        self.lags.clear();
        // The first step that is no longer before the hit.
        let mut from = 0;
        for hit in hits {
            // The ends whose first hit this is lie together: they end with the last one that is
            // early enough, and begin after those that have an earlier hit or too short a window.
            for end in ends[..=hit.before as usize].iter().rev() {
                let step = end.step as usize;
                let limit = windows.gap_end[step].min(windows.within_end[end.start as usize]);
                if windows.next[step] < from || limit <= hit.step {
                    break;
                }
                if windows.observed[step] {
                    self.lags.push(timeline.time[hit.step as usize] - timeline.time[step]);
                }
            }
            from = hit.step + 1;
        }
        quartiles(&mut self.lags)
    }

    /// The lengths of the windows of the observed ends, ascending, each with how many have it.
    fn rooms(&self, ends: &[End]) -> Vec<(i64, u32)> {
        let Job { windows, timeline, spans, rates, .. } = self.job;
        let time = |step: u32| timeline.time[step as usize];
        let observed = ends.iter().filter(|end| windows.observed[end.step as usize]);
        if self.prefix.len() == 1 {
            return vec![(rates.longest, observed.count() as u32)];
        }
        let mut lengths: Vec<i64> = observed
            .map(|end| {
                let left = spans.within - (time(end.step) - time(end.start));
                left.min(spans.max_gap) - spans.min_gap + 1
            })
            .filter(|&length| length > 0)
            .collect();
        lengths.sort_unstable();
        lengths.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as u32)).collect()
    }

    /// How many of the observed ends would be followed by the element if their windows were those
    /// of random moments. 0 if no moment is observed.
    fn expected(&self, element: u32, rooms: &[(i64, u32)]) -> f64 {
        let rates = self.job.rates;
        let windows = rooms.iter().map(|&(length, count)| {
            let windows = if length == rates.longest {
                rates.longest(element)
            } else {
                rates.at(element, length)
            };
            windows * i128::from(count)
        });
        let windows: i128 = windows.sum();
        if rates.moments == 0 { 0.0 } else { windows as f64 / rates.moments as f64 }
    }
}

/// Calls `found` with every step that can follow one of the ends, in order.
#[inline]
fn scan(job: &Job<'_>, ends: &[End], mut found: impl FnMut(Hit)) -> Result<()> {
    let windows = job.windows;
    for (at, end) in ends.iter().enumerate() {
        if at % CHECK_EVERY == 0 {
            job.control.check()?;
        }
        let step = end.step as usize;
        let mut to = windows.gap_end[step].min(windows.within_end[end.start as usize]);
        if let Some(after) = ends.get(at + 1) {
            // From there on the next end is the better predecessor.
            to = to.min(windows.next[after.step as usize]);
        }
        for step in windows.next[step]..to {
            found(Hit { step, before: at as u32 });
        }
    }
    Ok(())
}

/// The quartiles in quarters of the unit of the values, interpolated as Hyndman and Fan's (1996)
/// type 7 does: with `n` sorted values, quartile `q` lies `q (n - 1) / 4` places after the first.
/// So the median of an even number is the mean of the middle two.
fn quartiles(values: &mut [i64]) -> [i64; 3] {
    if values.is_empty() {
        return [NO_LAG; 3];
    }
    let last = values.len() - 1;
    values.sort_unstable();
    [1, 2, 3].map(|quarter| {
        let (place, part) = (quarter * last / 4, (quarter * last % 4) as i64);
        let step = values[(place + 1).min(last)] - values[place];
        4 * values[place] + part * step
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_are_interpolated() {
        assert_eq!(quartiles(&mut [5]), [20, 20, 20]);
        assert_eq!(quartiles(&mut [4, 1]), [7, 10, 13]);
        assert_eq!(quartiles(&mut [3, 1, 2, 9, 5]), [8, 12, 20]);
        assert_eq!(quartiles(&mut [1, 2, 3, 10]), [7, 10, 19]);
        assert_eq!(quartiles(&mut []), [NO_LAG; 3]);
    }
}
