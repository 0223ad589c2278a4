//! Sorting that can be cancelled.

use std::cmp::Ordering;

use super::miner::threads::Pool;
use crate::{Control, Result};

/// How many values are sorted, and merged, between two looks at the control.
const RUN: usize = 1 << 14;

/// The values in order; what is equal stays in its order.
pub(crate) fn sorted<T: Copy + Send + Sync>(
    values: &[T],
    compare: impl Fn(&T, &T) -> Ordering + Sync,
    pool: &Pool,
    control: &Control,
) -> Result<Vec<T>> {
    let runs: Vec<&[T]> = values.chunks(RUN).collect();
    let mut runs = pool.map(&runs, |run| {
        control.check()?;
        let mut run = run.to_vec();
        run.sort_by(&compare);
        Ok(run)
    })?;
    while runs.len() > 1 {
        let pairs: Vec<&[Vec<T>]> = runs.chunks(2).collect();
        runs = pool.map(&pairs, |pair| match pair {
            [first, second] => merged(first, second, &compare, control),
            rest => Ok(rest.concat()),
        })?;
    }
    Ok(runs.pop().unwrap_or_default())
}

fn merged<T: Copy>(
    mut first: &[T],
    mut second: &[T],
    compare: &impl Fn(&T, &T) -> Ordering,
    control: &Control,
) -> Result<Vec<T>> {
    let mut all = Vec::with_capacity(first.len() + second.len());
    while let ([a, first_rest @ ..], [b, second_rest @ ..]) = (first, second) {
        if all.len().is_multiple_of(RUN) {
            control.check()?;
        }
        if compare(b, a) == Ordering::Less {
            all.push(*b);
            second = second_rest;
        } else {
            all.push(*a);
            first = first_rest;
        }
    }
    all.extend_from_slice(first);
    all.extend_from_slice(second);
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_that_of_the_stable_sort() -> Result<()> {
        let control = Control::new();
        for (threads, len) in [(1, 0), (2, 1), (1, RUN), (2, 5 * RUN + 7), (3, 8 * RUN)] {
            let word = |i: usize| (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
            let values: Vec<(u64, usize)> = (0..len).map(|i| (word(i) % 1000, i)).collect();
            let compare = |a: &(u64, usize), b: &(u64, usize)| a.0.cmp(&b.0);
            let mut expected = values.clone();
            expected.sort_by(compare);
            let pool = Pool::new(Some(threads));
            assert_eq!(sorted(&values, compare, &pool, &control)?, expected);
        }
        control.cancel();
        let pool = Pool::new(Some(1));
        assert!(sorted(&[2, 1], Ord::cmp, &pool, &control).unwrap_err().is_cancelled());
        Ok(())
    }
}
