//! How is it started, set up and looked after?
//!
//! The binary: reads the command line and the settings, brings the crates together, and tells a
//! script by its exit code how a command ended. Must not decide, keep or show anything itself.

mod cli;
mod clock;
mod config;
mod exit;
mod files;
mod input;
mod report;
mod terminal;

use clap::Parser as _;
use cli::Cli;
use exit::Exit;

fn main() -> Exit {
    let cli = Cli::parse();
    let terminal = terminal::Terminal::new(cli.color);
    match cli.run(&terminal) {
        Ok(exit) => exit,
        Err(error) if terminal::nobody_listens(&error) => Exit::Done,
        Err(error) => {
            terminal.error(&format!("{error:#}"));
            Exit::Unable
        }
    }
}
