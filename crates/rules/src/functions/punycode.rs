//! International host names in the form that the network uses (RFC 3492, 5890).

use unicode_normalization::UnicodeNormalization;

/// The host in lower case, each label with other letters as `xn--...`. Hosts that are too long
/// or hold what no host may are given back in lower case only.
pub(super) fn to_ascii(host: &str) -> String {
    let lower: String = host
        .nfkc()
        .flat_map(char::to_lowercase)
        .map(|c| if matches!(c, '。' | '．' | '｡') { '.' } else { c })
        .collect();
    let labels = lower.split('.').map(|label| {
        if label.is_ascii() {
            Some(label.to_owned())
        } else {
            encode(label).map(|encoded| format!("xn--{encoded}"))
        }
    });
    labels.collect::<Option<Vec<String>>>().map_or_else(|| lower.clone(), |labels| labels.join("."))
}

const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;

/// One label; None if a number overflows.
fn encode(label: &str) -> Option<String> {
    let mut out: String = label.chars().filter(char::is_ascii).collect();
    let basic = u32::try_from(out.len()).ok()?;
    if basic > 0 {
        out.push('-');
    }
    let total = u32::try_from(label.chars().count()).ok()?;
    let (mut code, mut delta, mut bias, mut handled) = (128_u32, 0_u32, 72_u32, basic);
    while handled < total {
        let next = label.chars().map(u32::from).filter(|&c| c >= code).min()?;
        delta = delta.checked_add((next - code).checked_mul(handled + 1)?)?;
        code = next;
        for c in label.chars().map(u32::from) {
            if c < code {
                delta = delta.checked_add(1)?;
            }
            if c == code {
                write_number(&mut out, delta, bias)?;
                bias = adapted(delta, handled + 1, handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        delta = delta.checked_add(1)?;
        code = code.checked_add(1)?;
    }
    Some(out)
}

fn write_number(out: &mut String, mut number: u32, bias: u32) -> Option<()> {
    let mut step = BASE;
    loop {
        let threshold = step.saturating_sub(bias).clamp(T_MIN, T_MAX);
        if number < threshold {
            out.push(char::from_digit_or_letter(number)?);
            return Some(());
        }
        let range = BASE - threshold;
        out.push(char::from_digit_or_letter(threshold + (number - threshold) % range)?);
        number = (number - threshold) / range;
        step += BASE;
    }
}

/// Punycode's digits: a to z are 0 to 25, then 0 to 9.
trait Digit: Sized {
    fn from_digit_or_letter(value: u32) -> Option<Self>;
}

impl Digit for char {
    fn from_digit_or_letter(value: u32) -> Option<Self> {
        if value < 26 {
            Self::from_u32(u32::from('a') + value)
        } else {
            Self::from_digit(value - 26, 10)
        }
    }
}

fn adapted(delta: u32, points: u32, first: bool) -> u32 {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta += delta / points;
    let mut bias = 0;
    while delta > (BASE - T_MIN) * T_MAX / 2 {
        delta /= BASE - T_MIN;
        bias += BASE;
    }
    bias + (BASE - T_MIN + 1) * delta / (delta + 38)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_written_as_the_network_writes_them() {
        for (host, ascii) in [
            ("Bücher.DE", "xn--bcher-kva.de"),
            ("пример.рф", "xn--e1afmkfd.xn--p1ai"),
            ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
            ("EXAMPLE.com", "example.com"),
            ("münchen-ost.example", "xn--mnchen-ost-9db.example"),
            ("☃.net", "xn--n3h.net"),
        ] {
            assert_eq!(to_ascii(host), ascii);
        }
    }
}
