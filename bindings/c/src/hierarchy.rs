//! What items are kinds of.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::sync::OnceLock;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use basketry::{Hierarchy, table_from_stream};

use crate::arrow::{take, taken};
use crate::baskets::basketry_baskets;
use crate::catalog::basketry_catalog;
use crate::control::{basketry_control, run};
use crate::error::{basketry_status, free, get, invalid, make, required};
use crate::strings::{basketry_id, c_str, c_str_array};

/// What items are kinds of: categories, their categories, and so on. Itemsets mined with it hold
/// items and categories, and no item next to its own category.
///
/// The items are at level "item". Each column of categories is a level; with links, levels are
/// "1", "2" and so on, one more than the highest level below.
pub struct basketry_hierarchy {
    pub(crate) hierarchy: Hierarchy,
    bytes: OnceLock<Vec<u8>>,
}

impl basketry_hierarchy {
    pub(crate) fn new(hierarchy: Hierarchy) -> Self {
        Self { hierarchy, bytes: OnceLock::new() }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.get_or_init(|| self.hierarchy.to_bytes())
    }
}

/// Makes a hierarchy of n_links links: children[i] is a kind of parents[i]. Links that form a
/// circle are BASKETRY_ERROR_INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_hierarchy_from_links(
    children: *const basketry_id,
    parents: *const basketry_id,
    n_links: usize,
    out: Option<&mut MaybeUninit<*mut basketry_hierarchy>>,
) -> basketry_status {
    make(out, || {
        // SAFETY: the caller's promise for arrays and texts.
        let (children, parents) = unsafe {
            (
                basketry_id::array(children, n_links, "children")?,
                basketry_id::array(parents, n_links, "parents")?,
            )
        };
        let hierarchy = Hierarchy::from_links(children.into_iter().zip(parents))?;
        Ok(basketry_hierarchy::new(hierarchy))
    })
}

/// Makes a hierarchy of the categories of a catalogue. Categories are called column=value, such
/// as "department=dairy".
#[unsafe(no_mangle)]
pub extern "C" fn basketry_hierarchy_from_catalog(
    catalog: Option<&basketry_catalog>,
    out: Option<&mut MaybeUninit<*mut basketry_hierarchy>>,
) -> basketry_status {
    make(out, || {
        let hierarchy = Hierarchy::from_catalog(&required(catalog, "catalog")?.catalog)?;
        Ok(basketry_hierarchy::new(hierarchy))
    })
}

/// Reads a hierarchy from an Arrow stream with a row for each item. levels are the n_levels names
/// of the columns of categories, the broadest first; categories are called column=value. The
/// stream is consumed: it is released whatever the outcome. It may be read in another thread than
/// the calling one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_hierarchy_from_arrow(
    stream: *mut FFI_ArrowArrayStream,
    item: *const c_char,
    levels: *const *const c_char,
    n_levels: usize,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_hierarchy>>,
) -> basketry_status {
    // SAFETY: the caller's promise for Arrow streams.
    let stream = unsafe { take(stream) };
    make(out, || {
        let stream = taken(stream)?;
        // SAFETY: the caller's promise for strings and arrays.
        let (item, levels) =
            unsafe { (c_str(item, "item")?, c_str_array(levels, n_levels, "levels")?) };
        let hierarchy = run(control, |control| {
            let levels: Vec<&str> = levels.iter().map(|level| &**level).collect();
            Hierarchy::from_reader(table_from_stream(stream)?, item, &levels, control)
        })?;
        Ok(basketry_hierarchy::new(hierarchy))
    })
}

/// Makes a copy of a hierarchy in which only these levels take part. What is a kind of what stays
/// as it is, across levels that do not take part.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_hierarchy_only(
    hierarchy: Option<&basketry_hierarchy>,
    levels: *const *const c_char,
    n_levels: usize,
    out: Option<&mut MaybeUninit<*mut basketry_hierarchy>>,
) -> basketry_status {
    make(out, || {
        let hierarchy = &required(hierarchy, "hierarchy")?.hierarchy;
        // SAFETY: the caller's promise for strings and arrays.
        let levels = unsafe { c_str_array(levels, n_levels, "levels")? };
        if levels.is_empty() {
            return Err(invalid("levels: expected at least one level"));
        }
        let hierarchy = hierarchy.only(levels.iter().map(|level| &**level))?;
        Ok(basketry_hierarchy::new(hierarchy))
    })
}

/// Makes baskets with the categories of what the baskets hold, which are items like others: what is
/// mined with this hierarchy, and what the rules of such itemsets are counted in.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_hierarchy_extend(
    hierarchy: Option<&basketry_hierarchy>,
    baskets: Option<&basketry_baskets>,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_baskets>>,
) -> basketry_status {
    make(out, || {
        let hierarchy = &required(hierarchy, "hierarchy")?.hierarchy;
        let baskets = &required(baskets, "baskets")?.baskets;
        let baskets = run(control, |control| hierarchy.extend(baskets, control))?;
        Ok(basketry_baskets::new(baskets))
    })
}

/// How many items and categories a hierarchy has, on all levels; 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_hierarchy_len(hierarchy: Option<&basketry_hierarchy>) -> usize {
    get(0, || hierarchy.map_or(0, |hierarchy| hierarchy.hierarchy.len()))
}

/// Frees a hierarchy. Null is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_hierarchy_free(hierarchy: Option<Box<basketry_hierarchy>>) {
    free(hierarchy);
}
