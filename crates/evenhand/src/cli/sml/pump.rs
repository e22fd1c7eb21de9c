//! Lines in, results out, in blocks and on as many threads as are given. Results keep the order of the
//! lines, and go out as soon as the input pauses. Must not know what is in a line.

use anyhow::Result;
use rules::stream::{Done, Stream};
use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// So many bytes are read at once: many lines, and still in the processor's cache.
const BLOCK: usize = 1 << 17;
/// No line may be longer.
const LONGEST: usize = 64 << 20;
/// So many blocks may wait for a thread, or for being written.
const WAITING: usize = 4;

/// Whole lines, and the number of the first.
struct Block {
    bytes: Vec<u8>,
    first: u64,
    /// Why its one line is not there: it is too long.
    refused: Option<&'static str>,
}

/// Cuts an input into blocks of whole lines.
struct Blocks<R> {
    input: R,
    /// The beginning of a line whose end is not read yet.
    rest: Vec<u8>,
    next: u64,
    ended: bool,
}

impl<R: Read> Blocks<R> {
    const fn new(input: R) -> Self {
        Self { input, rest: Vec::new(), next: 1, ended: false }
    }

    /// The next block, or `None` at the end. Waits only if there is no whole line yet.
    fn next(&mut self) -> std::io::Result<Option<Block>> {
        let mut bytes = std::mem::take(&mut self.rest);
        while !self.ended {
            let known = bytes.len();
            bytes.resize(known + BLOCK, 0);
            let count = match self.input.read(bytes.get_mut(known..).unwrap_or_default()) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => 0,
                Ok(0) => {
                    self.ended = true;
                    0
                }
                read => read?,
            };
            bytes.truncate(known + count);
            let fresh = bytes.get(known..).unwrap_or_default();
            if let Some(end) = fresh.iter().rposition(|byte| *byte == b'\n') {
                self.rest = bytes.split_off(known + end + 1);
                return Ok(Some(self.block(bytes)));
            }
            if bytes.len() > LONGEST {
                return self.pass_over().map(Some);
            }
        }
        Ok(if bytes.is_empty() { None } else { Some(self.block(bytes)) })
    }

    fn block(&mut self, bytes: Vec<u8>) -> Block {
        let first = self.next;
        self.next += bytes.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
        Block { bytes, first, refused: None }
    }

    /// Passes over the rest of a line that is too long.
    fn pass_over(&mut self) -> std::io::Result<Block> {
        let mut bytes = vec![0; BLOCK];
        while !self.ended {
            let count = self.input.read(&mut bytes)?;
            self.ended = count == 0;
            let read = bytes.get(..count).unwrap_or_default();
            if let Some(end) = read.iter().position(|byte| *byte == b'\n') {
                self.rest = read.get(end + 1..).unwrap_or_default().to_vec();
                break;
            }
        }
        let first = self.next;
        self.next += 1;
        Ok(Block { bytes: Vec::new(), first, refused: Some("the line has more than 64 MiB") })
    }
}

fn evaluate(stream: &mut Stream, block: Block) -> Done {
    match block.refused {
        None => stream.block(&block.bytes, block.first),
        Some(why) => Done { refused: vec![(block.first, why.into())], ..Done::default() },
    }
}

/// Evaluates every line of an input. `told` hears of the lines that were refused. Gives the streams
/// back, as their events left them.
pub(crate) fn pump(
    input: impl Read + Send,
    mut output: impl Write,
    mut streams: Vec<Stream>,
    mut told: impl FnMut(u64, &str),
) -> Result<Vec<Stream>> {
    let mut write = |done: Done| -> std::io::Result<()> {
        output.write_all(done.out.as_bytes())?;
        output.flush()?;
        done.refused.iter().for_each(|(line, why)| told(*line, why));
        Ok(())
    };
    let mut blocks = Blocks::new(input);
    if let [stream] = streams.as_mut_slice() {
        while let Some(block) = blocks.next()? {
            write(evaluate(stream, block))?;
        }
        return Ok(streams);
    }
    std::thread::scope(|scope| {
        let (mut feeds, mut results) = (Vec::new(), Vec::new());
        for stream in &mut streams {
            let (feed, fed): (SyncSender<Block>, Receiver<Block>) = sync_channel(WAITING);
            let (give, given) = sync_channel(WAITING);
            feeds.push(feed);
            results.push(given);
            scope.spawn(move || {
                for block in fed {
                    // Nobody waits for results any more when the output is closed.
                    if give.send(evaluate(stream, block)).is_err() {
                        return;
                    }
                }
            });
        }
        // Blocks go round the threads and are taken back in the same round, so their order is kept.
        let reader = scope.spawn(move || -> std::io::Result<()> {
            for feed in feeds.iter().cycle() {
                let Some(block) = blocks.next()? else { return Ok(()) };
                if feed.send(block).is_err() {
                    return Ok(());
                }
            }
            Ok(())
        });
        let mut written = Ok(());
        for given in results.iter().cycle() {
            let Ok(done) = given.recv() else { break };
            written = write(done);
            if written.is_err() {
                break;
            }
        }
        drop(results);
        written?;
        match reader.join() {
            Ok(read) => Ok(read?),
            Err(_) => anyhow::bail!("reading the input failed unexpectedly"),
        }
    })?;
    Ok(streams)
}
