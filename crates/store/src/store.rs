//! The handle on the database: one connection that writes, a few that read; opening, copying and
//! checking the file.

use crate::StoreError;
use crate::sql::{column, execute, fetch_one, number, unsigned};
use sqlx::AnyConnection;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::migrate::Migrator;
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyPool, ConnectOptions as _, Connection as _, Executor as _, Transaction};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// `synchronous = full`: what was answered for must survive a power cut, and a signed log must
/// never lose rows. `secure_delete`: what is erased is overwritten. 4,000 pages of log before a
/// checkpoint keep batches from paying for one each time.
const WRITER: &str = "
    pragma busy_timeout = 5000;
    pragma journal_mode = wal;
    pragma synchronous = full;
    pragma foreign_keys = on;
    pragma secure_delete = on;
    pragma wal_autocheckpoint = 4000;
    pragma cache_size = -65536;
";
const READER: &str = "
    pragma busy_timeout = 5000;
    pragma query_only = on;
    pragma cache_size = -16384;
";
const READERS: u32 = 4;

const BEGIN: &str = "begin immediate";

/// Moves the log into the database file and empties it.
const CHECKPOINT: &str = "pragma wal_checkpoint(truncate)";
const REWRITE: &str = "vacuum";
const PAGE_SIZE: &str = "pragma page_size";
/// Splitting pages leaves old bytes in them unless this is on; the copy takes it over.
const CLEAN: &str = "pragma secure_delete = on";
const COPY: &str = "vacuum into $1";
const INTEGRITY: &str = "pragma integrity_check(1)";
const SCHEMA: &str = "select max(version) from _sqlx_migrations";
const EVENTS: &str = "select count(*) from event";
const DECISIONS: &str = "select count(*) from decision";
const PING: &str = "select 1";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] =
    &[CHECKPOINT, COPY, INTEGRITY, SCHEMA, EVENTS, DECISIONS, PING];

/// The schema of this release.
pub(crate) fn schema() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0)
}

/// The handle on the database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    writer: AnyPool,
    readers: AnyPool,
    /// `None` in memory.
    file: Option<AnyConnectOptions>,
    /// Most pages of the file; 0: no limit was set.
    limit: Arc<AtomicU64>,
    /// Where it is written down what an older copy must forget; `None` in memory.
    pub(crate) manifest: Option<Arc<Path>>,
}

/// What a check of a database file found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Its schema.
    pub schema: i64,
    /// Events kept in it.
    pub events: u64,
    /// Decisions kept in it.
    pub decisions: u64,
}

impl Store {
    /// Opens the database file at `path`, makes it if it is not there, and brings its schema up to
    /// date.
    ///
    /// # Errors
    /// [`StoreError::Newer`] when a later release wrote it, [`StoreError::Damaged`] when it is no
    /// database, [`StoreError::Open`] when the file cannot be opened.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let file = options(&url(path, "rwc")?)?;
        // A pool would try a damaged file again and again; one connection says at once.
        let mut trial = file.connect().await.map_err(|error| not_opened(path, error.into()))?;
        trial.execute(WRITER).await.map_err(|error| not_opened(path, error.into()))?;
        trial.close().await?;
        let writer = pool(file.clone(), 1, WRITER).await?;
        MIGRATIONS.run(&writer).await?;
        let readers = pool(file.clone(), READERS, READER).await?;
        let manifest = Some(manifest_of(path).into());
        Ok(Self { writer, readers, file: Some(file), limit: Arc::default(), manifest })
    }

    /// A database that lives as long as the handle; for tests and runs that keep nothing.
    ///
    /// # Errors
    /// [`StoreError`] when there is no memory for it.
    pub async fn open_in_memory() -> Result<Self, StoreError> {
        let writer = pool(options("sqlite::memory:")?, 1, WRITER).await?;
        MIGRATIONS.run(&writer).await?;
        // One connection for all: a second one would see another database.
        let (readers, limit) = (writer.clone(), Arc::default());
        Ok(Self { readers, writer, file: None, limit, manifest: None })
    }

    /// Limits the database file to `bytes`, until the next start. A write that needs more is
    /// refused as if the disk were full.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn limit(&self, bytes: u64) -> Result<(), StoreError> {
        let page = number(&mut *self.read().await?, PAGE_SIZE, []).await?;
        // Less than there is already is taken for what there is.
        let pages = (bytes / unsigned(page).max(1)).max(1);
        self.limit.store(pages, Ordering::Relaxed);
        self.set_limit(pages).await
    }

    async fn set_limit(&self, pages: u64) -> Result<(), StoreError> {
        let mut writer = self.writer.acquire().await?;
        execute(&mut writer, format!("pragma max_page_count = {pages}"), []).await.map(drop)
    }

    /// Waits for running calls and closes the database.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// Begins the one transaction that may write.
    pub(crate) async fn write(&self) -> Result<Transaction<'static, Any>, StoreError> {
        match self.writer.begin_with(BEGIN).await {
            Err(sqlx::Error::InvalidSavePointStatement) => {
                self.mend().await?;
                Ok(self.writer.begin_with(BEGIN).await?)
            }
            begun => Ok(begun?),
        }
    }

    /// SQLite ends a transaction by itself when the disk is full. Sqlx does not notice, counts it
    /// as open for ever and begins no other on that connection: a new one takes its place.
    async fn mend(&self) -> Result<(), StoreError> {
        if self.file.is_some() {
            self.writer.acquire().await?.close().await?;
        }
        match self.limit.load(Ordering::Relaxed) {
            0 => Ok(()),
            pages => self.set_limit(pages).await,
        }
    }

    /// A connection that reads.
    pub(crate) async fn read(&self) -> Result<PoolConnection<Any>, StoreError> {
        Ok(self.readers.acquire().await?)
    }

    /// Writes the whole file anew, without what unused parts of its pages hold.
    pub(crate) async fn rewrite(&self) -> Result<(), StoreError> {
        let mut writer = self.writer.acquire().await?;
        execute(&mut writer, REWRITE, []).await.map(drop)
    }

    /// Empties the write-ahead log, so that no byte of a deleted row stays in it.
    pub(crate) async fn checkpoint(&self) -> Result<(), StoreError> {
        let mut writer = self.writer.acquire().await?;
        let busy = match fetch_one(&mut writer, CHECKPOINT, []).await? {
            Some(row) => column::<i64>(&row, 0)?,
            None => 0,
        };
        if busy == 0 { Ok(()) } else { Err(StoreError::Busy) }
    }

    /// Writes a consistent copy while running. `to` must not exist.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when there is a file at `to`; [`StoreError::Full`] when there is no
    /// room for it.
    pub async fn backup(&self, to: &Path) -> Result<(), StoreError> {
        if to.exists() {
            return Err(StoreError::Taken(format!("a file at {}", to.display())));
        }
        let text = to.to_str().ok_or_else(|| StoreError::Open {
            path: to.display().to_string(),
            why: "the path is not UTF-8".into(),
        })?;
        // Not the writer's connection: writing goes on meanwhile.
        let copied = match &self.file {
            Some(file) => {
                let mut own = file.connect().await?;
                own.execute(CLEAN).await?;
                let copied = execute(&mut own, COPY, [text.into()]).await;
                own.close().await?;
                copied
            }
            None => execute(&mut *self.writer.acquire().await?, COPY, [text.into()]).await,
        };
        if let Err(error) = copied {
            // Half a copy must not be taken for a whole one.
            let _ = tokio::fs::remove_file(to).await;
            return Err(error);
        }
        let synced = async { tokio::fs::File::open(to).await?.sync_all().await };
        synced.await.map_err(|error: std::io::Error| StoreError::Open {
            path: to.display().to_string(),
            why: error.to_string(),
        })
    }

    /// Checks that a file is a whole database that this release can open; changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] says what is wrong with it, [`StoreError::Newer`] when a later
    /// release wrote it.
    pub async fn check(path: &Path) -> Result<Checked, StoreError> {
        let mut file =
            options(&url(path, "ro")?)?.connect().await.map_err(|e| not_opened(path, e.into()))?;
        let checked = checked(&mut file).await;
        file.close().await?;
        checked
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`StoreError`] when it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        number(&mut *self.read().await?, PING, []).await.map(drop)
    }
}

async fn checked(file: &mut AnyConnection) -> Result<Checked, StoreError> {
    if let Some(row) = fetch_one(file, INTEGRITY, []).await? {
        let says: String = column(&row, 0)?;
        if says != "ok" {
            return Err(StoreError::Damaged(says));
        }
    }
    let found = number(file, SCHEMA, []).await.map_err(|_| {
        StoreError::Damaged("it is a database, but not one that Evenhand wrote".into())
    })?;
    if found > schema() {
        return Err(StoreError::Newer { found, ours: schema() });
    }
    let events = unsigned(number(file, EVENTS, []).await?);
    let decisions = unsigned(number(file, DECISIONS, []).await?);
    Ok(Checked { schema: found, events, decisions })
}

/// The file beside a database that says what older copies of it must forget.
pub(crate) fn manifest_of(path: &Path) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".erasures");
    name.into()
}

fn options(url: &str) -> Result<AnyConnectOptions, StoreError> {
    sqlx::any::install_default_drivers();
    let options: AnyConnectOptions = url.parse()?;
    // A batch's insert is kilobytes of places for values; no operator can use that in a log.
    Ok(options.disable_statement_logging())
}

async fn pool(
    file: AnyConnectOptions,
    most: u32,
    pragmas: &'static str,
) -> Result<AnyPool, StoreError> {
    let pool = AnyPoolOptions::new()
        .max_connections(most)
        .acquire_timeout(Duration::from_secs(10))
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            Box::pin(async move { connection.execute(pragmas).await.map(drop) })
        });
    Ok(pool.connect_with(file).await?)
}

/// The URL of a file; every byte that means something in a URL is escaped.
fn url(path: &Path, mode: &str) -> Result<String, StoreError> {
    let broken = |why: String| StoreError::Open { path: path.display().to_string(), why };
    let absolute = std::path::absolute(path).map_err(|error| broken(error.to_string()))?;
    let text = absolute.to_str().ok_or_else(|| broken("the path is not UTF-8".into()))?;
    let mut url = String::from("sqlite://");
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte) {
            url.push(char::from(byte));
        } else {
            url.push_str(&format!("%{byte:02X}"));
        }
    }
    Ok(format!("{url}?mode={mode}"))
}

/// SQLite's "unable to open database file" says too little without the path.
fn not_opened(path: &Path, error: StoreError) -> StoreError {
    match error {
        StoreError::Database(why) => StoreError::Open { path: path.display().to_string(), why },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::{Insert, with_list};
    use crate::{Kept, Received, Record};
    use jiff::Timestamp;
    use model::{ActionId, Event, Json, RulebookVersion};

    fn record(n: u32, bytes: usize) -> Record {
        let event = Event {
            action_id: ActionId::new(&n.to_string()).unwrap(),
            action_name: "note".into(),
            timestamp: Timestamp::UNIX_EPOCH,
            data: Json::parse(&format!("\"{}\"", "x".repeat(bytes))).unwrap(),
            secret_data: None,
        };
        Record {
            at: Timestamp::UNIX_EPOCH,
            rulebook: RulebookVersion::new("r"),
            event: Some(Received { event, subject: None }),
            kept: Kept::Nothing,
            labels: Vec::new(),
            state: crate::State::default(),
        }
    }

    #[tokio::test]
    async fn every_statement_prepares() {
        use crate::{
            cases, decisions, erasure, facts, keys, leaf, lookup, outbox, overview, rulebooks,
        };
        let store = Store::open_in_memory().await.unwrap();
        let mut writer = store.writer.acquire().await.unwrap();
        let statements = [
            STATEMENTS,
            crate::appeals::STATEMENTS,
            crate::notices::STATEMENTS,
            crate::you::STATEMENTS,
            cases::STATEMENTS,
            decisions::STATEMENTS,
            erasure::STATEMENTS,
            crate::evenness::STATEMENTS,
            facts::STATEMENTS,
            keys::STATEMENTS,
            leaf::STATEMENTS,
            crate::left_up::STATEMENTS,
            crate::log::STATEMENTS,
            lookup::STATEMENTS,
            outbox::STATEMENTS,
            overview::STATEMENTS,
            rulebooks::STATEMENTS,
            crate::timeline::STATEMENTS,
            crate::treated::STATEMENTS,
            crate::recorded::STATEMENTS,
            crate::replays::STATEMENTS,
            crate::precedents::STATEMENTS,
            crate::signals::STATEMENTS,
            crate::likeness::STATEMENTS,
            crate::meaning::STATEMENTS,
            crate::seen::STATEMENTS,
            crate::witness::STATEMENTS,
            crate::cosigned::STATEMENTS,
            crate::monitor::STATEMENTS,
            crate::write::STATEMENTS,
            crate::lists::STATEMENTS,
            crate::state::STATEMENTS,
            crate::identities::STATEMENTS,
            crate::passkeys::STATEMENTS,
            crate::people::STATEMENTS,
            crate::sessions::STATEMENTS,
            crate::looks::STATEMENTS,
            crate::queue::STATEMENTS,
            crate::queue_states::STATEMENTS,
            crate::work::STATEMENTS,
            crate::report_notices::STATEMENTS,
            crate::reporters::STATEMENTS,
            crate::reporter_mail::STATEMENTS,
            crate::bulk::STATEMENTS,
            crate::filters::STATEMENTS,
            crate::unenforced::STATEMENTS,
            crate::webhooks::STATEMENTS,
            crate::copies::STATEMENTS,
            crate::copies::FORGET,
            crate::acts::STATEMENTS,
            crate::evidence::STATEMENTS,
            &crate::evidence::FORGET,
            &crate::evidence::FORGET_REPORTERS,
            crate::desk::STATEMENTS,
            crate::quality::STATEMENTS,
            crate::held::STATEMENTS,
            crate::endings::STATEMENTS,
            crate::exemptions::STATEMENTS,
            crate::register::STATEMENTS,
        ];
        let inserts: &[&[&Insert]] = &[
            crate::appeals::INSERTS,
            crate::notices::INSERTS,
            crate::you::INSERTS,
            cases::INSERTS,
            leaf::INSERTS,
            erasure::INSERTS,
            crate::evenness::INSERTS,
            keys::INSERTS,
            crate::left_up::INSERTS,
            outbox::INSERTS,
            rulebooks::INSERTS,
            crate::seen::INSERTS,
            crate::replays::INSERTS,
            crate::write::INSERTS,
            crate::lists::INSERTS,
            crate::state::INSERTS,
            crate::identities::INSERTS,
            crate::passkeys::INSERTS,
            crate::people::INSERTS,
            crate::sessions::INSERTS,
            crate::looks::INSERTS,
            crate::work::INSERTS,
            crate::unenforced::INSERTS,
            crate::webhooks::INSERTS,
            crate::copies::INSERTS,
            crate::acts::INSERTS,
            crate::endings::INSERTS,
            crate::exemptions::INSERTS,
            crate::register::INSERTS,
            crate::monitor::INSERTS,
            crate::evidence::INSERTS,
            crate::desk::INSERTS,
            crate::quality::INSERTS,
            crate::held::INSERTS,
            crate::report_notices::INSERTS,
            crate::reporter_mail::INSERTS,
            crate::bulk::INSERTS,
        ];
        let texts = statements.concat();
        let texts = texts.iter().map(|sql| with_list(sql, vec![0.into(); 3]).0);
        let mut prepared = 0;
        for sql in texts.chain(inserts.concat().iter().map(|insert| insert.text(256))) {
            let statement = sqlx::AssertSqlSafe(sql.clone());
            if let Err(error) = writer.prepare(sqlx::SqlSafeStr::into_sql_str(statement)).await {
                panic!("{error}: {sql}");
            }
            prepared += 1;
        }
        assert!(prepared > 60, "{prepared}");
    }

    #[tokio::test]
    async fn a_full_disk_is_told_and_nothing_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("evenhand.db")).await.unwrap();
        store.record(&[record(0, 10)]).await.unwrap();
        store.limit(0).await.unwrap();
        let batch = [record(1, 10), record(2, 1_000_000)];
        assert_eq!(store.record(&batch).await, Err(StoreError::Full));
        // Reading goes on, what was kept is kept, and nothing of the batch is there.
        let ids = [0, 1, 2].map(|n: u32| ActionId::new(&n.to_string()).unwrap());
        assert_eq!(store.seen(&ids).await.unwrap().len(), 1);
        assert_eq!(store.record(&batch).await, Err(StoreError::Full));
        // Once there is room, the same batch is taken.
        store.limit(1 << 30).await.unwrap();
        store.record(&batch).await.unwrap();
        assert_eq!(store.seen(&ids).await.unwrap().len(), 3);
    }

    #[tokio::test]
    async fn a_newer_schema_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("evenhand.db");
        let store = Store::open(&path).await.unwrap();
        let mut tx = store.write().await.unwrap();
        let later = "insert into _sqlx_migrations \
            (version, description, success, checksum, execution_time) \
            values (99999, 'later', true, x'00', 0)";
        execute(&mut tx, later, []).await.unwrap();
        tx.commit().await.unwrap();
        store.close().await;
        let newer = StoreError::Newer { found: 99_999, ours: schema() };
        assert_eq!(Store::open(&path).await.unwrap_err(), newer);
        assert_eq!(Store::check(&path).await.unwrap_err(), newer);
    }

    #[tokio::test]
    async fn the_writer_is_durable_and_overwrites_what_it_deletes() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("evenhand.db")).await.unwrap();
        let mut writer = store.writer.acquire().await.unwrap();
        for (pragma, expected) in
            [("pragma synchronous", 2), ("pragma foreign_keys", 1), ("pragma secure_delete", 1)]
        {
            assert_eq!(number(&mut writer, pragma, []).await.unwrap(), expected, "{pragma}");
        }
        let row = fetch_one(&mut writer, "pragma journal_mode", []).await.unwrap().unwrap();
        assert_eq!(column::<&str>(&row, 0).unwrap(), "wal");
        let mut reader = store.read().await.unwrap();
        assert!(execute(&mut reader, "delete from event", []).await.is_err());
    }
}
