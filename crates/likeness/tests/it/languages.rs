//! What meaning adds within a language and across languages, measured on HateCheck in English, Spanish and Mandarin: how well
//! sets agree with templates, and from which cosine on texts are near. The threshold is chosen on templates with even numbers
//! and reported on the others. Needs the model (`EVENHAND_MODEL`) and the shared data.

#![expect(clippy::indexing_slicing, reason = "tests may panic")]

use std::collections::{BTreeMap, HashMap, HashSet};

use likeness::meaning::{Encoder, Meaning, Nearness, plain};
use likeness::{LikeSets, Terms, Text, TextSorter, differences, differences_of_meaning};

use super::{agreement, names, rows, shared};

/// A text, its template (the same number in every language), and the group that it is about.
struct Case {
    text: String,
    template: usize,
    group: String,
}

struct Language {
    name: &'static str,
    cases: Vec<Case>,
    /// The names of the groups.
    groups: Vec<String>,
}

fn encoder() -> Option<Encoder> {
    let Some(path) = std::env::var_os("EVENHAND_MODEL") else {
        eprintln!("skipped: no model of meaning (set EVENHAND_MODEL to the wheel's path)");
        return None;
    };
    Some(Encoder::load(&std::fs::read(path).unwrap()).unwrap())
}

fn languages() -> Option<[Language; 3]> {
    let folder = shared("data")?;
    let read = |name, path: &str| {
        let all = rows(&folder.join(path));
        let mut groups: Vec<String> = all.iter().flat_map(filled).collect();
        groups.sort_unstable();
        groups.dedup();
        let cases = all
            .iter()
            .filter(|row| !row["functionality"].starts_with("spell"))
            .map(|row| Case {
                text: row["test_case"].clone(),
                template: row["templ_id"].parse().unwrap(),
                group: row["target_ident"].clone(),
            })
            .collect();
        Language { name, cases, groups }
    };
    let mut english = read("English", "hatecheck-en/test_suite_cases.csv");
    let placeholders = rows(&folder.join("hatecheck-en/template_placeholders.csv"));
    let groups = ["[IDENTITY_S]", "[IDENTITY_P]", "[IDENTITY_A]"];
    english.groups = names(&placeholders, &groups).into_iter().map(str::to_owned).collect();
    Some([
        english,
        read("Spanish", "hatecheck-multilingual/hatecheck_cases_final_spanish.csv"),
        read("Mandarin", "hatecheck-multilingual/hatecheck_cases_final_mandarin.csv"),
    ])
}

/// The name of a group that stands in a template's place.
fn filled(row: &HashMap<String, String>) -> Option<String> {
    let columns = ["gender_male", "gender_female", "case_templ"];
    let text = row["test_case"].trim();
    columns.iter().find_map(|column| {
        let template = row.get(*column)?.trim();
        let (before, after) = template.split_once('[')?;
        let (place, after) = after.split_once(']')?;
        let name = text.strip_prefix(before)?.strip_suffix(after)?;
        let fits = place.contains("IDENT") && !name.is_empty() && name.chars().count() < 30;
        fits.then(|| name.to_owned())
    })
}

const THRESHOLD: f64 = 0.7;
/// A lower precision than was ever measured means that something broke.
const LEAST_PRECISION: f64 = 0.6;

/// The sets by words, and then by meaning with the guard or without.
fn sets(encoder: &Encoder, texts: &[&str], terms: &Terms, guard: Option<bool>) -> LikeSets {
    let mut sorter = TextSorter::new(terms.clone());
    texts.iter().for_each(|text| sorter.add(text));
    let meanings = |texts: &[&str]| -> Vec<Option<Meaning>> {
        let read: Vec<_> =
            texts.iter().map(|raw| plain(raw, &Text::read_with(raw, terms))).collect();
        let read: Vec<&str> = read.iter().map(AsRef::as_ref).collect();
        encoder.meanings(&read)
    };
    match guard {
        None => sorter.finish(THRESHOLD),
        Some(true) => sorter.finish_by_meaning(THRESHOLD, Nearness::default(), meanings),
        Some(false) => {
            let mut found = sorter.finish(THRESHOLD);
            let heads: Vec<usize> =
                (0..texts.len()).filter(|at| found.set_of.get(*at) == Some(at)).collect();
            let said: Vec<&str> = heads.iter().filter_map(|at| texts.get(*at).copied()).collect();
            let read: Vec<Text> = said.iter().map(|raw| Text::read_with(raw, terms)).collect();
            let meant = meanings(&said);
            let mut first: Vec<usize> = (0..heads.len()).collect();
            for other in 0..heads.len() {
                let Some(own) = &meant[other] else { continue };
                let leaders = (0..other).filter(|one| first[*one] == *one);
                let near = leaders.filter_map(|one| {
                    let cosine = meant[one].as_ref()?.cosine(own);
                    let near = Nearness::default().holds(cosine, &read[one], &read[other]);
                    near.then_some((cosine, one))
                });
                if let Some((_, one)) = near.max_by(|(a, _), (b, _)| a.total_cmp(b)) {
                    first[other] = one;
                }
            }
            let of: HashMap<usize, usize> =
                heads.iter().enumerate().map(|(at, head)| (*head, heads[first[at]])).collect();
            found.set_of.iter_mut().for_each(|set| *set = of[set]);
            found
        }
    }
}

#[test]
fn sets_by_meaning_agree_with_templates() {
    let (Some(encoder), Some(languages)) = (encoder(), languages()) else { return };
    eprintln!("| language | sets | precision | recall | adjusted Rand |");
    let mut every: Vec<&[Language]> = languages.chunks(1).collect();
    every.push(&languages);
    for some in every {
        let groups = some.iter().flat_map(|one| &one.groups).map(String::as_str);
        let terms = Terms::new([groups.collect::<Vec<&str>>()]);
        let cases: Vec<&Case> = some.iter().flat_map(|one| &one.cases).collect();
        let texts: Vec<&str> = cases.iter().map(|case| case.text.as_str()).collect();
        let templates: Vec<String> = cases.iter().map(|case| case.template.to_string()).collect();
        let templates: Vec<&str> = templates.iter().map(String::as_str).collect();
        let name = if some.len() == 1 { some[0].name } else { "all three together" };
        for (how, guard) in [
            ("words", None),
            ("and meaning, guarded", Some(true)),
            ("and meaning, not guarded", Some(false)),
        ] {
            let found = sets(&encoder, &texts, &terms, guard);
            let found = agreement(&found.set_of, &templates);
            eprintln!(
                "| {name} | {how} | {:.3} | {:.3} | {:.3} |",
                found.precision, found.recall, found.rand
            );
            if guard == Some(true) {
                assert!(found.precision > LEAST_PRECISION, "{name}: {found}");
            }
        }
    }
}

/// What one text met in the other language: of a half, by cosine.
struct Met {
    template: usize,
    /// Cosine, whether it is the translation, and whether the guard lets it pass.
    others: Vec<(f64, bool, bool)>,
    /// Whether there is a translation.
    has_one: bool,
}

fn met(encoder: &Encoder, one: &Language, other: &Language) -> Vec<Met> {
    let read = |language: &Language| -> Vec<(usize, Text, Meaning)> {
        let mut seen = HashSet::new();
        let cases =
            language.cases.iter().filter(|case| matches!(case.group.as_str(), "women" | ""));
        let cases: Vec<&Case> = cases.filter(|case| seen.insert(case.template)).collect();
        let texts: Vec<&str> = cases.iter().map(|case| case.text.as_str()).collect();
        let meant = encoder.meanings(&texts);
        let both = cases.iter().zip(meant);
        both.filter_map(|(case, meaning)| Some((case.template, Text::read(&case.text), meaning?)))
            .collect()
    };
    let (here, there) = (read(one), read(other));
    here.iter()
        .map(|(template, text, meaning)| {
            // Only within a half: the other half is not looked at when the threshold is chosen.
            let half = there.iter().filter(|(their, ..)| their % 2 == template % 2);
            let others = half.filter_map(|(their, also, to)| {
                let cosine = meaning.cosine(to);
                let same = their == template;
                (cosine >= LOWEST)
                    .then(|| (cosine, same, differences_of_meaning(text, also).is_empty()))
            });
            Met {
                template: *template,
                others: others.collect(),
                has_one: there.iter().any(|(their, ..)| their == template),
            }
        })
        .collect()
}

const LOWEST: f64 = 0.6;
const WANTED: f64 = 0.9;

/// Precision and recall from `least` on.
fn rates<'a>(met: impl Iterator<Item = &'a Met>, least: f64, guarded: bool) -> (f64, f64) {
    let (mut found, mut right, mut all) = (0_u32, 0_u32, 0_u32);
    for one in met {
        all += u32::from(one.has_one);
        for (cosine, same, passes) in &one.others {
            if *cosine >= least && (*passes || !guarded) {
                found += 1;
                right += u32::from(*same);
            }
        }
    }
    let share = |of: u32| if of == 0 { 1.0 } else { f64::from(right) / f64::from(of) };
    (share(found), share(all))
}

/// The 95 % interval over templates drawn again, a thousand times.
fn interval(met: &[&Met], least: f64, guarded: bool) -> [(f64, f64); 2] {
    let mut random = super::random::Random(5);
    let (mut precision, mut recall): (Vec<f64>, Vec<f64>) = (0..1_000)
        .map(|_| {
            let drawn = (0..met.len()).map(|_| met[random.below(met.len())]);
            rates(drawn.collect::<Vec<_>>().into_iter(), least, guarded)
        })
        .unzip();
    [&mut precision, &mut recall].map(|values| {
        values.sort_by(f64::total_cmp);
        (values[25], values[974])
    })
}

#[test]
fn the_threshold_is_chosen_on_one_half_and_holds_on_the_other() {
    let (Some(encoder), Some([english, spanish, mandarin])) = (encoder(), languages()) else {
        return;
    };
    let pairs = [
        ("English-Spanish", met(&encoder, &english, &spanish)),
        ("English-Mandarin", met(&encoder, &english, &mandarin)),
        ("Spanish-Mandarin", met(&encoder, &spanish, &mandarin)),
    ];
    let half = |met: &'_ [Met], odd: usize| -> Vec<usize> {
        (0..met.len()).filter(|at| met[*at].template % 2 == odd).collect()
    };
    let mut chosen: BTreeMap<&str, f64> = BTreeMap::new();
    for (name, one_script) in [("one script", true), ("two scripts", false)] {
        let all: Vec<&Met> = pairs
            .iter()
            .filter(|(pair, _)| (*pair == "English-Spanish") == one_script)
            .flat_map(|(_, met)| half(met, 0).into_iter().map(|at| &met[at]))
            .collect();
        let grid = (60..=95).map(|percent| f64::from(percent) / 100.0);
        // The first from which on precision stays.
        let mut least = 0.95;
        for one in grid.rev() {
            if rates(all.iter().copied(), one, true).0 < WANTED {
                break;
            }
            least = one;
        }
        chosen.insert(name, least);
        eprintln!("{name}: {least:.2} chosen for a precision of {WANTED} on even templates");
    }
    eprintln!("| pair | half | at | guard | precision | recall |");
    for (name, met) in &pairs {
        let own = if *name == "English-Spanish" { "one script" } else { "two scripts" };
        let default = Nearness::default();
        let held = if own == "one script" { default.one_script } else { default.two_scripts };
        for (which, odd) in [("chosen on", 0), ("held out", 1)] {
            let some: Vec<&Met> = half(met, odd).into_iter().map(|at| &met[at]).collect();
            for (least, guarded) in
                [(chosen[own], true), (chosen[own], false), (held, true), (held, false)]
            {
                let (precision, recall) = rates(some.iter().copied(), least, guarded);
                let [p, r] = interval(&some, least, guarded);
                let guard = if guarded { "asked" } else { "not asked" };
                eprintln!(
                    "| {name} | {which} | {least:.2} | {guard} | {precision:.3} ({:.3} to {:.3}) | {recall:.3} ({:.3} to {:.3}) |",
                    p.0, p.1, r.0, r.1
                );
                if odd == 1 && guarded && least == held {
                    assert!(precision > 0.8, "{name}: {precision}");
                }
            }
        }
    }
}

/// The words of a difference do not matter here: only that the guard of words, too, is unmoved by the order of texts.
#[test]
fn the_guard_is_symmetric_on_real_sentences() {
    let Some(languages) = languages() else { return };
    let cases = languages.iter().flat_map(|one| &one.cases).step_by(97);
    let all: Vec<Text> = cases.map(|case| Text::read(&case.text)).collect();
    let kinds = |found: Vec<likeness::Difference>| -> Vec<_> {
        found.into_iter().map(|one| one.kind).collect()
    };
    for (at, one) in all.iter().enumerate() {
        for other in &all[at..] {
            let there = kinds(differences_of_meaning(other, one));
            assert_eq!(kinds(differences_of_meaning(one, other)), there, "{one:?} {other:?}");
            let there = kinds(differences(other, one));
            assert_eq!(kinds(differences(one, other)), there, "{one:?} {other:?}");
        }
    }
}
