//! Our own functions, called as the engine calls them.

use rules::functions::{self, CallContext, Facts, Lists, Match, Nothing, Prepared};
use rules::text::Memo;
use rules::value::{Exception, Value};

struct Words;

impl Lists for Words {
    fn number(&self, name: &str) -> Option<u32> {
        ["slurs", "bad_hosts"]
            .iter()
            .position(|known| *known == name)
            .and_then(|at| u32::try_from(at).ok())
    }

    fn names(&self) -> Vec<&str> {
        vec!["slurs", "bad_hosts"]
    }

    fn has(&self, list: u32, entry: &str) -> bool {
        self.entries(list).contains(&entry)
    }

    fn entries(&self, list: u32) -> Vec<&str> {
        if list == 0 {
            vec!["grobnik", "bad folk"]
        } else {
            vec!["evil.example", "xn--bcher-kva.de"]
        }
    }
}

struct MailHosts;

impl Facts for MailHosts {
    fn mail_hosts(&self, domain: &str) -> Option<Vec<String>> {
        (domain == "example.org").then(|| vec!["192.0.2.9".to_owned(), "192.0.2.10".to_owned()])
    }
}

/// Calls a function with the given arguments and defaults for the rest.
fn run<T>(
    name: &str,
    given: &[(&str, Value)],
    finish: impl FnOnce(functions::FunctionId, &Prepared, &[Value], &CallContext<'_>) -> T,
) -> T {
    let id = functions::find(name).expect("a function");
    let signature = functions::get(id).expect("a signature");
    let mut arguments: Vec<Option<Value>> =
        signature.arguments.iter().map(|argument| argument.default.clone()).collect();
    for (name, value) in given {
        arguments[signature.position(name).expect("an argument")] = Some(value.clone());
    }
    let constants: Vec<Option<Value>> = signature
        .arguments
        .iter()
        .zip(&arguments)
        .map(|(argument, value)| value.clone().filter(|_| argument.constant))
        .collect();
    let prepared = functions::prepare(id, &constants, &Words).expect("a valid call");
    let arguments: Vec<Value> =
        arguments.into_iter().map(|value| value.expect("every argument")).collect();
    let context = CallContext {
        now: "2026-03-01T22:30:00Z".parse().expect("a moment"),
        offset: jiff::tz::Offset::UTC,
        random: u64::MAX / 2,
        lists: &Words,
        facts: &MailHosts,
        memo: &Memo::default(),
    };
    finish(id, &prepared, &arguments, &context)
}

fn call(name: &str, given: &[(&str, Value)]) -> Result<Value, Exception> {
    run(name, given, |id, prepared, arguments, context| {
        functions::call(id, prepared, arguments, context).map_err(|fault| fault.exception)
    })
}

fn quoted(name: &str, given: &[(&str, Value)], text: &str) -> Vec<String> {
    let passages = run(name, given, functions::passages);
    passages.into_iter().map(|Match { start, end, .. }| text[start..end].to_owned()).collect()
}

fn texts(items: &[&str]) -> Value {
    Value::texts(items.iter().copied())
}

#[test]
fn every_function_does_what_it_says() {
    let text = |text: &str| ("text", Value::from(text));
    let list = |name: &str| ("list", Value::from(name));
    for (name, given, result) in [
        ("TextContains", vec![text("so FR33 today"), ("phrase", "free".into())], Value::Bool(true)),
        (
            "TextContains",
            vec![text("so FR33 today"), ("phrase", "free".into()), ("normalize", false.into())],
            Value::Bool(false),
        ),
        ("TextContains", vec![text("freedom"), ("phrase", "free".into())], Value::Bool(false)),
        (
            "TextContains",
            vec![text("freedom"), ("phrase", "free".into()), ("whole_word", false.into())],
            Value::Bool(true),
        ),
        (
            "TextContainsAny",
            vec![text("c a s i n o"), ("phrases", texts(&["bank", "casino"]))],
            Value::Bool(true),
        ),
        (
            "TextContainsCount",
            vec![text("a bank, a b@nk, a casino"), ("phrases", texts(&["bank", "casino"]))],
            Value::Int(2),
        ),
        (
            "PhrasesIn",
            vec![text("Casino and bank"), ("phrases", texts(&["bank", "casino", "x"]))],
            texts(&["bank", "casino"]),
        ),
        ("TextInList", vec![text("you Grøbnik!"), list("slurs")], Value::Bool(true)),
        (
            "ListTermsIn",
            vec![text("bad  folk, Grobnik"), list("slurs")],
            texts(&["bad  folk", "Grobnik"]),
        ),
        (
            "TextMatches",
            vec![text("You are a GR0BNIK, Joe"), ("pattern", r"\byou are (?:a )?{slurs}\b".into())],
            Value::Bool(true),
        ),
        (
            "TextMatches",
            vec![text("you are a grobnika"), ("pattern", r"\b{slurs}\b".into())],
            Value::Bool(false),
        ),
        ("TextEquals", vec![("a", "Ｆree ".into()), ("b", "free".into())], Value::Bool(true)),
        ("NormalizeText", vec![text("𝓕ree")], Value::from("free")),
        ("UnquotedText", vec![text("he said \"grobnik\"!")], Value::from("he said  !")),
        ("CountLinks", vec![text("http://a.example and b.com")], Value::Int(2)),
        ("LinkDomains", vec![text("http://a.b.co.uk/x b.co.uk")], texts(&["b.co.uk"])),
        ("LinkHosts", vec![text("http://A.b.co.uk/x")], texts(&["a.b.co.uk"])),
        (
            "DomainInList",
            vec![("domain", "https://www.EVIL.example/x".into()), list("bad_hosts")],
            Value::Bool(true),
        ),
        (
            "DomainInList",
            vec![("domain", "notevil.example".into()), list("bad_hosts")],
            Value::Bool(false),
        ),
        ("TextLinksTo", vec![text("go to Bücher.de"), list("bad_hosts")], Value::Bool(true)),
        ("MentionsCount", vec![text("@a @b c@d")], Value::Int(2)),
        ("HashtagCount", vec![text("#a #1")], Value::Int(1)),
        ("UppercaseShare", vec![text("ABc1")], Value::Float(2.0 / 3.0)),
        ("RepeatedCharacterShare", vec![text("aaaab")], Value::Float(0.6)),
        ("UniqueWordShare", vec![text("buy Buy buy it")], Value::Float(0.5)),
        ("WordCount", vec![text("")], Value::Int(0)),
        ("UppercaseShare", vec![text("")], Value::Float(0.0)),
        ("InvisibleCharacterCount", vec![text("a\u{200b}b👨\u{200d}👩")], Value::Int(1)),
        (
            "Language",
            vec![text(
                "Dies ist ein ganz gewöhnlicher deutscher Satz über das Wetter von gestern.",
            )],
            Value::from("de"),
        ),
        ("Language", vec![text("ok"), ("hint", "fr".into())], Value::from("fr")),
        ("Language", vec![text("这是一个关于昨天天气的普通中文句子。")], Value::from("zh")),
        ("HasIpAddress", vec![text("at 10.0.0.1.")], Value::Bool(true)),
        (
            "ListContains",
            vec![("list", "slurs".into()), ("phrases", texts(&["x", "a GROBNIK"]))],
            Value::from("grobnik"),
        ),
        (
            "ListIntersects",
            vec![("a", texts(&["x", "y"])), ("b", texts(&["y"]))],
            Value::Bool(true),
        ),
        ("ListUnique", vec![("list", texts(&["x", "y", "x"]))], texts(&["x", "y"])),
        ("HourOfDay", vec![("utc_offset_minutes", 120.into())], Value::Int(0)),
        ("DayOfWeek", vec![], Value::Int(7)),
        ("NumberMax", vec![("a", 2.into()), ("b", 1.5.into())], Value::Int(2)),
        ("TextToInt", vec![text(" 12 ")], Value::Int(12)),
        ("MXLookup", vec![("domain", "example.org".into())], Value::from("192.0.2.10")),
        ("RandomBool", vec![("percentage", 0.75.into())], Value::Bool(true)),
        ("RandomInt", vec![("start", 1.into()), ("end", 6.into())], Value::Int(3)),
    ] {
        assert_eq!(call(name, &given), Ok(result), "{name} {given:?}");
    }
    assert_eq!(call("Language", &[text("ok")]), Err(Exception::ExpectedUdfException));
    assert_eq!(
        call("MXLookup", &[("domain", "unknown.example".into())]),
        Err(Exception::ExpectedUdfException)
    );
}

#[test]
fn what_was_found_can_be_quoted() {
    let text = "Get FR33  m0n€y at Evil.com, @bob";
    let about = ("text", Value::from(text));
    assert_eq!(
        quoted("TextContains", &[about.clone(), ("phrase", "free money".into())], text),
        ["FR33  m0n€y"]
    );
    let about_folk = ("text", Value::from("All Bad  Fólk lie"));
    let pattern = ("pattern", Value::from(r"\ball (?P<quote>{slurs}) (?:lie|cheat)\b"));
    assert_eq!(quoted("TextMatches", &[about_folk, pattern], "All Bad  Fólk lie"), ["Bad  Fólk"]);
    assert_eq!(quoted("CountLinks", std::slice::from_ref(&about), text), ["Evil.com"]);
    assert_eq!(quoted("Mentions", std::slice::from_ref(&about), text), ["@bob"]);
    assert_eq!(
        quoted("RegexMatch", &[("target", text.into()), ("pattern", r"m\S+y".into())], text),
        ["m0n€y"]
    );
    assert!(quoted("WordCount", &[about], text).is_empty());
}

#[test]
fn errors_of_constant_arguments_are_all_told() {
    let id = functions::find("CountRegexMatches").expect("a function");
    let constants = [Some(texts(&["(", "ok", "["])), None, Some(Value::Bool(false))];
    let errors = functions::prepare(id, &constants, &Nothing).expect_err("two errors");
    assert_eq!(
        errors.iter().map(|error| error.argument.as_deref()).collect::<Vec<_>>(),
        [Some("patterns"), Some("patterns")]
    );
    let id = functions::find("TextInList").expect("a function");
    let constants = [None, Some(Value::from("slur")), None, None];
    let errors = functions::prepare(id, &constants, &Words).expect_err("an unknown list");
    assert_eq!(errors[0].hint, "the lists are: slurs, bad_hosts");
}

#[test]
fn the_table_is_sound() {
    let all = functions::registry();
    for signature in all {
        let id = functions::find(&signature.name).expect("every name is found");
        assert_eq!(
            functions::get(id).map(|found| found.name.clone()),
            Some(signature.name.clone()),
            "names are unique"
        );
        assert!(signature.doc.ends_with('.'), "{} has a sentence of documentation", signature.name);
        let mut names: Vec<_> =
            signature.arguments.iter().map(|argument| argument.name.clone()).collect();
        names.dedup();
        assert_eq!(
            names.len(),
            signature.arguments.len(),
            "{} has each argument once",
            signature.name
        );
    }
    assert_eq!(all.iter().filter(|signature| signature.osprey).count(), 61);
    assert!(all.iter().filter(|signature| !signature.osprey).count() >= 40);
}
