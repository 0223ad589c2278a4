//! Columns of times.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, TimeUnit};

use super::{BadCell, text_at};
use crate::Result;
use crate::data::table::Column;

const DAY: i64 = 86_400_000;
/// What jiff can print: the years -9999 to 9999 in every zone.
const RANGE: std::ops::RangeInclusive<i64> = -377_705_023_201_000..=253_402_207_200_000;

/// An error unless a column of this type can be read as times.
pub(crate) fn check_time_type(column: &Column) -> Result<()> {
    match &column.data_type {
        DataType::Date32
        | DataType::Date64
        | DataType::Timestamp(..)
        | DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Utf8View => Ok(()),
        DataType::Dictionary(_, values)
            if matches!(**values, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View) =>
        {
            Ok(())
        }
        data_type if data_type.is_integer() => Err(column.wrong_type(
            data_type,
            "dates or timestamps. A bare integer does not say what it counts: cast the column to \
             a timestamp of its unit",
        )),
        data_type => Err(column.wrong_type(data_type, "dates, timestamps or ISO 8601 strings")),
    }
}

/// Reads times as milliseconds since 1970-01-01 UTC. Timestamps with a zone are instants already;
/// those without are taken as UTC; parts of a millisecond are cut towards the past. Rows in
/// `nulls` get an arbitrary value.
pub(crate) fn read_times(
    array: &dyn Array,
    nulls: Option<&NullBuffer>,
    out: &mut Vec<i64>,
) -> Result<(), BadCell> {
    out.clear();
    let valid = |row: usize| nulls.is_none_or(|nulls| nulls.is_valid(row));
    macro_rules! scaled {
        ($t:ty, $to:expr) => {{
            out.reserve(array.len());
            let values = array.as_primitive::<$t>().values();
            for (row, &value) in values.iter().enumerate() {
                let time = $to(i64::from(value)).filter(|&time| time_in_range(time));
                match time {
                    Some(time) => out.push(time),
                    None if !valid(row) => out.push(0),
                    None => return Err(BadCell::new(row, out_of_range(value))),
                }
            }
        }};
    }
    match array.data_type() {
        DataType::Date32 => scaled!(Date32Type, |days: i64| days.checked_mul(DAY)),
        DataType::Date64 => scaled!(Date64Type, Some),
        DataType::Timestamp(TimeUnit::Second, _) => {
            scaled!(TimestampSecondType, |s: i64| s.checked_mul(1000))
        }
        DataType::Timestamp(TimeUnit::Millisecond, _) => scaled!(TimestampMillisecondType, Some),
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            scaled!(TimestampMicrosecondType, |us: i64| Some(us.div_euclid(1000)))
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            scaled!(TimestampNanosecondType, |ns: i64| Some(ns.div_euclid(1_000_000)))
        }
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(..) => {
            let mut last: Option<(&str, i64)> = None;
            for row in 0..array.len() {
                if !valid(row) {
                    out.push(0);
                    continue;
                }
                let text = text_at(array, row)?;
                let time = match last {
                    Some((t, time)) if t == text => time,
                    _ => parse_time(text).ok_or_else(|| BadCell::new(row, not_a_time(text)))?,
                };
                last = Some((text, time));
                out.push(time);
            }
        }
        other => return Err(BadCell::new(0, format!("type {other} where times were"))),
    }
    Ok(())
}

/// What is wrong with a text that is no time.
pub(crate) fn not_a_time(text: &str) -> String {
    format!(
        "expected a date such as 2024-03-31 or a time such as 2024-03-31T12:00:00Z, got {text:?}"
    )
}

fn out_of_range(value: impl std::fmt::Display) -> String {
    format!("the time {value} is outside the years -9999 to 9999; check the unit")
}

/// Whether a time lies in the years -9999 to 9999, which leaves room for arithmetic.
#[inline]
pub(crate) fn time_in_range(ms: i64) -> bool {
    RANGE.contains(&ms)
}

/// Milliseconds since 1970-01-01 UTC of an ISO 8601 / RFC 3339 text: a date (its midnight UTC), a
/// date and time (taken as UTC), or one with an offset. `T` or a space may part date and time.
/// `None` if it is none. The time columns of a history are read by this.
pub fn parse_time(text: &str) -> Option<i64> {
    let text = text.trim_ascii();
    if let Some(time) = parse_common(text.as_bytes()) {
        return Some(time);
    }
    let instant = text.parse::<jiff::Timestamp>().or_else(|_| {
        let naive: jiff::civil::DateTime = text.parse()?;
        naive.to_zoned(jiff::tz::TimeZone::UTC).map(|zoned| zoned.timestamp())
    });
    // Rounds towards the past, as for the other types.
    instant.ok().map(|instant| instant.as_nanosecond().div_euclid(1_000_000) as i64)
}

// The two layouts that files are full of, `2024-03-31` and `2024-03-31[T ]12:34:56[Z]`, an order
// of magnitude faster than the general parser; `None` for all else.
fn parse_common(text: &[u8]) -> Option<i64> {
    fn number(digits: &[u8]) -> Option<i64> {
        digits.iter().try_fold(0, |value, &digit| {
            digit.is_ascii_digit().then(|| value * 10 + i64::from(digit - b'0'))
        })
    }
    let text = if text.len() == 20 { text.strip_suffix(b"Z")? } else { text };
    if !(text.len() == 10 || text.len() == 19) || text[4] != b'-' || text[7] != b'-' {
        return None;
    }
    let (year, month, day) = (number(&text[..4])?, number(&text[5..7])?, number(&text[8..10])?);
    let date = jiff::civil::Date::new(year as i16, month as i8, day as i8).ok()?;
    // Days since 1970-01-01 of the proleptic Gregorian calendar, counted from March so that the
    // leap day is a year's last.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let era_days = 365 * y + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400);
    let days = era_days + (153 * m + 2) / 5 + day - 1 - 719_468;
    debug_assert_eq!(date.year(), year as i16);
    let mut ms = days * DAY;
    if text.len() == 19 {
        if !(text[10] == b'T' || text[10] == b' ') || text[13] != b':' || text[16] != b':' {
            return None;
        }
        let (h, m, s) = (number(&text[11..13])?, number(&text[14..16])?, number(&text[17..19])?);
        if h > 23 || m > 59 || s > 59 {
            return None;
        }
        ms += ((h * 60 + m) * 60 + s) * 1000;
    }
    Some(ms)
}

/// A time for people, such as `2024-03-31T12:00:00Z`.
pub(crate) fn time_text(ms: i64) -> String {
    match jiff::Timestamp::from_millisecond(ms) {
        Ok(time) => time.to_string(),
        Err(_) => format!("{ms} ms since 1970"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{
        ArrayRef, Date32Array, Date64Array, StringArray, TimestampMicrosecondArray,
        TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray,
    };
    use proptest::prelude::*;

    use super::*;

    const NOON: i64 = 1_711_886_400_000; // 2024-03-31T12:00:00Z

    #[test]
    fn every_unit_and_zone_is_the_same_instant() {
        let midnight = NOON - DAY / 2;
        let cases: Vec<(ArrayRef, i64)> = vec![
            (Arc::new(Date32Array::from(vec![(midnight / DAY) as i32])), midnight),
            (Arc::new(Date64Array::from(vec![midnight])), midnight),
            (Arc::new(TimestampSecondArray::from(vec![NOON / 1000])), NOON),
            (Arc::new(TimestampMillisecondArray::from(vec![NOON])), NOON),
            (
                Arc::new(
                    TimestampMicrosecondArray::from(vec![NOON * 1000 + 999])
                        .with_timezone("Europe/Zurich"),
                ),
                NOON,
            ),
            (Arc::new(TimestampNanosecondArray::from(vec![NOON * 1_000_000])), NOON),
            (Arc::new(TimestampNanosecondArray::from(vec![-1])), -1),
            (Arc::new(StringArray::from(vec!["2024-03-31T14:00:00+02:00"])), NOON),
            (Arc::new(StringArray::from(vec!["2024-03-31 12:00:00"])), NOON),
            (Arc::new(StringArray::from(vec!["2024-03-31T12:00:00.000999Z"])), NOON),
            (Arc::new(StringArray::from(vec!["2024-03-31"])), midnight),
        ];
        let mut out = Vec::new();
        for (array, expected) in cases {
            read_times(&array, None, &mut out).unwrap();
            assert_eq!(out, [expected], "{:?}", array.data_type());
        }
    }

    #[test]
    fn times_in_range_can_be_printed() {
        for (ms, inside) in [
            (*RANGE.start(), true),
            (*RANGE.start() - 1, false),
            (*RANGE.end(), true),
            (*RANGE.end() + 1, false),
        ] {
            assert_eq!(time_in_range(ms), inside, "{ms}");
            assert_eq!(jiff::Timestamp::from_millisecond(ms).is_ok(), inside, "{ms}");
        }
    }

    #[test]
    fn bad_times_are_named() {
        let mut out = Vec::new();
        let array = StringArray::from(vec!["2024-02-30"]);
        let bad = read_times(&array, None, &mut out).unwrap_err();
        assert!(bad.what.contains("2024-02-30"), "{}", bad.what);
        let array = TimestampMillisecondArray::from(vec![0, i64::MAX]);
        let bad = read_times(&array, None, &mut out).unwrap_err();
        assert_eq!(bad.row, 1);
        assert!(bad.what.contains("check the unit"), "{}", bad.what);
        for text in ["", "x", "31.03.2024", "2024-03-31T25:00:00", "2024-13-01", "2024-1-01"] {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_fast_parser_agrees_with_the_general_one(ms in -62_135_596_800_000i64..253_000_000_000_000) {
            let ms = ms.div_euclid(1000) * 1000;
            let text = jiff::Timestamp::from_millisecond(ms).unwrap().to_string();
            prop_assert_eq!(parse_common(text.as_bytes()), Some(ms));
            let day = ms.div_euclid(DAY) * DAY;
            prop_assert_eq!(parse_time(&text[..10]), Some(day));
        }
    }
}
