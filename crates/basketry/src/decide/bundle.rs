//! A main product together with what goes with it, or a second unit of it, at a discount if one pays.
//!
//! Customers who would buy the least probable of the added products are taken to be those who
//! would buy the others as well (the greatest dependence that single probabilities allow, the
//! upper bound of Fréchet and Hoeffding). So the odds of the bundle grow from those of its least
//! probable product, by `response_odds` and by `exp(discount_response * discount / price)`; and of
//! each added product only what the bundle sells beyond `P0` is gained. For a bundle that is bought
//! with chance P by those who buy the main product, that is
//!
//! `sum max(P - P0_j, 0) * margin_j - P * discount`
//!
//! over the added products j, which is `P * (sum margin_j - discount) - sum P0_j * margin_j` where
//! the bundle sells more of each than is sold anyway.

use super::value;

/// The most products that are added to the main one.
pub(crate) const MOST_ADDED: usize = 3;

/// How many add-ons a bundle is chosen from: those that add most as single offers.
pub(crate) const MOST_PARTS: usize = 32;

/// A trait that a product does not have.
pub(crate) const NO_TRAIT: u64 = u64::MAX;

/// A product of a bundle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Part {
    pub(crate) key: u32,
    /// In minor units, above 0.
    pub(crate) price: i64,
    /// In minor units.
    pub(crate) margin: f64,
    /// That it is bought, by those who buy the main product, if nothing is offered.
    pub(crate) p0: f64,
    /// Its line, brand and category, or [`NO_TRAIT`].
    pub(crate) traits: [u64; 3],
    /// How many products of these are offered besides.
    pub(crate) held: [u32; 3],
}

/// What a bundle may be and how customers respond.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Terms {
    /// How many products may be added, 1 to [`MOST_ADDED`].
    pub(crate) items: usize,
    /// The greatest discount, as a share of the price.
    pub(crate) max_discount: f64,
    /// What each product has to keep as margin, as a share of what is paid for it.
    pub(crate) min_margin: f64,
    pub(crate) response_odds: f64,
    pub(crate) discount_response: f64,
    /// How many added products may be of one line, brand and category.
    pub(crate) limits: [u32; 3],
}

impl Terms {
    /// The chance of a bundle whose least probable product is bought with chance `p0` anyway.
    pub(crate) fn bought(&self, p0: f64, discount: f64) -> f64 {
        value::offered(p0, self.response_odds * (self.discount_response * discount).exp())
    }

    /// What parts beside the least probable one add at the most, by the greatest that single ones do.
    fn most(&self, top: &[f64; MOST_ADDED - 1]) -> f64 {
        match self.items {
            0 | 1 => 0.0,
            2 => top[0],
            _ => top[0] + top[1],
        }
    }

    /// Whether a product keeps its margin at this discount. What rounding may put on one product
    /// is to spare.
    fn affords(&self, price: i64, margin: f64, discount: f64) -> bool {
        let price = price as f64;
        let off = discount * price + if discount > 0.0 { MOST_ADDED as f64 } else { 0.0 };
        margin - off >= self.min_margin * (price - off)
    }
}

fn discounts(step: f64, most: f64) -> impl Iterator<Item = f64> {
    let most = most * (1.0 + 1e-12);
    (0u32..).map(move |k| f64::from(k) * step).take_while(move |&share| share <= most)
}

/// The discounts that are tried, from nothing on, and how many times greater each makes the odds of a
/// purchase.
pub(crate) fn shares(step: f64, most: f64, response: f64) -> impl Iterator<Item = (f64, f64)> {
    discounts(step, most).map(move |share| (share, (response * share).exp()))
}

/// The same on a second unit alone, at the most: rounding takes something off a discount.
pub(crate) fn seconds(step: f64, most: f64, response: f64) -> impl Iterator<Item = (f64, f64)> {
    discounts(step, most).map(move |share| (share, (response * share / 2.0).exp()))
}

/// The products added to a main product, and the discount.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bundle {
    /// Parts by place, the first [`added`](Self::added).
    parts: [usize; MOST_ADDED],
    added: usize,
    /// The discount in minor units on everything, the main product included.
    pub(crate) discount: i64,
    /// That it is bought by those who buy the main product.
    pub(crate) bought: f64,
    /// What it is expected to add for each who does, in minor units.
    pub(crate) gain: f64,
}

impl Bundle {
    /// The places of the added products.
    pub(crate) fn places(&self) -> &[usize] {
        &self.parts[..self.added]
    }

    /// The bundle of these parts, the least probable one first, at a share of its price that is
    /// rounded down to what is given. `None` if it is no deal, or would not sell more of each part.
    fn of(
        main: &Part,
        parts: &[Part],
        terms: &Terms,
        places: &[usize],
        share: f64,
    ) -> Option<Self> {
        let price = places.iter().map(|&place| parts[place].price).sum::<i64>() + main.price;
        let discount = given(share, price);
        // What comes to nothing is tried as no discount; and one product without a discount is an
        // offer of its own.
        if discount == 0 && (share > 0.0 || places.len() == 1) {
            return None;
        }
        let bought = terms.bought(parts[places[0]].p0, discount as f64 / price as f64);
        let mut gain = -bought * discount as f64;
        let mut held = [0; MOST_ADDED];
        for (slot, &place) in held.iter_mut().zip(places) {
            let part = &parts[place];
            if part.p0 >= bought {
                return None;
            }
            gain += (bought - part.p0) * part.margin;
            *slot = place;
        }
        gain.is_finite().then_some(Self {
            parts: held,
            added: places.len(),
            discount,
            bought,
            gain,
        })
    }
}

/// What a share of a price gives off it: whole minor units, not more than the share but for what
/// rounding takes off it.
fn given(share: f64, price: i64) -> i64 {
    (share * price as f64 + 1e-6) as i64
}

/// Which parts cannot be in one bundle, found out as it is asked for: a bit per pair.
struct Pairs<F> {
    known: [u32; MOST_PARTS],
    apart: [u32; MOST_PARTS],
    ask: F,
}

impl<F: Fn(u32, u32) -> bool> Pairs<F> {
    fn apart(&mut self, parts: &[Part], a: usize, b: usize) -> bool {
        if self.known[a] >> b & 1 == 0 {
            self.known[a] |= 1 << b;
            self.apart[a] |= u32::from((self.ask)(parts[a].key, parts[b].key)) << b;
        }
        self.apart[a] >> b & 1 == 1
    }

    /// Whether the limits of a trait and what is apart allow a bundle; so they do without its last
    /// part.
    fn allow(&mut self, parts: &[Part], limits: &[u32; 3], places: &[usize]) -> bool {
        let Some((&last, others)) = places.split_last() else { return true };
        let within = limits.iter().enumerate().all(|(of, &limit)| {
            let code = parts[last].traits[of];
            let same = |&&place: &&usize| parts[place].traits[of] == code;
            let held = others.iter().filter(same).count() as u32 + parts[last].held[of];
            code == NO_TRAIT || held < limit
        });
        within && !others.iter().any(|&place| self.apart(parts, place, last))
    }
}

/// The most valuable bundle of a main product that gains anything; `None` if there is none. Of equally
/// valuable ones that of the lesser discount. No two parts that are `apart` are in it. Of more than
/// [`MOST_PARTS`] parts those are looked at that add most as single offers. Sorts the parts.
///
/// `discounts` are those of [`shares`], of which those are tried that the terms allow.
///
/// For a given share of the price and a given least probable product the chance of the bundle would
/// be settled, and what each further product adds would not depend on the others, if discounts were
/// not whole minor units. Rounding down is worth less than one minor unit to those who buy: so only
/// bundles are looked at that would beat the best one with that much more. Those of a more probable
/// least product come first: they mostly gain more, and the others need not be looked at then.
pub(crate) fn best(
    main: &Part,
    parts: &mut Vec<Part>,
    terms: &Terms,
    discounts: &[(f64, f64)],
    apart: impl Fn(u32, u32) -> bool,
) -> Option<Bundle> {
    let most_discount = terms.max_discount * (1.0 + 1e-12);
    let allowed = discounts.partition_point(|&(share, _)| share <= most_discount);
    let Some(&[.., (_, most_factor)]) = discounts.get(..allowed) else { return None };
    if parts.len() > MOST_PARTS {
        let adds = |part: &Part| (terms.bought(part.p0, 0.0) - part.p0) * part.margin;
        parts.sort_unstable_by(|a, b| adds(b).total_cmp(&adds(a)).then(a.key.cmp(&b.key)));
        parts.truncate(MOST_PARTS);
    }
    parts.sort_unstable_by(|a, b| a.p0.total_cmp(&b.p0).then(a.key.cmp(&b.key)));
    let mut pairs = Pairs { known: [0; MOST_PARTS], apart: [0; MOST_PARTS], ask: apart };
    let mut best: Option<Bundle> = None;
    // Those of which some bundle may be better than the best so far, the most probable one first.
    let mut open = [Least::default(); MOST_PARTS];
    let open = &mut open[..parts.len()];
    for (slot, rarest) in open.iter_mut().zip((0..parts.len()).rev()) {
        *slot = Least::of(main, parts, terms, rarest, most_factor);
    }
    let mut left = open.len();
    for &(share, factor) in &discounts[..allowed] {
        if left == 0 || !terms.affords(main.price, main.margin, share) {
            break;
        }
        let odds = terms.response_odds * factor;
        let before = std::mem::take(&mut left);
        for at in 0..before {
            let least = open[at];
            // Greater discounts leave less, and sell no more than the greatest.
            let kept = least.margin - share * least.price;
            let ever = least.most * kept.max(0.0) + least.beside;
            if !beats(slack(ever, least.most, 1.0), &best) {
                continue;
            }
            open[left] = least;
            left += 1;
            let bought = value::offered(parts[least.rarest].p0, odds);
            if beats(slack(bought * kept + least.beside, bought, share), &best) {
                with_rarest(
                    main,
                    parts,
                    terms,
                    (least.rarest, share, bought),
                    &mut pairs,
                    &mut best,
                );
            }
        }
    }
    best
}

/// What bounds the bundles of a least probable part.
#[derive(Clone, Copy, Debug, Default)]
struct Least {
    rarest: usize,
    margin: f64,
    /// With that of the main product.
    price: f64,
    /// That a bundle is bought at the greatest discount.
    most: f64,
    /// What further parts gain at the most, less what the part itself earns anyway.
    beside: f64,
}

impl Least {
    fn of(main: &Part, parts: &[Part], terms: &Terms, rarest: usize, most_factor: f64) -> Self {
        let part = &parts[rarest];
        let most = value::offered(part.p0, terms.response_odds * most_factor);
        let mut top = [0.0f64; MOST_ADDED - 1];
        // Nothing is sold that would not be sold anyway of those that are more probable.
        let further = parts[rarest + 1..].iter().take_while(|part| part.p0 < most);
        further.for_each(|part| keep_top(&mut top, (most - part.p0) * part.margin));
        Self {
            rarest,
            margin: part.margin,
            price: (main.price + part.price) as f64,
            most,
            beside: terms.most(&top) - part.p0 * part.margin,
        }
    }
}

/// Keeps the greatest numbers, in falling order.
fn keep_top(top: &mut [f64; MOST_ADDED - 1], number: f64) {
    if number > top[0] {
        *top = [number, top[0]];
    } else if number > top[1] {
        top[1] = number;
    }
}

/// A bound on a gain with what rounding the discount down is worth, and what sums in another order
/// may differ by.
fn slack(bound: f64, bought: f64, share: f64) -> f64 {
    bound + if share > 0.0 { bought } else { 0.0 } + 1e-9 * bound.abs()
}

fn beats(most: f64, best: &Option<Bundle>) -> bool {
    most > best.as_ref().map_or(0.0, |held| held.gain)
}

/// Looks among the bundles of a least probable part for one that is better than the best so far.
fn with_rarest(
    main: &Part,
    parts: &[Part],
    terms: &Terms,
    (rarest, share, bought): (usize, f64, f64),
    pairs: &mut Pairs<impl Fn(u32, u32) -> bool>,
    best: &mut Option<Bundle>,
) {
    let least = &parts[rarest];
    let adds = |part: &Part| {
        (bought - part.p0).max(0.0) * part.margin - bought * share * part.price as f64
    };
    let bound = slack(adds(least) - bought * share * main.price as f64, bought, share);
    // Nothing is sold that would not be sold anyway of those that are more probable than the bundle.
    let behind = &parts[rarest + 1..];
    let mut top = [0.0f64; MOST_ADDED - 1];
    for part in behind.iter().take_while(|part| part.p0 < bought) {
        keep_top(&mut top, adds(part));
    }
    if !beats(bound + terms.most(&top), best) || !terms.affords(least.price, least.margin, share) {
        return;
    }
    let mut further = [(0.0f64, 0usize); MOST_PARTS];
    let mut count = 0;
    for (place, part) in (rarest + 1..).zip(behind).take_while(|(_, part)| part.p0 < bought) {
        if terms.affords(part.price, part.margin, share) {
            further[count] = (adds(part), place);
            count += 1;
        }
    }
    let further = &mut further[..count];
    further.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut consider = |places: &[usize], best: &mut Option<Bundle>| {
        if !pairs.allow(parts, &terms.limits, places) {
            return false;
        }
        if let Some(found) = Bundle::of(main, parts, terms, places, share)
            && beats(found.gain, best)
        {
            *best = Some(found);
        }
        true
    };
    consider(&[rarest], best);
    if terms.items < 2 {
        return;
    }
    for (at, &(add, second)) in further.iter().enumerate() {
        let next = further.get(at + 1).map_or(0.0, |next| next.0.max(0.0));
        if !beats(bound + add + if terms.items > 2 { next } else { 0.0 }, best) {
            break;
        }
        if !consider(&[rarest, second], best) || terms.items < 3 {
            continue;
        }
        for &(more, third) in &further[at + 1..] {
            if !beats(bound + add + more, best) {
                break;
            }
            consider(&[rarest, second, third], best);
        }
    }
}

/// A second unit of a product.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Second {
    /// In minor units.
    pub(crate) discount: i64,
    /// That the second is bought by those who buy the first.
    pub(crate) bought: f64,
    /// What it is expected to add for each who does, in minor units.
    pub(crate) gain: f64,
}

/// The most valuable discount, if not none, on a second unit of a product that is bought with chance
/// `p0` without the offer: `(P - P0) * margin - P * discount`. As with any bundle, customers respond to
/// the discount as a share of the whole price, here that of both units.
///
/// `discounts` are those of [`seconds`].
pub(crate) fn second(
    price: i64,
    margin: f64,
    p0: f64,
    terms: &Terms,
    discounts: &[(f64, f64)],
) -> Option<Second> {
    let mut best: Option<Second> = None;
    let &(_, most_factor) = discounts.last()?;
    let ever = value::offered(p0, terms.response_odds * most_factor);
    for &(share, factor) in discounts {
        let discount = given(share, price);
        // What comes to nothing is tried as no discount.
        if discount == 0 && share > 0.0 {
            continue;
        }
        let off = discount as f64;
        if margin - off < terms.min_margin * (price as f64 - off) {
            break;
        }
        // Greater discounts leave less, and sell no more than the greatest.
        if best.is_some_and(|held| ever * (margin - off).max(0.0) - p0 * margin < held.gain) {
            break;
        }
        // Rounded down, the discount sells no more than the share itself.
        let most = value::offered(p0, terms.response_odds * factor) * (margin - off) - p0 * margin;
        if best.is_some_and(|held| most < held.gain) {
            continue;
        }
        let bought = terms.bought(p0, off / price as f64 / 2.0);
        let gain = (bought - p0) * margin - bought * off;
        if gain.is_finite() && best.is_none_or(|held| gain > held.gain) {
            best = Some(Second { discount, bought, gain });
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn part(key: u32, price: i64, margin: f64, p0: f64) -> Part {
        Part { key, price, margin, p0, traits: [NO_TRAIT; 3], held: [0; 3] }
    }

    fn terms() -> Terms {
        Terms {
            items: 3,
            max_discount: 0.2,
            min_margin: 0.0,
            response_odds: 1.5,
            discount_response: 3.0,
            limits: [MOST_ADDED as u32; 3],
        }
    }

    fn search_second(price: i64, margin: f64, p0: f64, terms: &Terms, step: f64) -> Option<Second> {
        let Terms { max_discount, discount_response, .. } = *terms;
        let discounts: Vec<_> = seconds(step, max_discount, discount_response).collect();
        second(price, margin, p0, terms, &discounts)
    }

    fn search(main: &Part, parts: &mut Vec<Part>, terms: &Terms) -> Option<Bundle> {
        let discounts: Vec<_> = shares(0.05, 0.4, terms.discount_response).collect();
        best(main, parts, terms, &discounts, |_, _| false)
    }

    #[test]
    fn without_response_no_discount_pays() {
        let main = part(9, 50_000, 10_000.0, 1.0);
        let mut parts = vec![part(1, 4_000, 2_000.0, 0.2), part(2, 3_000, 1_500.0, 0.21)];
        let found =
            search(&main, &mut parts, &Terms { discount_response: 0.0, ..terms() }).unwrap();
        assert_eq!((found.discount, found.places().len()), (0, 2));
        // Odds 1/4 times 1.5: P = 3/11.
        let bought = 3.0 / 11.0;
        assert!((found.bought - bought).abs() < 1e-12);
        let gain = (bought - 0.2) * 2_000.0 + (bought - 0.21) * 1_500.0;
        assert!((found.gain - gain).abs() < 1e-9);
    }

    #[test]
    fn a_discount_that_sells_is_given_within_the_margin() {
        let main = part(9, 1_000, 500.0, 1.0);
        let mut parts = vec![part(1, 1_000, 600.0, 0.1)];
        let eager = Terms { discount_response: 14.0, ..terms() };
        let found = search(&main, &mut parts, &eager).unwrap();
        assert!(found.discount > 0 && found.places() == [0]);
        let kept = Terms { min_margin: 0.48, ..eager };
        // A twentieth of the price leaves the main product 450 of 950, which is less than 48 %.
        assert_eq!(search(&main, &mut parts, &kept), None);
        // One product at its full price is no bundle.
        assert_eq!(search(&main, &mut parts, &Terms { max_discount: 0.0, ..eager }), None);
    }

    #[test]
    fn a_second_unit() {
        // Odds 1/9, times 1.5, times exp(8 * 0.25): P0 0.1 becomes 0.5519; half of 200 is off.
        let terms = Terms { max_discount: 0.5, discount_response: 8.0, ..terms() };
        let found = search_second(200, 150.0, 0.1, &terms, 0.5).unwrap();
        let odds = 1.5 * 2f64.exp() / 9.0;
        assert!((found.bought - odds / (1.0 + odds)).abs() < 1e-12);
        assert!((found.gain - ((found.bought - 0.1) * 150.0 - found.bought * 100.0)).abs() < 1e-9);
        assert_eq!(
            search_second(200, 99.0, 0.1, &terms, 0.5).unwrap().discount,
            0,
            "half off is below cost"
        );
        assert_eq!(search_second(200, 150.0, 0.1, &Terms { min_margin: 0.8, ..terms }, 0.5), None);
        // A hundredth of 60 is less than a minor unit: nothing is given, and nothing announced.
        let fine = Terms { max_discount: 0.01, discount_response: 60.0, ..terms };
        let found = search_second(60, 50.0, 0.1, &fine, 0.01).unwrap();
        assert_eq!((found.discount, found.bought), (0, fine.bought(0.1, 0.0)));
        // Two hundredths come to one minor unit, and as much is reckoned with.
        let found =
            search_second(60, 50.0, 0.1, &Terms { max_discount: 0.02, ..fine }, 0.01).unwrap();
        assert_eq!((found.discount, found.bought), (1, fine.bought(0.1, 1.0 / 120.0)));
        // Where nobody responds to it nothing is given.
        let found = search_second(200, 150.0, 0.1, &Terms { discount_response: 0.0, ..terms }, 0.5)
            .unwrap();
        assert_eq!(found.discount, 0);
        assert!((found.gain - (1.0 / 7.0 - 0.1) * 150.0).abs() < 1e-9, "{found:?}");
    }

    /// Every set of up to three products at every discount, by the definition.
    fn brute(main: &Part, parts: &[Part], terms: &Terms, apart: (u32, u32)) -> f64 {
        let mut best = 0.0f64;
        for set in 1u32..1 << parts.len() {
            if set.count_ones() as usize > terms.items {
                continue;
            }
            let chosen: Vec<&Part> =
                (0..parts.len()).filter(|i| set >> i & 1 == 1).map(|i| &parts[i]).collect();
            let has = |key: u32| chosen.iter().any(|part| part.key == key);
            let many = chosen.iter().any(|part| {
                let same = chosen.iter().filter(|other| other.traits[1] == part.traits[1]).count();
                part.traits[1] != NO_TRAIT && same > terms.limits[1] as usize
            });
            if many || (apart.0 != apart.1 && has(apart.0) && has(apart.1)) {
                continue;
            }
            for share in discounts(0.04, terms.max_discount) {
                let all = chosen.iter().copied().chain([main]);
                let fits = all.clone().all(|part| {
                    let spare = if share > 0.0 { 3.0 } else { 0.0 };
                    let paid = part.price as f64 * (1.0 - share) - spare;
                    let margin = part.margin - part.price as f64 * share - spare;
                    // Sums in another order may differ in the last digit.
                    margin - terms.min_margin * paid >= 0.0
                });
                let price = all.map(|part| part.price).sum::<i64>() as f64;
                let off = (share * price + 1e-6).floor();
                let p0 = chosen.iter().map(|part| part.p0).fold(1.0, f64::min);
                let more = terms.response_odds * (terms.discount_response * off / price).exp();
                let odds = p0 / (1.0 - p0) * more;
                let bought = odds / (1.0 + odds);
                let idle = chosen.iter().any(|part| part.p0 >= bought);
                if !fits || idle || (off == 0.0 && (chosen.len() == 1 || share > 0.0)) {
                    continue;
                }
                let gain: f64 = chosen.iter().map(|part| (bought - part.p0) * part.margin).sum();
                best = best.max(gain - bought * off);
            }
        }
        best
    }

    proptest! {
        #[test]
        fn as_good_as_brute_force(
            list in prop::collection::vec((10..2_000i64, 1..10u32, 1..60u32, 0..3u64), 0..8),
            main in (10..3_000i64, 1..10u32),
            items in 1..4usize,
            steps in 0..5u32,
            min_margin in prop::sample::select(vec![0.0, 0.1, 0.33]),
            response in 0..20u32,
            limit in 1..4u32,
            apart in (0..8u32, 0..8u32),
            cheap: bool,
        ) {
            // Margins that are no round share of the price: no tie at a limit.
            let margin = |price: i64, tenths: u32| price as f64 * (f64::from(tenths) / 10.0 + 0.0137);
            // Of small prices, rounding to minor units makes much.
            let price = |price: i64| if cheap { 1 + price / 20 } else { price };
            let main = part(99, price(main.0), margin(price(main.0), main.1), 1.0);
            let mut parts: Vec<Part> = list
                .iter()
                .enumerate()
                .map(|(key, &(cents, tenths, p, brand))| {
                    let cents = price(cents);
                    let p0 = f64::from(p) / 100.0;
                    let traits = [NO_TRAIT, if brand == 0 { NO_TRAIT } else { brand }, NO_TRAIT];
                    Part { traits, ..part(key as u32, cents, margin(cents, tenths), p0) }
                })
                .collect();
            let terms = Terms {
                items,
                max_discount: f64::from(steps) * 0.04,
                min_margin,
                response_odds: 1.5,
                discount_response: f64::from(response),
                limits: [3, limit, 3],
            };
            let brute = brute(&main, &parts, &terms, apart);
            let not = |a: u32, b: u32| [(a, b), (b, a)].contains(&apart);
            let tried: Vec<_> = shares(0.04, 0.2, terms.discount_response).collect();
            let found = best(&main, &mut parts, &terms, &tried, not);
            let gain = found.map_or(0.0, |found| found.gain);
            prop_assert!((gain - brute).abs() <= 1e-9 * (1.0 + brute.abs()), "{:?} {}", found, brute);
            if let Some(found) = found {
                let mut places = found.places().to_vec();
                places.sort_unstable();
                places.dedup();
                prop_assert!(places.len() == found.places().len() && places.len() <= items);
            }
        }
    }
}
