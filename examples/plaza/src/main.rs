//! Plaza as a program of its own, beside an Evenhand that runs anywhere.

use clap::Parser;
use plaza::{PlazaError, Settings};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Plaza, a small social platform that lets Evenhand moderate it.
#[derive(Debug, Parser)]
struct Arguments {
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1:8081")]
    listen: SocketAddr,
    /// Plaza's own SQLite file
    #[arg(long, default_value = "plaza.sqlite")]
    database: PathBuf,
    /// Evenhand's address
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    evenhand: String,
    /// API key with the scopes events and receipts
    #[arg(long, env = "PLAZA_KEY", hide_env_values = true)]
    key: String,
    /// Secret of the webhook (whsec_...)
    #[arg(long, env = "PLAZA_SECRET", hide_env_values = true)]
    secret: String,
    /// Verifier key of Evenhand's public log, as at /log/vkey
    #[arg(long, env = "PLAZA_LOG_KEY")]
    log_key: String,
}

#[tokio::main]
async fn main() -> Result<(), PlazaError> {
    let arguments = Arguments::parse();
    let settings = Settings {
        listen: arguments.listen,
        database: arguments.database,
        evenhand: arguments.evenhand.trim_end_matches('/').to_owned(),
        key: arguments.key,
        secret: arguments.secret,
        log_key: arguments.log_key,
    };
    let stop = async {
        // Without a signal handler Plaza still ends with its process.
        let _ = tokio::signal::ctrl_c().await;
    };
    plaza::start(settings).await?.serve(stop).await
}
