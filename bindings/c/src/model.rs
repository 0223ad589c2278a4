//! What was learned, as one immutable file.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use basketry::{FitOptions, IdKind, IdsView, Model, Result, fit};

use crate::catalog::basketry_catalog;
use crate::control::{basketry_control, run};
use crate::error::{basketry_status, call, free, get, invalid, make, required};
use crate::history::basketry_history;
use crate::strings::{
    BASKETRY_ID_INT, BASKETRY_ID_NONE, BASKETRY_ID_STR, Grows, array, basketry_id, basketry_str,
    flag, grown, path,
};
use crate::text::{Text, to_json};

/// What was learned from past orders: immutable, shared by the engines it is given to.
pub struct basketry_model {
    pub(crate) model: Model,
    report: Text,
    options: Text,
    id: Text,
}

/// How to learn. A field that is 0 has its default unless it says otherwise.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_fit_options {
    /// The size of this struct; BASKETRY_FIT_OPTIONS_INIT sets it.
    pub struct_size: usize,
    /// A pair of products is kept, and a product is called popular, only if at least this many
    /// distinct customers stand behind it: the privacy threshold. 0 means 10.
    pub min_customers: u32,
    /// Related products kept for each product, 0 to 1024. BASKETRY_FIT_OPTIONS_INIT sets -1, which
    /// means 64.
    pub neighbours: i32,
    /// Half-life of a customer's purchases in days: a purchase this old counts half. 0 means 120.
    pub half_life_days: f64,
    /// Half-life of a product's popularity in days. 0 means 14.
    pub popularity_half_life_days: f64,
    /// The probabilities are fitted to the orders of the last so many days, but at least of the
    /// horizon, from what was known before; at most a quarter of the history's span is used. 0
    /// means 28.
    pub holdout_days: f64,
    /// Recommendations have the probability of a purchase within so many days. A history that spans
    /// less than four times as long gives that for a quarter of its span. 0 means 28.
    pub horizon_days: f64,
    /// Expected baskets by which a pair's lift is drawn towards 1. 0 means 1.
    pub shrinkage: f64,
    /// Baskets with more distinct products than this are left out of pair counting, and counted in
    /// the report. 0 means 1000.
    pub max_basket: u32,
    /// Products kept for each product of which it says most by what baskets hold, 0 to 1024. 0 learns
    /// no similarity, neither by what baskets hold nor by what customers buy.
    /// BASKETRY_FIT_OPTIONS_INIT sets -1, which means 64.
    pub similar: i32,
    /// Penalty on squared weights of the similarity by customers, in customers. 0 means 1000.
    pub customers_l2: f64,
    /// Penalty on squared weights of the similarity by baskets, in baskets. 0 means 5.
    pub baskets_l2: f64,
    /// Similarity is computed in closed form for up to so many products (by what customers buy:
    /// products or customers, whichever are fewer), at most 100000, and approximated otherwise.
    /// BASKETRY_FIT_OPTIONS_INIT sets -1, which means 10000.
    pub exact_products: i32,
    /// How many threads to use; 0 means one for each core. The model does not depend on it.
    pub threads: usize,
    /// Seed of the draws the examples are made with.
    pub seed: u64,
    /// Relations kept for each product and kind, 0 to 1024. BASKETRY_FIT_OPTIONS_INIT sets -1,
    /// which means 16.
    pub relations: i32,
    /// Purchases within so many days after another are counted as following it. 0 means 28.
    pub follow_up_days: f64,
    /// 1 to try other values of half_life_days, customers_l2 and baskets_l2, and to learn with
    /// those that foretell best what held-out customers bought; the report lists them. It takes some
    /// five times as long.
    pub tune: i32,
}

// SAFETY: plain numbers behind the size.
unsafe impl Grows for basketry_fit_options {
    const NAME: &'static str = "basketry_fit_options";
    const FIRST_SIZE: usize = size_of::<Self>();
    const DEFAULT: Self = Self {
        struct_size: size_of::<Self>(),
        min_customers: 0,
        neighbours: -1,
        half_life_days: 0.0,
        popularity_half_life_days: 0.0,
        holdout_days: 0.0,
        horizon_days: 0.0,
        shrinkage: 0.0,
        max_basket: 0,
        similar: -1,
        customers_l2: 0.0,
        baskets_l2: 0.0,
        exact_products: -1,
        threads: 0,
        seed: 0,
        relations: -1,
        follow_up_days: 0.0,
        tune: 0,
    };
}

impl basketry_fit_options {
    pub(crate) fn to_rust(self) -> Result<FitOptions> {
        let mut options = FitOptions::default();
        if self.min_customers != 0 {
            options.min_customers = self.min_customers;
        }
        options.neighbours = match self.neighbours {
            -1 => options.neighbours,
            given => u32::try_from(given).map_err(|_| {
                invalid(format!("neighbours: expected 0 to 1024, or -1 for 64; got {given}"))
            })?,
        };
        options.relations = match self.relations {
            -1 => options.relations,
            given => u32::try_from(given).map_err(|_| {
                invalid(format!("relations: expected 0 to 1024, or -1 for 16; got {given}"))
            })?,
        };
        for (given, option) in [
            (self.half_life_days, &mut options.half_life_days),
            (self.popularity_half_life_days, &mut options.popularity_half_life_days),
            (self.holdout_days, &mut options.holdout_days),
            (self.horizon_days, &mut options.horizon_days),
            (self.shrinkage, &mut options.shrinkage),
            (self.customers_l2, &mut options.customers_l2),
            (self.baskets_l2, &mut options.baskets_l2),
            (self.follow_up_days, &mut options.follow_up_days),
        ] {
            if given != 0.0 {
                *option = given;
            }
        }
        if self.max_basket != 0 {
            options.max_basket = self.max_basket;
        }
        options.similar = match self.similar {
            -1 => options.similar,
            given => u32::try_from(given).map_err(|_| {
                invalid(format!("similar: expected 0 to 1024, or -1 for 64; got {given}"))
            })?,
        };
        options.exact_products = match self.exact_products {
            -1 => options.exact_products,
            given => u32::try_from(given).map_err(|_| {
                invalid(format!(
                    "exact_products: expected 0 to 100000, or -1 for 10000; got {given}"
                ))
            })?,
        };
        options.threads = (self.threads != 0).then_some(self.threads);
        options.seed = self.seed;
        options.tune = flag(self.tune, "tune")?;
        Ok(options)
    }
}

/// Learns a model. The model holds a copy of the catalogue, so that it can serve alone. Null
/// options mean the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_fit(
    catalog: Option<&basketry_catalog>,
    history: Option<&basketry_history>,
    options: *const basketry_fit_options,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_model>>,
) -> basketry_status {
    make(out, || {
        let catalog = &required(catalog, "catalog")?.catalog;
        let history = &required(history, "history")?.history;
        // SAFETY: the caller's promise for structs that can grow.
        let options = unsafe { grown(options, "options") }?
            .unwrap_or(basketry_fit_options::DEFAULT)
            .to_rust()?;
        let model = run(control, |control| fit(catalog, history, &options, control))?;
        Ok(basketry_model::new(model))
    })
}

/// Opens a model file by mapping it into memory. What is checked, in one pass over the file: its
/// mark, version and length; the table of its sections, by checksum; that every section is there, of
/// its type and length; and in the sections all that later reads rely on: offsets rise, indices and
/// numbers are in their ranges, texts are UTF-8, and every id is found. So no damage can crash a
/// reader; BASKETRY_FORMAT says that one of the checks failed. The checksums of the sections are not
/// checked: a changed byte that leaves a value possible, such as another count or weight, is found
/// by basketry_model_verify alone. While it is open the file may be replaced by renaming another
/// over it, but not written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_model_open(
    file: *const c_char,
    out: Option<&mut MaybeUninit<*mut basketry_model>>,
) -> basketry_status {
    make(out, || {
        // SAFETY: the caller's promise for strings.
        let file = unsafe { path(file, "file") }?;
        Ok(basketry_model::new(Model::open(file)?))
    })
}

/// Reads a model file into memory, for file systems on which files change or go away. Checks what
/// basketry_model_open does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_model_read(
    file: *const c_char,
    out: Option<&mut MaybeUninit<*mut basketry_model>>,
) -> basketry_status {
    make(out, || {
        // SAFETY: the caller's promise for strings.
        let file = unsafe { path(file, "file") }?;
        Ok(basketry_model::new(Model::read(file)?))
    })
}

/// Makes a model from the bytes of a model file, which are copied. Checks what basketry_model_open
/// does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_model_from_bytes(
    bytes: *const u8,
    len: usize,
    out: Option<&mut MaybeUninit<*mut basketry_model>>,
) -> basketry_status {
    make(out, || {
        // SAFETY: the caller's promise for arrays.
        let bytes = unsafe { array(bytes, len, "bytes") }?;
        Ok(basketry_model::new(Model::from_bytes(bytes.to_vec())?))
    })
}

/// Writes the bytes of the model file, and how many there are; they are borrowed from the model.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_model_bytes(
    model: Option<&basketry_model>,
    bytes: Option<&mut MaybeUninit<*const u8>>,
    len: Option<&mut MaybeUninit<usize>>,
) -> basketry_status {
    call(|| {
        let model = required(model, "model")?.model.as_bytes();
        required(bytes, "bytes")?.write(model.as_ptr());
        required(len, "len")?.write(model.len());
        Ok(())
    })
}

/// Writes the model to a file: to a temporary file beside it first, which then takes its name, so
/// that no reader ever sees half a model.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_model_save(
    model: Option<&basketry_model>,
    file: *const c_char,
) -> basketry_status {
    call(|| {
        let model = required(model, "model")?;
        // SAFETY: the caller's promise for strings.
        model.model.save(unsafe { path(file, "file") }?)
    })
}

/// Compares the checksum of every section with the one in the file: finds any damage to what the
/// model holds, also such that left all values possible, which opening does not find. Reads the
/// whole file. BASKETRY_FORMAT with the section's name if it is damaged.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_model_verify(model: Option<&basketry_model>) -> basketry_status {
    call(|| required(model, "model")?.model.verify())
}

/// Frees a model. Null is allowed. Engines that were given it keep what they need.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_model_free(model: Option<Box<basketry_model>>) {
    free(model);
}

/// What was learned and what was not, as a JSON object. Borrowed from the model, ended by a zero
/// byte; empty for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_model_report(model: Option<&basketry_model>) -> basketry_str {
    get(basketry_str::EMPTY, || {
        model.map_or(basketry_str::EMPTY, |model| {
            model.report.lend(|| to_json(model.model.report()))
        })
    })
}

/// The options that the model was fitted with, as a JSON object. Borrowed from the model, ended by a
/// zero byte; empty for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_model_options(model: Option<&basketry_model>) -> basketry_str {
    get(basketry_str::EMPTY, || {
        model.map_or(basketry_str::EMPTY, |model| {
            model.options.lend(|| to_json(model.model.options()))
        })
    })
}

/// The id of the model: 32 hexadecimal digits that stand for its content. Borrowed from the model,
/// ended by a zero byte; empty for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_model_id(model: Option<&basketry_model>) -> basketry_str {
    get(basketry_str::EMPTY, || {
        model.map_or(basketry_str::EMPTY, |model| model.id.lend(|| model.model.id_hex()))
    })
}

/// The time of the last order the model learned from, in milliseconds since 1970-01-01 00:00 UTC;
/// 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_model_as_of(model: Option<&basketry_model>) -> i64 {
    get(0, || model.map_or(0, |model| model.model.as_of()))
}

/// How many products the model knows; 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_model_products(model: Option<&basketry_model>) -> usize {
    get(0, || model.map_or(0, |model| model.model.products().len()))
}

/// How many customers the model knows; 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_model_customers(model: Option<&basketry_model>) -> usize {
    get(0, || model.map_or(0, |model| model.model.customers().len()))
}

/// Writes the id of the product with this index, from 0 to the number of products; it is borrowed
/// from the model.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_model_product(
    model: Option<&basketry_model>,
    index: usize,
    out: Option<&mut MaybeUninit<basketry_id>>,
) -> basketry_status {
    call(|| lend_id(required(model, "model")?.model.products(), index, out))
}

/// Writes the id of the customer with this index, from 0 to the number of customers; it is borrowed
/// from the model.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_model_customer(
    model: Option<&basketry_model>,
    index: usize,
    out: Option<&mut MaybeUninit<basketry_id>>,
) -> basketry_status {
    call(|| lend_id(required(model, "model")?.model.customers(), index, out))
}

fn lend_id(
    ids: IdsView<'_>,
    index: usize,
    out: Option<&mut MaybeUninit<basketry_id>>,
) -> Result<()> {
    let out = required(out, "out")?;
    let id = u32::try_from(index)
        .ok()
        .and_then(|index| ids.get(index))
        .ok_or_else(|| invalid(format!("index: expected less than {}, got {index}", ids.len())))?;
    out.write(basketry_id::lend(id));
    Ok(())
}

/// Whether product ids are integers or texts: BASKETRY_ID_INT or BASKETRY_ID_STR;
/// BASKETRY_ID_NONE for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_model_product_kind(model: Option<&basketry_model>) -> i32 {
    get(BASKETRY_ID_NONE, || {
        model.map_or(BASKETRY_ID_NONE, |model| kind(model.model.products().kind()))
    })
}

/// Whether customer ids are integers or texts: BASKETRY_ID_INT or BASKETRY_ID_STR;
/// BASKETRY_ID_NONE for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_model_customer_kind(model: Option<&basketry_model>) -> i32 {
    get(BASKETRY_ID_NONE, || {
        model.map_or(BASKETRY_ID_NONE, |model| kind(model.model.customers().kind()))
    })
}

fn kind(kind: IdKind) -> i32 {
    match kind {
        IdKind::Int => BASKETRY_ID_INT,
        IdKind::Str => BASKETRY_ID_STR,
    }
}

impl basketry_model {
    pub(crate) fn new(model: Model) -> Self {
        Self { model, report: Text::default(), options: Text::default(), id: Text::default() }
    }
}
