//! How certain an estimate is, if decisions about one customer are not independent.
//!
//! By how much an estimate changes without one customer is worked out for each of them, and so is what it
//! varies by: the cluster jackknife (Bell and McCaffrey 2002, "CR3"; for odds one step of Newton's method
//! without the customer, as Mancl and DeRouen 2001). Sums of what customers add to the slope of the
//! likelihood (Liang and Zeger 1986) are the same with many customers. With few they are too small,
//! since the estimate is fitted to each of them as well; a customer of whom much is known moves it most.
//! The comparison by MacKinnon, Nielsen and Webb (2023) recommends the jackknife.

/// What an estimate is without each customer.
pub(super) struct Clusters {
    /// Of each customer: what they add to the slope and to the information of a number.
    scores: Vec<(f64, f64)>,
    /// By how much the estimate changes without them.
    changes: Vec<f64>,
    seen: Vec<bool>,
}

impl Clusters {
    /// Of so many customers.
    pub(super) fn new(customers: usize) -> Self {
        Self {
            scores: vec![(0.0, 0.0); customers],
            changes: vec![0.0; customers],
            seen: vec![false; customers],
        }
    }

    pub(super) fn clear(&mut self) {
        self.scores.fill((0.0, 0.0));
        self.changes.fill(0.0);
        self.seen.fill(false);
    }

    /// Adds what one decision about a customer adds to the slope and to the information of a number.
    pub(super) fn add(&mut self, customer: u32, slope: f64, information: f64) {
        let score = &mut self.scores[customer as usize];
        *score = (score.0 + slope, score.1 + information);
        self.seen[customer as usize] = true;
    }

    /// Leaves out each customer from the number to which decisions were added, and begins another one.
    /// The estimate is `times` the number, and more.
    pub(super) fn leave_out(&mut self, times: f64) {
        let all: f64 = self.scores.iter().map(|score| score.1).sum();
        for (change, (slope, information)) in self.changes.iter_mut().zip(&mut self.scores) {
            if *information > 0.0 {
                let rest = all - *information;
                // Nothing is known without this customer.
                let alone = rest <= 1e-9 * all;
                *change += if alone { f64::INFINITY } else { times * *slope / rest };
            }
            (*slope, *information) = (0.0, 0.0);
        }
    }

    /// The variance of the estimate; infinite if it rests on one customer.
    pub(super) fn variance(&self) -> f64 {
        let customers = self.seen.iter().filter(|&&seen| seen).count();
        variance(self.changes.iter().map(|change| change * change).sum(), customers)
    }
}

/// The variance of an estimate, by the sum of the squares of its changes without each of so many
/// customers.
pub(super) fn variance(squares: f64, customers: usize) -> f64 {
    if customers < 2 {
        return f64::INFINITY;
    }
    squares * (customers - 1) as f64 / customers as f64
}
