//! One visit of one customer: what they are going to buy, and how they react to offers.

use super::draws::About;
use super::shop::{Need, Person, Recurs, Shop, Want};
use crate::Kind;

/// Whoever has something that lasts may come back for what goes with it, for so many days.
const FOLLOW_UP_DAYS: i32 = 28;

/// The share of an accessory's share with which it follows at a later visit.
const FOLLOW_UP_SHARE: f64 = 0.15;

/// The chance that an accessory is bought at a visit without what it goes with.
const ACCESSORY_ALONE: f64 = 0.01;

/// The greatest chance that something needed regularly is wanted at one visit.
const MOST_WANTED: f64 = 0.9;

/// The chance that what is bought is in the basket when offers are made: any moment is as likely.
const IN_CART: f64 = 0.5;

/// For so many days a customer remembers a product that was offered.
const ITEM_DAYS: i32 = 28;

/// For so many days a shop remembers what it offered.
const REMEMBERED_DAYS: i32 = 42;

/// Marks "never".
pub(super) const NEVER: i32 = i32::MIN;

/// What changes about a customer from visit to visit.
#[derive(Clone, Debug)]
pub(super) struct State {
    /// Per want: the day it was last satisfied, or [`NEVER`].
    pub(super) last: Vec<i32>,
    /// Ignored offers as of `pressure_day`, each worth half after the half-life.
    pressure: f64,
    pressure_day: i32,
    /// Wants no more offers.
    pub(super) out: bool,
    pub(super) orders: Vec<Order>,
    /// Offers of late, oldest first.
    pub(super) contacts: Vec<Met>,
}

/// An offer that was shown, as the shop remembers it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Met {
    pub(super) day: i32,
    pub(super) shown: Shown,
    pub(super) taken: bool,
}

/// What was bought at a visit.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) day: i32,
    pub(super) items: Vec<u32>,
}

impl State {
    pub(super) fn new(shop: &Shop, who: usize) -> Self {
        let person = &shop.people[who];
        let last = (person.wants.iter())
            .map(|want| {
                let u = shop.draws.uniform(About::Trait, who as u64, 5, want.need.into());
                match shop.needs[want.need as usize].recurs {
                    Recurs::Regularly { days } => -((u * days * want.factor) as i32),
                    // Some had it before they first came.
                    Recurs::Once { .. } if u < 0.3 => -1000,
                    _ => NEVER,
                }
            })
            .collect();
        Self {
            last,
            pressure: 0.0,
            pressure_day: 0,
            out: false,
            orders: Vec::new(),
            contacts: Vec::new(),
        }
    }

    pub(super) fn pressure(&self, shop: &Shop, day: i32) -> f64 {
        let days = f64::from(day - self.pressure_day);
        self.pressure * (-days / shop.options.reaction.half_life_days).exp2()
    }
}

/// An offer as the customer sees it: the index of a product, and of the one in whose place it is
/// offered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Shown {
    pub(super) item: u32,
    pub(super) in_place_of: Option<u32>,
    /// What a policy called it.
    pub(super) kind: Option<Kind>,
}

/// What is true at a visit when offers are made.
pub(super) struct Moment<'a> {
    pub(super) shop: &'a Shop,
    pub(super) person: &'a Person,
    pub(super) state: &'a State,
    pub(super) who: u64,
    pub(super) day: i32,
    /// What is in the basket: index of the want and of the product.
    pub(super) cart: Vec<(u32, u32)>,
    /// Per want: the chance that it is satisfied later in this order if nothing is offered. 0 for
    /// what is in the basket.
    pub(super) later: Vec<f64>,
    /// Per want that is no accessory: whether it will be, and by which product.
    anyway: Vec<Option<u32>>,
}

/// What a customer did.
#[derive(Debug, Default)]
pub(super) struct Reaction {
    pub(super) bought: Vec<u32>,
    /// Per offer: whether it was taken, and whether because it was offered.
    pub(super) taken: Vec<(bool, bool)>,
    /// Per want: satisfied here or elsewhere.
    satisfied: Vec<bool>,
}

/// The chance that something needed regularly is wanted at a visit so many days after the last
/// time.
fn wanted(days_since: f64, interval: f64) -> f64 {
    MOST_WANTED / (1.0 + (-8.0 * (days_since / interval - 1.0)).exp())
}

impl<'a> Moment<'a> {
    pub(super) fn new(shop: &'a Shop, who: usize, state: &'a State, day: i32) -> Self {
        let person = &shop.people[who];
        let mut moment = Self {
            shop,
            person,
            state,
            who: who as u64,
            day,
            cart: Vec::new(),
            later: vec![0.0; person.wants.len()],
            anyway: vec![None; person.wants.len()],
        };
        let draws = shop.draws;
        let (who, when) = (moment.who, day as u64);
        for (w, want) in person.wants.iter().enumerate() {
            let here = moment.chance_here(w);
            if here <= 0.0 {
                continue;
            }
            let arises = draws.chance(here, About::Arises, who, when, want.need.into());
            let in_cart = draws.chance(IN_CART, About::InCart, who, when, want.need.into());
            let item =
                moment.choice(want, draws.uniform(About::Choice, who, when, want.need.into()));
            if arises && in_cart {
                moment.cart.push((w as u32, item));
            } else {
                moment.later[w] = here * (1.0 - IN_CART) / (1.0 - here * IN_CART);
                moment.anyway[w] = arises.then_some(item);
            }
        }
        for (w, want) in person.wants.iter().enumerate() {
            if moment.need(w).recurs != Recurs::Goes || moment.owned(w) {
                continue;
            }
            let need = want.need.into();
            // What goes with something may be in the basket if that is.
            if moment.triggered(w, |m| moment.in_cart(m))
                && draws.chance(IN_CART, About::InCart, who, when, need)
            {
                let item = moment.choice(want, draws.uniform(About::Choice, who, when, need));
                moment.cart.push((w as u32, item));
            } else {
                moment.later[w] = moment.accessory(w);
            }
        }
        moment
    }

    pub(super) fn need(&self, w: usize) -> &'a Need {
        &self.shop.needs[self.person.wants[w].need as usize]
    }

    fn owned(&self, w: usize) -> bool {
        self.need(w).once && self.state.last[w] != NEVER
    }

    pub(super) fn days_since(&self, w: usize) -> f64 {
        f64::from(self.day) - f64::from(self.state.last[w])
    }

    pub(super) fn in_cart(&self, w: usize) -> bool {
        self.cart.iter().any(|&(other, _)| other as usize == w)
    }

    /// The index of a need among the wants.
    fn want_of(&self, need: u32) -> Option<usize> {
        self.person.wants.binary_search_by_key(&need, |want| want.need).ok()
    }

    /// The chance that a want that is no accessory is satisfied here at this visit.
    fn chance_here(&self, w: usize) -> f64 {
        let factor = self.person.wants[w].factor;
        match self.need(w).recurs {
            Recurs::Regularly { days } => {
                let wanted = wanted(self.days_since(w), days * factor);
                wanted * (1.0 - self.shop.options.reaction.elsewhere)
            }
            Recurs::Sometimes { chance } => (chance * factor).min(0.9),
            Recurs::Once { chance } if !self.owned(w) => (chance * factor).min(0.9),
            Recurs::Once { .. } | Recurs::Goes => 0.0,
        }
    }

    /// The chance that an accessory is added to this order, by what is in the basket and what may
    /// yet come.
    fn accessory(&self, w: usize) -> f64 {
        let want = &self.person.wants[w];
        let mut not = 1.0 - (ACCESSORY_ALONE * want.factor).min(0.9);
        let mut not_by_cart = 1.0;
        for &(main, share) in &self.need(w).goes_with {
            let Some(m) = self.want_of(main) else { continue };
            let share = (share * want.factor).min(0.9);
            if self.in_cart(m) {
                not_by_cart *= 1.0 - share;
            } else {
                not *= 1.0 - share * self.later[m];
            }
            if self.follows(m) {
                not *= 1.0 - share * FOLLOW_UP_SHARE;
            }
        }
        // It would be in the basket already in so many cases.
        let by_cart = 1.0 - not_by_cart;
        let by_cart = by_cart * (1.0 - IN_CART) / (1.0 - by_cart * IN_CART);
        1.0 - not * (1.0 - by_cart)
    }

    /// Whether something that lasts was bought lately.
    fn follows(&self, m: usize) -> bool {
        self.need(m).once
            && self.state.last[m] >= 0
            && self.day - self.state.last[m] <= FOLLOW_UP_DAYS
    }

    /// The product at this quantile of a customer's shares.
    fn choice(&self, want: &Want, quantile: f64) -> u32 {
        let items = &self.shop.needs[want.need as usize].items;
        let mut below = 0.0;
        for (item, share) in items.clone().zip(&want.shares) {
            below += share;
            if quantile < below {
                return item;
            }
        }
        items.end - 1
    }

    /// How many times greater an offer makes the odds of a purchase.
    fn odds(&self, w: usize, item: u32) -> f64 {
        let reaction = &self.shop.options.reaction;
        let complement = (self.need(w).goes_with.iter())
            .filter_map(|&(main, _)| self.want_of(main))
            .any(|m| self.in_cart(m));
        let odds = if complement { reaction.complement_odds } else { reaction.reminder_odds };
        let tired = (-reaction.fatigue * self.state.pressure(self.shop, self.day)).exp();
        let ignored = (self.state.contacts.iter().rev())
            .take_while(|met| met.day >= self.day - ITEM_DAYS)
            .filter(|met| met.shown.item == item && !met.taken)
            .count();
        let bored = reaction.item_decay.powi(ignored as i32);
        (self.person.openness * odds.ln() * tired * bored).exp()
    }

    /// Of an offer that adds a product: the want it serves, the chance that it is bought without
    /// the offer, and the chance that one who would not buy it does because of the offer.
    pub(super) fn added(&self, item: u32) -> Option<(usize, f64, f64)> {
        let need = self.shop.items[item as usize].need;
        let w = self.want_of(need)?;
        let later = self.later[w];
        if later <= 0.0 {
            return None;
        }
        let first = self.shop.needs[need as usize].items.start;
        let p0 = later * self.person.wants[w].shares[(item - first) as usize];
        let odds = self.odds(w, item);
        let p1 = odds * p0 / (1.0 - p0 + odds * p0);
        Some((w, p0, (p1 - p0) / (1.0 - p0)))
    }

    /// Of an offer in place of a product in the basket: its place in the basket and the chances
    /// that it is taken and that the customer leaves both.
    pub(super) fn up_sell(&self, item: u32, in_place_of: u32) -> Option<(usize, f64, f64)> {
        let at = self.cart.iter().position(|&(_, held)| held == in_place_of)?;
        let (dear, held) =
            (&self.shop.items[item as usize], &self.shop.items[in_place_of as usize]);
        let reaction = &self.shop.options.reaction;
        let leaves = (2.0 * self.person.thrift * reaction.abandon).min(0.5);
        if dear.line != held.line || dear.tier <= held.tier {
            return Some((at, 0.0, leaves));
        }
        let ratio = dear.price as f64 / held.price as f64;
        let step = (-2.0 * (ratio - 1.3).max(0.0)).exp();
        let tired = (-reaction.fatigue * self.state.pressure(self.shop, self.day)).exp();
        let takes = 2.0 * (1.0 - self.person.thrift) * reaction.accept * step * tired;
        Some((at, takes.min(0.5), leaves))
    }

    /// What the customer does when these offers are made.
    pub(super) fn react(&self, offers: &[Shown]) -> Reaction {
        let draws = self.shop.draws;
        let (who, when) = (self.who, self.day as u64);
        let mut reaction = Reaction {
            bought: Vec::new(),
            taken: vec![(false, false); offers.len()],
            satisfied: vec![false; self.person.wants.len()],
        };
        let mut cart: Vec<Option<u32>> = self.cart.iter().map(|&(_, item)| Some(item)).collect();
        for (offer, taken) in offers.iter().zip(&mut reaction.taken) {
            let Some(held) = offer.in_place_of else { continue };
            let Some((at, takes, leaves)) = self.up_sell(offer.item, held) else { continue };
            // What was taken or left for an offer before is not asked about again.
            if cart[at] != Some(held) {
                continue;
            }
            let u = draws.uniform(About::UpSell, who, when, held.into());
            if u < takes {
                cart[at] = Some(offer.item);
                *taken = (true, true);
            } else if u >= 1.0 - leaves {
                cart[at] = None;
            }
        }
        for (item, &(w, _)) in cart.into_iter().zip(&self.cart) {
            if let Some(item) = item {
                reaction.bought.push(item);
                reaction.satisfied[w as usize] = true;
            }
        }
        // What is wanted for itself comes first, since it decides what goes with it.
        for accessories in [false, true] {
            for w in 0..self.person.wants.len() {
                if (self.need(w).recurs == Recurs::Goes) != accessories || self.later[w] <= 0.0 {
                    continue;
                }
                let anyway =
                    if accessories { self.added_anyway(w, &reaction) } else { self.anyway[w] };
                let item = self.added_in_the_end(w, anyway, offers, &mut reaction.taken);
                if let Some(item) = item {
                    reaction.bought.push(item);
                    reaction.satisfied[w] = true;
                }
            }
        }
        for (w, want) in self.person.wants.iter().enumerate() {
            if let Recurs::Regularly { days } = self.need(w).recurs
                && !reaction.satisfied[w]
            {
                let wanted = wanted(self.days_since(w), days * want.factor);
                let share = self.shop.options.reaction.elsewhere;
                let p = wanted * share / (1.0 - wanted * (1.0 - share));
                reaction.satisfied[w] =
                    draws.chance(p, About::Elsewhere, who, when, want.need.into());
            }
        }
        reaction
    }

    /// The key of a draw about an accessory and another need.
    fn pair(&self, w: usize, other: u64) -> u64 {
        let need = u64::from(self.person.wants[w].need);
        need * (2 * self.shop.needs.len() as u64 + 1) + other
    }

    /// Whether one of the needs that an accessory goes with, of those that count, brings it along.
    fn triggered(&self, w: usize, counts: impl Fn(usize) -> bool) -> bool {
        let want = &self.person.wants[w];
        self.need(w).goes_with.iter().any(|&(main, share)| {
            let share = (share * want.factor).min(0.9);
            let pair = self.pair(w, 2 * u64::from(main) + 1);
            let draws = self.shop.draws;
            self.want_of(main).is_some_and(&counts)
                && draws.chance(share, About::Triggered, self.who, self.day as u64, pair)
        })
    }

    /// The product of an accessory that is added without an offer, given what is bought so far.
    fn added_anyway(&self, w: usize, reaction: &Reaction) -> Option<u32> {
        let draws = self.shop.draws;
        let (who, when) = (self.who, self.day as u64);
        let want = &self.person.wants[w];
        let need = u64::from(want.need);
        let alone = (ACCESSORY_ALONE * want.factor).min(0.9);
        let mut added = draws.chance(alone, About::Triggered, who, when, self.pair(w, 0));
        added |= self.triggered(w, |m| reaction.satisfied[m]);
        for &(main, share) in &self.need(w).goes_with {
            let follows = self.want_of(main).is_some_and(|m| self.follows(m));
            if follows {
                let share = (share * want.factor).min(0.9) * FOLLOW_UP_SHARE;
                let pair = self.pair(w, 2 * u64::from(main) + 2);
                added |= draws.chance(share, About::Triggered, who, when, pair);
            }
        }
        added.then(|| self.choice(want, draws.uniform(About::Choice, who, when, need)))
    }

    /// What is bought of a want in the end: an offer may replace what would have been bought.
    fn added_in_the_end(
        &self,
        w: usize,
        anyway: Option<u32>,
        offers: &[Shown],
        taken: &mut [(bool, bool)],
    ) -> Option<u32> {
        let need = self.person.wants[w].need;
        for (offer, taken) in offers.iter().zip(taken) {
            if self.shop.items[offer.item as usize].need != need || offer.in_place_of.is_some() {
                continue;
            }
            if anyway == Some(offer.item) {
                *taken = (true, false);
                return anyway;
            }
            let Some((_, _, because)) = self.added(offer.item) else { continue };
            let what = u64::from(offer.item);
            if self.shop.draws.chance(because, About::Extra, self.who, self.day as u64, what) {
                *taken = (true, true);
                return Some(offer.item);
            }
        }
        anyway
    }

    /// Of something needed regularly or once: what an additional purchase now is worth as a share
    /// of its margin, as it takes the place of later ones.
    pub(super) fn lasting_share(&self, w: usize, last_day: i32) -> f64 {
        let want = &self.person.wants[w];
        let visits = self.person.visits;
        match self.need(w).recurs {
            Recurs::Regularly { days } => {
                // A renewal process: purchases elsewhere renew as well, and earn nothing.
                let interval = days * want.factor;
                let elsewhere = self.shop.options.reaction.elsewhere;
                let since = self.days_since(w);
                let left =
                    residual_days(since, interval, visits) / residual_days(0.0, interval, visits);
                let now = wanted(since, interval);
                let lost = now * elsewhere / (1.0 - now * (1.0 - elsewhere));
                1.0 - (1.0 - lost) * (1.0 - elsewhere) * (1.0 - left.min(1.0))
            }
            Recurs::Once { .. } => {
                let visits = visits * f64::from((last_day - self.day).max(0));
                (1.0 - self.chance_here(w)).powf(visits)
            }
            Recurs::Goes if self.need(w).once => {
                let visits = visits * f64::from((last_day - self.day).max(0));
                (1.0 - ACCESSORY_ALONE).powf(visits)
            }
            Recurs::Sometimes { .. } | Recurs::Goes => 1.0,
        }
    }

    /// The margin of what goes with a want and is expected to be bought because it is.
    pub(super) fn brings(&self, w: usize) -> f64 {
        let main = self.person.wants[w].need;
        let mut sum = 0.0;
        for (a, want) in self.person.wants.iter().enumerate() {
            let need = self.need(a);
            if let Some(&(_, share)) = need.goes_with.iter().find(|&&(other, _)| other == main)
                && !self.owned(a)
            {
                sum += (share * want.factor).min(0.9) * (1.0 - self.later[a]) * self.margin_of(a);
            }
        }
        sum
    }

    /// The mean margin of what the customer buys of a want.
    pub(super) fn margin_of(&self, w: usize) -> f64 {
        let want = &self.person.wants[w];
        let items = self.need(w).items.clone();
        items.zip(&want.shares).map(|(i, s)| self.shop.items[i as usize].margin() as f64 * s).sum()
    }
}

/// How many days after now something needed regularly is next bought, in the mean.
fn residual_days(since: f64, interval: f64, visits: f64) -> f64 {
    let mut left = 1.0;
    let mut days = 0.0;
    let mut since = since;
    while left > 1e-4 && days < 10_000.0 {
        since += 1.0;
        days += left;
        left *= 1.0 - visits * wanted(since, interval);
    }
    days
}

impl State {
    /// Takes note of a visit: what was bought, and what the offers did.
    pub(super) fn note(
        &mut self,
        shop: &Shop,
        who: usize,
        day: i32,
        offers: &[Shown],
        reaction: &Reaction,
    ) {
        for (w, _) in reaction.satisfied.iter().enumerate().filter(|(_, satisfied)| **satisfied) {
            self.last[w] = day;
        }
        if !reaction.bought.is_empty() {
            self.orders.push(Order { day, items: reaction.bought.clone() });
        }
        if !reaction.taken.is_empty() {
            let old = self.contacts.partition_point(|met| met.day < day - REMEMBERED_DAYS);
            self.contacts.drain(..old);
            let met = offers.iter().zip(&reaction.taken);
            self.contacts.extend(met.map(|(&shown, &(taken, _))| Met { day, shown, taken }));
            let ignored = reaction.taken.iter().filter(|(taken, _)| !taken).count();
            self.pressure = self.pressure(shop, day) + ignored as f64;
            self.pressure_day = day;
            let hazard = (shop.options.reaction.opt_out * self.pressure).min(1.0);
            self.out = shop.draws.chance(hazard, About::OptOut, who as u64, day as u64, 0);
        }
    }
}

#[cfg(test)]
mod tests;
