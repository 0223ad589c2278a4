//! The words of offers and of reasons: English and German, and whatever a policy puts in their place.

mod german;
mod phrases;

use self::phrases::{PHRASES, Phrase};
use super::policy::{Language, Texts};
use super::reasons::Reason;
use crate::data::{Currency, Money};

impl Texts {
    /// The codes that have a sentence, each with the names that may stand in braces in it.
    pub fn codes() -> Vec<(&'static str, &'static [&'static str])> {
        let phrases = PHRASES.iter().map(|phrase| (phrase.code, phrase.names));
        let reasons = Reason::ALL.into_iter().map(|reason| (reason.code(), &[] as &[&str]));
        phrases.chain(reasons).collect()
    }

    /// The sentence of a code, what is to be filled in in braces; empty for an unknown code.
    pub fn get(&self, code: &str) -> &str {
        if let Some(text) = self.replaced.get(code) {
            return text;
        }
        let german = self.language == Language::German;
        if let Some(phrase) = phrase(code) {
            return if german { phrase.german } else { phrase.english };
        }
        let reason = Reason::ALL.into_iter().find(|reason| reason.code() == code);
        reason.map_or("", |reason| self.reason(reason))
    }

    /// A reason in words.
    pub(crate) fn reason(&self, reason: Reason) -> &str {
        if let Some(text) = self.replaced.get(reason.code()) {
            return text;
        }
        match self.language {
            Language::English => reason.text(),
            Language::German => german::reason(reason),
        }
    }

    /// The sentence of a code with its blanks filled in.
    pub(crate) fn say(&self, code: &str, values: &[(&str, &str)]) -> String {
        fill(self.get(code), values)
    }

    /// The sentence of a code, to be filled in later.
    pub(crate) fn form(&self, code: &str) -> Form {
        Form { template: self.get(code).to_owned(), language: self.language }
    }

    /// A number as it is written in the language.
    pub(crate) fn number(&self, value: f64) -> String {
        written(format!("{value}"), self.language)
    }

    /// An amount as it is written in the language.
    pub(crate) fn money(&self, money: Money) -> String {
        written(money.to_string(), self.language)
    }

    /// A number that was printed, as it is written in the language.
    pub(crate) fn written(&self, number: String) -> String {
        written(number, self.language)
    }

    /// An amount that may be a fraction of a minor unit, as it is written in the language: in major
    /// units, to the hundredth of a minor one as far as it has such.
    pub(crate) fn amount(&self, minor: f64, currency: Currency) -> String {
        let digits = currency.digits() as usize;
        let mut text = format!("{:.*}", digits + 2, minor / currency.scale() as f64);
        for _ in 0..2 {
            if text.ends_with('0') {
                text.pop();
            }
        }
        let text = text.trim_end_matches('.');
        // What rounds to nothing is nothing.
        let zero = text.bytes().all(|byte| !(b'1'..=b'9').contains(&byte));
        let text = if zero { text.trim_start_matches('-') } else { text };
        written(format!("{text} {currency}"), self.language)
    }

    /// So many days, rounded, at least one.
    pub(crate) fn days(&self, days: f64) -> String {
        match days.round() {
            d if d <= 1.0 => self.get("day").to_owned(),
            d => self.say("days", &[("days", &self.number(d))]),
        }
    }

    /// When that was.
    pub(crate) fn ago(&self, days: f64) -> String {
        match days.floor() {
            d if d < 1.0 => self.get("today").to_owned(),
            d if d < 2.0 => self.get("yesterday").to_owned(),
            d => self.say("days_ago", &[("days", &self.number(d))]),
        }
    }

    /// A, B and C.
    pub(crate) fn list(&self, labels: &[String]) -> String {
        match labels {
            [] => String::new(),
            [one] => one.clone(),
            [first @ .., last] => format!("{} {} {last}", first.join(", "), self.get("and")),
        }
    }
}

/// A sentence whose blanks are filled in later.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Form {
    template: String,
    language: Language,
}

impl Form {
    /// With its blanks filled in.
    pub(crate) fn say(&self, values: &[(&str, &str)]) -> String {
        fill(&self.template, values)
    }

    /// A number that was printed, as it is written in the language.
    pub(crate) fn written(&self, number: String) -> String {
        written(number, self.language)
    }
}

/// A number that was printed, as it is written in a language.
fn written(number: String, language: Language) -> String {
    match language {
        Language::English => number,
        Language::German => number.replace('.', ","),
    }
}

/// A sentence with its blanks filled in.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.find('}').map_or(rest.len(), |end| end + 1);
        let name = &rest[1..end.max(2) - 1];
        match values.iter().find(|(held, _)| *held == name) {
            Some((_, value)) => text.push_str(value),
            // Checked when the policy was; one made by hand may still come here.
            None => text.push_str(&rest[..end]),
        }
        rest = &rest[end..];
    }
    text.push_str(rest);
    text
}

fn phrase(code: &str) -> Option<&'static Phrase> {
    PHRASES.iter().find(|phrase| phrase.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kind, Policy};

    #[test]
    fn every_sentence_is_there_in_both_languages() {
        let german = Texts { language: Language::German, ..Texts::default() };
        for (code, names) in Texts::codes() {
            for texts in [&Texts::default(), &german] {
                let text = texts.get(code);
                assert!(!text.is_empty(), "{code}");
                assert_eq!(text.matches('{').count(), text.matches('}').count(), "{code}: {text}");
                // What the usual sentences have in braces is what a policy may use.
                let mut own = Policy::default();
                own.texts.replaced.insert(code.to_owned(), text.to_owned());
                own.check().unwrap_or_else(|error| panic!("{code}: {error}, of {names:?}"));
            }
        }
        for reason in Reason::ALL {
            assert_ne!(german.reason(reason), reason.text(), "{reason} has no German text");
        }
        for kind in [Kind::CrossSell, Kind::UpSell, Kind::Refill, Kind::Popular, Kind::Similar] {
            assert!(phrase(kind.code()).is_some(), "{kind}");
        }
        for kind in Kind::ALL {
            assert!(phrase(&format!("kind_{}", kind.code())).is_some(), "{kind} has no word");
        }
        let mut codes: Vec<_> = Texts::codes().into_iter().map(|(code, _)| code).collect();
        let all = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), all, "a code stands twice");
    }

    #[test]
    fn blanks_are_filled_in() {
        let mut texts = Texts::default();
        texts.replaced.insert("days".to_owned(), "{days}d{".to_owned());
        assert_eq!(texts.days(3.2), "3d{");
        assert_eq!((texts.days(1.2), texts.ago(0.5)), ("1 day".to_owned(), "today".to_owned()));
        texts.language = Language::German;
        assert_eq!(
            (texts.number(2.5), texts.ago(4.9)),
            ("2,5".to_owned(), "vor 4 Tagen".to_owned())
        );
        let labels = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(texts.list(&labels), "a, b und c");
    }

    #[test]
    fn amounts_show_fractions_of_minor_units() {
        let mut texts = Texts::default();
        let [eur, jpy, kwd] = ["EUR", "JPY", "KWD"].map(|code| Currency::new(code).unwrap());
        for (minor, currency, text) in [
            (-100.0, eur, "-1.00 EUR"),
            (62.3203, eur, "0.6232 EUR"),
            (1234.5, eur, "12.345 EUR"),
            (0.001, eur, "0.00 EUR"),
            (-0.001, eur, "0.00 EUR"),
            (1200.0, jpy, "1200 JPY"),
            (12.25, jpy, "12.25 JPY"),
            (1500.0, kwd, "1.500 KWD"),
        ] {
            assert_eq!(texts.amount(minor, currency), text);
        }
        texts.language = Language::German;
        assert_eq!(texts.amount(-62.5, eur), "-0,625 EUR");
    }

    #[test]
    fn complaints_name_the_text() {
        for (text, starts, contains) in [
            ("language = \"fr\"", "language (line 1): expected \"en\" or \"de\"", "\"fr\""),
            ("texts.refil = \"x\"", "texts.refil (line 1): unknown key", "\"refill\""),
            ("texts.refill = 1", "texts.refill (line 1): expected a string", "got 1"),
            ("texts.refill = \"{x}\"", "texts.refill (line 1): expected in braces only", "{last}"),
            ("texts.in_basket = \"{x}\"", "texts.in_basket (line 1): expected a text", "\"x\""),
        ] {
            let message = Policy::from_toml(text).unwrap_err().to_string();
            assert!(message.starts_with(starts) && message.contains(contains), "{text}\n{message}");
        }
        let policy =
            Policy::from_json(r#"{"language": "de", "texts": {"day": "ein Tag"}}"#).unwrap();
        assert_eq!(policy, Policy::from_toml(&policy.to_toml()).unwrap());
        assert_eq!(policy, Policy::from_json(&policy.to_json()).unwrap());
    }
}
