//! How people are written to: the mail server and how to reach it. Must not send anything.

use anyhow::{Context, Result, bail};
use platforms::mail::{MailServer, MailTls, Mailer};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// How people are written to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Mail {
    /// The mail server; without one nobody is written to, and the platform hands on what there is to say.
    pub(crate) host: Option<String>,
    /// Its port.
    pub(crate) port: u16,
    /// `starttls`, `implicit` or `none`.
    pub(crate) tls: Tls,
    /// Name at the mail server.
    pub(crate) user: Option<String>,
    /// File with the password.
    pub(crate) password_file: Option<PathBuf>,
    /// Whom it comes from: `Plaza <moderation@plaza.example>`.
    pub(crate) from: Option<String>,
    /// Where answers go, if elsewhere.
    pub(crate) reply_to: Option<String>,
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Tls {
    /// TLS after a greeting in clear; without it nothing is sent.
    Starttls,
    /// TLS from the first byte.
    Implicit,
    /// None: only for a mail server on this machine.
    None,
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            host: None,
            port: 587,
            tls: Tls::Starttls,
            user: None,
            password_file: None,
            from: None,
            reply_to: None,
        }
    }
}

impl Mail {
    /// What hands over mail, if there is a mail server.
    pub(crate) fn mailer(&self) -> Result<Option<Mailer>> {
        let Some(host) = self.host.clone() else { return Ok(None) };
        let Some(from) = self.from.clone() else {
            bail!("`mail.host` is set, but `mail.from` is not");
        };
        let login = match (&self.user, &self.password_file) {
            (None, None) => None,
            (Some(user), Some(path)) => {
                let password = std::fs::read_to_string(path)
                    .with_context(|| format!("cannot read {}", path.display()))?;
                Some((user.clone(), password.trim_end().to_owned()))
            }
            _ => bail!("set `mail.user` and `mail.password_file`, or neither"),
        };
        let tls = match self.tls {
            Tls::Starttls => MailTls::StartTls,
            Tls::Implicit => MailTls::Implicit,
            Tls::None => MailTls::None,
        };
        let reply_to = self.reply_to.clone();
        let server = MailServer { host, port: self.port, tls, login, from, reply_to };
        Ok(Some(Mailer::new(&server).context("[mail]")?))
    }
}
