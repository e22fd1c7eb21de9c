//! Are the sets that likeness finds the templates that the texts were made from?
//!
//! HateCheck writes the same sentence about several groups; such sentences are like cases by construction, and
//! so are those that disguise the spelling of another template. The matching is told the names of the groups,
//! as an operator declares them, and nothing of the templates.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "tests may panic, and say what they skip"
)]

mod agreement;
mod audit;
mod compas;
mod languages;
mod meaning;
mod oracles;
mod pictures;
mod random;
mod simulations;
mod worked;

use std::{collections::HashMap, fmt, hash::Hash, path::PathBuf};

use likeness::{Terms, Text, like_sets};

/// How well sets agree with templates.
struct Agreement {
    precision: f64,
    recall: f64,
    rand: f64,
}

impl fmt::Display for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { precision, recall, rand } = self;
        write!(f, "precision {precision:.3}, recall {recall:.3}, adjusted Rand {rand:.3}")
    }
}

#[test]
fn sets_of_like_cases_are_the_templates_of_hatecheck() {
    let Some(folder) = shared("data/hatecheck-en") else { return };
    let cases = rows(&folder.join("test_suite_cases.csv"));
    let texts: Vec<&str> = cases.iter().map(|row| row["test_case"].as_str()).collect();
    let templates: Vec<&str> = cases.iter().map(template).collect();
    let placeholders = rows(&folder.join("template_placeholders.csv"));
    let groups = ["[IDENTITY_S]", "[IDENTITY_P]", "[IDENTITY_A]"];
    let slurs = ["[SLUR_S]", "[SLUR_P]"];
    let nothing = Terms::default();
    let groups_only = Terms::new([names(&placeholders, &groups)]);
    let both = Terms::new([names(&placeholders, &groups), names(&placeholders, &slurs)]);

    let found = |terms: &Terms, threshold: f64| {
        let texts: Vec<Text> = texts.iter().map(|text| Text::read_with(text, terms)).collect();
        let sets = like_sets(&texts, threshold);
        (agreement(&sets.set_of, &templates), sets.parted)
    };
    for threshold in [0.6, 0.7, 0.8] {
        eprintln!("threshold {threshold}");
        for (name, terms) in [("nothing", &nothing), ("groups", &groups_only), ("and slurs", &both)]
        {
            let (agreement, parted) = found(terms, threshold);
            eprintln!("  {name:9} declared: {agreement}, {parted} pairs parted by the guard");
        }
    }
    let (declared, _) = found(&both, 0.7);
    assert!(declared.precision > 0.93, "{declared}");
    assert!(declared.recall > 0.7, "{declared}");
}

/// The template of a case; a disguised spelling belongs to the template that it disguises.
fn template(case: &HashMap<String, String>) -> &str {
    let disguised = case["functionality"].starts_with("spell_") && !case["ref_templ_id"].is_empty();
    if disguised { &case["ref_templ_id"] } else { &case["templ_id"] }
}

/// The names that the authors fill in: one class, any may stand for any other.
fn names<'a>(placeholders: &'a [HashMap<String, String>], wanted: &[&str]) -> Vec<&'a str> {
    let rows = placeholders.iter().filter(|row| wanted.contains(&row["Placeholder"].as_str()));
    rows.flat_map(|row| row["Values"].split(", ")).collect()
}

/// A folder of the data that may be shared beside the workspace; says so where it is absent.
fn shared(name: &str) -> Option<PathBuf> {
    let workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let shared = std::env::var_os("EVENHAND_SHARED").map(PathBuf::from);
    let found = [shared, Some(workspace.join("../shared"))]
        .into_iter()
        .flatten()
        .map(|shared| shared.join(name))
        .find(|folder| folder.is_dir());
    if found.is_none() {
        eprintln!("skipped: no {name} in the shared folder (set EVENHAND_SHARED)");
    }
    found
}

fn rows(path: &std::path::Path) -> Vec<HashMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

/// Precision and recall over pairs, and the adjusted Rand index.
fn agreement(sets: &[usize], templates: &[&str]) -> Agreement {
    let both = pairs(sets.iter().zip(templates));
    let (found, true_pairs, all) = (pairs(sets), pairs(templates), pairs(vec![(); sets.len()]));
    let by_chance = found * true_pairs / all;
    Agreement {
        precision: both / found,
        recall: both / true_pairs,
        rand: (both - by_chance) / ((found + true_pairs) / 2.0 - by_chance),
    }
}

/// How many pairs have the same label.
fn pairs<Label: Eq + Hash>(labels: impl IntoIterator<Item = Label>) -> f64 {
    let mut counts: HashMap<Label, f64> = HashMap::new();
    labels.into_iter().for_each(|label| *counts.entry(label).or_default() += 1.0);
    counts.values().map(|count| count * (count - 1.0) / 2.0).sum()
}
