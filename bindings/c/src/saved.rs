//! Baskets, hierarchies and results as bytes, for another process or for keeping.

use std::mem::MaybeUninit;

use basketry::mine::{Rules, Sequences};
use basketry::{Baskets, Hierarchy, Itemsets, Result};

use crate::baskets::basketry_baskets;
use crate::error::{basketry_status, call, make, required};
use crate::hierarchy::basketry_hierarchy;
use crate::itemsets::basketry_itemsets;
use crate::rules::basketry_rules;
use crate::sequences::basketry_sequences;
use crate::strings::array;

/// Lends bytes to C.
fn lend(
    all: &[u8],
    bytes: Option<&mut MaybeUninit<*const u8>>,
    len: Option<&mut MaybeUninit<usize>>,
) -> Result<()> {
    required(bytes, "bytes")?.write(all.as_ptr());
    required(len, "len")?.write(all.len());
    Ok(())
}

/// Writes the baskets, with their customers and weights, as bytes, for another process or for
/// keeping, and how many bytes there are; basketry_baskets_from_bytes reads them. They are borrowed
/// from the baskets until a call that changes or frees these; the first call makes them.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_baskets_bytes(
    baskets: Option<&basketry_baskets>,
    bytes: Option<&mut MaybeUninit<*const u8>>,
    len: Option<&mut MaybeUninit<usize>>,
) -> basketry_status {
    call(|| lend(required(baskets, "baskets")?.bytes(), bytes, len))
}

/// Makes baskets from what basketry_baskets_bytes wrote. All of it is checked.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_baskets_from_bytes(
    bytes: *const u8,
    len: usize,
    out: Option<&mut MaybeUninit<*mut basketry_baskets>>,
) -> basketry_status {
    make(out, || {
        // SAFETY: the caller's promise for arrays.
        let bytes = unsafe { array(bytes, len, "bytes") }?;
        Ok(basketry_baskets::new(Baskets::from_bytes(bytes)?))
    })
}

/// Writes the hierarchy as bytes, for another process or for keeping, and how many bytes there are;
/// basketry_hierarchy_from_bytes reads them. They are borrowed from the hierarchy; the first call
/// makes them.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_hierarchy_bytes(
    hierarchy: Option<&basketry_hierarchy>,
    bytes: Option<&mut MaybeUninit<*const u8>>,
    len: Option<&mut MaybeUninit<usize>>,
) -> basketry_status {
    call(|| lend(required(hierarchy, "hierarchy")?.bytes(), bytes, len))
}

/// Makes a hierarchy from what basketry_hierarchy_bytes wrote. All of it is checked.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_hierarchy_from_bytes(
    bytes: *const u8,
    len: usize,
    out: Option<&mut MaybeUninit<*mut basketry_hierarchy>>,
) -> basketry_status {
    make(out, || {
        // SAFETY: the caller's promise for arrays.
        let bytes = unsafe { array(bytes, len, "bytes") }?;
        Ok(basketry_hierarchy::new(Hierarchy::from_bytes(bytes)?))
    })
}

/// Writes the itemsets as bytes, for another process or for keeping, and how many bytes there are;
/// basketry_itemsets_from_bytes reads them. They are borrowed from the itemsets; the first call makes
/// them.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_itemsets_bytes(
    itemsets: Option<&basketry_itemsets>,
    bytes: Option<&mut MaybeUninit<*const u8>>,
    len: Option<&mut MaybeUninit<usize>>,
) -> basketry_status {
    call(|| {
        let itemsets = required(itemsets, "itemsets")?;
        lend(itemsets.bytes.get_or_init(|| itemsets.itemsets.to_bytes()), bytes, len)
    })
}

/// Makes itemsets from what basketry_itemsets_bytes wrote. All of it is checked.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_itemsets_from_bytes(
    bytes: *const u8,
    len: usize,
    out: Option<&mut MaybeUninit<*mut basketry_itemsets>>,
) -> basketry_status {
    make(out, || {
        // SAFETY: the caller's promise for arrays.
        let bytes = unsafe { array(bytes, len, "bytes") }?;
        Ok(basketry_itemsets::new(Itemsets::from_bytes(bytes)?))
    })
}

/// Writes the rules as bytes, for another process or for keeping, and how many bytes there are;
/// basketry_rules_from_bytes reads them. They are borrowed from the rules; the first call makes
/// them.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_rules_bytes(
    rules: Option<&basketry_rules>,
    bytes: Option<&mut MaybeUninit<*const u8>>,
    len: Option<&mut MaybeUninit<usize>>,
) -> basketry_status {
    call(|| {
        let rules = required(rules, "rules")?;
        lend(rules.bytes.get_or_init(|| rules.rules.to_bytes()), bytes, len)
    })
}

/// Makes rules from what basketry_rules_bytes wrote. All of it is checked.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_rules_from_bytes(
    bytes: *const u8,
    len: usize,
    out: Option<&mut MaybeUninit<*mut basketry_rules>>,
) -> basketry_status {
    make(out, || {
        // SAFETY: the caller's promise for arrays.
        let bytes = unsafe { array(bytes, len, "bytes") }?;
        Ok(basketry_rules::new(Rules::from_bytes(bytes)?))
    })
}

/// Writes the sequences as bytes, for another process or for keeping, and how many bytes there are;
/// basketry_sequences_from_bytes reads them. They are borrowed from the sequences; the first call makes
/// them.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_sequences_bytes(
    sequences: Option<&basketry_sequences>,
    bytes: Option<&mut MaybeUninit<*const u8>>,
    len: Option<&mut MaybeUninit<usize>>,
) -> basketry_status {
    call(|| {
        let sequences = required(sequences, "sequences")?;
        lend(sequences.bytes.get_or_init(|| sequences.sequences.to_bytes()), bytes, len)
    })
}

/// Makes sequences from what basketry_sequences_bytes wrote. All of it is checked.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_sequences_from_bytes(
    bytes: *const u8,
    len: usize,
    out: Option<&mut MaybeUninit<*mut basketry_sequences>>,
) -> basketry_status {
    make(out, || {
        // SAFETY: the caller's promise for arrays.
        let bytes = unsafe { array(bytes, len, "bytes") }?;
        Ok(basketry_sequences::new(Sequences::from_bytes(bytes)?))
    })
}
