//! Weeks of a shop, and what they brought.

use std::fmt;
use std::sync::Arc;

use rayon::prelude::*;
use serde::Serialize;

use super::draws::About;
use super::options::ShopOptions;
use super::shop::Shop;
use super::strategy::{Ready, Strategy, time_ms};
use super::visit::{Moment, Shown, State};
use super::{DAY_MS, START_MS};
use crate::decide::{DecisionLog, Event};
use crate::{
    Catalog, Control, Currency, Decision, Engine, Error, ErrorKind, History, HistoryBuilder,
    HistoryOptions, Kind, OrderLine, Policy, Result, Stage,
};

/// The most weeks that one run may take.
const MOST_WEEKS: u32 = 1_000;

/// Customers between two looks at the control.
const CHUNK: usize = 64;

/// A shop whose customers are known through and through, at one moment.
///
/// It begins on 2025-01-01 without any order. [`run`](Self::run) lets weeks pass, in which
/// customers come, are offered what a [`Strategy`] decides, and react; then the orders so far are
/// the [`history`](Self::history) to learn from. A clone goes its own way from the same moment, and
/// as every draw belongs to a customer, a day and what is decided, two runs from the same moment
/// differ by their offers alone.
///
/// ```
/// use basketry::simulate::{ShopOptions, Simulation, Strategy};
/// use basketry::{Control, Engine, FitOptions, Policy, fit};
///
/// let control = Control::new();
/// let mut shop = Simulation::new(&ShopOptions::default().customers(60).needs(20))?;
/// shop.run(&Strategy::Nothing, 20, &control)?;
/// let options = FitOptions::default().min_customers(3);
/// let model = fit(&shop.catalog(), &shop.history(&control)?, &options, &control)?;
///
/// let engine = Engine::new(model, shop.catalog())?;
/// let policy = Policy::new("cart");
/// let comparison = shop.compare(&[Strategy::Policy { engine: &engine, policy: &policy }], 4, &control)?;
/// let trial = comparison.get("cart").expect("it was compared");
/// assert!(trial.offers > 0 && trial.opt_outs <= 60);
/// # Ok::<(), basketry::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Simulation {
    shop: Arc<Shop>,
    people: Vec<State>,
    day: i32,
}

/// What one strategy brought.
///
/// Amounts of money are minor units; the margin is that of everything bought, offered or not.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Trial {
    /// The strategy's [name](Strategy::name).
    pub strategy: String,
    /// How many weeks it took.
    pub weeks: u32,
    /// Visits of all customers.
    pub visits: u64,
    /// Visits with at least one offer.
    pub reached: u64,
    /// Offers made.
    pub offers: u64,
    /// Offers that were taken.
    pub taken: u64,
    /// Offers that were taken because they were made; the others would have been bought anyway.
    pub caused: u64,
    /// Customers who wanted no more offers from then on.
    pub opt_outs: u64,
    /// Products bought.
    pub products: u64,
    /// The margin of all that was bought.
    pub margin: i64,
    /// Its parts by week.
    pub margin_by_week: Vec<i64>,
}

/// Several strategies from the same moment on.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// How many weeks each took.
    pub weeks: u32,
    /// `"nothing"`, `"oracle"` (at its best price of attention), the simple strategies, then those
    /// that were asked for.
    pub trials: Vec<Trial>,
}

impl Trial {
    /// The share of offers that were taken; 0 without offers.
    pub fn conversion(&self) -> f64 {
        if self.offers == 0 { 0.0 } else { self.taken as f64 / self.offers as f64 }
    }

    fn add(&mut self, other: &Trial) -> Result<()> {
        let too_much = || Error::new(ErrorKind::Limit, "the margins of the weeks leave 64 bits");
        self.visits += other.visits;
        self.reached += other.reached;
        self.offers += other.offers;
        self.taken += other.taken;
        self.caused += other.caused;
        self.opt_outs += other.opt_outs;
        self.products += other.products;
        self.margin = self.margin.checked_add(other.margin).ok_or_else(too_much)?;
        for (sum, more) in self.margin_by_week.iter_mut().zip(&other.margin_by_week) {
            *sum = sum.checked_add(*more).ok_or_else(too_much)?;
        }
        Ok(())
    }
}

impl Comparison {
    /// The trial of a strategy, by its name.
    pub fn get(&self, strategy: &str) -> Option<&Trial> {
        self.trials.iter().find(|trial| trial.strategy == strategy)
    }

    /// The margin that a trial brought beyond what is sold without offers, in minor units.
    pub fn incremental(&self, trial: &Trial) -> i64 {
        // Every margin is a sum of prices in 64 bits; their difference may need one more.
        trial.margin.saturating_sub(self.trials[0].margin)
    }

    /// That as a share of what the oracle brought; 0 if it brought nothing.
    pub fn share_of_oracle(&self, trial: &Trial) -> f64 {
        let best = self.incremental(&self.trials[1]);
        if best <= 0 { 0.0 } else { self.incremental(trial) as f64 / best as f64 }
    }
}

/// Prints a table: one line for each strategy.
impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.trials.iter().map(|trial| trial.strategy.chars().count()).max();
        let width = width.unwrap_or(0).max("strategy".len());
        writeln!(
            f,
            "{:<width$} {:>14} {:>14} {:>8} {:>9} {:>8} {:>8} {:>8}",
            "strategy",
            "margin",
            "incremental",
            "oracle %",
            "offers",
            "taken %",
            "caused %",
            "opt-outs"
        )?;
        for trial in &self.trials {
            let percent = |part: u64| 100.0 * part as f64 / trial.offers.max(1) as f64;
            writeln!(
                f,
                "{:<width$} {:>14} {:>14} {:>8.1} {:>9} {:>8.1} {:>8.1} {:>8}",
                trial.strategy,
                trial.margin,
                self.incremental(trial),
                100.0 * self.share_of_oracle(trial),
                trial.offers,
                percent(trial.taken),
                percent(trial.caused),
                trial.opt_outs
            )?;
        }
        Ok(())
    }
}

impl Simulation {
    /// A new shop, on the day before its first customers come.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) for an option out of its
    /// range.
    pub fn new(options: &ShopOptions) -> Result<Self> {
        let shop = Shop::new(options)?;
        let people = (0..shop.people.len()).map(|who| State::new(&shop, who)).collect();
        Ok(Self { shop: Arc::new(shop), people, day: 0 })
    }

    /// What the shop is like.
    pub fn options(&self) -> &ShopOptions {
        &self.shop.options
    }

    /// What the shop sells.
    pub fn catalog(&self) -> Arc<Catalog> {
        self.shop.catalog.clone()
    }

    /// How many customers there are, and how many of them want no more offers.
    pub fn customers(&self) -> (usize, usize) {
        (self.people.len(), self.people.iter().filter(|state| state.out).count())
    }

    /// How many days have passed.
    pub fn days(&self) -> u32 {
        self.day.unsigned_abs()
    }

    /// The beginning of the next day to come, milliseconds since 1970-01-01 UTC.
    pub fn now_ms(&self) -> i64 {
        START_MS + i64::from(self.day) * DAY_MS
    }

    /// All orders so far: customers and baskets are integers, the revenue of a line is its price.
    ///
    /// # Errors
    /// [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled).
    pub fn history(&self, control: &Control) -> Result<History> {
        let options = HistoryOptions::new(Currency::new("EUR")?);
        let mut history = HistoryBuilder::new(&options).with_revenue();
        let mut basket = 0i64;
        for (who, state) in self.people.iter().enumerate() {
            control.check()?;
            for order in &state.orders {
                for &item in &order.items {
                    let id = self.shop.catalog.id(item);
                    let line = OrderLine::new(time_ms(who as u64, order.day), id)
                        .customer(who as i64)
                        .basket(basket)
                        .revenue(self.shop.items[item as usize].price);
                    history.push(&line)?;
                }
                basket += 1;
            }
        }
        history.finish(control)
    }

    /// Lets weeks pass in which this strategy decides what is offered.
    ///
    /// The result does not depend on the number of threads.
    ///
    /// # Errors
    /// - [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) for no weeks or more
    ///   than 1,000, or more than 5,000 altogether
    /// - those of [`Engine::decide`](crate::Engine::decide) and of a strategy of one's own;
    ///   [`ErrorKind::UnknownId`](crate::ErrorKind::UnknownId) if it offers what the shop does not
    ///   sell
    /// - [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled)
    ///
    /// After an error the simulation is as it was.
    pub fn run(&mut self, strategy: &Strategy<'_>, weeks: u32, control: &Control) -> Result<Trial> {
        let (people, trial) = self.weeks(strategy, weeks, None, control)?;
        self.people = people;
        self.day += 7 * weeks as i32;
        Ok(trial)
    }

    /// The same for a policy, whose decisions are logged with what came of them: what was shown,
    /// what was bought in the same order, and who wanted no more offers.
    ///
    /// # Errors
    /// Those of [`run`](Self::run).
    pub fn run_logged(
        &mut self,
        engine: &Engine,
        policy: &Policy,
        weeks: u32,
        log: &mut DecisionLog,
        control: &Control,
    ) -> Result<Trial> {
        let strategy = Strategy::Policy { engine, policy };
        let mut more = DecisionLog::new();
        let (people, trial) = self.weeks(&strategy, weeks, Some(&mut more), control)?;
        log.append(&more)?;
        self.people = people;
        self.day += 7 * weeks as i32;
        Ok(trial)
    }

    /// Lets the same weeks pass under each of these strategies, besides nothing, the oracle and the
    /// simple strategies. The simulation stays at its moment.
    ///
    /// # Errors
    /// Those of [`run`](Self::run).
    pub fn compare(
        &self,
        strategies: &[Strategy<'_>],
        weeks: u32,
        control: &Control,
    ) -> Result<Comparison> {
        let mut trials = vec![self.weeks(&Strategy::Nothing, weeks, None, control)?.1];
        // The oracle's estimate of what attention costs is rough: it takes what turns out best.
        let mut oracles = [0.0, 0.5, 1.0, 2.0, 4.0]
            .into_iter()
            .map(|price| Ok(self.weeks(&Strategy::Oracle { price }, weeks, None, control)?.1))
            .collect::<Result<Vec<_>>>()?;
        oracles.sort_by_key(|trial| std::cmp::Reverse(trial.margin));
        trials.extend(oracles.into_iter().next());
        for strategy in [Strategy::Popular, Strategy::HighestLift, Strategy::Dearest] {
            trials.push(self.weeks(&strategy, weeks, None, control)?.1);
        }
        for strategy in strategies {
            trials.push(self.weeks(strategy, weeks, None, control)?.1);
        }
        Ok(Comparison { weeks, trials })
    }

    fn weeks(
        &self,
        strategy: &Strategy<'_>,
        weeks: u32,
        log: Option<&mut DecisionLog>,
        control: &Control,
    ) -> Result<(Vec<State>, Trial)> {
        if !(1..=MOST_WEEKS).contains(&weeks) {
            return Err(Error::argument(format!("weeks: expected 1 to {MOST_WEEKS}, got {weeks}")));
        }
        if self.day / 7 + weeks as i32 > 5 * MOST_WEEKS as i32 {
            return Err(Error::argument(format!(
                "weeks: expected at most {} altogether, got {weeks} after {}",
                5 * MOST_WEEKS,
                self.day / 7
            )));
        }
        let last_day = self.day + 7 * weeks as i32;
        let ready = Ready::new(strategy, &self.shop, &self.people, self.day, last_day)?;
        control.begin(Stage::Simulating, self.people.len() as u64)?;
        let logged = log.is_some();
        let parts = (self.people.par_chunks(CHUNK).enumerate())
            .map(|(chunk, people)| {
                let mut people = people.to_vec();
                let mut sum = Trial { margin_by_week: vec![0; weeks as usize], ..Trial::default() };
                let mut log = logged.then(DecisionLog::new);
                for (i, state) in people.iter_mut().enumerate() {
                    let who = chunk * CHUNK + i;
                    let trial = self.live(who, state, last_day, &ready, log.as_mut())?;
                    sum.add(&trial)?;
                    control.advance(1)?;
                }
                Ok((people, sum, log))
            })
            .collect::<Result<Vec<_>>>()?;
        let mut people = Vec::with_capacity(self.people.len());
        let mut sum = Trial {
            strategy: strategy.name().to_owned(),
            weeks,
            margin_by_week: vec![0; weeks as usize],
            ..Trial::default()
        };
        let mut log = log;
        for (part, trial, logged) in parts {
            people.extend(part);
            sum.add(&trial)?;
            if let (Some(log), Some(logged)) = (&mut log, logged) {
                log.append(&logged)?;
            }
        }
        Ok((people, sum))
    }

    /// Lets the days until `last_day` pass for one customer.
    fn live(
        &self,
        who: usize,
        state: &mut State,
        last_day: i32,
        ready: &Ready<'_>,
        mut log: Option<&mut DecisionLog>,
    ) -> Result<Trial> {
        let shop = &*self.shop;
        let person = &shop.people[who];
        let weeks = (last_day - self.day) / 7;
        let mut trial = Trial { margin_by_week: vec![0; weeks as usize], ..Trial::default() };
        for day in self.day..last_day {
            let lost = if state.out { shop.options.reaction.lost_visits } else { 0.0 };
            let visits = person.visits * (1.0 - lost);
            if !shop.draws.chance(visits, About::Visit, who as u64, day as u64, 0) {
                continue;
            }
            let was_out = state.out;
            let moment = Moment::new(shop, who, state, day);
            let (offers, decision) =
                if was_out { (Vec::new(), None) } else { ready.offers(&moment, last_day)? };
            let reaction = moment.react(&offers);
            trial.visits += 1;
            trial.reached += u64::from(!offers.is_empty());
            trial.offers += offers.len() as u64;
            for &(taken, caused) in &reaction.taken {
                trial.taken += u64::from(taken);
                trial.caused += u64::from(caused);
            }
            trial.products += reaction.bought.len() as u64;
            let margins = reaction.bought.iter().map(|&item| shop.items[item as usize].margin());
            let margin: i64 = margins.sum();
            trial.margin += margin;
            trial.margin_by_week[((day - self.day) / 7) as usize] += margin;
            state.note(shop, who, day, &offers, &reaction);
            trial.opt_outs += u64::from(state.out && !was_out);
            if let (Some(log), Some(decision)) = (&mut log, decision) {
                note(log, shop, &decision, &offers, &reaction.bought, state.out)?;
            }
        }
        Ok(trial)
    }
}

/// Logs a decision, what the customer saw of it, and what they bought.
fn note(
    log: &mut DecisionLog,
    shop: &Shop,
    decision: &Decision,
    shown: &[Shown],
    bought: &[u32],
    out: bool,
) -> Result<()> {
    if !log.add(decision)? {
        return Ok(());
    }
    let key = decision.id();
    for shown in shown {
        log.record(&key, shop.catalog.id(shown.item), Event::Shown)?;
        if out {
            log.record(&key, shop.catalog.id(shown.item), Event::OptedOut)?;
        }
    }
    for offer in decision.offers().iter().chain(decision.withheld()) {
        // That the product in whose place an up-sell was offered was bought says something, too.
        let kept = offer.base_product.iter().filter(|_| offer.kind == Kind::UpSell);
        for product in offer.products.iter().chain(kept) {
            let was_bought = shop.catalog.find(product).is_some_and(|item| bought.contains(&item));
            if was_bought {
                log.record(&key, product, Event::Bought)?;
            }
        }
    }
    Ok(())
}
