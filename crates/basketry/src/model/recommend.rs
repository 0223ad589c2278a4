//! Recommendations for customers and completions of baskets, many at a time.

use std::cell::RefCell;

use rayon::prelude::*;

use super::Model;
use super::filter::Filter;
use super::recommendations::{Recommendations, Rows, key};
use super::requests::{Asked, Baskets, moment};
use crate::affinity::scorer::{Scratch, Situation, Task, top};
use crate::mine::{Pool, check_threads};
use crate::{Control, IdRef, Result};

/// What to recommend: how many products, which of them, as of when.
///
/// ```
/// use basketry::{IdRef, RecommendOptions};
///
/// let owned = [(IdRef::Str("ann"), IdRef::Str("toaster"))];
/// let options = RecommendOptions::new(5).exclude(&[IdRef::Str("gift-card")]).exclude_for(&owned);
/// assert_eq!((options.n, options.new_only), (5, false));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct RecommendOptions<'a> {
    /// The products for each customer or basket. There are fewer only where the catalogue has no
    /// more that are allowed. Default 10.
    pub n: usize,
    /// Only products that the customer never bought. Default false.
    pub new_only: bool,
    /// Only these products; `None`, the default, allows all of the catalogue. Those that the model
    /// does not know are passed over and counted; if it knows none of them, that is an error.
    pub candidates: Option<&'a [IdRef<'a>]>,
    /// Never these products. Default none.
    pub exclude: &'a [IdRef<'a>],
    /// Pairs of a customer and a product that they are never recommended: what they own already or
    /// turned down. Default none.
    pub exclude_for: &'a [(IdRef<'a>, IdRef<'a>)],
    /// The moment of the request, milliseconds since 1970-01-01 UTC: purchases fade and refills
    /// fall due with time. A time before [`Model::as_of`] counts as that. `None`, the default, is
    /// [`Model::as_of`].
    pub at: Option<i64>,
    /// How many threads to use, 1 to 1,024; default: those of the current rayon pool. The result
    /// does not depend on it.
    pub threads: Option<usize>,
}

impl Default for RecommendOptions<'_> {
    fn default() -> Self {
        Self {
            n: 10,
            new_only: false,
            candidates: None,
            exclude: &[],
            exclude_for: &[],
            at: None,
            threads: None,
        }
    }
}

impl<'a> RecommendOptions<'a> {
    /// The default options for `n` products.
    pub fn new(n: usize) -> Self {
        Self { n, ..Self::default() }
    }

    /// Sets [`new_only`](Self::new_only).
    #[must_use]
    pub fn new_only(mut self, new_only: bool) -> Self {
        self.new_only = new_only;
        self
    }

    /// Sets [`candidates`](Self::candidates).
    #[must_use]
    pub fn candidates(mut self, candidates: &'a [IdRef<'a>]) -> Self {
        self.candidates = Some(candidates);
        self
    }

    /// Sets [`exclude`](Self::exclude).
    #[must_use]
    pub fn exclude(mut self, exclude: &'a [IdRef<'a>]) -> Self {
        self.exclude = exclude;
        self
    }

    /// Sets [`exclude_for`](Self::exclude_for).
    #[must_use]
    pub fn exclude_for(mut self, exclude_for: &'a [(IdRef<'a>, IdRef<'a>)]) -> Self {
        self.exclude_for = exclude_for;
        self
    }

    /// Sets [`at`](Self::at).
    #[must_use]
    pub fn at(mut self, at: i64) -> Self {
        self.at = Some(at);
        self
    }

    /// Sets [`threads`](Self::threads).
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }
}

/// Requests one task answers.
const CHUNK: usize = 32;

/// What a thread works with; kept, so that nothing is allocated for a request.
#[derive(Default)]
struct Working {
    scratch: Scratch,
    keys: Vec<u64>,
}

thread_local! {
    static WORKING: RefCell<Working> = RefCell::default();
}

impl Model {
    /// The `n` products that each customer most probably buys within the horizon
    /// ([`FitReport::horizon_days`](crate::FitReport)), most probable first, in the order of
    /// `customers`.
    ///
    /// Every customer gets `n` products of the catalogue as long as so many are allowed. Candidates
    /// are what goes with their purchases, what they bought, what is popular and the `n` most popular
    /// products that are allowed; where these are too few, the most popular other products follow,
    /// with their probabilities. With a list of
    /// [`candidates`](RecommendOptions::candidates), the 200 most popular of these are always among
    /// those compared. Stock and what may be sold are not looked at: these change from day to day, and
    /// are for an [`Engine`](crate::Engine). Products that are in the history only are never
    /// recommended.
    ///
    /// A customer whom the model does not know gets what a stranger would buy; they are marked
    /// ([`Recommendations::known`]) and counted ([`Recommendations::unknown_customers`]).
    ///
    /// The probability is that of buying the product within the horizon, in any number of orders,
    /// counted from [`at`](RecommendOptions::at), without anything being offered.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind) if an id is an integer where the model has
    /// strings, or the other way round, and for a time or a number of threads out of range;
    /// [`ErrorKind::UnknownId`](crate::ErrorKind) if it knows none of the candidates.
    pub fn recommend(
        &self,
        customers: &[IdRef<'_>],
        options: &RecommendOptions<'_>,
        control: &Control,
    ) -> Result<Recommendations> {
        let who = Asked::customers(self, customers)?;
        let filter = Filter::new(self, options, Some(customers))?;
        let task = Task::Horizon;
        let rows =
            self.best(task, who.len(), options, &filter, control, |at| (who.get(at), &[]))?;
        Ok(Recommendations::of_customers(self, who, rows, filter.unknown()))
    }

    /// The `n` products most probably added to each basket, most probable first, in the order of
    /// `baskets`. `customers` says who holds each basket; without it nobody is known.
    ///
    /// Every basket gets `n` products of the catalogue as long as so many are allowed; what it holds
    /// already is not among them. Candidates are what goes with its products, what the customer
    /// bought, what is popular and the `n` most popular products that are allowed; where these are too
    /// few, the most popular other products follow, with their probabilities.
    ///
    /// Products of a basket that the model does not know are ignored and counted
    /// ([`Recommendations::unknown`]). The probability is that of buying the product in this order,
    /// without anything being offered.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind) if an id is an integer where the model has
    /// strings, or the other way round; if there is not one customer for each basket; and for a
    /// number of threads out of range.
    pub fn complete<'a, B>(
        &self,
        baskets: &[B],
        customers: Option<&[IdRef<'_>]>,
        options: &RecommendOptions<'_>,
        control: &Control,
    ) -> Result<Recommendations>
    where
        B: AsRef<[IdRef<'a>]>,
    {
        let who = customers.map(|customers| Asked::customers(self, customers));
        let who = who.transpose()?;
        let baskets = Baskets::resolve(self, baskets, who.as_ref())?;
        let filter = Filter::new(self, options, customers)?;
        let rows = self.best(Task::Basket, baskets.len(), options, &filter, control, |at| {
            (who.as_ref().and_then(|who| who.get(at)), baskets.get(at))
        })?;
        let unknown = baskets.unknown + filter.unknown();
        Ok(Recommendations::of_baskets(self, who, rows, unknown))
    }

    /// The best products of each request, which is a customer and a basket.
    fn best<'s>(
        &self,
        task: Task,
        requests: usize,
        options: &RecommendOptions<'_>,
        filter: &Filter,
        control: &Control,
        request: impl Fn(usize) -> (Option<u32>, &'s [u32]) + Sync,
    ) -> Result<Rows> {
        check_threads(options.threads)?;
        control.check()?;
        let learned = self.learned();
        let n = options.n.min(filter.allowed());
        let now_ms = moment(self, options.at)?;
        let answer = |chunk: usize| {
            control.check()?;
            let requests = chunk * CHUNK..((chunk + 1) * CHUNK).min(requests);
            let mut rows = Rows::with_capacity(requests.len() * n);
            WORKING.with_borrow_mut(|Working { scratch, keys }| {
                for at in requests {
                    let (customer, context) = request(at);
                    let situation = Situation::new(customer, now_ms, context);
                    let shared = learned.candidates(task, &situation, scratch);
                    let never = filter.never(at);
                    let allowed = |product: u32| {
                        filter.allows(product) && never.binary_search(&product).is_err()
                    };
                    for &product in filter.always() {
                        scratch.consider(product);
                    }
                    scratch.choose(|candidate| {
                        allowed(candidate.product) && !(options.new_only && candidate.count > 0)
                    });
                    // Also what nobody's purchases suggest: the most popular are compared, new ones
                    // by what their category lets expect among them, and more where all are too few.
                    let mut compared = 0;
                    for &product in filter.by_popularity().iter().filter(|&&p| allowed(p)) {
                        if compared >= n && scratch.chosen().len() >= n {
                            break;
                        }
                        compared += match scratch.position(product) {
                            Some(at) => {
                                let bought = scratch.candidates()[at].count > 0;
                                usize::from(!(options.new_only && bought))
                            }
                            None => {
                                let before = scratch.chosen().len();
                                scratch.choose_also(product);
                                scratch.chosen().len() - before
                            }
                        };
                    }
                    learned.score_best(task, &shared, scratch, n);
                    keys.clear();
                    keys.extend(scratch.chosen().iter().map(|&place| {
                        let product = scratch.candidates()[place as usize].product;
                        key(scratch.probabilities()[place as usize], product)
                    }));
                    rows.push(at, top(keys, n));
                }
            });
            Ok(rows)
        };
        let chunks = requests.div_ceil(CHUNK);
        if chunks <= 1 {
            return if chunks == 0 { Ok(Rows::default()) } else { answer(0) };
        }
        let parts: Vec<Rows> = Pool::new(options.threads)
            .install(|| (0..chunks).into_par_iter().map(answer).collect::<Result<_>>())??;
        Ok(Rows::concat(parts))
    }
}
