//! What lifts a basket over a threshold, such as that of free shipping.
//!
//! Of all products that may be offered, the one or the two that close the gap and are worth most:
//! what they are expected to add, less what it costs the shop that more baskets reach the threshold.
//! Who buys anyway what closes the gap gets there without the offer too and costs the same in both
//! cases, so of a single product that is
//!
//! `(P1 - P0) * (margin - cost)`
//!
//! and of two `sum (P1 - P0) * margin - (R1 - R0) * cost`, where R is the chance that those of them
//! that are bought close the gap. Customers who would buy the less probable one are taken to be among
//! those who would buy the other, as in a bundle: so both are bought with the chance of the less
//! probable one, and R is the greatest of that and of the chances of those that close the gap alone.

/// A product that may go into a top-up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Piece {
    pub(crate) key: u32,
    /// In minor units, above 0.
    pub(crate) price: i64,
    /// In minor units.
    pub(crate) margin: f64,
    /// That it is bought if it is not offered.
    pub(crate) p0: f64,
    /// That it is bought if it is.
    pub(crate) p1: f64,
}

impl Piece {
    /// What offering it adds, whatever that is good for.
    fn gain(&self) -> f64 {
        (self.p1 - self.p0) * self.margin
    }
}

/// What a top-up has to reach.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Gap {
    /// Minor units that are missing; above 0.
    pub(crate) gap: i64,
    /// The most that the products may cost together.
    pub(crate) most: i64,
    /// What the shop bears once the threshold is reached, in minor units.
    pub(crate) cost: f64,
    /// How many products there may be, 1 or 2.
    pub(crate) items: u32,
}

impl Gap {
    /// The gap from a basket to a threshold; `None` if there is none, or it is more than the share
    /// `max_gap` of what the basket is worth. What closes it may cost `1 + max_over` times as much.
    pub(crate) fn new(
        (basket, threshold): (i64, i64),
        (max_gap, max_over): (f64, f64),
        cost: f64,
        items: u32,
    ) -> Option<Self> {
        let gap = threshold.checked_sub(basket).filter(|&gap| gap > 0)?;
        if basket <= 0 || gap as f64 > max_gap * basket as f64 {
            return None;
        }
        let over = (gap as f64 * max_over).floor();
        // A share of an i64 is one unless the share is huge; then there is no limit.
        let over = if over < i64::MAX as f64 { over as i64 } else { i64::MAX };
        Some(Self { gap, most: gap.saturating_add(over), cost, items })
    }
}

/// The products of a top-up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct TopUp {
    /// Pieces by place; the second equals the first if there is one only.
    pub(crate) first: usize,
    pub(crate) second: usize,
    /// That all of it is bought if it is offered, and if it is not: that of the less probable product.
    pub(crate) bought: (f64, f64),
    /// That the threshold is reached by it, in the same two cases.
    pub(crate) reached: (f64, f64),
    /// What it is expected to add, before the cost: `sum (P1 - P0) * margin`.
    pub(crate) adds: f64,
    /// What it is expected to add, less the cost of what reaches the threshold because of it.
    pub(crate) gain: f64,
}

impl TopUp {
    fn of(pieces: &[Piece], first: usize, second: usize, gap: &Gap) -> Option<Self> {
        let (a, b) = (&pieces[first], &pieces[second]);
        let single = first == second;
        let price = if single { a.price } else { a.price.checked_add(b.price)? };
        let margin = if single { a.margin } else { a.margin + b.margin };
        // Nothing is sold only to give its whole margin away.
        if price < gap.gap || price > gap.most || margin <= gap.cost {
            return None;
        }
        let bought = (a.p1.min(b.p1), a.p0.min(b.p0));
        let alone = [a, b].into_iter().filter(|piece| piece.price >= gap.gap);
        let more = |most: (f64, f64), piece: &Piece| (most.0.max(piece.p1), most.1.max(piece.p0));
        let reached = alone.fold(bought, more);
        let adds = if single { a.gain() } else { a.gain() + b.gain() };
        let gain = adds - (reached.0 - reached.1) * gap.cost;
        Some(Self { first, second, bought, reached, adds, gain })
    }

    pub(crate) fn places(&self) -> impl Iterator<Item = usize> + use<> {
        let second = (self.second != self.first).then_some(self.second);
        std::iter::once(self.first).chain(second)
    }
}

/// The most valuable top-up; of equally valuable ones that of fewer products, and then of lower
/// keys. No two that are `apart` go together. Puts the pieces into another order.
///
/// The cost of the threshold can only make gains less, since no offer makes a purchase less probable.
/// So of a pair both gains together have to exceed what was found. Pieces that cannot do that with any
/// other are left aside, and with the rest by falling gain the second one of a pair is looked for only
/// as long as they do.
pub(crate) fn best(
    pieces: &mut [Piece],
    gap: &Gap,
    apart: impl Fn(u32, u32) -> bool,
) -> Option<TopUp> {
    let mut best: Option<TopUp> = None;
    let better = |pieces: &[Piece], found: &TopUp, best: &Option<TopUp>| match best {
        None => found.gain.is_finite(),
        Some(held) if found.gain != held.gain => found.gain > held.gain,
        Some(held) => keys(pieces, found) < keys(pieces, held),
    };
    for place in 0..pieces.len() {
        if let Some(found) = TopUp::of(pieces, place, place, gap)
            && better(pieces, &found, &best)
        {
            best = Some(found);
        }
    }
    if gap.items < 2 {
        return best;
    }
    let most = pieces.iter().map(Piece::gain).fold(0.0, f64::max);
    let single = best.map(|held| pieces[held.first].key);
    let least = best.map_or(f64::NEG_INFINITY, |held| held.gain);
    let mut kept = 0;
    for place in 0..pieces.len() {
        if pieces[place].gain() + most >= least || Some(pieces[place].key) == single {
            pieces.swap(kept, place);
            kept += 1;
        }
    }
    let pieces = &mut pieces[..kept];
    pieces.sort_unstable_by(|a, b| b.gain().total_cmp(&a.gain()).then(a.key.cmp(&b.key)));
    if let (Some(held), Some(key)) = (&mut best, single) {
        let at = pieces.iter().position(|piece| piece.key == key)?;
        (held.first, held.second) = (at, at);
    }
    for first in 0..pieces.len() {
        for second in first + 1..pieces.len() {
            let bound = pieces[first].gain() + pieces[second].gain();
            if best.is_some_and(|held| bound < held.gain) {
                break;
            }
            if let Some(found) = TopUp::of(pieces, first, second, gap)
                && better(pieces, &found, &best)
                && !apart(pieces[first].key, pieces[second].key)
            {
                best = Some(found);
            }
        }
    }
    best
}

/// What decides between equals: the number of products, then their keys.
fn keys(pieces: &[Piece], found: &TopUp) -> (bool, u32, u32) {
    let (a, b) = (pieces[found.first].key, pieces[found.second].key);
    (found.first != found.second, a.min(b), a.max(b))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn piece(key: u32, price: i64, margin: f64, p0: f64) -> Piece {
        Piece { key, price, margin, p0, p1: crate::decide::value::offered(p0, 1.5) }
    }

    fn search(pieces: &mut [Piece], gap: &Gap) -> Option<TopUp> {
        best(pieces, gap, |_, _| false)
    }

    fn gap(gap: i64, most: i64, cost: f64) -> Gap {
        Gap { gap, most, cost, items: 2 }
    }

    #[test]
    fn gaps_by_hand() {
        let of = |basket, threshold| Gap::new((basket, threshold), (0.5, 0.5), 390.0, 2);
        assert_eq!(of(4_000, 5_000), Some(gap(1_000, 1_500, 390.0)));
        assert_eq!(of(5_000, 5_000), None, "reached");
        assert_eq!(of(6_000, 5_000), None, "passed");
        assert_eq!(of(2_000, 5_000), None, "more than half of the basket");
        assert_eq!(of(0, 5_000), None, "nothing to add to");
        assert_eq!(of(3_334, 5_000).unwrap().gap, 1_666, "just below half");
        assert_eq!(Gap::new((1, i64::MAX), (1e30, 1e30), 0.0, 1).unwrap().most, i64::MAX);
    }

    #[test]
    fn one_that_fits_beats_one_that_is_dearer_than_allowed() {
        let mut pieces =
            [piece(0, 1_600, 900.0, 0.2), piece(1, 1_200, 600.0, 0.1), piece(2, 300, 100.0, 0.3)];
        let found = search(&mut pieces, &gap(1_000, 1_500, 100.0)).unwrap();
        // 1 and 2 together: both gains, and the cost as often as more baskets get there. The dearer one
        // closes the gap alone; it is the less probable one too.
        let keys: Vec<u32> = found.places().map(|place| pieces[place].key).collect();
        assert_eq!(keys, [1, 2]);
        let (one, two) = (piece(1, 1_200, 600.0, 0.1), piece(2, 300, 100.0, 0.3));
        let expected = one.gain() + two.gain() - (one.p1 - one.p0) * 100.0;
        assert!((found.gain - expected).abs() < 1e-12);
        let single = Gap { items: 1, ..gap(1_000, 1_500, 100.0) };
        let found = search(&mut pieces, &single).unwrap();
        assert_eq!(found.places().map(|place| pieces[place].key).collect::<Vec<_>>(), [1]);
    }

    /// P0 = 1/4 grows to P1 = 1/3 at odds of 1.5. Who buys it anyway costs the same in both cases.
    #[test]
    fn only_further_baskets_cost() {
        let mut pieces = [piece(0, 1_000, 600.0, 0.25)];
        let found = search(&mut pieces, &gap(1_000, 1_500, 360.0)).unwrap();
        assert!((found.gain - (600.0 - 360.0) / 12.0).abs() < 1e-9, "{found:?}");
        // Of two the one that closes the gap alone gets there as often as it is bought.
        let pair = [piece(0, 1_000, 600.0, 0.25), piece(1, 400, 300.0, 0.1)];
        let found = TopUp::of(&pair, 0, 1, &gap(1_000, 1_500, 360.0)).unwrap();
        let (p1, p0) = found.reached;
        assert!((p1 - 1.0 / 3.0).abs() < 1e-12 && p0 == 0.25, "{found:?}");
        assert_eq!(found.bought, (pair[1].p1, 0.1));
        // If neither does, it is reached where both are bought.
        let found = TopUp::of(&pair, 0, 1, &gap(1_200, 1_500, 360.0)).unwrap();
        assert_eq!(found.reached, found.bought);
        assert!(
            (found.gain - (pair[0].gain() + pair[1].gain() - (pair[1].p1 - 0.1) * 360.0)).abs()
                < 1e-9
        );
    }

    #[test]
    fn nothing_if_the_cost_eats_the_margin() {
        let mut pieces = [piece(0, 1_000, 300.0, 0.9), piece(1, 1_000, 80.0, 0.9)];
        assert_eq!(search(&mut pieces, &gap(900, 2_500, 380.0)), None);
        assert!(search(&mut pieces, &gap(900, 2_500, 379.0)).is_some());
        assert_eq!(search(&mut [], &gap(900, 2_500, 0.0)), None);
    }

    /// All subsets of one or two, by what is earned with the offer and without. Those who buy the less
    /// probable product are among those who buy the more probable one.
    fn brute(pieces: &[Piece], gap: &Gap, apart: impl Fn(u32, u32) -> bool) -> Option<f64> {
        let mut found: Option<f64> = None;
        for a in 0..pieces.len() {
            for b in a..pieces.len() {
                let set: &[usize] = if a == b { &[a] } else { &[a, b] };
                let not = a != b && apart(pieces[a].key, pieces[b].key);
                if not || set.len() > gap.items as usize {
                    continue;
                }
                let price: i64 = set.iter().map(|&i| pieces[i].price).sum();
                let margin: f64 = set.iter().map(|&i| pieces[i].margin).sum();
                if price < gap.gap || price > gap.most || margin <= gap.cost {
                    continue;
                }
                // What is earned by all customers with these chances: between one chance and the next
                // they all buy the same.
                let earned = |chance: &dyn Fn(&Piece) -> f64| {
                    let mut edges: Vec<f64> = set.iter().map(|&i| chance(&pieces[i])).collect();
                    edges.push(0.0);
                    edges.sort_by(f64::total_cmp);
                    let between = edges.windows(2).map(|edge| {
                        let bought =
                            || set.iter().map(|&i| &pieces[i]).filter(|&p| chance(p) >= edge[1]);
                        let paid: i64 = bought().map(|p| p.price).sum();
                        let cost = if paid >= gap.gap { gap.cost } else { 0.0 };
                        (edge[1] - edge[0]) * (bought().map(|p| p.margin).sum::<f64>() - cost)
                    });
                    between.sum::<f64>()
                };
                let value = earned(&|piece| piece.p1) - earned(&|piece| piece.p0);
                found = Some(found.map_or(value, |held: f64| held.max(value)));
            }
        }
        found
    }

    proptest! {
        #[test]
        fn as_good_as_brute_force(
            list in prop::collection::vec((1..60i64, 1..40i64, 1..100u32), 0..14),
            missing in 1..60i64,
            over in 0..4u32,
            cost in 0..40i64,
            items in 1..3u32,
            apart in (0..14u32, 0..14u32),
        ) {
            let not = |a: u32, b: u32| [(a, b), (b, a)].contains(&apart);
            let mut pieces: Vec<Piece> = list
                .iter()
                .enumerate()
                .map(|(key, &(price, margin, p))| {
                    piece(key as u32, price, margin as f64, f64::from(p) / 100.0)
                })
                .collect();
            let most = missing + missing * i64::from(over) / 2;
            let gap = Gap { gap: missing, most, cost: cost as f64, items };
            let brute = brute(&pieces, &gap, not);
            let found = best(&mut pieces, &gap, not);
            prop_assert_eq!(found.is_some(), brute.is_some());
            if let (Some(found), Some(brute)) = (found, brute) {
                prop_assert!((found.gain - brute).abs() <= 1e-9 * (1.0 + brute.abs()));
                let price: i64 = found.places().map(|place| pieces[place].price).sum();
                prop_assert!((gap.gap..=gap.most).contains(&price));
                prop_assert!(found.places().count() <= items as usize);
            }
            // The order of the pieces does not matter.
            pieces.reverse();
            let turned = best(&mut pieces, &gap, not);
            let keys_of = |found: Option<TopUp>, pieces: &[Piece]| {
                found.map(|found| keys(pieces, &found))
            };
            let first = keys_of(turned, &pieces);
            pieces.sort_unstable_by_key(|piece| piece.price);
            let again = best(&mut pieces, &gap, not);
            prop_assert_eq!(first, keys_of(again, &pieces));
        }
    }
}
