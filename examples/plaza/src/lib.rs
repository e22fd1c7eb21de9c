//! Plaza: a small social platform, the reference integration of Evenhand. People post text, links,
//! pictures and short videos, reply and report; Plaza sends events, obeys decisions that come by
//! signed webhook and sends receipts. It talks to Evenhand by the public API alone.
//!
//! It is a sample: there are no passwords, anybody may take any name. Do not put it on the internet.

pub mod feed;

mod hook;
mod keep;
mod outgoing;
mod pages;

use keep::Keep;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tlog::policy::Policy;
use tokio::net::TcpListener;

/// What Plaza needs to know.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Its own SQLite file.
    pub database: PathBuf,
    /// Evenhand's address, without a slash at the end.
    pub evenhand: String,
    /// API key with the scopes `events` and `receipts`.
    pub key: String,
    /// Secret of the webhook, `whsec_...`.
    pub secret: String,
    /// Verifier key of Evenhand's public log: what is not proven to be in it is not done.
    pub log_key: String,
}

/// Why Plaza stopped.
#[derive(Debug, thiserror::Error)]
pub enum PlazaError {
    /// Its database failed.
    #[error("plaza's database: {0}")]
    Database(#[from] sqlx::Error),
    /// It could not listen.
    #[error("plaza cannot listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
    /// The connection to Evenhand could not be set up.
    #[error("plaza's client: {0}")]
    Client(#[from] reqwest::Error),
    /// The secret is not of the form `whsec_<base64>`.
    #[error("the webhook secret is not `whsec_` and base64")]
    Secret,
    /// The verifier key cannot be read.
    #[error("the verifier key of the log: {0}")]
    LogKey(#[from] tlog::note::KeyError),
    /// The sample feed cannot be read.
    #[error("the sample feed: {0}")]
    Feed(String),
}

/// What the parts share.
#[derive(Debug, Clone)]
pub(crate) struct Plaza {
    pub(crate) keep: Keep,
    pub(crate) settings: Arc<Settings>,
    pub(crate) secret: Arc<Vec<u8>>,
    pub(crate) log: Arc<Policy>,
}

/// A Plaza that listens.
#[derive(Debug)]
pub struct Running {
    plaza: Plaza,
    listener: TcpListener,
    client: reqwest::Client,
}

/// Opens the database and the port.
///
/// # Errors
/// [`PlazaError`] when either cannot be opened.
pub async fn start(settings: Settings) -> Result<Running, PlazaError> {
    // Another part of the process may have chosen the same provider already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .timeout(std::time::Duration::from_secs(10))
        .no_proxy()
        .build()?;
    let keep = Keep::open(&settings.database).await?;
    let secret = Arc::new(hook::secret(&settings.secret).ok_or(PlazaError::Secret)?);
    let log = Arc::new(Policy::log(settings.log_key.trim().parse()?));
    let listener = TcpListener::bind(settings.listen)
        .await
        .map_err(|error| PlazaError::Listen(settings.listen, error))?;
    Ok(Running {
        plaza: Plaza { keep, settings: Arc::new(settings), secret, log },
        listener,
        client,
    })
}

impl Running {
    /// The address that it listens on, whatever port was asked for.
    ///
    /// # Errors
    /// [`PlazaError::Listen`] when the system cannot say.
    pub fn address(&self) -> Result<SocketAddr, PlazaError> {
        let asked = self.plaza.settings.listen;
        self.listener.local_addr().map_err(|error| PlazaError::Listen(asked, error))
    }

    /// Serves people and webhooks and sends what waits, until `stop` is done.
    ///
    /// # Errors
    /// [`PlazaError`] when the port fails.
    pub async fn serve(
        self,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), PlazaError> {
        let address = self.plaza.settings.listen;
        let sender = tokio::spawn(outgoing::send_for_ever(self.plaza.clone(), self.client));
        let routes = pages::router().merge(hook::router()).with_state(self.plaza);
        let served = axum::serve(self.listener, routes).with_graceful_shutdown(stop).await;
        sender.abort();
        served.map_err(|error| PlazaError::Listen(address, error))
    }
}

/// The present instant: Plaza is a program of its own, with its own clock.
#[expect(clippy::disallowed_methods, reason = "the sample platform has its own clock")]
pub(crate) fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}
