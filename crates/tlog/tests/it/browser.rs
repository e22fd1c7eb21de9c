//! Known answers for the script that verifies receipts in a browser: it must say of each case what
//! this crate says. `UPDATE_VECTORS=1 cargo test -p tlog` writes them anew.

use crate::log::{Log, key, leaf};
use serde_json::{Value, json};
use std::path::Path;
use tlog::cosignature::cosign;
use tlog::leaf_hash;
use tlog::note::{Kind, VerifierKey};
use tlog::policy::Policy;
use tlog::proof::Receipt;
use tlog::{Commitment, OPENING};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One receipt, and whether it holds for the leaf under the log's key.
fn case(name: &str, vkey: &VerifierKey, leaf: &[u8], receipt: &str) -> Value {
    let policy = Policy::log(vkey.clone());
    let verified =
        receipt.parse::<Receipt>().map_err(|error| error.to_string()).and_then(|receipt| {
            receipt.verify(leaf, &policy).map(drop).map_err(|error| error.to_string())
        });
    json!({
        "name": name,
        "vkey": vkey.to_string(),
        "leaf": String::from_utf8(leaf.to_vec()).unwrap(),
        "leaf_hash": hex(&leaf_hash(leaf)),
        "receipt": receipt,
        "holds": verified.is_ok(),
        "why_not": verified.err(),
    })
}

fn receipts() -> Vec<Value> {
    let mut cases = Vec::new();
    let vkey = Log::new(0).key.verifier().clone();
    for (size, index) in
        [(1, 0), (2, 1), (3, 2), (256, 255), (257, 256), (600, 300), (70_000, 69_999)]
    {
        let receipt = Log::new(size).receipt(index).to_string();
        cases.push(case(&format!("leaf {index} of {size}"), &vkey, &leaf(index), &receipt));
    }
    let whole = Log::new(600).receipt(300);
    let mut cosigned = whole.clone();
    let witness = key("witness.example", Kind::Cosignature);
    cosigned.checkpoint.add(cosign(whole.checkpoint.text(), &witness, 1_800_000_000).unwrap());
    cosigned.extra = Some(b"anything".to_vec());
    cases.push(case("with a cosignature and extra data", &vkey, &leaf(300), &cosigned.to_string()));

    let mut spoilt = |name: &str, receipt: &Receipt, leaf: &[u8]| {
        cases.push(case(name, &vkey, leaf, &receipt.to_string()));
    };
    spoilt("another leaf", &whole, &leaf(301));
    spoilt("another index", &Receipt { index: 301, ..whole.clone() }, &leaf(300));
    spoilt("an index beyond the log", &Receipt { index: 600, ..whole.clone() }, &leaf(300));
    let mut receipt = whole.clone();
    receipt.proof.pop();
    spoilt("a hash less", &receipt, &leaf(300));
    receipt = whole.clone();
    receipt.proof.push([0; 32]);
    spoilt("a hash more", &receipt, &leaf(300));
    receipt = whole.clone();
    receipt.proof[4][31] ^= 1;
    spoilt("a flipped bit in the proof", &receipt, &leaf(300));
    receipt = Receipt { checkpoint: Log::new(601).checkpoint(), ..whole.clone() };
    spoilt("another checkpoint", &receipt, &leaf(300));

    let text = whole.to_string();
    let other = key("other.example", Kind::Ed25519).verifier().clone();
    cases.push(case("another key", &other, &leaf(300), &text));
    for (name, from, to) in [
        ("another size under the signature", "\n600\n", "\n700\n"),
        ("another origin", "\nlog.example/test\n", "\nlog.example/best\n"),
        ("a leading zero", "index 300", "index 0300"),
        ("carriage returns", "\n", "\r\n"),
        ("another header", "@v1", "@v2"),
        ("no blank line before the checkpoint", "\n\nlog.example", "\nlog.example"),
    ] {
        assert!(text.contains(from), "{name}");
        cases.push(case(name, &vkey, &leaf(300), &text.replace(from, to)));
    }
    let without_end = text.trim_end().to_owned();
    cases.push(case("no line break at the end", &vkey, &leaf(300), &without_end));
    cases
}

fn commitments() -> Vec<Value> {
    let opening: [u8; OPENING] = std::array::from_fn(|n| u8::try_from(7 * n % 256).unwrap());
    let cases = [
        ("ab12/account/v1", "@someone@example.org", "@someone@example.org"),
        ("ab12/facts/v1", "{\"en\":\"Größe \u{1f600}\"}", "{\"en\":\"Größe \u{1f600}\"}"),
        ("ab12/reason/v1", "", ""),
        ("ab12/account/v1", "@someone@example.org", "@Someone@example.org"),
        ("ab12/account/v1", "a\u{301}", "\u{e1}"),
    ];
    let case = |(context, committed, shown): (&str, &str, &str)| {
        let commitment = Commitment::new(&opening, context, committed.as_bytes());
        json!({
            "opening": hex(&opening),
            "context": context,
            "value": shown,
            "commitment": hex(&commitment.0),
            "opens": commitment.opens_to(&opening, context, shown.as_bytes()),
        })
    };
    cases.into_iter().map(case).collect()
}

#[test]
fn the_known_answers_are_current() {
    let cases = receipts();
    let holds = cases.iter().filter(|case| case["holds"] == true).count();
    assert_eq!((holds, cases.len()), (8, 23));
    let vectors = json!({ "receipts": cases, "commitments": commitments() });
    let written = serde_json::to_string_pretty(&vectors).unwrap() + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/browser.json");
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &written).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap();
    assert!(
        committed == written,
        "run UPDATE_VECTORS=1 cargo test -p tlog, and the browser's tests"
    );
}
