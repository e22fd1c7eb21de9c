//! How far a string goes on without anything that JSON must escape. Must not read escapes.

/// The bytes before the first that a string cannot hold as it is: a quote, a backslash or a control character.
#[inline]
pub(super) fn plain_length(bytes: &[u8]) -> usize {
    // Keys and most values are over within two words.
    let (words, _) = bytes.as_chunks::<8>();
    let Some([first, second]) = words.first_chunk() else { return longer(bytes) };
    let found = special(u64::from_le_bytes(*first));
    if found != 0 {
        return (found.trailing_zeros() / 8) as usize;
    }
    let found = special(u64::from_le_bytes(*second));
    if found != 0 {
        return 8 + (found.trailing_zeros() / 8) as usize;
    }
    16 + longer(bytes.get(16..).unwrap_or_default())
}

/// The high bit of each byte up to the first that is special. After that one, bits may be wrong.
fn special(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    let is = |byte: u8| {
        let other = word ^ (ONES * u64::from(byte));
        other.wrapping_sub(ONES) & !other
    };
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    (is(b'"') | is(b'\\') | control) & HIGH
}

#[inline(never)]
fn longer(bytes: &[u8]) -> usize {
    let (blocks, _) = bytes.as_chunks::<32>();
    let mut at = 32 * blocks.iter().take_while(|block| !holds_special(block)).count();
    let (words, rest) = bytes.get(at..).unwrap_or_default().as_chunks::<8>();
    for word in words {
        let found = special(u64::from_le_bytes(*word));
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let stops = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    at + rest.iter().position(stops).unwrap_or(rest.len())
}

/// Without an early way out this takes many bytes at a time.
fn holds_special(block: &[u8; 32]) -> bool {
    block.iter().fold(false, |any, byte| any | (*byte < 0x20) | (*byte == b'"') | (*byte == b'\\'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::plain_length;

    proptest! {
        #[test]
        fn it_is_where_a_look_at_each_byte_finds_it(
            bytes in prop::collection::vec(prop_oneof![20 => 0x20..=0xff_u8, 1 => any::<u8>()], 0..200),
        ) {
            let stops = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
            prop_assert_eq!(plain_length(&bytes), bytes.iter().position(stops).unwrap_or(bytes.len()));
        }
    }

    #[test]
    fn every_byte_at_every_place() {
        for byte in 0..=u8::MAX {
            for place in 0..80 {
                let mut bytes = vec![b'a'; 81];
                bytes[place] = byte;
                let stops = matches!(byte, b'"' | b'\\' | 0..=0x1f);
                assert_eq!(
                    plain_length(&bytes),
                    if stops { place } else { 81 },
                    "{byte} at {place}"
                );
            }
        }
    }
}
