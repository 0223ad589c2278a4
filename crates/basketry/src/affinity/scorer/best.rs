//! The greatest of many numbers.

/// A key that is the smaller the greater the number, and of equal numbers the smaller the lesser
/// the index; for anything but NaN.
#[inline(always)]
pub(super) fn key(number: f32, index: u32) -> u64 {
    let bits = number.to_bits();
    // The bits of positive numbers rise with them, those of negative ones fall.
    let rising = bits ^ (((bits as i32 >> 31) as u32) | 0x8000_0000);
    u64::from(!rising) << 32 | u64::from(index)
}

/// The number of a key.
#[inline(always)]
pub(super) fn number(key: u64) -> f32 {
    let rising = !((key >> 32) as u32);
    let flipped = (!(rising as i32 >> 31) as u32) | 0x8000_0000;
    f32::from_bits(rising ^ flipped)
}

/// The index of a key.
#[inline(always)]
pub(crate) fn index(key: u64) -> u32 {
    key as u32
}

/// Cuts keys down to the `n` smallest, in no order.
pub(super) fn keep(keys: &mut Vec<u64>, n: usize) {
    if keys.len() > n {
        if n > 0 {
            keys.select_nth_unstable(n - 1);
        }
        keys.truncate(n);
    }
}

/// The `n` smallest keys, ascending.
pub(crate) fn top(keys: &mut [u64], n: usize) -> &[u64] {
    let n = n.min(keys.len());
    if n == 0 {
        return &[];
    }
    if n > FEW {
        if n < keys.len() {
            keys.select_nth_unstable(n - 1);
        }
        keys[..n].sort_unstable();
        return &keys[..n];
    }
    // Hardly any key is among the few smallest so far.
    let (best, rest) = keys.split_at_mut(n);
    best.sort_unstable();
    for &key in rest.iter() {
        if key < best[n - 1] {
            let place = best.partition_point(|&other| other < key);
            best.copy_within(place..n - 1, place + 1);
            best[place] = key;
        }
    }
    best
}

/// So many of the smallest keys are kept sorted while the others are looked at.
const FEW: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_in_the_order_of_numbers() {
        let numbers = [f32::MAX, 3.5, 1e-30, 0.0, -1e-30, -2.0, f32::MIN];
        for (at, &a) in numbers.iter().enumerate() {
            assert_eq!((number(key(a, 9)), index(key(a, 9))), (a, 9));
            assert!(key(a, 3) < key(a, 4));
            assert!(numbers[at + 1..].iter().all(|&b| key(a, 9) < key(b, 0)));
        }
        let mut keys: Vec<u64> = (0..50).map(|i| key((i * 37 % 50) as f32, i)).collect();
        keep(&mut keys, 7);
        keys.sort_unstable();
        assert_eq!(
            keys.iter().map(|&key| number(key)).collect::<Vec<_>>(),
            [49., 48., 47., 46., 45., 44., 43.]
        );
        keep(&mut keys, 0);
        assert!(keys.is_empty());
    }

    #[test]
    fn the_smallest_keys_come_in_order() {
        let mut state = 1u64;
        for len in [1, 5, 31, 40, 200] {
            let keys: Vec<u64> = (0..len)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    state >> 33
                })
                .collect();
            let mut sorted = keys.clone();
            sorted.sort_unstable();
            for n in [0, 1, 3, 10, 32, 33, 100, 300] {
                assert_eq!(top(&mut keys.clone(), n), &sorted[..n.min(len)], "{n} of {len}");
            }
        }
    }
}
