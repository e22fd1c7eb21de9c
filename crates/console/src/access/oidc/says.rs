//! What a provider says of a person, read from the claims that were verified. Must not verify anything.

use super::ProviderSettings;
use jiff::Timestamp;
use openidconnect::AdditionalClaims;
use openidconnect::core::CoreGenderClaim;
use openidconnect::{IdTokenClaims, UserInfoClaims};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Longest name that is kept, in characters.
const LONGEST_NAME: usize = 100;

/// Claims that OpenID Connect does not name itself.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Rest(Map<String, Value>);

impl AdditionalClaims for Rest {}

/// What the provider says of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    /// The provider's own name of them.
    pub subject: String,
    /// How they are called there.
    pub name: Option<String>,
    /// Their address, if the provider verified it.
    pub email: Option<String>,
    /// Their groups; `None`: it says nothing of groups.
    pub groups: Option<Vec<String>>,
    /// When they last proved who they are.
    pub proved_at: Option<Timestamp>,
}

impl Said {
    /// Reads an ID token's claims.
    ///
    /// # Errors
    /// When they are no JSON object.
    pub(super) fn read(
        claims: &IdTokenClaims<Rest, CoreGenderClaim>,
        settings: &ProviderSettings,
    ) -> Result<Self, serde_json::Error> {
        let all = serde_json::to_value(claims)?;
        Ok(Self {
            subject: claims.subject().to_string(),
            name: name(&all, settings),
            email: email(&all),
            groups: groups(&all, settings),
            proved_at: claims.auth_time().map(super::ours),
        })
    }

    /// Whether something is missing that the settings build on.
    pub(super) fn lacks(&self, settings: &ProviderSettings) -> bool {
        self.name.is_none()
            || settings.match_email && self.email.is_none()
            || !settings.groups.is_empty() && self.groups.is_none()
    }

    /// Adds what the user-info endpoint says, where the token was silent.
    pub(super) fn add(
        &mut self,
        more: &UserInfoClaims<Rest, CoreGenderClaim>,
        settings: &ProviderSettings,
    ) {
        let Ok(all) = serde_json::to_value(more) else { return };
        self.name = self.name.take().or_else(|| name(&all, settings));
        self.email = self.email.take().or_else(|| email(&all));
        self.groups = self.groups.take().or_else(|| groups(&all, settings));
    }
}

fn text<'a>(all: &'a Value, claim: &str) -> Option<&'a str> {
    all.get(claim).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

fn name(all: &Value, settings: &ProviderSettings) -> Option<String> {
    let name = text(all, &settings.name_claim)?;
    Some(name.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect())
}

/// Only an address of which the provider says that it is theirs.
fn email(all: &Value) -> Option<String> {
    let verified = all.get("email_verified").and_then(Value::as_bool) == Some(true);
    text(all, "email").filter(|_| verified).map(str::to_owned)
}

fn groups(all: &Value, settings: &ProviderSettings) -> Option<Vec<String>> {
    match all.get(&settings.groups_claim)? {
        Value::String(one) => Some(vec![one.clone()]),
        Value::Array(many) => {
            Some(many.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        }
        _ => None,
    }
}
