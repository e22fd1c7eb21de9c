//! E-mail by SMTP: one message, once. TLS by rustls, with the certificates that the system trusts. Must not retry (`flow`
//! does), and must not say an address in an error: errors go to the operator's log.

use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use std::time::Duration;

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MailTls {
    /// TLS after a greeting in clear (port 587); without it nothing is sent.
    #[default]
    StartTls,
    /// TLS from the first byte (port 465).
    Implicit,
    /// None. Only for a mail server on this machine.
    None,
}

/// Where mail is handed over.
#[derive(Debug, Clone)]
pub struct MailServer {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: MailTls,
    /// Name and password.
    pub login: Option<(String, String)>,
    /// `Plaza <moderation@plaza.example>`.
    pub from: String,
    /// Where answers go, if not to `from`.
    pub reply_to: Option<String>,
}

/// A message: the same in plain text and in HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// To whom.
    pub to: String,
    /// What it is about.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// HTML.
    pub html: String,
    /// Key of idempotency: becomes the message's id, the same at every attempt.
    pub id: String,
}

/// What became of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mailed {
    /// The mail server took it (250). Whether somebody read it, it does not say.
    Accepted,
    /// Not now.
    Retry(String),
    /// The mail server will never take it, or it cannot be written.
    Rejected(String),
}

/// Settings that no mail can be sent with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MailError(String);

/// Hands over mail. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    reply_to: Option<Mailbox>,
}

impl Mailer {
    /// Checks the settings; connects only when something is sent.
    ///
    /// # Errors
    /// [`MailError`] when an address cannot be read or TLS cannot be set up.
    pub fn new(server: &MailServer) -> Result<Self, MailError> {
        // A second call finds a provider installed, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let address = |text: &str| {
            text.parse::<Mailbox>()
                .map_err(|error| MailError(format!("`{text}` is no address for mail: {error}")))
        };
        let tls = || {
            TlsParameters::new(server.host.clone())
                .map_err(|error| MailError(format!("TLS with {}: {error}", server.host)))
        };
        let tls = match server.tls {
            MailTls::None => Tls::None,
            MailTls::StartTls => Tls::Required(tls()?),
            MailTls::Implicit => Tls::Wrapper(tls()?),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host)
            .port(server.port)
            .tls(tls)
            .timeout(Some(Duration::from_secs(20)));
        if let Some((name, password)) = &server.login {
            builder = builder.credentials(Credentials::new(name.clone(), password.clone()));
        }
        Ok(Self {
            transport: builder.build(),
            from: address(&server.from)?,
            reply_to: server.reply_to.as_deref().map(address).transpose()?,
        })
    }

    /// Whether a text can be written to.
    pub fn is_address(text: &str) -> bool {
        text.len() <= 254 && text.parse::<lettre::Address>().is_ok()
    }

    /// Sends one message once.
    pub async fn send(&self, letter: &Letter) -> Mailed {
        let Ok(to) = letter.to.parse::<lettre::Address>() else {
            return Mailed::Rejected("the address cannot be read".into());
        };
        let host = self.from.email.domain();
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&letter.subject)
            .message_id(Some(format!("<{}@{host}>", letter.id)));
        if let Some(reply_to) = &self.reply_to {
            message = message.reply_to(reply_to.clone());
        }
        let parts = MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone());
        let message = match message.multipart(parts) {
            Ok(message) => message,
            Err(error) => return Mailed::Rejected(error.to_string()),
        };
        match self.transport.send(message).await {
            Ok(_) => Mailed::Accepted,
            // What the server says may hold the address: only its code goes to the log.
            Err(error) if error.is_permanent() => Mailed::Rejected(said(&error)),
            Err(error) => Mailed::Retry(said(&error)),
        }
    }
}

fn said(error: &lettre::transport::smtp::Error) -> String {
    match error.status() {
        Some(code) => format!("the mail server answered {code}"),
        None if error.is_timeout() => "the mail server did not answer in time".into(),
        None if error.is_tls() => "TLS with the mail server failed".into(),
        None => "the mail server cannot be reached".into(),
    }
}
