//! One event a line. Must not hold more than one line in memory, however long the input is.

use super::{Events, Read1, Unreadable};
use model::{Event, Limits};
use std::io::{BufRead, Read};

/// Evenhand's own events.
pub(super) fn events(text: Box<dyn BufRead>, limits: Limits) -> Events {
    let read = move |bytes: &[u8]| Event::parse(bytes, limits).map_err(|error| error.to_string());
    Box::new(Lines { text, line: 0, limits, read })
}

/// AT Protocol Jetstream messages.
pub(super) fn jetstream(text: Box<dyn BufRead>, limits: Limits) -> Events {
    let read = move |bytes: &[u8]| {
        if bytes.len() > limits.bytes {
            return Err(format!("the line has more than {} bytes", limits.bytes));
        }
        let line = std::str::from_utf8(bytes).map_err(|error| format!("not UTF-8: {error}"))?;
        platforms::jetstream::event(line).map_err(|error| error.to_string())
    };
    Box::new(Lines { text, line: 0, limits, read })
}

struct Lines<F> {
    text: Box<dyn BufRead>,
    line: u64,
    limits: Limits,
    read: F,
}

impl<F> Lines<F> {
    /// The next line without its end, cut at the limit and one byte; `None` at the end.
    fn line(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        let most = self.limits.bytes as u64 + 2;
        if self.text.by_ref().take(most).read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        self.line += 1;
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
        } else if bytes.len() as u64 == most {
            self.skip_line()?;
        }
        Ok(Some(bytes))
    }

    fn skip_line(&mut self) -> std::io::Result<()> {
        loop {
            let buffer = self.text.fill_buf()?;
            let (used, done) = match buffer.iter().position(|byte| *byte == b'\n') {
                Some(at) => (at + 1, true),
                None => (buffer.len(), buffer.is_empty()),
            };
            self.text.consume(used);
            if done {
                return Ok(());
            }
        }
    }
}

impl<F: FnMut(&[u8]) -> Result<Event, String>> Iterator for Lines<F> {
    type Item = Result<Read1, Unreadable>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let bytes = match self.line() {
                Ok(line) => line?,
                Err(error) => {
                    // A broken stream gives the same error for ever; report it once and stop.
                    self.text = Box::new(std::io::empty());
                    return Some(Err(Unreadable {
                        line: self.line + 1,
                        reason: error.to_string(),
                    }));
                }
            };
            if bytes.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let line = self.line;
            let read = (self.read)(&bytes);
            return Some(match read {
                Ok(event) => Ok(Read1 { line, event }),
                Err(reason) => Err(Unreadable { line, reason }),
            });
        }
    }
}
