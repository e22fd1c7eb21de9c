//! Pairs that look alike and are not, and pairs that do not look alike and are.

use super::*;
use DifferenceKind::{Denial, Name, Negation, Number, Opposite, Order};

fn kinds(one: &str, other: &str) -> Vec<DifferenceKind> {
    let (one, other) = (Text::read(one), Text::read(other));
    let kinds = |a, b| -> Vec<_> { differences(a, b).into_iter().map(|d| d.kind).collect() };
    let found = kinds(&one, &other);
    assert_eq!(found, kinds(&other, &one), "the guard is symmetric");
    assert!(differences(&one, &one).is_empty());
    found
}

#[test]
fn opposite_claims_are_not_like_cases() {
    for (one, other, kind) in [
        ("The election was stolen.", "The election was not stolen.", Negation),
        ("Vaccines are safe", "vaccines aren't safe", Negation),
        ("there is evidence of fraud", "there is no evidence of fraud", Negation),
        ("He did not win and was robbed", "He did win and was not robbed", Negation),
        ("Las elecciones fueron robadas", "Las elecciones no fueron robadas", Negation),
        ("fue con permiso", "fue sin permiso", Negation),
        ("Die Wahl wurde gestohlen", "Die Wahl wurde nicht gestohlen", Negation),
        ("es gibt Beweise", "es gibt keine Beweise", Negation),
        ("L'élection a été volée", "L'élection n'a pas été volée", Negation),
        ("选举被偷了", "选举没有被偷", Negation),
        ("疫苗是安全的", "疫苗是不安全的", Negation),
        ("The vote was stolen", "It is a lie that the vote was stolen", Denial),
        ("la elección fue robada", "es mentira: la elección fue robada", Denial),
        ("选举被偷了", "选举被偷了是谣言", Denial),
        ("she is guilty of it", "she is innocent of it", Opposite),
        ("a likely outcome", "an unlikely outcome", Opposite),
        ("ich bin für das Gesetz", "ich bin gegen das Gesetz", Opposite),
        ("elle est pour la loi", "elle est contre la loi", Opposite),
        ("他支持这个法律", "他反对这个法律", Opposite),
    ] {
        assert!(kinds(one, other).contains(&kind), "{one} / {other}: {:?}", kinds(one, other));
    }
}

#[test]
fn other_numbers_and_other_names_are_not_like_cases() {
    for (one, other, kind) in [
        ("they found 1,000 ballots", "they found 2,000 ballots", Number),
        ("three people died", "five people died", Number),
        ("死了三百人", "死了五百人", Number),
        ("the vote was stolen by Biden", "the vote was stolen by Trump", Name),
        ("Biden stole the vote", "Trump stole the vote", Name),
        ("thanks @alice for this", "thanks @bob for this", Name),
        ("we saw Russia attack Ukraine", "we saw Ukraine attack Russia", Name),
        ("美国干涉了选举", "俄罗斯干涉了选举", Name),
        ("市长王伟收了钱", "市长王芳收了钱", Name),
        ("the dog bit the man", "the man bit the dog", Order),
    ] {
        assert!(kinds(one, other).contains(&kind), "{one} / {other}: {:?}", kinds(one, other));
    }
}

#[test]
fn the_same_claim_in_another_dress_stays_alike() {
    for (one, other) in [
        ("The vote wasn't stolen", "the vote wasnt stolen!!!"),
        ("No vi nada en la mesa", "no vi en la mesa, amigos"),
        ("ce n'est pas vrai du tout", "c'est pas vrai du tout"),
        ("THE VOTE WAS STOLEN BY BIDEN", "the vote was stolen by Biden"),
        ("They found 1,000 ballots", "they found 1000 ballots"),
        ("they paid 1.50 for it", "they paid 1,5 for it"),
        ("three people died", "3 people died"),
        ("Biden's plan is a bad plan", "Biden plan is a bad plan"),
        ("这不过是一次特别的选举", "这是一次特别的选举"),
        ("你是不是支持他", "你支持他吗"),
        ("Breaking: the vote was stolen", "The vote was stolen"),
        ("Sin is what he preaches", "sin is what he preaches here"),
    ] {
        let found = kinds(one, other);
        let found: Vec<_> = found.iter().filter(|kind| **kind != Order).collect();
        assert!(found.is_empty(), "{one} / {other}: {found:?}");
    }
}

#[test]
#[expect(clippy::string_slice, reason = "tests may panic")]
fn a_difference_is_shown_where_it_stands() {
    let (one, other) = ("Ils n’ont  jamais volé", "ils ont volé");
    let found = differences(&Text::read(one), &Text::read(other));
    let shown: Vec<&str> = found.iter().flat_map(|d| &d.one).map(|at| &one[at.clone()]).collect();
    assert_eq!(shown, ["n’ont  jamais"]);
    assert!(found.iter().all(|difference| difference.other.is_empty()));
}

/// One claim and its contrary in each language that the guard says it reads.
const STOLEN: [[&str; 2]; 6] = [
    ["The election was stolen", "The election was not stolen"],
    ["La elección fue robada", "La elección no fue robada"],
    ["Die Wahl wurde gestohlen", "Die Wahl wurde nicht gestohlen"],
    ["L'élection a été volée", "L'élection n'a pas été volée"],
    ["Выборы были украдены", "Выборы не были украдены"],
    ["选举被偷了", "选举没有被偷"],
];

#[test]
fn in_every_language_stolen_and_not_stolen_are_apart_and_translations_are_not() {
    let apart = |one: &str, other: &str| {
        let (one, other) = (Text::read(one), Text::read(other));
        let found = differences_of_meaning(&one, &other);
        assert_eq!(found.len(), differences_of_meaning(&other, &one).len(), "it is symmetric");
        found.into_iter().map(|one| one.kind).collect::<Vec<_>>()
    };
    for [claim, denied] in STOLEN {
        for [other, other_denied] in STOLEN {
            for (one, two) in [(claim, other_denied), (denied, other)] {
                assert!(apart(one, two).contains(&Negation), "{one} | {two}");
            }
            for (one, two) in [(claim, other), (denied, other_denied)] {
                assert_eq!(apart(one, two), [], "{one} | {two}");
            }
        }
    }
}

#[test]
fn what_only_looks_like_a_denial_denies_nothing() {
    for (one, other) in [
        ("These people are nothing but thieves", "Esas personas no son más que ladrones"),
        ("These people are nothing but thieves", "Diese Leute sind nichts als Diebe"),
        ("These people are nothing but thieves", "Esas personas no son sino ladrones"),
        ("Without a doubt they are the worst of all", "Sin duda son los peores de todos"),
        ("They refuse to respect the law", "Ellos se niegan a respetar la ley"),
        ("They are so ignorant of the world", "他们对世界如此无知"),
    ] {
        let found = differences_of_meaning(&Text::read(one), &Text::read(other));
        let denied = |one: &Difference| matches!(one.kind, Negation | Denial);
        assert!(!found.iter().any(denied), "{one} | {other}: {found:?}");
    }
    for (one, other) in [
        ("He did not win and was robbed", "Ganó y no fue robado"),
        ("He did not win and was robbed", "Er hat gewonnen und wurde nicht beraubt"),
        ("He did not win and was robbed", "Он победил и не был ограблен"),
        ("He did not win but was robbed", "Il a gagné mais il n'a pas été volé"),
        ("He did not win but was robbed", "他赢了，但是没有被抢"),
        (
            "The migrants are criminals and also victims",
            "Los migrantes no son criminales sino víctimas",
        ),
        ("The vaccines work for all children", "疫苗对所有孩子都没用"),
        ("The ruling of this court is just", "Das Urteil dieses Gerichts ist nicht gerecht"),
        ("Nobody stole the votes of the city", "Robaron los votos de la ciudad y nadie dijo algo"),
    ] {
        let found = differences_of_meaning(&Text::read(one), &Text::read(other));
        assert!(found.iter().any(|one| one.kind == Negation), "{one} | {other}: {found:?}");
    }
}
