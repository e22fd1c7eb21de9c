//! The one HTTP client: TLS by rustls, deadlines, no redirects, no proxies, no private addresses
//! unless the operator allows them. Must not be gone around: nothing else calls out.

use crate::is_public;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Url, redirect};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// How far calls may reach and how long they may take.
#[derive(Debug, Clone)]
pub struct Reach {
    /// Allows private and loopback addresses, and `http://`: for a platform on the same machine
    /// or network. Without it a URL can lead only to the public internet, and only by `https://`.
    pub private_addresses: bool,
    /// Longest time to connect.
    pub connect_timeout: Duration,
    /// Longest time for a whole call.
    pub timeout: Duration,
}

impl Default for Reach {
    fn default() -> Self {
        Self {
            private_addresses: false,
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(20),
        }
    }
}

/// Why a call could not be made or was not answered.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// Not a URL that may be called.
    #[error("`{url}` cannot be called: {why}")]
    Url {
        /// The URL as given.
        url: String,
        /// What is wrong and what to do.
        why: &'static str,
    },
    /// No answer.
    #[error("no answer: {0}")]
    NoAnswer(String),
    /// TLS could not be set up.
    #[error("the HTTP client cannot be set up: {0}")]
    SetUp(String),
}

/// What a server answered; its body is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The header `Retry-After`, when it counts seconds.
    pub retry_after: Option<Duration>,
}

/// What a server answered, with its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The status code.
    pub status: u16,
    /// The body.
    pub body: String,
}

/// Calls out within its [`Reach`]. Cheap to clone.
#[derive(Debug, Clone)]
pub struct HttpClient {
    client: reqwest::Client,
    private_addresses: bool,
}

/// Builds the client.
///
/// # Errors
/// [`CallError::SetUp`] when TLS cannot be set up.
pub fn http_client(reach: &Reach) -> Result<HttpClient, CallError> {
    // A second call finds a provider installed, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = || {
        reqwest::Client::builder()
            .user_agent(concat!("evenhand/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(reach.connect_timeout)
            .timeout(reach.timeout)
            .dns_resolver(Arc::new(Resolver { private_addresses: reach.private_addresses }))
    };
    let client = builder()
        .build()
        .or_else(|error| {
            tracing::warn!(%error, "no certificate authorities found: https calls will fail; install `ca-certificates`");
            builder().tls_certs_only([]).build()
        })
        .map_err(|error| CallError::SetUp(error.to_string()))?;
    Ok(HttpClient { client, private_addresses: reach.private_addresses })
}

impl HttpClient {
    /// Checks that a URL may be called, as far as can be told without looking up its name.
    ///
    /// # Errors
    /// [`CallError::Url`] says what is wrong with it.
    pub fn check(&self, url: &str) -> Result<Url, CallError> {
        let wrong = |why| CallError::Url { url: url.into(), why };
        let parsed: Url = url.parse().map_err(|_| wrong("it is not a URL"))?;
        match parsed.scheme() {
            "https" => {}
            "http" if self.private_addresses => {}
            "http" => return Err(wrong("use https, or allow private addresses in the config")),
            _ => return Err(wrong("only https can be called")),
        }
        let host = parsed.host_str().ok_or_else(|| wrong("it names no host"))?;
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        match literal {
            Ok(address) if !self.private_addresses && !is_public(address) => {
                Err(wrong("its address is private; allow private addresses in the config"))
            }
            _ => Ok(parsed),
        }
    }

    /// Asks for `url`. The body is read up to `most` bytes; a longer one is an error.
    ///
    /// # Errors
    /// [`CallError`] when the URL may not be called, nobody answers in time, or too much is said.
    pub async fn get(&self, url: &str, most: usize) -> Result<(u16, Vec<u8>), CallError> {
        let url = self.check(url)?;
        let mut answer = self.client.get(url).send().await.map_err(|error| no_answer(&error))?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| no_answer(&error))? {
            if body.len() + chunk.len() > most {
                return Err(CallError::NoAnswer(format!("it is longer than {most} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        Ok((answer.status().as_u16(), body))
    }

    /// Posts `body` as JSON.
    ///
    /// # Errors
    /// [`CallError`] when the URL may not be called or nobody answers in time.
    pub async fn post(
        &self,
        url: &str,
        headers: &[(&'static str, String)],
        body: Vec<u8>,
    ) -> Result<Reply, CallError> {
        let url = self.check(url)?;
        let mut request = self.client.post(url).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let answer = request.body(body).send().await.map_err(|error| no_answer(&error))?;
        let retry_after = answer
            .headers()
            .get("retry-after")
            .and_then(|value| value.to_str().ok()?.trim().parse().ok())
            .map(Duration::from_secs);
        Ok(Reply { status: answer.status().as_u16(), retry_after })
    }

    /// Posts a text and reads the answer, which must be a text of at most `longest` bytes.
    ///
    /// # Errors
    /// [`CallError`] when the URL may not be called, nobody answers in time, or the answer is no
    /// text or too long.
    pub async fn ask(&self, url: &str, text: String, longest: usize) -> Result<Said, CallError> {
        let url = self.check(url)?;
        let request = self.client.post(url).header("content-type", "text/plain; charset=utf-8");
        text_of(received(request.body(text), longest).await?)
    }

    /// Gets a text of at most `longest` bytes.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub async fn read(&self, url: &str, longest: usize) -> Result<Said, CallError> {
        text_of(received(self.client.get(self.check(url)?), longest).await?)
    }

    /// Fetches bytes, `most` at most: the status and the body.
    ///
    /// # Errors
    /// [`CallError`] when the URL may not be called, nobody answers in time, or there is more.
    pub async fn fetch(&self, url: &str, most: usize) -> Result<(u16, Vec<u8>), CallError> {
        self.pose(Question { url, query: Vec::new(), body: None, header: None, most }).await
    }

    /// Sends a request as it is, and reads the answer with its headers: for what a library speaks by itself.
    ///
    /// # Errors
    /// [`CallError`] when the URL may not be called, nobody answers in time, or the answer has more than `most` bytes.
    pub async fn exchange(
        &self,
        request: ::http::Request<Vec<u8>>,
        most: usize,
    ) -> Result<::http::Response<Vec<u8>>, CallError> {
        let (parts, body) = request.into_parts();
        let url = self.check(&parts.uri.to_string())?;
        let asked = self.client.request(parts.method, url).headers(parts.headers).body(body);
        let answer = asked.send().await.map_err(|error| no_answer(&error))?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let mut said = ::http::Response::new(rest(answer, most).await?);
        *said.status_mut() = status;
        *said.headers_mut() = headers;
        Ok(said)
    }

    /// Asks, and reads the answer: its status and its body, up to a limit.
    ///
    /// # Errors
    /// [`CallError`] when the URL may not be called, nobody answers in time, or the answer is too
    /// long.
    pub(crate) async fn pose(&self, question: Question<'_>) -> Result<(u16, Vec<u8>), CallError> {
        let mut url = self.check(question.url)?;
        if !question.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&question.query);
        }
        let mut request = match question.body {
            Some(body) => {
                self.client.post(url).header("content-type", "application/json").body(body)
            }
            None => self.client.get(url),
        };
        if let Some((name, value)) = question.header {
            request = request.header(name.as_str(), value);
        }
        received(request, question.most).await
    }
}

/// Sends a request and reads the answer: its status and its body of at most `most` bytes.
async fn received(
    request: reqwest::RequestBuilder,
    most: usize,
) -> Result<(u16, Vec<u8>), CallError> {
    let answer = request.send().await.map_err(|error| no_answer(&error))?;
    let status = answer.status().as_u16();
    Ok((status, rest(answer, most).await?))
}

/// The body of an answer, of at most `most` bytes.
async fn rest(mut answer: reqwest::Response, most: usize) -> Result<Vec<u8>, CallError> {
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(|error| no_answer(&error))? {
        if body.len().saturating_add(part.len()) > most {
            return Err(CallError::NoAnswer("the answer is too long".into()));
        }
        body.extend_from_slice(&part);
    }
    Ok(body)
}

fn text_of((status, body): (u16, Vec<u8>)) -> Result<Said, CallError> {
    let body =
        String::from_utf8(body).map_err(|_| CallError::NoAnswer("it is not a text".into()))?;
    Ok(Said { status, body })
}

/// A question whose answer is read.
#[derive(Debug)]
pub(crate) struct Question<'a> {
    pub(crate) url: &'a str,
    pub(crate) query: Vec<(String, String)>,
    /// What is posted, as JSON; None asks by GET.
    pub(crate) body: Option<String>,
    pub(crate) header: Option<&'a (String, String)>,
    /// The most bytes that are read of the answer.
    pub(crate) most: usize,
}

/// The innermost cause says most; the URL is left out, because it may hold a token.
fn no_answer(error: &reqwest::Error) -> CallError {
    if error.is_timeout() {
        return CallError::NoAnswer("it took too long".into());
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    CallError::NoAnswer(cause.to_string())
}

/// Looks names up and leaves out private addresses: the check and the connection use the same
/// answer, so that a name cannot change between them.
struct Resolver {
    private_addresses: bool,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let private_addresses = self.private_addresses;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<_> =
                found.filter(|found| private_addresses || is_public(found.ip())).collect();
            if allowed.is_empty() {
                return Err(format!("`{}` has no public address", name.as_str()).into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(private_addresses: bool) -> HttpClient {
        http_client(&Reach { private_addresses, ..Reach::default() }).unwrap()
    }

    #[test]
    fn private_and_plain_urls_are_refused() {
        for (url, says) in [
            ("http://example.org/hook", "use https"),
            ("https://127.0.0.1/hook", "private"),
            ("https://[::1]:8080/", "private"),
            ("https://[::ffff:10.0.0.1]/", "private"),
            // Other ways to write 127.0.0.1; the URL standard makes them one.
            ("https://2130706433/", "private"),
            ("https://0x7f.1/", "private"),
            ("ftp://example.org/", "only https"),
            ("file:///etc/passwd", "only https"),
            ("not a url", "not a URL"),
        ] {
            let error = client(false).check(url).unwrap_err().to_string();
            assert!(error.contains(says), "{url}: {error}");
        }
        assert!(client(false).check("https://example.org/hook").is_ok());
        assert!(client(true).check("http://127.0.0.1:8090/hook").is_ok());
    }

    #[tokio::test]
    async fn a_name_that_leads_home_is_refused() {
        let error = client(false).post("https://localhost:1/", &[], Vec::new()).await.unwrap_err();
        assert!(error.to_string().contains("no public address"), "{error}");
    }
}
