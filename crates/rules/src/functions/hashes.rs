//! Osprey's functions that hash and encode.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::{Call, Family, Signature};
use crate::types::Type;
use crate::value::{Exception, Fault, Value};

pub(super) fn register(all: &mut Vec<Signature>) {
    let hash = |name, doc, run| {
        Signature::osprey(Family::Hashes, name, Type::Str, doc, run).argument("input", Type::Str)
    };
    all.extend([
        hash("HashMd5", "The MD5 of the text's UTF-8, in hexadecimal.", digest::<Md5>),
        hash("HashSha1", "The SHA-1 of the text's UTF-8, in hexadecimal.", digest::<Sha1>),
        hash("HashSha256", "The SHA-256 of the text's UTF-8, in hexadecimal.", digest::<Sha256>),
        hash("HashSha512", "The SHA-512 of the text's UTF-8, in hexadecimal.", digest::<Sha512>),
        hash("Base64Encode", "The text's UTF-8 in base 64.", |call| {
            Ok(Value::from(encode(call.text(0)?.as_bytes())))
        }),
        hash(
            "Base64Decode",
            "The text that base 64 stands for. What is not base 64 is passed over.",
            |call| decode(call.text(0)?),
        ),
    ]);
}

fn digest<D: Digest>(call: &Call<'_>) -> Result<Value, Fault> {
    Ok(Value::from(hex::encode(D::digest(call.text(0)?.as_bytes()))))
}

fn encode(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Python's lenient decoding: other characters are skipped, and reading stops at the padding.
fn decode(text: &str) -> Result<Value, Fault> {
    let mut bytes = Vec::new();
    let (mut buffer, mut count, mut pads) = (0_u32, 0, 0);
    for byte in text.bytes() {
        if byte == b'=' {
            pads += 1;
            if count >= 2 && count + pads >= 4 {
                count = 0;
                break;
            }
            if count < 2 {
                pads = 0;
            }
            continue;
        }
        let Some(value) = sextet(byte) else { continue };
        pads = 0;
        buffer = (buffer << 6) | value;
        count += 1;
        if count > 1 {
            let shift = 8 - 2 * count;
            bytes.push(((buffer >> shift.max(0)) & 0xff).to_le_bytes()[0]);
        }
        count %= 4;
    }
    match count {
        0 => {}
        1 => return Err(Fault::error(Exception::Error, "the base 64 is one character too long")),
        _ => return Err(Fault::error(Exception::Error, "the base 64 lacks its padding")),
    }
    String::from_utf8(bytes)
        .map(Value::from)
        .map_err(|_| Fault::error(Exception::UnicodeDecodeError, "the decoded bytes are not UTF-8"))
}

fn sextet(byte: u8) -> Option<u32> {
    Some(match byte {
        b'A'..=b'Z' => u32::from(byte - b'A'),
        b'a'..=b'z' => u32::from(byte - b'a') + 26,
        b'0'..=b'9' => u32::from(byte - b'0') + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_as_leniently_as_in_python() {
        for (source, decoded) in [
            ("aGVsbG8=", Ok("hello")),
            ("aGVs bG8=", Ok("hello")),
            ("aGVsbG8=ignored", Ok("hello")),
            ("w6k=", Ok("é")),
            ("YWI=", Ok("ab")),
            ("YQ==", Ok("a")),
            ("Y=Q==", Ok("a")),
            ("", Ok("")),
            ("!!!", Ok("")),
            ("=", Ok("")),
            ("abc", Err(Exception::Error)),
            ("a", Err(Exception::Error)),
            ("YQ=", Err(Exception::Error)),
            ("/+8=", Err(Exception::UnicodeDecodeError)),
        ] {
            assert_eq!(
                decode(source).map_err(|fault| fault.exception),
                decoded.map(Value::str),
                "{source}"
            );
        }
    }
}
