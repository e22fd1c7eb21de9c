//! The script with which litewitness is tested (FiloSottile/torchwood, `cmd/litewitness/testdata`;
//! its checkpoints are signed by a Sigsum log), and four steps more. Every witness must answer so.

use tlog::note::{Kind, VerifierKey};

const SIGSUM: &str =
    "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562";
const SIGSUM_KEY: &str = "ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f";

/// One request, and what a witness answers.
pub(crate) struct Step {
    pub(crate) number: u32,
    pub(crate) body: String,
    pub(crate) status: u16,
    /// How the answer begins.
    pub(crate) answer: &'static str,
}

/// The key of the log that signed the checkpoints; its name is the log's.
pub(crate) fn log_key() -> VerifierKey {
    VerifierKey::new(SIGSUM, Kind::Ed25519, &bytes(SIGSUM_KEY)).unwrap()
}

fn bytes(hex: &str) -> [u8; 32] {
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap() as u8;
    let (pairs, _) = hex.as_bytes().as_chunks::<2>();
    std::array::from_fn(|n| digit(pairs[n][0]) << 4 | digit(pairs[n][1]))
}

fn zeros(first: &str) -> String {
    format!("{first}{}=\n", "A".repeat(43 - first.len()))
}

/// The body of one request of the script.
fn request(old: u64, proof: &str, origin: &str, size: &str, root: &str, signature: &str) -> String {
    format!("old {old}\n{proof}\n{origin}\n{size}\n{root}\n\n\u{2014} {origin} UgIom{signature}\n")
}

/// The steps, for a witness whose name is `witness.example`.
pub(crate) fn steps() -> Vec<Step> {
    let root1 = "KgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let root3 = "RcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=";
    let root5 = "QrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY=";
    let signed1 =
        "7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNuWRTYrajXpNUbIQY=";
    let signed3 =
        "2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6go=";
    let spoilt3 =
        "2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6gx=";
    let signed5 =
        "w/EOJmWi0i1FQsOj+etB7F8IccFam/jgd6wzRns4QPVmyEZtdvl1U2KEmLOZ/ASRcWJi0tW90dJWAShei7sDww=";
    let body5 =
        "4JTC2MerrFcJ5xDcWHzRPVB6zzGBIw4OFqcKDflqjH4q4xY5vMxUxyczvdIlEwFYf7ivQU4KoWan2bLmzLx0go=";
    let from1 = zeros("KgE") + &zeros("KgI");
    let wrong = from1.replace("KgI", "KgM");
    let from1_to5 = zeros("KgE") + "+fUDV+k970B4I3uKrqJM4aP1lloPZP8mvr2Z4wRw2LI=\n" + &zeros("KgQ");
    let from3_to5 = zeros("KgI")
        + &zeros("KgM")
        + "wgiIFdZfYNv6WU1OllBKsWnLYIS/DBMqt8Uh/S4OukE=\n"
        + &zeros("KgQ");
    let unknown = SIGSUM.replace("e562", "e563");

    let steps = [
        (1, request(0, "", SIGSUM, "1", root1, signed1), 200, "\u{2014} witness.example "),
        (2, request(1, &from1, SIGSUM, "3", root3, spoilt3), 403, ""),
        (3, request(1, &from1, SIGSUM, "3", root3, &signed3.replace("2Vb", "2Vc")), 403, ""),
        (4, request(1, &from1, &unknown, "3", root3, signed3), 404, ""),
        (5, request(1, "", SIGSUM, "3", root3, signed3), 422, ""),
        (6, request(1, &wrong, SIGSUM, "3", root3, signed3), 422, ""),
        (7, request(1, &from1, SIGSUM, "3", root3, signed3), 200, "\u{2014} witness.example "),
        (8, request(1, &from1_to5, SIGSUM, "5", root5, signed5), 409, "3\n"),
        (9, request(3, &from3_to5, SIGSUM, "5", root5, signed5), 200, "\u{2014} witness.example "),
        (10, request(0, "", SIGSUM, "5", root5, signed5), 409, "5\n"),
        (11, format!("old 5\n\n{SIGSUM}\n5\n{root5}\n"), 400, ""),
        (12, request(5, "", SIGSUM, "five", root1, body5), 400, ""),
        (13, request(6, "", SIGSUM, "5", root5, signed5), 400, ""),
        (14, request(5, "", SIGSUM, "5", root5, signed5), 200, "\u{2014} witness.example "),
    ];
    let step = |(number, body, status, answer)| Step { number, body, status, answer };
    steps.into_iter().map(step).collect()
}
