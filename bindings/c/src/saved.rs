//! Results as bytes, for another process or for keeping.

use std::mem::MaybeUninit;

use basketry::Itemsets;
use basketry::mine::{Rules, Sequences};

use crate::error::{basketry_status, call, make, required};
use crate::itemsets::basketry_itemsets;
use crate::rules::basketry_rules;
use crate::sequences::basketry_sequences;
use crate::strings::array;

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
        let all = itemsets.bytes.get_or_init(|| itemsets.itemsets.to_bytes());
        required(bytes, "bytes")?.write(all.as_ptr());
        required(len, "len")?.write(all.len());
        Ok(())
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
        let all = rules.bytes.get_or_init(|| rules.rules.to_bytes());
        required(bytes, "bytes")?.write(all.as_ptr());
        required(len, "len")?.write(all.len());
        Ok(())
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
        let all = sequences.bytes.get_or_init(|| sequences.sequences.to_bytes());
        required(bytes, "bytes")?.write(all.as_ptr());
        required(len, "len")?.write(all.len());
        Ok(())
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
