//! Notices that anybody may send: several items at once, with a receipt; what became of each item; how much a
//! reporter's word weighs in the order of work; and what follows from many notices without ground. Nothing
//! here bears on what is held of an item.

use super::{Review, ReviewError, failed};
use jiff::{SignedDuration, Timestamp};
use model::{CaseId, ClauseId, ItemId};
use rules::rulebook::Rulebook;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::{Arrived, ReporterMeasure, ReporterRecord, StoreError, StoredNotice};

/// Most items of one notice.
pub const MOST_ITEMS: usize = 50;
/// Most notices of one reporter within a day.
const MOST_A_DAY: u64 = 100;
/// Most bytes of a text in a notice.
const LONGEST_TEXT: usize = 5_000;
/// Most bytes of a name, an address, a law, an item's id or URL.
const LONGEST_WORD: usize = 1_024;
/// How many reports' worth of the mean a reporter's record is pulled to it by.
pub(super) const PULL: f64 = 4.0;
/// The time that is looked at for misuse.
const WINDOW: SignedDuration = SignedDuration::from_hours(24 * 180);
/// Notices without ground, and their share of all in the window, from which on a warning may be given.
const MISUSE: (u64, f64) = (3, 0.5);
/// The longest suspension.
const LONGEST_SUSPENSION: SignedDuration = SignedDuration::from_hours(24 * 180);
/// Items taken up in one go.
const AT_ONCE: u32 = 200;

/// A notice as it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// Id or address of the item, when it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// Ids or addresses, when there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<String>,
    /// Why they should not be there, in the reporter's words.
    pub reason: String,
    /// The clause that they breach.
    #[serde(default)]
    pub clause: Option<ClauseId>,
    /// The law under which they are illegal.
    #[serde(default)]
    pub law: Option<String>,
    /// The platform's id of the reporter; never public.
    #[serde(default)]
    pub reporter: Option<String>,
    /// The reporter's name; never public.
    #[serde(default)]
    pub name: Option<String>,
    /// The reporter's e-mail address; never public.
    #[serde(default)]
    pub email: Option<String>,
    /// That the reporter believes in good faith that what it says is accurate and complete.
    #[serde(default)]
    pub good_faith: bool,
    /// Whether it is about the abuse of a child: name and address may be left out then.
    #[serde(default)]
    pub child_abuse: bool,
    /// Whether the reporter wants to be told by e-mail what becomes of it; the platform tells whom it knows.
    #[serde(default)]
    pub mail: bool,
}

/// How a notice came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// By the public form: what the law asks for is asked for.
    Form,
    /// By the platform, for somebody that it knows.
    Api,
}

/// What became of one item of a notice at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// Id or address, as given.
    pub item: String,
    /// The report that it became; `None` while the item is not known here.
    pub report: Option<String>,
    /// The case in which that is dealt with.
    pub case: Option<CaseId>,
}

/// A notice that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Noticed {
    /// Our id of it.
    pub notice: String,
    /// The token of its status link; it is told this once and kept as a digest.
    pub token: String,
    /// What became of each item.
    pub items: Vec<Taken>,
    /// Whether notices of this reporter are not dealt with at present.
    pub suspended: bool,
}

fn checked(text: Option<String>, most: usize, what: &str) -> Result<Option<String>, ReviewError> {
    let Some(text) = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let wrong = |why: String| Err(ReviewError::NotAllowed(format!("{what} {why}")));
    if text.len() > most {
        return wrong(format!("is longer than {most} bytes"));
    }
    match text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        Some(c) => wrong(format!("holds the character U+{:04X}: remove it", u32::from(c))),
        None => Ok(Some(text)),
    }
}

/// An address that could be one; whether mail arrives there, only mail can tell.
fn address(text: &str) -> bool {
    let parts = text.split_once('@');
    parts.is_some_and(|(who, at)| {
        !who.is_empty()
            && at.contains('.')
            && !at.contains('@')
            && !at.starts_with('.')
            && !at.ends_with('.')
            && !text.chars().any(char::is_whitespace)
    })
}

impl Review {
    /// Takes a notice: every item that is known joins its case or opens one, every other waits for its event.
    /// It is kept before any item is looked at, so that nothing of it is lost.
    ///
    /// # Errors
    /// [`ReviewError`] says what is missing or wrong, and that nothing was kept.
    pub async fn notice(&self, notice: Notice, via: Via) -> Result<Noticed, ReviewError> {
        let (store, now) = (&self.engine.store, self.engine.clock.now());
        let rulebook = self.engine.rulebook.load_full();
        let mut stored = sound(notice, via, &rulebook, now)?;
        stored.id = self.engine.ids.next().to_string();
        if let Some(reporter) = &stored.reporter {
            let day = now.checked_sub(SignedDuration::from_hours(24)).unwrap_or(now);
            if store.notices_since(reporter, day).await.map_err(failed)? >= MOST_A_DAY {
                let why = format!(
                    "{MOST_A_DAY} notices came from this reporter within a day: send more tomorrow"
                );
                return Err(ReviewError::TooMany(why));
            }
            stored.suspended = self.suspended(reporter, now).await?.is_some();
        }
        let token = hex::encode(self.engine.ids.secret());
        store.keep_notice(&stored, &token).await.map_err(failed)?;
        metrics::counter!("evenhand_notices_total").increment(1);
        let mut items = Vec::with_capacity(stored.items.len());
        for (position, asked) in (0_u32..).zip(&stored.items) {
            let mut taken = Taken { item: asked.clone(), report: None, case: None };
            if !stored.suspended
                && let Some(item) = self.known(asked).await?
            {
                let arrived = Arrived { notice: stored.id.clone(), position, item };
                if let Some((report, case)) = self.take_up(&stored, &arrived).await? {
                    (taken.report, taken.case) = (Some(report), Some(case));
                }
            }
            items.push(taken);
        }
        Ok(Noticed { notice: stored.id, token, items, suspended: stored.suspended })
    }

    /// The item that an id or address stands for, if it came in.
    async fn known(&self, asked: &str) -> Result<Option<ItemId>, ReviewError> {
        let store = &self.engine.store;
        if let Ok(item) = ItemId::new(asked)
            && store.latest_event_of(&item).await.map_err(failed)?.is_some()
        {
            return Ok(Some(item));
        }
        let found = store.lookup_url(asked).await.map_err(failed)?;
        Ok(found.map(|found| found.item))
    }

    /// Takes up items of notices that came in meanwhile. Returns how many.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub async fn settle_notices(&self) -> Result<usize, StoreError> {
        let arrived = self.engine.store.arrived(AT_ONCE).await?;
        let mut taken = 0;
        for one in &arrived {
            let Some(notice) = self.engine.store.notice_by_id(&one.notice).await? else { continue };
            match self.take_up(&notice, one).await {
                Ok(_) => taken += 1,
                Err(error) => {
                    tracing::error!(%error, notice = one.notice, "an item of a notice cannot be taken up; it stays");
                }
            }
        }
        Ok(taken)
    }

    /// One item of a notice becomes a report.
    async fn take_up(
        &self,
        notice: &StoredNotice,
        arrived: &Arrived,
    ) -> Result<Option<(String, CaseId)>, ReviewError> {
        let _turn = self.engine.turn().await;
        let report = super::Report {
            item: arrived.item.clone(),
            reason: notice.reason.clone(),
            clause: notice.clause.clone(),
            reporter: notice.reporter.clone(),
        };
        let (kept, opened) = self.as_report(report).await?;
        let store = &self.engine.store;
        let new = store.notice_becomes(arrived, &kept, opened.as_ref()).await.map_err(failed)?;
        if new {
            metrics::counter!("evenhand_reports_total").increment(1);
        }
        Ok(new.then_some((kept.id, kept.case)))
    }

    /// Says that a report was manifestly unfounded: not merely wrong, but without any ground.
    ///
    /// # Errors
    /// [`ReviewError`] when there is no such report, or no reason.
    pub async fn unfounded(&self, report: &str, by: &str, why: &str) -> Result<(), ReviewError> {
        let why = checked(Some(why.to_owned()), LONGEST_TEXT, "the reason")?;
        let why =
            why.ok_or_else(|| ReviewError::NotAllowed("say why it has no ground at all".into()))?;
        let now = self.engine.clock.now();
        let marked =
            self.engine.store.mark_unfounded(report, by, &why, now).await.map_err(failed)?;
        marked.map(drop).ok_or_else(|| ReviewError::NotAllowed("there is no such report".into()))
    }

    /// Until when notices of a reporter are not dealt with, if so.
    ///
    /// # Errors
    /// [`ReviewError::Storage`] when the store cannot be read.
    pub async fn suspended(
        &self,
        reporter: &str,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, ReviewError> {
        let measures = self.engine.store.reporter_measures(reporter).await.map_err(failed)?;
        Ok(measures.iter().filter_map(|one| one.until).filter(|until| *until > now).max())
    }

    /// Warns a reporter who sends many notices without ground; a suspension needs that they saw a warning, and
    /// that notices without ground came after it.
    ///
    /// # Errors
    /// [`ReviewError`] says what is missing.
    pub async fn reporter_measure(
        &self,
        reporter: &str,
        by: &str,
        until: Option<Timestamp>,
        why: &str,
    ) -> Result<ReporterMeasure, ReviewError> {
        let (store, now) = (&self.engine.store, self.engine.clock.now());
        let not = |why: String| Err(ReviewError::NotAllowed(why));
        let why = checked(Some(why.to_owned()), LONGEST_TEXT, "the reason")?;
        let Some(why) = why else { return not("say why, in plain words".into()) };
        let since = now.checked_sub(WINDOW).unwrap_or(Timestamp::MIN);
        let (notices, unfounded) = store.misuse_since(reporter, since).await.map_err(failed)?;
        #[expect(clippy::cast_precision_loss, reason = "small counts")]
        let share = unfounded as f64 / notices.max(1) as f64;
        if unfounded < MISUSE.0 || share < MISUSE.1 {
            return not(format!(
                "{unfounded} of {notices} notices within 180 days were manifestly unfounded; it takes {} and half of all",
                MISUSE.0
            ));
        }
        let what = if until.is_some() { "suspension" } else { "warning" };
        if let Some(until) = until {
            let longest = now.checked_add(LONGEST_SUSPENSION).unwrap_or(Timestamp::MAX);
            if until <= now || until > longest {
                return not("a suspension ends within 180 days".into());
            }
            let measures = store.reporter_measures(reporter).await.map_err(failed)?;
            let warned = measures.iter().filter(|one| one.what == "warning");
            let Some(seen) = warned.filter_map(|one| one.seen_at).min() else {
                return not("a warning comes first, and the reporter must have seen it".into());
            };
            let (_, after) = store.misuse_since(reporter, seen).await.map_err(failed)?;
            if after == 0 {
                return not("nothing without ground came since the reporter saw the warning".into());
            }
        }
        let measure = ReporterMeasure {
            seq: 0,
            what: what.into(),
            by: by.to_owned(),
            at: now,
            until,
            why,
            notices,
            unfounded,
            seen_at: None,
        };
        store.reporter_measure(reporter, &measure).await.map_err(failed)?;
        Ok(measure)
    }
}

/// The share of all reports that were upheld; a half while there are few.
pub(super) fn mean(all: ReporterRecord) -> f64 {
    (all.upheld + PULL / 2.0) / (all.decided + PULL)
}

/// How much a reporter's word weighs, in thousandths: the share of their reports that were upheld, old ones
/// weighing less, pulled to the share of all where there are few.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 1,000")]
pub(super) fn reliability(own: ReporterRecord, all: ReporterRecord) -> u32 {
    let share = (own.upheld + PULL * mean(all)) / (own.decided + PULL);
    (share.clamp(0.0, 1.0) * 1000.0).round() as u32
}

/// A notice with all that it needs, or what is missing.
fn sound(
    notice: Notice,
    via: Via,
    rulebook: &Rulebook,
    now: Timestamp,
) -> Result<StoredNotice, ReviewError> {
    let not = |why: &str| Err(ReviewError::NotAllowed(why.into()));
    let mut items: Vec<String> = Vec::new();
    for item in notice.item.into_iter().chain(notice.items) {
        let item = checked(Some(item), LONGEST_WORD, "an item")?;
        // A place within a page is no other page.
        let item = item.map(|item| match item.split_once('#') {
            Some((page, _)) if item.starts_with("http") => page.to_owned(),
            _ => item.clone(),
        });
        items.extend(item.filter(|item| !items.contains(item)));
    }
    match items.len() {
        0 => return not("name at least one item, by its address or id"),
        1..=MOST_ITEMS => {}
        _ => return not("a notice names 50 items at most: send several"),
    }
    if let Some(unknown) = notice.clause.as_ref().filter(|id| rulebook.policy_of(id).is_none()) {
        let why = format!("the rulebook in force has no clause `{unknown}`; leave it out");
        return Err(ReviewError::NotAllowed(why));
    }
    let Some(reason) = checked(Some(notice.reason), LONGEST_TEXT, "the reason")? else {
        return not("say why the items should not be there");
    };
    let law = checked(notice.law, LONGEST_WORD, "the law")?;
    let name = checked(notice.name, LONGEST_WORD, "the name")?;
    let email = checked(notice.email, LONGEST_WORD, "the e-mail address")?;
    if email.as_deref().is_some_and(|email| !address(email)) {
        return not("this is no e-mail address: write `name@example.org`");
    }
    if via == Via::Form {
        if !notice.good_faith {
            return not(
                "tick that you believe in good faith that what you say is accurate and complete",
            );
        }
        if !notice.child_abuse && (name.is_none() || email.is_none()) {
            return not(
                "give your name and e-mail address; only a notice about the abuse of a child may leave them out",
            );
        }
    }
    let reporter = checked(notice.reporter, LONGEST_WORD, "the reporter")?;
    let by_mail = |email: &String| {
        let digest = Sha256::digest(email.to_lowercase().as_bytes());
        format!("mail:{}", hex::encode(digest))
    };
    Ok(StoredNotice {
        id: String::new(),
        received_at: now,
        via: if via == Via::Form { "form" } else { "api" }.into(),
        clause: notice.clause,
        law,
        reason,
        child_abuse: notice.child_abuse,
        mail: notice.mail && reporter.is_none() && email.is_some(),
        reporter: reporter.or_else(|| email.as_ref().map(by_mail)),
        name,
        email,
        suspended: false,
        items,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_reports_are_pulled_to_the_mean_and_many_stand_for_themselves() {
        let all = ReporterRecord { decided: 1000.0, upheld: 600.0 };
        let of = |decided, upheld| reliability(ReporterRecord { decided, upheld }, all);
        assert_eq!(of(0.0, 0.0), 600);
        assert!(of(1.0, 1.0) > 600 && of(1.0, 1.0) < 700, "{}", of(1.0, 1.0));
        assert!(of(100.0, 95.0) > 920 && of(100.0, 5.0) < 80);
        assert_eq!(reliability(ReporterRecord::default(), ReporterRecord::default()), 500);
    }

    #[test]
    fn addresses() {
        for good in ["a@b.example", "ann+x@sub.b.example"] {
            assert!(address(good), "{good}");
        }
        for bad in ["", "a", "a@b", "@b.example", "a@.example", "a b@c.example", "a@b@c.example"] {
            assert!(!address(bad), "{bad}");
        }
    }
}
