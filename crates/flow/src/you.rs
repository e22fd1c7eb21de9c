//! The way of the person concerned to their own page: a link, a one-time code, a visit. Must not show anything to
//! who has only the link.

use crate::Engine;
use jiff::{SignedDuration, Timestamp};
use model::{AccountId, Receipt, ReceiptState};
use std::sync::Arc;
use store::{Contact, NewNotice, NoticeKind, StoreError, Tried, YouLink};

/// How long a link lasts.
const LINK_LASTS: SignedDuration = SignedDuration::from_hours(24 * 90);
/// How long a code lasts.
const CODE_LASTS: SignedDuration = SignedDuration::from_mins(15);
/// How long a visit lasts.
pub const VISIT_LASTS: SignedDuration = SignedDuration::from_hours(2);
/// Codes of one link in an hour.
const MOST_CODES: u64 = 5;

/// A link that was drawn. The address is not kept: it is shown once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnLink {
    /// The address of the page.
    pub url: String,
    /// Its token.
    pub token: String,
    /// When it lapses.
    pub expires_at: Timestamp,
}

/// Why somebody is not let in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum YouError {
    /// No such link.
    #[error("this link is not known: copy it whole, or ask the platform for a new one")]
    NoSuchLink,
    /// It lapsed, or was withdrawn.
    #[error("this link has lapsed")]
    Lapsed,
    /// Too many codes in an hour.
    #[error("too many codes were asked for; wait an hour")]
    TooMany,
    /// The code is wrong; so many tries are left.
    #[error("that is not the code; {0} tries are left")]
    WrongCode(u32),
    /// There is no code to try.
    #[error("no code is waiting: it lapsed, was used, or was tried too often; have a new one sent")]
    NoCode,
    /// What was given cannot be used.
    #[error("{0}")]
    Bad(String),
    /// The store failed.
    #[error("the store cannot be used at present; try again")]
    Storage,
}

impl From<StoreError> for YouError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a person's page cannot be opened");
        Self::Storage
    }
}

/// The way in for the person concerned. Cheap to clone.
#[derive(Debug, Clone)]
pub struct You {
    engine: Arc<Engine>,
}

impl You {
    /// The way in.
    pub const fn new(engine: Arc<Engine>) -> Self {
        Self { engine }
    }

    /// Makes a link to an account's page, for the platform to hand on; keeps where its owner can be written to.
    /// `renew` withdraws all links before it.
    ///
    /// # Errors
    /// [`YouError`] when nothing is known of the account, or the address for mail is none.
    pub async fn issue(
        &self,
        account: &AccountId,
        contact: Contact,
        renew: bool,
    ) -> Result<DrawnLink, YouError> {
        let (store, now) = (&self.engine.store, self.engine.clock.now());
        if let Some(email) = &contact.email
            && !platforms::mail::Mailer::is_address(email)
        {
            return Err(YouError::Bad("`email` is no address for mail".into()));
        }
        if contact != Contact::default() {
            store.set_contact(account, &contact, now).await?;
        }
        if renew {
            store.end_you_links(account, now).await?;
        }
        Ok(self.draw_link(account).await?)
    }

    /// Draws a link.
    pub(crate) async fn draw_link(&self, account: &AccountId) -> Result<DrawnLink, StoreError> {
        let now = self.engine.clock.now();
        let token = hex::encode(self.engine.ids.secret());
        let expires_at = now.checked_add(LINK_LASTS).unwrap_or(Timestamp::MAX);
        let link = YouLink {
            id: self.engine.ids.next().to_string(),
            account: account.clone(),
            made_at: now,
            expires_at,
            ended_at: None,
        };
        self.engine.store.add_you_link(&link, &token).await?;
        let url = format!("{}/you/{token}", self.engine.settings.public_url);
        Ok(DrawnLink { url, token, expires_at })
    }

    async fn link(&self, token: &str) -> Result<YouLink, YouError> {
        let known = token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit());
        let link = if known { self.engine.store.you_link(token).await? } else { None };
        link.ok_or(YouError::NoSuchLink)
    }

    /// The link, while it lasts.
    ///
    /// # Errors
    /// [`YouError::NoSuchLink`] and [`YouError::Lapsed`].
    pub async fn open(&self, token: &str) -> Result<YouLink, YouError> {
        let link = self.link(token).await?;
        let lasts = link.ended_at.is_none() && link.expires_at > self.engine.clock.now();
        if lasts { Ok(link) } else { Err(YouError::Lapsed) }
    }

    /// Sends a one-time code to who owns the account.
    ///
    /// # Errors
    /// [`YouError`] says why not.
    pub async fn send_code(&self, token: &str) -> Result<(), YouError> {
        let link = self.open(token).await?;
        let now = self.engine.clock.now();
        let hour = now.checked_sub(SignedDuration::from_hours(1)).unwrap_or(Timestamp::MIN);
        if self.engine.store.codes_since(&link, hour).await? >= MOST_CODES {
            return Err(YouError::TooMany);
        }
        let [a, b, c, d, ..] = self.engine.ids.secret();
        let code = format!("{:06}", u32::from_be_bytes([a, b, c, d]) % 1_000_000);
        let notice = self.notice(&link.account, NoticeKind::Code, Some(code.clone()));
        let expires_at = now.checked_add(CODE_LASTS).unwrap_or(Timestamp::MAX);
        let kept =
            self.engine.store.add_code(&link, (token, &code), (now, expires_at), &notice).await;
        Ok(kept?)
    }

    /// Opens the page with a code. Returns the visit's token.
    ///
    /// # Errors
    /// [`YouError`] says why not.
    pub async fn enter(&self, token: &str, code: &str) -> Result<String, YouError> {
        let link = self.open(token).await?;
        let now = self.engine.clock.now();
        let code: String = code.chars().filter(|one| !one.is_whitespace()).take(12).collect();
        match self.engine.store.try_code(&link, (token, &code), now).await? {
            Tried::None => Err(YouError::NoCode),
            Tried::Wrong(left) => Err(YouError::WrongCode(left)),
            Tried::Right => {
                let visit = hex::encode(self.engine.ids.secret());
                let until = now.checked_add(VISIT_LASTS).unwrap_or(Timestamp::MAX);
                self.engine.store.begin_visit(&link, &visit, (now, until)).await?;
                self.read_by(&link.account).await?;
                Ok(visit)
            }
        }
    }

    /// Whose page it is, for who has both link and visit.
    ///
    /// # Errors
    /// [`YouError`] when the link does not last; `None` when a code is needed first.
    pub async fn inside(
        &self,
        token: &str,
        visit: Option<&str>,
    ) -> Result<Option<AccountId>, YouError> {
        let link = self.open(token).await?;
        let Some(visit) = visit else { return Ok(None) };
        let lasts = self.engine.store.visits(token, visit, self.engine.clock.now()).await?;
        Ok(lasts.then_some(link.account))
    }

    /// Ends a visit.
    ///
    /// # Errors
    /// [`YouError::Storage`] when the store fails.
    pub async fn leave(&self, visit: &str) -> Result<(), YouError> {
        Ok(self.engine.store.end_visit(visit).await?)
    }

    /// Sends a new link in the place of one that lapsed.
    ///
    /// # Errors
    /// [`YouError`] says why not.
    pub async fn renew(&self, token: &str) -> Result<(), YouError> {
        let link = self.link(token).await?;
        if link.ended_at.is_some() {
            return Err(YouError::Lapsed);
        }
        // One for each link that lapsed: asked for again, it is the same notice.
        let mut notice = self.notice(&link.account, NoticeKind::Link, None);
        notice.id = format!("link-{}", link.id);
        Ok(self.engine.store.add_notice(&notice).await?)
    }

    /// Who opened the page with a code has read what it shows: proof of delivery for each decision.
    async fn read_by(&self, account: &AccountId) -> Result<(), YouError> {
        let now = self.engine.clock.now();
        for stored in self.engine.store.decisions_about(account).await? {
            let told = |one: &Receipt| one.state == ReceiptState::NoticeDelivered;
            if !stored.acts || stored.receipts.iter().any(told) {
                continue;
            }
            let receipt = Receipt {
                ending: None,
                decision: stored.decision.id,
                state: ReceiptState::NoticeDelivered,
                at: now.max(stored.decision.decided_at),
                detail: Some("read on the page of the person concerned".into()),
            };
            self.engine.store.receipt(&receipt, now).await?;
        }
        Ok(())
    }

    fn notice(&self, account: &AccountId, kind: NoticeKind, secret: Option<String>) -> NewNotice {
        let id = self.engine.ids.next();
        NewNotice {
            id: format!("{}-{id}", kind.word()),
            kind,
            account: account.clone(),
            decision: None,
            appeal: None,
            report: None,
            secret,
            created_at: self.engine.clock.now(),
        }
    }
}
