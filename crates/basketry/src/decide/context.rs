//! One request: who, where, when, and what is in the basket.

use std::fmt::Arguments;
use std::sync::Arc;

use jiff::Timestamp;

use super::contact::{PERSON_KEYS, Person};
use super::tree::{Node, Reader, Value, expected, fail, read_id};
use crate::data::Id;
use crate::{Error, ErrorKind, Result};

/// The most lines that basket and orders of one [`Context`] may have together.
///
/// No shop's cart comes near; the bound keeps one hostile request from holding up the others.
pub const MAX_CONTEXT_LINES: usize = 10_000;

/// One request for offers: who, where, when, and what is in the basket.
///
/// A decision depends on model, catalogue, policy and context and on nothing else: the clock is
/// in here.
///
/// ```
/// use basketry::{Context, Order};
///
/// let now = 1_795_341_600_000; // 2026-11-22T10:00:00Z in milliseconds since 1970
/// let context = Context::at(now)
///     .customer("2375")
///     .placement("cart")
///     .basket([("bread", 2), ("jam", 1)])
///     .viewed("butter")
///     .orders_since([Order::at(now - 86_400_000).line("milk", 1)])
///     .seed(7);
/// assert_eq!(context, Context::from_json(&context.to_json())?);
/// # Ok::<(), basketry::Error>(())
/// ```
#[derive(Debug, PartialEq)]
pub struct Context {
    pub(crate) now_ms: i64,
    pub(crate) customer: Option<Id>,
    pub(crate) placement: Option<Arc<str>>,
    pub(crate) basket: Vec<ContextLine>,
    pub(crate) viewed: Option<Id>,
    pub(crate) orders_since: Vec<Order>,
    pub(crate) person: Person,
    pub(crate) after: Vec<ContextLine>,
    pub(crate) returned: Vec<Id>,
    pub(crate) seed: u64,
}

/// A product and how many of it.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub(crate) struct ContextLine {
    pub(crate) product: Id,
    pub(crate) quantity: f64,
}

/// An order the customer made since the model was fitted, as the shop knows it.
#[derive(Debug, PartialEq)]
pub struct Order {
    pub(crate) time_ms: i64,
    pub(crate) lines: Vec<ContextLine>,
}

// Copying into what is there uses its memory: a decision that is made anew keeps its own.
impl Clone for Order {
    fn clone(&self) -> Self {
        Self { time_ms: self.time_ms, lines: self.lines.clone() }
    }

    fn clone_from(&mut self, other: &Self) {
        self.time_ms = other.time_ms;
        self.lines.clone_from(&other.lines);
    }
}

impl Clone for Context {
    fn clone(&self) -> Self {
        Self {
            now_ms: self.now_ms,
            customer: self.customer.clone(),
            placement: self.placement.clone(),
            basket: self.basket.clone(),
            viewed: self.viewed.clone(),
            orders_since: self.orders_since.clone(),
            person: self.person.clone(),
            after: self.after.clone(),
            returned: self.returned.clone(),
            seed: self.seed,
        }
    }

    fn clone_from(&mut self, other: &Self) {
        self.now_ms = other.now_ms;
        self.customer.clone_from(&other.customer);
        self.placement.clone_from(&other.placement);
        self.basket.clone_from(&other.basket);
        self.viewed.clone_from(&other.viewed);
        self.orders_since.clone_from(&other.orders_since);
        self.person.clone_from(&other.person);
        self.after.clone_from(&other.after);
        self.returned.clone_from(&other.returned);
        self.seed = other.seed;
    }
}

impl Order {
    /// An order made at this time (milliseconds since 1970-01-01 UTC), without lines yet.
    pub fn at(time_ms: i64) -> Self {
        Self { time_ms, lines: Vec::new() }
    }

    /// The same order with a line more.
    #[must_use]
    pub fn line(mut self, product: impl Into<Id>, quantity: impl Into<f64>) -> Self {
        self.lines.push(ContextLine { product: product.into(), quantity: quantity.into() });
        self
    }
}

impl Context {
    /// A request made at this time (milliseconds since 1970-01-01 UTC) by nobody known, with an
    /// empty basket.
    pub fn at(now_ms: i64) -> Self {
        Self {
            now_ms,
            customer: None,
            placement: None,
            basket: Vec::new(),
            viewed: None,
            orders_since: Vec::new(),
            person: Person::default(),
            after: Vec::new(),
            returned: Vec::new(),
            seed: 0,
        }
    }

    /// The time of the request, milliseconds since 1970-01-01 UTC.
    pub fn now_ms(&self) -> i64 {
        self.now_ms
    }

    /// The customer. One whom the model does not know is treated as new, and the decision says
    /// so.
    #[must_use]
    pub fn customer(mut self, id: impl Into<Id>) -> Self {
        self.customer = Some(id.into());
        self
    }

    /// Where the offers are shown.
    #[must_use]
    pub fn placement(mut self, placement: impl Into<Arc<str>>) -> Self {
        self.placement = Some(placement.into());
        self
    }

    /// Adds lines to the basket: products and how many of each. Repeated lines of a product count
    /// once.
    #[must_use]
    pub fn basket<P: Into<Id>, Q: Into<f64>>(
        mut self,
        lines: impl IntoIterator<Item = (P, Q)>,
    ) -> Self {
        self.basket.extend(
            lines.into_iter().map(|(p, q)| ContextLine { product: p.into(), quantity: q.into() }),
        );
        self
    }

    /// The product whose page is being looked at.
    #[must_use]
    pub fn viewed(mut self, product: impl Into<Id>) -> Self {
        self.viewed = Some(product.into());
        self
    }

    /// Adds orders that the customer made since the model was fitted
    /// ([`Model::as_of`](crate::Model::as_of)). Earlier ones are known to the model and are left
    /// out, with a warning; later ones than `now` are an error.
    #[must_use]
    pub fn orders_since(mut self, orders: impl IntoIterator<Item = Order>) -> Self {
        self.orders_since.extend(orders);
        self
    }

    /// Adds lines of the order that was just placed: what is offered comes after it, on a tracking
    /// page or in the mail that confirms it. What was in it, and variants of that, are not offered;
    /// what customers buy after it or with it is. Chances are then those of a purchase within the
    /// model's horizon ([`FitReport::horizon_days`](crate::FitReport)).
    ///
    /// An order that the model does not know belongs into [`orders_since`](Self::orders_since) as
    /// well if it is to count as a purchase.
    #[must_use]
    pub fn after<P: Into<Id>, Q: Into<f64>>(
        mut self,
        lines: impl IntoIterator<Item = (P, Q)>,
    ) -> Self {
        self.after.extend(
            lines.into_iter().map(|(p, q)| ContextLine { product: p.into(), quantity: q.into() }),
        );
        self
    }

    /// Adds products that the customer returned: neither they nor their variants are offered, and
    /// nothing because of them. If all of the order in [`after`](Self::after) was returned, nothing
    /// is offered at all.
    #[must_use]
    pub fn returned(mut self, products: impl IntoIterator<Item = impl Into<Id>>) -> Self {
        self.returned.extend(products.into_iter().map(Into::into));
        self
    }

    /// The seed for what a policy leaves to chance ([`Policy::explore`](crate::Policy)). Default
    /// 0. It is logged, so that a decision can be replayed.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Reads a context from a JSON object with the keys `now` (required: a time like
    /// `"2026-11-22T10:00:00Z"`, or milliseconds since 1970 as an integer), `customer`,
    /// `placement`, `basket` (a list of `{"product": id, "quantity": number}`, quantity 1 if left
    /// out), `viewed`, `orders_since` (a list of `{"time": ..., "lines": [...]}` with lines like
    /// the basket's), `after` (lines like the basket's), `returned` (a list of ids), `channel`, `ride_along`, `segments`, `consents`, `customer_value`, `contacts`
    /// (a list of `{"time": ..., "channel": ..., "kind": ..., "products": [id], "outcome": ...,
    /// "valid_until": ..., "ride_along": ...}` of which only `time` is required) and `seed`.
    ///
    /// ```
    /// use basketry::Context;
    ///
    /// let context = Context::from_json(
    ///     r#"{"now": "2026-11-22T10:00:00Z", "customer": 17, "basket": [{"product": "jam"}]}"#,
    /// )?;
    /// assert_eq!(context, Context::at(1_795_341_600_000).customer(17).basket([("jam", 1)]));
    /// # Ok::<(), basketry::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Policy`], naming the key, unless the text is JSON, every key is known and
    /// every value has its type and is in its range.
    pub fn from_json(text: &str) -> Result<Self> {
        let root = Node::from_json("context", text)?;
        let mut known = vec![
            "now",
            "customer",
            "placement",
            "basket",
            "viewed",
            "orders_since",
            "after",
            "returned",
            "seed",
        ];
        known.extend(PERSON_KEYS);
        let top = Reader::new("context", "", &root, &known)?;
        let Some((path, node)) = top.node("now") else {
            return top.missing("now", TIME);
        };
        let mut context = Self::at(read_time(&path, node)?);
        context.customer = top.optional_id("customer")?;
        let mut placement = None;
        top.optional_text("placement", &mut placement)?;
        context.placement = placement.map(Arc::from);
        context.basket = read_lines(&top, "basket")?;
        context.viewed = top.optional_id("viewed")?;
        if let Some((path, list)) = top.list("orders_since", "orders")? {
            for (i, node) in list.iter().enumerate() {
                let path = format!("{path}[{i}]");
                let order = Reader::new("context", &path, node, &["time", "lines"])?;
                let Some((path, node)) = order.node("time") else {
                    return order.missing("time", TIME);
                };
                context.orders_since.push(Order {
                    time_ms: read_time(&path, node)?,
                    lines: read_lines(&order, "lines")?,
                });
            }
        }
        context.person = Person::read(&top)?;
        context.after = read_lines(&top, "after")?;
        if let Some((path, list)) = top.list("returned", "ids")? {
            for (i, node) in list.iter().enumerate() {
                context.returned.push(read_id(&format!("{path}[{i}]"), node)?);
            }
        }
        if let Some((path, node)) = top.node("seed") {
            context.seed = match &node.value {
                Value::Int(value) if u64::try_from(*value).is_ok() => *value as u64,
                other => {
                    let what = "a whole number from 0 to 2^64 - 1";
                    return Err(expected(&path, node.line, what, other));
                }
            };
        }
        context.check()?;
        Ok(context)
    }

    /// The context as JSON, on one line; [`from_json`](Self::from_json) reads it back. Times are
    /// integers, milliseconds since 1970.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Checks what can be checked without a model: quantities are finite and positive, no order
    /// is later than `now`, and there are at most [`MAX_CONTEXT_LINES`] lines.
    pub(crate) fn check(&self) -> Result<()> {
        time(format_args!("now"), self.now_ms)?;
        named(format_args!("placement"), self.placement.as_deref())?;
        let lines = self.basket.len()
            + self.after.len()
            + self.returned.len()
            + self.orders_since.iter().map(|order| order.lines.len()).sum::<usize>();
        if lines > MAX_CONTEXT_LINES {
            return Err(Error::new(
                ErrorKind::Limit,
                format!(
                    "basket, orders_since, after and returned: at most {MAX_CONTEXT_LINES} lines \
                     together, got {lines}"
                ),
            ));
        }
        check_lines(format_args!("basket"), &self.basket)?;
        check_lines(format_args!("after"), &self.after)?;
        for (i, order) in self.orders_since.iter().enumerate() {
            time(format_args!("orders_since[{i}].time"), order.time_ms)?;
            if order.time_ms > self.now_ms {
                return Err(fail(format!(
                    "orders_since[{i}].time: expected a time not after now ({}), got {}",
                    iso(self.now_ms),
                    iso(order.time_ms)
                )));
            }
            check_lines(format_args!("orders_since[{i}].lines"), &order.lines)?;
        }
        self.person.check(self.now_ms)
    }
}

pub(crate) const TIME: &str = "a time like \"2026-11-22T10:00:00Z\", or milliseconds since 1970";

// Paths are put together only when there is something to complain of.
fn check_lines(path: Arguments<'_>, lines: &[ContextLine]) -> Result<()> {
    for (i, line) in lines.iter().enumerate() {
        if !(line.quantity.is_finite() && line.quantity > 0.0) {
            return Err(fail(format!(
                "{path}[{i}].quantity: expected a finite number above 0, got {:?} of {}",
                line.quantity, line.product
            )));
        }
    }
    Ok(())
}

/// Checks a name that may be left out, but says nothing if it is empty.
pub(crate) fn named(path: Arguments<'_>, name: Option<&str>) -> Result<()> {
    match name {
        Some("") => Err(fail(format!("{path}: expected a name, or none at all, got \"\""))),
        _ => Ok(()),
    }
}

pub(crate) fn time(path: Arguments<'_>, time_ms: i64) -> Result<()> {
    match Timestamp::from_millisecond(time_ms) {
        Ok(_) => Ok(()),
        Err(_) => Err(fail(format!(
            "{path}: expected milliseconds since 1970 of a time in the years -9999 to 9999, got \
             {time_ms}"
        ))),
    }
}

/// A checked time in ISO 8601, UTC.
pub(crate) fn iso(time_ms: i64) -> String {
    Timestamp::from_millisecond(time_ms)
        .map_or_else(|_| format!("{time_ms} ms"), |time| time.to_string())
}

/// A time, or nothing.
pub(crate) fn read_some_time(path: &str, node: &Node) -> Result<Option<i64>> {
    match &node.value {
        Value::Null => Ok(None),
        _ => read_time(path, node).map(Some),
    }
}

pub(crate) fn read_time(path: &str, node: &Node) -> Result<i64> {
    match &node.value {
        Value::Int(value) => match i64::try_from(*value) {
            Ok(value) => {
                time(format_args!("{path}"), value)?;
                Ok(value)
            }
            Err(_) => Err(expected(path, node.line, TIME, &node.value)),
        },
        Value::Str(text) => match text.parse::<Timestamp>() {
            Ok(time) => Ok(time.as_millisecond()),
            Err(error) => Err(fail(format!("{path}: expected {TIME}, got {text:?}: {error}"))),
        },
        other => Err(expected(path, node.line, TIME, other)),
    }
}

fn read_lines(reader: &Reader<'_>, key: &str) -> Result<Vec<ContextLine>> {
    let mut lines = Vec::new();
    if let Some((path, list)) = reader.list(key, "{\"product\": id, \"quantity\": number}")? {
        for (i, node) in list.iter().enumerate() {
            let path = format!("{path}[{i}]");
            let line = Reader::new("context", &path, node, &["product", "quantity"])?;
            let Some((path, node)) = line.node("product") else {
                return line.missing("product", "an id (an integer or a string)");
            };
            let product = read_id(&path, node)?;
            let mut quantity = 1.0;
            line.number("quantity", &mut quantity)?;
            lines.push(ContextLine { product, quantity });
        }
    }
    Ok(lines)
}

impl serde::Serialize for Context {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut s = serializer.serialize_struct("Context", 15)?;
        s.serialize_field("now", &self.now_ms)?;
        s.serialize_field("customer", &self.customer)?;
        s.serialize_field("placement", &self.placement.as_deref())?;
        s.serialize_field("basket", &self.basket)?;
        s.serialize_field("viewed", &self.viewed)?;
        s.serialize_field("orders_since", &self.orders_since)?;
        self.person.serialize(&mut s)?;
        s.serialize_field("after", &self.after)?;
        s.serialize_field("returned", &self.returned)?;
        s.serialize_field("seed", &self.seed)?;
        s.end()
    }
}

impl serde::Serialize for Order {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut s = serializer.serialize_struct("Order", 2)?;
        s.serialize_field("time", &self.time_ms)?;
        s.serialize_field("lines", &self.lines)?;
        s.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_name_the_key() {
        for (text, starts, contains) in [
            ("{}", "now: missing", "2026-11-22T10:00:00Z"),
            (r#"{"now": true}"#, "now: expected a time", "got true"),
            (r#"{"now": "yesterday"}"#, "now: expected a time", "\"yesterday\""),
            (r#"{"now": "2026-11-22T10:00:00"}"#, "now: expected a time", "offset"),
            (r#"{"now": 9223372036854775807}"#, "now: expected milliseconds", "9999"),
            (r#"{"now": 0, "costumer": 1}"#, "costumer: unknown key", "did you mean \"customer\""),
            (r#"{"now": 0, "customer": 1.5}"#, "customer: expected an id", "1.5"),
            (r#"{"now": 0, "basket": {"a": 1}}"#, "basket: expected a list", "a table"),
            (r#"{"now": 0, "basket": ["a"]}"#, "basket[0]: expected a table", "\"a\""),
            (r#"{"now": 0, "basket": [{"quantity": 1}]}"#, "basket[0].product: missing", "an id"),
            (r#"{"now": 0, "basket": [{"product": 1, "quantity": 0}]}"#, "basket[0].quantity", "0"),
            (r#"{"now": 0, "after": [{"product": 1, "quantity": -1}]}"#, "after[0].quantity", "-1"),
            (r#"{"now": 0, "returned": [1.5]}"#, "returned[0]: expected an id", "1.5"),
            (r#"{"now": 0, "seed": -1}"#, "seed: expected a whole number", "got -1"),
            (r#"{"now": 0, "orders_since": [{"lines": []}]}"#, "orders_since[0].time: missing", ""),
            (
                r#"{"now": 0, "orders_since": [{"time": 1, "lines": []}]}"#,
                "orders_since[0].time: expected a time not after now",
                "1970-01-01T00:00:00.001Z",
            ),
            (
                r#"{"now": 0, "orders_since": [{"time": 0, "lines": [{"product": 1, "quantity": "2"}]}]}"#,
                "orders_since[0].lines[0].quantity: expected a number",
                "\"2\"",
            ),
        ] {
            let error = Context::from_json(text).unwrap_err();
            let message = error.to_string();
            assert_eq!(error.kind(), ErrorKind::Policy, "{text}");
            assert!(message.starts_with(starts), "{text}\n{message}");
            assert!(message.contains(contains), "{text}\n{message}");
        }
    }

    #[test]
    fn quantities_made_by_hand_are_checked_too() {
        for quantity in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let context = Context::at(0).basket([("a", 1.0), ("b", quantity)]);
            let message = context.check().unwrap_err().to_string();
            assert!(message.starts_with("basket[1].quantity: expected"), "{message}");
            assert!(message.ends_with("of \"b\""), "{message}");
            let order = Order::at(0).line("c", quantity);
            let message = Context::at(0).orders_since([order]).check().unwrap_err().to_string();
            assert!(message.starts_with("orders_since[0].lines[0].quantity"), "{message}");
        }
    }

    #[test]
    fn huge_baskets_are_refused() {
        let context = Context::at(0).basket((0..100_000).map(|i| (i, 1)));
        let error = context.check().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit);
        assert!(error.to_string().contains("at most 10000 lines together, got 100000"), "{error}");
        Context::at(0).basket((0..MAX_CONTEXT_LINES as i32).map(|i| (i, 1))).check().unwrap();
    }

    #[test]
    fn times_of_every_offset_are_read() -> Result<()> {
        let utc = Context::from_json(r#"{"now": "2026-11-22T10:00:00.5Z"}"#)?;
        let zone = Context::from_json(r#"{"now": "2026-11-22T11:00:00.5+01:00"}"#)?;
        assert_eq!(utc, zone);
        assert_eq!(utc.now_ms, 1_795_341_600_500);
        assert_eq!(iso(utc.now_ms), "2026-11-22T10:00:00.5Z");
        Ok(())
    }
}
