//! The report on evenness, added up again from its published sets and the log. Must not read a store.

use super::walk::Walked;
use crate::cli::source::Source;
use anyhow::{Context, Result};
use flow::audit::{EvennessReport, PublishedSet, read_sets, recheck};
use model::{ClauseId, DecisionId};
use serde::Deserialize;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// A report with its sets.
#[derive(Debug)]
pub(super) struct Published {
    report: EvennessReport,
    sets: Vec<PublishedSet>,
}

/// The parts of a leaf that a report leans on.
#[derive(Debug, Deserialize)]
struct Leaf {
    decision: Option<DecisionId>,
    #[serde(default)]
    clauses: Vec<ClauseId>,
    #[serde(default)]
    measures: Vec<serde_json::Value>,
}

impl Published {
    /// The newest report of a server, or the one in two files; none if there is none.
    pub(super) async fn open(
        source: &Source,
        files: Option<(&PathBuf, &PathBuf)>,
    ) -> Result<Option<Self>> {
        if let Some((report, sets)) = files {
            return Self::read(&file(report)?, &file(sets)?).map(Some);
        }
        if matches!(source, Source::Folder(_)) {
            return Ok(None);
        }
        let Some(report) = source.get("api/v1/evenness").await? else { return Ok(None) };
        let report = String::from_utf8(report).context("the report on evenness")?;
        let id =
            serde_json::from_str::<EvennessReport>(&report).context("the report on evenness")?.id;
        let sets = source.text(&format!("evenness/{id}/sets.ndjson")).await?;
        Self::read(&report, &sets).map(Some)
    }

    fn read(report: &str, sets: &str) -> Result<Self> {
        let report = serde_json::from_str(report).context("the report on evenness")?;
        Ok(Self { report, sets: read_sets(sets).context("the sets of the report on evenness")? })
    }

    /// What the report says otherwise than its sets and the log.
    pub(super) fn differences(&self, walked: &Walked) -> Result<Vec<String>> {
        let mut held: HashMap<DecisionId, Vec<ClauseId>> = HashMap::new();
        for bytes in &walked.leaves {
            let leaf: Leaf = serde_json::from_slice(bytes).context("a leaf cannot be read")?;
            if let Some(id) = leaf.decision {
                held.insert(id, if leaf.measures.is_empty() { Vec::new() } else { leaf.clauses });
            }
        }
        Ok(recheck(&self.report, &self.sets, Some(&|id| held.get(&id).cloned())))
    }

    /// In a line.
    pub(super) fn told(&self) -> String {
        let comparisons: usize = self.report.clauses.iter().map(|one| one.comparisons.len()).sum();
        format!(
            "report on evenness of {}: {} sets of like cases, {comparisons} comparisons",
            self.report.made_at.strftime("%Y-%m-%d %H:%M UTC"),
            self.sets.len(),
        )
    }
}

fn file(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}
