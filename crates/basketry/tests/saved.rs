//! Results as bytes: what comes back is what went, and no damage is a panic.

use basketry::mine::{
    ItemsetOptions, Measure, RuleOptions, SequenceMeasure, SequenceOptions, Sequences,
    rules_with_baskets, sequences,
};
use basketry::{
    Baskets, Control, ErrorKind, Hierarchy, HistoryBuilder, HistoryOptions, Itemsets, MinSupport,
    OrderLine, Result, Rules, itemsets,
};
use proptest::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

fn baskets() -> Result<Baskets> {
    let lists = [
        vec!["tea", "jam"],
        vec!["tea", "jam", "bread"],
        vec!["tea"],
        vec!["bread", "jam"],
        vec!["tea", "bread"],
    ];
    Baskets::from_lists(lists)?.with_customers([1, 1, 2, 3, 3])
}

fn some_sets() -> Result<Vec<Itemsets>> {
    let control = Control::new();
    let options = ItemsetOptions::new(MinSupport::Count(1));
    let kinds = Hierarchy::from_links([("tea", "hot"), ("jam", "sweet")])?;
    let mixed = Hierarchy::from_links([(1, "hot"), (2, "sweet")])?;
    let numbers = Baskets::from_lists([vec![1, 2], vec![2, 3]])?;
    let weighted = baskets()?.with_weights(&[0.5, 1.0, 2.0, 1.0, 0.25])?;
    Ok(vec![
        itemsets(&baskets()?, &options, &control)?,
        itemsets(&baskets()?, &options, &control)?.with_length(2..).sorted_by("support")?,
        itemsets(&baskets()?, &options.clone().min_length(2).max_length(3), &control)?,
        itemsets(&baskets()?, &options.clone().hierarchy(kinds), &control)?,
        itemsets(&numbers, &options.clone().hierarchy(mixed), &control)?,
        itemsets(&weighted, &options, &control)?,
    ])
}

fn some_rules() -> Result<Rules> {
    let sets = &some_sets()?[2];
    let rules = rules_with_baskets(sets, &baskets()?, &RuleOptions::new(0.1), &Control::new())?;
    rules.sorted_by(Measure::Lift).with_measures(&[Measure::Phi, Measure::Boost])
}

fn some_sequences(items: usize) -> Result<Sequences> {
    let mut builder = HistoryBuilder::new(&HistoryOptions::default()).without_baskets();
    for (customer, day, product) in [
        ("ann", 0, "tea"),
        ("ann", 0, "jam"),
        ("ann", 20, "bread"),
        ("bob", 5, "tea"),
        ("bob", 35, "bread"),
        ("bob", 80, "tea"),
    ] {
        builder.push(&OrderLine::new(day * 86_400_000, product).customer(customer))?;
    }
    let history = builder.finish(&Control::new())?;
    let options = SequenceOptions::new(MinSupport::Count(1), 90.0).max_items_per_step(items);
    sequences(&history, &options, &Control::new())
}

fn some_baskets() -> Result<Vec<Baskets>> {
    let numbers = Baskets::from_lists([vec![1, -2], vec![], vec![i64::MAX]])?;
    let none = Baskets::from_lists::<Vec<i64>>([])?;
    Ok(vec![
        baskets()?,
        baskets()?.with_weights(&[0.5, 1.0, 2.0, 1.0, 0.25])?,
        numbers.clone().with_weights(&[3.0, 1.0, 2.0])?,
        some_kinds()?[1].extend(&numbers, &Control::new())?,
        none,
    ])
}

fn some_kinds() -> Result<Vec<Hierarchy>> {
    let kinds = [("edam", "cheese"), ("brie", "cheese"), ("cheese", "dairy"), ("brie", "soft")];
    Ok(vec![
        Hierarchy::from_links(kinds)?,
        Hierarchy::from_links([(1, "odd"), (i64::MAX, "odd"), (-2, "even")])?,
        Hierarchy::from_links(kinds)?.only(["item", "2"])?,
        Hierarchy::from_links::<&str, &str>([])?,
    ])
}

fn look_at_baskets(baskets: &Baskets) {
    let _ = baskets.rows().map(<[u32]>::len).sum::<usize>();
    let _ = (0..baskets.len()).flat_map(|at| baskets.basket(at)).count();
    let options = ItemsetOptions::new(MinSupport::Share(0.1));
    let sets = itemsets(baskets, &options, &Control::new());
    let rule_options = RuleOptions::new(0.1).min_customers(1);
    let _ = sets.map(|sets| rules_with_baskets(&sets, baskets, &rule_options, &Control::new()));
}

fn look_at_kinds(kinds: &Hierarchy) {
    let _ = (kinds.len(), kinds.levels().count());
    for id in ["edam", "brie", "cheese", "odd"] {
        let _ = (kinds.ancestors(id).len(), kinds.level_of(id));
    }
    let options = ItemsetOptions::new(MinSupport::Count(1)).hierarchy(kinds.clone());
    let baskets = Baskets::from_lists([["edam", "brie"], ["brie", "ale"]]).unwrap();
    let _ = itemsets(&baskets, &options, &Control::new());
}

/// Whatever one may look at.
fn look_at_sets(sets: &Itemsets) {
    let _ = sets.to_record_batch();
    for set in sets.iter() {
        let ids: Vec<_> = set.ids().collect();
        let _ = (sets.count_of(ids), set.support());
    }
    let _ = (sets.containing(["tea"]).len(), sets.sorted_by("count"), sets.total_weight());
    let _ = basketry::rules(sets, &RuleOptions::new(0.1), &Control::new());
}

fn look_at_rules(rules: &Rules) {
    let _ = rules.to_record_batch();
    for &measure in Measure::ALL {
        let _ = rules.values(measure).count();
    }
    let _ = rules.matching(["tea"], 3, Measure::Lift).len();
    let _ = rules.iter().map(|rule| rule.to_string().len()).sum::<usize>();
}

fn look_at_sequences(found: &Sequences) {
    let _ = found.to_record_batch();
    for measure in SequenceMeasure::ALL {
        let _ = found.sorted_by(measure).len();
    }
    let _ = found.after([["tea"]], 3, SequenceMeasure::Lift).len();
}

#[test]
fn what_comes_back_is_what_went() -> Result<()> {
    for sets in some_sets()? {
        let again = Itemsets::from_bytes(&sets.to_bytes())?;
        assert_eq!(again.to_bytes(), sets.to_bytes());
        assert_eq!(again.to_record_batch()?, sets.to_record_batch()?);
        assert_eq!(again.total_weight(), sets.total_weight());
        look_at_sets(&again);
    }
    for baskets in some_baskets()? {
        let again = Baskets::from_bytes(&baskets.to_bytes())?;
        assert_eq!(again.to_bytes(), baskets.to_bytes());
        assert!(again.rows().eq(baskets.rows()) && again.ids().iter().eq(baskets.ids().iter()));
        assert_eq!(again.customers(), baskets.customers());
        let options = ItemsetOptions::new(MinSupport::Share(0.01));
        let mined = |baskets: &Baskets| {
            itemsets(baskets, &options, &Control::new()).map(|sets| sets.to_bytes()).ok()
        };
        assert_eq!(mined(&again), mined(&baskets));
        look_at_baskets(&again);
    }
    for kinds in some_kinds()? {
        let again = Hierarchy::from_bytes(&kinds.to_bytes())?;
        assert_eq!(again, kinds);
        assert_eq!(again.to_bytes(), kinds.to_bytes());
        look_at_kinds(&again);
    }
    let rules = some_rules()?;
    let again = Rules::from_bytes(&rules.to_bytes())?;
    assert_eq!(again.to_bytes(), rules.to_bytes());
    assert!(again.knows_customers() && again.len() > 3);
    assert_eq!(again.measures(), rules.measures());
    let texts = |rules: &Rules| rules.iter().map(|rule| rule.to_string()).collect::<Vec<_>>();
    assert_eq!(texts(&again), texts(&rules));
    look_at_rules(&again);
    for items in [1, 2] {
        let found = some_sequences(items)?.sorted_by(SequenceMeasure::Lift);
        let again = Sequences::from_bytes(&found.to_bytes())?;
        assert_eq!(again.to_bytes(), found.to_bytes());
        assert_eq!(again.to_record_batch()?, found.to_record_batch()?);
        assert!(again.len() > 3);
        look_at_sequences(&again);
    }
    Ok(())
}

#[test]
fn what_is_cut_short_or_changed_is_an_error() -> Result<()> {
    let data = some_sets()?[0].to_bytes();
    for len in 0..data.len() {
        let error = Itemsets::from_bytes(&data[..len]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Format, "{len}");
    }
    for at in 0..data.len() {
        let mut data = data.clone();
        data[at] ^= 0x10;
        assert_eq!(Itemsets::from_bytes(&data).unwrap_err().kind(), ErrorKind::Format, "{at}");
    }
    let mut newer = data.clone();
    newer[16] = 2;
    let error = Itemsets::from_bytes(&sealed(newer)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Version);
    let error = Rules::from_bytes(&data).unwrap_err();
    assert!(error.to_string().contains("expected rules, got itemsets"), "{error}");
    Ok(())
}

/// With the hash of what is there.
fn sealed(mut data: Vec<u8>) -> Vec<u8> {
    let body = data.len() - 8;
    let hash = xxh3_64(&data[..body]);
    data[body..].copy_from_slice(&hash.to_le_bytes());
    data
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn made_up_bytes_are_no_panic(
        which in 0usize..19,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let sets = some_sets().unwrap();
        let mut data = match which {
            6 | 7 => some_rules().unwrap().to_bytes(),
            8 => some_sequences(1).unwrap().to_bytes(),
            9 => some_sequences(2).unwrap().to_bytes(),
            10..15 => some_baskets().unwrap()[which - 10].to_bytes(),
            15.. => some_kinds().unwrap()[which - 15].to_bytes(),
            set => sets[set].to_bytes(),
        };
        // Not in the mark, which must be there.
        for (at, byte) in changes {
            let at = 24 + at.index(data.len() - 32);
            data[at] = byte;
        }
        if let Some(cut) = cut {
            data.truncate(32 + cut.index(data.len() - 32));
        }
        let data = sealed(data);
        match which {
            6 | 7 => _ = Rules::from_bytes(&data).map(|rules| look_at_rules(&rules)),
            8 | 9 => _ = Sequences::from_bytes(&data).map(|found| look_at_sequences(&found)),
            10..15 => _ = Baskets::from_bytes(&data).map(|baskets| look_at_baskets(&baskets)),
            15.. => _ = Hierarchy::from_bytes(&data).map(|kinds| look_at_kinds(&kinds)),
            _ => _ = Itemsets::from_bytes(&data).map(|sets| look_at_sets(&sets)),
        }
    }
}
