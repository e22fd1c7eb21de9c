//! How numbers and hashes stand in the lines of checkpoints, receipts and requests: one value in one
//! way only, so that a text that was read can be written again byte for byte. Must not know any format.

use crate::Hash;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Standard base64 with padding; refuses bits or signs that are not needed.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Standard base64 with padding.
pub(crate) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// A hash in base64.
pub(crate) fn hash(text: &str) -> Option<Hash> {
    from_base64(text)?.try_into().ok()
}

/// A number in decimal without needless zeros.
pub(crate) fn number(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let leading_zero = text.len() > 1 && text.starts_with('0');
    if digits && !leading_zero { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_one_way() {
        assert_eq!(number("0"), Some(0));
        assert_eq!(number("18446744073709551615"), Some(u64::MAX));
        for wrong in
            ["", "00", "01", "+1", "-1", " 1", "1 ", "18446744073709551616", "1e3", "\u{0661}"]
        {
            assert_eq!(number(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn base64_is_written_in_one_way() {
        assert_eq!(from_base64("AA=="), Some(vec![0]));
        for wrong in ["AB==", "AA", "AA=", "AA==\n", "A A==", "_w=="] {
            assert_eq!(from_base64(wrong), None, "{wrong:?}");
        }
    }
}
