//! Rules as bytes.

use std::sync::Arc;

use super::result::View;
use super::{RuleColumns, RuleStore, Rules};
use crate::Result;
use crate::mine::bytes::{Reader, What, Writer, damaged, expect};
use crate::mine::columns::Store;
use crate::mine::measures::{Measure, Thresholds};

impl Rules {
    /// The rules as bytes, for another process or for keeping: [`from_bytes`](Self::from_bytes)
    /// gives back what this is, with the itemsets behind the rules. The same rules give the same
    /// bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::new(What::Rules);
        let RuleStore { sets, columns, thresholds, knows_customers } = &*self.store;
        sets.write(&mut writer);
        writer.float(thresholds.min_support);
        writer.float(thresholds.min_confidence);
        writer.number((*knows_customers).into());
        let RuleColumns { antecedent, consequent, n_x, n_y, n_xy, customers } = columns;
        for column in [antecedent, consequent, n_x, n_y, n_xy, customers] {
            writer.column(column);
        }
        writer.rows(self.shown());
        let measures = self.measures.as_deref();
        writer.number(measures.is_some().into());
        writer.number(measures.map_or(0, <[Measure]>::len) as u64);
        for measure in measures.unwrap_or_default() {
            writer.text(measure.name());
        }
        writer.finish()
    }

    /// The rules in what [`to_bytes`](Self::to_bytes) gave. All of it is checked.
    ///
    /// # Errors
    /// [`ErrorKind::Format`](crate::ErrorKind::Format) if the bytes are something else or damaged,
    /// and [`ErrorKind::Version`](crate::ErrorKind::Version) if a newer version of the library
    /// wrote them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes, What::Rules)?;
        let sets = Store::read(&mut reader)?;
        let thresholds =
            Thresholds { min_support: reader.float()?, min_confidence: reader.float()? };
        let knows_customers = reader.flag()?;
        let antecedent: Vec<u32> = reader.column()?;
        let rules = antecedent.len();
        expect(rules < u32::MAX as usize, "there are too many rows")?;
        let within = antecedent.iter().all(|&row| (row as usize) < sets.len());
        expect(within, "an index is out of range")?;
        let columns = RuleColumns {
            antecedent,
            consequent: reader.indices(rules, sets.len())?,
            n_x: reader.column_of(rules)?,
            n_y: reader.column_of(rules)?,
            n_xy: reader.column_of(rules)?,
            customers: reader.column_of(if knows_customers { rules } else { 0 })?,
        };
        for ((&x, &y), &xy) in columns.n_x.iter().zip(&columns.n_y).zip(&columns.n_xy) {
            let either = u64::from(x) + u64::from(y) - u64::from(xy.min(x));
            let sound = xy > 0 && xy <= x && xy <= y && either <= sets.baskets;
            expect(sound, "counts contradict each other")?;
        }
        let rows = reader.rows(rules)?;
        let some = reader.flag()?;
        let measures = (0..reader.at_most(Measure::ALL.len())?)
            .map(|_| reader.text()?.parse().map_err(|_| damaged("a measure is not known")))
            .collect::<Result<Vec<Measure>>>()?;
        reader.finish()?;
        Ok(Self {
            store: Arc::new(RuleStore {
                sets: Arc::new(sets),
                columns,
                thresholds,
                knows_customers,
            }),
            view: View::new(rows),
            measures: some.then(|| measures.into()),
        })
    }
}
