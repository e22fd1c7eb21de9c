//! What the page of a case shows, gathered. Must not show who posted while that is hidden from the reader.

use super::form::Filled;
use super::marked::{Piece, pieces};
use crate::api::refused;
use crate::problem::Problem;
use crate::state::{ConsoleState, storage};
use flow::like::Precedents;
use flow::{Held, Present, Preview, Workload};
use jiff::{SignedDuration, Timestamp};
use model::{
    AffiliationSubject, ClauseId, Event, FoundBy, ItemId, ItemKind, Measure, StandingKind, Subject,
};
use rules::rulebook::Rulebook;
use std::ops::Range;
use store::{FirstAnswer, KeptEvidence, StoredCase, StoredDecision};

/// A post that this one answers or quotes.
#[derive(Debug)]
pub(crate) struct Other {
    pub says: &'static str,
    pub id: String,
    pub text: Option<String>,
}

/// A picture, video or sound.
#[derive(Debug)]
pub(crate) struct MediaView {
    pub kind: String,
    pub url: String,
    pub alt: Option<String>,
    pub label: Option<String>,
    pub sha256: Option<String>,
}

impl MediaView {
    /// What it is called in a sentence.
    pub(crate) fn named(&self) -> &'static str {
        match self.kind.as_str() {
            "video" => "video",
            "audio" => "sound",
            _ => "picture",
        }
    }

    /// Whether there is an address to fetch it from.
    pub(crate) fn is_there(&self) -> bool {
        self.url.starts_with("https://") || self.url.starts_with("http://")
    }
}

/// The item as it was.
#[derive(Debug)]
pub(crate) struct ItemView {
    pub kind: &'static str,
    pub url: Option<String>,
    pub language: Option<String>,
    pub posted_at: Timestamp,
    pub text: Vec<Piece>,
    pub links: Vec<(String, Option<String>)>,
    pub media: Vec<MediaView>,
    pub others: Vec<Other>,
}

/// What was found or reported.
#[derive(Debug)]
pub(crate) struct FindingView {
    pub title: String,
    pub by: String,
    pub says: String,
}

/// A warning or a strike with its clock.
#[derive(Debug)]
pub(crate) struct EntryView {
    pub decision: String,
    pub kind: &'static str,
    pub title: String,
    pub clock: String,
    pub counts: bool,
}

/// Who posted.
#[derive(Debug)]
pub(crate) struct AccountView {
    pub id: String,
    pub name: Option<String>,
    pub display_name: Option<String>,
    pub language: Option<String>,
    pub created_at: Option<Timestamp>,
    pub entries: Vec<EntryView>,
}

/// What a register says of the account or of a domain that is linked to.
#[derive(Debug)]
pub(crate) struct AffiliationView {
    pub of: String,
    pub says: &'static str,
    pub name: String,
    pub country: Option<String>,
    pub source: String,
    pub date: String,
}

/// A precedent.
#[derive(Debug)]
pub(crate) struct PrecedentView {
    pub decision: String,
    pub held: crate::views::Held,
    pub did: String,
    pub when: Timestamp,
    pub percent: u32,
    /// How near it is by meaning, where that brought it here.
    pub meaning: Option<String>,
    pub text: Vec<Piece>,
    pub of_now: bool,
}

/// The precedents under a clause.
#[derive(Debug)]
pub(crate) struct LineView {
    pub title: String,
    pub settled: Option<&'static str>,
    pub nearest: Vec<PrecedentView>,
}

/// A clause that can be chosen.
#[derive(Debug)]
pub(crate) struct ClauseChoice {
    pub id: String,
    pub title: String,
    pub policy: String,
    /// The key that chooses it: `1` to `9`.
    pub key: Option<usize>,
    pub href: String,
    pub chosen: bool,
}

/// A passage that a rule matched.
#[derive(Debug)]
pub(crate) struct PassageChoice {
    pub text: String,
    pub href: String,
    pub chosen: bool,
}

/// Everything on the page.
#[derive(Debug)]
pub(crate) struct CaseView {
    pub stored: StoredCase,
    pub now: Timestamp,
    pub blind: bool,
    pub item: Option<ItemView>,
    pub findings: Vec<FindingView>,
    pub account: Option<AccountView>,
    pub affiliations: Vec<AffiliationView>,
    pub lines: Vec<LineView>,
    pub evidence: Vec<KeptEvidence>,
    pub others: Vec<Present>,
    pub workload: Workload,
    pub answers: Vec<FirstAnswer>,
    pub clauses: Vec<ClauseChoice>,
    pub passages: Vec<PassageChoice>,
    pub chosen: Option<model::ClauseText>,
    pub preview: Option<Preview>,
    pub filled: Filled,
    /// The words of the passage do not stand in the post.
    pub lost: bool,
    pub decided: Option<StoredDecision>,
}

/// `8 s`, `12 min`, `5 h`, `3 days`.
pub(crate) fn span(from: Timestamp, to: Timestamp) -> String {
    let seconds = to.duration_since(from).max(SignedDuration::ZERO).as_secs();
    match seconds {
        0..=89 => format!("{seconds} s"),
        90..=5_399 => format!("{} min", seconds / 60),
        5_400..=129_599 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

impl CaseView {
    /// Gathers what `by` sees of a case, with the form as it is filled in.
    ///
    /// # Errors
    /// A problem when there is no such case or the store cannot be read.
    pub(crate) async fn gather(
        state: &ConsoleState,
        stored: StoredCase,
        by: &str,
        mut filled: Filled,
    ) -> Result<Self, Problem> {
        let (review, id) = (&state.review, stored.case.id);
        let book = state.rulebook.load_full();
        let now = state.clock.now();
        let others = review.look(&stored, by).await.map_err(|error| refused(&error))?;
        let blind = review.is_blind(&stored, by).await.map_err(|error| refused(&error))?;
        let subject = Subject::of(&stored.event.event).ok().flatten();
        let text = subject.as_ref().map_or("", |subject| subject.item.text.as_str());
        let chosen: Option<ClauseId> = filled.clause.parse().ok();
        let named = questioned(&stored);
        if filled.reason.is_none() {
            filled.reason = proposed_reason(&book, &stored, &filled);
        }
        let lost = filled.passage(text).is_err();
        let verdict = filled.verdict(text).filter(|_| !blind && stored.decision.is_none());
        let preview = match &verdict {
            Some(verdict) => {
                Some(review.preview(id, by, verdict).await.map_err(|error| refused(&error))?)
            }
            None => None,
        };
        let precedents = review.precedents(id, chosen.as_ref()).await;
        let (_, mut lines) = precedents.map_err(|error| refused(&error))?;
        lines.sort_by_key(|line| Some(&line.clause) != chosen.as_ref());
        let decided = match stored.decision {
            Some(id) => state.store.decision(id).await.map_err(|error| storage(&error))?,
            None => None,
        };
        let item = match &subject {
            Some(subject) => Some(item(state, &stored, subject, &filled, blind).await?),
            None => None,
        };
        let account = match subject.as_ref().filter(|_| !blind) {
            Some(subject) => Some(account(state, &book, subject, &stored.event.event, now).await?),
            None => None,
        };
        Ok(Self {
            now,
            item,
            findings: findings(&book, &stored),
            account,
            affiliations: subject
                .map_or(Vec::new(), |subject| affiliations(&book, &subject, blind)),
            lines: lines.iter().map(|line| line_view(&book, line)).collect(),
            evidence: review.evidence(id).await.map_err(|error| refused(&error))?,
            others,
            workload: review.workload(by).await.map_err(|error| refused(&error))?,
            answers: review.first_answers(id).await.map_err(|error| refused(&error))?,
            clauses: clauses(&book, &named, &stored, &filled),
            passages: passages(&stored, &filled),
            chosen: chosen.and_then(|id| book.clause(&id, book.settings.default_language())),
            preview,
            filled,
            lost,
            decided,
            blind,
            stored,
        })
    }

    /// Whether the form is shown: the case waits, and nobody proposed anything.
    pub(crate) fn is_open(&self) -> bool {
        self.stored.decision.is_none() && self.stored.proposal.is_none()
    }

    /// The passages to choose from; a single one that is chosen stands in the field already.
    pub(crate) fn passages_left(&self) -> &[PassageChoice] {
        match self.passages.as_slice() {
            [only] if only.chosen => &[],
            all => all,
        }
    }

    /// What the ladder asks for in one line.
    pub(crate) fn measures(&self) -> &[Measure] {
        let decided = self.preview.as_ref().and_then(|preview| preview.decided.as_ref());
        decided.map_or(&[], |decided| decided.decision().measures.as_slice())
    }

    pub(crate) fn ago(&self, at: &Timestamp) -> String {
        span(*at, self.now)
    }
}

/// The clauses in question: found first, then reported.
fn questioned(stored: &StoredCase) -> Vec<ClauseId> {
    let found = stored.case.findings.iter().map(|finding| &finding.clause);
    let reported = stored.reports.iter().filter_map(|report| report.clause.as_ref());
    let mut named: Vec<ClauseId> = Vec::new();
    for clause in found.chain(reported) {
        if !named.contains(clause) {
            named.push(clause.clone());
        }
    }
    named
}

/// Where a rule matched under the clause, as the form says it.
fn matched(stored: &StoredCase, clause: &str) -> Option<(String, String)> {
    let under = stored.case.findings.iter().filter(|finding| finding.clause.as_str() == clause);
    let passage = under
        .filter_map(|finding| finding.passage.as_ref())
        .find(|one| one.field == "$.item.text")?;
    Some((format!("{}-{}", passage.start, passage.end), passage.text.clone()))
}

fn href(clause: &str, passage: Option<(String, String)>) -> String {
    let (at, words) = passage.unwrap_or_default();
    let (outcome, clause) = ("breach".into(), clause.to_owned());
    format!("?{}", Filled { outcome, clause, at, words, ..Filled::default() }.query())
}

fn clauses(
    book: &Rulebook,
    named: &[ClauseId],
    stored: &StoredCase,
    filled: &Filled,
) -> Vec<ClauseChoice> {
    let rest = book.clauses().filter(|clause| !named.contains(clause));
    let language = book.settings.default_language();
    let all = named.iter().chain(rest).filter_map(|id| book.clause(id, language));
    all.enumerate()
        .map(|(at, text)| ClauseChoice {
            chosen: filled.outcome == "breach" && filled.clause == text.id.as_str(),
            href: href(text.id.as_str(), matched(stored, text.id.as_str())),
            id: text.id.to_string(),
            title: text.title,
            policy: text.policy_title,
            key: (at < named.len().min(9)).then_some(at + 1),
        })
        .collect()
}

fn passages(stored: &StoredCase, filled: &Filled) -> Vec<PassageChoice> {
    let mut all: Vec<PassageChoice> = Vec::new();
    for passage in stored.case.findings.iter().filter_map(|finding| finding.passage.as_ref()) {
        let at = format!("{}-{}", passage.start, passage.end);
        if passage.field != "$.item.text" || all.iter().any(|one| one.text == passage.text) {
            continue;
        }
        let other = Filled { at: at.clone(), words: passage.text.clone(), ..filled.clone() };
        let chosen = filled.at == at || filled.words == passage.text;
        let href = format!("?{}", other.query());
        all.push(PassageChoice { text: passage.text.clone(), href, chosen });
    }
    all
}

/// A first draft of the reason: what the rule says that found it, or that nothing in question is breached.
fn proposed_reason(book: &Rulebook, stored: &StoredCase, filled: &Filled) -> Option<String> {
    match filled.held()? {
        Held::Breach => {
            let found = stored.case.findings.iter().find(|finding| {
                finding.clause.as_str() == filled.clause && matches!(finding.by, FoundBy::Rules(_))
            })?;
            let says = found.explanation.trim().trim_end_matches('.');
            (!says.is_empty()).then(|| format!("{says}."))
        }
        Held::NoBreach => {
            let language = book.settings.default_language();
            let titles: Vec<String> = questioned(stored)
                .iter()
                .filter_map(|id| Some(format!("“{}”", book.clause(id, language)?.title)))
                .collect();
            let what = if titles.is_empty() { "any clause".into() } else { titles.join(" or ") };
            Some(format!("Read as a whole and in its context, the post does not breach {what}."))
        }
    }
}

async fn item(
    state: &ConsoleState,
    stored: &StoredCase,
    subject: &Subject,
    filled: &Filled,
    blind: bool,
) -> Result<ItemView, Problem> {
    let item = &subject.item;
    let mut marks: Vec<(Range<usize>, &'static str)> = Vec::new();
    for passage in stored.case.findings.iter().filter_map(|finding| finding.passage.as_ref()) {
        if passage.field == "$.item.text" {
            marks.push((passage.start..passage.end, "found"));
        }
    }
    if let Ok(Some(chosen)) = filled.passage(&item.text) {
        marks.push((chosen.start..chosen.end, "chosen"));
    }
    let mut others = Vec::new();
    for (says, id) in [("Answers", &item.in_reply_to), ("Quotes", &item.quotes)] {
        let Some(id) = id else { continue };
        let text = other_text(state, id).await?;
        let id = if blind { "hidden for now".to_owned() } else { id.to_string() };
        others.push(Other { says, id, text });
    }
    Ok(ItemView {
        kind: match item.kind {
            ItemKind::Post => "Post",
            ItemKind::Comment => "Comment",
            ItemKind::Profile => "Profile",
            ItemKind::Image => "Picture",
            ItemKind::Video => "Video",
        },
        url: item.url.clone().filter(|_| !blind),
        language: item.language.clone(),
        posted_at: subject.conduct_at(&stored.event.event),
        text: pieces(&item.text, &marks),
        links: item.links.iter().map(|link| (link.clone(), host(link))).collect(),
        media: item
            .media
            .iter()
            .map(|one| MediaView {
                kind: one.kind.clone(),
                url: one.url.clone(),
                alt: one.alt.clone(),
                label: one.label.clone(),
                sha256: one.sha256.clone(),
            })
            .collect(),
        others,
    })
}

async fn other_text(state: &ConsoleState, id: &ItemId) -> Result<Option<String>, Problem> {
    let event = state.store.latest_event_of(id).await.map_err(|error| storage(&error))?;
    let subject = event.and_then(|kept| Subject::of(&kept.event).ok().flatten());
    Ok(subject.map(|subject| crate::text::visible_lines(&subject.item.text)))
}

/// The host of a web address.
fn host(link: &str) -> Option<String> {
    let rest = link.split_once("://")?.1;
    let host = rest.split(['/', '?', '#']).next()?.rsplit('@').next()?;
    let host = host.split(':').next()?.trim_end_matches('.').to_ascii_lowercase();
    (!host.is_empty()).then_some(host)
}

fn title_of(book: &Rulebook, id: &ClauseId) -> String {
    let text = book.clause(id, book.settings.default_language());
    text.map_or_else(|| id.to_string(), |text| text.title)
}

fn findings(book: &Rulebook, stored: &StoredCase) -> Vec<FindingView> {
    let found =
        stored.case.findings.iter().filter(|finding| !matches!(finding.by, FoundBy::Report(_)));
    let mut all: Vec<FindingView> = found
        .map(|finding| FindingView {
            title: title_of(book, &finding.clause),
            by: match &finding.by {
                FoundBy::Rules(rules) => format!("found by {}", rules.join(", ")),
                FoundBy::Person(by) => format!("found by {by}"),
                FoundBy::Report(_) => "reported".into(),
                FoundBy::LikeCases(_) => "found because like posts were held so".into(),
            },
            says: finding.explanation.clone(),
        })
        .collect();
    all.extend(stored.reports.iter().map(|report| FindingView {
        title: report.clause.as_ref().map_or("No clause named".into(), |id| title_of(book, id)),
        by: format!("reported on {}", crate::text::brief(&report.received_at)),
        says: report.reason.clone(),
    }));
    all
}

async fn account(
    state: &ConsoleState,
    book: &Rulebook,
    subject: &Subject,
    event: &Event,
    now: Timestamp,
) -> Result<AccountView, Problem> {
    let account = &subject.account;
    let conduct = subject.conduct_at(event);
    let standings = state.store.standings(std::slice::from_ref(&account.id)).await;
    let standing =
        standings.map_err(|error| storage(&error))?.remove(&account.id).unwrap_or_default();
    let entry = |entry: &model::StandingEntry| {
        let lapses = crate::text::day(&entry.expires_at);
        let counts =
            entry.delivered_at.is_some_and(|at| at < conduct) && conduct < entry.expires_at;
        let clock = match entry.delivered_at {
            _ if entry.expires_at <= now => format!("lapsed on {lapses}"),
            None => format!("notice not delivered; would lapse on {lapses}"),
            Some(at) if at >= conduct => format!("told only after this post; lapses on {lapses}"),
            Some(at) => format!(
                "told on {}, lapses on {lapses}, in {}",
                crate::text::day(&at),
                span(now, entry.expires_at)
            ),
        };
        EntryView {
            decision: entry.decision.to_string(),
            kind: match entry.kind {
                StandingKind::Warning => "Warning",
                StandingKind::Strike => "Strike",
            },
            title: title_of(book, &entry.clause),
            clock,
            counts,
        }
    };
    Ok(AccountView {
        id: account.id.to_string(),
        name: account.name.clone(),
        display_name: account.display_name.clone(),
        language: account.language.clone(),
        created_at: account.created_at,
        entries: standing.entries.iter().rev().map(entry).collect(),
    })
}

fn affiliations(book: &Rulebook, subject: &Subject, blind: bool) -> Vec<AffiliationView> {
    let hosts: Vec<String> = subject.item.links.iter().filter_map(|link| host(link)).collect();
    let about = |of: &AffiliationSubject| match of {
        AffiliationSubject::Account(id) => {
            (!blind && *id == subject.account.id).then(|| "This account".to_owned())
        }
        AffiliationSubject::Domain(domain) => hosts
            .iter()
            .any(|host| host == domain || host.ends_with(&format!(".{domain}")))
            .then(|| domain.clone()),
    };
    let found = book.affiliations.iter().filter_map(|one| Some((about(&one.subject)?, one)));
    let shown = found.map(|(of, one)| AffiliationView {
        of,
        says: match one.kind {
            model::AffiliationKind::Government => "speaks for a government",
            model::AffiliationKind::StateMedia => "is controlled by a state",
            model::AffiliationKind::Legislature => "speaks for a parliament",
            model::AffiliationKind::PublicMedia => "is paid by the public and decides by itself",
            model::AffiliationKind::Party => "speaks for a party",
            model::AffiliationKind::None => "is stated to speak for nobody",
        },
        name: one.name.clone(),
        country: one.country.clone(),
        source: one.source.clone(),
        date: one.date.clone(),
    });
    shown.collect()
}

fn line_view(book: &Rulebook, line: &Precedents) -> LineView {
    let nearest = line.nearest.iter().filter_map(|one| {
        let decision = one.like.decision.as_ref()?;
        let marks: Vec<_> =
            one.like.shared.iter().map(|shared| (shared.other.clone(), "shared")).collect();
        let held = held(one.held);
        Some(PrecedentView {
            decision: one.decision.to_string(),
            held,
            did: crate::text::all_done(&decision.measures, held),
            when: decision.decided_at,
            percent: percent(one.like.similarity.ratio()),
            meaning: one.like.meaning().map(|cosine| format!("{cosine:.2}")),
            text: pieces(&one.like.text, &marks),
            of_now: one.rulebook == *book.version(),
        })
    });
    LineView {
        title: title_of(book, &line.clause),
        settled: line.settled.map(|settled| match settled {
            Held::Breach => "a breach",
            Held::NoBreach => "no breach",
        }),
        nearest: nearest.collect(),
    }
}

fn held(held: Held) -> crate::views::Held {
    match held {
        Held::Breach => crate::views::Held::Breach,
        Held::NoBreach => crate::views::Held::NoBreach,
    }
}

/// A share from 0 to 1 in percent.
pub(crate) fn percent(share: f64) -> u32 {
    (0..=100_u32).rev().find(|n| f64::from(*n) <= share * 100.0 + 0.5).unwrap_or(0)
}

impl CaseView {
    /// A post's text with nothing marked.
    pub(crate) fn plain(text: &str) -> Vec<Piece> {
        pieces(text, &[])
    }
}
