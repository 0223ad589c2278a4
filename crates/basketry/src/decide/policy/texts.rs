//! The words that decisions are put in.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::ranges::Ranges;
use crate::Result;
use crate::decide::tree::{Reader, Value, expected};

/// The language of an offer's and a reason's sentence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub enum Language {
    /// English. `"en"`
    #[default]
    #[serde(rename = "en")]
    English,
    /// German. `"de"`
    #[serde(rename = "de")]
    German,
}

/// The words that a policy's decisions are put in.
///
/// Each sentence has a code: that of a [kind](crate::Kind::code) of offer or of a
/// [reason](crate::Reason::code), or one of the few parts listed by [`Texts::codes`]. A policy may replace
/// any of them; what stands in braces is filled in:
///
/// ```
/// use basketry::Policy;
///
/// let policy = Policy::from_toml(r#"
///     language = "de"
///     [texts]
///     cross_sell = "passt zu {base}"
///     out_of_stock = "gerade nicht da"
/// "#)?;
/// assert_eq!(policy.texts.get("cross_sell"), "passt zu {base}");
/// let error = Policy::from_toml(r#"texts.cross_sell = "fits {basis}""#).unwrap_err();
/// assert!(error.to_string().contains("{base}"));
/// # Ok::<(), basketry::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Texts {
    /// The language of what is not replaced. The policy's `language`; default English.
    pub language: Language,
    /// Sentences in place of the usual ones, by code. The policy's `texts`; default none.
    pub replaced: BTreeMap<String, String>,
}

impl Texts {
    pub(super) fn read(&mut self, top: &Reader<'_>) -> Result<()> {
        let words = [("en", Language::English), ("de", Language::German)];
        top.choice("language", &words, &mut self.language)?;
        let Some((path, node)) = top.node("texts") else { return Ok(()) };
        let codes: Vec<&str> = Self::codes().into_iter().map(|(code, _)| code).collect();
        let table = Reader::new("policy", &path, node, &codes)?;
        for code in codes {
            let Some((path, node)) = table.node(code) else { continue };
            match &node.value {
                Value::Str(text) => _ = self.replaced.insert(code.to_owned(), text.clone()),
                other => return Err(expected(&path, node.line, "a string", other)),
            }
        }
        Ok(())
    }

    pub(super) fn check(&self, ranges: &Ranges<'_>) -> Result<()> {
        let codes = Self::codes();
        for (code, text) in &self.replaced {
            let path = format!("texts.{code}");
            let Some((_, names)) = codes.iter().find(|(held, _)| held == code) else {
                let all: Vec<&str> = codes.iter().map(|(code, _)| *code).collect();
                return Err(ranges.out(&path, &format!("a code of {}", all.join(", ")), code));
            };
            let mut rest = text.as_str();
            while let Some(at) = rest.find('{') {
                rest = &rest[at + 1..];
                let end = rest.find('}').unwrap_or(rest.len());
                if !names.contains(&&rest[..end]) {
                    let known: Vec<String> =
                        names.iter().map(|name| format!("{{{name}}}")).collect();
                    let what = if known.is_empty() {
                        "a text without braces".to_owned()
                    } else {
                        format!("in braces only {}", known.join(", "))
                    };
                    return Err(ranges.out(&path, &what, &format!("{:?}", &rest[..end])));
                }
                rest = &rest[end..];
            }
        }
        Ok(())
    }
}

/// As the keys `language` and, if anything is replaced, `texts` of the policy.
impl Serialize for Texts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("language", &self.language)?;
        if !self.replaced.is_empty() {
            map.serialize_entry("texts", &self.replaced)?;
        }
        map.end()
    }
}
