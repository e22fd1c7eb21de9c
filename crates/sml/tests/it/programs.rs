//! Programs made from a seed: well-formed ones in odd spellings, and damaged ones.

/// A source of choices that is the same for the same seed.
pub(crate) struct Choices(u64);

impl Choices {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 11) as usize) % limit.max(1)
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        let index = self.below(from.len());
        from.get(index).copied().unwrap_or_default()
    }

    /// White space between words; a line break only in brackets.
    fn gap(&mut self, in_brackets: bool) -> &'static str {
        if in_brackets {
            self.pick(&[
                "",
                " ",
                " ",
                "\n",
                "\n    ",
                "  # why\n  ",
                "\t",
                "\r\n",
                "\n\n# alone\n",
                "\x0c",
            ])
        } else {
            self.pick(&["", " ", " ", " ", "  ", "\t", " \\\n "])
        }
    }
}

const NAMES: [&str; 14] = [
    "A", "B", "_x", "Score", "Üñï", "ﬁn", "名", "Text2", "Rule", "match", "print", "type", "a_b",
    "str",
];
const TEXTS: [&str; 26] = [
    "'a'",
    "\"b c\"",
    "r'\\d+'",
    "'''x\ny'''",
    "\"\"\"q\"q\"\"\"",
    "'é\\n'",
    "'\\x41\\u00e9\\U0001F600'",
    "'\\101\\0'",
    "'\\d\\q'",
    "'it\\'s'",
    "''",
    "'a' 'b'",
    "'a'\"b\"r'\\n'",
    "'\\\n'",
    "R\"\\\\\"",
    "u'x'",
    "f'{A}'",
    "f'a {B} {{b}} {A}'",
    "f''",
    "F'{ Score }' 'tail'",
    "rf'\\d{A}'",
    "'x' f'{A}' 'y'",
    "'\\N{BULLET}'",
    "f'\\N{BULLET}{A}'",
    "f'''{A}\n{B}'''",
    "'\\777'",
];
const NUMBERS: [&str; 20] = [
    "0",
    "1",
    "42",
    "1_000",
    "0xFf",
    "0o17",
    "0b1_0",
    "00",
    "1.5",
    ".5",
    "5.",
    "1e3",
    "1E-2",
    "1_0.0_1e+1_0",
    "1e400",
    "123456789012345678901234567890",
    "0.1",
    "0_0",
    "09.5",
    "1e-400",
];
const BINARY: [&str; 12] = ["+", "-", "*", "/", "//", "%", "**", "<<", ">>", "&", "|", "^"];
const COMPARE: [&str; 8] = ["==", "!=", "<", "<=", ">", ">=", " in ", " not in "];
const TYPES: [&str; 10] = [
    "str",
    "int|None",
    "Optional[str]",
    "Union[int, str]",
    "List[ str ]",
    "None",
    "int | str | None",
    "Optional[int | str]",
    "(int)",
    "(A | B) | C",
];

/// A well-formed program.
pub(crate) fn program(seed: u64) -> String {
    let mut choices = Choices::new(seed);
    let mut out = String::new();
    for _ in 0..=choices.below(5) {
        statement(&mut choices, &mut out);
    }
    if choices.below(8) == 0 {
        out.truncate(out.trim_end_matches(['\n', '\r', ' ', ';']).len());
    }
    out
}

/// A program that was damaged in a few places.
pub(crate) fn damaged(seed: u64) -> String {
    let mut text = program(seed);
    let mut choices = Choices::new(seed ^ 0x5555);
    for _ in 0..=choices.below(2) {
        let places: Vec<usize> = text.char_indices().map(|(index, _)| index).collect();
        let place = places.get(choices.below(places.len())).copied().unwrap_or(0);
        let next = text.get(place..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        match choices.below(3) {
            0 => text.replace_range(place..place + next, ""),
            1 => text.insert_str(place, choices.pick(&DAMAGE)),
            _ => text.replace_range(place..place + next, choices.pick(&DAMAGE)),
        }
    }
    text
}

const DAMAGE: [&str; 70] = [
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "'",
    "\"",
    "\\",
    "\n",
    " ",
    ",",
    ":",
    "=",
    "==",
    ";",
    "#",
    ".",
    "*",
    "**",
    "~",
    "+",
    "@",
    "!",
    "$",
    "?",
    "1",
    "0",
    "_",
    "x",
    "é",
    "\u{a0}",
    "\u{200b}",
    "f'",
    "'''",
    "\n  ",
    "\n",
    " if ",
    " else ",
    " for ",
    " in ",
    " not ",
    " is ",
    " and ",
    " or ",
    " lambda ",
    " None ",
    " True",
    "\ndef f():\n  x\n",
    "\nif A:\n  B = 1\nelse:\n  C = 2\n",
    ":=",
    "+=",
    "...",
    " 3j ",
    "b''",
    "A",
    " B ",
    "f'{A!r}'",
    "f'{A + 1}'",
    "f'{'",
    "()",
    "[0]",
    "(x)",
    "\r",
    "\x0c",
    "\nimport os\n",
    "\n@x\n",
    "\nelse:\n  x\n",
    "\nclass ",
    "\nmatch x:\n  case 1:\n    y\n",
];

fn statement(choices: &mut Choices, out: &mut String) {
    if choices.below(6) == 0 {
        out.push_str(choices.pick(&[
            "# a comment\n",
            "\n",
            "   \n",
            "\t# indented\n",
            "\n\n\n",
            "#\n",
        ]));
    }
    if choices.below(5) == 0 {
        call(choices, out, 2, false);
    } else {
        out.push_str(choices.pick(&NAMES));
        out.push_str(choices.gap(false));
        if choices.below(3) == 0 {
            out.push(':');
            out.push_str(choices.gap(false));
            out.push_str(choices.pick(&TYPES));
            out.push_str(choices.gap(false));
        }
        out.push('=');
        out.push_str(choices.gap(false));
        value(choices, out, 4, false);
    }
    out.push_str(choices.pick(&["\n", "\n", "\n", "\n\n", "\r\n", "\r", "; ", ";\n", "  # end\n"]));
}

fn call(choices: &mut Choices, out: &mut String, depth: usize, brackets: bool) {
    out.push_str(choices.pick(&NAMES));
    if choices.below(8) == 0 {
        out.push('.');
        out.push_str(choices.pick(&NAMES));
    }
    if brackets {
        out.push_str(choices.gap(true));
    }
    out.push('(');
    let count = choices.below(4);
    for index in 0..count {
        out.push_str(choices.gap(true));
        if choices.below(20) == 0 {
            out.push_str("**");
        } else {
            out.push_str(choices.pick(&NAMES));
            out.push_str(choices.gap(true));
            out.push('=');
        }
        value(choices, out, depth.saturating_sub(1), true);
        out.push_str(choices.gap(true));
        if index + 1 < count || choices.below(3) == 0 {
            out.push(',');
        }
    }
    out.push_str(choices.gap(true));
    out.push(')');
}

fn value(choices: &mut Choices, out: &mut String, depth: usize, brackets: bool) {
    let next = depth.saturating_sub(1);
    let kind = if depth == 0 { choices.below(4) } else { choices.below(14) };
    match kind {
        0 => out.push_str(choices.pick(&NAMES)),
        1 => out.push_str(choices.pick(&TEXTS)),
        2 => out.push_str(choices.pick(&NUMBERS)),
        3 => out.push_str(choices.pick(&["True", "False", "None", "A.b"])),
        4 => call(choices, out, next, brackets),
        5 => list(choices, out, next),
        6 | 7 => {
            value(choices, out, next, brackets);
            let operator = choices.pick(&BINARY);
            infix(choices, out, operator, brackets);
            value(choices, out, next, brackets);
        }
        8 => {
            value_in_parentheses(choices, out, next);
            let operator = choices.pick(&COMPARE);
            infix(choices, out, operator, brackets);
            value_in_parentheses(choices, out, next);
        }
        9 | 10 => {
            let operator = choices.pick(&[" and ", " or "]);
            for _ in 0..=choices.below(2) {
                value(choices, out, next, brackets);
                infix(choices, out, operator, brackets);
            }
            value(choices, out, next, brackets);
        }
        11 => {
            out.push_str("(not ");
            value(choices, out, next, true);
            out.push(')');
        }
        12 => {
            out.push('-');
            out.push_str(choices.gap(brackets));
            value_in_parentheses(choices, out, next);
        }
        _ => value_in_parentheses(choices, out, next),
    }
}

fn infix(choices: &mut Choices, out: &mut String, operator: &str, brackets: bool) {
    out.push_str(choices.gap(brackets));
    out.push_str(if operator.len() > 2 || choices.below(2) == 0 { " " } else { "" });
    out.push_str(operator);
    out.push_str(choices.gap(brackets));
}

fn list(choices: &mut Choices, out: &mut String, depth: usize) {
    out.push('[');
    let count = choices.below(4);
    for index in 0..count {
        out.push_str(choices.gap(true));
        value(choices, out, depth, true);
        out.push_str(choices.gap(true));
        if index + 1 < count || choices.below(2) == 0 {
            out.push(',');
        }
    }
    out.push_str(choices.gap(true));
    out.push(']');
}

fn value_in_parentheses(choices: &mut Choices, out: &mut String, depth: usize) {
    out.push('(');
    out.push_str(choices.gap(true));
    value(choices, out, depth, true);
    out.push_str(choices.gap(true));
    out.push(')');
}
