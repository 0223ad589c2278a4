//! Affinity: what sells together, what each customer buys again, and how likely a purchase is.

pub(crate) mod scorer;
