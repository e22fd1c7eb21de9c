//! `evenhand config`: what is in force, and whether it holds. Must not print secrets: the settings
//! hold none, only the names of files.

use super::place::Place;
use crate::exit::Exit;
use crate::terminal::Terminal;
use anyhow::Result;
use clap::Subcommand;

/// Show and check the settings
#[derive(Debug, Subcommand)]
pub(crate) enum Settings {
    /// Print what is in force: defaults, then the file, then the environment, then flags
    Show(Place),
    /// Only check the settings; says nothing when they hold
    Check(Place),
}

impl Settings {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        match self {
            Self::Show(place) => {
                terminal.result(&toml::to_string(&place.settings()?)?)?;
                Ok(Exit::Done)
            }
            Self::Check(place) => match place.settings().and_then(|config| config.validate()) {
                Ok(()) => Ok(Exit::Done),
                Err(error) => {
                    terminal.error(&format!("{error:#}"));
                    Ok(Exit::No)
                }
            },
        }
    }
}
