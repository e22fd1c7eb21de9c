//! The characters that `\\N{...}` can name: all of Unicode, and the other names that Unicode gives to
//! some. As in Python the case is of no matter, and every space and hyphen is.

/// The character that Unicode calls `name`, as `\N{name}` in a text or a pattern asks for it.
pub fn find(name: &str) -> Option<char> {
    let name = name.to_ascii_uppercase();
    let listed = ALIASES.binary_search_by(|(listed, _)| (*listed).cmp(name.as_str())).ok();
    listed
        .and_then(|index| ALIASES.get(index))
        .map(|(_, character)| *character)
        .or_else(|| selector(&name))
        .or_else(|| {
            // The library passes over spaces and hyphens, Python does not.
            let exact =
                |c: &char| unicode_names2::name(*c).is_some_and(|own| own.to_string() == name);
            unicode_names2::character(&name).filter(exact)
        })
}

/// `VS1` to `VS256`.
fn selector(name: &str) -> Option<char> {
    let digits = name.strip_prefix("VS").filter(|digits| !digits.starts_with(['0', '+']))?;
    match digits.parse().ok()? {
        number @ 1..=16 => char::from_u32(0xfe00 + number - 1),
        number @ 17..=256 => char::from_u32(0xe0100 + number - 17),
        _ => None,
    }
}

/// Names that are not a character's own (the Unicode Standard, NameAliases), sorted.
#[rustfmt::skip]
const ALIASES: &[(&str, char)] = &[
    ("ACK", '\u{6}'), ("ACKNOWLEDGE", '\u{6}'), ("ALERT", '\u{7}'), ("ALM", '\u{61c}'),
    ("APC", '\u{9f}'), ("APPLICATION PROGRAM COMMAND", '\u{9f}'), ("BACKSPACE", '\u{8}'),
    ("BEL", '\u{7}'), ("BOM", '\u{feff}'), ("BPH", '\u{82}'), ("BREAK PERMITTED HERE", '\u{82}'),
    ("BS", '\u{8}'), ("BYTE ORDER MARK", '\u{feff}'),
    ("BYZANTINE MUSICAL SYMBOL FTHORA SKLIRON CHROMA VASIS", '\u{1d0c5}'), ("CAN", '\u{18}'),
    ("CANCEL", '\u{18}'), ("CANCEL CHARACTER", '\u{94}'), ("CARRIAGE RETURN", '\u{d}'),
    ("CCH", '\u{94}'), ("CGJ", '\u{34f}'), ("CHARACTER TABULATION", '\u{9}'),
    ("CHARACTER TABULATION SET", '\u{88}'), ("CHARACTER TABULATION WITH JUSTIFICATION", '\u{89}'),
    ("CONTROL SEQUENCE INTRODUCER", '\u{9b}'), ("CR", '\u{d}'), ("CSI", '\u{9b}'),
    ("CUNEIFORM SIGN NU11 OVER NU11 BUR OVER BUR", '\u{122d5}'),
    ("CUNEIFORM SIGN NU11 TENU", '\u{122d4}'), ("DATA LINK ESCAPE", '\u{10}'), ("DC1", '\u{11}'),
    ("DC2", '\u{12}'), ("DC3", '\u{13}'), ("DC4", '\u{14}'), ("DCS", '\u{90}'), ("DEL", '\u{7f}'),
    ("DELETE", '\u{7f}'), ("DEVICE CONTROL FOUR", '\u{14}'), ("DEVICE CONTROL ONE", '\u{11}'),
    ("DEVICE CONTROL STRING", '\u{90}'), ("DEVICE CONTROL THREE", '\u{13}'),
    ("DEVICE CONTROL TWO", '\u{12}'), ("DLE", '\u{10}'), ("END OF GUARDED AREA", '\u{97}'),
    ("END OF LINE", '\u{a}'), ("END OF MEDIUM", '\u{19}'), ("END OF PROTECTED AREA", '\u{97}'),
    ("END OF SELECTED AREA", '\u{87}'), ("END OF TEXT", '\u{3}'), ("END OF TRANSMISSION", '\u{4}'),
    ("END OF TRANSMISSION BLOCK", '\u{17}'), ("ENQ", '\u{5}'), ("ENQUIRY", '\u{5}'),
    ("EOL", '\u{a}'), ("EOM", '\u{19}'), ("EOT", '\u{4}'), ("EPA", '\u{97}'), ("ESA", '\u{87}'),
    ("ESC", '\u{1b}'), ("ESCAPE", '\u{1b}'), ("ETB", '\u{17}'), ("ETX", '\u{3}'), ("FF", '\u{c}'),
    ("FILE SEPARATOR", '\u{1c}'), ("FORM FEED", '\u{c}'), ("FS", '\u{1c}'), ("FSI", '\u{2068}'),
    ("FVS1", '\u{180b}'), ("FVS2", '\u{180c}'), ("FVS3", '\u{180d}'), ("FVS4", '\u{180f}'),
    ("GROUP SEPARATOR", '\u{1d}'), ("GS", '\u{1d}'), ("HANGUL JONGSEONG SSANGYESIEUNG", '\u{11ee}'),
    ("HANGUL JONGSEONG YESIEUNG-KHIEUKH", '\u{11ef}'),
    ("HANGUL JONGSEONG YESIEUNG-KIYEOK", '\u{11ec}'),
    ("HANGUL JONGSEONG YESIEUNG-SSANGKIYEOK", '\u{11ed}'), ("HIGH OCTET PRESET", '\u{81}'),
    ("HOP", '\u{81}'), ("HORIZONTAL TABULATION", '\u{9}'), ("HORIZONTAL TABULATION SET", '\u{88}'),
    ("HORIZONTAL TABULATION WITH JUSTIFICATION", '\u{89}'), ("HT", '\u{9}'), ("HTJ", '\u{89}'),
    ("HTS", '\u{88}'), ("IND", '\u{84}'), ("INDEX", '\u{84}'),
    ("INFORMATION SEPARATOR FOUR", '\u{1c}'), ("INFORMATION SEPARATOR ONE", '\u{1f}'),
    ("INFORMATION SEPARATOR THREE", '\u{1d}'), ("INFORMATION SEPARATOR TWO", '\u{1e}'),
    ("KANNADA LETTER LLLA", '\u{cde}'), ("LAO LETTER FO FAY", '\u{e9f}'),
    ("LAO LETTER FO FON", '\u{e9d}'), ("LAO LETTER LO", '\u{ea5}'), ("LAO LETTER RO", '\u{ea3}'),
    ("LATIN CAPITAL LETTER GHA", '\u{1a2}'), ("LATIN SMALL LETTER GHA", '\u{1a3}'),
    ("LEFTWARDS TRIANGLE-HEADED ARROW WITH DOUBLE VERTICAL STROKE", '\u{2b7a}'), ("LF", '\u{a}'),
    ("LINE FEED", '\u{a}'), ("LINE TABULATION", '\u{b}'), ("LINE TABULATION SET", '\u{8a}'),
    ("LOCKING-SHIFT ONE", '\u{e}'), ("LOCKING-SHIFT ZERO", '\u{f}'), ("LRE", '\u{202a}'),
    ("LRI", '\u{2066}'), ("LRM", '\u{200e}'), ("LRO", '\u{202d}'),
    ("MEDEFAIDRIN CAPITAL LETTER H", '\u{16e56}'), ("MEDEFAIDRIN CAPITAL LETTER NG", '\u{16e57}'),
    ("MEDEFAIDRIN SMALL LETTER H", '\u{16e76}'), ("MEDEFAIDRIN SMALL LETTER NG", '\u{16e77}'),
    ("MESSAGE WAITING", '\u{95}'), ("MICR DASH SYMBOL", '\u{2449}'),
    ("MICR ON US SYMBOL", '\u{2448}'), ("MMSP", '\u{205f}'), ("MVS", '\u{180e}'), ("MW", '\u{95}'),
    ("MYANMAR LETTER KHAMTI LLA", '\u{aa6e}'), ("NAK", '\u{15}'), ("NBH", '\u{83}'),
    ("NBSP", '\u{a0}'), ("NEGATIVE ACKNOWLEDGE", '\u{15}'), ("NEL", '\u{85}'),
    ("NEW LINE", '\u{a}'), ("NEXT LINE", '\u{85}'), ("NL", '\u{a}'), ("NNBSP", '\u{202f}'),
    ("NO BREAK HERE", '\u{83}'), ("NUL", '\u{0}'), ("NULL", '\u{0}'),
    ("OPERATING SYSTEM COMMAND", '\u{9d}'), ("OSC", '\u{9d}'), ("PAD", '\u{80}'),
    ("PADDING CHARACTER", '\u{80}'), ("PARTIAL LINE BACKWARD", '\u{8c}'),
    ("PARTIAL LINE DOWN", '\u{8b}'), ("PARTIAL LINE FORWARD", '\u{8b}'),
    ("PARTIAL LINE UP", '\u{8c}'), ("PDF", '\u{202c}'), ("PDI", '\u{2069}'), ("PLD", '\u{8b}'),
    ("PLU", '\u{8c}'), ("PM", '\u{9e}'),
    ("PRESENTATION FORM FOR VERTICAL RIGHT WHITE LENTICULAR BRACKET", '\u{fe18}'),
    ("PRIVACY MESSAGE", '\u{9e}'), ("PRIVATE USE ONE", '\u{91}'), ("PRIVATE USE TWO", '\u{92}'),
    ("PRIVATE USE-1", '\u{91}'), ("PRIVATE USE-2", '\u{92}'), ("PU1", '\u{91}'), ("PU2", '\u{92}'),
    ("RECORD SEPARATOR", '\u{1e}'), ("REVERSE INDEX", '\u{8d}'), ("REVERSE LINE FEED", '\u{8d}'),
    ("RI", '\u{8d}'), ("RIGHTWARDS TRIANGLE-HEADED ARROW WITH DOUBLE VERTICAL STROKE", '\u{2b7c}'),
    ("RLE", '\u{202b}'), ("RLI", '\u{2067}'), ("RLM", '\u{200f}'), ("RLO", '\u{202e}'),
    ("RS", '\u{1e}'), ("SCI", '\u{9a}'), ("SET TRANSMIT STATE", '\u{93}'), ("SGC", '\u{99}'),
    ("SHIFT IN", '\u{f}'), ("SHIFT OUT", '\u{e}'), ("SHY", '\u{ad}'), ("SI", '\u{f}'),
    ("SINGLE CHARACTER INTRODUCER", '\u{9a}'), ("SINGLE GRAPHIC CHARACTER INTRODUCER", '\u{99}'),
    ("SINGLE SHIFT THREE", '\u{8f}'), ("SINGLE SHIFT TWO", '\u{8e}'), ("SINGLE-SHIFT-2", '\u{8e}'),
    ("SINGLE-SHIFT-3", '\u{8f}'), ("SO", '\u{e}'), ("SOH", '\u{1}'), ("SOS", '\u{98}'),
    ("SP", '\u{20}'), ("SPA", '\u{96}'), ("SS2", '\u{8e}'), ("SS3", '\u{8f}'), ("SSA", '\u{86}'),
    ("ST", '\u{9c}'), ("START OF GUARDED AREA", '\u{96}'), ("START OF HEADING", '\u{1}'),
    ("START OF PROTECTED AREA", '\u{96}'), ("START OF SELECTED AREA", '\u{86}'),
    ("START OF STRING", '\u{98}'), ("START OF TEXT", '\u{2}'), ("STRING TERMINATOR", '\u{9c}'),
    ("STS", '\u{93}'), ("STX", '\u{2}'), ("SUB", '\u{1a}'), ("SUBSTITUTE", '\u{1a}'),
    ("SYN", '\u{16}'), ("SYNCHRONOUS IDLE", '\u{16}'),
    ("SYRIAC SUBLINEAR COLON SKEWED LEFT", '\u{709}'), ("TAB", '\u{9}'),
    ("UNIT SEPARATOR", '\u{1f}'), ("US", '\u{1f}'), ("VERTICAL TABULATION", '\u{b}'),
    ("VERTICAL TABULATION SET", '\u{8a}'), ("VT", '\u{b}'), ("VTS", '\u{8a}'),
    ("WEIERSTRASS ELLIPTIC FUNCTION", '\u{2118}'), ("WJ", '\u{2060}'),
    ("YI SYLLABLE ITERATION MARK", '\u{a015}'), ("ZWJ", '\u{200d}'), ("ZWNBSP", '\u{feff}'),
    ("ZWNJ", '\u{200c}'), ("ZWSP", '\u{200b}'),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_have_their_names_and_their_other_names() {
        assert!(ALIASES.is_sorted());
        for (name, character) in [
            ("bullet", '\u{2022}'),
            ("LATIN SMALL LETTER E WITH ACUTE", 'é'),
            ("greek small letter alpha", 'α'),
            ("CJK UNIFIED IDEOGRAPH-4E2D", '中'),
            ("HANGUL SYLLABLE GAG", '각'),
            ("GRINNING FACE", '\u{1f600}'),
            ("ZWJ", '\u{200d}'),
            ("nbsp", '\u{a0}'),
            ("VS16", '\u{fe0f}'),
            ("VARIATION SELECTOR-17", '\u{e0100}'),
            ("LINE FEED", '\n'),
            ("HYPHEN-MINUS", '-'),
        ] {
            assert_eq!(find(name), Some(character), "{name}");
        }
        for name in [
            "",
            "NO SUCH THING",
            "LATIN SMALL LETTER  A",
            "HYPHEN MINUS",
            "GRINNINGFACE",
            "VS0",
            "VS257",
            "VS01",
        ] {
            assert_eq!(find(name), None, "{name}");
        }
    }
}
