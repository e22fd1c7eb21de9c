//! What Plaza keeps: accounts, posts, media, decisions about them, and what must still be sent.
//! A post's state is never stored: it follows from the decisions about it.

use crate::now;
use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{FromRow, SqlitePool};
use std::path::Path;

const TABLES: &str = "
create table if not exists account (name text primary key, display text not null, about text not null,
  language text not null, created_at text not null);
create table if not exists post (id text primary key, account text not null, text text not null,
  language text, link text, media text, in_reply_to text, created_at text not null);
create table if not exists media (name text primary key, type text not null, alt text not null, bytes blob not null);
create table if not exists decision (id text primary key, item text not null, account text not null,
  measures text not null, replaces text, statement text not null, url text not null,
  received_at text not null, read_at text);
create table if not exists ended (id text primary key, decision text not null, measure text not null,
  received_at text not null);
create table if not exists message (id text primary key, account text not null, subject text not null,
  text text not null, url text not null, at text not null);
create table if not exists outgoing (id integer primary key, path text not null, body text not null, sent_at text);
";

/// Plaza's database.
#[derive(Debug, Clone)]
pub(crate) struct Keep(pub(crate) SqlitePool);

/// An account.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) display: String,
    pub(crate) about: String,
    pub(crate) language: String,
    pub(crate) created_at: String,
}

/// A post as it was written.
#[derive(Debug, Clone, FromRow, Default)]
pub(crate) struct Post {
    pub(crate) id: String,
    pub(crate) account: String,
    pub(crate) text: String,
    pub(crate) language: Option<String>,
    pub(crate) link: Option<String>,
    pub(crate) media: Option<String>,
    pub(crate) in_reply_to: Option<String>,
    pub(crate) created_at: String,
}

/// A picture or video.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Media {
    pub(crate) name: String,
    pub(crate) r#type: String,
    pub(crate) alt: String,
    pub(crate) bytes: Vec<u8>,
}

/// A decision as Evenhand sent it.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Decision {
    pub(crate) id: String,
    pub(crate) item: String,
    pub(crate) account: String,
    pub(crate) measures: String,
    pub(crate) replaces: Option<String>,
    pub(crate) statement: String,
    pub(crate) url: String,
    pub(crate) read_at: Option<String>,
    /// Words of the measures that Evenhand has ended since, as a JSON list.
    #[sqlx(default)]
    pub(crate) ended: Option<String>,
}

impl Decision {
    /// The measures that still run.
    pub(crate) fn lasting(&self) -> Vec<(String, Option<String>)> {
        let ended = self.ended.as_deref().unwrap_or("[]");
        let ended: Vec<String> = serde_json::from_str(ended).unwrap_or_default();
        self.measures().into_iter().filter(|(word, _)| !ended.contains(word)).collect()
    }

    /// The measures, by name and end.
    pub(crate) fn measures(&self) -> Vec<(String, Option<String>)> {
        let list: Vec<Value> = serde_json::from_str(&self.measures).unwrap_or_default();
        let text =
            |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        list.iter()
            .filter_map(|one| {
                let word = text(one, "measure")?;
                Some((word, text(one, "until").or_else(|| text(one, "name"))))
            })
            .collect()
    }
}

/// Something that Evenhand asks Plaza to tell an account's owner: a code, an answer to an appeal.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Letter {
    pub(crate) id: String,
    pub(crate) account: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) url: String,
    pub(crate) at: String,
}

/// A message to Evenhand that must arrive.
#[derive(Debug, FromRow)]
pub(crate) struct Outgoing {
    pub(crate) id: i64,
    pub(crate) path: String,
    pub(crate) body: String,
}

/// The measures of a decision that ended.
const ENDED: &str =
    "(select json_group_array(e.measure) from ended e where e.decision = d.id) as ended";

type Kept<T> = Result<T, sqlx::Error>;

impl Keep {
    pub(crate) async fn open(path: &Path) -> Kept<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal);
        let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await?;
        sqlx::raw_sql(TABLES).execute(&pool).await?;
        Ok(Self(pool))
    }

    pub(crate) async fn account(&self, name: &str) -> Kept<Option<Account>> {
        sqlx::query_as("select * from account where name = $1")
            .bind(name)
            .fetch_optional(&self.0)
            .await
    }

    pub(crate) async fn add_account(&self, account: &Account) -> Kept<()> {
        sqlx::query("insert into account values ($1, $2, $3, $4, $5) on conflict do nothing")
            .bind(&account.name)
            .bind(&account.display)
            .bind(&account.about)
            .bind(&account.language)
            .bind(&account.created_at)
            .execute(&self.0)
            .await
            .map(drop)
    }

    pub(crate) async fn add_media(&self, media: &Media) -> Kept<()> {
        sqlx::query("insert into media values ($1, $2, $3, $4) on conflict do nothing")
            .bind(&media.name)
            .bind(&media.r#type)
            .bind(&media.alt)
            .bind(&media.bytes)
            .execute(&self.0)
            .await
            .map(drop)
    }

    pub(crate) async fn media(&self, name: &str) -> Kept<Option<Media>> {
        sqlx::query_as("select * from media where name = $1")
            .bind(name)
            .fetch_optional(&self.0)
            .await
    }

    /// Keeps a post and the event about it in one transaction: no post that Evenhand never hears of.
    pub(crate) async fn add_post(&self, post: &Post, event: &Value) -> Kept<()> {
        let mut all = self.0.begin().await?;
        sqlx::query("insert into post values ($1, $2, $3, $4, $5, $6, $7, $8)")
            .bind(&post.id)
            .bind(&post.account)
            .bind(&post.text)
            .bind(&post.language)
            .bind(&post.link)
            .bind(&post.media)
            .bind(&post.in_reply_to)
            .bind(&post.created_at)
            .execute(&mut *all)
            .await?;
        sqlx::query("insert into outgoing (path, body) values ('/api/v1/events', $1)")
            .bind(event.to_string())
            .execute(&mut *all)
            .await?;
        all.commit().await
    }

    pub(crate) async fn post(&self, id: &str) -> Kept<Option<Post>> {
        sqlx::query_as("select * from post where id = $1").bind(id).fetch_optional(&self.0).await
    }

    pub(crate) async fn timeline(&self) -> Kept<Vec<Post>> {
        sqlx::query_as("select * from post order by rowid desc limit 100").fetch_all(&self.0).await
    }

    pub(crate) async fn posts_of(&self, account: &str) -> Kept<Vec<Post>> {
        sqlx::query_as("select * from post where account = $1 order by rowid desc limit 100")
            .bind(account)
            .fetch_all(&self.0)
            .await
    }

    pub(crate) async fn replies(&self, id: &str) -> Kept<Vec<Post>> {
        sqlx::query_as("select * from post where in_reply_to = $1 order by rowid")
            .bind(id)
            .fetch_all(&self.0)
            .await
    }

    /// Keeps a decision and its receipt, once however often it comes.
    pub(crate) async fn add_decision(&self, decision: &Decision) -> Kept<()> {
        let at = now().to_string();
        let mut all = self.0.begin().await?;
        let added = sqlx::query(
            "insert into decision (id, item, account, measures, replaces, statement, url, received_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
        )
        .bind(&decision.id)
        .bind(&decision.item)
        .bind(&decision.account)
        .bind(&decision.measures)
        .bind(&decision.replaces)
        .bind(&decision.statement)
        .bind(&decision.url)
        .bind(&at)
        .execute(&mut *all)
        .await?
        .rows_affected();
        if added == 1 {
            receipt(&mut all, &decision.id, "enforced", &at).await?;
        }
        all.commit().await
    }

    /// Takes back a measure whose time is over, once however often it is said; with its receipt.
    pub(crate) async fn add_ending(&self, id: &str, decision: &str, measure: &str) -> Kept<()> {
        let at = now().to_string();
        let mut all = self.0.begin().await?;
        let added = sqlx::query("insert into ended values ($1, $2, $3, $4) on conflict do nothing")
            .bind(id)
            .bind(decision)
            .bind(measure)
            .bind(&at)
            .execute(&mut *all)
            .await?
            .rows_affected();
        if added == 1 {
            let body = serde_json::json!(
                {"decision": decision, "ending": id, "state": "enforced", "at": at}
            );
            say(&mut all, &body).await?;
        }
        all.commit().await
    }

    /// The decisions that are in force about an item: those that no later one replaces.
    pub(crate) async fn in_force_on(&self, item: &str) -> Kept<Vec<Decision>> {
        self.decisions("item", item, true).await
    }

    /// The decisions that are in force about an account's items.
    pub(crate) async fn in_force_for(&self, account: &str) -> Kept<Vec<Decision>> {
        self.decisions("account", account, true).await
    }

    /// All decisions in force, the oldest first.
    pub(crate) async fn in_force(&self) -> Kept<Vec<Decision>> {
        let all = format!(
            "select *, {ENDED} from decision d where not exists \
             (select 1 from decision n where n.replaces = d.id) order by rowid"
        );
        sqlx::query_as(sqlx::AssertSqlSafe(all)).fetch_all(&self.0).await
    }

    /// Everything that was ever decided about an account's items, newest first.
    pub(crate) async fn notices(&self, account: &str) -> Kept<Vec<Decision>> {
        self.decisions("account", account, false).await
    }

    async fn decisions(
        &self,
        by: &'static str,
        value: &str,
        in_force: bool,
    ) -> Kept<Vec<Decision>> {
        let mut query = sqlx::QueryBuilder::<sqlx::Sqlite>::new("select *, ");
        query.push(ENDED).push(" from decision d where ").push(by).push(" = ").push_bind(value);
        if in_force {
            query.push(" and not exists (select 1 from decision n where n.replaces = d.id)");
        }
        query.push(" order by rowid desc").build_query_as().fetch_all(&self.0).await
    }

    /// The account's owner saw their notices: each gets its proof of delivery, once.
    pub(crate) async fn mark_read(&self, account: &str) -> Kept<()> {
        let at = now().to_string();
        let mut all = self.0.begin().await?;
        let unread: Vec<(String,)> = sqlx::query_as(
            "update decision set read_at = $1 where account = $2 and read_at is null returning id",
        )
        .bind(&at)
        .bind(account)
        .fetch_all(&mut *all)
        .await?;
        for (id,) in unread {
            receipt(&mut all, &id, "notice_delivered", &at).await?;
        }
        all.commit().await
    }

    /// Keeps what an account's owner is to be told, once however often it comes.
    pub(crate) async fn add_letter(&self, letter: &Letter) -> Kept<()> {
        sqlx::query("insert into message values ($1, $2, $3, $4, $5, $6) on conflict do nothing")
            .bind(&letter.id)
            .bind(&letter.account)
            .bind(&letter.subject)
            .bind(&letter.text)
            .bind(&letter.url)
            .bind(&letter.at)
            .execute(&self.0)
            .await
            .map(drop)
    }

    /// What an account's owner was told, the latest first.
    pub(crate) async fn letters(&self, account: &str) -> Kept<Vec<Letter>> {
        sqlx::query_as("select * from message where account = $1 order by rowid desc limit 50")
            .bind(account)
            .fetch_all(&self.0)
            .await
    }

    pub(crate) async fn send_later(&self, path: &str, body: &Value) -> Kept<()> {
        sqlx::query("insert into outgoing (path, body) values ($1, $2)")
            .bind(path)
            .bind(body.to_string())
            .execute(&self.0)
            .await
            .map(drop)
    }

    pub(crate) async fn next_outgoing(&self) -> Kept<Option<Outgoing>> {
        sqlx::query_as(
            "select id, path, body from outgoing where sent_at is null order by id limit 1",
        )
        .fetch_optional(&self.0)
        .await
    }

    pub(crate) async fn mark_sent(&self, id: i64) -> Kept<()> {
        sqlx::query("update outgoing set sent_at = $1 where id = $2")
            .bind(now().to_string())
            .bind(id)
            .execute(&self.0)
            .await
            .map(drop)
    }
}

async fn receipt(
    all: &mut sqlx::SqliteConnection,
    decision: &str,
    state: &str,
    at: &str,
) -> Kept<()> {
    say(all, &serde_json::json!({"decision": decision, "state": state, "at": at})).await
}

/// Puts a receipt among what must arrive.
async fn say(all: &mut sqlx::SqliteConnection, body: &Value) -> Kept<()> {
    sqlx::query("insert into outgoing (path, body) values ('/api/v1/receipts', $1)")
        .bind(body.to_string())
        .execute(all)
        .await
        .map(drop)
}
