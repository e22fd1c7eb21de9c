//! `[likeness]`: the model by which like posts are found, besides words. Reads a file that the operator has; must not
//! fetch one.

use anyhow::{Context as _, Result, bail};
use flow::like::Model;
use likeness::meaning::{Encoder, Nearness};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::Arc;

/// Translations into Chinese are further apart to the published model than others.
const LESS_FOR_CHINESE: f64 = 0.05;

/// By which model like posts are found, besides words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Likeness {
    /// The model's package; without one, words alone count.
    pub(crate) model: Option<PathBuf>,
    /// SHA-256 that the file must have, in hexadecimal.
    pub(crate) sha256: Option<String>,
    /// From which cosine on two texts say the same; measured for each model.
    pub(crate) threshold: f64,
    /// The same where one of both texts is Chinese [default: 0.05 less].
    pub(crate) threshold_chinese: Option<f64>,
    /// Whether automation compares every post by meaning with what people settled.
    pub(crate) heed: bool,
}

impl Default for Likeness {
    fn default() -> Self {
        Self { model: None, sha256: None, threshold: 0.8, threshold_chinese: None, heed: true }
    }
}

impl Likeness {
    /// The model, if there is one.
    pub(crate) fn model(&self) -> Result<Option<Arc<Model>>> {
        let Some(path) = &self.model else { return Ok(None) };
        let near = Nearness {
            one_script: self.threshold,
            two_scripts: self.threshold_chinese.unwrap_or(self.threshold - LESS_FOR_CHINESE),
        };
        for (name, cosine) in
            [("threshold", self.threshold), ("threshold_chinese", near.two_scripts)]
        {
            if !(0.45..=1.0).contains(&cosine) || name == "threshold" && cosine < 0.5 {
                bail!("`likeness.{name}` is {cosine}; write a cosine from 0.5 to 1");
            }
        }
        let named = || format!("`likeness.model`: {}", path.display());
        let size = std::fs::metadata(path).with_context(named)?.len();
        if size > Encoder::MOST_BYTES {
            bail!("{} has {size} bytes; a model has at most {}", named(), Encoder::MOST_BYTES);
        }
        let package = std::fs::read(path).with_context(named)?;
        if let Some(wanted) = &self.sha256 {
            let found = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&package));
            if !wanted.trim().eq_ignore_ascii_case(&found) {
                bail!("{} has the SHA-256 {found}, and `likeness.sha256` is {wanted}", named());
            }
        }
        let model = Model::load(&package, near, self.heed).with_context(named)?;
        Ok(Some(Arc::new(model)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../likeness/tests/data/small-model.zip")
    }

    #[test]
    fn a_model_is_read_and_held_to_its_digest() {
        assert!(Likeness::default().model().unwrap().is_none());
        let named = Likeness { model: Some(small()), ..Likeness::default() };
        let model = named.model().unwrap().unwrap();
        let held = Likeness { sha256: Some(model.digest().to_uppercase()), ..named.clone() };
        assert!(held.model().is_ok());
        let other = Likeness { sha256: Some("00".repeat(32)), ..named };
        let error = format!("{:#}", other.model().unwrap_err());
        assert!(error.contains("has the SHA-256") && error.contains(&model.digest()), "{error}");
    }

    #[test]
    fn what_is_no_model_says_where_and_why() {
        let error = |config: Likeness| format!("{:#}", config.model().unwrap_err());
        let of = |model: &str| Likeness { model: Some(model.into()), ..Likeness::default() };
        assert!(
            error(of("/nowhere/model.whl")).starts_with("`likeness.model`: /nowhere/model.whl: ")
        );
        let not = error(of(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")));
        assert!(not.contains("this file is no zip archive"), "{not}");
        let low = error(Likeness { threshold: 0.1, ..of("x") });
        assert_eq!(low, "`likeness.threshold` is 0.1; write a cosine from 0.5 to 1");
    }
}
