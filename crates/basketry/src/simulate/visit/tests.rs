use super::super::ShopOptions;
use super::*;

/// What happens as often as `expected` says, by the sum of its chances and of their variances.
#[derive(Default)]
struct Tally {
    expected: f64,
    variance: f64,
    seen: f64,
}

impl Tally {
    fn add(&mut self, chance: f64, seen: bool) {
        self.expected += chance;
        self.variance += chance * (1.0 - chance);
        self.seen += f64::from(u8::from(seen));
    }

    fn check(&self, what: &str) {
        let off = (self.seen - self.expected) / self.variance.sqrt();
        assert!(self.expected > 100.0, "{what}: {} expected", self.expected);
        assert!(off.abs() < 4.0, "{what}: {} for {}", self.seen, self.expected);
    }
}

/// The chances that the oracle knows are those with which customers act.
#[test]
fn what_is_known_is_what_happens() {
    let shop = Shop::new(&ShopOptions::default().customers(400).visits_per_week(7.0)).unwrap();
    let mut anyway = [Tally::default(), Tally::default()];
    let mut offered = [Tally::default(), Tally::default()];
    let (mut takes, mut leaves) = (Tally::default(), Tally::default());
    let mut replaced = 0;
    for who in 0..shop.people.len() {
        let mut state = State::new(&shop, who);
        for day in 0..60 {
            let moment = Moment::new(&shop, who, &state, day);
            let alone = moment.react(&[]);
            for (w, want) in moment.person.wants.iter().enumerate() {
                let accessory = usize::from(moment.need(w).recurs == Recurs::Goes);
                let items = moment.need(w).items.clone();
                let item = items.start + (day as u32 + w as u32) % items.len() as u32;
                let Some((_, p0, because)) = moment.added(item) else { continue };
                assert!(p0 <= moment.later[w] && (0.0..1.0).contains(&because));
                anyway[accessory].add(p0, alone.bought.contains(&item));
                let reaction = moment.react(&[Shown { item, in_place_of: None, kind: None }]);
                let (taken, caused) = reaction.taken[0];
                assert_eq!(taken, reaction.bought.contains(&item));
                assert_eq!(caused, taken && !alone.bought.contains(&item));
                offered[accessory].add(p0 + (1.0 - p0) * because, taken);
                let others = |bought: &[u32]| {
                    let other = |item: &&u32| shop.items[**item as usize].need == want.need;
                    bought.iter().filter(other).count()
                };
                assert!(others(&reaction.bought) <= 1);
                replaced += usize::from(caused && others(&alone.bought) == 1);
            }
            for &(_, held) in &moment.cart {
                let need = &shop.needs[shop.items[held as usize].need as usize];
                for item in need.items.clone() {
                    let Some((_, p, lost)) = moment.up_sell(item, held) else { continue };
                    let reaction =
                        moment.react(&[Shown { item, in_place_of: Some(held), kind: None }]);
                    takes.add(p, reaction.bought.contains(&item) && item != held);
                    let neither =
                        !reaction.bought.contains(&item) && !reaction.bought.contains(&held);
                    leaves.add(lost, neither);
                }
            }
            state.note(&shop, who, day, &[], &alone);
        }
    }
    anyway[0].check("bought anyway");
    anyway[1].check("accessories bought anyway");
    offered[0].check("bought if offered");
    offered[1].check("accessories bought if offered");
    assert!(replaced > 20, "{replaced} substitutes replaced");
    // One draw decides about all variants of a product in the basket, so that these are not
    // independent; the bound is wide, since few draws decide.
    for (tally, what) in [(&takes, "dearer variants taken"), (&leaves, "left")] {
        let off = tally.seen / tally.expected - 1.0;
        assert!(off.abs() < 0.25, "{what}: {} for {}", tally.seen, tally.expected);
    }
}

#[test]
fn ignored_offers_tire() {
    let options = ShopOptions::default().customers(50);
    let shop = Shop::new(&options).unwrap();
    let who = 3;
    let mut state = State::new(&shop, who);
    let fresh = Moment::new(&shop, who, &state, 10);
    let (w, item) = (fresh.later.iter().enumerate())
        .filter(|&(_, &later)| later > 0.0)
        .map(|(w, _)| (w, fresh.need(w).items.start))
        .next()
        .unwrap();
    let (_, p0, because) = fresh.added(item).unwrap();
    let nothing = Reaction {
        taken: vec![(false, false); 10],
        satisfied: vec![false; fresh.person.wants.len()],
        ..Reaction::default()
    };
    state.note(&shop, who, 10, &[], &nothing);
    assert_eq!(state.pressure(&shop, 10), 10.0);
    assert!((state.pressure(&shop, 24) - 5.0).abs() < 1e-12);
    let tired = Moment::new(&shop, who, &state, 10);
    let (_, still, less) = tired.added(item).unwrap();
    assert_eq!(still, p0, "what is bought anyway is bought all the same ({w})");
    assert!(less < because && less > 0.0);
}
