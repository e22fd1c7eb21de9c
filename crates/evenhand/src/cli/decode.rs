//! `evenhand decode-picture`: the one place where pictures from outside are decoded, in a process of its own with
//! little memory, little time and nothing to write to. Reads a picture from standard input, writes its fingerprint. Must
//! not open a file or a connection.

use crate::exit::Exit;
use crate::terminal::Terminal;
use anyhow::{Context as _, Result, bail};
use image::{ImageReader, Limits};
use likeness::pictures::Pdq;
use rustix::process::{Resource, Rlimit, setrlimit};
use std::io::{Cursor, Read as _, stdin};

/// Longest file.
const MOST_BYTES: u64 = 16 << 20;
/// Largest picture: what a telephone takes.
const MOST_PIXELS: u64 = 25_000_000;
/// Longest side.
const LONGEST_SIDE: u32 = 16_384;
/// All the memory of the process, the program itself included.
const MEMORY: u64 = 1 << 30;
/// Seconds of one core.
const SECONDS: u64 = 10;

/// Write the fingerprint of the picture on standard input. The server starts it; nobody else needs it
#[derive(Debug, clap::Args)]
pub(crate) struct DecodePicture {}

impl DecodePicture {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        confine()?;
        let mut bytes = Vec::new();
        stdin().lock().take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MOST_BYTES {
            bail!("the file has more than {MOST_BYTES} bytes");
        }
        let pdq = fingerprint(&bytes)?;
        terminal.result(&format!("{} {}", pdq.hash, pdq.quality))?;
        Ok(Exit::Done)
    }
}

/// Gives up, for good, what a decoder does not need. Nothing was read by now.
fn confine() -> Result<()> {
    for (resource, most) in [
        (Resource::As, MEMORY),
        (Resource::Cpu, SECONDS),
        (Resource::Fsize, 0),
        (Resource::Core, 0),
        (Resource::Nofile, 3),
    ] {
        let limit = Rlimit { current: Some(most), maximum: Some(most) };
        setrlimit(resource, limit).context("the process cannot be confined")?;
    }
    Ok(())
}

fn fingerprint(bytes: &[u8]) -> Result<Pdq> {
    let open = || -> Result<_> {
        let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
        let mut limits = Limits::default();
        limits.max_image_width = Some(LONGEST_SIDE);
        limits.max_image_height = Some(LONGEST_SIDE);
        limits.max_alloc = Some(MEMORY / 4);
        reader.limits(limits);
        Ok(reader)
    };
    let (width, height) =
        open()?.into_dimensions().context("it is no picture that is read here")?;
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        bail!("it has {width} x {height} pixels; {MOST_PIXELS} are read at most");
    }
    let picture = open()?.decode().context("it cannot be decoded")?.into_rgb8();
    let (width, height) = (usize::try_from(picture.width())?, usize::try_from(picture.height())?);
    Pdq::of_rgb(picture.as_raw(), width, height).context("it has no fingerprint")
}
