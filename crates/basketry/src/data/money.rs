//! Money: an integer number of minor units with a currency.

use std::fmt;

use crate::{Error, ErrorKind, Result};

/// An ISO 4217 currency code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// The euro.
    pub const EUR: Currency = Currency(*b"EUR");

    /// The currency with this code.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] unless the code is three upper-case letters.
    pub fn new(code: &str) -> Result<Self> {
        match <[u8; 3]>::try_from(code.as_bytes()) {
            Ok(bytes) if bytes.iter().all(u8::is_ascii_uppercase) => Ok(Self(bytes)),
            _ => Err(Error::new(
                ErrorKind::InvalidArgument,
                format!(
                    "currency: expected three upper-case letters such as \"EUR\", got {code:?}"
                ),
            )),
        }
    }

    /// The three letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// How many decimal digits the minor unit stands for: 2 for EUR (cent), 0 for JPY, 3 for KWD
    /// (ISO 4217).
    pub fn digits(&self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG"
            | b"RWF" | b"UGX" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            _ => 2,
        }
    }

    /// Minor units in one major unit: 100 for EUR.
    pub fn scale(&self) -> i64 {
        10i64.pow(self.digits())
    }

    /// An amount of major units as minor units, rounded half to even. `None` if it is not finite
    /// or does not fit.
    pub fn minor(&self, amount: f64) -> Option<i64> {
        let minor = (amount * self.scale() as f64).round_ties_even();
        // 2^53: beyond it a float no longer holds every integer.
        (minor.abs() <= 9_007_199_254_740_992.0).then_some(minor as i64)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl serde::Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> serde::Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Currency::new(&code).map_err(serde::de::Error::custom)
    }
}

/// An amount of money: minor units (cents) of a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    /// The amount in minor units.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

/// Prints like `12.50 EUR`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.minor < 0 { "-" } else { "" };
        let scale = self.currency.scale() as u64;
        let amount = self.minor.unsigned_abs();
        match self.currency.digits() {
            0 => write!(f, "{sign}{amount} {}", self.currency),
            digits => write!(
                f,
                "{sign}{}.{:0width$} {}",
                amount / scale,
                amount % scale,
                self.currency,
                width = digits as usize
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_and_rounds() {
        let eur = Currency::new("EUR").unwrap();
        assert_eq!(Money { minor: -1205, currency: eur }.to_string(), "-12.05 EUR");
        let jpy = Currency::new("JPY").unwrap();
        assert_eq!(Money { minor: 500, currency: jpy }.to_string(), "500 JPY");
        assert_eq!(eur.minor(0.125), Some(12));
        assert_eq!(eur.minor(f64::NAN), None);
        assert!(Currency::new("eur").is_err());
    }
}
