//! What is noted about products and lines while candidates are collected.

use crate::seen::Seen;

/// What was noted about a product: what belongs together lies together.
#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    /// The round in which it was met, and what it was met as.
    round: u32,
    what: u32,
    /// The round in which it was met as what is not to be offered.
    apart: u32,
    /// The round in which it was met as a main product.
    main: u32,
}

/// The notes of one round, by key; those of the rounds before count no more.
#[derive(Debug, Default)]
pub(super) struct Marks {
    round: u32,
    /// Per key.
    marks: Vec<Mark>,
    /// Per line: the round in which it was met, and what is marked of its products.
    lines: Vec<(u32, u32)>,
    /// The keys and the lines that something is noted about: to look at the marks of all is memory far
    /// away.
    keys_seen: Seen,
    lines_seen: Seen,
}

impl Marks {
    /// Begins a round with so many keys and lines.
    pub(super) fn begin(&mut self, keys: usize, lines: usize) {
        if self.marks.len() < keys {
            self.marks.resize(keys, Mark::default());
        }
        if self.lines.len() < lines {
            self.lines.resize(lines, (0, 0));
        }
        if self.round == u32::MAX {
            self.marks.fill(Mark::default());
            self.lines.fill((0, 0));
            self.round = 0;
        }
        self.round += 1;
        self.keys_seen.clear();
        self.lines_seen.clear();
    }

    #[inline]
    fn of(&self, key: u32) -> Option<&Mark> {
        if self.keys_seen.may_have(key) { self.marks.get(key as usize) } else { None }
    }

    #[inline]
    fn of_mut(&mut self, key: u32) -> &mut Mark {
        self.keys_seen.add(key);
        &mut self.marks[key as usize]
    }

    /// What a product was met as.
    #[inline]
    pub(super) fn what(&self, key: u32) -> Option<u32> {
        self.of(key).filter(|mark| mark.round == self.round).map(|mark| mark.what)
    }

    pub(super) fn set(&mut self, key: u32, what: u32) {
        let round = self.round;
        let mark = self.of_mut(key);
        (mark.round, mark.what) = (round, what);
    }

    /// Whether a product is a substitute of something in the basket, or not to be offered with it or with
    /// what is viewed.
    #[inline]
    pub(super) fn is_apart(&self, key: u32) -> bool {
        self.of(key).is_some_and(|mark| mark.apart == self.round)
    }

    pub(super) fn set_apart(&mut self, key: u32) {
        let round = self.round;
        self.of_mut(key).apart = round;
    }

    /// Whether a product is the main product of something in the basket or viewed.
    #[inline]
    pub(super) fn is_main(&self, key: u32) -> bool {
        self.of(key).is_some_and(|mark| mark.main == self.round)
    }

    pub(super) fn set_main(&mut self, key: u32) {
        let round = self.round;
        self.of_mut(key).main = round;
    }

    /// What a product of a line was met as.
    #[inline]
    pub(super) fn of_line(&self, line: u32) -> Option<u32> {
        if !self.lines_seen.may_have(line) {
            return None;
        }
        match self.lines.get(line as usize) {
            Some(&(round, what)) if round == self.round => Some(what),
            _ => None,
        }
    }

    pub(super) fn set_line(&mut self, line: u32, what: u32) {
        if let Some(mark) = self.lines.get_mut(line as usize) {
            *mark = (self.round, what);
            self.lines_seen.add(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_of_a_round_are_gone_in_the_next() {
        let mut marks = Marks::default();
        // The last numbers of rounds, and the first ones again.
        for round in [0, 1, u32::MAX - 2, u32::MAX - 1, 0, 1] {
            if round > 1 {
                marks.round = round;
            }
            // More keys than there are bits: some share one.
            marks.begin(10_000, 3);
            assert!((0..10_000).all(|key| marks.what(key).is_none()));
            assert!((0..10_000).all(|key| !marks.is_apart(key) && !marks.is_main(key)));
            assert!((0..3).all(|line| marks.of_line(line).is_none()));
            (0..10_000).step_by(7).for_each(|key| marks.set(key, key + 1));
            (0..10_000).step_by(11).for_each(|key| marks.set_apart(key));
            (0..10_000).step_by(13).for_each(|key| marks.set_main(key));
            marks.set_line(1, 5);
            for key in 0..10_000 {
                assert_eq!(marks.what(key), (key % 7 == 0).then_some(key + 1));
                assert_eq!(
                    (marks.is_apart(key), marks.is_main(key)),
                    (key % 11 == 0, key % 13 == 0)
                );
            }
            assert_eq!([0, 1, 2, 3].map(|line| marks.of_line(line)), [None, Some(5), None, None]);
        }
    }
}
