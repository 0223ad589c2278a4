//! Which products may be recommended, and to whom.

use super::requests::{self, UNKNOWN, check_kind};
use super::{Model, RecommendOptions};
use crate::{Error, ErrorKind, IdRef, Result};

/// Of a list of candidates so many, the most popular, are compared for each request, besides those
/// that its evidence suggests: as many as there are popular products without a list.
const ALWAYS: usize = 200;

/// What the options allow, as products of the model.
pub(super) struct Filter<'m> {
    model: &'m Model,
    /// Products from here on are not in the catalogue.
    sold: u32,
    /// Per product of the catalogue; `None` allows all.
    allowed: Option<Vec<bool>>,
    count: usize,
    /// The products allowed, the most popular first, if there is a list of candidates.
    listed: Option<Vec<u32>>,
    /// Per request, one more, and the products it never gets, ascending; empty without such.
    offsets: Vec<usize>,
    never: Vec<u32>,
    unknown: u64,
}

impl<'m> Filter<'m> {
    /// Reads the options. `customers` are those of the requests, if they have any.
    pub(super) fn new(
        model: &'m Model,
        options: &RecommendOptions<'_>,
        customers: Option<&[IdRef<'_>]>,
    ) -> Result<Self> {
        let known = model.products();
        let sold = model.inner.layout.snapshot.len();
        let mut filter = Self {
            model,
            sold: sold as u32,
            allowed: None,
            count: sold,
            listed: None,
            offsets: Vec::new(),
            never: Vec::new(),
            unknown: 0,
        };
        if options.candidates.is_some() || !options.exclude.is_empty() {
            let mut allowed = vec![options.candidates.is_none(); sold];
            let mut set = |ids: &[IdRef<'_>], what: &str, value: bool| -> Result<u64> {
                let mut unknown = 0;
                for product in requests::products(known, ids.iter().copied(), what)? {
                    unknown += u64::from(product == UNKNOWN);
                    // What is not in the catalogue is not recommended anyway.
                    if let Some(allowed) = allowed.get_mut(product as usize) {
                        *allowed = value;
                    }
                }
                Ok(unknown)
            };
            let candidates = options.candidates.unwrap_or_default();
            filter.unknown += set(candidates, "candidates", true)?;
            if let Some(first) = candidates.first()
                && filter.unknown == candidates.len() as u64
            {
                let text = match candidates.len() {
                    1 => format!("candidates: {first} is not in the model"),
                    n => {
                        format!("candidates: none of the {n} is in the model; the first is {first}")
                    }
                };
                return Err(Error::new(ErrorKind::UnknownId, text));
            }
            filter.unknown += set(options.exclude, "exclude", false)?;
            filter.count = allowed.iter().filter(|&&allowed| allowed).count();
            if options.candidates.is_some() {
                let mut listed: Vec<u32> =
                    (0..filter.sold).filter(|&p| allowed[p as usize]).collect();
                model.sort_by_popularity(&mut listed);
                filter.listed = Some(listed);
            }
            filter.allowed = Some(allowed);
        }
        if !options.exclude_for.is_empty() {
            filter.unknown += filter.exclude_for(options.exclude_for, customers)?;
        }
        Ok(filter)
    }

    fn exclude_for(
        &mut self,
        pairs: &[(IdRef<'_>, IdRef<'_>)],
        customers: Option<&[IdRef<'_>]>,
    ) -> Result<u64> {
        let known = self.model.customers();
        for (at, &(customer, _)) in pairs.iter().enumerate().filter(|_| !known.is_empty()) {
            check_kind(customer, known.kind(), "customers", || format!("exclude_for[{at}]"))?;
        }
        let ids = pairs.iter().map(|&(_, product)| product);
        let products = requests::products(self.model.products(), ids, "exclude_for")?;
        let mut by_customer: Vec<(IdRef<'_>, u32)> =
            pairs.iter().map(|&(customer, _)| customer).zip(products.iter().copied()).collect();
        by_customer.sort_unstable();
        by_customer.dedup();
        self.offsets.push(0);
        for &customer in customers.unwrap_or_default() {
            let from = by_customer.partition_point(|&(other, _)| other < customer);
            let own = by_customer[from..].iter().take_while(|&&(other, _)| other == customer);
            self.never.extend(own.map(|&(_, product)| product));
            self.offsets.push(self.never.len());
        }
        Ok(products.iter().filter(|&&product| product == UNKNOWN).count() as u64)
    }

    /// Whether a product may be recommended at all.
    #[inline]
    pub(super) fn allows(&self, product: u32) -> bool {
        match &self.allowed {
            Some(allowed) => allowed.get(product as usize).copied().unwrap_or(false),
            None => product < self.sold,
        }
    }

    /// How many products may be.
    pub(super) fn allowed(&self) -> usize {
        self.count
    }

    /// What a request never gets besides, ascending.
    #[inline]
    pub(super) fn never(&self, request: usize) -> &[u32] {
        match self.offsets.get(request..request + 2) {
            Some(&[from, to]) => &self.never[from..to],
            _ => &[],
        }
    }

    /// Products to compare whatever the evidence suggests.
    pub(super) fn always(&self) -> &[u32] {
        let listed = self.listed.as_deref().unwrap_or_default();
        &listed[..listed.len().min(ALWAYS)]
    }

    /// All products that may be allowed, the most popular first.
    pub(super) fn by_popularity(&self) -> &[u32] {
        match &self.listed {
            Some(listed) => listed,
            None => self.model.by_popularity(),
        }
    }

    /// How many ids of products the model does not know.
    pub(super) fn unknown(&self) -> u64 {
        self.unknown
    }
}

impl Model {
    /// The products of the catalogue, the most popular first; sorted once.
    pub(super) fn by_popularity(&self) -> &[u32] {
        self.inner.by_popularity.get_or_init(|| {
            let mut all: Vec<u32> = (0..self.inner.layout.snapshot.len() as u32).collect();
            self.sort_by_popularity(&mut all);
            all
        })
    }

    fn sort_by_popularity(&self, products: &mut [u32]) {
        let popularity = self.learned().products.popularity;
        products.sort_unstable_by(|&a, &b| {
            popularity[b as usize].total_cmp(&popularity[a as usize]).then(a.cmp(&b))
        });
    }
}
