//! How a post looks under the decisions in force. Must not write anything.

use crate::Plaza;
use crate::keep::{Decision, Media, Post};
use serde_json::{Value, json};

/// A post as a reader sees it.
#[derive(Debug)]
pub(super) struct Card {
    pub(super) post: Post,
    pub(super) display: String,
    pub(super) media: Option<Media>,
    /// Labels shown with the post.
    pub(super) labels: Vec<String>,
    /// The exemption under which it stays up behind its notice.
    pub(super) exemption: Option<Exemption>,
    /// Taken down: the page of the statement.
    pub(super) removed: Option<String>,
    /// Behind a notice that a reader clicks through: the page of the statement.
    pub(super) covered: Option<String>,
    /// Restored after a mistake: the page of the later statement.
    pub(super) restored: Option<String>,
}

/// What the statement of a decision says of an exemption.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Exemption {
    pub(super) id: String,
    /// What stands before the post.
    pub(super) notice: String,
    until: String,
}

impl Exemption {
    fn of(statement: &str) -> Option<Self> {
        #[derive(serde::Deserialize)]
        struct Statement {
            exemption: Option<Exemption>,
        }
        serde_json::from_str::<Statement>(statement).ok()?.exemption
    }

    pub(super) fn day(&self) -> &str {
        self.until.get(..10).unwrap_or(&self.until)
    }
}

impl Card {
    pub(super) fn day(&self) -> &str {
        self.post.created_at.get(..16).unwrap_or(&self.post.created_at)
    }

    pub(super) fn is_video(&self) -> bool {
        self.media.as_ref().is_some_and(|media| media.r#type.starts_with("video/"))
    }
}

pub(super) async fn cards(plaza: &Plaza, posts: Vec<Post>) -> Result<Vec<Card>, sqlx::Error> {
    let mut cards = Vec::with_capacity(posts.len());
    for post in posts {
        cards.push(card(plaza, post).await?);
    }
    Ok(cards)
}

pub(super) async fn card(plaza: &Plaza, post: Post) -> Result<Card, sqlx::Error> {
    let media = match &post.media {
        Some(name) => plaza.keep.media(name).await?,
        None => None,
    };
    let display = plaza
        .keep
        .account(&post.account)
        .await?
        .map_or_else(|| post.account.clone(), |a| a.display);
    let decisions = plaza.keep.in_force_on(&post.id).await?;
    let mut card = Card {
        post,
        display,
        media,
        labels: Vec::new(),
        exemption: None,
        removed: None,
        covered: None,
        restored: None,
    };
    for decision in decisions {
        let measures = decision.lasting();
        if measures.is_empty() && decision.replaces.is_some() {
            card.restored = Some(decision.url.clone());
        }
        for (measure, detail) in measures {
            match measure.as_str() {
                "remove" => card.removed = Some(decision.url.clone()),
                "notice" | "age_gate" => {
                    card.covered = Some(decision.url.clone());
                    card.exemption = Exemption::of(&decision.statement);
                }
                "label" => card.labels.extend(detail),
                _ => {}
            }
        }
    }
    Ok(card)
}

/// What is restricted now: of each decision in force the measures that leave something to see.
pub(super) async fn restricted(plaza: &Plaza) -> Result<String, sqlx::Error> {
    let mut lines = String::new();
    for decision in plaza.keep.in_force().await? {
        for (measure, _) in decision.lasting() {
            let (whose, id) = match measure.as_str() {
                "warn" => continue,
                "lock" | "suspend" | "ban" => ("account", &decision.account),
                _ => ("item", &decision.item),
            };
            let line = json!({whose: id, "measure": measure, "decision": decision.id});
            lines.push_str(&format!("{line}\n"));
        }
    }
    Ok(lines)
}

/// Why an account may not post now, if it may not. What has an end is taken back when Evenhand says
/// so: one clock decides, not two.
pub(super) async fn barred(plaza: &Plaza, account: &str) -> Result<Option<String>, sqlx::Error> {
    let in_force = plaza.keep.in_force_for(account).await?;
    Ok(in_force.iter().flat_map(Decision::lasting).find_map(|(measure, until)| {
        let end = until.and_then(|text| text.parse::<jiff::Timestamp>().ok());
        let end = end.map(|end| end.strftime("%Y-%m-%d %H:%M UTC").to_string()).unwrap_or_default();
        match measure.as_str() {
            "lock" => Some(format!("locked until {end}")),
            "suspend" => Some(format!("suspended until {end}")),
            "ban" => Some("closed".to_owned()),
            _ => None,
        }
    }))
}

/// A notice as the person concerned reads it.
#[derive(Debug)]
pub(super) struct Notice {
    pub(super) title: String,
    pub(super) texts: Vec<String>,
    pub(super) item: String,
    pub(super) url: String,
    pub(super) new: bool,
}

impl Notice {
    pub(super) fn of(decision: &Decision) -> Self {
        let statement: Value = serde_json::from_str(&decision.statement).unwrap_or_default();
        let words: Vec<String> = decision
            .measures()
            .iter()
            .map(|(measure, until)| match (measure.as_str(), until) {
                ("warn", _) => "a warning".to_owned(),
                ("remove", _) => "your post was removed".to_owned(),
                ("notice", _) => "your post stands behind a notice".to_owned(),
                ("label", Some(name)) => format!("your post carries the label “{name}”"),
                ("lock" | "suspend", Some(end)) => {
                    format!("your account is {measure}ed until {}", end.get(..10).unwrap_or(end))
                }
                (other, _) => other.replace('_', " "),
            })
            .collect();
        let title = if words.is_empty() {
            "An earlier decision no longer stands".to_owned()
        } else {
            words.join(", ")
        };
        let texts =
            statement.get("notice").and_then(Value::as_object).map_or_else(Vec::new, |all| {
                let own = statement.get("language").and_then(Value::as_str).unwrap_or("en");
                let in_language =
                    |tag: &str| all.get(tag).and_then(Value::as_str).map(str::to_owned);
                let mut texts: Vec<String> = in_language(own).into_iter().collect();
                texts.extend(in_language("en").filter(|_| own != "en"));
                texts
            });
        Self {
            title,
            texts,
            item: decision.item.clone(),
            url: decision.url.clone(),
            new: decision.read_at.is_none(),
        }
    }
}
