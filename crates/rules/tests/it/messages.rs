//! The words of the check: what is wrong, and what to write instead.

use rules::{Environment, Sources, check};

const BASE: &str = "Text: str = JsonData(path='$.text')
Count: Optional[int] = JsonData(path='$.count')
User: Entity[str] = EntityJson(type='User', path='$.user')
Hit = Rule(when_all=[Text == 'x'], description='hit')
";

fn told(files: &[(&str, &str)]) -> Vec<String> {
    let own = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
    let sources = Sources::from_map(files.iter().map(own).collect());
    check(&sources, &Environment::default()).problems.iter().map(ToString::to_string).collect()
}

/// What is told about line 5, below the base.
fn line(text: &str) -> String {
    told(&[("main.sml", &format!("{BASE}{text}\n"))]).join("\n").replace("main.sml:5:", "")
}

#[test]
fn names() {
    for (text, says) in [
        ("A = Txt == 'a'", "5: unknown name `Txt` (did you mean `Text`?)"),
        ("A = Hit == true", "12: unknown name `true` (write `True`, with a capital letter)"),
        ("A = Text != Null", "13: unknown name `Null` (write `None`)"),
        (
            "A = StringLength",
            "5: `StringLength` is a function, not a value (call it: `StringLength(...)`)",
        ),
        (
            "A: int = StringLength(s=A)",
            "25: `A` is used in its own value (store the value under another name)",
        ),
        (
            "_A = 5",
            "1: the local name `_A` is never read (remove it, or drop the `_` to make it a feature that is shown)",
        ),
        (
            "Text = 'again'",
            "main.sml:1:1: the name `Text` is stored more than once (names are shared by all files: give each feature a name of its own, or start it with `_` to keep it to its file; it is stored again in `main.sml` line 5)",
        ),
    ] {
        assert_eq!(line(text), says, "{text}");
    }
    assert_eq!(
        told(&[("main.sml", "A = B + 1"), ("b.sml", "B: int = JsonData(path='$.b')")]),
        [
            "main.sml:1:5: `B` is stored in a file that is not imported above (add `Import(rules=[\"b.sml\"])` above this line)"
        ]
    );
}

#[test]
fn calls() {
    for (text, says) in [
        (
            "A = StringLen(s=Text)",
            "5: there is no function `StringLen` (did you mean `StringLength`?)",
        ),
        (
            "A = StringLength(s=Text, t=1)",
            "28: `StringLength` has no argument `t` (did you mean `s`?)",
        ),
        ("A = StringLength()", "5: `StringLength` needs `s` (it takes `s`)"),
        (
            "A: str = JsonData(path=Text)",
            "main.sml:1:13: a literal of type `str` is needed here (`path` of `JsonData` must be known before any event comes: write a literal of type `str`, or a name that stores one)",
        ),
        (
            "StringLength(s=Text)",
            "1: the result of `StringLength` is not used (store it: `SomeName = StringLength(...)`)",
        ),
        (
            "A = JsonData(path='$.a')",
            "1: `A` needs a type: `JsonData` cannot know what the event holds (write `A: str = JsonData(...)`)",
        ),
        ("A: string = JsonData(path='$.a')", "4: there is no type `string` (write `str`)"),
        (
            "A: list[str] = JsonData(path='$.a')",
            "4: there is no type `list[...]` (write `List[...]`, with a capital letter)",
        ),
    ] {
        assert_eq!(line(text), says, "{text}");
    }
}

#[test]
fn types() {
    for (text, says) in [
        (
            "A = Count > 1",
            "5: `>` does not take `Optional[int]` and `int` (a value that may be None is not taken: check it first, as in `X != None and X > 1`, or use `ResolveOptional`)",
        ),
        (
            "A = Text + 1",
            "5: `+` does not take `str` and `int` (convert one side, or use another operator; `Text` is stored in `main.sml` line 1)",
        ),
        ("A = ['a', 1]", "5: the items of a list must have one type (these have `int` and `str`)"),
        (
            "A = StringLength(s=Count)",
            "20: `s` of `StringLength` takes `str`, not `Optional[int]` (give it a value of type `str`; `Count` is stored in `main.sml` line 2)",
        ),
        (
            "A = Rule(when_all=[Hit], description='x')",
            "19: `when_all` of `Rule` takes `List[bool]`, not `List[Rule]` (a rule is no condition by itself: write `SomeRule == True`)",
        ),
        (
            "A = Rule(when_all=[True], description='{User}')",
            "39: `{User}` stays as it is in a plain text (put an `f` before the opening quote to fill names in)",
        ),
        (
            "A: int = 'text'",
            "10: the value is `str`, not `int` as the annotation says (change the annotation or the value)",
        ),
    ] {
        assert_eq!(line(text), says, "{text}");
    }
}

#[test]
fn files_and_labels() {
    assert_eq!(
        told(&[("other.sml", "A = 1")]),
        [
            "main.sml:1:1: there is no file `main.sml` (evaluation starts there: create it, and import or require the others)"
        ]
    );
    assert_eq!(
        told(&[("main.sml", "Import(rules=['b.sml'])"), ("rules/b.sml", "")]),
        [
            "main.sml:1:15: there is no rule file `b.sml` (paths start at the rulebook's directory: `rules/b.sml`)"
        ]
    );
    let labelled =
        format!("{BASE}WhenRules(rules_any=[Hit], then=[LabelAdd(entity=User, label='spamer')])");
    assert_eq!(
        told(&[
            ("main.sml", &labelled),
            ("config/labels.yaml", "labels:\n  spammer:\n    valid_for: [User]\n")
        ]),
        ["main.sml:5:62: no label `spamer` is declared (did you mean `spammer`?)"]
    );
}
