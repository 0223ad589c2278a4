//! What sums over customers vary by.

/// What each customer adds to an estimate.
pub(super) struct Clusters {
    sums: Vec<f64>,
    seen: Vec<bool>,
}

impl Clusters {
    /// Of so many customers.
    pub(super) fn new(customers: usize) -> Self {
        Self { sums: vec![0.0; customers], seen: vec![false; customers] }
    }

    pub(super) fn clear(&mut self) {
        self.sums.fill(0.0);
        self.seen.fill(false);
    }

    /// Adds what one decision about a customer does to the estimate.
    pub(super) fn add(&mut self, customer: u32, part: f64) {
        self.sums[customer as usize] += part;
        self.seen[customer as usize] = true;
    }

    /// The variance of the estimate, by what customers add to it.
    pub(super) fn variance(&self) -> f64 {
        let customers = self.seen.iter().filter(|&&seen| seen).count() as f64;
        let squares: f64 = self.sums.iter().map(|sum| sum * sum).sum();
        // Their mean is fitted: one of them is not free.
        if customers > 1.0 { squares * customers / (customers - 1.0) } else { squares }
    }
}
