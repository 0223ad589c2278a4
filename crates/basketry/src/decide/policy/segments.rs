//! For which customers a policy is.

use serde::Serialize;

use super::ranges::{Ranges, not_empty, read_names};
use crate::Result;
use crate::decide::tree::Reader;

/// The `segments` table of a [`Policy`](super::Policy): for which customers it is, by the segments
/// that the request names. Others are offered nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SegmentPolicy {
    /// Customers of one of these segments. Default: all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// Nobody of these segments.
    pub exclude: Vec<String>,
}

impl SegmentPolicy {
    pub(super) fn read(&mut self, top: &Reader<'_>) -> Result<()> {
        let Some((path, node)) = top.node("segments") else { return Ok(()) };
        let table = Reader::new("policy", &path, node, &["only", "exclude"])?;
        not_empty(table.node("only"))?;
        read_names(&table, "only", &mut self.only)?;
        read_names(&table, "exclude", &mut self.exclude)
    }

    pub(super) fn check(&self, ranges: &Ranges<'_>) -> Result<()> {
        ranges.names("segments.only", &self.only)?;
        ranges.names("segments.exclude", &self.exclude)?;
        // Who is in several of `only` may be in one that is excluded; all of them excluded is nobody.
        let barred = |name: &String| self.exclude.contains(name);
        if let Some(name) = self.only.first()
            && self.only.iter().all(barred)
            && let Some(i) = self.exclude.iter().position(|held| held == name)
        {
            let what =
                "a segment that segments.only does not name, where all of these are excluded";
            let got = format!("{name:?}");
            return Err(ranges.out(&format!("segments.exclude[{i}]"), what, &got));
        }
        Ok(())
    }
}
