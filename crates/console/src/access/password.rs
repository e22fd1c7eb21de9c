//! Passwords: hashed slowly (argon2id), tried seldom, and refused alike whether the name or the
//! password was wrong. Must not keep a password, and must not tell who works here.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use sha2::{Digest as _, Sha256};
use std::num::NonZeroU32;
use std::sync::OnceLock;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Fewest characters of a password.
pub(crate) const SHORTEST: usize = 12;
/// Most bytes of a password; longer ones would only cost time.
const LONGEST: usize = 1024;
/// Of one name, so many tries at once; then one every so many seconds.
const BURST: u32 = 10;
const THEN_EVERY: Duration = Duration::from_secs(30);
/// Names remembered before old ones are forgotten.
const MOST_NAMES: usize = 10_000;

/// Why nobody was let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The name or the password is wrong.
    Wrong,
    /// That name was tried too often; come again after so many seconds.
    TooOften(u64),
    /// Too many people sign in just now.
    Busy,
}

/// The doors by which people come in: how many at once, how often under one name.
#[derive(Debug)]
pub(crate) struct Doors {
    tries: DefaultKeyedRateLimiter<[u8; 32]>,
    /// Each try takes 19 MiB for a while.
    open: Semaphore,
    /// What is compared where there is no such person, so that it takes as long.
    nobody: OnceLock<String>,
}

impl Default for Doors {
    fn default() -> Self {
        let quota = Quota::with_period(THEN_EVERY).unwrap_or(Quota::per_minute(NonZeroU32::MIN));
        let burst = NonZeroU32::new(BURST).unwrap_or(NonZeroU32::MIN);
        Self {
            tries: RateLimiter::keyed(quota.allow_burst(burst)),
            open: Semaphore::new(2),
            nobody: OnceLock::new(),
        }
    }
}

/// OWASP's choice for argon2id: 19 MiB, two passes, one lane.
fn argon() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or(Params::DEFAULT);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hashed(password: &str, salt: &[u8]) -> Result<String, argon2::password_hash::Error> {
    argon().hash_password_with_salt(password.as_bytes(), salt).map(|hash| hash.to_string())
}

fn matches(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash)
        .is_ok_and(|hash| argon().verify_password(password.as_bytes(), &hash).is_ok())
}

impl Doors {
    /// Hashes a new password.
    ///
    /// # Errors
    /// [`Refused::Busy`] when it cannot be done just now.
    pub(crate) async fn hash(&self, password: &str, salt: [u8; 32]) -> Result<String, Refused> {
        let _open = self.enter().await?;
        let password = password.to_owned();
        let salt = salt.get(..16).unwrap_or(&salt).to_vec();
        let hashing = tokio::task::spawn_blocking(move || hashed(&password, &salt));
        hashing.await.ok().and_then(Result::ok).ok_or(Refused::Busy)
    }

    /// Whether `password` belongs to what is kept of `name`. Takes the same time, and says the same,
    /// when there is nobody of that name.
    ///
    /// # Errors
    /// Why nobody is let in.
    pub(crate) async fn knock(
        &self,
        name: &str,
        password: &str,
        kept: Option<String>,
    ) -> Result<(), Refused> {
        if self.tries.len() > MOST_NAMES {
            self.tries.retain_recent();
        }
        // Counted for every name alike, so that a refusal tells nothing.
        self.tries.check_key(&Sha256::digest(name.as_bytes()).into()).map_err(|wait| {
            let wait = wait.wait_time_from(DefaultClock::default().now());
            Refused::TooOften(wait.as_secs().saturating_add(1))
        })?;
        let _open = self.enter().await?;
        let known = kept.is_some();
        let nobody = self.nobody.get_or_init(|| {
            hashed("nobody has this password", b"0123456789abcdef").unwrap_or_default()
        });
        let kept = kept.unwrap_or_else(|| nobody.clone());
        let password = password.to_owned();
        let comparing = tokio::task::spawn_blocking(move || {
            // A password too long to have been taken is compared all the same.
            let end = password.floor_char_boundary(LONGEST);
            matches(password.get(..end).unwrap_or(""), &kept) && password.len() <= LONGEST
        });
        match comparing.await {
            Ok(true) if known => Ok(()),
            _ => Err(Refused::Wrong),
        }
    }

    async fn enter(&self) -> Result<tokio::sync::SemaphorePermit<'_>, Refused> {
        let waiting = tokio::time::timeout(Duration::from_secs(10), self.open.acquire());
        waiting.await.ok().and_then(Result::ok).ok_or(Refused::Busy)
    }
}

/// What is wrong with a password that somebody chose; `None`: nothing.
pub(crate) fn weakness(password: &str, name: &str) -> Option<String> {
    if password.chars().count() < SHORTEST {
        return Some(format!(
            "The password has fewer than {SHORTEST} characters; a few words in a row make a good one."
        ));
    }
    if password.len() > LONGEST {
        return Some(format!("The password has more than {LONGEST} bytes."));
    }
    let plain = password.to_lowercase();
    let mut rest = plain.clone();
    let host = name.split('@').next().unwrap_or(name);
    for word in COMMON.iter().copied().chain([name, host].into_iter().filter(|w| w.len() > 2)) {
        rest = rest.replace(word, "");
    }
    // Rows of the keyboard and of the alphabet, forth and back, say no more than their first letter.
    let steps = |a: char, b: char| ROWS.iter().any(|row| neighbours(row, a, b));
    let mut before = None;
    rest.retain(|c| !before.replace(c).is_some_and(|b| b == c || steps(b, c)));
    let distinct: std::collections::BTreeSet<char> = rest.chars().collect();
    if rest.chars().count() >= 7 && distinct.len() >= 5 {
        return None;
    }
    Some("The password would soon be guessed: too little of it is not a name, a common word or a row of keys. Take a few words that do not belong together.".into())
}

/// What half the world puts into passwords.
const COMMON: &[&str] = &[
    "password",
    "passwort",
    "passw0rd",
    "letmein",
    "welcome",
    "iloveyou",
    "monkey",
    "dragon",
    "football",
    "baseball",
    "sunshine",
    "princess",
    "superman",
    "admin",
    "moderator",
    "evenhand",
    "qwerty",
    "qwertz",
    "azerty",
    "secret",
    "changeme",
    "trustno1",
    "master",
    "login",
    "hello",
    "2023",
    "2024",
    "2025",
    "2026",
    "2027",
    "123",
    "abc",
];
const ROWS: &[&str] = &[
    "1234567890",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
];

fn neighbours(row: &str, a: char, b: char) -> bool {
    row.chars().zip(row.chars().skip(1)).any(|(x, y)| (a, b) == (x, y) || (a, b) == (y, x))
}

/// A name to sign in with, in its one right form; `None`: it cannot be one. Only plain letters,
/// so that no two names look alike.
pub(crate) fn name(text: &str) -> Option<String> {
    let name = text.trim().to_ascii_lowercase();
    let fits = |c: char| c.is_ascii_alphanumeric() || "._-+@".contains(c);
    ((2..=100).contains(&name.len()) && name.chars().all(fits)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_opens_and_everything_else_is_refused_alike() {
        let doors = Doors::default();
        let kept = doors.hash("four unlikely words here", [7; 32]).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert_eq!(
            doors.knock("ann", "four unlikely words here", Some(kept.clone())).await,
            Ok(())
        );
        for (password, kept) in [
            ("four unlikely words", Some(kept.clone())),
            ("nobody has this password", None),
            ("four unlikely words here", None),
            ("four unlikely words here", Some("not a hash".into())),
        ] {
            assert_eq!(doors.knock("ann", password, kept).await, Err(Refused::Wrong));
        }
    }

    #[tokio::test]
    async fn a_name_is_tried_seldom_whether_it_exists_or_not() {
        let doors = Doors::default();
        let mut said = Vec::new();
        for _ in 0..=BURST {
            said.push(doors.knock("ann", "", None).await);
        }
        assert_eq!(
            said.iter().filter(|said| **said == Err(Refused::Wrong)).count(),
            BURST as usize
        );
        assert!(matches!(said.last(), Some(Err(Refused::TooOften(1..=31)))), "{said:?}");
        assert_eq!(doors.knock("ben", "", None).await, Err(Refused::Wrong));
    }

    #[test]
    fn weak_passwords_and_odd_names_are_refused() {
        for weak in [
            "short",
            "aaaaaaaaaaaaaaaa",
            "password123456",
            "annannannann",
            "evenhandevenhand",
            "Password2026!!!!",
            "qwertyuiopasdfghjkl",
            "abcdefghijklmnop",
            "121212121212",
        ] {
            assert!(weakness(weak, "ann").is_some(), "{weak}");
        }
        for strong in ["otter candle meridian fog", "четыре слова подряд", "Tr0ub4dor&3xyzzy"]
        {
            assert_eq!(weakness(strong, "ann"), None, "{strong}");
        }
        assert_eq!(name(" Ann@Plaza.Example "), Some("ann@plaza.example".into()));
        for odd in ["a", "ann bell", "аnn", "ann\u{202e}", ""] {
            assert_eq!(name(odd), None, "{odd}");
        }
    }
}
