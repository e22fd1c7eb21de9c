//! Functions that a platform adds: declared, drafted from calls, bound to what is real.

use std::collections::BTreeMap;
use std::path::Path;

use model::Event;
use rules::declared::{FILE, draft};
use rules::value::Value;
use rules::{
    Answer, Environment, FactKey, Facts, Outcome, Plan, Problem, Sources, World, check, evaluate,
};

fn sources(files: &[(&str, &str)]) -> Sources {
    let own = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
    Sources::from_map(files.iter().map(own).collect())
}

fn problems(sources: &Sources) -> Vec<String> {
    let (environment, mut problems) = Environment::of(sources);
    problems.extend(check(sources, &environment).problems);
    problems.iter().map(Problem::to_string).collect()
}

fn plan(files: &[(&str, &str)]) -> Plan {
    let sources = sources(files);
    let (environment, problems) = Environment::of(&sources);
    assert!(problems.is_empty(), "{problems:?}");
    let checked = check(&sources, &environment);
    Plan::build(checked.program.unwrap_or_else(|| panic!("{:#?}", checked.problems)))
}

fn event(number: u32, at: &str, data: &str) -> Event {
    let text = format!(
        r#"{{"action_id": {number}, "action_name": "post", "timestamp": "{at}", "data": {data}}}"#
    );
    serde_json::from_str(&text).expect("an event")
}

const AT: &str = "2026-03-01T12:00:00Z";

fn feature(plan: &Plan, outcome: &Outcome, name: &str) -> Value {
    outcome.feature(plan, name).map_or(Value::None, std::borrow::Cow::into_owned)
}

const CALLS: &str = "
Text: str = JsonData(path='$.text')
Tags: List[str] = JsonData(path='$.tags')
User: Entity[str] = EntityJson(type='User', path='$.user')
Score = Toxicity(text=Text, langs=['en'], strict=True)
Kind: Optional[str] = SiteKind(host=Text)
Matching = FindFirst(words=Tags, default=None)
Many = HowMany(user=User)
Bad = Rule(when_all=[Score > 0.5, Matching != None, Many >= 3, IsOdd(text=Text) and True], description='bad')
Other = Rule(when_all=[Kind == 'x', not IsOdd(text=Text)], description='other')
Remember(key=f'{User}', when_all=[Bad == True])
WhenRules(rules_any=[Bad, Other], then=[PlatformBan(user=User, hours=5), DeclareVerdict(verdict='no')])
";

#[test]
fn a_draft_makes_rules_load() {
    let before = sources(&[("main.sml", CALLS)]);
    let told = problems(&before);
    assert_eq!(told.len(), 8, "{told:#?}");
    assert!(told.iter().all(|told| told.contains("there is no function")), "{told:#?}");
    let draft = draft(&before).expect("a draft");
    assert_eq!(
        draft.added,
        ["FindFirst", "HowMany", "IsOdd", "PlatformBan", "Remember", "SiteKind", "Toxicity"]
    );
    let after = before.with(FILE, draft.text.clone());
    assert_eq!(problems(&after), [""; 0], "{}", draft.text);
    for line in [
        "{ name = \"langs\", type = \"List[str]\" }",
        "{ name = \"strict\", type = \"bool\" }",
        "returns = \"float\"",
        "returns = \"Optional[str]\"",
        "returns = \"Effect\"",
        "returns = \"None\"",
        "returns = \"bool\"",
    ] {
        assert!(draft.text.contains(line), "{line} is not in\n{}", draft.text);
    }
    // Declared is declared: a second draft has nothing to add.
    assert!(rules::declared::draft(&after).is_none());
}

const FUNCTIONS: &str = r#"
[[list]]
name = "blocked"
running = true

[[function]]
name = "HasWord"
returns = "bool"
arguments = [{ name = "body", type = "str" }, { name = "word", type = "str" }]
builtin = "TextContains"
map = { text = "body", phrase = "word" }
fixed = { normalize = false }

[[function]]
name = "SiteKind"
returns = "str"
arguments = [{ name = "host", type = "str" }]
table = "sites"
otherwise = "unknown"

[[function]]
name = "Toxicity"
returns = "float"
arguments = [{ name = "text", type = "str" }, { name = "when", type = "bool", default = true }]
  [function.http]
  url = "https://scorer.example/score"
  answer = "$.score"
  only_if = "when"
  on_failure = 0.25

[[function]]
name = "TellThem"
returns = "Effect"
arguments = [{ name = "who", type = "str" }, { name = "why", type = "str", optional = true }]
effect = true

[[function]]
name = "SoonThere"
returns = "int"
arguments = []
absent = true
"#;

const RULES: &str = "
Text: str = JsonData(path='$.text')
Free = HasWord(body=Text, word='free')
Kind = SiteKind(host=Text)
Score = Toxicity(text=Text)
Unasked = Toxicity(text=Text, when=Text == 'never')
Missing = SoonThere()
Blocked = TextInList(text=Text, list='blocked')
R = Rule(when_all=[Score >= 0.25], description='r')
WhenRules(rules_any=[R], then=[TellThem(who='mods', why=Text)])
";

fn bound() -> Plan {
    plan(&[
        ("main.sml", RULES),
        (FILE, FUNCTIONS),
        ("lists/sites.csv", "# site, kind\nshop.example, shop\n"),
        ("lists/blocked.txt", "grobnik\n"),
    ])
}

#[test]
fn each_binding_answers() {
    let plan = bound();
    let event = event(1, AT, r#"{"text": "shop.example"}"#);
    let outcome = evaluate(&plan, &event, &Facts::default(), event.timestamp);
    let of = |name| feature(&plan, &outcome, name);
    assert!(matches!(of("Free"), Value::Bool(false)));
    assert_eq!(of("Kind").as_str(), Some("shop"));
    // Nobody was asked: the declared answer stands in.
    assert!(matches!(of("Score"), Value::Float(score) if score == 0.25));
    assert!(of("Missing").is_none());
    assert_eq!(outcome.errors, []);
    assert_eq!(outcome.asked(), [("__tell_them".to_owned(), vec!["mods|shop.example".to_owned()])]);
}

#[test]
fn a_scorer_is_asked_once_and_believed_only_in_its_type() {
    let plan = bound();
    let event = event(1, AT, r#"{"text": "free"}"#);
    let needed = plan.facts_needed(&event, &Facts::default(), 0);
    let questions: Vec<_> = needed
        .iter()
        .filter_map(|key| match key {
            FactKey::Answer(question) => Some(question.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(questions.len(), 1, "{needed:?}");
    assert_eq!(questions[0].function, "Toxicity");
    assert_eq!(questions[0].arguments, r#"{"text":"free"}"#);
    for (said, score) in [
        (Answer::Said(serde_json::json!({"score": 0.9})), 0.9),
        (Answer::Said(serde_json::json!({"score": 1})), 1.0),
        (Answer::Said(serde_json::json!({"score": "high"})), 0.25),
        (Answer::Said(serde_json::json!([])), 0.25),
        (Answer::Failed("it took too long".into()), 0.25),
    ] {
        let mut facts = Facts::default();
        facts.answers.insert(questions[0].clone(), said);
        let outcome = evaluate(&plan, &event, &facts, event.timestamp);
        let found = feature(&plan, &outcome, "Score");
        assert!(matches!(found, Value::Float(number) if number == score), "{found:?}");
        assert!(feature(&plan, &outcome, "Unasked").is_none());
        assert!(matches!(feature(&plan, &outcome, "Free"), Value::Bool(true)));
    }
}

#[test]
fn a_running_list_is_what_the_facts_say() {
    let plan = bound();
    let event = event(1, AT, r#"{"text": "a slarg and a grobnik"}"#);
    let blocked = |facts: &Facts| {
        let outcome = evaluate(&plan, &event, facts, event.timestamp);
        matches!(feature(&plan, &outcome, "Blocked"), Value::Bool(true))
    };
    // Nobody changed it: it is as the rulebook has it.
    assert!(blocked(&Facts::default()));
    let key = FactKey::List("blocked".into());
    assert!(plan.facts_needed(&event, &Facts::default(), 0).contains(&key));
    for (entries, found) in [(&["slarg"][..], true), (&["other"], false), (&[], false)] {
        let entries = entries.iter().map(|entry| (*entry).to_owned());
        let list = rules::RunningList::new("blocked".into(), 3, entries);
        let mut facts = Facts::default();
        facts.lists.insert("blocked".into(), std::sync::Arc::new(list));
        assert_eq!(blocked(&facts), found);
    }
}

#[test]
fn a_wrong_declaration_is_told_once_and_not_at_its_calls() {
    let toml = "[[function]]\nname = \"Ask\"\nreturns = \"strin\"\nabsent = true\n";
    let told = problems(&sources(&[("main.sml", "A = Ask()\nB = Ask()\n"), (FILE, toml)]));
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].contains("`strin` is no type"), "{told:#?}");
}

/// What public rule sets take from plug-ins and one of ours can stand behind.
#[test]
fn functions_of_public_rule_sets_are_bound() {
    let toml = r#"
[[function]]
name = "ParseInvites"
returns = "List[str]"
arguments = [{ name = "text", type = "str" }]
builtin = "RegexFindAll"
map = { target = "text" }
fixed = { pattern = 'chat\.example/(\w+)' }

[[function]]
name = "NostrAccountAge"
returns = "float"
arguments = [{ name = "created_at", type = "int" }]
builtin = "UnixTimeAge"
map = { timestamp = "created_at" }

[[function]]
name = "IsValidMediaHash"
returns = "bool"
arguments = [{ name = "sha256", type = "str" }]
builtin = "RegexMatch"
map = { target = "sha256" }
fixed = { pattern = "^[0-9a-f]{4}$", case_insensitive = true }

[[function]]
name = "Regex"
returns = "bool"
arguments = [{ name = "f", type = "str" }, { name = "r", type = "str" }]
builtin = "RegexMatch"
map = { target = "f", pattern = "r" }

[[function]]
name = "ResolveShortenedUrls"
returns = "List[str]"
arguments = [{ name = "urls", type = "List[str]" }, { name = "list", type = "str" }]
builtin = "ExpandLinks"
map = { table = "list" }

[[function]]
name = "CensorizedListContains"
returns = "Optional[str]"
arguments = [
  { name = "list", type = "str" },
  { name = "phrases", type = "List[str]" },
  { name = "must_be_censorized", type = "bool", default = false },
]
builtin = "CensorizedListMatch"
"#;
    let main = "Text: str = JsonData(path='$.text')
Made: int = JsonData(path='$.made')
Invites: List[str] = ParseInvites(text=Text)
Age = NostrAccountAge(created_at=Made)
Valid = IsValidMediaHash(sha256=Text)
Odd = IsValidMediaHash(sha256='AB0f')
Found = Regex(f=Text, r=r'two\\b')
Links = ResolveShortenedUrls(urls=['https://sho.rt/x', 'b.example'], list='shorteners')
Open = CensorizedListContains(list='words', phrases=['grobnik'])
Hidden = CensorizedListContains(list='words', phrases=['gr0bnik'], must_be_censorized=True)
Plain = CensorizedListContains(list='words', phrases=['grobnik'], must_be_censorized=True)
";
    let plan = plan(&[
        ("main.sml", main),
        (FILE, toml),
        ("lists/words.txt", "grobnik\n"),
        ("lists/shorteners.csv", "sho.rt/x,https://a.example/\n"),
    ]);
    let text =
        r#"{"text": "chat.example/one chat.example/two chat.example/one", "made": 1772366400}"#; // 12:00
    let event = event(1, "2026-03-01T12:01:00Z", text);
    let outcome = evaluate(&plan, &event, &Facts::default(), event.timestamp);
    let shown = |name| rules::value::repr(&feature(&plan, &outcome, name)).unwrap();
    for (name, is) in [
        ("Invites", "['one', 'two']"),
        ("Age", "60.0"),
        ("Valid", "False"),
        ("Odd", "True"),
        ("Found", "True"),
        ("Links", "['https://a.example/', 'b.example']"),
        ("Open", "'grobnik'"),
        ("Hidden", "'grobnik'"),
        ("Plain", "None"),
    ] {
        assert_eq!(shown(name), is, "{name}");
    }
}

#[test]
fn what_is_wrong_is_told_with_place_and_hint() {
    for (toml, says) in [
        ("[[function]]\nname = \"F\"\n", "1:1: a function has no `returns` (add `returns`)"),
        ("[[function]]\nname = \"F\"\nreturns = \"string\"\n", "3:11: `string` is no type"),
        ("[[function]]\nname = \"F\"\nreturns = \"str\"\n", "`F` is bound to nothing"),
        (
            "[[function]]\nname = \"F\"\nreturns = \"str\"\nabsent = true\neffect = true\n",
            "`F` is bound to effect and absent at once",
        ),
        (
            "[[function]]\nname = \"F\"\nreturns = \"bool\"\nbuiltin = \"TextContain\"\n",
            "4:11: there is no function `TextContain` to stand behind `F` (did you mean `TextContains`?)",
        ),
        (
            "[[function]]\nname = \"F\"\nreturns = \"bool\"\nbuiltin = \"TextContains\"\n",
            "nothing is given for `text` of `TextContains`",
        ),
        (
            "[[function]]\nname = \"F\"\nreturns = \"int\"\nbuiltin = \"NormalizeText\"\n\
             arguments = [{ name = \"text\", type = \"str\" }]\n",
            "`NormalizeText` gives `str`, not `int`",
        ),
        (
            "[[function]]\nname = \"F\"\nreturns = \"str\"\ntable = \"none\"\n\
             arguments = [{ name = \"k\", type = \"str\" }]\n",
            "there is no table `none`",
        ),
        (
            "[[function]]\nname = \"F\"\nreturns = \"float\"\n[function.http]\n\
             url = \"ftp://x\"\ntimeout = \"5\"\non_failure = \"no\"\n",
            "`ftp://x` is no address",
        ),
        (
            "[[function]]\nname = \"F\"\nreturns = \"str\"\n[function.http]\n\
             url = \"https://x\"\non_failure = { value = \"no\" }\n",
            "write the value itself, as in `on_failure = 0.0`, or `on_failure = { none = true }`",
        ),
        (
            "[[function]]\nname = \"Rule\"\nreturns = \"str\"\nabsent = true\n",
            "`Rule` cannot be called",
        ),
        ("[[functions]]\n", "the file has no key `functions` (did you mean `function`?)"),
    ] {
        let told = problems(&sources(&[("main.sml", "A = 1\n"), (FILE, toml)]));
        assert!(told.iter().any(|told| told.contains(says)), "{says} is not in {told:#?}");
    }
}

const DEEP: &str = "
A: str = JsonData(path='$.a')
B = CacheGetStr(key=A)
C = CacheGetStr(key=B)
D = CacheGetStr(key=C)
";

#[test]
fn facts_that_ask_for_facts_come_in_rounds_and_few() {
    let three = plan(&[("main.sml", DEEP)]);
    assert_eq!(three.fact_rounds(), 3);
    let mut world = World::default();
    let keep = |key: &str, value: &str| {
        let value = rules::state::KeptValue::Text(value.into());
        rules::state::Change::Keep(key.into(), rules::state::Kept { value, until: None })
    };
    let event = event(1, AT, r#"{"a": "one"}"#);
    world.keep(&[keep("one", "two"), keep("two", "three"), keep("three", "end")], event.timestamp);
    let facts = world.facts(&three, &event);
    let outcome = evaluate(&three, &event, &facts, event.timestamp);
    assert_eq!(feature(&three, &outcome, "D").as_str(), Some("end"));
    let four = format!("{DEEP}E = CacheGetStr(key=D)\n");
    let told = problems(&sources(&[("main.sml", &four)]));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("main.sml:6:5: what this call asks for depends on 3"), "{told:?}");
}

const COUNTING: &str = "
User: str = JsonData(path='$.user')
Loud: bool = JsonData(path='$.loud')
Count = IncrementWindow(key=f'loud-{User}', window_seconds=60, when_all=[Loud])
Again = GetWindowCount(key=f'loud-{User}', window_seconds=60.0, when_all=[True])
Other = GetWindowCount(key=f'loud-{User}', window_seconds=61)
Before = CacheGetInt(key=f'last-{User}', default=-1)
CacheSetInt(key=f'last-{User}', value=Count, when_all=[Loud], ttl_seconds=100.0)
";

#[test]
fn counters_and_kept_values_carry_over() {
    let plan = plan(&[("main.sml", COUNTING)]);
    let mut world = World::default();
    let mut step = |number: u32, at: &str, user: &str, loud: bool| {
        let event = event(number, at, &format!(r#"{{"user": "{user}", "loud": {loud}}}"#));
        let facts = world.facts(&plan, &event);
        let outcome = evaluate(&plan, &event, &facts, event.timestamp);
        // What was written down and read again gives the same.
        let again = Facts::from_json(&facts.to_json(), |_, _| None).expect("facts");
        let replayed = evaluate(&plan, &event, &again, event.timestamp);
        let names = ["Count", "Again", "Other", "Before"];
        let shown = |outcome: &Outcome| {
            names.map(|name| feature(&plan, outcome, name).as_int().expect("a number"))
        };
        assert_eq!(shown(&outcome), shown(&replayed));
        assert_eq!(outcome.errors, []);
        world.take(&outcome, event.timestamp, event.timestamp);
        shown(&outcome)
    };
    assert_eq!(step(1, "2026-03-01T12:00:00Z", "a", true), [1, 1, 0, -1]);
    assert_eq!(step(2, "2026-03-01T12:00:30Z", "a", true), [2, 2, 0, 1]);
    assert_eq!(step(3, "2026-03-01T12:00:40Z", "a", false), [0, 2, 0, 2]);
    assert_eq!(step(4, "2026-03-01T12:00:40Z", "b", true), [1, 1, 0, -1]);
    assert_eq!(step(5, "2026-03-01T12:01:01Z", "a", true), [2, 2, 0, 2]);
    assert_eq!(step(6, "2026-03-01T12:05:00Z", "a", true), [1, 1, 0, -1]);
}

proptest::proptest! {
    #[test]
    fn window_counts_are_those_of_a_plain_count(
        window in 1_i64..200_000,
        gaps in proptest::collection::vec(0_i64..40_000, 1..60),
    ) {
        use rules::state::{Counter, Counters};
        let counter = Counter::new("k", f64::from(u32::try_from(window).unwrap())).unwrap();
        let width = counter.bucket_ms();
        let mut counters = Counters::default();
        let mut all: Vec<i64> = Vec::new();
        let mut now = 1_700_000_000_000_i64;
        for gap in gaps {
            now += gap * 1000 / 7;
            let at = jiff::Timestamp::from_millisecond(now).unwrap();
            let first = (now - counter.window_ms).div_euclid(width);
            let plain = all.iter().filter(|then| then.div_euclid(width) >= first).count();
            proptest::prop_assert_eq!(counters.count(&counter, at), i64::try_from(plain).unwrap());
            counters.add(&counter, at);
            all.push(now);
        }
    }
}

/// Every directory below `EVENHAND_RULE_SETS` is a public rule set: with declared functions it
/// loads. None is kept here: where the variable is not set there is nothing to do.
#[test]
fn public_rule_sets_load() {
    let Some(root) = std::env::var_os("EVENHAND_RULE_SETS") else {
        eprintln!("skipped: EVENHAND_RULE_SETS names no directory of rule sets");
        return;
    };
    for entry in std::fs::read_dir(root).expect("a directory").flatten() {
        let mut files = BTreeMap::new();
        collect(&entry.path(), &entry.path(), &mut files);
        let found = Sources::from_map(files);
        let name = entry.file_name().to_string_lossy().into_owned();
        let (drafted, added) = match draft(&found) {
            Some(draft) => (found.clone().with(FILE, draft.text), draft.added),
            None => (found.clone(), Vec::new()),
        };
        let (environment, mut told) = Environment::of(&drafted);
        told.extend(check(&drafted, &environment).problems);
        let rules: Vec<_> = found.iter().filter(|(path, _)| path.ends_with(".sml")).collect();
        let count = rules.len();
        let named: usize = rules.iter().map(|(_, text)| text.matches("= Rule(").count()).sum();
        eprintln!("{name}: {count} files, {named} rules; declared: {}", added.join(", "));
        let errors: Vec<_> = told.iter().filter(|problem| problem.is_error()).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}

fn collect(root: &Path, at: &Path, files: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(at).expect("a directory").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(root, &path, files);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            let inside = path.strip_prefix(root).expect("below the root");
            files.insert(inside.to_string_lossy().into_owned(), text);
        }
    }
}
