//! A bundle or tile that is read is written again byte for byte.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tlog::tile::{EntryBundle, Tile, TileId};

fuzz_target!(|input: (u16, &[u8])| {
    let (width, bytes) = input;
    if let Ok(bundle) = EntryBundle::parse(width, bytes) {
        assert_eq!(bundle.0.len(), usize::from(width));
        assert_eq!(bundle.bytes().as_deref(), Ok(bytes));
    }
    if let Ok(tile) = Tile::parse(TileId { level: 0, index: 0, width }, bytes) {
        assert_eq!(tile.bytes(), bytes);
    }
});
