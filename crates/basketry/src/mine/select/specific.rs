//! Closed and maximal itemsets of items and categories.
//!
//! Let baskets hold the categories of what they hold. Whoever holds an item then holds its
//! categories, so that a closed set (a maximal one) of these baskets has with each item all of its
//! categories. What is most specific, the items and categories that are above none of the others,
//! stands for all of it: no two of these sets have that in common, and it holds no item together
//! with one of its own categories.

use super::search::Weighed;
use super::sets::{Order, Row, Sets};
use crate::mine::columns::Mined;
use crate::mine::miner::{Kin, Settings};
use crate::{Control, Result};

/// What is most specific of each set that was found in `table`, in canonical order, as far as it is
/// not shorter or longer than the settings say.
pub(in crate::mine) fn most_specific(
    found: Mined,
    table: Weighed<'_>,
    kin: &Kin,
    settings: &Settings,
    control: &Control,
) -> Result<Mined> {
    let mut all: Vec<Sets> = Vec::new();
    let mut above = vec![false; table.rows.universe];
    let mut items = Vec::new();
    for sets in Sets::of(found) {
        for (number, row) in sets.rows().enumerate() {
            if number.is_multiple_of(1 << 14) {
                control.check()?;
            }
            let ancestors = || row.items.iter().flat_map(|&item| kin.ancestors(item));
            ancestors().for_each(|&item| above[item as usize] = true);
            items.clear();
            items.extend(row.items.iter().filter(|&&item| !above[item as usize]));
            ancestors().for_each(|&item| above[item as usize] = false);
            if (settings.min_length..=settings.max_length).contains(&items.len()) {
                all.extend((all.len() + 1..=items.len()).map(Sets::new));
                all[items.len() - 1].push(Row { items: &items, ..row });
            }
        }
    }
    Order::new(&table.of_items()).sorted(all)
}
