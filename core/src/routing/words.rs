//! Text in words of eight bytes, the first byte lowest: what a look at each byte would tell, for
//! eight of them at once.

const LOW_BITS: u64 = 0x0101_0101_0101_0101;
const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

/// Returns the eight bytes at `at`; zeros stand for what is beyond the end.
#[inline]
pub(super) fn word_at(bytes: &[u8], at: usize) -> u64 {
    let Some(rest) = bytes.get(at..) else {
        return 0;
    };
    match (rest.first_chunk(), bytes.last_chunk()) {
        (Some(word), _) => u64::from_le_bytes(*word),
        // The last eight bytes, less those before `at`.
        (None, Some(word)) if !rest.is_empty() => {
            u64::from_le_bytes(*word) >> (8 * (8 - rest.len()))
        }
        _ => short_word(rest),
    }
}

/// The same for a text of less than eight bytes.
#[cold]
fn short_word(bytes: &[u8]) -> u64 {
    let bytes = bytes.iter().rev();
    bytes.fold(0, |word, byte| word << 8 | u64::from(*byte))
}

/// Keeps the first `len` bytes of a word.
#[inline]
pub(super) fn first_bytes(word: u64, len: usize) -> u64 {
    if len >= 8 {
        word
    } else {
        word & ((1 << (8 * len)) - 1)
    }
}

/// Returns how many bytes of a word come before its first slash, and those bytes: all eight, if
/// there is none.
#[inline]
pub(super) fn before_slash(word: u64) -> (usize, u64) {
    let other = word ^ (LOW_BITS * u64::from(b'/'));
    // The lowest bit that is set belongs to a byte that is zero: it borrowed from nobody.
    let zeros = other.wrapping_sub(LOW_BITS) & !other & HIGH_BITS;
    if zeros == 0 {
        return (8, word);
    }
    let below = (zeros & zeros.wrapping_neg()) - 1;
    (zeros.trailing_zeros() as usize / 8, word & below >> 7)
}

#[cfg(test)]
mod tests {
    use super::{before_slash, first_bytes, word_at};

    #[test]
    fn a_word_is_the_same_wherever_it_stands() {
        let text = b"0123456789abcdefghij";
        for end in 0..=text.len() {
            let text = &text[..end];
            for at in 0..=text.len() + 2 {
                let mut want = [0; 8];
                for (to, from) in want.iter_mut().zip(text.iter().skip(at)) {
                    *to = *from;
                }
                assert_eq!(word_at(text, at), u64::from_le_bytes(want), "{end} {at}");
            }
        }
        assert_eq!(first_bytes(u64::MAX, 3), 0xff_ffff);
        assert_eq!(first_bytes(7, 0), 0);
        assert_eq!(first_bytes(u64::MAX, 9), u64::MAX);
    }

    #[test]
    fn the_first_slash_is_found_beside_all_other_bytes() {
        for before in (0..=u8::MAX).filter(|byte| *byte != b'/') {
            for after in 0..=u8::MAX {
                for at in 0..8 {
                    let mut bytes = [before; 8];
                    bytes[at..].fill(after);
                    bytes[at] = b'/';
                    let word = u64::from_le_bytes(bytes);
                    let found = (at, first_bytes(word, at));
                    assert_eq!(before_slash(word), found, "{bytes:?}");
                }
            }
            let word = u64::from_le_bytes([before; 8]);
            assert_eq!(before_slash(word), (8, word));
        }
    }
}
