//! Notes, checkpoints and cosignatures that others made, and every way to spoil them.

use crate::log::{Log, key};
use proptest::prelude::*;
use tlog::checkpoint::{Checkpoint, CheckpointError};
use tlog::cosignature;
use tlog::note::{KeyError, Kind, Note, NoteError, SigningKey, VerifierKey};

/// The texts and signatures of the tests of Go's `golang.org/x/mod/sumdb/note`.
const TEXT: &str = "If you think cryptography is the answer to your problem,\n\
                    then you don't know what your problem is.\n";
const PETER_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PETER_SECRET: &str =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const PETER: &str = "\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const ENOCH_KEY: &str = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
const ENOCH: &str = "\u{2014} EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

/// Checkpoints of the Go checksum database, years apart.
const GO_KEY: &str = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
const GO_CHECKPOINTS: [&str; 3] = [
    "go.sum database tree\n6476701\nmb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wk=\n\n\
     \u{2014} sum.golang.org Az3grsLX85Gz+s1SiTbgkuqxgItqFq7gsMUEyVnrsa9LM7Us9S+1xbFIGu95949rj4nPRYfvimWEPWL+o3GeoWwOoAw=\n",
    "go.sum database tree\n15067302\ngJyioq6dwR9n+NjEWORfYmH+ubeYm3kH42BBQ0bTpYI=\n\n\
     \u{2014} sum.golang.org Az3grp1rvWOs5NKlr/xR4GLN/CDyzzakmt1o61uSxYKpK1SerqOP2ClbX/peKUZjYnyomH5Xz7GZG3TpB7OeKn4E2ww=\n\
     \u{2014} test.example.com qTGhC/xIPQ0AXKHK6Y+9ypRfuvMZWPjRXM8NiOg5M1WREn07VQXyuIXM3NRNav3ieVFLUqDRK77PWDmL6w8w84UqeAw=\n",
    "go.sum database tree\n65209736\n5+uGFjx6xBZG8ip1+wi77v+grwbhhukIrxEUS8PXvRo=\n\n\
     \u{2014} sum.golang.org Az3grnbssgK7ubgFX36gVETtNv0U23qxyAhAMai2QUfeGa3nB/akvkMdlUErfcZz7l/R3cVtYspg3dxXABkGZZKdsQ8=\n",
];

/// Checkpoints cosigned by the witness and the mirror in the tests of Sunlight.
const COSIGNED: [(&str, &str, u64); 2] = [
    (
        "witness.example.org+b8a2cf20+BFLN3yikSfFkVAJtrnh/CiY3Zozkoy7clp+P7XB28qUN",
        "rome2026h1.example.org\n300\nlCkHUpkmVBEms2r2T1K6Og69+wUuuN3MIEW1/ezu2v0=\n\n\
         \u{2014} rome2026h1.example.org kVB1JgAAAZtxtEwABAMARzBFAiEAi+mTa2xjL1IdWpH82OeciGsGvwRAP+f1WkfKaSZCfFECIHoNPZ/Q3y6UNzvKOO9cuLr6V16vPNfhwhle9f6r5H/Z\n\
         \u{2014} witness.example.org uKLPIAAAAABpVGeAhm2bOvKc3LaB9PFN1ruG19Y5yqslmcAAbhftnn1Zznmo0LXFZq4LGvqKqLX8jWlwLKasxEGTLIqAVusneCBmBw==\n",
        1_767_139_200,
    ),
    (
        "mirror.example.org+3fb148ef+BAAjjch9GyYz0sJsJx7ALhbdAtz2ov0unbzSl1vMp94O",
        "rome2026h1.example.org\n300\ngw31yQrqZZCcEOPrzX+bpy3nJ6QgngTKn8G1m0i62uU=\n\n\
         \u{2014} mirror.example.org P7FI7wAAAABpVGeAjA1S4pJm6MbcXjX7UUImu4azZtrfcVW2uyr/LXIYlwEJzXC0N0EiZkbqfLdXt/4gVEEuGmxJjAfXKMCISpsJAg==\n",
        1_767_139_200,
    ),
];

fn keys<const N: usize>(lines: [&str; N]) -> [VerifierKey; N] {
    lines.map(|line| line.parse().unwrap())
}

#[test]
fn notes_of_go_are_read_and_made() {
    let both: Note = format!("{TEXT}\n{PETER}{ENOCH}").parse().unwrap();
    assert_eq!(both.text(), TEXT);
    let [peter, enoch] = keys([PETER_KEY, ENOCH_KEY]);
    let names = |keys: &[VerifierKey]| -> Vec<String> {
        let verified = both.verify(keys).unwrap();
        verified.iter().map(|signature| signature.key.name().to_owned()).collect()
    };
    assert_eq!(names(std::slice::from_ref(&peter)), ["PeterNeumann"]);
    assert_eq!(names(&[enoch, peter]), ["PeterNeumann", "EnochRoot"]);
    assert_eq!(both.verify(&[]), Err(NoteError::Unsigned));

    let mut made = Note::new(TEXT).unwrap();
    made.sign(&PETER_SECRET.parse::<SigningKey>().unwrap()).unwrap();
    assert_eq!(made.to_string(), format!("{TEXT}\n{PETER}"));
    made.sign(&PETER_SECRET.parse::<SigningKey>().unwrap()).unwrap();
    assert_eq!(made.to_string(), format!("{TEXT}\n{PETER}"), "signed twice");
}

#[test]
fn what_go_refuses_is_refused() {
    let [peter] = keys([PETER_KEY]);
    for wrong in [
        TEXT.to_owned(),
        format!("{TEXT}\n"),
        format!("{TEXT}\n{}", PETER.trim_end()),
        format!("\u{1}{TEXT}\n{PETER}"),
        format!("{TEXT}\n{}", PETER.replace("PeterNeumann", "Bad Name")),
        format!("{TEXT}\n{}", PETER.replace("PeterNeumann", "Bad+Name")),
        format!("{TEXT}\n{PETER}Unexpected line.\n"),
        format!("{TEXT}\n{}", PETER.repeat(101)),
        format!("{TEXT}\n\u{2014} PeterNeumann x08gow==\n"),
    ] {
        assert!(wrong.parse::<Note>().is_err(), "{wrong:?}");
    }
    let longer = format!("{TEXT}\n{}ABCD{}", &PETER[..62], &PETER[62..]);
    let forged = longer.parse::<Note>().unwrap().verify(std::slice::from_ref(&peter)).unwrap_err();
    assert_eq!(forged, NoteError::Forged("PeterNeumann".into()));
    // The same name under another id, and the same id under another name, are other keys.
    for other in [PETER.replace("x08go", "x08gp"), PETER.replace("PeterNeumann", "Peter")] {
        let note: Note = format!("{TEXT}\n{other}").parse().unwrap();
        assert_eq!(note.verify(std::slice::from_ref(&peter)), Err(NoteError::Unsigned));
    }
    assert_eq!(Note::new("no line break"), Err(NoteError::Shape));
    assert_eq!(Note::new("a\tb\n"), Err(NoteError::Control('\t')));
}

#[test]
fn checkpoints_of_the_go_checksum_database_verify() {
    let [go] = keys([GO_KEY]);
    for (text, size) in GO_CHECKPOINTS.iter().zip([6_476_701, 15_067_302, 65_209_736]) {
        let note: Note = text.parse().unwrap();
        assert_eq!(note.to_string(), *text);
        assert_eq!(note.verify(std::slice::from_ref(&go)).unwrap().len(), 1);
        let checkpoint = Checkpoint::parse(note.text()).unwrap();
        assert_eq!((checkpoint.origin.as_str(), checkpoint.size), ("go.sum database tree", size));
        assert_eq!(checkpoint.to_string(), note.text());
    }
}

#[test]
fn cosignatures_of_sunlight_verify() {
    for (key, text, time) in COSIGNED {
        let [key] = keys([key]);
        let note: Note = text.parse().unwrap();
        let verified = note.verify(std::slice::from_ref(&key)).unwrap();
        assert_eq!(verified.len(), 1);
        assert_eq!(verified[0].time, Some(time), "{key}");
        let moved: Note = text.replace("\n300\n", "\n301\n").parse().unwrap();
        assert!(moved.verify(std::slice::from_ref(&key)).is_err());
    }
}

#[test]
fn logs_and_witnesses_sign_in_their_own_way() {
    let (log, witness) = (key("a", Kind::Ed25519), key("a", Kind::Cosignature));
    let mut note = Note::new("text\n").unwrap();
    assert_eq!(note.sign(&witness), Err(KeyError::Kind(4)));
    assert_eq!(cosignature::cosign("text\n", &log, 1), Err(KeyError::Kind(1)));
    note.sign(&log).unwrap();
    note.add(cosignature::cosign(note.text(), &witness, 7).unwrap());
    let keys = [log.verifier().clone(), witness.verifier().clone()];
    let times: Vec<_> =
        note.verify(&keys).unwrap().iter().map(|signature| signature.time).collect();
    assert_eq!(times, [None, Some(7)]);
}

#[test]
fn a_time_beyond_the_specification_is_refused() {
    let witness = key("w", Kind::Cosignature);
    let late = cosignature::cosign("text\n", &witness, 1 << 63).unwrap();
    assert_eq!(cosignature::verify("text\n", &late, witness.verifier()), None);
}

#[test]
fn what_is_not_a_checkpoint_says_why() {
    let root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    for (text, error) in [
        (String::new(), CheckpointError::Line),
        ("\n".into(), CheckpointError::Origin),
        ("log".into(), CheckpointError::Line),
        (format!("\n1\n{root}\n"), CheckpointError::Origin),
        (format!("log\n01\n{root}\n"), CheckpointError::Size),
        (format!("log\n-1\n{root}\n"), CheckpointError::Size),
        (format!("log\n\n{root}\n"), CheckpointError::Size),
        (format!("log\n18446744073709551616\n{root}\n"), CheckpointError::Size),
        ("log\n1\n".into(), CheckpointError::Root),
        (format!("log\n1\n{}\n", &root[..40]), CheckpointError::Root),
        (format!("log\n1\n{}\n", root.replace("FU=", "FV=")), CheckpointError::Root),
        (format!("log\n1\n{root}"), CheckpointError::Line),
        (format!("log\n1\n{root}\nextension\n\n"), CheckpointError::Line),
    ] {
        assert_eq!(Checkpoint::parse(&text), Err(error), "{text:?}");
    }
    let text = format!("log\n1\n{root}\nextension\n");
    assert_eq!(Checkpoint::parse(&text).unwrap().extensions, ["extension"]);
    let empty = Checkpoint::new("log", 0, tlog::empty_root());
    assert_eq!(empty.to_string(), format!("log\n0\n{root}\n"));
}

/// The text with one bit flipped, where that is a text.
pub(crate) fn flips(text: &str) -> impl Iterator<Item = String> {
    (0..text.len() * 8).filter_map(|bit| {
        let mut bytes = text.as_bytes().to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        String::from_utf8(bytes).ok()
    })
}

#[test]
fn every_flipped_bit_of_a_checkpoint_is_found() {
    let log = Log::new(300);
    let keys = [log.key.verifier().clone()];
    let text = log.checkpoint().to_string();
    assert!(text.parse::<Note>().unwrap().verify(&keys).is_ok());
    let mut flipped = 0;
    for wrong in flips(&text) {
        let believed = wrong.parse::<Note>().is_ok_and(|note| note.verify(&keys).is_ok());
        assert!(!believed, "{wrong}");
        flipped += 1;
    }
    assert!(flipped > text.len() * 6, "most flips leave a text: {flipped}");
}

proptest! {
    #[test]
    fn notes_are_read_as_written(text in "([a-zé \n—]{0,40}\n){1,5}", names in proptest::collection::vec("[a-z./]{1,12}", 1..5)) {
        let mut note = Note::new(text).unwrap();
        for name in &names {
            note.sign(&key(name, Kind::Ed25519)).unwrap();
            note.add(cosignature::cosign(note.text(), &key(name, Kind::Cosignature), 5).unwrap());
        }
        let read: Note = note.to_string().parse().unwrap();
        prop_assert_eq!(&read, &note);
        let known = [key(&names[0], Kind::Ed25519).verifier().clone()];
        prop_assert_eq!(read.verify(&known).unwrap().len(), 1);
    }

    #[test]
    fn no_text_panics(text in "[\\x00-\\x20a+0—= \n]{0,200}") {
        let read = text.parse::<Note>();
        if let Ok(note) = &read {
            prop_assert_eq!(note.to_string(), text.as_str());
        }
        if let Ok(checkpoint) = Checkpoint::parse(&text) {
            prop_assert_eq!(checkpoint.to_string(), text);
        }
    }
}
