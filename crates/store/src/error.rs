//! What can go wrong in the store, in words for an operator. Must not carry values of rows: those
//! may be personal or secret.

/// Why the store could not do it. Nothing of a failed call is kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// No room on the disk.
    #[error(
        "the disk is full: free space or move the data directory; nothing of this call is kept"
    )]
    Full,
    /// Another process holds the database, or too many readers wait.
    #[error("the database is busy: another process may hold it; try again")]
    Busy,
    /// The database was written by a later release.
    #[error(
        "the database has schema {found}, this release knows {ours}: start the newer release, or restore a backup"
    )]
    Newer {
        /// Schema of the database.
        found: i64,
        /// Schema of this release.
        ours: i64,
    },
    /// The database is damaged, or is none.
    #[error("the database is damaged ({0}): restore a backup")]
    Damaged(String),
    /// Such a row is there already: a decision on the same case, a second replacement of one decision.
    #[error("it is there already: {0}")]
    Taken(String),
    /// A row that this one needs is not there.
    #[error("there is no such {0}")]
    NoSuch(&'static str),
    /// A row that cannot be read back: written by another release, or edited by hand.
    #[error("{what} cannot be read back: {why}")]
    Unreadable {
        /// Which column.
        what: &'static str,
        /// Why.
        why: String,
    },
    /// The database cannot be opened.
    #[error("cannot open {path}: {why}")]
    Open {
        /// Where it was looked for.
        path: String,
        /// Why not.
        why: String,
    },
    /// The platform was not told of these decisions yet, so they must not be forgotten.
    #[error(
        "{0} decisions on it were not sent to the platform yet; erase it once they are, or say that they may be dropped"
    )]
    Unsent(u64),
    /// Anything else that the database says.
    #[error("the database failed: {0}")]
    Database(String),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::Database(says) => {
                let message = says.message();
                // SQLite's extended codes hold the primary code in their low byte.
                let code = says.code().and_then(|code| code.parse::<i64>().ok());
                match code.map(|code| code & 0xff) {
                    Some(13) => Self::Full,
                    Some(5 | 6) => Self::Busy,
                    Some(11 | 26) => Self::Damaged(message.into()),
                    Some(19) if says.is_unique_violation() => {
                        Self::Taken(message.rsplit(": ").next().unwrap_or(message).into())
                    }
                    _ => Self::Database(message.into()),
                }
            }
            _ => Self::Database(error.to_string()),
        }
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        use sqlx::migrate::MigrateError as E;
        match error {
            E::VersionMissing(found) | E::VersionTooNew(found, _) => {
                Self::Newer { found, ours: crate::store::schema() }
            }
            E::Execute(error) | E::ExecuteMigration(error, _) => error.into(),
            other => Self::Database(other.to_string()),
        }
    }
}
