//! Tile paths, tiles and entry bundles.

use proptest::prelude::*;
use tlog::tile::{BundleId, EntryBundle, Tile, TileError, TileId};

#[test]
fn paths_are_those_of_the_specification() {
    for (level, index, width, path) in [
        (0, 0, 256, "tile/0/000"),
        (0, 1_234_067, 256, "tile/0/x001/x234/067"),
        (0, 273, 112, "tile/0/273.p/112"),
        (1, 1, 17, "tile/1/001.p/17"),
        (63, 999, 255, "tile/63/999.p/255"),
        (0, 1_000, 1, "tile/0/x001/000.p/1"),
    ] {
        let id = TileId { level, index, width };
        assert_eq!(id.path(), path);
        assert_eq!(TileId::parse(path), Ok(id));
    }
    let bundle = BundleId { index: 1_234_067, width: 8 };
    assert_eq!(bundle.path(), "tile/entries/x001/x234/067.p/8");
    assert_eq!(BundleId::parse("tile/entries/x001/x234/067.p/8"), Ok(bundle));
}

#[test]
fn what_is_not_a_path_is_refused() {
    for wrong in [
        "",
        "tile/0",
        "tile/0/",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/x000/001",
        "tile/0/001/000",
        "tile/0/x001",
        "tile/0/x001/x234",
        "tile/0/+01",
        "tile/0/001.p/0",
        "tile/0/001.p/256",
        "tile/0/001.p/01",
        "tile/0/001.p/",
        "tile/0/001.p/1/",
        "tile/0/001.p/1.p/1",
        "/tile/0/001",
        "tile/0/001/",
        "tile/0/../001",
        "tile/entries/001",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
    ] {
        assert_eq!(TileId::parse(wrong), Err(TileError::Path(wrong.into())));
        let entries = wrong.replace("tile/0/", "tile/entries/");
        if wrong.starts_with("tile/0/") {
            assert!(BundleId::parse(&entries).is_err(), "{entries}");
        }
    }
    assert!(BundleId::parse("tile/0/001").is_err());
}

#[test]
fn bundles_hold_what_their_lengths_say() {
    let bundle = EntryBundle(vec![b"ab".to_vec(), Vec::new(), vec![7; 65_535]]);
    let bytes = bundle.bytes().unwrap();
    assert_eq!(&bytes[..8], [0, 2, b'a', b'b', 0, 0, 255, 255]);
    assert_eq!(EntryBundle::parse(3, &bytes), Ok(bundle));
    for width in [2, 4] {
        assert_eq!(EntryBundle::parse(width, &bytes), Err(TileError::Bundle(width)));
    }
    assert!(EntryBundle::parse(3, &bytes[..bytes.len() - 1]).is_err());
    assert!(EntryBundle::parse(1, &[0]).is_err());
    let long = EntryBundle(vec![vec![0; 65_536]]);
    assert_eq!(long.bytes(), Err(TileError::Entry(65_536)));
}

proptest! {
    #[test]
    fn every_tile_has_one_path(level in 0..64_u8, index: u64, width in 1..=256_u16) {
        let id = TileId { level, index, width };
        prop_assert_eq!(TileId::parse(&id.path()), Ok(id));
        let id = BundleId { index, width };
        prop_assert_eq!(BundleId::parse(&id.path()), Ok(id));
    }

    #[test]
    fn every_path_that_is_read_is_the_one(path in "tile/([0-9]{1,2}|entries)(/x?[0-9]{2,4}){1,3}(\\.p/[0-9]{1,3})?") {
        if let Ok(id) = TileId::parse(&path) {
            prop_assert_eq!(id.path(), path.as_str());
        }
        if let Ok(id) = BundleId::parse(&path) {
            prop_assert_eq!(id.path(), path);
        }
    }

    #[test]
    fn bundles_are_read_as_written(entries in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..256)) {
        let bundle = EntryBundle(entries);
        let bytes = bundle.bytes().unwrap();
        let width = bundle.0.len() as u16;
        prop_assert_eq!(EntryBundle::parse(width, &bytes), Ok(bundle));
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), width in 0..300_u16) {
        if let Ok(bundle) = EntryBundle::parse(width, &bytes) {
            prop_assert_eq!(bundle.bytes(), Ok(bytes.clone()));
        }
        let id = TileId { level: 0, index: 0, width };
        if let Ok(tile) = Tile::parse(id, &bytes) {
            prop_assert_eq!(tile.bytes(), bytes);
        }
    }
}
