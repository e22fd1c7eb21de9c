//! How far a string goes on without anything that JSON must escape. Must not read escapes.

/// The bytes before the first that a string cannot hold as it is: a quote, a backslash or a control character.
pub(super) fn plain_length(bytes: &[u8]) -> usize {
    // Keys and most values are short: for them a few words are over before a long search has begun.
    let (words, _) = bytes.as_chunks::<8>();
    let mut at = 0;
    for word in words.iter().take(SHORT) {
        let special = special(u64::from_le_bytes(*word));
        if special != 0 {
            return at + (special.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    at + long(bytes.get(at..).unwrap_or_default())
}

/// So many words of eight bytes are a short text.
const SHORT: usize = 6;

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

fn long(bytes: &[u8]) -> usize {
    if bytes.len() < 16 {
        let stops = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
        return bytes.iter().position(stops).unwrap_or(bytes.len());
    }
    let end = memchr::memchr2(b'"', b'\\', bytes).unwrap_or(bytes.len());
    let plain = bytes.get(..end).unwrap_or_default();
    // Without an early way out this takes many bytes at a time.
    if !plain.iter().fold(false, |any, byte| any | (*byte < 0x20)) {
        return end;
    }
    plain.iter().position(|byte| *byte < 0x20).unwrap_or(end)
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
