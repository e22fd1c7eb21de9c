//! The register of affiliations: entering and withdrawing by hand (with as many people as the rulebook
//! asks for), imports, and the register that every evaluation reads. Must not infer an entry, nor enter
//! one without its source.

use crate::Engine;
use crate::approval::{ApprovalError, Approvals, Proposed};
use jiff::Timestamp;
use model::{
    Act, ActClass, Affiliation, AffiliationSubject, Json, Register, RegisterEntry, Withdrawn,
};
use rules::rulebook::Rulebook;
use std::sync::Arc;
use std::time::Duration;
use store::{ActFilter, StoreError};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How often it is looked whether somebody changed the register, also from the command line.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// So many of the latest proposals are looked through.
const LOOKED_THROUGH: u32 = 1_000;
const LONGEST: usize = 500;

/// Why the register was not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// The entry says too little, or what cannot be.
    #[error("{0}")]
    Wrong(String),
    /// No such entry, or it was withdrawn before.
    #[error("there is no such entry in the register any more")]
    NoSuchEntry,
    /// Two people are needed, or another one.
    #[error(transparent)]
    Approval(#[from] ApprovalError),
    /// The store failed; nothing was changed.
    #[error("the store cannot write at present; nothing was changed, try again")]
    Storage,
}

/// An entry before it is entered.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// The fact with its source.
    pub affiliation: Affiliation,
    /// The source's own word for it.
    pub typology: Option<String>,
    /// When it lapses by itself.
    pub until: Option<Timestamp>,
    /// Why it is entered, in plain words.
    pub why: String,
}

/// What became of an entry by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entering {
    /// It is in the register.
    Entered(String),
    /// Another person must agree first.
    Waits(String),
}

/// What the engine keeps of the register.
pub(crate) type Kept = std::sync::Mutex<((i64, i64), Arc<Register>)>;

/// Changes of the register by people. Cheap to clone; `by` is the pseudonym of the person.
#[derive(Debug, Clone)]
pub struct Registry {
    engine: Arc<Engine>,
}

impl Registry {
    /// The way in for people.
    pub const fn new(engine: Arc<Engine>) -> Self {
        Self { engine }
    }

    /// Enters a fact. Where the rulebook asks for two people, it waits for another one.
    ///
    /// # Errors
    /// [`RegistryError`] says why not.
    pub async fn enter(&self, new: NewEntry, by: &str) -> Result<Entering, RegistryError> {
        let entry = RegisterEntry {
            id: String::new(),
            affiliation: checked(new.affiliation).map_err(RegistryError::Wrong)?,
            typology: new.typology.filter(|word| !word.trim().is_empty()),
            by: by.to_owned(),
            entered_at: self.engine.clock.now(),
            until: new.until,
            withdrawn: None,
        };
        if entry.until.is_some_and(|until| until <= entry.entered_at) {
            return Err(RegistryError::Wrong("its end is over already".into()));
        }
        let proposed = Proposed {
            class: ActClass::Affiliation,
            about: entry.affiliation.subject.name().to_owned(),
            body: Json::of(&entry).map_err(|error| RegistryError::Wrong(error.to_string()))?,
            why: new.why,
        };
        let act = self.approvals().propose(proposed, by).await?;
        self.carry_out().await?;
        Ok(if act.holds() { Entering::Entered(act.id) } else { Entering::Waits(act.id) })
    }

    /// Agrees to an entry, as another person, or says no to it.
    ///
    /// # Errors
    /// [`RegistryError`] says why not.
    pub async fn answer(
        &self,
        act: &str,
        by: &str,
        agrees: bool,
        reason: &str,
    ) -> Result<(), RegistryError> {
        if self.approvals().act(act).await?.class != ActClass::Affiliation {
            return Err(ApprovalError::NoSuchAct(act.to_owned()).into());
        }
        if agrees {
            self.approvals().approve(act, by, reason).await?;
            self.carry_out().await
        } else {
            self.approvals().refuse(act, by, reason).await.map(drop).map_err(Into::into)
        }
    }

    /// Withdraws an entry. One person may: it takes a label away.
    ///
    /// # Errors
    /// [`RegistryError`] says why not.
    pub async fn withdraw(&self, id: &str, by: &str, reason: &str) -> Result<(), RegistryError> {
        if reason.trim().is_empty() {
            return Err(ApprovalError::NoReason.into());
        }
        let (by, reason) = (by.to_owned(), reason.trim().to_owned());
        let withdrawn = Withdrawn { at: self.engine.clock.now(), by, reason };
        if !self.engine.store.withdraw(id, &withdrawn).await.map_err(failed)? {
            return Err(RegistryError::NoSuchEntry);
        }
        self.engine.keep_register().await.map_err(failed)
    }

    /// Entries that wait for another person, the oldest first.
    ///
    /// # Errors
    /// [`RegistryError`] when they cannot be read.
    pub async fn waiting(&self) -> Result<Vec<(Act, RegisterEntry)>, RegistryError> {
        let acts = self.approvals().waiting().await?;
        let mut waiting = Vec::new();
        for act in acts.into_iter().filter(|act| act.class == ActClass::Affiliation) {
            if let Ok(entry) = act.read::<RegisterEntry>() {
                waiting.push((act, entry));
            }
        }
        Ok(waiting)
    }

    /// Enters what people agreed to. An entry has the id of its act, so a crash in between loses none and
    /// doubles none.
    ///
    /// # Errors
    /// [`RegistryError::Storage`].
    pub async fn carry_out(&self) -> Result<(), RegistryError> {
        let store = &self.engine.store;
        let filter = ActFilter { class: Some(ActClass::Affiliation), about: None };
        for act in store.acts(filter, LOOKED_THROUGH).await.map_err(failed)?.into_iter().rev() {
            if !act.holds() || store.register_entry(&act.id).await.map_err(failed)?.is_some() {
                continue;
            }
            let Ok(entry) = act.read::<RegisterEntry>() else { continue };
            let entry =
                RegisterEntry { id: act.id.clone(), entered_at: self.engine.clock.now(), ..entry };
            store.enter(std::slice::from_ref(&entry)).await.map_err(failed)?;
        }
        self.engine.keep_register().await.map_err(failed)
    }

    fn approvals(&self) -> Approvals {
        Approvals::new(Arc::clone(&self.engine))
    }
}

/// An affiliation in the one form in which it is kept: a name, a public source, a day, a host without `www.`.
///
/// # Errors
/// Says what is wrong with it.
pub fn checked(mut from: Affiliation) -> Result<Affiliation, String> {
    for (what, text) in [("the name", &mut from.name), ("the source", &mut from.source)] {
        *text = text.trim().to_owned();
        if text.is_empty() || text.len() > LONGEST {
            return Err(format!("{what} has 1 to {LONGEST} bytes"));
        }
    }
    if !(from.source.starts_with("https://") || from.source.starts_with("http://")) {
        return Err("the source is a public page: write its address, https://...".into());
    }
    if from.date.parse::<jiff::civil::Date>().is_err() {
        return Err(format!("`{}` is no day: write it as 2026-11-27", from.date));
    }
    from.country =
        from.country.map(|country| country.trim().to_owned()).filter(|it| !it.is_empty());
    if let AffiliationSubject::Domain(domain) = &from.subject {
        from.subject = AffiliationSubject::Domain(host(domain)?);
    }
    Ok(from)
}

/// A host as the register has it, perhaps with a path below it.
fn host(text: &str) -> Result<String, String> {
    let text = text.trim().to_lowercase();
    let bare = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
    let bare = bare.strip_prefix("www.").unwrap_or(bare).trim_end_matches('/');
    let name = bare.split('/').next().unwrap_or_default();
    let plain = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    let fits = name.contains('.') && !name.starts_with('.') && name.chars().all(plain);
    let safe = bare.len() <= LONGEST && !bare.chars().any(|c| c.is_whitespace() || c.is_control());
    if fits && safe { Ok(bare.to_owned()) } else { Err(format!("`{text}` is no domain")) }
}

impl Engine {
    /// Takes over what changed in the register, so that the next event is read with it.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub async fn keep_register(&self) -> Result<(), StoreError> {
        let mark = self.store.register_mark().await?;
        let known = self.register().0;
        if mark != known {
            let register = Arc::new(Register::new(self.store.register().await?));
            *self.register_lock() = (mark, register);
        }
        let register = self.register().1;
        if !Arc::ptr_eq(&register, &self.rulebook.load().register) {
            self.rulebook.rcu(|book| {
                let mut book = Rulebook::clone(book);
                book.register = Arc::clone(&register);
                book
            });
        }
        Ok(())
    }

    fn register_lock(&self) -> std::sync::MutexGuard<'_, ((i64, i64), Arc<Register>)> {
        self.register.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The register as it was last read, with the mark of that.
    pub(crate) fn register(&self) -> ((i64, i64), Arc<Register>) {
        self.register_lock().clone()
    }
}

/// Looks after the register until `stop`: what lapses, what people agreed to, what was imported beside
/// the server.
pub fn tend_register(engine: Arc<Engine>, stop: CancellationToken) -> JoinHandle<()> {
    tokio::spawn(async move {
        let registry = Registry::new(Arc::clone(&engine));
        if let Err(error) = registry.carry_out().await {
            tracing::error!(%error, "what people agreed to enter cannot be entered yet");
        }
        while !stop.is_cancelled() {
            let looked = async {
                engine.store.lapse_entries(engine.clock.now()).await?;
                engine.keep_register().await
            };
            if let Err(error) = looked.await {
                tracing::error!(%error, "the register of affiliations cannot be read");
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = stop.cancelled() => {}
            }
        }
    })
}

fn failed(error: StoreError) -> RegistryError {
    tracing::error!(%error, "the register cannot be read or written");
    RegistryError::Storage
}

#[cfg(test)]
mod tests {
    use super::host;

    #[test]
    fn hosts_have_one_form() {
        assert_eq!(host(" https://www.Tarsk.example/ "), Ok("tarsk.example".into()));
        assert_eq!(host("video.example/Channel/1"), Ok("video.example/channel/1".into()));
        for wrong in ["", "tarsk", "tar sk.example", ".example", "https://", "a@b.example"] {
            assert!(host(wrong).is_err(), "{wrong}");
        }
    }
}
