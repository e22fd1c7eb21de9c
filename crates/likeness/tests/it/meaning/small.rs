//! A model small enough to be kept here: a vocabulary of a few dozen words, of which those that mean the same have the
//! same embedding; convolutions that add nothing and dense layers that hand on what they get.

use std::io::{Cursor, Write as _};

use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// Words of one meaning, in every spelling.
const MEANINGS: &[&[&str]] = &[
    &["they", "those", "these", "ellos", "sie"],
    &["are", "is", "were", "son", "sind"],
    &["thieves", "crooks", "robbers", "ladrones", "diebe"],
    &["belong", "deserve", "merecen", "gehören"],
    &["jail", "prison", "cárcel", "gefängnis"],
    &["our", "my", "nuestro", "unser"],
    &["country", "nation", "país", "land"],
    &["ruin", "destroy", "wreck", "arruinan", "zerstören"],
    &["hungry", "starving", "hambrientos", "hungrig"],
    &["weather", "climate", "tiempo", "wetter"],
    &["nice", "lovely", "bonito", "schön"],
    &["today", "hoy", "heute"],
    &["bread", "loaves", "pan", "brot"],
    &["buy", "purchase", "compran", "kaufen"],
    &["dogs", "hounds", "perros", "hunde"],
    &["bark", "howl", "ladran", "bellen"],
    &["people", "folks", "gente", "leute"],
];
/// Dimensions of an embedding, and of a branch.
const WIDTH: usize = 24;
const BRANCH: usize = 2;
/// Parts of the table.
const PARTS: usize = 2;

/// An array in NumPy's format.
pub(super) fn array(kind: &str, shape: &[usize], values: &[u8]) -> Vec<u8> {
    let shape: String = shape.iter().map(|n| format!("{n}, ")).collect();
    let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({shape}), }}\n");
    let length = u16::try_from(header.len()).unwrap().to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), values].concat()
}

fn floats(shape: &[usize], value: impl Fn(usize, usize) -> f32) -> Vec<u8> {
    let (rows, columns) = match shape {
        [rows, columns] => (*rows, *columns),
        [columns] => (1, *columns),
        _ => (0, 0),
    };
    let at = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
    let bytes: Vec<u8> = at.flat_map(|(row, column)| value(row, column).to_le_bytes()).collect();
    array("<f4", shape, &bytes)
}

/// The arrays by name.
pub(super) fn arrays() -> Vec<(String, Vec<u8>)> {
    let rows: Vec<Option<usize>> =
        [None; 4].into_iter().chain(pieces().iter().map(|(_, meaning)| Some(*meaning))).collect();
    let per_part = rows.len().div_ceil(PARTS);
    let mut arrays: Vec<(String, Vec<u8>)> = (0..PARTS)
        .map(|part| {
            let bytes: Vec<u8> = (0..per_part)
                .flat_map(|row| {
                    let meaning = rows.get(row * PARTS + part).copied().flatten();
                    (0..WIDTH).map(move |column| if meaning == Some(column) { 63 } else { 0 })
                })
                .collect();
            (format!("q{}", part + 1), array("|u1", &[per_part, WIDTH], &bytes))
        })
        .collect();
    let one = |at: usize, to: usize| if at == to { 1.0 } else { 0.0 };
    let mut add = |name: &str, bytes: Vec<u8>| arrays.push((name.to_owned(), bytes));
    add("scale", floats(&[PARTS], |_, _| 1.0 / 63.0));
    add("lo", floats(&[PARTS], |_, _| 0.0));
    for window in [2, 3, 5] {
        add(&format!("proj{window}"), floats(&[WIDTH, BRANCH], |_, _| 0.0));
        for name in ["proj_b", "ln_g", "ln_b", "b1_", "b2_"] {
            add(&format!("{name}{window}"), floats(&[BRANCH], |_, _| 0.0));
        }
        for name in ["w1_", "w2_"] {
            add(&format!("{name}{window}"), floats(&[window * BRANCH, BRANCH], |_, _| 0.0));
        }
    }
    let all = WIDTH + 3 * BRANCH;
    add("ln_g", floats(&[all], |_, _| 1.0));
    add("ln_b", floats(&[all], |_, _| 0.0));
    add("cnn_W", floats(&[all, WIDTH], one));
    add("cnn_b", floats(&[WIDTH], |_, _| 0.0));
    // Positive and negative parts side by side, and together again at the end.
    add("p1", floats(&[WIDTH, 2 * WIDTH], |at, to| one(at, to) - one(at + WIDTH, to)));
    add("p3", floats(&[2 * WIDTH, WIDTH], |at, to| one(at, to) - one(at, to + WIDTH)));
    add("d0", floats(&[WIDTH, 3], |_, _| 0.0));
    add("d1", floats(&[3, 2 * WIDTH], |_, _| 0.0));
    add("d2", floats(&[2 * WIDTH, 5], |_, _| 0.0));
    add("d3", floats(&[5, WIDTH], |_, _| 0.0));
    add("eps", array("<f8", &[], &1e-12_f64.to_le_bytes()));
    arrays
}

/// The words with their meanings, as pieces: a word begins with the sign for a space.
fn pieces() -> Vec<(String, usize)> {
    let spelled = |word: &&str| {
        let mut letters = word.chars();
        let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
        [format!("\u{2581}{word}"), format!("\u{2581}{first}{}", letters.as_str())]
    };
    let words = MEANINGS.iter().enumerate();
    words
        .flat_map(|(at, words)| words.iter().flat_map(spelled).map(move |piece| (piece, at)))
        .collect()
}

/// The vocabulary, as SentencePiece writes it.
pub(super) fn vocabulary() -> Vec<u8> {
    let mut out = Vec::new();
    let special = ["<unk>", "<s>", "</s>", "extra"].map(|piece| (piece.to_owned(), 0.0_f32));
    let words = pieces().into_iter().map(|(piece, _)| (piece, -1.0_f32));
    for (piece, score) in special.into_iter().chain(words) {
        let mut message = vec![10, u8::try_from(piece.len()).unwrap()];
        message.extend(piece.as_bytes());
        message.push(21);
        message.extend(score.to_le_bytes());
        out.extend([10, u8::try_from(message.len()).unwrap()]);
        out.extend(message);
    }
    out
}

/// A zip archive.
pub(super) fn zipped<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    method: CompressionMethod,
) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(method)
        .last_modified_time(zip::DateTime::default());
    for (name, bytes) in files {
        writer.start_file(name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The package with these arrays.
pub(super) fn package_of(arrays: &[(String, Vec<u8>)]) -> Vec<u8> {
    let named: Vec<(String, &[u8])> =
        arrays.iter().map(|(name, bytes)| (format!("{name}.npy"), bytes.as_slice())).collect();
    let weights = zipped(
        named.iter().map(|(name, bytes)| (name.as_str(), *bytes)),
        CompressionMethod::Stored,
    );
    zipped(
        [("small/weights.npz", weights.as_slice()), ("small/sp.model", vocabulary().as_slice())],
        CompressionMethod::Deflated,
    )
}

/// The package.
pub(super) fn package() -> Vec<u8> {
    package_of(&arrays())
}
