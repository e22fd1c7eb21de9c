//! What is told about mistakes, word by word.

use std::fmt::Write;

use insta::assert_snapshot;
use sml::LineIndex;

/// Each program, and below it what is told about it.
fn told(programs: &[&str]) -> String {
    let mut out = String::new();
    for program in programs {
        let lines = LineIndex::new(program);
        let at = |offset| {
            let place = lines.position(offset);
            format!("{}:{}", place.line, place.column)
        };
        for line in program.lines() {
            writeln!(out, "| {}", visible(line)).unwrap();
        }
        for diagnostic in sml::parse(program).1 {
            let place = at(diagnostic.span.start);
            writeln!(out, "{place} {}: {}", diagnostic.code, diagnostic.message).unwrap();
            for (span, text) in &diagnostic.labels {
                writeln!(out, "    {}: {text}", at(span.start)).unwrap();
            }
            if let Some(hint) = &diagnostic.hint {
                writeln!(out, "    hint: {hint}").unwrap();
            }
        }
    }
    out
}

fn visible(line: &str) -> String {
    line.replace('\u{a0}', "<U+00A0>")
        .replace('\u{200b}', "<U+200B>")
        .replace('\u{feff}', "<U+FEFF>")
}

#[test]
fn what_is_missing_or_too_much() {
    let programs = [
        "A =",
        "A = 1 +",
        "A = [1 2]",
        "Hit = Rule(\n  when_all=[A]\n  description='x',\n)",
        "A = f(x=1",
        "A = [1, 2)",
        "A = 1)",
        "A B = 1",
        "= 1",
        "A = f(x=1\nB = 2",
        "A = 1\n  B = 2",
        "A: int",
        "A: Optional[int",
        "not",
        "A = ,",
    ];
    assert_snapshot!(told(&programs), @r#"
    | A =
    1:3 missing-value: a value is missing after `=`
        hint: write it on the same line, or open a parenthesis before the line ends
    | A = 1 +
    1:7 missing-value: a value is missing after `+`
        hint: write it on the same line, or open a parenthesis before the line ends
    | A = [1 2]
    1:5 missing-comma: a comma is missing between `1` and `2`
        1:6: `,` goes here
        hint: separate values with `,`
    | Hit = Rule(
    |   when_all=[A]
    |   description='x',
    | )
    2:11 missing-comma: a comma is missing between `[A]` and `description`
        2:14: `,` goes here
        hint: separate values with `,`
    | A = f(x=1
    1:5 bracket-unclosed: `(` is never closed
        hint: add `)` where the values end
    | A = [1, 2)
    1:9 bracket-mismatch: `)` cannot close `[`
        1:4: opened here
    | A = 1)
    1:5 bracket-unopened: `)` closes nothing
        hint: delete it, or open its bracket
    | A B = 1
    1:2 unexpected: `B` is not expected here
        hint: one statement stands on a line; an operator or a `,` may be missing
    | = 1
    1:0 unexpected: `=` is not expected here
        hint: a name is missing before it
    | A = f(x=1
    | B = 2
    1:5 bracket-unclosed: `(` is never closed
        hint: add `)` where the values end
    | A = 1
    |   B = 2
    2:1 unexpected-indent: this line is indented
        hint: begin every statement in the first column
    | A: int
    1:0 missing-value: `A` gets a type, but no value
        hint: write `A: int = ..`
    | A: Optional[int
    1:11 bracket-unclosed: `[` is never closed
        hint: add `]` where the values end
    | not
    1:3 missing-value: a value is missing after `not`
        hint: write it on the same line, or open a parenthesis before the line ends
    | A = ,
    1:4 unexpected: `,` is not expected here
        hint: a value is missing before it
    "#);
}

#[test]
fn texts_and_numbers() {
    let programs = [
        "A = 'abc",
        "A = 'a\nb'",
        "A = '''abc\n",
        "A = '\\x4'",
        "A = '\\N{NO SUCH NAME}'",
        "A = '\\ud800'",
        "A = x'abc'",
        "A = b'abc'",
        "A = 007",
        "A = 0xZZ",
        "A = 1__0",
        "A = 0o18",
        "A = 3j",
        "A = ...",
        "A = 1.2.3",
        "1st = 1",
    ];
    assert_snapshot!(told(&programs), @r#"
    | A = 'abc
    1:4 open-text: this text is never closed with `'`
        hint: a text ends on the line where it begins: write `\n` for a line break, or use three quotes
    | A = 'a
    | b'
    1:4 open-text: this text is never closed with `'`
        hint: a text ends on the line where it begins: write `\n` for a line break, or use three quotes
    | A = '''abc
    1:4 open-text: this text is never closed with `'''`
    | A = '\x4'
    1:5 bad-escape: `\x` needs 2 hexadecimal digits, and 1 follow
        hint: write `\\` for a backslash, or `r` before the quote for a raw text
    | A = '\N{NO SUCH NAME}'
    1:5 unknown-character-name: no character is known as `NO SUCH NAME`
        hint: write the character itself, or its code as `\u` with 4 digits
    | A = '\ud800'
    1:5 bad-escape: U+D800 is half of a surrogate pair, which no text holds
        hint: write the whole character as `\U` with 8 digits
    | A = x'abc'
    1:5 unexpected: `x` cannot stand right before a text
        hint: the letters before a quote can be `r`, `f` or both
    | A = b'abc'
    1:4 not-sml: SML has no bytes
        hint: drop the `b` before the quote
    | A = 007
    1:4 bad-number: a whole number cannot begin with `0`
        hint: drop the zeros, or write `0o` before the digits of an octal number
    | A = 0xZZ
    1:5 bad-number: this is not a hexadecimal number
        hint: names begin with a letter; `_` stands between two digits only
    | A = 1__0
    1:5 bad-number: this is not a decimal number
        hint: names begin with a letter; `_` stands between two digits only
    | A = 0o18
    1:7 bad-number: `8` is not a digit of an octal number
        hint: use a decimal number
    | A = 3j
    1:4 not-sml: SML has no value `3j`
        hint: use a number, a text, `True`, `False` or `None`
    | A = ...
    1:4 not-sml: SML has no value `...`
        hint: use a number, a text, `True`, `False` or `None`
    | A = 1.2.3
    1:7 unexpected: `.3` is not expected here
        hint: one statement stands on a line; an operator or a `,` may be missing
    | 1st = 1
    1:0 bad-number: this is not a decimal number
        hint: names begin with a letter; `_` stands between two digits only
    "#);
}

#[test]
fn format_strings() {
    let programs = [
        "A = f'{}'",
        "A = f'{N + 1}'",
        "A = f'{N!r}'",
        "A = f'{N:>10}'",
        "A = f'a } b'",
        "A = f'a { b'",
        "A = f'{f(x=1)}'",
    ];
    assert_snapshot!(told(&programs), @r#"
    | A = f'{}'
    1:6 format-string-empty: nothing stands in these braces
        hint: write a name between them, or `{{}}` for the braces themselves
    | A = f'{N + 1}'
    1:7 format-string-expression: a format string can only hold names, not `N + 1`
        hint: give it a name first: `Value = N + 1`, then `{Value}`
    | A = f'{N!r}'
    1:7 format-string-specification: a format string cannot say how to write `N`
        hint: drop `!r`: write `{N}`
    | A = f'{N:>10}'
    1:7 format-string-specification: a format string cannot say how to write `N`
        hint: drop `:>10`: write `{N}`
    | A = f'a } b'
    1:8 format-string-brace: this `}` closes nothing
        hint: write `}}` for a brace in a format string
    | A = f'a { b'
    1:8 format-string-brace: this `{` is never closed in its text
        hint: write `{{` for a brace in a format string; use other quotes inside of the braces
    | A = f'{f(x=1)}'
    1:7 format-string-expression: a format string can only hold names, not `f(x=1)`
        hint: give it a name first: `Value = f(x=1)`, then `{Value}`
    "#);
}

#[test]
fn characters() {
    let programs = [
        "A = “text”",
        "A\u{a0}= 1",
        "A\u{200b} = 1",
        "A = N ≥ 5",
        "A = N ?",
        "$A = 1",
        "\u{feff}A = 1",
        "A = 1 + \\ \n 2",
    ];
    assert_snapshot!(told(&programs), @r#"
    | A = “text”
    1:4 unexpected-character: the character `“` (U+201C) means nothing here
        hint: use the straight quote `"`
    | A<U+00A0>= 1
    1:1 unexpected-character: the invisible character U+00A0 means nothing here
        hint: use a plain space
    | A<U+200B> = 1
    1:1 unexpected-character: the invisible character U+200B means nothing here
        hint: delete it
    | A = N ≥ 5
    1:6 unexpected-character: the character `≥` (U+2265) means nothing here
        hint: write `>=`
    | A = N ?
    1:6 unexpected: `?` is not expected here
        hint: Python has no such operator, and neither has SML
    | $A = 1
    1:0 unexpected: `$` is not expected here
        hint: Python has no such operator, and neither has SML
    | <U+FEFF>A = 1
    1:0 byte-order-mark: a byte order mark begins the file
        hint: save the file as UTF-8 without byte order mark
    | A = 1 + \ 
    |  2
    1:9 text-after-backslash: something stands after a `\` that should join two lines
        hint: let the line end right after the `\`, or put the value in parentheses
    "#);
}

#[test]
fn operators() {
    let programs = [
        "A = B is None",
        "A = B is not None",
        "A = 1 < B <= 3",
        "A = N <> 1",
        "A = !B",
        "A = B && C",
        "A = B || C",
        "A = +B",
        "A = ~B",
        "A = B @ C",
        "N++",
        "N += 1",
        "A == 1",
        "A = (B := 1)",
        "A = B = 1",
        "A = B === C",
        "A = N => 1",
        "// comment",
    ];
    assert_snapshot!(told(&programs), @r#"
    | A = B is None
    1:4 not-sml: SML has no operator `is`
        hint: write `B == None`
    | A = B is not None
    1:4 not-sml: SML has no operator `is not`
        hint: write `B != None`
    | A = 1 < B <= 3
    1:4 not-sml: a comparison has two sides, and no more
        hint: write `1 < B and B <= 3`
    | A = N <> 1
    1:6 unexpected: `<>` is not expected here
        hint: write `!=`
    | A = !B
    1:4 unexpected: `!` is not expected here
        hint: write `not`
    | A = B && C
    1:7 unexpected: `&` is not expected here
        hint: write `and`
    | A = B || C
    1:7 unexpected: `|` is not expected here
        hint: write `or`
    | A = +B
    1:4 not-sml: SML has no `+` before a value
        hint: drop the `+`
    | A = ~B
    1:4 not-sml: SML has no `~` before a value
        hint: write `not` for a condition
    | A = B @ C
    1:4 not-sml: SML has no operator `@`
        hint: multiply with `*`
    | N++
    1:3 missing-value: SML has no `++`
        hint: a name gets one value, once; counting is what functions are for
    | N += 1
    1:0 not-sml: SML has no `+=`: a name gets its value once
        hint: give the new value a name of its own
    | A == 1
    1:0 bare-value: a value alone on a line does nothing
        hint: write `A = ..` to give a name its value, or `Name = A == 1` to keep the answer
    | A = (B := 1)
    1:5 not-sml: SML cannot name a value inside of another (`:=`)
        hint: write `B = ..` on a line of its own, then `B` here
    | A = B = 1
    1:0 not-sml: a value can be given to one name only
        hint: write one line for each name
    | A = B === C
    1:8 unexpected: `=` is not expected here
        hint: write `==`
    | A = N => 1
    1:7 unexpected: `>` is not expected here
        hint: write `>=`
    | // comment
    1:0 unexpected: `//` is not expected here
        hint: a comment begins with `#`
    "#);
}

#[test]
fn names_and_targets() {
    let programs = [
        "class = 1",
        "A = f(from=B)",
        "True = 1",
        "f(x=1) = 2",
        "A, B = 1, 2",
        "A.b = 1",
        "A[0] = 1",
        "(A): int = 1",
        "[A] = B",
        "1 + A = 2",
        "A = B.c.d",
        "A = 'x'.y",
    ];
    assert_snapshot!(told(&programs), @r#"
    | class = 1
    1:6 reserved-word: `class` is a reserved word and cannot be a name
        hint: choose another, such as `class_`
    | A = f(from=B)
    1:6 reserved-word: `from` is a reserved word and cannot be a name
        hint: choose another, such as `from_`
    | True = 1
    1:0 bad-target: `True` cannot get a value
        hint: a name stands before the `=`; write `==` to compare
    | f(x=1) = 2
    1:0 bad-target: `f(x=1)` cannot get a value
        hint: a name stands before the `=`; write `==` to compare
    | A, B = 1, 2
    1:0 bad-target: `A, B` cannot get a value, only a name can
        hint: write `Name = ..`, one line for each name
    | A.b = 1
    1:0 bad-target: `A.b` cannot get a value, only a name can
        hint: write `Name = ..`, one line for each name
    | A[0] = 1
    1:0 bad-target: `A[0]` cannot get a value, only a name can
        hint: write `Name = ..`, one line for each name
    | (A): int = 1
    1:0 bad-target: `(A)` stands in parentheses before its type
        hint: drop the parentheses
    | [A] = B
    1:0 bad-target: `[A]` cannot get a value, only a name can
        hint: write `Name = ..`, one line for each name
    | 1 + A = 2
    1:0 bad-target: `1 + A` cannot get a value
        hint: a name stands before the `=`; write `==` to compare
    | A = B.c.d
    1:4 not-sml: only a name can stand before a `.`
        hint: give what stands before it a name of its own; `A.B` is fine, `A.B.C` is not
    | A = 'x'.y
    1:4 not-sml: only a name can stand before a `.`
        hint: give what stands before it a name of its own; `A.B` is fine, `A.B.C` is not
    "#);
}

#[test]
fn types() {
    let programs = [
        "A: 'str' = B",
        "A: 5 = B",
        "A: a.b = B",
        "A: Optional[int, None] = B",
        "A: str() = B",
        "A: ExtractLiteral[str] = f(x=1)",
        "Text: hello world",
    ];
    assert_snapshot!(told(&programs), @r#"
    | A: 'str' = B
    1:0 bad-annotation: `'str'` is not a type
        1:3: where a type should stand
        hint: a type is a name, `Name[Type]`, `Name[Name, Name]` or `Type | Type`, for example `Optional[str]`
    | A: 5 = B
    1:0 bad-annotation: `5` is not a type
        1:3: where a type should stand
        hint: a type is a name, `Name[Type]`, `Name[Name, Name]` or `Type | Type`, for example `Optional[str]`
    | A: a.b = B
    1:0 bad-annotation: `a.b` is not a type
        1:3: where a type should stand
        hint: a type is a name, `Name[Type]`, `Name[Name, Name]` or `Type | Type`, for example `Optional[str]`
    | A: Optional[int, None] = B
    1:17 bad-annotation: `None` cannot be one of several types in brackets
        hint: only names can stand there; join types with `|` instead
    | A: str() = B
    1:0 bad-annotation: `str()` is not a type
        1:3: where a type should stand
        hint: a type is a name, `Name[Type]`, `Name[Name, Name]` or `Type | Type`, for example `Optional[str]`
    | A: ExtractLiteral[str] = f(x=1)
    1:25 not-a-literal: `ExtractLiteral` wants a literal, not `f(x=1)`
        hint: write a text, a number, `True`, `False` or a list of such
    | Text: hello world
    1:12 unexpected: `world` is not expected here
        hint: one statement stands on a line; an operator or a `,` may be missing
    "#);
}

#[test]
fn calls() {
    let programs = [
        "A = StringLength(Text)",
        "A = Replace(Text, old='a')",
        "A = f(x=1, y)",
        "A = f(a.b=1)",
        "A = f(x=1)(y=2)",
        "A = Entity[str](id=B)",
        "A = f(*B)",
        "A = f(x for x in B)",
    ];
    assert_snapshot!(told(&programs), @r#"
    | A = StringLength(Text)
    1:4 nameless-argument: `StringLength` has an argument without a name
        1:17: this one
        hint: write `StringLength(name=Text)`
    | A = Replace(Text, old='a')
    1:4 nameless-argument: `Replace` has an argument without a name
        1:12: this one
        hint: write `Replace(name=Text)`
    | A = f(x=1, y)
    1:11 nameless-argument: `y` needs a name, as the arguments before it have
        hint: write `name=value`
    | A = f(a.b=1)
    1:6 bad-argument-name: `a.b` cannot name an argument
        hint: write `name=value`, or `==` to compare
    | A = f(x=1)(y=2)
    1:4 not-sml: only a function's name can be called
        hint: write the name of a function before the `(`
    | A = Entity[str](id=B)
    1:4 not-sml: SML cannot take an element out with `[ ]`
        hint: functions take no type in brackets: write it after the name, `Name: Type = ..`
    | A = f(*B)
    1:4 nameless-argument: `f` has an argument without a name
        1:6: this one
        hint: write `f(name=value)`
    | A = f(x for x in B)
    1:4 nameless-argument: `f` has an argument without a name
        1:6: this one
        hint: write `f(name=value)`
    "#);
}

#[test]
fn values_of_python() {
    let programs = [
        "A = (lambda: 1)",
        "A = 1 if B else 2",
        "A = 1 if B",
        "A = [x for x in B]",
        "A = {'a': 1}",
        "A = {1, 2}",
        "A = 1, 2",
        "A = B in ('a', 'b')",
        "A = ()",
        "A = [*B]",
        "A = B[0]",
        "A = B[1:2]",
        "A = await B",
        "A = (yield B)",
    ];
    assert_snapshot!(told(&programs), @r#"
    | A = (lambda: 1)
    1:5 not-sml: SML has no `lambda`
        hint: write the value itself, or name it on a line of its own
    | A = 1 if B else 2
    1:4 not-sml: SML has no conditional value (`.. if .. else ..`)
        hint: name the conditions instead: `Hit = A and B`
    | A = 1 if B
    1:4 unexpected: `else` is missing after `1 if ..`
        hint: SML has no conditional value: name the conditions instead
    | A = [x for x in B]
    1:4 not-sml: SML has no list comprehension
        hint: rules have no loops: use a function that takes the whole list
    | A = {'a': 1}
    1:4 not-sml: SML has no dictionary
        hint: read values of the event with `JsonData(path=..)`
    | A = {1, 2}
    1:4 not-sml: SML has no set
        hint: write a list: `[a, b]`
    | A = 1, 2
    1:4 not-sml: SML has no tuple
        hint: write a list: `[a, b]`
    | A = B in ('a', 'b')
    1:9 not-sml: SML has no tuple
        hint: write a list: `['a', 'b']`
    | A = ()
    1:4 not-sml: SML has no empty tuple
        hint: write `[]` or `None`
    | A = [*B]
    1:5 not-sml: SML cannot unpack a list with `*`
        hint: write out its items
    | A = B[0]
    1:4 not-sml: SML cannot take an element out with `[ ]`
        hint: use a function, such as `ListRead(list=B, index=0)`
    | A = B[1:2]
    1:4 not-sml: SML cannot take an element out with `[ ]`
        hint: use a function, such as `ListRead(list=B, index=0)`
    | A = await B
    1:4 not-sml: SML has no `await`
        hint: drop the `await`: functions are waited for by themselves
    | A = (yield B)
    1:5 not-sml: SML has no `yield`
        hint: name the value: `Name = ..`
    "#);
}

#[test]
fn statements_of_python() {
    let programs = [
        "def f(x):\n    return x\nA = 1",
        "if A:\n    B = 1\nelse:\n    B = 2",
        "for x in A:\n    B = x",
        "import os",
        "from a import b",
        "pass",
        "return 1",
        "@wrap\ndef f():\n    pass",
        "match A:\n    case 1:\n        B = 2",
        "try:\n    A = 1\nexcept E:\n    A = 2",
        "if A\n    B = 1",
        "if A:\nB = 1",
        "else:\n    A = 1",
        "'text'",
        "A",
        "\"\"\"About this file.\"\"\"",
        "{'a': 1}",
        "@wrap\nA = 1",
    ];
    assert_snapshot!(told(&programs), @r#"
    | def f(x):
    |     return x
    | A = 1
    1:0 not-sml: SML has no `def`
        hint: name values instead: `Name = ..`
    | if A:
    |     B = 1
    | else:
    |     B = 2
    1:0 not-sml: SML has no `if`
        hint: name the condition and use it: `Hit = Rule(when_all=[A, B], description='..')`
    | for x in A:
    |     B = x
    1:0 not-sml: SML has no `for`
        hint: rules have no loops: use a function that takes the whole list
    | import os
    1:0 not-sml: SML has no `import`
        hint: write `Import(rules=['path/to/file.sml'])`
    | from a import b
    1:0 not-sml: SML has no `from`
        hint: write `Import(rules=['path/to/file.sml'])`
    | pass
    1:0 not-sml: SML has no `pass`
        hint: drop it: a rule file is a list of named values
    | return 1
    1:0 not-sml: SML has no `return`
        hint: name the condition: `Hit = A == B`
    | @wrap
    | def f():
    |     pass
    2:0 not-sml: SML has no `def`
        hint: name values instead: `Name = ..`
    | match A:
    |     case 1:
    |         B = 2
    1:0 not-sml: SML has no `match`
        hint: name the condition and use it: `Hit = Rule(when_all=[A, B], description='..')`
    | try:
    |     A = 1
    | except E:
    |     A = 2
    1:0 not-sml: SML has no `try`
        hint: a value that fails is `None`: give a default with `ResolveOptional`
    | if A
    |     B = 1
    1:4 missing-colon: `:` is missing at the end of this `if`
        hint: name the condition and use it: `Hit = Rule(when_all=[A, B], description='..')`
    | if A:
    | B = 1
    2:0 missing-block: the block of this `if` is missing
        1:0: it begins here
        hint: name the condition and use it: `Hit = Rule(when_all=[A, B], description='..')`
    | else:
    |     A = 1
    1:0 unexpected: `else` belongs to nothing before it
        hint: name the condition and use it: `Hit = Rule(when_all=[A, B], description='..')`
    | 'text'
    1:0 bare-value: a value alone on a line does nothing
        hint: begin a comment with `#`
    | A
    1:0 bare-value: a value alone on a line does nothing
        hint: give it a name: `Name = A`
    | """About this file."""
    1:0 bare-value: a value alone on a line does nothing
        hint: begin a comment with `#`
    | {'a': 1}
    1:0 bare-value: a value alone on a line does nothing
        hint: give it a name: `Name = {'a': 1}`
    | @wrap
    | A = 1
    2:0 unexpected: `A` is not expected here
    "#);
}

#[test]
fn several_at_once() {
    let programs = ["A =\nB = lambda: 1\nC = 1\nD = [f(1), g(2)]\nE = 'x\n"];
    assert_snapshot!(told(&programs), @r#"
    | A =
    | B = lambda: 1
    | C = 1
    | D = [f(1), g(2)]
    | E = 'x
    1:3 missing-value: a value is missing after `=`
        hint: write it on the same line, or open a parenthesis before the line ends
    2:4 not-sml: SML has no `lambda`
        hint: write the value itself, or name it on a line of its own
    4:5 nameless-argument: `f` has an argument without a name
        4:7: this one
        hint: write `f(name=1)`
    4:11 nameless-argument: `g` has an argument without a name
        4:13: this one
        hint: write `g(name=2)`
    5:4 open-text: this text is never closed with `'`
        hint: a text ends on the line where it begins: write `\n` for a line break, or use three quotes
    "#);
}
