//! A path that is read is the only one of its tile or bundle, and leads nowhere else.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tlog::tile::{BundleId, TileId};

fuzz_target!(|path: &str| {
    let tile = TileId::parse(path).map(|id| id.path());
    let bundle = BundleId::parse(path).map(|id| id.path());
    assert!(tile.is_err() || bundle.is_err());
    for written in tile.into_iter().chain(bundle) {
        assert_eq!(written, path);
        assert!(!path.contains("..") && !path.contains("//") && path.starts_with("tile/"));
    }
});
