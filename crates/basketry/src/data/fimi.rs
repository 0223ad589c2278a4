//! FIMI files: one basket a line, items as integers.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use super::baskets::{Baskets, Rows};
use super::columns::NO_ID;
use super::ids::{IdKind, Ids};
use crate::control::Stage;
use crate::{Control, Error, ErrorKind, Result};

const BLOCK: usize = 1 << 18;
/// Ids below this are looked up in a table instead of being hashed.
const DIRECT: usize = 1 << 20;

impl Baskets {
    /// Reads a FIMI file: each line is a basket, its items are non-negative integers parted by
    /// spaces or tabs. Lines end with LF or CR LF; the last one may lack its end.
    ///
    /// A blank line is an empty basket and counts in the number of baskets, as it does for the
    /// miners of the FIMI workshops. Repeated items of a line count once. Items have the index of
    /// their first appearance and keep their numbers as integer ids.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if the file cannot be read; [`ErrorKind::Data`] names the line (counted
    /// from 1) of whatever is not such an integer.
    pub fn from_fimi(path: impl AsRef<Path>, control: &Control) -> Result<Self> {
        let path = path.as_ref();
        let mut file = File::open(path).map_err(|error| Error::io("open", path, error))?;
        let size = file.metadata().map_or(0, |metadata| metadata.len());
        control.begin(Stage::Reading, size)?;
        let mut parser = Parser::new();
        let mut block = vec![0; BLOCK];
        loop {
            let read = match file.read(&mut block) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(Error::io("read", path, error)),
            };
            parser.feed(&block[..read])?;
            control.advance(read as u64)?;
        }
        parser.finish()
    }
}

struct Parser {
    ids: Ids,
    direct: Vec<u32>,
    rows: Rows,
    /// The lines that ended.
    lines: u64,
    /// The integer that is being read.
    value: i64,
    /// How many digits of it were read.
    digits: u32,
    /// Whether anything came since the latest end of a line.
    begun: bool,
}

impl Parser {
    fn new() -> Self {
        Self {
            ids: Ids::new(IdKind::Int),
            direct: Vec::new(),
            rows: Rows::default(),
            lines: 0,
            value: 0,
            digits: 0,
            begun: false,
        }
    }

    fn feed(&mut self, block: &[u8]) -> Result<()> {
        // The integer lives in registers; it may go on in the next block.
        let (mut value, mut digits) = (self.value, self.digits);
        let mut at = 0;
        while at < block.len() {
            // Integers of up to seven digits at once, whose digits need no branches.
            if digits == 0
                && let Some(word) = block[at..].first_chunk::<8>()
                && let (number, len @ 1..8) = leading_integer(u64::from_le_bytes(*word))
            {
                self.item(number)?;
                at += len;
                if word[len] == b' ' {
                    at += 1;
                }
                continue;
            }
            let byte = block[at];
            at += 1;
            let digit = byte.wrapping_sub(b'0');
            if digit <= 9 {
                digits += 1;
                if digits < 19 {
                    value = value * 10 + i64::from(digit);
                } else {
                    value = value
                        .checked_mul(10)
                        .and_then(|value| value.checked_add(i64::from(digit)))
                        .ok_or_else(|| self.bad("an integer above 9223372036854775807"))?;
                }
                continue;
            }
            if digits > 0 {
                self.item(value)?;
                (value, digits) = (0, 0);
            }
            match byte {
                b' ' | b'\t' | b'\r' => {}
                b'\n' => {
                    self.rows.end();
                    self.lines += 1;
                }
                _ => return Err(self.bad(&token(block, at - 1))),
            }
        }
        self.begun = block.last().map_or(self.begun, |&byte| byte != b'\n');
        (self.value, self.digits) = (value, digits);
        Ok(())
    }

    fn finish(mut self) -> Result<Baskets> {
        if self.digits > 0 {
            self.item(self.value)?;
        }
        if self.begun {
            self.rows.end();
        }
        Ok(self.rows.finish(Arc::new(self.ids)))
    }

    #[inline]
    fn item(&mut self, value: i64) -> Result<()> {
        let place = value as usize;
        let index = match self.direct.get(place) {
            Some(&index) if index != NO_ID => index,
            _ => self.new_item(value)?,
        };
        self.rows.push(index);
        Ok(())
    }

    #[cold]
    fn new_item(&mut self, value: i64) -> Result<u32> {
        let index = self.ids.intern(value)?;
        let place = value as usize;
        if place < DIRECT {
            if place >= self.direct.len() {
                self.direct.resize((place + 1).next_power_of_two(), NO_ID);
            }
            self.direct[place] = index;
        }
        Ok(index)
    }

    fn bad(&self, what: &str) -> Error {
        Error::new(
            ErrorKind::Data,
            format!(
                "FIMI line {}: expected non-negative integers parted by spaces, got {what}",
                self.lines + 1
            ),
        )
    }
}

/// The integer that eight characters, the first in the lowest byte, begin with, and how many digits
/// it has; 8 digits may have more behind them.
#[inline]
fn leading_integer(word: u64) -> (i64, usize) {
    // Digits become their values, and the highest bit of each byte says that it is none.
    let digits = word ^ 0x3030_3030_3030_3030;
    let above = (digits & 0x7f7f_7f7f_7f7f_7f7f) + 0x7676_7676_7676_7676;
    let others = (above | digits) & 0x8080_8080_8080_8080;
    let len = others.trailing_zeros() as usize / 8;
    if len == 0 {
        return (0, 0);
    }
    // With zeros before it, all eight bytes are digits; then pairs, fours and all are put together.
    let eight = digits << (64 - 8 * len);
    let pairs = (eight * 10 + (eight >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    let all = (fours * 10_000 + (fours >> 32)) & 0xffff_ffff;
    (all as i64, len)
}

// What stands at `at`, for a message.
fn token(block: &[u8], at: usize) -> String {
    let is_end = |byte: &u8| byte.is_ascii_whitespace();
    let start = block[..at].iter().rposition(is_end).map_or(0, |space| space + 1);
    let end = block[at..].iter().position(is_end).map_or(block.len(), |space| at + space);
    let text = String::from_utf8_lossy(&block[start..end.min(start + 40)]);
    format!("{text:?}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::IdRef;

    fn parse(text: &[u8], block: usize) -> Result<Vec<Vec<i64>>> {
        let mut parser = Parser::new();
        for block in text.chunks(block) {
            parser.feed(block)?;
        }
        let baskets = parser.finish()?;
        let int = |id| match id {
            IdRef::Int(value) => value,
            IdRef::Str(_) => panic!("FIMI ids are integers"),
        };
        Ok((0..baskets.len()).map(|b| baskets.basket(b).map(int).collect()).collect())
    }

    #[test]
    fn lines_are_baskets() {
        let text = b"3 1 2\n1 1 \r\n\n\t 9223372036854775807 2000000\n7\n\
            1 12 123 1234 12345 123456 1234567 12345678 123456789 0000001\n";
        for block in 1..text.len() + 1 {
            assert_eq!(
                parse(text, block).unwrap(),
                [
                    vec![3, 1, 2],
                    vec![1],
                    vec![],
                    vec![9_223_372_036_854_775_807, 2_000_000],
                    vec![7],
                    vec![1, 12, 123, 1_234, 12_345, 123_456, 1_234_567, 12_345_678, 123_456_789]
                ],
                "blocks of {block}"
            );
        }
        assert_eq!(parse(b"", 1).unwrap(), Vec::<Vec<i64>>::new());
        assert_eq!(parse(b"\n", 1).unwrap(), [Vec::<i64>::new()]);
        assert_eq!(parse(b"00012\n12", 3).unwrap(), [vec![12], vec![12]]);
    }

    #[test]
    fn what_is_no_integer_is_named_with_its_line() {
        for (text, what) in [
            ("1 2\n3 milk 4\n", "FIMI line 2"),
            ("1 2\n3 milk 4\n", "\"milk\""),
            ("1\n\n-5\n", "FIMI line 3"),
            ("1,2\n", "\"1,2\""),
            ("1.5", "\"1.5\""),
            ("9223372036854775808", "above 9223372036854775807"),
            ("99999999999999999999999999", "above 9223372036854775807"),
        ] {
            let error = parse(text.as_bytes(), 1 << 10).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Data);
            assert!(error.to_string().contains(what), "{error}");
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_an_io_error() {
        let error = Baskets::from_fimi("no/such/file.dat", &Control::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(error.to_string().contains("no/such/file.dat"), "{error}");
    }
}
