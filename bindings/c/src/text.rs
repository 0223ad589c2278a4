//! Texts that are made once, when first asked for, and lent to C.

use std::sync::OnceLock;

use crate::strings::basketry_str;

/// A text that is made once and ended by a zero byte, so that C can print it.
#[derive(Default)]
pub(crate) struct Text(OnceLock<Box<str>>);

impl Text {
    /// The text, made by `make` unless it was made before. It lives as long as `self`.
    pub(crate) fn lend(&self, make: impl FnOnce() -> String) -> basketry_str {
        let text = self.0.get_or_init(|| {
            let mut text = make();
            text.push('\0');
            text.into()
        });
        basketry_str::lend(&text[..text.len() - 1])
    }
}

/// A report as JSON on one line.
pub(crate) fn to_json(value: &impl serde::Serialize) -> String {
    // Reports hold numbers, texts and lists: nothing that JSON cannot say.
    serde_json::to_string(value).unwrap_or_default()
}
