//! The pictures, videos and sounds of an item, for the people who decide about it: fetched by the server, so that their
//! browsers call nobody. What a file is, its bytes say. Must not hand on what can run in a browser.

use super::{Review, ReviewError, failed};
use platforms::HttpClient;
use sha2::{Digest as _, Sha256};
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use store::StoredCase;
use tokio::sync::Semaphore;

/// Most bytes of one file.
pub const LONGEST_MEDIA: usize = 32 << 20;
/// Most bytes that are kept in memory, and for how long.
const KEPT_BYTES: usize = 64 << 20;
const KEPT_FOR: Duration = Duration::from_secs(10 * 60);
/// So many files are fetched at once; the others wait.
const AT_ONCE: usize = 3;
/// What is shown; none of it runs in a browser.
const SHOWN: [&str; 13] = [
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/avif",
    "video/mp4",
    "video/webm",
    "audio/mpeg",
    "audio/ogg",
    "audio/m4a",
    "audio/aac",
    "audio/x-wav",
    "audio/x-flac",
];

/// Where files of items come from.
#[derive(Debug)]
pub struct MediaSource {
    client: HttpClient,
    folder: Option<PathBuf>,
    turns: Semaphore,
    kept: Mutex<Kept>,
}

impl MediaSource {
    /// Files come from the addresses that events name, or from `folder` by their SHA-256.
    pub fn new(client: HttpClient, folder: Option<PathBuf>) -> Self {
        Self { client, folder, turns: Semaphore::new(AT_ONCE), kept: Mutex::default() }
    }
}

/// A file, as it may be shown.
#[derive(Debug, Clone)]
pub struct Medium {
    /// What it is: `image/png`, ...
    pub media_type: &'static str,
    /// The file.
    pub bytes: Arc<[u8]>,
    /// SHA-256 of the file, in hexadecimal: the same bytes have the same.
    pub tag: Arc<str>,
}

/// The files that were fetched last, the latest at the end.
#[derive(Debug, Default)]
struct Kept {
    files: VecDeque<(String, Instant, Medium)>,
    bytes: usize,
}

impl Kept {
    fn find(&mut self, key: &str) -> Option<Medium> {
        self.drop_until(|bytes, age| bytes <= KEPT_BYTES && age < KEPT_FOR);
        self.files.iter().find(|(kept, ..)| kept == key).map(|(.., medium)| medium.clone())
    }

    fn keep(&mut self, key: String, medium: Medium) {
        self.bytes += medium.bytes.len();
        self.files.push_back((key, Instant::now(), medium));
        self.drop_until(|bytes, age| bytes <= KEPT_BYTES && age < KEPT_FOR);
    }

    fn drop_until(&mut self, fits: impl Fn(usize, Duration) -> bool) {
        while let Some((_, since, medium)) = self.files.front()
            && !fits(self.bytes, since.elapsed())
        {
            self.bytes = self.bytes.saturating_sub(medium.bytes.len());
            self.files.pop_front();
        }
    }
}

/// What the bytes are, if they are shown.
fn sniffed(bytes: &[u8]) -> Option<&'static str> {
    let kind = infer::get(bytes)?;
    SHOWN.into_iter().find(|shown| *shown == kind.mime_type())
}

fn no(why: impl Into<String>) -> ReviewError {
    ReviewError::NotAllowed(why.into())
}

impl MediaSource {
    /// The file at an address. A hash, where the platform sent one, must fit.
    async fn get(&self, url: &str, sha256: Option<&str>) -> Result<Medium, ReviewError> {
        let hash = sha256.map(str::to_ascii_lowercase);
        let hash = hash.filter(|it| it.len() == 64 && it.chars().all(|c| c.is_ascii_hexdigit()));
        let key = hash.clone().unwrap_or_else(|| url.to_owned());
        let known = || self.kept.lock().unwrap_or_else(PoisonError::into_inner).find(&key);
        if let Some(medium) = known() {
            return Ok(medium);
        }
        let turn = self.turns.acquire().await.map_err(|_| ReviewError::Storage)?;
        // Somebody may have fetched it while this one waited.
        if let Some(medium) = known() {
            return Ok(medium);
        }
        let bytes = match self.on_disk(hash.as_deref()).await {
            Some(bytes) => bytes,
            None => self.fetch(url).await?,
        };
        drop(turn);
        let tag = hex::encode(Sha256::digest(&bytes));
        if hash.is_some_and(|hash| hash != tag) {
            return Err(no("what is at its address now is not what was posted"));
        }
        let media_type = sniffed(&bytes).ok_or_else(|| {
            no("it is no PNG, JPEG, GIF, WebP, AVIF, MP4, WebM or sound that browsers play")
        })?;
        let medium = Medium { media_type, bytes: bytes.into(), tag: tag.into() };
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).keep(key, medium.clone());
        Ok(medium)
    }

    async fn on_disk(&self, hash: Option<&str>) -> Option<Vec<u8>> {
        let path = self.folder.as_ref()?.join(hash?);
        let length = tokio::fs::metadata(&path).await.ok()?.len();
        let fits = usize::try_from(length).is_ok_and(|length| length <= LONGEST_MEDIA);
        if fits { tokio::fs::read(path).await.ok() } else { None }
    }

    async fn fetch(&self, url: &str) -> Result<Vec<u8>, ReviewError> {
        match self.client.fetch(url, LONGEST_MEDIA).await {
            Ok((200, bytes)) => Ok(bytes),
            Ok((status, _)) => Err(no(format!("its address answers {status}"))),
            Err(error) => Err(no(error.to_string())),
        }
    }
}

impl Review {
    /// A file of the item of a case, by its place in it. `clear`: it is shown as it is, not blurred; that counts for
    /// what somebody had to see today.
    ///
    /// # Errors
    /// [`ReviewError::NoSuchItem`] when there is no such file, [`ReviewError::NotAllowed`] says why it is not shown.
    pub async fn medium(
        &self,
        case: &StoredCase,
        by: &str,
        place: usize,
        clear: bool,
    ) -> Result<Medium, ReviewError> {
        let engine = &self.engine;
        let subject = model::Subject::of(&case.event.event).ok().flatten();
        let media = subject.as_ref().and_then(|subject| subject.item.media.get(place));
        let media = media.ok_or_else(|| ReviewError::NoSuchItem(case.case.item.clone()))?;
        let source = engine.media.get().ok_or_else(|| no("this server does not fetch files"))?;
        let medium = source.get(&media.url, media.sha256.as_deref()).await?;
        if clear {
            let now = engine.clock.now();
            let noted = engine.store.note_exposure(by, case.case.id, true, now).await;
            noted.map_err(failed)?;
        }
        Ok(medium)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_run_in_a_browser_is_not_shown() {
        assert_eq!(sniffed(b"\x89PNG\r\n\x1a\n0000"), Some("image/png"));
        assert_eq!(sniffed(b"GIF89a00000000"), Some("image/gif"));
        for bytes in [
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>".as_slice(),
            b"<!doctype html><script>1</script>",
            b"%PDF-1.7 1 0 obj",
            b"PK\x03\x04000000000000000000000000000000",
            b"hello",
            b"",
        ] {
            assert_eq!(sniffed(bytes), None);
        }
    }

    #[test]
    fn little_is_kept_and_the_oldest_goes_first() {
        let mut kept = Kept::default();
        let medium = |bytes: usize| Medium {
            media_type: "image/png",
            bytes: vec![0; bytes].into(),
            tag: "".into(),
        };
        for n in 0..5 {
            kept.keep(n.to_string(), medium(KEPT_BYTES / 4));
        }
        assert!(kept.find("0").is_none() && kept.find("1").is_some() && kept.find("4").is_some());
        kept.keep("large".into(), medium(KEPT_BYTES));
        assert_eq!(kept.files.len(), 1);
        assert_eq!(kept.bytes, KEPT_BYTES);
    }
}
