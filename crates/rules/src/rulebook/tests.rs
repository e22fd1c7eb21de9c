//! Loading: what is read, what is told about what cannot be.

use super::fixture::{CARE, CARE_DE, LADDER, SETTINGS, book, sources};
use super::*;

#[test]
fn a_rulebook_is_what_its_files_say() {
    let book = book(&[]);
    assert_eq!(book.settings.languages, ["en", "de"]);
    let names: Vec<&str> = book.clauses().map(ClauseId::as_str).collect();
    assert_eq!(names, ["care#threats", "care#insults", "care#marks", "spam#junk"]);
    let ladders: Vec<&str> =
        book.clauses().map(|clause| book.ladder_of(clause).unwrap().id.as_str()).collect();
    assert_eq!(ladders, ["threats", "care", "marks", "spam"], "a clause wins over its policy");
    let threats = ClauseId::new("care#threats").unwrap();
    let texts = book.clause_texts(&threats, &["en", "de", "fr"]);
    let read: Vec<_> = texts.iter().map(|t| (t.language.as_str(), t.text.as_str())).collect();
    assert_eq!(read, [("en", "Do not threaten."), ("de", "Drohen Sie nicht.")]);
    assert_eq!(book.lists.get("words").unwrap(), ["one", "two"]);
    assert_eq!(book.version(), &sources(&[]).version());
    assert!(book.rules.contains_key("Threat"));
    let results = crate::testing::run_cases(&book);
    assert_eq!(results.len(), 3);
    assert!(results.iter().all(crate::testing::CaseResult::passed), "{results:?}");
}

/// The problems of the fixture with one file changed, as people read them.
fn told(changes: &[(&str, &str)]) -> String {
    let files = sources(changes);
    let (book, problems) = Rulebook::load(&files);
    assert_eq!(book.is_none(), problems.iter().any(Problem::is_error));
    let marked = |problem: &Problem| {
        let text = files.text(&problem.path).unwrap_or_default();
        assert!(problem.span.end as usize <= text.len(), "{problem}");
        format!("{problem} [{}]", problem.span.text(text).replace('\n', "|"))
    };
    problems.iter().map(marked).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_problem_says_where_and_what_to_write() {
    let ladder = |from: &str, to: &str| told(&[("ladder.toml", &LADDER.replacen(from, to, 1))]);
    let settings =
        |from: &str, to: &str| told(&[("rulebook.toml", &SETTINGS.replacen(from, to, 1))]);
    let policy = |from: &str, to: &str| told(&[("policies/care.md", &CARE.replacen(from, to, 1))]);
    let german =
        |from: &str, to: &str| told(&[("policies/care.de.md", &CARE_DE.replacen(from, to, 1))]);
    insta::assert_snapshot!([
        ladder("severity = \"severe\"", "serverity = \"severe\""),
        ladder("\"severe\"", "\"seveer\""),
        ladder("care#threats", "care#threatz"),
        ladder("[\"care\"]", "[\"car\"]"),
        ladder("label = \"machine-made\"", "label = \"machinemade\""),
        ladder("  label = \"machine-made\"\n", ""),
        ladder("account = \"warn\"", "account = \"lock\"\n  duration = \"1h\""),
        ladder("account = \"ban\"", "account = \"warn\""),
        ladder("duration = \"7d\"", "duration = \"a week\""),
        ladder("  duration = \"7d\"\n", ""),
        ladder("people = 1", "people = 0"),
        ladder("people = 2", "people = 7"),
        ladder("account = \"suspend\"\n  duration = \"30d\"", "account = \"ban\""),
        ladder("policies = [\"spam\"]", "clauses = [\"care#threats\"]"),
        ladder("item = \"remove\"", "item = "),
        settings("title", "titel"),
        settings("[\"en\", \"de\"]", "[\"en\", \"xx\"]"),
        settings("de = ", "# de = "),
        settings("[appeal_how]", "appeal_months = 3\nterritorial_scope = [\"EL\"]\n[appeal_how]"),
        policy("STATEMENT_CATEGORY_VIOLENCE", "STATEMENT_CATEGORY_VIOLENT"),
        policy("{#insults}", ""),
        policy("{#insults}", "{#threats}"),
        policy("effective: 2026-01-01", "effective: January"),
        policy("---\nid", "id"),
        german("{#insults}", "{#insult}"),
        told(&[("policies/cares.de.md", CARE_DE)]),
        told(&[("rulebook.toml", "")]),
        told(&[("ladder.toml", "")]),
        told(&[("main.sml", "Breach(clause='care#threat')\n")]),
        told(&[("cases/all.yaml", "- name: a\n  evnt: {text: x}\n  expect: {breach: care#threat, measures: [removed]}\n")]),
        told(&[("cases/all.yaml", "- name: a\n  event: [\n")]),
        told(&[("lists/affiliations.toml", "[[entry]]\naccount = \"a\"\nkind = \"goverment\"\nname = \"A\"\nsource = \"s\"\ndate = \"x\"\n")]),
        told(&[("lists/words.txt", "{wordz}\n")]),
    ]
    .join("\n\n"));
}

#[test]
fn all_problems_of_all_files_are_told_at_once() {
    let told = told(&[
        ("rulebook.toml", &SETTINGS.replace("title", "titel")),
        ("ladder.toml", &LADDER.replace("why", "wy")),
        ("policies/spam.md", "nothing"),
        ("main.sml", "A = B\n"),
    ]);
    for path in ["rulebook.toml", "ladder.toml", "policies/spam.md", "main.sml"] {
        assert!(told.contains(path), "{path}\n{told}");
    }
}

#[test]
fn a_difference_is_told_by_name() {
    let old = book(&[]);
    assert!(Rulebook::diff(&old, &book(&[])).is_empty());
    let care = CARE.replace("Do not insult.", "Do not insult anybody.");
    let ladder = LADDER.replace("\"12h\"", "\"24h\"");
    let main = fixture::MAIN.replace("'A threat'", "'A threat of death'");
    let new = book(&[
        ("policies/care.md", &care),
        ("ladder.toml", &ladder),
        ("main.sml", &main),
        ("lists/words.txt", "one\nthree\n"),
    ]);
    let diff = Rulebook::diff(&old, &new);
    let names = |all: &[NamedDiff]| all.iter().map(|d| d.name.clone()).collect::<Vec<_>>();
    assert_eq!(diff.clauses.len(), 1);
    assert_eq!(diff.clauses[0].clause.as_str(), "care#insults");
    assert_eq!(diff.clauses[0].change, Change::Changed);
    assert_eq!(names(&diff.ladders), ["care", "spam"]);
    assert_eq!(names(&diff.rules), ["Threat"]);
    assert_eq!(diff.lists[0].details, ["1 entries added, 1 removed"]);
    assert!(diff.policies.is_empty() && diff.settings.is_empty());
}
