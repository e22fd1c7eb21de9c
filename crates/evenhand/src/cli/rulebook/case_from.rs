//! `evenhand rulebook case-from`: a decision becomes a worked case. Must not overwrite a file.

use crate::cli::place::{Place, open_existing};
use crate::cli::wait_for;
use crate::exit::Exit;
use crate::terminal::Terminal;
use anyhow::{Context as _, Result, bail};
use flow::like::{worked_case, worked_case_path};
use model::{Decision, DecisionId, Item, Subject};
use rules::Sources;
use rules::rulebook::Rulebook;
use std::path::PathBuf;

/// Write a decision as a worked case of a rulebook: the text and what was held, without ids, names, links and media
///
/// Handles, addresses and long numbers in the text are replaced. What else a text says about a person no program
/// knows: read the file before it is published. Says whether the rulebook's rules come to the same already; where
/// people held what no rule finds, they do not, and the rulebook does not come into force until they do. Exit code 1
/// then.
#[derive(Debug, clap::Args)]
pub(crate) struct CaseFrom {
    /// The decision's id
    decision: DecisionId,
    /// The rulebook's directory
    #[arg(long, value_name = "DIR")]
    rulebook: PathBuf,
    /// Write it to standard output instead
    #[arg(long)]
    print: bool,
    #[command(flatten)]
    place: Place,
}

impl CaseFrom {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        let config = self.place.settings()?;
        let (decision, item) = wait_for(async {
            let store = open_existing(&config).await?;
            self.decided(&store).await
        })?;
        let text = worked_case(&decision, &item);
        let path = worked_case_path(decision.id);
        let passes = self.passes(&path, &text)?;
        if self.print {
            terminal.result(text.trim_end())?;
        } else {
            let file = self.rulebook.join(&path);
            if file.exists() {
                bail!("{} is there already", file.display());
            }
            let cases = self.rulebook.join("cases");
            std::fs::create_dir_all(&cases)
                .and_then(|()| std::fs::write(&file, &text))
                .with_context(|| format!("cannot write {}", file.display()))?;
            terminal.tell(&format!("wrote {}: read it before you publish it", file.display()));
        }
        for difference in &passes {
            terminal.tell(&format!("the rules do not come to the same yet: {difference}"));
        }
        Ok(if passes.is_empty() { Exit::Done } else { Exit::No })
    }

    async fn decided(&self, store: &store::Store) -> Result<(Decision, Item)> {
        let id = self.decision;
        let stored = store.decision(id).await?;
        let stored = stored.with_context(|| format!("there is no decision {id} in the store"))?;
        if let Some(later) = stored.replaced_by {
            bail!("decision {later} took the place of {id}: take that one");
        }
        let event = store.event(&stored.decision.action_id).await?;
        let event = event.with_context(|| format!("what {id} was decided on is erased"))?;
        let subject = Subject::of(&event.event)?.context("the event is about no item")?;
        if subject.item.text.trim().is_empty() {
            bail!("the post has no text: a worked case would show nothing");
        }
        Ok((stored.decision, subject.item))
    }

    /// How what the rules find differs from what was held.
    fn passes(&self, path: &str, text: &str) -> Result<Vec<String>> {
        let sources: Sources = crate::files::read(Some(&self.rulebook))?;
        let (book, problems) = Rulebook::load(&sources.with(path, text.to_owned()));
        let Some(book) = book else {
            let first = problems.iter().find(|one| one.is_error()).map(ToString::to_string);
            bail!("the rulebook does not check with the case: {}", first.unwrap_or_default());
        };
        let results = rules::testing::run_cases(&book);
        Ok(results
            .into_iter()
            .filter(|one| one.path == path)
            .flat_map(|one| one.differences)
            .collect())
    }
}
