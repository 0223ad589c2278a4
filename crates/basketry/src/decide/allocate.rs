//! Discounts on several lines, exact to the minor unit.

/// Puts a discount on lines in proportion to their prices, exact to the minor unit. What rounding
/// down leaves goes to the dearest line, the first of equals, as far as its price allows; then to
/// the next dearest.
pub(crate) fn allocate(discount: i64, prices: &[i64], out: &mut Vec<i64>) {
    out.clear();
    let total: i128 = prices.iter().map(|&price| i128::from(price)).sum();
    if total <= 0 {
        out.resize(prices.len(), 0);
        return;
    }
    // Less than each price, so it is an i64 too.
    out.extend(prices.iter().map(|&p| (i128::from(discount) * i128::from(p) / total) as i64));
    let mut left = discount - out.iter().sum::<i64>();
    while left > 0 {
        let dearest = (0..prices.len())
            .filter(|&line| out[line] < prices[line])
            .max_by(|&a, &b| prices[a].cmp(&prices[b]).then(b.cmp(&a)));
        let Some(line) = dearest else { return };
        let more = left.min(prices[line] - out[line]);
        out[line] += more;
        left -= more;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn discounts_are_allocated_to_the_minor_unit() {
        let of = |discount, prices: &[i64]| {
            let mut out = Vec::new();
            allocate(discount, prices, &mut out);
            out
        };
        assert_eq!(of(100, &[1_000, 500, 500]), [50, 25, 25]);
        assert_eq!(of(100, &[300, 300, 300]), [34, 33, 33]);
        assert_eq!(of(1, &[200, 700, 700]), [0, 1, 0]);
        assert_eq!(of(3, &[1, 1, 1, 1]), [1, 1, 1, 0]);
        assert_eq!(of(0, &[5, 0]), [0, 0]);
        assert_eq!(of(5, &[0, 0]), [0, 0]);
        assert_eq!(of(i64::MAX, &[i64::MAX, 0]), [i64::MAX, 0]);
    }

    proptest! {
        #[test]
        fn allocations_add_up(
            prices in prop::collection::vec(0..5_000i64, 1..5),
            share in 0..=1_000i64,
        ) {
            let total: i64 = prices.iter().sum();
            let discount = total * share / 1_000;
            let mut out = Vec::new();
            allocate(discount, &prices, &mut out);
            prop_assert_eq!(out.iter().sum::<i64>(), discount);
            for (&off, &price) in out.iter().zip(&prices) {
                prop_assert!((0..=price).contains(&off));
                let exact = discount as f64 * price as f64 / total.max(1) as f64;
                let dearest = price == *prices.iter().max().unwrap();
                let spare = if dearest { prices.len() as f64 } else { 1.0 };
                prop_assert!((off as f64 - exact).abs() < spare || share > 990, "{} {}", off, exact);
            }
        }
    }
}
