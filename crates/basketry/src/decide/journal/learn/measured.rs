//! What the offers alone say of the odds they add, and how certain it is.

use super::clusters::variance;
use super::odds::{At, COLUMNS, Cholesky, EFFECT, OfKind, RESPONSE, STRETCH, find_response};
use crate::{Control, Result};

/// An estimate and its standard error, if that tells anything: of a logarithm, or of a response.
pub(super) fn told(estimate: f64, variance: f64) -> Option<(f64, f64)> {
    (variance.is_finite() && variance < 100.0).then(|| (estimate, variance.sqrt()))
}

/// What the offers alone say, without anything assumed: estimates and their standard errors.
#[derive(Default)]
pub(super) struct Measured {
    /// How fast pressure takes away what offers add.
    pub(super) response: Option<(f64, f64)>,
    /// The logarithms of the odds of each kind.
    pub(super) effects: Vec<Option<(f64, f64)>>,
}

/// A kind where its likelihood is greatest.
struct Fitted<'a> {
    of: &'a OfKind,
    beta: [f64; COLUMNS],
    at: At,
    whole: Whole,
    /// The offers by customer, and how many of them were visited.
    order: Vec<u32>,
    next: usize,
}

/// What the information of a kind comes to.
struct Whole {
    cholesky: Cholesky,
    /// What the columns lose with a bit of response.
    moves: [f64; COLUMNS],
    /// The information about the response, whatever the columns are.
    own: f64,
}

impl Whole {
    fn new(at: &At, cholesky: Cholesky) -> Self {
        let moves = cholesky.solve(&at.shared());
        let lost: f64 = at.shared().iter().zip(moves).map(|(a, b)| a * b).sum();
        let own = (at.information[RESPONSE][RESPONSE] - lost).max(0.0);
        Self { cholesky, moves, own }
    }
}

impl Fitted<'_> {
    /// What the next customer, if it is this one, adds to slope and information.
    fn visit(&mut self, customer: u32, response: f64) -> Option<At> {
        let from = self.next;
        let odds = self.beta[EFFECT].exp();
        let mut part = At::NOTHING;
        while let Some(&i) = self.order.get(self.next)
            && self.of.seen[i as usize].who == customer
        {
            self.of.add(&mut part, i as usize, &self.beta, odds, response);
            self.next += 1;
        }
        (self.next > from).then_some(part)
    }
}

/// Measures the odds of all kinds, and how fast pressure takes them away, all at once, for so many
/// customers.
///
/// Customers are held out as a whole, and decisions about one are not independent: the errors are those
/// of the [jackknife](super::clusters), unless they would be greater if all decisions were independent.
pub(super) fn measure(
    kinds: &mut [OfKind],
    response: f64,
    customers: usize,
    control: &Control,
) -> Result<Measured> {
    let mut told_of: Vec<&mut OfKind> = kinds.iter_mut().filter(|of| of.tells).collect();
    let found = find_response(&mut told_of, response, 0.0, 0.0, control)?;
    measure_at(kinds, (found.unwrap_or(0.0), found.is_some()), customers, control)
}

/// The same at a response; whether that is measured as well.
pub(super) fn measure_at(
    kinds: &mut [OfKind],
    (at_response, found): (f64, bool),
    customers: usize,
    control: &Control,
) -> Result<Measured> {
    let told_of: Vec<&mut OfKind> = kinds.iter_mut().filter(|of| of.tells).collect();
    let mut fitted = Vec::with_capacity(told_of.len());
    for of in told_of {
        let beta = of.fit(at_response, 0.0, control)?.beta;
        let of: &OfKind = of;
        // Without any weight of what is assumed.
        let mut at = At::NOTHING;
        for i in 0..of.seen.len() {
            if i % STRETCH == 0 {
                control.check()?;
            }
            of.add(&mut at, i, &beta, beta[EFFECT].exp(), at_response);
        }
        let whole = Whole::new(&at, Cholesky::new(&at, &of.fitted));
        let mut order: Vec<u32> = (0..of.seen.len() as u32).collect();
        order.sort_by_key(|&i| of.seen[i as usize].who);
        fitted.push(Fitted { of, beta, at, whole, order, next: 0 });
    }
    let information: f64 = fitted.iter().map(|kind| kind.whole.own).sum();
    // Without a response, or where it cannot be told, nothing depends on it.
    let shares = found && information > 0.0;
    let left = leave_out(&mut fitted, customers, (at_response, shares, information), control)?;

    let mut measured = Measured::default();
    if shares {
        measured.response = told(at_response, left.response.max(1.0 / information));
    }
    let of_kind = |(kind, variance): (&Fitted<'_>, f64)| {
        let Whole { cholesky, moves, .. } = &kind.whole;
        let own = cholesky.solve(&std::array::from_fn(|i| f64::from(u8::from(i == EFFECT))));
        let lost = moves[EFFECT];
        let model = match lost {
            0.0 => 0.0,
            // Infinite if the response cannot be told, though the odds depend on it.
            _ if found => lost * lost / information,
            _ => 0.0,
        };
        told(kind.beta[EFFECT], variance.max(own[EFFECT] + model))
    };
    let effects: Vec<_> = fitted.iter().zip(left.effects).map(of_kind).collect();
    let mut effects = effects.into_iter();
    measured.effects =
        (kinds.iter()).map(|of| if of.tells { effects.next().flatten() } else { None }).collect();
    Ok(measured)
}

/// Variances by the changes without each customer.
struct LeftOut {
    response: f64,
    effects: Vec<f64>,
}

/// Leaves out one customer after the other: one step of Newton's method from the fit to all, on what
/// the rest says.
fn leave_out(
    fitted: &mut [Fitted<'_>],
    customers: usize,
    (response, shares, information): (f64, bool, f64),
    control: &Control,
) -> Result<LeftOut> {
    let (mut of_response, mut of_effects) = (0.0, vec![0.0; fitted.len()]);
    let mut seen = 0;
    // By kind: what the effect changes by with the response as it is, and what it loses with that.
    let mut steps = vec![(0.0, 0.0); fitted.len()];
    for customer in 0..customers as u32 {
        if (customer as usize).is_multiple_of(STRETCH) {
            control.check()?;
        }
        let (mut rest, mut slope, mut any) = (information, 0.0, false);
        for (j, kind) in fitted.iter_mut().enumerate() {
            steps[j] = (0.0, kind.whole.moves[EFFECT]);
            let Some(part) = kind.visit(customer, response) else { continue };
            any = true;
            let left = kind.at.less(&part);
            rest -= kind.whole.own;
            let Some(cholesky) = kind.whole.cholesky.of_fewer(&left) else {
                // Nothing is known of this kind without the customer, and others go by the rest.
                steps[j] = (f64::INFINITY, 0.0);
                continue;
            };
            let whole = Whole::new(&left, cholesky);
            let step = whole.cholesky.solve(&std::array::from_fn(|i| part.slope[i]));
            let with: f64 = left.shared().iter().zip(step).map(|(a, b)| a * b).sum();
            rest += whole.own;
            slope += part.slope[RESPONSE] - with;
            steps[j] = (step[EFFECT], whole.moves[EFFECT]);
        }
        if !any {
            continue;
        }
        seen += 1;
        let change = match shares {
            false => 0.0,
            true if rest <= 1e-9 * information => f64::INFINITY,
            true => slope / rest,
        };
        of_response += change * change;
        for (sum, &(step, moves)) in of_effects.iter_mut().zip(&steps) {
            // Infinite times nothing is nothing here.
            let change = if moves == 0.0 { step } else { step - moves * change };
            *sum += change * change;
        }
    }
    let of = |squares| variance(squares, seen);
    Ok(LeftOut { response: of(of_response), effects: of_effects.into_iter().map(of).collect() })
}
