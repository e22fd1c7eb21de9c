//! Who-blindness, and what does nothing.

use rules::rulebook::Rulebook;
use rules::{Dependence, Environment, Plan, Sources, check};
use std::collections::BTreeMap;

fn plan(files: &[(&str, &str)]) -> Plan {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
    let sources = Sources::from_map(files.collect());
    let checked = check(&sources, &Environment::default());
    Plan::build(checked.program.unwrap_or_else(|| panic!("{:?}", checked.problems)))
}

fn ways(files: &[(&str, &str)], entries: &[&str]) -> Vec<Dependence> {
    let entries = entries.iter().map(|entry| (*entry).to_owned()).collect();
    plan(files).dependences(&BTreeMap::from([("who".to_owned(), entries)]))
}

fn way(files: &[(&str, &str)], entries: &[&str]) -> Option<String> {
    ways(files, entries).first().map(|one| one.way.join(" <- "))
}

const PLAIN: &str = "Text: str = JsonData(path='$.text')
Name: str = JsonData(path='$.account.name')
Account: Entity[str] = EntityJson(type='User', path='$.account.id')
_Shout = StringToUpper(s=Text) == Text
Shouts = Rule(when_all=[_Shout], description='shouts')
WhenRules(rules_any=[Shouts], then=[Breach(clause='manners#shouting', account=Account)])
";

#[test]
fn what_no_way_leads_to_is_blind() {
    assert_eq!(way(&[("main.sml", PLAIN)], &["$.account"]), None);
    assert_eq!(way(&[("main.sml", PLAIN)], &["Name", "StringLength()"]), None);
}

#[test]
fn a_value_in_a_condition_is_a_way() {
    let main = PLAIN
        .replace("_Shout]", "_Shout, _Known]")
        .replace("Shouts = ", "_Known = StringLength(s=Name) > 3\nShouts = ");
    let files = [("main.sml", main.as_str())];
    let expected = Some("Shouts <- _Known <- Name <- $.account.name".to_owned());
    for entry in ["$.account.name", "$.account"] {
        assert_eq!(way(&files, &[entry]), expected, "{entry}");
    }
    assert!(way(&files, &["$"]).is_some());
    assert_eq!(way(&files, &["Name"]), Some("Shouts <- _Known <- Name".into()));
    assert_eq!(way(&files, &["StringLength()"]), Some("Shouts <- _Known <- StringLength()".into()));
    for entry in ["$.account.nam", "$.account.name.first.x[0].y", "$.acc", "StringToLower()"] {
        let part = entry == "$.account.name.first.x[0].y";
        assert_eq!(way(&files, &[entry]).is_some(), part, "{entry}");
    }
}

#[test]
fn a_required_file_depends_on_why_it_is_required() {
    let main = "Name: str = JsonData(path='$.account.name')
Require(rule='more.sml', require_if=Name == 'official')
";
    let more = "Text: str = JsonData(path='$.text')
Shouts = Rule(when_all=[StringToUpper(s=Text) == Text], description='shouts')
WhenRules(rules_any=[Shouts], then=[Breach(clause='manners#shouting')])
";
    let files = [("main.sml", main), ("more.sml", more)];
    assert_eq!(
        way(&files, &["$.account.name"]),
        Some("Require at main.sml:2 <- Name <- $.account.name".into())
    );
    assert_eq!(way(&files, &["$.account.id"]), None);
    let always = main.replace(", require_if=Name == 'official'", "");
    assert_eq!(way(&[("main.sml", &always), ("more.sml", more)], &["$.account.name"]), None);
}

#[test]
fn a_label_carries_what_it_was_put_on_for() {
    let main = "Text: str = JsonData(path='$.text')
Name: str = JsonData(path='$.account.name')
Post: Entity[str] = EntityJson(type='Post', path='$.post')
Marks = Rule(when_all=[Name == 'official'], description='an official')
WhenRules(rules_any=[Marks], then=[LabelAdd(entity=Post, label='seen')])
Shouts = Rule(when_all=[HasLabel(entity=Post, label='seen')], description='shouts')
WhenRules(rules_any=[Shouts], then=[Breach(clause='manners#shouting')])
";
    let labels = "labels:
  seen: {valid_for: [Post], connotation: neutral, description: seen}
";
    let files = [("main.sml", main), ("config/labels.yaml", labels)];
    let found = way(&files, &["$.account.name"]).expect("a way");
    assert!(found.starts_with("Shouts <- ") && found.contains("Marks <- Name"), "{found}");
    assert_eq!(way(&files, &["$.text"]), None);
}

#[test]
fn a_counter_carries_why_it_was_counted_up() {
    let main = "Text: str = JsonData(path='$.text')
Name: str = JsonData(path='$.account.name')
Officials = IncrementWindow(key='posts', window_seconds=60, when_all=[Name == 'official'])
Posts = IncrementWindow(key='posts', window_seconds=60, when_all=[Text == 'a'])
Floods = Rule(when_all=[Posts > 3], description='floods')
WhenRules(rules_any=[Floods], then=[Breach(clause='manners#flooding')])
";
    let found = way(&[("main.sml", main)], &["$.account.name"]);
    assert_eq!(found, Some("Floods <- Posts <- Officials <- Name <- $.account.name".into()));
    let alone = main.replace("Officials = ", "Unread = 1\n# ");
    assert_eq!(way(&[("main.sml", &alone)], &["$.account.name"]), None);
}

#[test]
fn contradictions_and_what_nobody_reads_are_told() {
    let plan = plan(&[(
        "main.sml",
        "Text: str = JsonData(path='$.text')
Unread: str = JsonData(path='$.unread')
Long = StringLength(s=Text) > 3
Fine = Rule(when_all=[Long, not (Text == 'a')], description='fine')
Two = Rule(when_all=[Text == 'a', Text == 'b'], description='two')
Both = Rule(when_all=[Long, not Long], description='both')
False_ = Rule(when_all=[Long, StringLength(s='abc') > 5], description='false')
Rests = Rule(when_all=[Two == True], description='rests')
Either = Rule(when_all=[Two == True or Both == True], description='either')
Maybe = Rule(when_all=[Two == True or Fine == True], description='maybe')
Idle = Rule(when_all=[Long], description='idle')
WhenRules(rules_any=[Fine, Two, Both, False_, Rests, Either, Maybe], then=[DeclareVerdict(verdict='x')])
",
    )]);
    let never: Vec<String> = plan
        .never_holding()
        .iter()
        .map(|one| format!("{}:{} {}", one.line, one.name, one.why))
        .collect();
    assert_eq!(
        never,
        [
            "5:Two never holds: `Text` would have to be both 'a' and 'b'",
            "6:Both never holds: it asks for `Long` and for its opposite",
            "7:False_ never holds: a condition is always False",
            "8:Rests never holds: it asks for `Two`, which never does",
            "9:Either never holds: every alternative of a condition is impossible",
        ]
    );
    let unused: Vec<String> =
        plan.unused().iter().map(|one| format!("{} {}", one.name, one.why)).collect();
    assert_eq!(unused, ["Unread is read by no rule", "Idle is asked for by no WhenRules"]);
}

#[test]
fn a_broken_claim_does_not_check() {
    let Some(starter) = starter() else { return };
    let (book, problems) = Rulebook::load(&starter);
    let book = book.unwrap_or_else(|| panic!("{problems:?}"));
    let slurs =
        book.blindness.clauses.iter().find(|one| one.clause.as_str() == "hateful-conduct#slurs");
    assert_eq!(slurs.expect("the clause").stands("affiliation"), "blind, as claimed");
    let path = "rules/hateful_conduct/slurs.sml";
    let text = starter.text(path).expect("the file");
    let broken = text.replacen("when_all=[", "when_all=[Name_ == 'x', ", 1);
    assert_ne!(broken, text);
    let first = broken.find("\n\n").expect("an empty line");
    let (head, rest) = broken.split_at(first);
    let broken = format!(
        "{head}\nName_: Optional[str] = JsonData(path='$.account.affiliation', required=False)\n{rest}"
    );
    let (book, problems) = Rulebook::load(&starter.with(path, broken));
    assert!(book.is_none());
    let told: Vec<_> = problems.iter().filter(|one| one.code == "not-blind").collect();
    assert!(!told.is_empty(), "{problems:?}");
    assert!(told[0].message.contains("Name_ <- $.account.affiliation"), "{}", told[0].message);
}

/// The starter rulebook.
fn starter() -> Option<Sources> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rulebooks/starter");
    let mut files = BTreeMap::new();
    let mut open = vec![root.clone()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).ok()? {
            let path = entry.ok()?.path();
            if path.is_dir() {
                open.push(path);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                let name = path.strip_prefix(&root).ok()?.to_string_lossy().into_owned();
                files.insert(name, text);
            }
        }
    }
    Some(Sources::from_map(files))
}

#[test]
fn a_drawing_leads_from_the_event_to_the_effects() {
    let drawing = plan(&[("main.sml", PLAIN)]).drawing();
    let number = |name: &str| {
        drawing
            .things
            .iter()
            .position(|thing| thing.name == name)
            .unwrap_or_else(|| panic!("{name}"))
    };
    let chain = ["$.text", "Text", "_Shout", "Shouts", "breach of manners#shouting"];
    for pair in chain.windows(2) {
        let (from, to) = (number(pair[0]), number(pair[1]));
        assert!(drawing.arrows.contains(&(from, to)), "{pair:?} in {drawing:?}");
        assert!(drawing.things[from].layer < drawing.things[to].layer);
    }
    let around = drawing.around("Name").expect("a part");
    let mut names: Vec<&str> = around.things.iter().map(|thing| thing.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["$.account.name", "Name"]);
    assert!(drawing.around("Nobody").is_none());
}

#[test]
fn every_rule_of_the_starter_rulebook_holds_in_some_case() {
    let Some(sources) = starter() else { return };
    let (book, problems) = Rulebook::load(&sources);
    let book = book.unwrap_or_else(|| panic!("{problems:?}"));
    assert_eq!(book.plan.never_holding(), []);
    let covered = rules::coverage::coverage(&book, &sources);
    assert_eq!(covered.cases, book.cases.len());
    let mute = covered.rules.iter().filter(|rule| rule.held == 0).map(|rule| rule.name.as_str());
    assert_eq!(mute.collect::<Vec<_>>(), [""; 0], "rules that no case makes hold");
}
