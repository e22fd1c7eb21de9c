//! A small rulebook for tests.

use super::*;

pub(crate) const SETTINGS: &str = r#"title = "Rules"
provider = "Plaza"
languages = ["en", "de"]
[appeal_how]
en = "Write to us."
de = "Schreiben Sie uns."
"#;

pub(crate) const CARE: &str = "---
id: care
title: Care
effective: 2026-01-01
dsa_category: STATEMENT_CATEGORY_VIOLENCE
dsa_keywords: [KEYWORD_OTHER]
---
Be kind.

## Threats {#threats}
Do not threaten.

## Insults {#insults}
Do not insult.

## Marks {#marks}
Pictures made by machines carry a mark.
";

pub(crate) const SPAM: &str = "---
id: spam
title: Spam
effective: 2026-06-01
dsa_category: STATEMENT_CATEGORY_SCAMS_AND_FRAUD
---
## Junk {#junk}
Do not flood.
";

pub(crate) const CARE_DE: &str = "---
id: care
title: Umgang
---
## Drohungen {#threats}
Drohen Sie nicht.
## Beleidigungen {#insults}
Beleidigen Sie nicht.
## Kennzeichen {#marks}
Maschinell erzeugte Bilder tragen ein Kennzeichen.
";

pub(crate) const LADDER: &str = r#"[defaults]
strike_expires = "90d"
[[ladder]]
id = "threats"
clauses = ["care#threats"]
severity = "severe"
automatic = "item"
why = "Threats work at once."
  [[ladder.step]]
  name = "first breach"
  item = "remove"
  account = "warn"
  people = 0
  [[ladder.step]]
  name = "second breach"
  item = "remove"
  account = "suspend"
  duration = "7d"
  people = 1
  [[ladder.step]]
  name = "further breach"
  item = "remove"
  account = "ban"
  people = 2
  [ladder.emergency]
  item = "remove"
  account = "suspend"
  duration = "30d"
  people = 2
[[ladder]]
id = "care"
policies = ["care"]
severity = "medium"
automatic = "none"
why = "Context matters."
  [[ladder.step]]
  name = "first breach"
  item = "notice"
  account = "warn"
  people = 1
  [[ladder.step]]
  name = "further breach"
  item = "remove"
  account = "lock"
  duration = "12h"
  people = 1
[[ladder]]
id = "marks"
clauses = ["care#marks"]
severity = "low"
automatic = "item"
why = "The mark is added."
  [[ladder.step]]
  name = "mark"
  item = "label"
  label = "machine-made"
  account = "none"
  people = 0
[[ladder]]
id = "spam"
policies = ["spam"]
severity = "medium"
automatic = "all"
why = "Machines answer machines."
  [[ladder.step]]
  name = "first breach"
  item = "demote"
  account = "warn"
  people = 0
  [[ladder.step]]
  name = "second breach"
  item = "remove"
  account = "lock"
  duration = "12h"
  people = 0
  [[ladder.step]]
  name = "third breach"
  item = "remove"
  account = "suspend"
  duration = "7d"
  people = 0
"#;

pub(crate) const MAIN: &str = r#"Text: str = JsonData(path='$.item.text')
Threat = Rule(when_all=['kill' in Text], description='A threat')
WhenRules(rules_any=[Threat], then=[Breach(clause='care#threats')])
"#;

const CASES: &str = r#"- name: a threat
  event: {text: "I will kill you", language: en}
  expect: {breach: [care#threats], measures: [remove, warn], quote: kill}
- name: a threat after a warning
  event: {text: "I will kill you"}
  standing: [{clause: care#threats, kind: warning, days_ago: 3}]
  expect: {breach: [care#threats], measures: [remove, suspend]}
- name: peace
  event: {text: "hello"}
  expect: {breach: [], refer: [], measures: []}
"#;

/// The fixture, with some files replaced or added; an empty text takes the file away.
pub(crate) fn sources(changes: &[(&str, &str)]) -> Sources {
    let files = [
        ("rulebook.toml", SETTINGS),
        ("ladder.toml", LADDER),
        ("policies/care.md", CARE),
        ("policies/care.de.md", CARE_DE),
        ("policies/spam.md", SPAM),
        ("config/labels.yaml", "labels:\n  machine-made:\n    valid_for: [Item]\n"),
        ("lists/words.txt", "# comment\n\none\ntwo\n"),
        ("main.sml", MAIN),
        ("cases/all.yaml", CASES),
    ];
    let mut map: BTreeMap<String, String> = BTreeMap::new();
    for (path, text) in files.iter().chain(changes) {
        map.insert((*path).to_owned(), (*text).to_owned());
    }
    map.retain(|_, text| !text.is_empty());
    Sources::from_map(map)
}

/// The fixture, loaded.
pub(crate) fn book(changes: &[(&str, &str)]) -> Rulebook {
    let (book, problems) = Rulebook::load(&sources(changes));
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    book.unwrap_or_else(|| panic!("{}", told.join("\n")))
}
