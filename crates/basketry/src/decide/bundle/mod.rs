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
        value::offered(p0, self.response_odds * factor(self.discount_response * discount))
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
    discounts(step, most_for(response, most)).map(move |share| (share, factor(response * share)))
}

/// The same on a second unit alone, at the most: rounding takes something off a discount.
pub(crate) fn seconds(step: f64, most: f64, response: f64) -> impl Iterator<Item = (f64, f64)> {
    discounts(step, most_for(response, most))
        .map(move |share| (share, factor(response * share / 2.0)))
}

/// Nothing is given away to those who do not respond to it.
fn most_for(response: f64, most: f64) -> f64 {
    if response > 0.0 { most } else { 0.0 }
}

/// How many times greater a response makes the odds: so many at the most that odds stay numbers.
pub(crate) fn factor(response: f64) -> f64 {
    response.exp().min(1e200)
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
mod tests;
