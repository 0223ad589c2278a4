//! The sequences of one length, as columns.

use std::mem::take;

/// Stands for a lag that no observed order has.
pub(crate) const NO_LAG: i64 = i64::MIN;

/// The numbers of one sequence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbers {
    pub customers: u32,
    pub occurrences: u32,
    pub observed: u32,
    pub followed: u32,
    pub expected: f64,
    /// The first and the third quartile of the last lag, in quarters of a tick.
    pub lag_quarters: [i64; 2],
}

/// The sequences of one length. A sequence takes `36 + 12 length` bytes.
#[derive(Debug)]
pub(crate) struct Level {
    pub(super) length: usize,
    /// The elements of each sequence.
    pub(super) elements: Vec<u32>,
    /// The medians of the lags of each sequence, in quarters of a tick: one less than elements.
    pub(super) medians: Vec<i64>,
    pub(super) customers: Vec<u32>,
    pub(super) occurrences: Vec<u32>,
    pub(super) observed: Vec<u32>,
    pub(super) followed: Vec<u32>,
    pub(super) expected: Vec<f64>,
    pub(super) lag_quarters: Vec<[i64; 2]>,
}

impl Level {
    pub(super) fn new(length: usize) -> Self {
        Self {
            length,
            elements: Vec::new(),
            medians: Vec::new(),
            customers: Vec::new(),
            occurrences: Vec::new(),
            observed: Vec::new(),
            followed: Vec::new(),
            expected: Vec::new(),
            lag_quarters: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, elements: &[u32], medians: &[i64], numbers: Numbers) {
        self.elements.extend_from_slice(elements);
        self.medians.extend_from_slice(medians);
        self.customers.push(numbers.customers);
        self.occurrences.push(numbers.occurrences);
        self.observed.push(numbers.observed);
        self.followed.push(numbers.followed);
        self.expected.push(numbers.expected);
        self.lag_quarters.push(numbers.lag_quarters);
    }

    /// Puts levels of one length one after the other.
    pub(super) fn join(length: usize, mut parts: Vec<Level>) -> Self {
        // Each column is given up as soon as it is copied.
        fn joined<T>(parts: &mut [Level], column: fn(&mut Level) -> &mut Vec<T>) -> Vec<T> {
            let mut all = Vec::with_capacity(parts.iter_mut().map(|part| column(part).len()).sum());
            parts.iter_mut().for_each(|part| all.append(&mut take(column(part))));
            all
        }
        let parts = &mut parts[..];
        Self {
            length,
            elements: joined(parts, |part| &mut part.elements),
            medians: joined(parts, |part| &mut part.medians),
            customers: joined(parts, |part| &mut part.customers),
            occurrences: joined(parts, |part| &mut part.occurrences),
            observed: joined(parts, |part| &mut part.observed),
            followed: joined(parts, |part| &mut part.followed),
            expected: joined(parts, |part| &mut part.expected),
            lag_quarters: joined(parts, |part| &mut part.lag_quarters),
        }
    }

    /// How many sequences there are.
    pub(super) fn rows(&self) -> usize {
        self.customers.len()
    }

    pub(super) fn elements(&self, row: usize) -> &[u32] {
        &self.elements[row * self.length..(row + 1) * self.length]
    }

    pub(super) fn medians(&self, row: usize) -> &[i64] {
        &self.medians[row * (self.length - 1)..(row + 1) * (self.length - 1)]
    }

    pub(super) fn numbers(&self, row: usize) -> Numbers {
        Numbers {
            customers: self.customers[row],
            occurrences: self.occurrences[row],
            observed: self.observed[row],
            followed: self.followed[row],
            expected: self.expected[row],
            lag_quarters: self.lag_quarters[row],
        }
    }
}
