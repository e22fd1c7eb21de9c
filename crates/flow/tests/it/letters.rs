//! People are told by e-mail and through the platform: again and again until it is taken, once, and with no name or
//! code where it does not belong; and a person's page opens with a link and a code alone.

use crate::world::{World, account, no_breach};
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use flow::{Appeals, Hooks, Notices, Plea, Reply, Ways, You, YouError};
use model::{AppealOutcome, Appellant, ReceiptState};
use platforms::mail::{MailServer, MailTls, Mailer};
use platforms::webhook::{Endpoint, Secret, verify};
use platforms::{Reach, http_client};
use std::sync::{Arc, Mutex};
use store::Contact;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// A letter as the mail server got it.
#[derive(Debug, Clone)]
struct Got {
    from: String,
    to: String,
    text: String,
}

type Post = Arc<Mutex<Vec<Got>>>;

/// A mail server that speaks SMTP; the first `busy` recipients are put off with 451, whoever is `nobody` is refused with 550.
async fn mail_server(busy: usize) -> (u16, Post) {
    let got = Post::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (shared, busy) = (Arc::clone(&got), Arc::new(Mutex::new(busy)));
    tokio::spawn(async move {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            let (got, busy) = (Arc::clone(&shared), Arc::clone(&busy));
            tokio::spawn(async move { talk(socket, got, busy).await });
        }
    });
    (port, got)
}

async fn talk(socket: tokio::net::TcpStream, got: Post, busy: Arc<Mutex<usize>>) {
    let (reader, mut writer) = socket.into_split();
    let mut lines = BufReader::new(reader).lines();
    let (mut from, mut to) = (String::new(), String::new());
    writer.write_all(b"220 test ESMTP\r\n").await.unwrap();
    while let Ok(Some(line)) = lines.next_line().await {
        let answer = match line.split([' ', ':']).next().unwrap_or("") {
            "EHLO" => "250-test\r\n250 8BITMIME",
            "MAIL" => {
                from = line;
                "250 ok"
            }
            "RCPT" => {
                to = line.clone();
                let put_off = {
                    let mut busy = busy.lock().unwrap();
                    let put_off = *busy > 0;
                    *busy = busy.saturating_sub(1);
                    put_off
                };
                match () {
                    () if line.contains("nobody@") => "550 no such user",
                    () if put_off => "451 come again",
                    () => "250 ok",
                }
            }
            "DATA" => {
                writer.write_all(b"354 go on\r\n").await.unwrap();
                let mut text = String::new();
                while let Ok(Some(line)) = lines.next_line().await {
                    if line == "." {
                        break;
                    }
                    text.push_str(&line);
                    text.push('\n');
                }
                got.lock().unwrap().push(Got { from: from.clone(), to: to.clone(), text });
                "250 taken"
            }
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        let _ = writer.write_all(format!("{answer}\r\n").as_bytes()).await;
    }
}

fn mailer(port: u16) -> Mailer {
    let server = MailServer {
        host: "127.0.0.1".into(),
        port,
        tls: MailTls::None,
        login: None,
        from: "Test <moderation@test.example>".into(),
        reply_to: None,
    };
    Mailer::new(&server).unwrap()
}

fn by_mail(world: &World, port: u16) -> Notices {
    let ways = Ways { mail: Some(mailer(port)), platform: None };
    Notices::new(Arc::clone(&world.engine), ways)
}

fn contact(email: &str, language: &str) -> Contact {
    Contact { email: Some(email.into()), language: Some(language.into()) }
}

/// The body of a letter without its encoding.
fn plain(letter: &str) -> String {
    letter.replace("=\n", "").replace("=3D", "=")
}

fn token(url: &str) -> String {
    url.rsplit('/').next().unwrap().to_owned()
}

async fn until_logged(world: &World, size: u64) {
    for _ in 0..500 {
        if world.engine.log().is_some()
            && world.engine.store.make_notices(world.now(), (true, false)).await.unwrap() as u64
                >= size
        {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the log did not go on");
}

#[tokio::test]
async fn a_decision_is_written_to_whom_it_concerns_once_it_is_in_the_log() {
    let world = World::new().await;
    let (port, got) = mail_server(1).await;
    let you = You::new(Arc::clone(&world.engine));
    you.issue(&account("ann"), contact("ann@mail.example", "en"), false).await.unwrap();
    let decision = world.breach(1, "ann").await;
    world.breach(2, "ben").await;
    let notices = by_mail(&world, port);
    assert_eq!(notices.round().await, Ok(0), "nobody is told before the log says it");
    let stop = CancellationToken::new();
    world.keep_log(stop.clone());
    until_logged(&world, 1).await;
    assert_eq!(notices.round().await, Ok(1));
    assert!(got.lock().unwrap().is_empty(), "the server put it off");
    assert_eq!(notices.round().await, Ok(0), "it waits");
    world.pass(1);
    assert_eq!(notices.round().await, Ok(1));
    world.pass(60);
    assert_eq!(notices.round().await, Ok(0), "it went once");
    let letter = got.lock().unwrap()[0].clone();
    assert!(
        letter.from.contains("moderation@test.example") && letter.to.contains("ann@mail.example")
    );
    let text = plain(&letter.text);
    assert!(text.contains("breaches our rules") && text.contains("/you/"), "{text}");
    assert!(text.contains(&format!("Message-ID: <decision-{}@test.example>", decision.id)));
    assert!(text.contains("text/plain") && text.contains("text/html"));
    let proofs = world.engine.store.notice_proofs(&account("ann")).await.unwrap();
    assert_eq!((proofs.len(), proofs[0].by.as_str()), (1, "mail"));
    // That a mail server took it is no proof that anybody read it.
    let receipts = world.decision(decision.id).await.receipts;
    assert!(receipts.iter().all(|one| one.state != ReceiptState::NoticeDelivered));
    stop.cancel();
}

#[tokio::test]
async fn a_page_opens_with_link_and_code_alone() {
    let world = World::new().await;
    let (port, got) = mail_server(0).await;
    let notices = by_mail(&world, port);
    let you = You::new(Arc::clone(&world.engine));
    let decision = world.breach(1, "ann").await;
    let bad = you.issue(&account("ann"), contact("no address", "en"), false).await;
    assert!(matches!(bad, Err(YouError::Bad(_))));
    let link = you.issue(&account("ann"), contact("ann@mail.example", "en"), false).await.unwrap();
    let token = token(&link.url);
    assert_eq!(you.inside(&token, None).await, Ok(None));
    assert_eq!(you.enter(&token, "000000").await, Err(YouError::NoCode), "none was sent");
    assert_eq!(you.open(&"0".repeat(64)).await.unwrap_err(), YouError::NoSuchLink);
    you.send_code(&token).await.unwrap();
    notices.round().await.unwrap();
    let text = plain(&got.lock().unwrap()[0].text);
    let code = text.split("code is ").nth(1).unwrap().get(..6).unwrap().to_owned();
    let wrong = if code == "111111" { "222222" } else { "111111" };
    for left in (0..5).rev() {
        assert_eq!(you.enter(&token, wrong).await, Err(YouError::WrongCode(left)));
    }
    assert_eq!(you.enter(&token, &code).await, Err(YouError::NoCode), "it was tried too often");
    you.send_code(&token).await.unwrap();
    notices.round().await.unwrap();
    let text = plain(&got.lock().unwrap()[1].text);
    let code = text.split("code is ").nth(1).unwrap().get(..6).unwrap().to_owned();
    let (left, right) = code.split_at(3);
    let spaced = format!(" {left} {right}");
    let visit = you.enter(&token, &spaced).await.unwrap();
    assert_eq!(you.enter(&token, &code).await, Err(YouError::NoCode), "a code opens once");
    assert_eq!(you.inside(&token, Some(&visit)).await, Ok(Some(account("ann"))));
    let receipts = world.decision(decision.id).await.receipts;
    assert_eq!(receipts[0].state, ReceiptState::NoticeDelivered, "who opened the page has read it");
    // The visit is of no use with another link, nor after its time.
    let other = you.issue(&account("ben"), Contact::default(), false).await.unwrap();
    assert_eq!(you.inside(&other.token, Some(&visit)).await, Ok(None));
    world.pass(121);
    assert_eq!(you.inside(&token, Some(&visit)).await, Ok(None));
    for _ in 0..5 {
        you.send_code(&token).await.unwrap();
    }
    assert_eq!(you.send_code(&token).await, Err(YouError::TooMany));
    world.pass(60 * 24 * 91);
    assert_eq!(you.open(&token).await.unwrap_err(), YouError::Lapsed);
    got.lock().unwrap().clear();
    notices.round().await.unwrap();
    assert!(got.lock().unwrap().is_empty(), "old codes are not sent");
    you.renew(&token).await.unwrap();
    you.renew(&token).await.unwrap();
    notices.round().await.unwrap();
    assert_eq!(got.lock().unwrap().len(), 1, "one new link, however often it is asked for");
    let renewed = you.issue(&account("ann"), Contact::default(), true).await.unwrap();
    assert!(you.open(&renewed.token).await.is_ok());
    assert_eq!(you.renew(&token).await, Err(YouError::Lapsed), "a withdrawn link gets no new one");
}

#[tokio::test]
async fn nothing_of_who_is_written_to_is_left_after_an_erasure() {
    let world = World::new().await;
    world.breach(1, "secret-zoe").await;
    let you = You::new(Arc::clone(&world.engine));
    let link = you
        .issue(&account("secret-zoe"), contact("secret-zoe@mail.example", "en"), false)
        .await
        .unwrap();
    you.send_code(&token(&link.url)).await.unwrap();
    world
        .engine
        .store
        .erase(&store::Forget::Account(account("secret-zoe")), world.now(), true)
        .await
        .unwrap();
    assert_eq!(you.open(&token(&link.url)).await.unwrap_err(), YouError::NoSuchLink);
    assert_eq!(
        world.engine.store.contact(&account("secret-zoe")).await.unwrap(),
        Contact::default()
    );
    assert!(world.engine.store.due_notices(world.now(), 9).await.unwrap().is_empty());
}

type Told = Arc<Mutex<Vec<serde_json::Value>>>;

async fn platform() -> (Endpoint, Told) {
    let told = Told::default();
    let secret = Secret::from_bytes(&[7; 32]).unwrap();
    let (shared, own) = (Arc::clone(&told), secret.clone());
    let take = move |headers: HeaderMap, body: Bytes| {
        let (shared, own) = (Arc::clone(&shared), own.clone());
        async move {
            let header = |name: &str| headers[name].to_str().unwrap().to_owned();
            let at: i64 = header("webhook-timestamp").parse().unwrap();
            let now = jiff::Timestamp::from_second(at).unwrap();
            let (id, time, signed) =
                (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
            assert_eq!(verify(&[own], &id, &time, &signed, &body, now), Ok(()));
            shared.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
            StatusCode::NO_CONTENT
        }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move {
        axum::serve(listener, Router::new().route("/hook", post(take))).await.unwrap()
    });
    (Endpoint { url, secrets: vec![secret] }, told)
}

#[tokio::test]
async fn without_an_address_the_platform_hands_on_codes_and_answers() {
    let world = World::new().await;
    let (endpoint, told) = platform().await;
    let client = http_client(&Reach { private_addresses: true, ..Reach::default() }).unwrap();
    let hooks = Hooks::new(Arc::clone(&world.engine), client, [7; 32]);
    hooks.configure(endpoint);
    let ways = Ways { mail: None, platform: Some(hooks) };
    let notices = Notices::new(Arc::clone(&world.engine), ways);
    let (you, appeals) =
        (You::new(Arc::clone(&world.engine)), Appeals::new(Arc::clone(&world.engine)));
    let link = you.issue(&account("ann"), Contact::default(), false).await.unwrap();
    you.send_code(&link.token).await.unwrap();
    let decision = world.breach(1, "ann").await;
    let plea = Plea {
        decision: decision.id,
        by: Appellant::Person,
        text: "It was once.".into(),
        language: None,
        evidence: Vec::new(),
    };
    let id = appeals.submit(plea).await.unwrap().id;
    let reply = Reply {
        outcome: AppealOutcome::Granted,
        reason: "It was made once.".into(),
        clause: None,
        passage: None,
        departs: None,
        evidence: Vec::new(),
    };
    appeals.answer(id, "reviewer 5", reply).await.unwrap();
    notices.round().await.unwrap();
    let told = told.lock().unwrap().clone();
    let kinds: Vec<&str> = told.iter().map(|one| one["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["notice.code", "notice.appeal_received", "notice.appeal_answered"]);
    let code = told[0]["data"]["code"].as_str().unwrap();
    assert!(you.enter(&link.token, code).await.is_ok());
    assert_eq!(told[2]["data"]["answer"]["outcome"], "granted");
    assert!(told[2]["data"]["text"].as_str().unwrap().contains("It was made once."));
    assert!(told[2]["data"]["url"].as_str().unwrap().contains("/you/"));
}

#[tokio::test]
async fn the_end_of_a_lock_is_told_once_by_mail_or_through_the_platform() {
    let world = World::new().await;
    let stop = CancellationToken::new();
    world.keep_log(stop.clone());
    let (port, got) = mail_server(0).await;
    let (endpoint, told) = platform().await;
    let client = http_client(&Reach { private_addresses: true, ..Reach::default() }).unwrap();
    let hooks = Hooks::new(Arc::clone(&world.engine), client, [7; 32]);
    hooks.configure(endpoint);
    let ways = Ways { mail: Some(mailer(port)), platform: Some(hooks) };
    let notices = Notices::new(Arc::clone(&world.engine), ways);
    let you = You::new(Arc::clone(&world.engine));
    you.issue(&account("ann"), contact("ann@mail.example", "de"), false).await.unwrap();
    for (n, who) in [(1, "ann"), (3, "ben")] {
        let first = world.breach(n, who).await;
        world.receipt(first.id, ReceiptState::NoticeDelivered).await;
        world.pass(1);
        assert_eq!(crate::world::words(&world.breach(n + 1, who).await), ["remove", "lock"]);
    }
    world.pass(3 * 24 * 60);
    assert_eq!(flow::end_due(&world.engine).await, Ok(2));
    let letters = || got.lock().unwrap().iter().filter(|one| one.text.contains("ended-")).count();
    for _ in 0..500 {
        notices.round().await.unwrap();
        if letters() > 0 && !told.lock().unwrap().is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    // Once, also after the server has looked again and again.
    for _ in 0..3 {
        notices.round().await.unwrap();
    }
    assert_eq!(letters(), 1);
    let told = told.lock().unwrap().clone();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(
        (&told[0]["type"], &told[0]["data"]["account"]),
        (&"notice.measure_ended".into(), &"ben".into())
    );
    assert_eq!(told[0]["data"]["measure"]["measure"], "lock");
    assert!(told[0]["data"]["text"].as_str().unwrap().contains("ended by itself"));
    stop.cancel();
}

#[tokio::test]
async fn who_reported_by_the_form_is_told_by_mail_if_they_wished_and_as_long_as_they_do() {
    let world = World::new().await;
    let (port, got) = mail_server(0).await;
    let notices = by_mail(&world, port);
    let send = async |n: u32, email: &str, mail: bool| {
        world.submit(n, "ann", "fine").await.unwrap();
        let notice = flow::Notice {
            item: Some(crate::world::item(n).to_string()),
            reason: "It is an offer.".into(),
            name: Some("Zoe".into()),
            email: Some(email.into()),
            good_faith: true,
            mail,
            ..flow::Notice::default()
        };
        let noticed = world.review.notice(notice, flow::Via::Form).await.unwrap();
        (noticed.items[0].case.unwrap(), noticed.token)
    };
    let (told, _) = send(1, "zoe@example.org", true).await;
    let (silent, _) = send(2, "yan@example.org", false).await;
    let (ended, token) = send(3, "xia@example.org", true).await;
    let (erased, _) = send(4, "wim@example.org", true).await;
    world.engine.store.no_mail(&token).await.unwrap();
    for case in [told, silent, ended, erased] {
        world.review.decide(case, "reviewer 1", no_breach()).await.unwrap();
    }
    let forget = store::Forget::Item(crate::world::item(4));
    world.engine.store.erase(&forget, world.now(), true).await.unwrap().unwrap();
    // The first letter only asks: anybody may have written that address down.
    for _ in 0..9 {
        notices.round().await.unwrap();
        world.pass(1);
    }
    let letters = got.lock().unwrap().clone();
    assert_eq!(letters.len(), 1, "{letters:?}");
    let asks = plain(&letters[0].text);
    assert!(letters[0].to.contains("zoe@example.org") && asks.contains("If it was not"), "{asks}");
    assert!(!asks.contains("One offer") && !asks.contains("/decisions/"), "{asks}");
    let store = &world.engine.store;
    let link = |letter: &str| letter.split("/mail/").nth(1).unwrap().get(..64).unwrap().to_owned();
    let zoe = store.mail_link(&link(&asks)).await.unwrap().unwrap();
    assert_eq!(store.mail_link(&"0".repeat(64)).await.unwrap(), None);
    store.wish_mail(&zoe, store::MailWish::Confirmed, world.now()).await.unwrap();
    world.pass(60);
    notices.round().await.unwrap();
    notices.round().await.unwrap();
    let letters = got.lock().unwrap().clone();
    assert_eq!(letters.len(), 2, "{letters:?}");
    let letter = plain(&letters[1].text);
    assert!(
        letters[1].to.contains("zoe@example.org") && letter.contains("your report"),
        "{letter}"
    );
    assert!(letter.contains("One offer to friends is no bulk."), "the reason: {letter}");
    assert!(letter.contains("/decisions/") && !letter.contains("/you/"), "{letter}");
    // Each letter has its own link that ends them, for all that is reported from this address.
    assert_ne!(link(&letter), link(&asks));
    assert_eq!(store.mail_link(&link(&letter)).await.unwrap().as_deref(), Some(zoe.as_str()));
    store.wish_mail(&zoe, store::MailWish::Ended, world.now()).await.unwrap();
    let (again, _) = send(5, "Zoe@example.org", true).await;
    world.review.decide(again, "reviewer 1", no_breach()).await.unwrap();
    notices.round().await.unwrap();
    assert_eq!(got.lock().unwrap().len(), 2, "they ended it");
    assert!(world.engine.store.due_notices(world.now(), 9).await.unwrap().is_empty());
}
