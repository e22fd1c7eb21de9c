//! Passkeys (Web Authentication, level 3): challenges go out, answers come back and are verified by `webauthn_rp`. User
//! verification is always asked for, so a passkey is as good as a password and something held. Must not know what a
//! sign-in opens; challenges live in memory alone, and after a restart one asks again.

use crate::problem::{BUSY, NOT_FOUND, PASSKEY_REFUSED, Problem};
use model::{Person, PersonId};
use serde_json::Value;
use std::fmt::Debug;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use store::Passkey;
use webauthn_rp::bin::{Decode as _, Encode as _};
use webauthn_rp::request::auth::AuthenticationVerificationOptions;
use webauthn_rp::request::register::{
    CredProtect, PublicKeyCredentialUserEntity, RegistrationVerificationOptions, UserHandle16,
    Username,
};
use webauthn_rp::request::{
    AsciiDomain, FixedCapHashSet, InsertResult, PublicKeyCredentialDescriptor, RpId,
};
use webauthn_rp::response::register::{DynamicState, StaticState};
use webauthn_rp::response::{AuthTransports, CredentialId};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthentication, DiscoverableAuthenticationServerState,
    DiscoverableCredentialRequestOptions, PublicKeyCredentialCreationOptions, Registration,
    RegistrationServerState,
};

/// Challenges that are open at once, of each kind; each lives five minutes at most.
const MOST_OPEN: usize = 16_384;
/// Bytes of a person's id, which the authenticator keeps as the user's handle.
const HANDLE: usize = 16;

/// Challenges that went out, and the site for which they are.
#[derive(Debug)]
pub(crate) struct Passkeys {
    /// `None`: browsers make no passkeys for such an address.
    site: Option<Site>,
    making: Mutex<FixedCapHashSet<RegistrationServerState<HANDLE>>>,
    asking: Mutex<FixedCapHashSet<DiscoverableAuthenticationServerState>>,
}

#[derive(Debug)]
struct Site {
    id: RpId,
    origin: String,
}

impl Site {
    /// A domain over https, or this machine itself: to all others browsers offer none (secure contexts).
    fn of(public_url: &str) -> Option<Self> {
        let url: http::Uri = public_url.parse().ok()?;
        let (scheme, host) = (url.scheme_str()?, url.host()?.to_ascii_lowercase());
        let local = host == "localhost" || host.ends_with(".localhost");
        if !(scheme == "https" || scheme == "http" && local) || host.parse::<IpAddr>().is_ok() {
            return None;
        }
        let usual = if scheme == "https" { 443 } else { 80 };
        let port = url.port_u16().filter(|port| *port != usual);
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        let origin = format!("{scheme}://{host}{port}");
        Some(Self { id: RpId::Domain(AsciiDomain::try_from(host).ok()?), origin })
    }
}

/// An answer to a challenge, not verified yet.
pub(crate) struct Answer(DiscoverableAuthentication<HANDLE>);

impl Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Answer")
    }
}

impl Answer {
    /// Reads what a browser's `PublicKeyCredential.toJSON()` gave.
    ///
    /// # Errors
    /// A problem when it is none.
    pub(crate) fn read(credential: &Value) -> Result<Self, Problem> {
        let text = credential.to_string();
        let read = DiscoverableAuthentication::from_json_relaxed(text.as_bytes());
        read.map(Self).map_err(|error| refused(&error))
    }

    /// The credential's id.
    pub(crate) fn id(&self) -> Vec<u8> {
        self.0.raw_id().as_ref().to_vec()
    }
}

fn refused(why: &dyn std::fmt::Display) -> Problem {
    // The cause helps whoever sets up the site; it names nobody.
    tracing::info!(%why, "a passkey was not accepted");
    Problem::new(&PASSKEY_REFUSED, "The answer does not fit the challenge or the passkey.")
}

fn handle(person: PersonId) -> UserHandle16 {
    let Ok(handle) = UserHandle16::decode(person.uuid().into_bytes());
    handle
}

fn open<T>(challenges: &Mutex<T>) -> MutexGuard<'_, T> {
    challenges.lock().unwrap_or_else(PoisonError::into_inner)
}

fn sent(inserted: InsertResult) -> Result<(), Problem> {
    match inserted {
        InsertResult::Success => Ok(()),
        InsertResult::CapacityFull | InsertResult::Duplicate => {
            Err(Problem::new(&BUSY, "Too many people sign in just now.").retry_after(30))
        }
    }
}

impl Passkeys {
    /// For the site at that address.
    pub(crate) fn new(public_url: &str) -> Self {
        Self {
            site: Site::of(public_url),
            making: Mutex::new(FixedCapHashSet::new(MOST_OPEN)),
            asking: Mutex::new(FixedCapHashSet::new(MOST_OPEN)),
        }
    }

    /// Whether browsers make passkeys for this site.
    pub(crate) fn offered(&self) -> bool {
        self.site.is_some()
    }

    fn site(&self) -> Result<&Site, Problem> {
        self.site.as_ref().ok_or_else(|| {
            let detail = "Browsers make passkeys only for a domain over https, or for localhost.";
            Problem::new(&NOT_FOUND, detail)
        })
    }

    /// A challenge to make a new passkey: `PublicKeyCredentialCreationOptionsJSON`.
    ///
    /// # Errors
    /// A problem when there are none here, or too many are being made.
    pub(crate) fn make(&self, person: &Person, have: &[Passkey]) -> Result<Value, Problem> {
        let site = self.site()?;
        let id = handle(person.id);
        let name = person.name.as_deref().unwrap_or(&person.pseudonym);
        let name = Username::try_from(name)
            .or_else(|_| Username::try_from(person.pseudonym.as_str()))
            .map_err(Problem::internal)?;
        let user = PublicKeyCredentialUserEntity { name, id: &id, display_name: None };
        let known = have.iter().filter_map(|passkey| {
            let id = CredentialId::<Vec<u8>>::decode(passkey.id.clone()).ok()?;
            let transports = AuthTransports::decode(0).ok()?;
            Some(PublicKeyCredentialDescriptor { id, transports })
        });
        let mut options =
            PublicKeyCredentialCreationOptions::passkey(&site.id, user, known.collect());
        // Asking for it would shut out the devices that do not know it; each sign-in demands verification anyway.
        options.extensions.cred_protect = CredProtect::None;
        let (server, client) = options.start_ceremony().map_err(Problem::internal)?;
        sent(open(&self.making).insert_or_replace_all_expired(server))?;
        serde_json::to_value(&client).map_err(Problem::internal)
    }

    /// Takes a new passkey in: what `person`'s browser answered to the challenge of [`Self::make`].
    ///
    /// # Errors
    /// A problem when it is not sound, or the challenge was somebody else's, used, or older than five minutes.
    pub(crate) fn made(
        &self,
        person: &Person,
        (name, credential): (String, &Value),
        now: jiff::Timestamp,
    ) -> Result<Passkey, Problem> {
        let site = self.site()?;
        let text = credential.to_string();
        let answer = Registration::from_json_relaxed(text.as_bytes());
        let answer = answer.map_err(|error| refused(&error))?;
        let challenge = answer.challenge_relaxed().map_err(|error| refused(&error))?;
        let began = open(&self.making).take(&challenge);
        let began = began.ok_or_else(|| refused(&"no such challenge is open"))?;
        let options = RegistrationVerificationOptions::<&str, &str> {
            allowed_origins: &[site.origin.as_str()],
            ..RegistrationVerificationOptions::default()
        };
        let kept = began.verify(&site.id, &answer, &options).map_err(|error| refused(&error))?;
        if kept.user_id().as_ref() != handle(person.id).as_ref() {
            return Err(refused(&"the challenge was another person's"));
        }
        let (fixed, changing) = (kept.static_state(), kept.dynamic_state());
        let Ok(changing) = changing.encode();
        Ok(Passkey {
            id: kept.id().as_ref().to_vec(),
            person: person.id,
            name,
            fixed: fixed.encode().map_err(Problem::internal)?,
            changing: changing.to_vec(),
            made_at: now,
            used_at: None,
        })
    }

    /// A challenge for whoever has a passkey: `PublicKeyCredentialRequestOptionsJSON`. It names nobody.
    ///
    /// # Errors
    /// A problem when there are none here, or too many sign in just now.
    pub(crate) fn ask(&self) -> Result<Value, Problem> {
        let site = self.site()?;
        let options = DiscoverableCredentialRequestOptions::passkey(&site.id);
        let (server, client) = options.start_ceremony().map_err(Problem::internal)?;
        sent(open(&self.asking).insert_or_replace_all_expired(server))?;
        serde_json::to_value(&client).map_err(Problem::internal)
    }

    /// Whether the answer is one by this passkey to a challenge of [`Self::ask`]; gives what its authenticator says from
    /// now on. A counter that goes back (a copied key) is refused.
    ///
    /// # Errors
    /// A problem when it is not, or the challenge was used or is older than five minutes.
    pub(crate) fn answered(&self, answer: &Answer, kept: &Passkey) -> Result<Vec<u8>, Problem> {
        let site = self.site()?;
        let challenge = answer.0.challenge_relaxed().map_err(|error| refused(&error))?;
        let asked = open(&self.asking).take(&challenge);
        let asked = asked.ok_or_else(|| refused(&"no such challenge is open"))?;
        let broken = |what: &str| Problem::internal(format!("a kept passkey has no {what}"));
        let user = handle(kept.person);
        let id = CredentialId::decode(kept.id.as_slice()).map_err(|_| broken("id"))?;
        let fixed = StaticState::decode(kept.fixed.as_slice()).map_err(|_| broken("public key"))?;
        let changing: [u8; 7] =
            kept.changing.as_slice().try_into().map_err(|_| broken("counter"))?;
        let changing = DynamicState::decode(changing).map_err(|_| broken("counter"))?;
        let mut credential = AuthenticatedCredential::new(id, &user, fixed, changing)
            .map_err(|_| broken("sound state"))?;
        let options = AuthenticationVerificationOptions::<&str, &str> {
            allowed_origins: &[site.origin.as_str()],
            ..AuthenticationVerificationOptions::default()
        };
        let verified = asked.verify(&site.id, &answer.0, &mut credential, &options);
        verified.map_err(|error| refused(&error))?;
        let Ok(changing) = credential.dynamic_state().encode();
        Ok(changing.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_make_passkeys_for_domains_over_https_and_for_this_machine() {
        for (url, origin) in [
            ("https://mod.example.org", Some("https://mod.example.org")),
            ("https://Mod.Example.org:443", Some("https://mod.example.org")),
            ("https://mod.example.org:8443", Some("https://mod.example.org:8443")),
            ("http://localhost:8080", Some("http://localhost:8080")),
            ("http://localhost:80", Some("http://localhost")),
            ("http://mod.example.org", None),
            ("https://192.0.2.7", None),
            ("http://127.0.0.1:8080", None),
            ("", None),
        ] {
            assert_eq!(Site::of(url).map(|site| site.origin).as_deref(), origin, "{url}");
        }
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        let passkeys = Passkeys::new("http://localhost");
        assert!(passkeys.ask().is_ok());
        for value in [Value::Null, serde_json::json!({}), serde_json::json!({"id": "AA"})] {
            assert_eq!(Answer::read(&value).unwrap_err().kind(), &PASSKEY_REFUSED);
        }
        assert_eq!(Passkeys::new("http://127.0.0.1").ask().unwrap_err().kind(), &NOT_FOUND);
    }
}
