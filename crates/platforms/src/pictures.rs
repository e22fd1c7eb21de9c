//! Fingerprints of pictures, made by a process of its own: a file from outside may be made to break whoever decodes it.
//! Must not decode anything here.

use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How to start the decoder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoder {
    /// The program.
    pub program: PathBuf,
    /// What it is told.
    pub arguments: Vec<String>,
    /// It is killed after so long.
    pub patience: Duration,
}

/// Why a picture has no fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// The decoder cannot be started.
    #[error("the decoder cannot be started: {0}")]
    NotStarted(String),
    /// It was killed: it took too long.
    #[error("it took longer than {0:?} to decode")]
    TooSlow(Duration),
    /// It ended without an answer: too much memory, or the file broke it.
    #[error("the decoder broke off on it")]
    BrokeOff,
    /// It says that it is no picture.
    #[error("{0}")]
    Refused(String),
}

/// Longest answer that is read.
const LONGEST_ANSWER: u64 = 4096;

impl Decoder {
    /// What the decoder says of a picture's bytes: a fingerprint in hexadecimal and its quality. Waits for it.
    ///
    /// # Errors
    /// [`PictureError`] says why there is none.
    pub fn fingerprint(&self, bytes: &[u8]) -> Result<(String, u8), PictureError> {
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| PictureError::NotStarted(error.to_string()))?;
        let input = child.stdin.take();
        let ended = std::thread::scope(|scope| {
            scope.spawn(move || {
                // A decoder that reads no further has seen enough.
                let _ = input.map(|mut input| input.write_all(bytes));
            });
            self.wait(&mut child)
        });
        let read = |from: Option<&mut dyn std::io::Read>| {
            let mut text = String::new();
            if let Some(from) = from {
                let _ = from.take(LONGEST_ANSWER).read_to_string(&mut text);
            }
            text
        };
        let said = read(child.stdout.as_mut().map(|out| -> &mut dyn std::io::Read { out }));
        let why = read(child.stderr.as_mut().map(|err| -> &mut dyn std::io::Read { err }));
        let code = ended?;
        if code.is_none() {
            return Err(PictureError::BrokeOff);
        }
        let answer = said.trim().split_once(' ').filter(|_| code == Some(0));
        let answer = answer.and_then(|(hash, quality)| Some((hash, quality.parse().ok()?)));
        match answer {
            Some((hash, quality)) => Ok((hash.to_owned(), quality)),
            None => Err(PictureError::Refused(why.lines().next().unwrap_or_default().to_owned())),
        }
    }

    /// The exit code; `None` if a signal ended it.
    fn wait(&self, child: &mut Child) -> Result<Option<i32>, PictureError> {
        let begun = Instant::now();
        loop {
            match child.try_wait() {
                Ok(Some(status)) => return Ok(status.code()),
                Ok(None) if begun.elapsed() < self.patience => {
                    std::thread::sleep(Duration::from_millis(2));
                }
                _ => {
                    let _ = child.kill();
                    let _ = child.wait();
                    return Err(PictureError::TooSlow(self.patience));
                }
            }
        }
    }
}
