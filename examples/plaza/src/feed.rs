//! The sample feed: a story in acts (`feed/feed.toml`). People post, read their notices and report;
//! reviewers decide what was referred, through Evenhand's public API and with keys of their own.
//! Must not know what Evenhand will decide: it only acts.

use crate::keep::{Account, Media, Post};
use crate::pages::publish;
use crate::{PlazaError, Running, now};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

const STORY: &str = include_str!("../feed/feed.toml");

/// How long a reviewer waits for a case to appear.
const PATIENCE: u32 = 100;
const STEP: Duration = Duration::from_millis(100);

/// A sample feed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feed {
    account: Vec<Person>,
    act: Vec<Act>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Person {
    name: String,
    display: String,
    about: String,
    language: String,
}

/// One thing that happens, `after` seconds after the one before.
#[derive(Debug, Deserialize)]
struct Act {
    after: f64,
    #[serde(flatten)]
    what: What,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
enum What {
    /// Somebody posts.
    Post {
        id: String,
        by: String,
        text: String,
        #[serde(default)]
        language: Option<String>,
        #[serde(default)]
        link: Option<String>,
        #[serde(default)]
        media: Option<String>,
        #[serde(default)]
        alt: Option<String>,
        #[serde(default)]
        reply_to: Option<String>,
    },
    /// Somebody reads their notices: the proof of delivery.
    Read { by: String },
    /// Somebody reports a post.
    Report { post: String, by: String, reason: String },
    /// A reviewer decides the case of a post, or proposes to when two people are needed.
    Decide {
        post: String,
        reviewer: String,
        outcome: String,
        #[serde(default)]
        clause: Option<String>,
        reason: String,
        #[serde(default)]
        emergency: Option<String>,
    },
    /// A second reviewer agrees.
    Approve { post: String, reviewer: String },
    /// Whoever posted challenges the decision about it.
    Appeal { post: String, text: String },
    /// A reviewer answers that appeal.
    Answer { post: String, reviewer: String, outcome: String, reason: String },
    /// A reviewer replaces the decision about a post.
    Replace {
        post: String,
        reviewer: String,
        outcome: String,
        #[serde(default)]
        clause: Option<String>,
        reason: String,
    },
}

/// Pictures and videos of the feed.
const MEDIA: [(&str, &str, &[u8]); 1] =
    [("prison.webm", "video/webm", include_bytes!("../feed/media/prison.webm"))];

/// Plays the built-in feed on a Plaza. `reviewers` maps a reviewer's name to an API key with the
/// scope `review`.
#[derive(Debug)]
pub struct Player {
    plaza: crate::Plaza,
    client: reqwest::Client,
    feed: Feed,
    reviewers: BTreeMap<String, String>,
}

impl Player {
    /// Reads the built-in feed.
    ///
    /// # Errors
    /// [`PlazaError::Feed`] when the feed cannot be read.
    pub fn new(on: &Running, reviewers: BTreeMap<String, String>) -> Result<Self, PlazaError> {
        let feed: Feed =
            toml::from_str(STORY).map_err(|error| PlazaError::Feed(error.to_string()))?;
        Ok(Self { plaza: on.plaza.clone(), client: on.client.clone(), feed, reviewers })
    }

    /// Names of the reviewers who take part.
    ///
    /// # Errors
    /// [`PlazaError::Feed`] when the feed cannot be read.
    pub fn reviewers() -> Result<Vec<String>, PlazaError> {
        let feed: Feed =
            toml::from_str(STORY).map_err(|error| PlazaError::Feed(error.to_string()))?;
        let mut names: Vec<String> = feed
            .act
            .into_iter()
            .filter_map(|act| match act.what {
                What::Decide { reviewer, .. }
                | What::Approve { reviewer, .. }
                | What::Answer { reviewer, .. }
                | What::Replace { reviewer, .. } => Some(reviewer),
                _ => None,
            })
            .collect();
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// Plays the story to its end; `pace` 1.0 is a human pace, 0.1 ten times as fast.
    pub async fn play(self, pace: f64) {
        for person in &self.feed.account {
            let account = Account {
                name: person.name.clone(),
                display: person.display.clone(),
                about: person.about.clone(),
                language: person.language.clone(),
                created_at: now().to_string(),
            };
            if let Err(error) = self.plaza.keep.add_account(&account).await {
                tracing::error!(%error, "the feed stops");
                return;
            }
        }
        for act in &self.feed.act {
            tokio::time::sleep(Duration::from_secs_f64((act.after * pace).max(0.0))).await;
            if let Err(reason) = self.perform(&act.what).await {
                tracing::warn!(%reason, "an act of the sample feed could not be played");
            }
        }
        tracing::info!("The sample feed is over; everything stays as it is.");
    }

    async fn perform(&self, what: &What) -> Result<(), String> {
        match what {
            What::Post { id, by, text, language, link, media, alt, reply_to } => {
                let media = media.as_ref().and_then(|name| built_in(name, alt.as_deref()));
                let post = Post {
                    id: id.clone(),
                    account: by.clone(),
                    text: text.clone(),
                    language: language.clone(),
                    link: link.clone(),
                    in_reply_to: reply_to.clone(),
                    ..Post::default()
                };
                publish(&self.plaza, post, media)
                    .await
                    .map(drop)
                    .map_err(|wrong| format!("{wrong:?}"))
            }
            What::Read { by } => {
                self.plaza.keep.mark_read(by).await.map_err(|error| error.to_string())
            }
            What::Report { post, by, reason } => {
                let body = json!({"item": post, "reason": reason, "reporter": by});
                let kept = self.plaza.keep.send_later("/api/v1/reports", &body).await;
                kept.map_err(|error| error.to_string())
            }
            What::Decide { post, reviewer, outcome, clause, reason, emergency } => {
                let case = self.wait_for(post, "case").await?;
                let mut body = json!({"outcome": outcome, "clause": clause, "reason": reason});
                if let (Some(harm), Some(body)) = (emergency, body.as_object_mut()) {
                    body.insert("emergency".into(), json!({"reason": harm, "evidence": [format!("{post} and the answers to it")]}));
                }
                self.act(reviewer, &format!("/api/v1/cases/{case}/decide"), &body).await
            }
            What::Approve { post, reviewer } => {
                let case = self.wait_for(post, "case").await?;
                self.act(reviewer, &format!("/api/v1/cases/{case}/approve"), &json!({})).await
            }
            What::Appeal { post, text } => {
                let decision = self.wait_for(post, "decision").await?;
                let body = json!({"decision": decision, "text": text});
                crate::outgoing::ask(&self.plaza, "/api/v1/appeals", &body)
                    .await
                    .map(drop)
                    .ok_or_else(|| format!("the appeal about {post} was not taken"))
            }
            What::Answer { post, reviewer, outcome, reason } => {
                let decision = self.wait_for(post, "decision").await?;
                let appeal = self.appeal_against(reviewer, &decision).await?;
                let body = json!({"outcome": outcome, "reason": reason});
                self.act(reviewer, &format!("/api/v1/appeals/{appeal}/answer"), &body).await
            }
            What::Replace { post, reviewer, outcome, clause, reason } => {
                let decision = self.wait_for(post, "decision").await?;
                let body = json!({"outcome": outcome, "clause": clause, "reason": reason});
                self.act(reviewer, &format!("/api/v1/decisions/{decision}/replace"), &body).await
            }
        }
    }

    /// The id of the case or decision about a post, as the public look-up gives it.
    async fn wait_for(&self, post: &str, wanted: &str) -> Result<String, String> {
        let address = format!("{}/api/v1/lookup?item={post}", self.plaza.settings.evenhand);
        for _ in 0..PATIENCE {
            if let Ok(answer) = self.client.get(&address).send().await
                && let Ok(answer) = answer.json::<Value>().await
                && let Some(id) = answer.get(wanted).and_then(Value::as_str)
            {
                return Ok(id.to_owned());
            }
            tokio::time::sleep(STEP).await;
        }
        Err(format!("no {wanted} about {post} appeared"))
    }

    /// The appeal against a decision, as a reviewer who may hear it sees it.
    async fn appeal_against(&self, reviewer: &str, decision: &str) -> Result<String, String> {
        let key = self.reviewers.get(reviewer).ok_or_else(|| format!("{reviewer} has no key"))?;
        let address = format!("{}/api/v1/appeals", self.plaza.settings.evenhand);
        let answer = self.client.get(address).bearer_auth(key).send().await;
        let answer = answer.map_err(|error| error.to_string())?.json::<Value>().await;
        let answer = answer.map_err(|error| error.to_string())?;
        let appeals = answer.get("appeals").and_then(Value::as_array);
        appeals
            .into_iter()
            .flatten()
            .filter_map(|one| one.get("appeal"))
            .find(|one| one.get("decision").and_then(Value::as_str) == Some(decision))
            .and_then(|one| one.get("id")?.as_str())
            .map(str::to_owned)
            .ok_or_else(|| format!("no appeal against {decision} waits"))
    }

    async fn act(&self, reviewer: &str, path: &str, body: &Value) -> Result<(), String> {
        let key = self.reviewers.get(reviewer).ok_or_else(|| format!("{reviewer} has no key"))?;
        let answer = self
            .client
            .post(format!("{}{path}", self.plaza.settings.evenhand))
            .bearer_auth(key)
            .json(body)
            .send()
            .await
            .map_err(|error| error.to_string())?;
        if answer.status().is_success() {
            return Ok(());
        }
        Err(format!("{path}: {} {}", answer.status(), answer.text().await.unwrap_or_default()))
    }
}

fn built_in(name: &str, alt: Option<&str>) -> Option<Media> {
    MEDIA.iter().find(|(known, _, _)| *known == name).map(|(name, kind, bytes)| Media {
        name: (*name).to_owned(),
        r#type: (*kind).to_owned(),
        alt: alt.unwrap_or_default().to_owned(),
        bytes: bytes.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_story_holds_together() {
        let feed: Feed = toml::from_str(STORY).unwrap();
        let people: Vec<&str> = feed.account.iter().map(|person| person.name.as_str()).collect();
        let mut posts = Vec::new();
        for act in &feed.act {
            match &act.what {
                What::Post { id, by, media, reply_to, .. } => {
                    assert!(people.contains(&by.as_str()), "{by} has no account");
                    assert!(!posts.contains(id), "{id} is posted twice");
                    posts.push(id.clone());
                    assert!(media.as_ref().is_none_or(|name| built_in(name, None).is_some()));
                    assert!(reply_to.as_ref().is_none_or(|to| posts.contains(to)));
                }
                What::Read { by } => assert!(people.contains(&by.as_str())),
                What::Report { post, .. }
                | What::Decide { post, .. }
                | What::Approve { post, .. }
                | What::Appeal { post, .. }
                | What::Answer { post, .. }
                | What::Replace { post, .. } => assert!(posts.contains(post), "{post}"),
            }
        }
        let lasts: f64 = feed.act.iter().map(|act| act.after).sum();
        assert!((120.0..600.0).contains(&lasts), "the feed lasts {lasts} s");
    }
}
