//! Columns of numbers and of money.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, Float16Type, Float32Type,
    Float64Type,
};
use arrow_array::{Array, downcast_integer};
use arrow_buffer::i256;
use arrow_schema::DataType;

use crate::Currency;
use crate::Result;
use crate::data::catalog::NO_MONEY;
use crate::data::table::Column;

/// An error unless a column of this type can be read as numbers.
pub(crate) fn check_number(column: &Column) -> Result<()> {
    use DataType::{
        Boolean, Decimal32, Decimal64, Decimal128, Decimal256, Float16, Float32, Float64, Null,
    };
    match &column.data_type {
        Null | Float16 | Float32 | Float64 => Ok(()),
        Decimal32(..) | Decimal64(..) | Decimal128(..) | Decimal256(..) => Ok(()),
        data_type if data_type.is_integer() => Ok(()),
        data_type @ (Boolean | DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View) => {
            Err(column.wrong_type(data_type, "integers, floats or decimals. Cast the column first"))
        }
        data_type => Err(column.wrong_type(data_type, "integers, floats or decimals")),
    }
}

/// Reads numbers as floats. Rows that are null get an arbitrary value.
///
/// The type must have passed [`check_number`]; `false` if it has not.
pub(crate) fn read_f64(array: &dyn Array, out: &mut Vec<f64>) -> bool {
    out.clear();
    macro_rules! integers {
        ($t:ty) => {
            out.extend(array.as_primitive::<$t>().values().iter().map(|&value| value as f64))
        };
    }
    macro_rules! decimals {
        ($t:ty, $scale:expr, $to:expr) => {{
            let scale = 10f64.powi(i32::from($scale));
            out.extend(array.as_primitive::<$t>().values().iter().map(|&v| $to(v) / scale))
        }};
    }
    downcast_integer! {
        array.data_type() => (integers),
        DataType::Float16 => {
            out.extend(array.as_primitive::<Float16Type>().values().iter().map(|v| v.to_f64()))
        },
        DataType::Float32 => {
            out.extend(array.as_primitive::<Float32Type>().values().iter().map(|&v| f64::from(v)))
        },
        DataType::Float64 => out.extend_from_slice(array.as_primitive::<Float64Type>().values()),
        DataType::Decimal32(_, scale) => decimals!(Decimal32Type, *scale, f64::from),
        DataType::Decimal64(_, scale) => decimals!(Decimal64Type, *scale, |v: i64| v as f64),
        DataType::Decimal128(_, scale) => decimals!(Decimal128Type, *scale, wide_f64),
        DataType::Decimal256(_, scale) => decimals!(Decimal256Type, *scale, widest_f64),
        DataType::Null => out.resize(array.len(), 0.0),
        _ => return false,
    }
    true
}

// What does not fit a decimal of the greatest precision stands for "not finite" (the CSV reader
// writes NaN like that).
fn wide_f64(value: i128) -> f64 {
    if value.unsigned_abs() >= 10u128.pow(38) { f64::NAN } else { value as f64 }
}

fn widest_f64(value: i256) -> f64 {
    value.to_i128().map_or_else(
        || {
            let (low, high) = value.to_parts();
            high as f64 * 2f64.powi(128) + low as f64
        },
        |value| value as f64,
    )
}

/// Reads amounts of major units as minor units, decimals exactly and everything rounded half to
/// even; [`NO_MONEY`] where the amount is not finite or does not fit. Rows that are null get an
/// arbitrary value.
///
/// The type must have passed [`check_number`]; `false` if it has not.
pub(crate) fn read_minor(array: &dyn Array, currency: Currency, out: &mut Vec<i64>) -> bool {
    out.clear();
    macro_rules! integers {
        ($t:ty) => {
            out.extend(array.as_primitive::<$t>().values().iter().map(|&value| {
                i128::from(value)
                    .checked_mul(i128::from(currency.scale()))
                    .and_then(|minor| i64::try_from(minor).ok())
                    .unwrap_or(NO_MONEY)
            }))
        };
    }
    macro_rules! decimals {
        ($t:ty, $scale:expr) => {
            out.extend(array.as_primitive::<$t>().values().iter().map(|&value| {
                decimal_minor(i128::from(value), $scale, currency).unwrap_or(NO_MONEY)
            }))
        };
    }
    let from_float = |value: f64| currency.minor(value).unwrap_or(NO_MONEY);
    downcast_integer! {
        array.data_type() => (integers),
        DataType::Float16 => out.extend(
            array.as_primitive::<Float16Type>().values().iter().map(|v| from_float(v.to_f64()))
        ),
        DataType::Float32 => out.extend(
            array.as_primitive::<Float32Type>().values().iter().map(|&v| from_float(v.into()))
        ),
        DataType::Float64 => {
            out.extend(array.as_primitive::<Float64Type>().values().iter().map(|&v| from_float(v)))
        },
        DataType::Decimal32(_, scale) => decimals!(Decimal32Type, *scale),
        DataType::Decimal64(_, scale) => decimals!(Decimal64Type, *scale),
        DataType::Decimal128(_, scale) => decimals!(Decimal128Type, *scale),
        DataType::Decimal256(_, scale) => {
            out.extend(array.as_primitive::<Decimal256Type>().values().iter().map(|&value| {
                widest_minor(value, *scale, currency).unwrap_or(NO_MONEY)
            }))
        },
        DataType::Null => out.resize(array.len(), NO_MONEY),
        _ => return false,
    }
    true
}

/// `value / 10^scale` major units in minor units, rounded half to even; `None` if it does not
/// fit.
pub(crate) fn decimal_minor(value: i128, scale: i8, currency: Currency) -> Option<i64> {
    let shift = i32::from(scale) - currency.digits() as i32;
    let minor = if shift <= 0 {
        value.checked_mul(10i128.checked_pow(shift.unsigned_abs())?)?
    } else {
        match 10i128.checked_pow(shift.unsigned_abs()) {
            Some(divisor) => divide_half_even(value, divisor),
            // Less than half a unit of a power that no i128 reaches.
            None => 0,
        }
    };
    i64::try_from(minor).ok().filter(|&minor| minor != NO_MONEY)
}

fn divide_half_even(value: i128, divisor: i128) -> i128 {
    let (quotient, rest) = (value / divisor, value % divisor);
    let twice = rest.unsigned_abs() * 2;
    let up = match twice.cmp(&divisor.unsigned_abs()) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => quotient % 2 != 0,
        std::cmp::Ordering::Greater => true,
    };
    quotient + if up { value.signum() } else { 0 }
}

fn widest_minor(value: i256, scale: i8, currency: Currency) -> Option<i64> {
    if let Some(value) = value.to_i128() {
        return decimal_minor(value, scale, currency);
    }
    // Cut digits that cannot decide the rounding until the value fits; a lost non-zero digit is
    // remembered in the last one kept, which is not among those that make a tie.
    let ten = i256::from_i128(10);
    let (mut value, mut scale, mut lost) = (value, i32::from(scale), false);
    while value.to_i128().is_none_or(|value| value.unsigned_abs() > i128::MAX as u128 / 20) {
        lost |= value % ten != i256::ZERO;
        value /= ten;
        scale -= 1;
    }
    let sign = value.to_i128()?.signum();
    let value = value.to_i128()? * 10 + if lost { sign } else { 0 };
    decimal_minor(value, i8::try_from(scale + 1).ok()?, currency)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{
        ArrayRef, Decimal128Array, Decimal256Array, Float32Array, Float64Array, Int8Array,
        UInt64Array,
    };
    use proptest::prelude::*;

    use super::*;

    fn minor(array: impl Array) -> Vec<i64> {
        let mut out = Vec::new();
        assert!(read_minor(&array, eur(), &mut out));
        out
    }

    fn eur() -> Currency {
        Currency::new("EUR").unwrap()
    }

    #[test]
    fn money_from_every_kind_of_number() {
        assert_eq!(minor(Int8Array::from(vec![-1, 7])), [-100, 700]);
        assert_eq!(minor(UInt64Array::from(vec![u64::MAX])), [NO_MONEY]);
        assert_eq!(minor(Float32Array::from(vec![12.99, -0.5])), [1299, -50]);
        let floats = Float64Array::from(vec![0.125, f64::NAN, f64::INFINITY, 1e300]);
        assert_eq!(minor(floats), [12, NO_MONEY, NO_MONEY, NO_MONEY]);
        let decimals = Decimal128Array::from(vec![12345, 12355, -12345, 1])
            .with_precision_and_scale(10, 3)
            .unwrap();
        assert_eq!(minor(decimals), [1234, 1236, -1234, 0]);
        let thousands = Decimal128Array::from(vec![3]).with_precision_and_scale(5, -3).unwrap();
        assert_eq!(minor(thousands), [300_000]);
    }

    #[test]
    fn wide_decimals_round_once() {
        // 0.125 and a bit: above the tie only because of the last of 60 digits.
        let tie = i256::from_i128(125) * i256::from_i128(10).checked_pow(57).unwrap();
        let array = Decimal256Array::from(vec![tie, tie + i256::ONE, i256::ZERO - tie])
            .with_precision_and_scale(76, 60)
            .unwrap();
        assert_eq!(minor(array), [12, 13, -12]);
        let huge = Decimal256Array::from(vec![tie]).with_precision_and_scale(76, 0).unwrap();
        assert_eq!(minor(huge), [NO_MONEY]);
    }

    #[test]
    fn numbers_as_floats() {
        let decimals =
            Decimal256Array::from(vec![i256::from_i128(-25)]).with_precision_and_scale(40, 1);
        let arrays: Vec<ArrayRef> =
            vec![Arc::new(decimals.unwrap()), Arc::new(Float64Array::from(vec![-2.5]))];
        let mut out = Vec::new();
        for array in arrays {
            assert!(read_f64(&array, &mut out));
            assert_eq!(out, [-2.5]);
        }
        assert!(!read_f64(&arrow_array::StringArray::from(vec!["1"]), &mut out));
    }

    proptest! {
        #[test]
        fn decimals_round_half_to_even(value in any::<i64>(), scale in 0i8..19) {
            let got = decimal_minor(value.into(), scale, eur());
            // Compare |2 * value * 100 - 2 * minor * 10^scale| with 10^scale.
            if let Some(minor) = got {
                let unit = 10i128.pow(scale as u32);
                let off = (i128::from(value) * 100 - i128::from(minor) * unit).unsigned_abs() * 2;
                prop_assert!(off < unit as u128 || (off == unit as u128 && minor % 2 == 0));
            } else {
                prop_assert!(scale < 2);
            }
            let same = widest_minor(i256::from_i128(value.into()), scale, eur());
            prop_assert_eq!(got, same);
        }
    }
}
