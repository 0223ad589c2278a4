//! The model file: damaged in every way, written and read back, opened from the past.

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use basketry::data::Link;
use basketry::mine::{Measure, rules_with_baskets};
use basketry::{
    Baskets, CatalogBuilder, CatalogOptions, Context, Control, DueOptions, Engine, ErrorKind,
    FitOptions, HistoryBuilder, HistoryOptions, Id, IdRef, ItemsetOptions, MinSupport, Model,
    OrderLine, Policy, Product, RecommendOptions, RuleOptions, fit, itemsets,
};

const DAY: i64 = 86_400_000;
/// The minor version, which may be anything: a newer minor version is read as far as it is known.
const MINOR: std::ops::Range<usize> = 10..12;

/// A model with something in every section, as small as that goes.
fn small() -> Model {
    let mut catalog = CatalogBuilder::new(&CatalogOptions::default());
    for (number, id) in ["crème", "jam", "tea"].into_iter().enumerate() {
        let product = Product::new(id)
            .price(100 + number as i64)
            .cost(60)
            .stock(9)
            .sellable(true)
            .name("näme")
            .line(IdRef::Int(7))
            .brand("b")
            .category([IdRef::Str("food")])
            .must_match("size", IdRef::Str("s"))
            .quality("grade", 1.5)
            .term(12)
            .service(number == 1)
            .pack(2.5)
            .rating(4.5);
        catalog.push(&product).unwrap();
    }
    let mut history = HistoryBuilder::new(&HistoryOptions::default());
    for basket in 0..40i64 {
        let customer = 10 + basket / 4 % 2;
        // Jam and something only the history knows go together; tea is apart.
        let products: &[&str] = if basket % 4 == 0 { &["jam", "old"] } else { &["tea"] };
        for &product in products {
            let line = OrderLine::new(basket * 3 * DAY, product).customer(customer).basket(basket);
            history.push(&line).unwrap();
        }
    }
    let history = history.finish(&Control::new()).unwrap();
    let options = FitOptions::default().min_customers(2);
    let mut catalog = catalog.finish();
    catalog.link("crème", Link::NeverWith, "tea").unwrap();
    let model = fit(&catalog, &history, &options, &Control::new()).unwrap();
    assert!(model.relations(None).unwrap().rows().iter().any(|row| !row.given));
    assert!(model.related(1).len() == 1 && !model.popular().is_empty());
    model
}

/// The same with rules.
fn ruled() -> Model {
    let lists = (0..12).map(|basket| match basket % 4 {
        0 => vec!["jam", "tea", "old"],
        1 => vec!["jam", "old"],
        2 => vec!["tea", "old"],
        _ => vec!["tea", "crème"],
    });
    let customers: Vec<u32> = (0..12).map(|basket| basket / 2 % 3).collect();
    let baskets = Baskets::from_lists(lists).unwrap().with_customers(customers).unwrap();
    let control = Control::new();
    let sets = itemsets(&baskets, &ItemsetOptions::new(MinSupport::Count(2)), &control).unwrap();
    let made = rules_with_baskets(&sets, &baskets, &RuleOptions::new(0.4), &control).unwrap();
    let model = small().with_rules(&made).unwrap();
    assert!(model.rules().unwrap().iter().any(|rule| rule.antecedent().len() == 2));
    model
}

fn bytes() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| ruled().as_bytes().to_vec())
}

/// Uses everything a model offers. Must not panic, whatever the file held.
fn walk(model: &Model) {
    let control = Control::new();
    for view in [model.products(), model.customers()] {
        for index in 0..view.len() as u32 {
            if let Some(id) = view.get(index) {
                assert!(view.find(id).is_some_and(|found| found <= index));
            }
        }
        assert_eq!(view.get(view.len() as u32), None);
        assert_eq!(view.get(u32::MAX), None);
        assert_eq!(view.find("nobody"), None);
    }
    for product in 0..model.products().len() as u32 + 1 {
        let _ = model.product_stats(product);
        assert!(model.related(product).all(|r| (r.product as usize) < model.products().len()));
    }
    let mut customers = Vec::new();
    for customer in 0..model.customers().len() as u32 + 1 {
        assert!(model.purchases(customer).all(|p| p.share.is_finite()));
        customers.extend(model.customers().get(customer));
    }
    let catalog = model.catalog();
    assert!(catalog.len() <= model.products().len());
    for product in 0..catalog.len() as u32 {
        let _ = (catalog.id(product), catalog.price(product), catalog.cost(product));
        let _ = (catalog.stock(product), catalog.is_sellable(product), catalog.name(product));
        let _ = (catalog.line(product), catalog.brand(product));
        let _ = catalog.category(product).count() + catalog.must_match(product).count();
        let _ = catalog.quality(product).count();
        let _ = (catalog.term(product), catalog.is_service(product));
        let _ = (catalog.pack(product), catalog.rating(product));
    }
    let found = model.recommend(&customers, &RecommendOptions::new(10), &control).unwrap();
    assert!(found.probabilities().iter().all(|p| (0.0..=1.0).contains(p)));
    found.to_record_batch().unwrap();
    let baskets: Vec<Vec<IdRef<'_>>> = vec![model.products().iter().take(2).collect(), vec![]];
    let found = model.complete(&baskets, None, &RecommendOptions::new(10), &control).unwrap();
    assert!(found.probabilities().iter().all(|p| (0.0..=1.0).contains(p)));
    found.to_record_batch().unwrap();
    let _ = (catalog.links().len(), model.due(&customers, &DueOptions::default(), &control));
    let relations = model.relations(None).unwrap();
    relations.to_record_batch().unwrap();
    for row in relations.rows() {
        assert!((row.product.max(row.related) as usize) < model.products().len());
        assert!(row.numbers.is_none_or(|numbers| numbers.lift.is_finite()));
        let _ = model.cycle(row.product);
    }
    let engine = Engine::new(model.clone(), catalog).unwrap();
    let context = Context::at(model.as_of()).customer(10).basket([("jam", 1)]).viewed("tea");
    let decision = engine.decide(&Policy::default(), &context).unwrap();
    let _ = decision.to_json();
    let all: Vec<IdRef<'_>> = model.products().iter().collect();
    if let Some(rules) = model.rules() {
        for rule in rules.iter() {
            let _ = (rule.to_string(), rule.counts(), rule.customers());
        }
        for &measure in Measure::ALL {
            for basket in [&all[..], &all[..1], &[]] {
                let found = rules.matching(basket.iter().copied(), 3, measure);
                assert!(found.len() <= 3);
                rules.to_rules(found).unwrap().to_record_batch().unwrap();
            }
        }
        let made = rules.to_rules(rules.iter()).unwrap();
        let _ = (made.to_record_batch().unwrap(), made.matching(all, 3, Measure::Lift));
    }
    let _ = (model.id_hex(), model.as_of(), model.report().to_string(), format!("{model:?}"));
    let _ = model.options();
}

#[test]
fn a_sound_model_walks() {
    let model = small();
    model.verify().unwrap();
    walk(&model);
}

#[test]
fn every_truncation_is_an_error() {
    for len in 0..bytes().len() {
        let error = Model::from_bytes(bytes()[..len].to_vec()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Format, "{len}: {error}");
    }
    let mut longer = bytes().to_vec();
    longer.extend_from_slice(&[0; 64]);
    assert_eq!(Model::from_bytes(longer).unwrap_err().kind(), ErrorKind::Format);
}

/// Flips these bits, one at a time.
fn flip(bits: &[usize]) {
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for worker in 0..workers {
            scope.spawn(move || {
                let mut valid = 0;
                for &bit in bits.iter().skip(worker).step_by(workers) {
                    let mut damaged = bytes().to_vec();
                    damaged[bit / 8] ^= 1 << (bit % 8);
                    let Ok(model) = Model::from_bytes(damaged) else { continue };
                    valid += 1;
                    walk(&model);
                    // What opening lets pass, the hashes find.
                    assert_eq!(model.verify().is_ok(), MINOR.contains(&(bit / 8)), "bit {bit}");
                }
                assert!(valid > 0, "no damage was small enough to test reading");
            });
        }
    });
}

#[test]
fn a_bit_flip_is_an_error_or_a_valid_model() {
    // All bits of the header and of the section table's beginning, and of the rest some at all
    // places within a byte and within a number.
    let all = bytes().len() * 8;
    let bits: Vec<usize> = (0..1024).chain((1024..all).step_by(37)).collect();
    flip(&bits);
}

#[test]
#[ignore = "takes minutes"]
fn every_single_bit_flip_is_an_error_or_a_valid_model() {
    flip(&(0..bytes().len() * 8).collect::<Vec<_>>());
}

#[test]
fn errors_name_the_file_and_the_section() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.basketry");
    let error_of = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        let (opened, read) = (Model::open(&path).unwrap_err(), Model::read(&path).unwrap_err());
        assert_eq!((opened.kind(), opened.to_string()), (read.kind(), read.to_string()));
        assert!(opened.to_string().contains("shop.basketry"), "{opened}");
        opened
    };
    let check = |bytes: &[u8], kind, part: &str| {
        let error = error_of(bytes);
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(part), "{error}");
    };
    check(b"", ErrorKind::Format, "empty");
    check(b"not a model at all, but long enough to be one if it were", ErrorKind::Format, "mark");
    check(&bytes()[..40], ErrorKind::Format, "cut short");
    check(&bytes()[..bytes().len() - 64], ErrorKind::Format, "cut short");
    let mut newer = bytes().to_vec();
    newer[8] = 2;
    check(&newer, ErrorKind::Version, "2.0 is newer");
    newer.truncate(64);
    check(&newer, ErrorKind::Version, "newer");
    // Of a build that learned other features, or did not say which.
    for layout in [0u64, 1] {
        let mut other = bytes().to_vec();
        other[56..64].copy_from_slice(&layout.to_le_bytes());
        let text = format!("format version 1.0 in layout {layout:016x}, where ");
        check(&other, ErrorKind::Version, &text);
        check(&other, ErrorKind::Version, "fit the model again with this one");
        other.truncate(other.len() - 64);
        check(&other, ErrorKind::Format, "cut short");
    }
    let mut table = bytes().to_vec();
    table[64 + 20] ^= 1;
    check(&table, ErrorKind::Format, "section table");
    // A product index in the list of popular products that is out of range.
    let popl = bytes().windows(4).position(|window| window == b"POPL").unwrap();
    let mut at = [0; 8];
    at.copy_from_slice(&bytes()[popl + 16..popl + 24]);
    let mut index = bytes().to_vec();
    index[u64::from_le_bytes(at) as usize + 3] = 0xff;
    check(&index, ErrorKind::Format, "section POPL");

    let missing = folder.path().join("missing.basketry");
    let error = Model::open(&missing).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.to_string().contains("missing.basketry"), "{error}");
    let error = Model::open(folder.path()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io, "{error}");
}

#[test]
fn a_newer_minor_version_is_read() {
    let mut newer = bytes().to_vec();
    newer[10] = 9;
    walk(&Model::from_bytes(newer).unwrap());
}

#[test]
fn a_huge_file_of_zeros_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("zeros");
    // Sparse: it takes no room.
    fs::File::create(&path).unwrap().set_len(2 << 30).unwrap();
    let begun = std::time::Instant::now();
    assert_eq!(Model::open(&path).unwrap_err().kind(), ErrorKind::Format);
    assert_eq!(Model::read(&path).unwrap_err().kind(), ErrorKind::Format);
    assert!(begun.elapsed().as_secs() < 1);
}

/// Saving renames, and whoever saved to a device or a socket would lose it.
#[cfg(unix)]
#[test]
fn only_regular_files_are_opened_and_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let error = Model::from_bytes(bytes().to_vec()).unwrap().save(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.to_string().contains("not a regular file"), "{error}");
    assert!(!fs::metadata(&path).unwrap().is_file());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    for open in [Model::open, Model::read] {
        let error = open(&path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Format);
        assert!(error.to_string().ends_with("socket: not a regular file"), "{error}");
    }
}

#[test]
fn saved_opened_and_read_it_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.basketry");
    let model = small();
    model.save(&path).unwrap();
    // Over an existing file, which is mapped: that mapping keeps the old one.
    let opened = Model::open(&path).unwrap();
    model.save(&path).unwrap();
    for copy in [&opened, &Model::read(&path).unwrap(), &Model::open(&path).unwrap()] {
        assert_eq!(copy.as_bytes(), model.as_bytes());
        assert_eq!(copy.id(), model.id());
        assert_eq!(copy.report(), model.report());
        assert_eq!(copy.options(), model.options());
        copy.verify().unwrap();
        walk(copy);
    }
    let files: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(files.len(), 1, "a temporary file was left behind");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o600, 0o600);
        let plain = folder.path().join("plain");
        fs::write(&plain, "").unwrap();
        assert_eq!(mode, fs::metadata(&plain).unwrap().permissions().mode());
    }
    let nowhere = folder.path().join("no such folder").join("model");
    let error = model.save(&nowhere).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.to_string().contains("no such folder"), "{error}");
}

#[test]
fn bytes_at_any_address_will_do() {
    // A vector whose bytes begin at an odd address cannot be made on purpose; many small ones
    // in a row at least differ.
    for shift in 0..8 {
        let mut shifted = vec![0; shift];
        shifted.extend_from_slice(bytes());
        walk(&Model::from_bytes(shifted.split_off(shift)).unwrap());
    }
}

#[test]
fn the_catalogue_comes_back_as_it_was() {
    let model = small();
    let catalog = model.catalog();
    assert_eq!((catalog.len(), catalog.currency().code()), (3, "EUR"));
    assert_eq!(catalog.id(0), IdRef::Str("crème"));
    assert_eq!(catalog.price(2).unwrap().minor, 102);
    assert_eq!(catalog.cost(0).unwrap().minor, 60);
    assert_eq!((catalog.stock(1), catalog.is_sellable(1)), (Some(9), true));
    assert_eq!(catalog.name(0), Some("näme"));
    assert_eq!(catalog.line(0), Some(IdRef::Int(7)));
    assert_eq!(catalog.brand(0), Some(IdRef::Str("b")));
    assert_eq!(catalog.category(0).collect::<Vec<_>>(), [Some(IdRef::Str("food"))]);
    assert_eq!(catalog.must_match(0).collect::<Vec<_>>(), [("size", Some(IdRef::Str("s")))]);
    assert_eq!(catalog.quality(0).collect::<Vec<_>>(), [("grade", Some(1.5))]);
    assert_eq!((catalog.term(0), catalog.is_service(0), catalog.is_service(1)), (12, false, true));
    assert_eq!((catalog.pack(2), catalog.rating(0)), (Some(2.5), Some(4.5)));
    assert_eq!(catalog.report().products, 3);
    assert_eq!(model.products().get(3), Some(IdRef::Str("old")));
    assert_eq!(model.customers().find(11), Some(1));
    assert_eq!(model.customers().find("11"), None);
    assert_eq!(model.customers().get(0).map(IdRef::to_owned), Some(Id::Int(10)));
}

// ------------------------------------------------------------------------ files of the past --

fn golden() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/model-1.0.basketry")
}

/// Writes the golden file of format 1.0. To be run on purpose only, as long as 1.0 is not
/// released: `cargo test -p basketry --test model_file -- --ignored write_golden`.
#[test]
#[ignore = "writes a file of the repository"]
fn write_golden() {
    small().save(golden()).unwrap();
}

#[test]
fn format_1_0_opens() {
    let model = Model::open(golden()).unwrap();
    model.verify().unwrap();
    walk(&model);
    let ids: Vec<_> = model.products().iter().collect();
    assert_eq!(ids, ["crème", "jam", "tea", "old"].map(IdRef::Str));
    assert_eq!(model.customers().iter().collect::<Vec<_>>(), [IdRef::Int(10), IdRef::Int(11)]);
    assert_eq!(model.as_of(), 117 * DAY);
    assert_eq!(model.report().baskets, 40);
    assert_eq!(model.options().min_customers, 2);
    assert_eq!(model.catalog().price(2).unwrap().minor, 102);
    let related: Vec<_> = model.related(1).map(|r| (r.product, r.baskets, r.customers)).collect();
    assert_eq!(related, [(3, 10, 2)]);
    let found =
        model.recommend(&[IdRef::Int(10)], &RecommendOptions::new(5), &Control::new()).unwrap();
    assert_eq!(found.products(), [2, 0, 1]);
    // What it computes today is what it computed when it was written.
    let fresh =
        small().recommend(&[IdRef::Int(10)], &RecommendOptions::new(5), &Control::new()).unwrap();
    for (old, new) in found.probabilities().iter().zip(fresh.probabilities()) {
        assert!((old - new).abs() < 1e-5);
    }
}
