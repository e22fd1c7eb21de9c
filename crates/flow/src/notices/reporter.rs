//! Letters to who reported by the form. Anybody can enter anybody's address there: the first letter only asks, and nothing
//! else is sent until the link in it is confirmed. Must not send to who ended it, nor a letter without that link.

use super::words::{self, fill};
use super::{Notices, html, later, unwished};
use jiff::Timestamp;
use platforms::mail::{Letter, Mailed};
use store::{Contact, DueNotice, MailWish, StoreError, Told};

const NOT_CONFIRMED: &str = "who reads this address has not confirmed that they want letters";

impl Notices {
    /// Sends the letter of a notice to an address, or asks there first.
    pub(super) async fn to_reporter(
        &self,
        due: &DueNotice,
        (to, reporter): (&str, &str),
        now: Timestamp,
    ) -> Result<Told, StoreError> {
        let store = &self.engine.store;
        if self.ways.mail.is_none() {
            return Ok(later(due, "there is no mail server".into(), now));
        }
        match store.mail_wish(reporter).await? {
            Some(MailWish::Ended) => Ok(unwished()),
            Some(MailWish::Asked) => Ok(later(due, NOT_CONFIRMED.into(), now)),
            Some(MailWish::Confirmed) => {
                let end = self.mail_link(reporter, now).await?;
                self.by_mail(due, &Contact::default(), (to, Some(&end)), now).await
            }
            None => {
                let letter = self.asking(to, reporter, now).await?;
                match self.send(&letter).await {
                    Mailed::Accepted => {
                        store.wish_mail(reporter, MailWish::Asked, now).await?;
                        Ok(later(due, NOT_CONFIRMED.into(), now))
                    }
                    Mailed::Retry(why) => Ok(later(due, why, now)),
                    Mailed::Rejected(why) => Ok(Told::Failed { why, next_at: None }),
                }
            }
        }
    }

    /// A link that says yes or no to letters for one address; drawn when it is sent, because no token is kept.
    async fn mail_link(&self, reporter: &str, now: Timestamp) -> Result<String, StoreError> {
        let token = hex::encode(self.engine.ids.secret());
        self.engine.store.add_mail_link(reporter, &token, now).await?;
        Ok(format!("{}/mail/{token}", self.engine.settings.public_url))
    }

    /// The letter that only asks. It says nothing of what was reported.
    async fn asking(&self, to: &str, reporter: &str, now: Timestamp) -> Result<Letter, StoreError> {
        let link = self.mail_link(reporter, now).await?;
        let settings = &self.engine.rulebook.load_full().settings;
        let language = settings.default_language();
        let (words, provider) = (words::of(language), [("provider", settings.provider.as_str())]);
        let subject = fill(words.asks, &provider);
        let text = format!("{}\n{link}", fill(words.asks_text, &provider));
        let html = html(language, &subject, &text, &[&link]);
        let id = format!("asks-{}", self.engine.ids.next());
        Ok(Letter { to: to.to_owned(), subject, text, html, id })
    }
}
