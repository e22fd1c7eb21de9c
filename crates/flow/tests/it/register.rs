//! The register of affiliations: two people enter a fact, rules read it from then on, and it ends.

use crate::world::{World, files};
use flow::approval::ApprovalError;
use flow::{Entering, NewEntry, RegistryError, Status};
use model::{AccountId, Affiliation, AffiliationKind, AffiliationSubject};

const RULES: &str = "
Affiliation: Optional[str] = JsonData(path='$.account.affiliation', required=False)
Speaks = Rule(when_all=[Affiliation == 'state-media'], description='It speaks for a state')
Links = Rule(when_all=[TextLinksTo(text=Text, list='registered-state-media')], description='It links to a state')
WhenRules(rules_any=[Speaks, Links], then=[Breach(clause='spam#bulk')])
";

async fn world(people: u8) -> World {
    let mut files = files();
    let toml = files.entry("rulebook.toml".into()).or_default();
    toml.push_str(&format!("\n[four_eyes]\naffiliations = {people}\n"));
    files.entry("main.sml".into()).or_default().push_str(RULES);
    let list = "[[list]]\nname = \"registered-state-media\"\nrunning = true\n";
    files.insert("functions.toml".into(), list.into());
    World::under(files).await
}

fn fact(subject: AffiliationSubject) -> NewEntry {
    NewEntry {
        affiliation: Affiliation {
            subject,
            kind: AffiliationKind::StateMedia,
            name: "Tarsk Channel".into(),
            country: Some("Tarsk".into()),
            source: "https://regulator.example/17".into(),
            date: "2026-02-01".into(),
        },
        typology: Some("SC".into()),
        until: None,
        why: "A reader asked for it.".into(),
    }
}

fn tarsk() -> AffiliationSubject {
    AffiliationSubject::Account(AccountId::new("tarsk").unwrap())
}

async fn breaches(world: &World, n: u32, account: &str, text: &str) -> bool {
    let answer = world.submit(n, account, text).await.unwrap();
    assert_eq!(answer.status, Status::Decided);
    !answer.decided.unwrap().decision().measures.is_empty()
}

#[tokio::test]
async fn two_people_enter_a_fact_and_rules_read_it_from_then_on() {
    let world = world(2).await;
    let registry = world.review.registry();
    let late = world.post(9, "tarsk", "hello");
    assert!(!breaches(&world, 1, "tarsk", "hello").await);
    world.pass(1);
    let Entering::Waits(act) = registry.enter(fact(tarsk()), "reviewer 1").await.unwrap() else {
        panic!("one person was enough");
    };
    assert!(!breaches(&world, 2, "tarsk", "hello").await, "a proposal is no fact");
    let own = registry.answer(&act, "reviewer 1", true, "").await;
    assert!(matches!(own, Err(RegistryError::Approval(ApprovalError::SamePerson(_)))), "{own:?}");
    registry.answer(&act, "reviewer 2", true, "").await.unwrap();
    assert_eq!(registry.waiting().await.unwrap(), []);
    assert!(breaches(&world, 3, "tarsk", "hello").await);
    assert!(!breaches(&world, 4, "ann", "hello").await);
    // A post from before the entry is read as the register was then.
    let answer = world.intake.submit(late).await.unwrap();
    assert_eq!(answer.decided.unwrap().decision().measures, []);

    let world = world.restart().await;
    world.pass(1);
    assert!(breaches(&world, 5, "tarsk", "hello").await, "a restart forgets nothing");
    let registry = world.review.registry();
    registry.carry_out().await.unwrap();
    assert_eq!(world.engine.store.register().await.unwrap().len(), 1, "entered once");
    assert!(registry.withdraw(&act, "reviewer 1", " ").await.is_err(), "no reason");
    registry.withdraw(&act, "reviewer 1", "It was sold.").await.unwrap();
    assert_eq!(
        registry.withdraw(&act, "reviewer 1", "It was sold.").await,
        Err(RegistryError::NoSuchEntry)
    );
    world.pass(1);
    assert!(!breaches(&world, 6, "tarsk", "hello").await);
}

#[tokio::test]
async fn links_to_a_domain_of_the_register_are_found_until_it_lapses() {
    let world = world(1).await;
    let registry = world.review.registry();
    let domain = || AffiliationSubject::Domain("https://www.Tarsk.example/".into());
    let text = "see https://news.tarsk.example/a";
    assert!(!breaches(&world, 1, "ann", text).await);
    let until = Some(world.now() + jiff::SignedDuration::from_hours(2));
    let entered = registry.enter(NewEntry { until, ..fact(domain()) }, "reviewer 1").await;
    assert!(matches!(entered, Ok(Entering::Entered(_))), "{entered:?}");
    assert!(breaches(&world, 2, "ben", text).await);
    world.pass(121);
    assert_eq!(world.engine.store.lapse_entries(world.now()).await.unwrap(), 1);
    assert_eq!(world.engine.store.lapse_entries(world.now()).await.unwrap(), 0);
    assert!(!breaches(&world, 3, "cid", text).await);
    for wrong in [
        NewEntry { why: String::new(), ..fact(domain()) },
        NewEntry { until: Some(world.now()), ..fact(domain()) },
        fact(AffiliationSubject::Domain("no domain".into())),
    ] {
        assert!(registry.enter(wrong, "reviewer 1").await.is_err());
    }
    let mut sourceless = fact(domain());
    sourceless.affiliation.source = "everybody knows".into();
    assert!(registry.enter(sourceless, "reviewer 1").await.is_err());
}
