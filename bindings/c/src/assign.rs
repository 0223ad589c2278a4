//! Which offers to make to which customers.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use basketry::{
    AssignOptions, Currency, OfferGroup, Plan, ProposalColumns, Proposals, Result,
    table_from_stream,
};

use crate::arrow::{export, take, taken};
use crate::control::{basketry_control, run};
use crate::error::{basketry_status, call, free, get, invalid, make, required};
use crate::strings::{Grows, array, basketry_id, basketry_str, c_str, grown, optional_c_str};

/// Offers that may be made to customers, and what each would be worth.
pub struct basketry_proposals {
    pub(crate) proposals: Proposals,
}

/// Which offers are made to which customers.
pub struct basketry_plan {
    plan: Plan,
}

/// Which columns of a table of proposals mean what.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_proposal_columns {
    /// The size of this struct; BASKETRY_PROPOSAL_COLUMNS_INIT sets it.
    pub struct_size: usize,
    /// The customer: integers or texts. Required.
    pub customer: *const c_char,
    /// The offer: integers or texts. Required.
    pub offer: *const c_char,
    /// What making the offer to the customer would be worth, in any unit. Offers worth 0 or less
    /// are made for a minimum volume only. Required.
    pub value: *const c_char,
    /// What making it costs, in major units (0.25 is twenty-five cents), at least 0; null if
    /// nothing costs anything.
    pub cost: *const c_char,
}

// SAFETY: plain pointers behind the size.
unsafe impl Grows for basketry_proposal_columns {
    const NAME: &'static str = "basketry_proposal_columns";
    const FIRST_SIZE: usize = size_of::<Self>();
    const DEFAULT: Self = Self {
        struct_size: size_of::<Self>(),
        customer: std::ptr::null(),
        offer: std::ptr::null(),
        value: std::ptr::null(),
        cost: std::ptr::null(),
    };
}

/// How often an offer can be made.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_capacity {
    /// The offer.
    pub offer: basketry_id,
    /// How often it can be made.
    pub most: u64,
}

/// Offers that are limited together. At least one of min, max and per_customer limits them.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_offer_group {
    /// What the group is called. Required.
    pub name: *const c_char,
    /// The offers in it.
    pub offers: *const basketry_id,
    /// How many they are.
    pub n_offers: usize,
    /// How often they are made together at least; what cannot be reached is reached as far as
    /// possible, by all groups together.
    pub min: u64,
    /// How often they are made together at most; UINT64_MAX if that is not limited.
    pub max: u64,
    /// How many of them one customer gets at most; 0 if that is not limited.
    pub per_customer: u64,
}

/// Two offers that never reach the same customer.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_exclusion {
    /// One of them.
    pub one: basketry_id,
    /// The other.
    pub other: basketry_id,
}

/// The limits of a plan.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_assign_options {
    /// The size of this struct; BASKETRY_ASSIGN_OPTIONS_INIT sets it.
    pub struct_size: usize,
    /// How often single offers can be made; others as often as they are proposed.
    pub capacities: *const basketry_capacity,
    /// How many capacities there are.
    pub n_capacities: usize,
    /// Offers that are limited together.
    pub groups: *const basketry_offer_group,
    /// How many groups there are.
    pub n_groups: usize,
    /// Pairs of offers that never reach the same customer.
    pub exclusions: *const basketry_exclusion,
    /// How many pairs there are.
    pub n_exclusions: usize,
    /// What all offers may cost together, in minor units (cents); -1 if that is not limited.
    pub budget: i64,
    /// Breaks ties between customers for whom an offer is worth the same.
    pub seed: u64,
    /// Offers that one customer gets at most, 1 to 64, and no more than the max_offers of the policy
    /// by which an engine proposed them.
    pub per_customer: u32,
    /// Not used; 0.
    pub reserved: u32,
}

// SAFETY: plain numbers and pointers behind the size.
unsafe impl Grows for basketry_assign_options {
    const NAME: &'static str = "basketry_assign_options";
    const FIRST_SIZE: usize = size_of::<Self>();
    const DEFAULT: Self = Self {
        struct_size: size_of::<Self>(),
        capacities: std::ptr::null(),
        n_capacities: 0,
        groups: std::ptr::null(),
        n_groups: 0,
        exclusions: std::ptr::null(),
        n_exclusions: 0,
        budget: -1,
        seed: 0,
        per_customer: 1,
        reserved: 0,
    };
}

impl basketry_assign_options {
    /// # Safety
    /// As for [`grown`], and as for [`array`] and [`c_str`] for what it points to.
    unsafe fn get(options: *const Self) -> Result<AssignOptions> {
        // SAFETY: passed on to the caller, here and below.
        let given = unsafe { grown(options, "options") }?.unwrap_or(Self::DEFAULT);
        let mut options = AssignOptions::new().per_customer(given.per_customer).seed(given.seed);
        if given.budget < -1 {
            return Err(invalid(format!(
                "options.budget: expected -1 or more, got {}",
                given.budget
            )));
        }
        options.budget = Some(given.budget).filter(|&budget| budget >= 0);
        // SAFETY: as above.
        let (capacities, groups, exclusions) = unsafe {
            (
                array(given.capacities, given.n_capacities, "options.capacities")?,
                array(given.groups, given.n_groups, "options.groups")?,
                array(given.exclusions, given.n_exclusions, "options.exclusions")?,
            )
        };
        for (at, capacity) in capacities.iter().enumerate() {
            let name = format!("options.capacities[{at}].offer");
            // SAFETY: as above.
            let offer = unsafe { capacity.offer.require(&name) }?;
            options.capacities.push((offer.to_owned(), capacity.most));
        }
        for (at, group) in groups.iter().enumerate() {
            let place = format!("options.groups[{at}]");
            // SAFETY: as above.
            let (name, offers) = unsafe {
                (
                    c_str(group.name, &format!("{place}.name"))?,
                    basketry_id::array(group.offers, group.n_offers, &format!("{place}.offers"))?,
                )
            };
            let mut read = OfferGroup::new(name, offers).min(group.min);
            read.max = Some(group.max).filter(|&max| max != u64::MAX);
            let each = Some(group.per_customer).filter(|&each| each != 0);
            read.per_customer = each.map(|each| u32::try_from(each).unwrap_or(u32::MAX));
            options.groups.push(read);
        }
        for (at, pair) in exclusions.iter().enumerate() {
            let place = format!("options.exclusions[{at}]");
            // SAFETY: as above.
            let (one, other) = unsafe { (pair.one.require(&place)?, pair.other.require(&place)?) };
            options.excludes.push((one.to_owned(), other.to_owned()));
        }
        Ok(options)
    }
}

/// What a plan comes to.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_plan_summary {
    /// How many offers are made.
    pub offers: u64,
    /// How many customers get one.
    pub reached: u64,
    /// What the plan is worth: the values of all offers, less contact_risk.
    pub value: f64,
    /// No plan within the limits is worth more; where a minimum volume is not met, of the plans
    /// that need only what is reached of it.
    pub bound: f64,
    /// How far the plan may be from the best one: (bound - value) / |bound|.
    pub gap: f64,
    /// What all offers cost together, in minor units, a part of one counted as a whole; 0 without
    /// costs.
    pub spent: i64,
    /// What one more minor unit of budget would be worth, about; 0 if some is left.
    pub budget_price: f64,
    /// How often the options name an offer that is proposed to nobody.
    pub unknown: u64,
    /// What contacting the customers who get an offer risks together, once for each, however many
    /// offers they get; 0 for proposals of a table.
    pub contact_risk: f64,
}

/// One offer that is made to a customer. The ids are borrowed from the plan.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_plan_row {
    /// The customer.
    pub customer: basketry_id,
    /// The offer.
    pub offer: basketry_id,
    /// What it is worth, of which nothing is taken off for the risk of the contact.
    pub value: f64,
}

/// How often an offer is made, or the offers of a group. What is not a number is borrowed from the
/// plan.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_volume {
    /// The offer; BASKETRY_ID_NONE for a group.
    pub offer: basketry_id,
    /// The name of the group; empty for an offer.
    pub group: basketry_str,
    /// The least volume that was asked for.
    pub min: u64,
    /// The greatest volume; UINT64_MAX if that is not limited.
    pub max: u64,
    /// How often it is made.
    pub made: u64,
    /// What one more would be worth at the greatest volume, about; below 0 what one more costs at
    /// the least; 0 between them.
    pub price: f64,
}

/// Reads proposals from an Arrow stream with one row for each offer that may be made to a customer,
/// in any order. The stream is consumed: it is released whatever the outcome. currency is the ISO
/// 4217 code of the costs, which says how many decimals are kept; null means EUR.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_proposals_from_arrow(
    stream: *mut FFI_ArrowArrayStream,
    columns: *const basketry_proposal_columns,
    currency: *const c_char,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_proposals>>,
) -> basketry_status {
    // SAFETY: the caller's promise for Arrow streams.
    let stream = unsafe { take(stream) };
    make(out, || {
        let stream = taken(stream)?;
        // SAFETY: the caller's promise for structs that can grow, and for strings.
        let (columns, currency) = unsafe {
            let given = required(grown(columns, "columns")?, "columns")?;
            let mut columns = ProposalColumns::new(
                c_str(given.customer, "columns.customer")?,
                c_str(given.offer, "columns.offer")?,
                c_str(given.value, "columns.value")?,
            );
            columns.cost = optional_c_str(given.cost, "columns.cost")?.map(str::to_owned);
            (columns, optional_c_str(currency, "currency")?)
        };
        let currency = currency.map_or(Ok(Currency::EUR), Currency::new)?;
        let proposals = run(control, |control| {
            Proposals::from_reader(table_from_stream(stream)?, &columns, currency, control)
        })?;
        Ok(basketry_proposals { proposals })
    })
}

/// Frees proposals. Null is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_proposals_free(proposals: Option<Box<basketry_proposals>>) {
    free(proposals);
}

/// How many proposals there are; 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_proposals_len(proposals: Option<&basketry_proposals>) -> usize {
    get(0, || proposals.map_or(0, |proposals| proposals.proposals.len()))
}

/// Makes the plan that is worth the most within the limits, or almost: its gap says how far off it
/// may be. Null for options means one offer for each customer, and no other limit.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_proposals_assign(
    proposals: Option<&basketry_proposals>,
    options: *const basketry_assign_options,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_plan>>,
) -> basketry_status {
    make(out, || {
        let proposals = &required(proposals, "proposals")?.proposals;
        // SAFETY: the caller's promise for structs that can grow, arrays and strings.
        let options = unsafe { basketry_assign_options::get(options) }?;
        let plan = run(control, |control| proposals.assign(&options, control))?;
        Ok(basketry_plan { plan })
    })
}

/// Frees a plan. Null is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_plan_free(plan: Option<Box<basketry_plan>>) {
    free(plan);
}

/// What a plan comes to.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_plan_summarize(
    plan: Option<&basketry_plan>,
    out: Option<&mut MaybeUninit<basketry_plan_summary>>,
) -> basketry_status {
    call(|| {
        let plan = &required(plan, "plan")?.plan;
        required(out, "out")?.write(basketry_plan_summary {
            offers: plan.len() as u64,
            reached: plan.reached(),
            value: plan.value(),
            bound: plan.bound(),
            gap: plan.gap(),
            spent: plan.spent().unwrap_or(0),
            budget_price: plan.budget_price(),
            unknown: plan.unknown(),
            contact_risk: plan.contact_risk(),
        });
        Ok(())
    })
}

/// One offer that is made, by its position: less than the summary's offers. Customers come in the
/// order of the proposals, each one's most valuable offer first.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_plan_get(
    plan: Option<&basketry_plan>,
    row: usize,
    out: Option<&mut MaybeUninit<basketry_plan_row>>,
) -> basketry_status {
    call(|| {
        let plan = &required(plan, "plan")?.plan;
        below(row, plan.len(), "row")?;
        let (customer, offer, value) = plan.row(row);
        required(out, "out")?.write(basketry_plan_row {
            customer: basketry_id::lend(customer),
            offer: basketry_id::lend(offer),
            value,
        });
        Ok(())
    })
}

/// How many different offers were proposed; 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_plan_offers(plan: Option<&basketry_plan>) -> usize {
    get(0, || plan.map_or(0, |plan| plan.plan.offers().len()))
}

/// How often an offer is made, by its position: less than basketry_plan_offers.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_plan_offer(
    plan: Option<&basketry_plan>,
    offer: usize,
    out: Option<&mut MaybeUninit<basketry_volume>>,
) -> basketry_status {
    call(|| {
        let volumes = required(plan, "plan")?.plan.offers();
        below(offer, volumes.len(), "offer")?;
        let volume = &volumes[offer];
        required(out, "out")?.write(basketry_volume {
            offer: basketry_id::lend(volume.offer.as_ref()),
            group: basketry_str::EMPTY,
            min: 0,
            max: volume.capacity.unwrap_or(u64::MAX),
            made: volume.made,
            price: volume.price,
        });
        Ok(())
    })
}

/// How often the offers of a group are made, by its position in the options. The minimum is met if
/// made is at least min.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_plan_group(
    plan: Option<&basketry_plan>,
    group: usize,
    out: Option<&mut MaybeUninit<basketry_volume>>,
) -> basketry_status {
    call(|| {
        let volumes = required(plan, "plan")?.plan.groups();
        below(group, volumes.len(), "group")?;
        let volume = &volumes[group];
        required(out, "out")?.write(basketry_volume {
            offer: basketry_id::NONE,
            group: basketry_str::lend(&volume.name),
            min: volume.min,
            max: volume.max.unwrap_or(u64::MAX),
            made: volume.made,
            price: volume.price,
        });
        Ok(())
    })
}

/// Exports a plan as an Arrow stream: customer, offer, rank (from 1, the most valuable first), value
/// and, with costs, cost in minor units (int64, or double where the contact cost of a policy is no
/// whole number). Batches are made while they are read.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_plan_export(
    plan: Option<&basketry_plan>,
    out: Option<&mut MaybeUninit<FFI_ArrowArrayStream>>,
) -> basketry_status {
    call(|| export(out, required(plan, "plan")?.plan.reader()))
}

fn below(index: usize, len: usize, name: &str) -> Result<()> {
    if index < len {
        return Ok(());
    }
    Err(invalid(format!("{name}: expected less than {len}, got {index}")))
}
