//! Asks scorers over HTTP: each question within its own limit, all of a batch within theirs, with
//! a cache that is bounded. What goes wrong is told as a text, never as an error that stops a
//! batch. Must not know what a score means.

use crate::HttpClient;
use crate::http::{CallError, Question as Call};
use futures_util::{StreamExt as _, stream};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// One question to one scorer.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Who is asked: questions of one scorer share its budget.
    pub scorer: String,
    /// Where.
    pub url: String,
    /// Posts the arguments as JSON; else they are the URL's query.
    pub post: bool,
    /// The arguments, as a JSON object.
    pub arguments: String,
    /// The longest that this question may take.
    pub timeout: Duration,
    /// The longest that all questions of this scorer in one batch may take.
    pub budget: Duration,
    /// How long the answer stays good.
    pub cache_ttl: Duration,
    /// The most answers of this scorer that are kept.
    pub cache_most: usize,
    /// A header with a secret.
    pub secret: Option<(String, String)>,
}

/// How many questions are on their way at once.
const AT_ONCE: usize = 32;
/// The most bytes of an answer that are read.
const MOST_BYTES: usize = 1 << 20;

#[derive(Debug)]
struct Known {
    answer: Value,
    until: Instant,
}

type Cache = HashMap<String, HashMap<String, Known>>;

/// Asks scorers, and remembers what they said.
#[derive(Debug)]
pub struct Scorers {
    client: HttpClient,
    cache: Mutex<Cache>,
}

impl Scorers {
    /// Asks by this client, and so within its reach.
    #[must_use]
    pub fn new(client: HttpClient) -> Self {
        Self { client, cache: Mutex::default() }
    }

    /// Asks all questions, some at once; answers in their order. Questions whose time is up are given up.
    pub async fn ask(&self, asks: Vec<Ask>) -> Vec<Result<Value, String>> {
        let begun = Instant::now();
        let answers = asks.into_iter().map(|ask| async move { self.one(&ask, begun).await });
        stream::iter(answers).buffered(AT_ONCE).collect().await
    }

    async fn one(&self, ask: &Ask, begun: Instant) -> Result<Value, String> {
        let now = Instant::now();
        if let Some(answer) = self.known(ask, now) {
            return Ok(answer);
        }
        let ends = (begun + ask.budget).min(now + ask.timeout);
        if ends <= now {
            return Err("the time for all questions of this batch is used up".to_owned());
        }
        let asked = timeout_at(ends, self.call(ask)).await;
        let said = asked.unwrap_or_else(|_| Err(format!("it took longer than {:?}", ends - now)));
        match said {
            Ok(answer) => {
                self.remember(ask, answer.clone());
                Ok(answer)
            }
            Err(why) => {
                tracing::warn!(
                    scorer = ask.scorer,
                    why,
                    "a scorer failed; its declared answer stands in"
                );
                Err(why)
            }
        }
    }

    async fn call(&self, ask: &Ask) -> Result<Value, String> {
        let arguments: Value = serde_json::from_str(&ask.arguments).unwrap_or_default();
        let call = Call {
            url: &ask.url,
            query: if ask.post { Vec::new() } else { query(&arguments) },
            body: ask.post.then(|| ask.arguments.clone()),
            header: ask.secret.as_ref(),
            most: MOST_BYTES,
        };
        let (status, body) =
            self.client.pose(call).await.map_err(|error: CallError| error.to_string())?;
        if !(200..300).contains(&status) {
            return Err(format!("it answered with status {status}"));
        }
        serde_json::from_slice(&body).map_err(|_| "its answer is not JSON".to_owned())
    }

    fn known(&self, ask: &Ask, now: Instant) -> Option<Value> {
        let cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        let known = cache.get(&ask.scorer)?.get(&ask.arguments)?;
        (known.until > now).then(|| known.answer.clone())
    }

    fn remember(&self, ask: &Ask, answer: Value) {
        if ask.cache_ttl.is_zero() || ask.cache_most == 0 {
            return;
        }
        let now = Instant::now();
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        let answers = cache.entry(ask.scorer.clone()).or_default();
        if answers.len() >= ask.cache_most {
            answers.retain(|_, known| known.until > now);
        }
        if answers.len() >= ask.cache_most {
            // All are good still: the one that ends first makes room.
            let first =
                answers.iter().min_by_key(|(_, known)| known.until).map(|(key, _)| key.clone());
            first.and_then(|key| answers.remove(&key));
        }
        answers.insert(ask.arguments.clone(), Known { answer, until: now + ask.cache_ttl });
    }
}

fn query(arguments: &Value) -> Vec<(String, String)> {
    let Value::Object(arguments) = arguments else { return Vec::new() };
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let given = arguments.iter().filter(|(_, value)| !value.is_null());
    given.map(|(name, value)| (name.clone(), text(value))).collect()
}
