//! Shared text: a window on a text that many values may point into, so that reading an event
//! copies none of its strings.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Immutable text, cheap to clone. A window keeps the whole text alive; use [`Str::detached`]
/// for what outlives the event.
#[derive(Clone, Default)]
pub struct Str {
    base: Arc<str>,
    start: u32,
    end: u32,
}

impl Str {
    /// A window on a shared text, or None if the range is not one of whole characters in it.
    #[must_use]
    pub fn window(base: &Arc<str>, start: usize, end: usize) -> Option<Self> {
        base.get(start..end)?;
        Some(Self {
            base: Arc::clone(base),
            start: u32::try_from(start).ok()?,
            end: u32::try_from(end).ok()?,
        })
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // The fields are u32 to keep values small; they came from a checked range.
        self.base.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// The same text on its own.
    #[must_use]
    pub fn detached(&self) -> Self {
        Self::from(self.as_str())
    }
}

impl From<&str> for Str {
    fn from(text: &str) -> Self {
        Self::from(Arc::<str>::from(text))
    }
}

impl From<String> for Str {
    fn from(text: String) -> Self {
        Self::from(Arc::<str>::from(text))
    }
}

impl From<Arc<str>> for Str {
    fn from(base: Arc<str>) -> Self {
        // Texts beyond 4 GiB are cut: no event or rules file may be that long.
        let end = u32::try_from(base.len()).unwrap_or_default();
        Self { base, start: 0, end }
    }
}

impl std::ops::Deref for Str {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl Borrow<str> for Str {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq for Str {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Str {}

impl PartialEq<str> for Str {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialOrd for Str {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Str {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for Str {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
