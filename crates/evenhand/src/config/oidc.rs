//! `[oidc]`: the operator's identity provider, by which people sign in besides passwords and passkeys. Reads the secret
//! where it is used; must not keep it among the settings.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// By which identity provider people sign in, too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Oidc {
    /// Its address, letter by letter as it calls itself; nobody signs in by a provider when absent.
    pub(crate) issuer: Option<String>,
    /// How people call it: it stands on the button.
    pub(crate) name: String,
    /// Our name there.
    pub(crate) client_id: String,
    /// File with our secret there; the environment variable `EVENHAND_OIDC_CLIENT_SECRET` when absent, and a public client
    /// without either.
    pub(crate) client_secret_file: Option<PathBuf>,
    /// What is asked for, besides `openid`.
    pub(crate) scopes: Vec<String>,
    /// The claim that says how a person is called.
    pub(crate) name_claim: String,
    /// Whether a verified e-mail address that is somebody's name to sign in with makes them known.
    pub(crate) match_email: bool,
    /// The claim that lists a person's groups.
    pub(crate) groups_claim: String,
    /// What the members of a group are trusted with; the first that fits counts, read anew at each sign-in.
    pub(crate) groups: Vec<Group>,
    /// Whether members of these groups come in without an invitation.
    pub(crate) admit_groups: bool,
    /// Whether its addresses may be on this machine or in a private network.
    pub(crate) allow_private: bool,
}

/// What the members of a group are trusted with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Group {
    /// The group, as the claim has it.
    pub(crate) group: String,
    /// The role: `reviewer`, `senior`, ...
    pub(crate) role: String,
}

impl Default for Oidc {
    fn default() -> Self {
        Self {
            issuer: None,
            name: "your organisation".into(),
            client_id: String::new(),
            client_secret_file: None,
            scopes: vec!["profile".into(), "email".into()],
            name_claim: "preferred_username".into(),
            match_email: false,
            groups_claim: "groups".into(),
            groups: Vec::new(),
            admit_groups: false,
            allow_private: false,
        }
    }
}

#[cfg(feature = "oidc")]
mod provider {
    use super::Oidc;
    use anyhow::{Context as _, Result, anyhow, bail};
    use console::{IdentityProvider, ProviderSettings};
    use platforms::{Reach, http_client};

    /// Where the secret may stand instead of in a file.
    const SECRET: &str = "EVENHAND_OIDC_CLIENT_SECRET";

    impl Oidc {
        /// The provider, if there is one, for a server that people reach at `public_url`.
        pub(crate) fn provider(&self, public_url: &str) -> Result<Option<IdentityProvider>> {
            let Some(issuer) = self.issuer.clone() else { return Ok(None) };
            if self.client_id.is_empty() {
                bail!("`oidc.issuer` is set, but `oidc.client_id` is not");
            }
            if self.admit_groups && self.groups.is_empty() {
                bail!("`oidc.admit_groups` is set, but no `[[oidc.groups]]` says who may do what");
            }
            let groups = self.groups.iter().map(|one| {
                let role = one.role.parse().map_err(|error: model::NoSuchWord| anyhow!("{error}"));
                Ok((one.group.clone(), role.context("`[[oidc.groups]]`")?))
            });
            let settings = ProviderSettings {
                name: self.name.clone(),
                issuer,
                client_id: self.client_id.clone(),
                client_secret: self.secret()?,
                scopes: self.scopes.iter().filter(|scope| *scope != "openid").cloned().collect(),
                name_claim: self.name_claim.clone(),
                groups_claim: self.groups_claim.clone(),
                groups: groups.collect::<Result<_>>()?,
                admit_groups: self.admit_groups,
                match_email: self.match_email,
            };
            let reach = Reach { private_addresses: self.allow_private, ..Reach::default() };
            let provider = IdentityProvider::new(settings, http_client(&reach)?, public_url);
            provider.map(Some).map_err(|why| anyhow!("[oidc] {why}"))
        }

        fn secret(&self) -> Result<Option<String>> {
            let secret = match &self.client_secret_file {
                Some(path) => Some(
                    std::fs::read_to_string(path)
                        .with_context(|| format!("cannot read {}", path.display()))?,
                ),
                None => std::env::var(SECRET).ok(),
            };
            let secret = secret.map(|secret| secret.trim().to_owned());
            if secret.as_ref().is_some_and(String::is_empty) {
                bail!("the client secret of `[oidc]` is empty");
            }
            Ok(secret)
        }
    }
}

#[cfg(feature = "oidc")]
#[cfg(test)]
mod tests {
    use super::*;

    fn said(oidc: &Oidc) -> String {
        format!("{:#}", oidc.provider("https://evenhand.example").unwrap_err())
    }

    #[test]
    fn a_provider_is_checked_before_the_server_starts() {
        let none = Oidc::default();
        assert!(none.provider("https://evenhand.example").unwrap().is_none());
        let issuer = Some("https://id.example".to_owned());
        let good = Oidc { issuer: issuer.clone(), client_id: "evenhand".into(), ..Oidc::default() };
        assert!(good.provider("https://evenhand.example").unwrap().is_some());
        assert!(said(&Oidc { issuer, ..Oidc::default() }).contains("`oidc.client_id` is not"));
        let plain = Oidc { issuer: Some("http://id.example".into()), ..good.clone() };
        assert!(said(&plain).contains("https"), "{}", said(&plain));
        let group = Group { group: "mods".into(), role: "king".into() };
        let wrong = Oidc { groups: vec![group], ..good.clone() };
        assert!(said(&wrong).contains("king"), "{}", said(&wrong));
        assert!(said(&Oidc { admit_groups: true, ..good.clone() }).contains("[[oidc.groups]]"));
        let lost = Oidc { client_secret_file: Some("/nowhere/secret".into()), ..good };
        assert!(said(&lost).contains("/nowhere/secret"));
    }

    #[test]
    fn the_secret_comes_from_a_file_and_is_shown_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, "four unlikely words\n").unwrap();
        let oidc = Oidc {
            issuer: Some("https://id.example".into()),
            client_id: "evenhand".into(),
            client_secret_file: Some(path),
            ..Oidc::default()
        };
        let provider = oidc.provider("https://evenhand.example").unwrap().unwrap();
        let shown = format!("{provider:?} {oidc:?} {}", toml::to_string(&oidc).unwrap());
        assert!(shown.contains("id.example") && !shown.contains("unlikely"), "{shown}");
    }
}
