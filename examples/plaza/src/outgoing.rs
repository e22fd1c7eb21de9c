//! Sends events, reports and receipts to Evenhand, in order, until each has arrived.
//! Must not drop a message because Evenhand is away: it waits in the database.

use crate::keep::{Media, Post};
use crate::{Plaza, now};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

const NOTHING_TO_DO: Duration = Duration::from_millis(100);
const AWAY: Duration = Duration::from_secs(1);

/// The event about a new post, in Evenhand's canonical shape.
pub(crate) fn event(
    plaza: &Plaza,
    post: &Post,
    author: &crate::keep::Account,
    media: Option<&Media>,
) -> Value {
    let base = format!("http://{}", plaza.settings.listen);
    let media: Vec<Value> = media
        .map(|one| {
            let kind = one.r#type.split('/').next().unwrap_or("image");
            json!({"kind": kind, "url": format!("{base}/media/{}", one.name), "alt": one.alt})
        })
        .into_iter()
        .collect();
    json!({
        "action_id": format!("plaza:{}", post.id),
        "action_name": "post_created",
        "timestamp": post.created_at,
        "data": {
            "item": {
                "id": post.id,
                "kind": if post.in_reply_to.is_some() { "comment" } else { "post" },
                "url": format!("{base}/post/{}", post.id),
                "text": post.text,
                "language": post.language,
                "created_at": post.created_at,
                "links": post.link.iter().collect::<Vec<_>>(),
                "media": media,
                "in_reply_to": post.in_reply_to,
            },
            "account": {
                "id": author.name,
                "name": format!("@{}", author.name),
                "display_name": author.display,
                "language": author.language,
                "created_at": author.created_at,
            },
        },
    })
}

pub(crate) async fn send_for_ever(plaza: Plaza, client: Client) {
    loop {
        match plaza.keep.next_outgoing().await {
            Ok(Some(message)) => match send(&plaza, &client, &message.path, message.body).await {
                Sent::Arrived => {
                    if let Err(error) = plaza.keep.mark_sent(message.id).await {
                        tracing::error!(%error, "a message was sent but not marked; it goes out again");
                    }
                }
                Sent::Refused(status) => {
                    tracing::warn!(%status, path = message.path, "Evenhand refused a message");
                    let _ = plaza.keep.mark_sent(message.id).await;
                }
                Sent::Later => tokio::time::sleep(AWAY).await,
            },
            Ok(None) => tokio::time::sleep(NOTHING_TO_DO).await,
            Err(error) => {
                tracing::error!(%error, at = %now(), "the outgoing messages cannot be read");
                tokio::time::sleep(AWAY).await;
            }
        }
    }
}

/// Asks Evenhand something at once; nothing when it does not answer.
pub(crate) async fn ask(plaza: &Plaza, path: &str, body: &Value) -> Option<Value> {
    let client = Client::builder().timeout(Duration::from_secs(10)).no_proxy().build().ok()?;
    let url = format!("{}{path}", plaza.settings.evenhand);
    let answer = client.post(url).bearer_auth(&plaza.settings.key).json(body).send().await.ok()?;
    answer.error_for_status().ok()?.json().await.ok()
}

enum Sent {
    Arrived,
    Refused(StatusCode),
    Later,
}

async fn send(plaza: &Plaza, client: &Client, path: &str, body: String) -> Sent {
    let answer = client
        .post(format!("{}{path}", plaza.settings.evenhand))
        .bearer_auth(&plaza.settings.key)
        .header("content-type", "application/json")
        .body(body)
        .send()
        .await;
    match answer.map(|answer| answer.status()) {
        Ok(status) if status.is_success() => Sent::Arrived,
        Ok(StatusCode::TOO_MANY_REQUESTS) => Sent::Later,
        Ok(status) if status.is_client_error() => Sent::Refused(status),
        Ok(_) | Err(_) => Sent::Later,
    }
}
