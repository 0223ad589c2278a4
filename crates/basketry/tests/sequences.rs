//! Sequences against brute force on small random histories.

use std::collections::{BTreeMap, BTreeSet};

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use basketry::mine::{Sequence, SequenceMeasure, SequenceOptions, Sequences, Step, sequences};
use basketry::{
    Control, ErrorKind, History, HistoryBuilder, HistoryOptions, IdRef, MinSupport, OrderLine,
};
use proptest::prelude::*;

const DAY: i64 = 86_400_000;

type Set = BTreeSet<i64>;

/// Customer, time in milliseconds, basket within that, product.
type Line = (i64, i64, i64, i64);

fn history(lines: &[Line]) -> History {
    let mut builder = HistoryBuilder::new(&HistoryOptions::default());
    for &(customer, time, basket, product) in lines {
        let basket = (customer * 10 + basket) * 1_000_000_000_000 + time;
        let line = OrderLine::new(time, product).customer(customer).basket(basket);
        builder.push(&line).unwrap();
    }
    builder.finish(&Control::new()).unwrap()
}

fn mine(lines: &[Line], options: &SequenceOptions) -> Sequences {
    sequences(&history(lines), options, &Control::new()).unwrap()
}

fn steps(sequences: &Sequences, sequence: &Sequence<'_>) -> Vec<Set> {
    let number = |&item: &u32| match sequences.ids().get(item) {
        IdRef::Int(value) => value,
        IdRef::Str(_) => unreachable!("the ids are integers"),
    };
    sequence.steps().map(|step| step.iter().map(number).collect()).collect()
}

/// What is found, as numbers; floats rounded to be compared.
#[derive(Clone, Debug, PartialEq)]
struct Found {
    customers: u64,
    occurrences: u64,
    observed: u64,
    followed: u64,
    base_rate: Option<f64>,
    lags: Vec<Option<f64>>,
    quartiles: Option<[f64; 3]>,
}

fn found(sequences: &Sequences) -> BTreeMap<Vec<Set>, Found> {
    let all: BTreeMap<_, _> = sequences
        .iter()
        .map(|sequence| {
            let numbers = Found {
                customers: sequence.customers(),
                occurrences: sequence.occurrences(),
                observed: sequence.observed(),
                followed: sequence.followed(),
                base_rate: sequence.base_rate().map(rounded),
                lags: sequence.median_lags_days().map(|lag| lag.map(rounded)).collect(),
                quartiles: sequence.lag_quartiles_days().map(|lags| lags.map(rounded)),
            };
            (steps(sequences, &sequence), numbers)
        })
        .collect();
    assert_eq!(all.len(), sequences.len(), "a sequence was reported twice");
    all
}

fn rounded(value: f64) -> f64 {
    (value * 1e12).round() / 1e12
}

/// The options in ticks, as the oracle understands them.
#[derive(Clone, Debug)]
struct Wanted {
    min_customers: u64,
    within: i64,
    min_gap: i64,
    max_gap: Option<i64>,
    max_length: usize,
    max_items: usize,
    by_day: bool,
    repeats: bool,
    only_from: Option<Vec<i64>>,
    without: Vec<i64>,
}

impl Wanted {
    fn options(&self) -> SequenceOptions {
        // Ticks are milliseconds or days.
        let days = |ticks: i64| {
            if self.by_day { ticks as f64 } else { ticks as f64 / DAY as f64 }
        };
        let mut options =
            SequenceOptions::new(MinSupport::Count(self.min_customers), days(self.within))
                .min_gap_days(days(self.min_gap))
                .max_length(self.max_length)
                .max_items_per_step(self.max_items)
                .repeats(self.repeats)
                .must_not_contain(self.without.iter().copied());
        options.max_gap_days = self.max_gap.map(days);
        if self.by_day {
            options = options.step(Step::Day);
        }
        if let Some(items) = &self.only_from {
            options = options.only_from(items.iter().copied());
        }
        options
    }
}

/// The definitions, word for word.
struct Oracle<'a> {
    wanted: &'a Wanted,
    /// The steps of each customer: tick and products.
    customers: Vec<Vec<(i64, Set)>>,
    first: Vec<i64>,
    end: i64,
    max_gap: i64,
    min_gap: i64,
}

impl<'a> Oracle<'a> {
    fn new(lines: &[Line], wanted: &'a Wanted) -> Self {
        let tick = |time: i64| if wanted.by_day { time.div_euclid(DAY) } else { time };
        let mut customers: BTreeMap<i64, BTreeMap<i64, Set>> = BTreeMap::new();
        for &(customer, time, _, product) in lines {
            let steps = customers.entry(customer).or_default();
            steps.entry(tick(time)).or_default().insert(product);
        }
        let customers: Vec<Vec<(i64, Set)>> =
            customers.into_values().map(|steps| steps.into_iter().collect()).collect();
        Self {
            wanted,
            first: customers.iter().map(|steps| steps[0].0).collect(),
            customers,
            end: lines.iter().map(|line| tick(line.1)).max().unwrap(),
            max_gap: wanted.max_gap.unwrap_or(i64::MAX).min(wanted.within),
            min_gap: wanted.min_gap.max(1),
        }
    }

    fn elements(&self) -> BTreeSet<Set> {
        let allowed = |item: &i64| {
            self.wanted.only_from.as_ref().is_none_or(|items| items.contains(item))
                && !self.wanted.without.contains(item)
        };
        let mut all = BTreeSet::new();
        for (_, items) in self.customers.iter().flatten() {
            let items: Vec<i64> = items.iter().copied().filter(|item| allowed(item)).collect();
            for mask in 1u32..1 << items.len() {
                if mask.count_ones() as usize <= self.wanted.max_items {
                    all.insert(
                        (0..items.len()).filter(|k| mask >> k & 1 == 1).map(|k| items[k]).collect(),
                    );
                }
            }
        }
        all
    }

    /// For one customer the ticks at which the sequence ends, with the latest beginning of each:
    /// every way of choosing steps is tried.
    fn ends(&self, customer: usize, sequence: &[Set]) -> BTreeMap<i64, i64> {
        fn choose(
            oracle: &Oracle<'_>,
            steps: &[(i64, Set)],
            rest: &[Set],
            first: i64,
            last: i64,
            ends: &mut BTreeMap<i64, i64>,
        ) {
            let Some((step, rest)) = rest.split_first() else {
                let start = ends.entry(last).or_insert(first);
                *start = (*start).max(first);
                return;
            };
            for (time, items) in steps {
                let gap = time - last;
                if (oracle.min_gap..=oracle.max_gap).contains(&gap)
                    && time - first <= oracle.wanted.within
                    && step.is_subset(items)
                {
                    choose(oracle, steps, rest, first, *time, ends);
                }
            }
        }
        let mut ends = BTreeMap::new();
        for (time, items) in &self.customers[customer] {
            if sequence[0].is_subset(items) {
                let steps = &self.customers[customer];
                choose(self, steps, &sequence[1..], *time, *time, &mut ends);
            }
        }
        ends
    }

    fn numbers(&self, sequence: &[Set]) -> Found {
        let (last, prefix) = sequence.split_last().unwrap();
        let mut found = Found {
            customers: 0,
            occurrences: 0,
            observed: 0,
            followed: 0,
            base_rate: None,
            lags: Vec::new(),
            quartiles: None,
        };
        let (mut hits, mut moments) = (0i64, 0i64);
        for (c, first) in self.first.iter().enumerate() {
            let ends = self.ends(c, sequence).len() as u64;
            found.customers += u64::from(ends > 0);
            found.occurrences += ends;
            moments += (self.end - self.max_gap - first + 1).max(0);
        }
        let mut lags = Vec::new();
        for c in 0..self.customers.len() {
            for (end, start) in self.ends(c, prefix) {
                if end + self.max_gap > self.end {
                    continue;
                }
                found.observed += 1;
                let longest = self.max_gap.min(self.wanted.within - (end - start));
                let first_hit = self.customers[c].iter().find(|(time, items)| {
                    (self.min_gap..=longest).contains(&(time - end)) && last.is_subset(items)
                });
                lags.extend(first_hit.map(|(time, _)| (time - end) as f64));
                // Windows of the same length at every moment of every customer.
                for (other, first) in self.first.iter().enumerate() {
                    for moment in *first..=self.end - self.max_gap {
                        hits += i64::from(self.customers[other].iter().any(|(time, items)| {
                            (self.min_gap..=longest).contains(&(time - moment))
                                && last.is_subset(items)
                        }));
                    }
                }
            }
        }
        found.followed = lags.len() as u64;
        if found.observed > 0 {
            let expected = hits as f64 / moments as f64;
            found.base_rate = Some(rounded(expected / found.observed as f64));
        }
        lags.sort_by(f64::total_cmp);
        let day = if self.wanted.by_day { 1.0 } else { DAY as f64 };
        if !lags.is_empty() {
            found.quartiles = Some([0.25, 0.5, 0.75].map(|q| {
                let place = q * (lags.len() - 1) as f64;
                let (low, part) = (place.floor() as usize, place.fract());
                let high = lags[(low + 1).min(lags.len() - 1)];
                rounded((lags[low] + part * (high - lags[low])) / day)
            }));
        }
        found.lags = vec![found.quartiles.map(|quartiles| quartiles[1])];
        found
    }

    fn all(&self) -> BTreeMap<Vec<Set>, Found> {
        let elements = self.elements();
        let mut all = BTreeMap::new();
        let mut open: Vec<(Vec<Set>, Vec<Option<f64>>)> =
            elements.iter().map(|element| (vec![element.clone()], Vec::new())).collect();
        while let Some((prefix, lags)) = open.pop() {
            if prefix.len() == self.wanted.max_length {
                continue;
            }
            for element in &elements {
                if !self.wanted.repeats && prefix.iter().any(|step| !step.is_disjoint(element)) {
                    continue;
                }
                let mut sequence = prefix.clone();
                sequence.push(element.clone());
                let mut numbers = self.numbers(&sequence);
                if numbers.customers >= self.wanted.min_customers {
                    let mut lags = lags.clone();
                    lags.append(&mut numbers.lags);
                    numbers.lags = lags.clone();
                    all.insert(sequence.clone(), numbers);
                    open.push((sequence, lags));
                }
            }
        }
        all
    }
}

fn lines() -> impl Strategy<Value = Vec<Line>> {
    // Few times, so that customers buy at the same time in one basket and in several.
    let line = |customers: i64, times: i64, products: i64| {
        prop::collection::vec((0..customers, 0..times, 0i64..2, 0..products), 1..60)
    };
    prop_oneof![line(3, 12, 3), line(6, 20, 4), line(2, 8, 2), line(1, 40, 3), line(4, 60, 2)]
}

fn wanted() -> impl Strategy<Value = Wanted> {
    let gap = prop_oneof![2 => Just(0i64), 1 => 1i64..5];
    let only_from =
        prop_oneof![4 => Just(None), 1 => prop::collection::vec(0i64..3, 0..4).prop_map(Some)];
    (
        (1u64..4, 1i64..20, gap, prop::option::of(1i64..12)),
        (2usize..5, 1usize..4, any::<bool>(), prop::bool::weighted(0.7)),
        (only_from, prop::bool::weighted(0.2)),
    )
        .prop_map(
            |((min_customers, within, min_gap, max_gap), shape, (only_from, without))| {
                let (max_length, max_items, by_day, repeats) = shape;
                Wanted {
                    min_customers,
                    within,
                    min_gap: min_gap.min(within).min(max_gap.unwrap_or(within)),
                    max_gap,
                    max_length,
                    max_items,
                    by_day,
                    repeats,
                    only_from,
                    without: if without { vec![1] } else { Vec::new() },
                }
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn sequences_are_those_of_brute_force(mut lines in lines(), mut wanted in wanted()) {
        // Products that the history does not have would be an error.
        let products: BTreeSet<i64> = lines.iter().map(|line| line.3).collect();
        for items in wanted.only_from.iter_mut().chain([&mut wanted.without]) {
            items.retain(|item| products.contains(item));
        }
        if wanted.by_day {
            // Hours of a day make no difference.
            for (k, line) in lines.iter_mut().enumerate() {
                line.1 = line.1 * DAY + (k as i64 * 7_919_993) % DAY;
            }
        }
        let expected = Oracle::new(&lines, &wanted).all();
        let one = mine(&lines, &wanted.options().threads(1));
        prop_assert_eq!(found(&one), expected);
        let table = one.to_record_batch().unwrap();
        prop_assert!(one.iter().map(|sequence| sequence.len()).is_sorted());
        for threads in [2, 3] {
            let many = mine(&lines, &wanted.options().threads(threads));
            prop_assert_eq!(many.to_record_batch().unwrap(), table.clone());
        }
        for sequence in one.iter() {
            let (confidence, base) = (sequence.confidence(), sequence.base_rate());
            prop_assert_eq!(confidence.is_some(), sequence.observed() > 0);
            if let (Some(confidence), Some(base), Some(lift)) = (confidence, base, sequence.lift()) {
                prop_assert!((0.0..=1.0).contains(&confidence) && (0.0..=1.0).contains(&base));
                prop_assert!((lift - confidence / base).abs() <= 1e-9 * lift);
            }
            prop_assert!(sequence.followed() == 0 || sequence.lift().is_some());
        }
    }

    #[test]
    fn what_follows_is_what_the_orders_hold(
        lines in lines(), orders in prop::collection::vec(prop::collection::vec(0i64..4, 0..3), 0..4),
    ) {
        let options = SequenceOptions::new(MinSupport::Count(1), 10.0 / DAY as f64)
            .max_items_per_step(2);
        let all = mine(&lines, &options);
        let orders: Vec<Vec<i64>> = orders;
        let held = |sequence: &Sequence<'_>| {
            let steps = steps(&all, sequence);
            let prefix = &steps[..steps.len() - 1];
            // Try every choice of orders, of which the last is the last of all.
            (0u32..1 << orders.len()).any(|mask| {
                let chosen: Vec<&Vec<i64>> =
                    (0..orders.len()).filter(|k| mask >> k & 1 == 1).map(|k| &orders[k]).collect();
                !orders.is_empty()
                    && mask >> (orders.len() - 1) & 1 == 1
                    && chosen.len() == prefix.len()
                    && prefix.iter().zip(chosen).all(|(step, order)| {
                        step.iter().all(|item| order.contains(item))
                    })
            })
        };
        let mut expected: Vec<Sequence<'_>> = all.iter().filter(held).collect();
        expected.sort_by(|a, b| b.lift().partial_cmp(&a.lift()).unwrap());
        let next = all.after(orders.iter().map(|order| order.iter().copied()), 7,
            SequenceMeasure::Lift);
        let show = |row: Sequence<'_>| row.to_string();
        prop_assert_eq!(
            next.iter().map(show).collect::<Vec<_>>(),
            expected.into_iter().take(7).map(show).collect::<Vec<_>>()
        );
    }
}

#[test]
fn an_early_end_must_not_hide_a_later_one() {
    // The first "2" after "1" is too early for "3", the second is not.
    let lines = [(1, 0, 0, 1), (1, 1, 0, 2), (1, 8, 0, 2), (1, 10, 0, 3)];
    let days = |n: i64| n as f64 / DAY as f64;
    let options = SequenceOptions::new(MinSupport::Count(1), days(10)).max_gap_days(days(8));
    let all = mine(&lines, &options);
    let three: Vec<String> = all.with_length(3..).iter().map(|s| s.to_string()).collect();
    assert_eq!(three, ["1 -> 2 -> 2", "1 -> 2 -> 3", "2 -> 2 -> 3"]);
    // With a window of 9 it begins too early.
    let options = SequenceOptions::new(MinSupport::Count(1), days(9)).max_gap_days(days(8));
    assert!(mine(&lines, &options).iter().all(|s| s.to_string() != "1 -> 2 -> 3"));
}

#[test]
fn orders_near_the_end_are_not_held_against_a_sequence() {
    // Ten customers buy 1 and ten days later 2, one after the other until the history ends.
    let mut lines = Vec::new();
    for customer in 0..10 {
        let day = customer * 5;
        lines.push((customer, day * DAY, 0, 1));
        lines.push((customer, (day + 10) * DAY, 0, 2));
    }
    lines.retain(|line| line.1 <= 45 * DAY);
    let options = SequenceOptions::new(MinSupport::Count(2), 20.0).step(Step::Day);
    let all = mine(&lines, &options);
    let first = all.get(0).unwrap();
    assert_eq!((all.len(), first.customers()), (1, 8));
    // Those who bought until day 25.
    assert_eq!((first.observed(), first.followed()), (6, 6));
    assert_eq!(first.lag_quartiles_days(), Some([10.0; 3]));
    // Windows of days 1 to 20 after a day from the first purchase to day 25: a customer who buys 2
    // ten days after a first purchase on day d has it from days d to d + 9.
    let moments: i64 = (0..10).map(|c| (25 - c * 5 + 1).max(0)).sum();
    let hits: i64 = (0..8).map(|c| (25 - c * 5 + 1).clamp(0, 10)).sum();
    assert_eq!(first.base_rate(), Some(hits as f64 / moments as f64));
    assert_eq!(first.lift(), Some(moments as f64 / hits as f64));

    // Nothing is observed long enough: the counts are there, the rest is not known.
    let options = SequenceOptions::new(MinSupport::Count(2), 400.0);
    let all = mine(&lines, &options);
    let first = all.get(0).unwrap();
    assert_eq!((first.customers(), first.observed()), (8, 0));
    assert_eq!((first.confidence(), first.lift(), first.median_lag_days()), (None, None, None));
    let batch = all.to_record_batch().unwrap();
    assert!(batch["lift"].as_primitive::<Float64Type>().iter().all(|lift| lift.is_none()));
    assert!(all.at_least(SequenceMeasure::Lift, 0.0).is_empty());
    assert_eq!(all.sorted_by(SequenceMeasure::Lift).len(), all.len());
}

#[test]
fn refills_are_sequences() {
    let lines: Vec<Line> = (0..8).map(|k| (1, k * 30 * DAY, 0, 7)).collect();
    let options = SequenceOptions::new(MinSupport::Share(1.0), 90.0).max_length(9);
    let all = mine(&lines, &options);
    assert_eq!(all.len(), 3, "four purchases take 90 days");
    let pair = all.get(0).unwrap();
    assert_eq!((pair.occurrences(), pair.observed(), pair.followed()), (7, 5, 5));
    assert_eq!(pair.median_lag_days(), Some(30.0));
    let last = all.get(2).unwrap();
    assert_eq!(last.occurrences(), 5);
    assert_eq!(last.median_lags_days().collect::<Vec<_>>(), [Some(30.0); 3]);
    assert!(mine(&lines, &options.repeats(false)).is_empty());
}

#[test]
fn views_filter_and_sort() {
    let lines = [
        (1, 0, 0, 1),
        (1, 5, 0, 2),
        (1, 9, 0, 3),
        (2, 0, 0, 1),
        (2, 2, 0, 2),
        (2, 50, 0, 4),
        (3, 0, 0, 3),
        (3, 1, 0, 1),
    ];
    let all = mine(&lines, &SequenceOptions::new(MinSupport::Count(1), 20.0 / DAY as f64));
    assert_eq!(all.get(0).unwrap().to_string(), "1 -> 2");
    assert_eq!(all.containing([3]).len(), 4);
    assert_eq!(all.containing([3, 2]).len(), 2);
    assert_eq!(all.containing([99]).len(), 0);
    assert_eq!(all.with_length(3..=3).len(), 1);
    assert_eq!((all.head(2).len(), all.head(99).len()), (2, all.len()));
    assert_eq!(all.take(&[1, 0]).get(1).unwrap().to_string(), "1 -> 2");
    assert!(all.get(all.len()).is_none());
    for measure in SequenceMeasure::ALL {
        assert_eq!(measure.name().parse::<SequenceMeasure>().unwrap(), measure);
        let values: Vec<Option<f64>> =
            all.sorted_by(measure).iter().map(|sequence| sequence.value(measure)).collect();
        assert!(values.is_sorted_by(|a, b| a >= b), "{measure}: {values:?}");
    }
    let error = "lfit".parse::<SequenceMeasure>().unwrap_err().to_string();
    assert!(error.contains("\"lfit\"") && error.contains("base_rate"), "{error}");
    assert!(all.after::<[[i64; 0]; 0]>([], 9, SequenceMeasure::Lift).is_empty());
}

#[test]
fn bad_input_is_named() {
    let lines = [(1, 0, 0, 1), (1, 5, 0, 2)];
    let one = SequenceOptions::new(MinSupport::Count(1), 1.0);
    let fails = |history: &History, options: &SequenceOptions| {
        sequences(history, options, &Control::new()).unwrap_err()
    };
    for (name, kind, options) in [
        (
            "min_support",
            ErrorKind::InvalidArgument,
            SequenceOptions::new(MinSupport::Share(0.0), 1.0),
        ),
        (
            "min_support",
            ErrorKind::InvalidArgument,
            SequenceOptions::new(MinSupport::Count(0), 1.0),
        ),
        (
            "within_days",
            ErrorKind::InvalidArgument,
            SequenceOptions::new(MinSupport::Count(1), 0.0),
        ),
        ("only_from", ErrorKind::UnknownId, one.clone().only_from([1, 9])),
        ("must_not_contain", ErrorKind::UnknownId, one.clone().must_not_contain(["1"])),
        ("threads", ErrorKind::InvalidArgument, one.clone().threads(0)),
    ] {
        let error = fails(&history(&lines), &options);
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().starts_with(name), "{error}");
    }
    let builder = HistoryBuilder::new(&HistoryOptions::default());
    let empty = builder.finish(&Control::new()).unwrap();
    assert_eq!(fails(&empty, &one).kind(), ErrorKind::Data);

    let mut builder = HistoryBuilder::new(&HistoryOptions::default()).without_customers();
    builder.push(&OrderLine::new(0, 1).basket(1)).unwrap();
    let error = fails(&builder.finish(&Control::new()).unwrap(), &one);
    assert_eq!(error.kind(), ErrorKind::Data);
    assert!(error.to_string().contains("customer"), "{error}");

    let control = Control::new();
    control.cancel();
    assert!(sequences(&history(&lines), &one, &control).unwrap_err().is_cancelled());
    assert!(mine(&lines, &SequenceOptions::new(MinSupport::Count(u64::MAX), 1.0)).is_empty());
}

#[test]
fn a_threshold_that_is_too_low_ends_in_a_limit() {
    let lines: Vec<Line> = (0..400).map(|k| (k % 2, k / 20, 0, k / 2 % 10)).collect();
    for threads in [1, 2] {
        for items in [1, 3] {
            let options = SequenceOptions::new(MinSupport::Count(2), 1.0)
                .max_items_per_step(items)
                .max_sequences(500)
                .threads(threads);
            let error = sequences(&history(&lines), &options, &Control::new()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
            assert!(error.to_string().contains("max_sequences"), "{error}");
        }
    }
}

#[test]
fn work_is_cancelled_from_another_thread() {
    // A hundred purchases of three items each: three to the power of 255 sequences.
    let lines: Vec<Line> = (0..900).map(|k| (k % 3, k / 9, 0, k % 9 / 3)).collect();
    let history = history(&lines);
    for threads in [1, 2] {
        let options = SequenceOptions::new(MinSupport::Count(3), 1.0)
            .max_length(255)
            .max_sequences(u64::MAX)
            .threads(threads);
        let control = Control::new();
        let error = std::thread::scope(|scope| {
            let worker = scope.spawn(|| sequences(&history, &options, &control).map(drop));
            while control.progress().total == 0 {
                std::thread::yield_now();
            }
            control.cancel();
            worker.join().unwrap().unwrap_err()
        });
        assert!(error.is_cancelled(), "{error}");
    }
}
