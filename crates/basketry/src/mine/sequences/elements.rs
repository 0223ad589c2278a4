//! What a step of a sequence may be: an item, or several that are bought at the same time.

use std::cmp::Reverse;
use std::sync::atomic::{AtomicU64, Ordering};

use super::timeline::Timeline;
use crate::{Control, Error, ErrorKind, Result};

/// The elements of sequences, and which steps hold each. The element with the most customers is 0;
/// ties go by the number of items, then by the ranks of the items.
///
/// With elements numbered, a sequence of itemsets is a sequence of numbers: this is the
/// transformation of Agrawal and Srikant, "Mining sequential patterns" (ICDE 1995).
#[derive(Debug)]
pub(super) struct Elements {
    /// Per element, one more: where its items begin.
    item_offsets: Vec<usize>,
    /// Product indices, ascending within an element.
    items: Vec<u32>,
    /// Per element, one more: where its steps begin.
    step_offsets: Vec<usize>,
    /// The steps that hold an element, ascending.
    steps: Vec<u32>,
    /// Per step, one more: where its elements begin.
    row_offsets: Vec<usize>,
    /// The elements of each step, ascending.
    row_elements: Vec<u32>,
}

impl Elements {
    pub(super) fn new(
        timeline: &Timeline,
        max_items: usize,
        limit: &Limit,
        control: &Control,
    ) -> Result<Self> {
        let mut finder = Finder {
            timeline,
            max_items,
            limit,
            control,
            buyers: vec![0; timeline.product.len()],
            last: vec![u32::MAX; timeline.product.len()],
            places: vec![0; timeline.product.len()],
            found: Vec::new(),
        };
        finder.singles()?;
        let mut found = finder.found;
        found.sort_by(|a, b| {
            let key = |e: &Element| (Reverse(e.buyers), e.ranks.len());
            key(a).cmp(&key(b)).then_with(|| a.ranks.cmp(&b.ranks))
        });
        let mut elements = Self {
            item_offsets: vec![0],
            items: Vec::new(),
            step_offsets: vec![0],
            steps: Vec::with_capacity(found.iter().map(|e| e.steps.len()).sum()),
            row_offsets: vec![0; timeline.len() + 1],
            row_elements: Vec::new(),
        };
        for mut element in found {
            let ranks = element.ranks.iter_mut();
            let mut items: Vec<u32> = ranks.map(|rank| timeline.product[*rank as usize]).collect();
            items.sort_unstable();
            elements.items.extend(items);
            elements.item_offsets.push(elements.items.len());
            elements.steps.append(&mut element.steps);
            elements.step_offsets.push(elements.steps.len());
        }
        for &step in &elements.steps {
            elements.row_offsets[step as usize + 1] += 1;
        }
        for step in 0..timeline.len() {
            elements.row_offsets[step + 1] += elements.row_offsets[step];
        }
        let mut next = elements.row_offsets.clone();
        let mut row_elements = vec![0; elements.steps.len()];
        for element in 0..elements.len() as u32 {
            for &step in elements.steps(element) {
                let place = &mut next[step as usize];
                row_elements[*place] = element;
                *place += 1;
            }
        }
        elements.row_elements = row_elements;
        Ok(elements)
    }

    /// How many elements there are.
    pub(super) fn len(&self) -> usize {
        self.item_offsets.len() - 1
    }

    /// The product indices of an element, ascending.
    #[inline]
    pub(super) fn items(&self, element: u32) -> &[u32] {
        let e = element as usize;
        &self.items[self.item_offsets[e]..self.item_offsets[e + 1]]
    }

    /// The steps that hold an element, ascending.
    #[inline]
    pub(super) fn steps(&self, element: u32) -> &[u32] {
        let e = element as usize;
        &self.steps[self.step_offsets[e]..self.step_offsets[e + 1]]
    }

    /// The elements that a step holds, ascending.
    #[inline]
    pub(super) fn of_step(&self, step: u32) -> &[u32] {
        let s = step as usize;
        &self.row_elements[self.row_offsets[s]..self.row_offsets[s + 1]]
    }

    /// The items alone: where those of each element begin, and the product indices.
    pub(super) fn into_items(self) -> (Vec<usize>, Vec<u32>) {
        (self.item_offsets, self.items)
    }
}

/// How many results there may be, for all threads together.
#[derive(Debug)]
pub(super) struct Limit {
    most: u64,
    found: AtomicU64,
}

impl Limit {
    pub(super) fn new(most: u64) -> Self {
        Self { most, found: AtomicU64::new(0) }
    }

    /// Counts so many more. The sum does not depend on the order, and neither does the outcome.
    pub(super) fn take(&self, more: usize) -> Result<()> {
        let found = self.found.fetch_add(more as u64, Ordering::Relaxed) + more as u64;
        if found > self.most {
            return Err(Error::new(
                ErrorKind::Limit,
                format!(
                    "more than {} sequences (max_sequences): raise min_support or the limit, or \
                     shorten the window",
                    self.most
                ),
            ));
        }
        Ok(())
    }
}

#[derive(Debug)]
struct Element {
    ranks: Vec<u32>,
    buyers: u32,
    steps: Vec<u32>,
}

/// Finds the frequent elements, depth first.
struct Finder<'a> {
    timeline: &'a Timeline,
    max_items: usize,
    limit: &'a Limit,
    control: &'a Control,
    /// Per rank: customers, and the last one counted. Zero and `MAX` between uses.
    buyers: Vec<u32>,
    last: Vec<u32>,
    /// Per rank: where its next step goes.
    places: Vec<usize>,
    found: Vec<Element>,
}

impl Finder<'_> {
    fn singles(&mut self) -> Result<()> {
        let mut steps: Vec<Vec<u32>> = vec![Vec::new(); self.timeline.product.len()];
        for step in 0..self.timeline.len() as u32 {
            for &rank in self.timeline.ranks(step) {
                steps[rank as usize].push(step);
            }
        }
        for (rank, steps) in (0..).zip(steps) {
            self.control.check()?;
            let buyers = self.timeline.buyers[rank as usize];
            let ranks = vec![rank];
            self.grow(&ranks, &steps)?;
            self.found.push(Element { ranks, buyers, steps });
        }
        Ok(())
    }

    /// Finds all frequent elements of these items and rarer ones. `steps` hold the items.
    fn grow(&mut self, ranks: &[u32], steps: &[u32]) -> Result<()> {
        if ranks.len() == self.max_items {
            return Ok(());
        }
        self.control.check()?;
        let timeline = self.timeline;
        let rarer = |step: u32| {
            let all = timeline.ranks(step);
            &all[all.partition_point(|&rank| rank <= ranks[ranks.len() - 1])..]
        };
        let mut seen = Vec::new();
        let mut held = Vec::with_capacity(1);
        for &step in steps {
            let customer = timeline.customer[step as usize];
            for &rank in rarer(step) {
                let rank = rank as usize;
                if self.last[rank] != customer {
                    if self.buyers[rank] == 0 {
                        seen.push(rank as u32);
                    }
                    self.last[rank] = customer;
                    self.buyers[rank] += 1;
                }
                self.places[rank] += 1;
            }
        }
        seen.sort_unstable();
        let frequent: Vec<(u32, u32)> = seen
            .iter()
            .map(|&rank| (rank, self.buyers[rank as usize]))
            .filter(|&(_, buyers)| buyers >= timeline.min_customers)
            .collect();
        // Steps of all frequent ones lie one after the other.
        held.push(0);
        for &(rank, _) in &frequent {
            let from = held[held.len() - 1];
            held.push(from + std::mem::replace(&mut self.places[rank as usize], from));
        }
        let mut delivered = vec![0u32; held[held.len() - 1]];
        for &step in steps {
            for &rank in rarer(step) {
                let rank = rank as usize;
                if self.buyers[rank] >= timeline.min_customers {
                    delivered[self.places[rank]] = step;
                    self.places[rank] += 1;
                }
            }
        }
        for rank in seen {
            let rank = rank as usize;
            (self.buyers[rank], self.last[rank], self.places[rank]) = (0, u32::MAX, 0);
        }
        self.limit.take(frequent.len())?;
        for (&(rank, buyers), range) in frequent.iter().zip(held.windows(2)) {
            let steps = &delivered[range[0]..range[1]];
            let mut ranks = ranks.to_vec();
            ranks.push(rank);
            self.grow(&ranks, steps)?;
            self.found.push(Element { ranks, buyers, steps: steps.to_vec() });
        }
        Ok(())
    }
}
