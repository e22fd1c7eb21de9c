//! Receipts: whole, spoilt, and as the reference refuses them.

use crate::log::{Log, ORIGIN, key, leaf};
use crate::notes::flips;
use proptest::prelude::*;
use tlog::cosignature::cosign;
use tlog::note::{Kind, NoteError};
use tlog::policy::{Policy, PolicyError};
use tlog::proof::{ProofError, Receipt, ReceiptError};

/// A receipt with a witness, and the policy that asks for both.
fn witnessed(size: u64, index: u64) -> (Receipt, Policy) {
    let log = Log::new(size);
    let witness = key("witness.example", Kind::Cosignature);
    let mut receipt = log.receipt(index);
    let cosignature = cosign(receipt.checkpoint.text(), &witness, 1_800_000_000).unwrap();
    receipt.checkpoint.add(cosignature);
    let policy =
        format!("log {}\nwitness w {}\nquorum w\n", log.key.verifier(), witness.verifier());
    (receipt, policy.parse().unwrap())
}

#[test]
fn a_receipt_shows_the_leaf_and_who_saw_it() {
    let (receipt, policy) = witnessed(70_000, 4_711);
    assert_eq!(receipt.proof.len(), 17);
    let shown = receipt.verify(&leaf(4_711), &policy).unwrap();
    assert_eq!((shown.checkpoint.origin.as_str(), shown.checkpoint.size), (ORIGIN, 70_000));
    assert_eq!(shown.cosignatures.len(), 1);
    assert_eq!(shown.seen, Some(1_800_000_000));
    assert_eq!(receipt.verify(&leaf(4_712), &policy), Err(ReceiptError::Proof(ProofError::Root)));
}

#[test]
fn a_log_of_one_needs_no_hashes() {
    let (receipt, policy) = witnessed(1, 0);
    assert!(receipt.to_string().contains("index 0\n\nlog.example/test\n1\n"));
    assert!(receipt.verify(&leaf(0), &policy).is_ok());
}

#[test]
fn every_flipped_bit_of_a_receipt_is_found() {
    let (receipt, policy) = witnessed(600, 300);
    let text = receipt.to_string();
    assert_eq!(text.parse::<Receipt>(), Ok(receipt.clone()));
    assert!(text.parse::<Receipt>().unwrap().verify(&leaf(300), &policy).is_ok());
    for wrong in flips(&text) {
        let believed = wrong
            .parse::<Receipt>()
            .is_ok_and(|receipt| receipt.verify(&leaf(300), &policy).is_ok());
        assert!(!believed, "{wrong}");
    }
    let flipped_leaf = (0..leaf(300).len() * 8).map(|bit| {
        let mut leaf = leaf(300);
        leaf[bit / 8] ^= 1 << (bit % 8);
        leaf
    });
    for wrong in flipped_leaf {
        assert!(receipt.verify(&wrong, &policy).is_err());
    }
}

#[test]
fn an_unknown_log_and_a_missing_witness_are_told_apart() {
    let (mut receipt, policy) = witnessed(10, 3);
    let other = Policy::log(key("other.example", Kind::Ed25519).verifier().clone());
    assert_eq!(
        receipt.verify(&leaf(3), &other),
        Err(ReceiptError::Policy(PolicyError::Note(NoteError::Unsigned)))
    );
    receipt.checkpoint = Log::new(10).checkpoint();
    assert_eq!(
        receipt.verify(&leaf(3), &policy),
        Err(ReceiptError::Policy(PolicyError::Quorum(0)))
    );
}

/// What transparency-dev/formats refuses.
#[test]
fn what_is_not_a_receipt_says_why() {
    let long = "A".repeat(86) + "==";
    let line = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    let checkpoint = Log::new(1).checkpoint();
    let receipt = |rest: &str| format!("c2sp.org/tlog-proof@v1\n{rest}");
    for (text, error) in [
        (String::new(), ReceiptError::Header),
        ("wrong-header\nindex 0\n\ncheckpoint\n".into(), ReceiptError::Header),
        (receipt("extra !!notbase64!!\nindex 0\n\ncheckpoint\n"), ReceiptError::Extra),
        (receipt("\n\ncheckpoint\n"), ReceiptError::Index),
        (receipt("index notanumber\n\ncheckpoint\n"), ReceiptError::Index),
        (receipt("index -5\n\ncheckpoint\n"), ReceiptError::Index),
        (receipt("index 05\n\ncheckpoint\n"), ReceiptError::Index),
        (receipt("index 0\n!!notbase64!!\n\ncheckpoint\n"), ReceiptError::Hash(1)),
        (receipt(&format!("index 0\n{line}{long}\n\ncheckpoint\n")), ReceiptError::Hash(2)),
        (receipt(&format!("index 0\n{}\n{checkpoint}", line.repeat(64))), ReceiptError::Length),
        (receipt("index 0\n"), ReceiptError::Length),
        (receipt("index 0\n\ncheckpoint\n"), ReceiptError::Note(NoteError::Shape)),
    ] {
        assert_eq!(text.parse::<Receipt>(), Err(error), "{text}");
    }
    assert!(
        receipt(&format!("index 0\n{}\n{checkpoint}", line.repeat(63))).parse::<Receipt>().is_ok()
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn receipts_are_read_as_written(size in 1..2000_u64, seed: u64, extra: Option<Vec<u8>>) {
        let index = seed % size;
        let (mut receipt, policy) = witnessed(size, index);
        receipt.extra = extra;
        let read: Receipt = receipt.to_string().parse().unwrap();
        prop_assert_eq!(&read, &receipt);
        prop_assert!(read.verify(&leaf(index), &policy).is_ok());
        prop_assert!(read.verify(b"another leaf", &policy).is_err());
    }

    #[test]
    fn no_text_panics(rest in "[\\x0aa-e0-9 =—]{0,120}") {
        let text = format!("c2sp.org/tlog-proof@v1\n{rest}");
        if let Ok(receipt) = text.parse::<Receipt>() {
            prop_assert_eq!(receipt.to_string(), text);
        }
    }
}
