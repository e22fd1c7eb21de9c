//! Tells people: decisions, codes, answers to appeals, by e-mail or through the platform, again and again until
//! somebody took it. Must not put a name, an address or a code into the operator's log.

mod reporter;
mod words;

use crate::{Engine, Hooks, You};
use jiff::Timestamp;
use model::{AppealOutcome, Decided, Measure, Statement};
use platforms::mail::{Letter, Mailed, Mailer};
use platforms::webhook::{self, Delivery};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use store::{
    Contact, DueNotice, NewNotice, NoticeKind, ReporterWay, StoreError, StoredEnding, Told,
};
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use words::{Words, fill};

/// How often notices are looked for.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How often deadlines of appeals are looked at.
const DEADLINES_EVERY: u32 = 60;
const MOST_AT_ONCE: u32 = 100;
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);
/// After this time a notice is given up.
const GIVE_UP_AFTER: Duration = Duration::from_secs(3 * 24 * 3600);
/// A code is worthless after this time.
const CODE_LASTS: Duration = Duration::from_secs(15 * 60);

/// The ways in which people can be told.
#[derive(Debug, Clone, Default)]
pub struct Ways {
    /// E-mail.
    pub mail: Option<Mailer>,
    /// The address that carries decisions out, while there is one.
    pub platform: Option<Hooks>,
}

/// The worker that tells people.
#[derive(Debug, Clone)]
pub struct Notices {
    engine: Arc<Engine>,
    ways: Ways,
}

impl Notices {
    /// A worker that does nothing until it is started.
    pub const fn new(engine: Arc<Engine>, ways: Ways) -> Self {
        Self { engine, ways }
    }

    /// Starts the worker; it ends when `stop` is cancelled.
    pub fn start(self, stop: CancellationToken) -> JoinHandle<()> {
        tokio::spawn(async move {
            let appeals = crate::Appeals::new(Arc::clone(&self.engine));
            let mut rounds: u32 = 0;
            while !stop.is_cancelled() {
                if let Err(error) = self.round().await {
                    tracing::error!(%error, "notices cannot be read or written");
                }
                if rounds.is_multiple_of(DEADLINES_EVERY)
                    && let Err(error) = appeals.escalate_overdue().await
                {
                    tracing::error!(%error, "the deadlines of appeals cannot be read");
                }
                rounds = rounds.wrapping_add(1);
                tokio::select! {
                    () = sleep(LOOK_EVERY) => {}
                    () = stop.cancelled() => {}
                }
            }
        })
    }

    /// Tries everything that is due, once. Returns how much that was.
    ///
    /// # Errors
    /// [`StoreError`] when the store fails.
    pub async fn round(&self) -> Result<usize, StoreError> {
        let (store, now) = (&self.engine.store, self.engine.clock.now());
        let ways = (self.ways.mail.is_some(), self.ways.platform.is_some());
        if ways != (false, false) {
            store.make_notices(now, ways).await?;
        }
        let due = store.due_notices(now, MOST_AT_ONCE).await?;
        for one in &due {
            let told = self.tell(one, now).await?;
            let outcome = match &told {
                Told::Mail => "mail",
                Told::Webhook => "webhook",
                Told::Failed { next_at: Some(_), .. } => "retry",
                Told::Failed { next_at: None, .. } => "gave_up",
            };
            if let Told::Failed { why, next_at: None } = &told {
                tracing::error!(notice = one.notice.id, why, "a notice is given up");
            }
            metrics::counter!("evenhand_notices_total", "outcome" => outcome).increment(1);
            store.told(&one.notice.id, now, &told).await?;
        }
        Ok(due.len())
    }

    async fn tell(&self, due: &DueNotice, now: Timestamp) -> Result<Told, StoreError> {
        let notice = &due.notice;
        if notice.kind == NoticeKind::Code && after(notice.created_at, CODE_LASTS) <= now {
            return Ok(Told::Failed { why: "the code lapsed".into(), next_at: None });
        }
        if notice.kind == NoticeKind::ReportOutcome {
            let report = notice.report.as_deref().unwrap_or_default();
            match self.engine.store.reporter_way(report).await? {
                ReporterWay::Platform => {}
                ReporterWay::Nobody => return Ok(unwished()),
                ReporterWay::Mail { to, reporter } => {
                    return self.to_reporter(due, (&to, &reporter), now).await;
                }
            }
        }
        let contact = self.engine.store.contact(&notice.account).await?;
        let by_mail = self.ways.mail.is_some() && notice.kind != NoticeKind::ReportOutcome;
        if let Some(to) = contact.email.as_ref().filter(|_| by_mail) {
            return self.by_mail(due, &contact, (to, None), now).await;
        }
        let way = match &self.ways.platform {
            Some(hooks) => hooks.platform().await?.map(|to| (hooks.client(), to)),
            None => None,
        };
        let Some((client, endpoint)) = way else {
            return Ok(later(
                due,
                "there is no way to tell them: no mail server, no webhook".into(),
                now,
            ));
        };
        let Some(data) = self.data(notice, &contact).await? else { return Ok(gone()) };
        let kind = format!("notice.{}", notice.kind.word());
        let id = format!("msg_{}", notice.id.replace('-', "_"));
        Ok(match webhook::send(client, &endpoint, (&id, &kind), &data, now).await {
            Delivery::Delivered => Told::Webhook,
            Delivery::Gone => {
                Told::Failed { why: "the platform takes no more (410)".into(), next_at: None }
            }
            Delivery::Rejected { why } if due.attempts >= 5 => Told::Failed { why, next_at: None },
            Delivery::Rejected { why } | Delivery::Retry { why, .. } => later(due, why, now),
        })
    }

    async fn send(&self, letter: &Letter) -> Mailed {
        match &self.ways.mail {
            Some(mailer) => mailer.send(letter).await,
            None => Mailed::Retry("there is no mail server".into()),
        }
    }

    /// Sends a letter, once; with the link that ends such letters, where there is one.
    async fn by_mail(
        &self,
        due: &DueNotice,
        contact: &Contact,
        to: (&str, Option<&str>),
        now: Timestamp,
    ) -> Result<Told, StoreError> {
        let Some(letter) = self.letter(&due.notice, contact, to).await? else { return Ok(gone()) };
        Ok(match self.send(&letter).await {
            Mailed::Accepted => Told::Mail,
            Mailed::Retry(why) => later(due, why, now),
            Mailed::Rejected(why) => Told::Failed { why, next_at: None },
        })
    }

    /// A link to the person's page; drawn when it is sent, because no token is kept. Who reported gets the public
    /// statement: they have no page about somebody else.
    async fn page(&self, notice: &NewNotice) -> Result<String, StoreError> {
        if let Some(decision) = notice.decision.filter(|_| notice.kind == NoticeKind::ReportOutcome)
        {
            return Ok(format!("{}/decisions/{decision}", self.engine.settings.public_url));
        }
        Ok(You::new(Arc::clone(&self.engine)).draw_link(&notice.account).await?.url)
    }

    /// What the platform is told, to hand on.
    async fn data(
        &self,
        notice: &NewNotice,
        contact: &Contact,
    ) -> Result<Option<Value>, StoreError> {
        let store = &self.engine.store;
        let mut data = json!({ "account": notice.account, "decision": notice.decision });
        let Some(members) = data.as_object_mut() else { return Ok(None) };
        match notice.kind {
            NoticeKind::Code => {
                let Some(code) = &notice.secret else { return Ok(None) };
                members.insert("code".into(), json!(code));
                members.insert("expires_at".into(), json!(after(notice.created_at, CODE_LASTS)));
            }
            NoticeKind::ReportOutcome => {
                let Some(decision) = notice.decision else { return Ok(None) };
                let Some(stored) = store.decision(decision).await? else { return Ok(None) };
                let public = stored.statement.public_view(&stored.decision, false);
                members.remove("account");
                members.insert("report".into(), json!(notice.report));
                members.insert("statement".into(), json!(public));
            }
            NoticeKind::MeasureEnded => {
                let Some((ended, measure)) = self.ended(notice).await? else { return Ok(None) };
                members.insert("ending".into(), json!(ended.id));
                members.insert("measure".into(), json!(measure));
                members.insert("ended_at".into(), json!(ended.ended_at));
                members.insert("url".into(), json!(self.page(notice).await?));
            }
            _ => {
                members.insert("url".into(), json!(self.page(notice).await?));
            }
        }
        if let Some(id) = notice.appeal {
            let Some(stored) = store.appeal(id).await? else { return Ok(None) };
            members.insert("appeal".into(), json!(id));
            members.insert("due_at".into(), json!(stored.appeal.due_at));
            let answer = stored.answer.map(|answer| {
                json!({ "outcome": answer.outcome, "reason": answer.reason, "answered_at": answer.answered_at })
            });
            members.insert("answer".into(), json!(answer));
        }
        let language = contact.language.as_deref().unwrap_or("en");
        if let Some(letter) = self.text(notice, language, "").await? {
            members.insert("subject".into(), json!(letter.0));
            members.insert("text".into(), json!(letter.1));
        }
        Ok(Some(data))
    }

    /// The end that a notice is of, with the measure.
    async fn ended(
        &self,
        notice: &NewNotice,
    ) -> Result<Option<(StoredEnding, Measure)>, StoreError> {
        let Some(id) = notice.decision else { return Ok(None) };
        let Some(stored) = self.engine.store.decision(id).await? else { return Ok(None) };
        let one = stored.endings.iter().find(|one| notice.id == format!("ended-{}", one.id));
        let measure = one.and_then(|one| stored.decision.measures.get(one.position));
        Ok(one.cloned().zip(measure.cloned()))
    }

    async fn letter(
        &self,
        notice: &NewNotice,
        contact: &Contact,
        (to, end): (&str, Option<&str>),
    ) -> Result<Option<Letter>, StoreError> {
        let language = self.language(notice, contact).await?;
        let page = match notice.kind {
            NoticeKind::Code => String::new(),
            _ => self.page(notice).await?,
        };
        let Some((subject, mut text)) = self.text(notice, &language, &page).await? else {
            return Ok(None);
        };
        if let Some(end) = end {
            text.push_str(&format!("\n\n{}\n{end}", words::of(&language).ends));
        }
        let html = html(&language, &subject, &text, &[&page, end.unwrap_or_default()]);
        Ok(Some(Letter { to: to.to_owned(), subject, text, html, id: notice.id.clone() }))
    }

    /// The language in which they are told: theirs, if it is known, else the statement's.
    async fn language(&self, notice: &NewNotice, contact: &Contact) -> Result<String, StoreError> {
        let known = self.engine.rulebook.load();
        let primary = |tag: &str| tag.split(['-', '_']).next().unwrap_or(tag).to_lowercase();
        if let Some(language) = contact.language.as_deref().map(primary)
            && known.settings.languages.contains(&language)
        {
            return Ok(language);
        }
        // The statement is in the language of who posted: nothing is known of who reported.
        let stored = match notice.decision.filter(|_| notice.kind != NoticeKind::ReportOutcome) {
            Some(id) => self.engine.store.decision(id).await?,
            None => None,
        };
        Ok(stored.map_or_else(
            || known.settings.default_language().to_owned(),
            |stored| stored.statement.parts().language.clone(),
        ))
    }

    /// Subject and plain text. `page` stands at the end, unless it is empty.
    async fn text(
        &self,
        notice: &NewNotice,
        language: &str,
        page: &str,
    ) -> Result<Option<(String, String)>, StoreError> {
        let words: &Words = words::of(language);
        let provider_name = self.engine.rulebook.load().settings.provider.clone();
        let provider = [("provider", provider_name.as_str())];
        let store = &self.engine.store;
        let (subject, mut parts) = match notice.kind {
            NoticeKind::Code => {
                let Some(code) = notice.secret.as_deref() else { return Ok(None) };
                let values = [("provider", provider_name.as_str()), ("code", code)];
                (fill(words.code, &values), vec![fill(words.code_text, &values)])
            }
            NoticeKind::Link => {
                (fill(words.link, &provider), vec![fill(words.link_text, &provider)])
            }
            NoticeKind::Decision | NoticeKind::ReportOutcome => {
                let Some(id) = notice.decision else { return Ok(None) };
                let Some(stored) = store.decision(id).await? else { return Ok(None) };
                // As for the platform: nothing is told that does not stand with its statement.
                let Ok(decided) = Decided::new(stored.decision, stored.statement) else {
                    return Ok(None);
                };
                let parts = decided.statement().parts();
                let said = match notice.kind {
                    NoticeKind::Decision => &parts.notice,
                    _ => &parts.facts,
                };
                let text = Statement::in_language(said, language).to_owned();
                let subject = match notice.kind {
                    NoticeKind::Decision => words.decision,
                    _ => words.reported,
                };
                (fill(subject, &provider), vec![text])
            }
            NoticeKind::MeasureEnded => {
                let Some((ended, measure)) = self.ended(notice).await? else { return Ok(None) };
                let at = ended.ended_at.strftime("%Y-%m-%d %H:%M UTC").to_string();
                let what = rules::decide::kinds_in_words(language, &[measure]).join(" ");
                let values = [("measure", what.as_str()), ("at", &at)];
                (fill(words.ended, &provider), vec![fill(words.ended_text, &values)])
            }
            NoticeKind::AppealReceived | NoticeKind::AppealAnswered => {
                let Some(id) = notice.appeal else { return Ok(None) };
                let Some(stored) = store.appeal(id).await? else { return Ok(None) };
                match stored.answer.filter(|_| notice.kind == NoticeKind::AppealAnswered) {
                    None => {
                        let day = stored.appeal.due_at.strftime("%Y-%m-%d").to_string();
                        (
                            words.received.to_owned(),
                            vec![fill(words.received_text, &[("day", &day)])],
                        )
                    }
                    Some(answer) => {
                        let said = match answer.outcome {
                            AppealOutcome::Granted => words.granted,
                            AppealOutcome::Varied => words.varied,
                            AppealOutcome::Rejected => words.rejected,
                        };
                        let reason = fill(words.reasons, &[("reason", &answer.reason)]);
                        let mut parts = vec![said.to_owned(), reason];
                        if answer.outcome != AppealOutcome::Granted {
                            parts.push(words.outside.to_owned());
                        }
                        (words.answered.to_owned(), parts)
                    }
                }
            }
        };
        if !page.is_empty() {
            let says = match notice.kind {
                NoticeKind::ReportOutcome => words.reported_page,
                _ => words.your_page,
            };
            parts.push(format!("{says}\n{page}"));
        }
        Ok(Some((subject, parts.join("\n\n"))))
    }
}

fn gone() -> Told {
    Told::Failed { why: "what it was about is not there any more".into(), next_at: None }
}

fn unwished() -> Told {
    let why = "who reported is not known, or does not want to be told";
    Told::Failed { why: why.into(), next_at: None }
}

fn after(at: Timestamp, span: Duration) -> Timestamp {
    at.checked_add(span).unwrap_or(Timestamp::MAX)
}

/// Doubles the pause with each attempt, until it is given up.
fn later(due: &DueNotice, why: String, now: Timestamp) -> Told {
    let pause = FIRST_PAUSE.saturating_mul(1_u32 << due.attempts.min(16)).min(LONGEST_PAUSE);
    let next = after(now, pause);
    let over = after(due.notice.created_at, GIVE_UP_AFTER);
    Told::Failed { why, next_at: (next <= over).then_some(next) }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The same words as HTML: paragraphs, and addresses as links.
fn html(language: &str, subject: &str, text: &str, pages: &[&str]) -> String {
    let mut paragraphs: String = text
        .split("\n\n")
        .map(|paragraph| format!("<p>{}</p>\n", escaped(paragraph).replace('\n', "<br>\n")))
        .collect();
    for page in pages.iter().filter(|page| !page.is_empty()) {
        let page = escaped(page);
        paragraphs = paragraphs.replace(&page, &format!("<a href=\"{page}\">{page}</a>"));
    }
    format!(
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{}</title></head>\n\
         <body style=\"font:16px/1.5 sans-serif;max-width:40em\">\n{paragraphs}</body></html>\n",
        escaped(language),
        escaped(subject)
    )
}
