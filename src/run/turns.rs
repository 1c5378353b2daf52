//! Whose turn it is: takes pieces from many, one of each in turn, so that nobody who has much holds up those who have
//! little, and all of them together hold up nobody else for long. Knows neither panes nor news.

/// Who was served last: the next round begins behind.
#[derive(Debug)]
pub(super) struct Turns<K>(Option<K>);

impl<K> Default for Turns<K> {
    fn default() -> Self {
        Self(None)
    }
}

/// What a round has brought.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Round<K, T> {
    /// The pieces in their order, each with whose it is.
    pub(super) pieces: Vec<(K, T)>,
    /// Whether it ended because it was full: there may be more.
    pub(super) full: bool,
}

impl<K: Ord + Clone> Turns<K> {
    /// One piece of each in turn, again and again, until nobody has any or they weigh `most` together. `take` gives the
    /// next piece of somebody with its weight; whoever has none is not asked again in this round.
    pub(super) fn round<T>(
        &mut self,
        mut everybody: Vec<K>,
        most: usize,
        mut take: impl FnMut(&K) -> Option<(T, usize)>,
    ) -> Round<K, T> {
        everybody.sort_unstable();
        if let Some(last) = &self.0 {
            let behind = everybody.partition_point(|key| key <= last);
            everybody.rotate_left(behind);
        }
        let (mut pieces, mut weight) = (Vec::new(), 0);
        while !everybody.is_empty() && weight < most {
            everybody.retain(|key| {
                // Once it is full the others keep their turn for the next round.
                let piece = if weight < most { take(key) } else { None };
                let Some((piece, more)) = piece else { return false };
                weight += more;
                self.0 = Some(key.clone());
                pieces.push((key.clone(), piece));
                true
            });
        }
        Round { pieces, full: weight >= most }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// Sources with so many pieces left, all of one weight.
    struct Sources(BTreeMap<u8, usize>);

    impl Sources {
        fn round(&mut self, turns: &mut Turns<u8>, most: usize) -> Round<u8, usize> {
            let all = self.0.keys().copied().collect();
            turns.round(all, most, |key| {
                let left = self.0.get_mut(key).filter(|left| **left > 0)?;
                *left -= 1;
                Some((*left, 1))
            })
        }
    }

    #[test]
    fn whoever_floods_does_not_hold_up_those_with_a_word_to_say() {
        let mut sources = Sources((0..50).map(|key| (key, if key == 7 { 1_000_000 } else { 1 })).collect());
        let mut turns = Turns::default();
        let first = sources.round(&mut turns, 60);
        assert!((0..50).all(|key| first.pieces.iter().any(|(of, _)| *of == key)), "{first:?}");
        assert!(first.full && first.pieces.len() == 60, "a flood is taken in slices");
    }

    #[test]
    fn a_round_that_is_full_goes_on_with_the_next_in_turn() {
        let mut sources = Sources((0..5).map(|key| (key, 100)).collect());
        let mut turns = Turns::default();
        let mut whose = || sources.round(&mut turns, 3).pieces.into_iter().map(|(key, _)| key).collect::<Vec<_>>();
        assert_eq!((whose(), whose(), whose()), (vec![0, 1, 2], vec![3, 4, 0], vec![1, 2, 3]));
    }

    #[test]
    fn whoever_left_meanwhile_is_no_obstacle() {
        let mut turns = Turns(Some(3));
        let round = turns.round(vec![1u8, 2, 4], 9, |key| Some(((), usize::from(*key) * 3)));
        assert_eq!(round.pieces, [(4, ())]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nobody_is_two_pieces_ahead(left in prop::collection::btree_map(0u8..40, 0usize..30, 0..20), most in 1usize..50) {
            let mut sources = Sources(left.clone());
            let mut turns = Turns::default();
            let mut taken: BTreeMap<u8, usize> = BTreeMap::new();
            loop {
                let round = sources.round(&mut turns, most);
                prop_assert!(round.pieces.len() <= most);
                for (key, _) in &round.pieces {
                    *taken.entry(*key).or_default() += 1;
                    let waits = left.iter().filter(|(other, all)| taken.get(other).copied().unwrap_or(0) < **all);
                    for (other, _) in waits {
                        prop_assert!(taken[key] <= taken.get(other).copied().unwrap_or(0) + 1, "{key} is ahead of {other}");
                    }
                }
                if round.pieces.is_empty() {
                    break;
                }
            }
            let all: BTreeMap<u8, usize> = left.into_iter().filter(|(_, pieces)| *pieces > 0).collect();
            prop_assert_eq!(taken, all);
        }
    }
}
