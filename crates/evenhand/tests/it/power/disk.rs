//! A disk that forgets what was not synced. It promises as little as POSIX does: a file's bytes are
//! kept once that file was synced, a name once its folder was.

use super::trace::Done;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

/// The smallest piece that a disk writes whole.
const SECTOR: usize = 512;

/// How much of what was not synced a power loss leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// All of it: the process was killed, the machine goes on.
    All,
    /// Nothing.
    Nothing,
    /// Whole writes and names, by chance.
    Some,
    /// Single sectors of writes, by chance.
    Sectors,
}

#[derive(Debug, Clone, Default)]
struct File {
    kept: Vec<u8>,
    now: Vec<u8>,
    unsynced: Vec<Change>,
}

#[derive(Debug, Clone)]
enum Change {
    Write(u64, Vec<u8>),
    Truncate(u64),
}

impl Change {
    fn apply(&self, to: &mut Vec<u8>) {
        match self {
            Self::Truncate(size) => to.resize(usize::try_from(*size).unwrap(), 0),
            Self::Write(at, bytes) => {
                let at = usize::try_from(*at).unwrap();
                let end = at + bytes.len();
                if to.len() < end {
                    to.resize(end, 0);
                }
                to[at..end].copy_from_slice(bytes);
            }
        }
    }
}

/// A name is of a file, by its number, or of a folder.
type Names = BTreeMap<PathBuf, Option<usize>>;

/// Names that change together: those that go, and those that come.
#[derive(Debug, Clone)]
struct Renaming {
    gone: Vec<PathBuf>,
    come: Vec<(PathBuf, Option<usize>)>,
}

impl Renaming {
    fn apply(&self, names: &mut Names) {
        for path in &self.gone {
            names.remove(path);
        }
        names.extend(self.come.iter().cloned());
    }

    fn touches(&self, folder: &Path) -> bool {
        let come = self.come.iter().map(|(path, _)| path);
        self.gone.iter().chain(come).any(|path| path.parent() == Some(folder))
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct Disk {
    files: Vec<File>,
    kept: Names,
    now: Names,
    unsynced: Vec<Renaming>,
    open: HashMap<u32, (usize, u64)>,
}

impl Disk {
    /// A disk that holds what a directory holds, all of it synced.
    pub(super) fn of(data: &Path) -> Self {
        let mut disk = Self::default();
        disk.add(data);
        disk.kept = disk.now.clone();
        disk
    }

    fn add(&mut self, folder: &Path) {
        self.now.insert(folder.into(), None);
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                self.add(&path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                self.now.insert(path, Some(self.files.len()));
                self.files.push(File { kept: bytes.clone(), now: bytes, unsynced: Vec::new() });
            }
        }
    }

    /// The bytes of a file as a process sees them.
    pub(super) fn file(&self, path: &Path) -> Option<&[u8]> {
        let number = (*self.now.get(path)?)?;
        Some(&self.files[number].now)
    }

    fn rename(&mut self, renaming: Renaming) {
        renaming.apply(&mut self.now);
        self.unsynced.push(renaming);
    }

    fn change(&mut self, fd: u32, change: Change) {
        let Some((number, _)) = self.open.get(&fd) else { return };
        let file = &mut self.files[*number];
        change.apply(&mut file.now);
        file.unsynced.push(change);
    }

    pub(super) fn apply(&mut self, done: &Done) {
        match done {
            Done::Open { path, fd, create, truncate, append } => {
                let known = self.now.get(path).copied();
                let number = match known {
                    Some(Some(number)) => number,
                    Some(None) => return,
                    None if *create => {
                        let number = self.files.len();
                        self.files.push(File::default());
                        let come = vec![(path.clone(), Some(number))];
                        self.rename(Renaming { gone: Vec::new(), come });
                        number
                    }
                    None => return,
                };
                let size = self.files[number].now.len() as u64;
                self.open.insert(*fd, (number, if *append { size } else { 0 }));
                if *truncate && size > 0 {
                    self.change(*fd, Change::Truncate(0));
                }
            }
            Done::Write { fd, at, bytes } => {
                let Some((_, place)) = self.open.get_mut(fd) else { return };
                let at = at.unwrap_or_else(|| {
                    *place += bytes.len() as u64;
                    *place - bytes.len() as u64
                });
                self.change(*fd, Change::Write(at, bytes.clone()));
            }
            Done::Truncate { fd, size } => self.change(*fd, Change::Truncate(*size)),
            Done::SyncFile { fd } => {
                let Some((number, _)) = self.open.get(fd) else { return };
                let file = &mut self.files[*number];
                file.kept.clone_from(&file.now);
                file.unsynced.clear();
            }
            Done::SyncFolder { path } => {
                let (synced, rest) = std::mem::take(&mut self.unsynced)
                    .into_iter()
                    .partition::<Vec<_>, _>(|renaming| renaming.touches(path));
                for renaming in synced {
                    renaming.apply(&mut self.kept);
                }
                self.unsynced = rest;
            }
            Done::Rename { from, to } => {
                let moved: Vec<_> = self
                    .now
                    .range(from.clone()..)
                    .take_while(|(path, _)| path.starts_with(from))
                    .map(|(path, node)| (path.clone(), *node))
                    .collect();
                let renamed = |path: &PathBuf| match path.strip_prefix(from).unwrap() {
                    rest if rest.as_os_str().is_empty() => to.clone(),
                    rest => to.join(rest),
                };
                let come = moved.iter().map(|(path, node)| (renamed(path), *node)).collect();
                let gone = moved.into_iter().map(|(path, _)| path).collect();
                self.rename(Renaming { gone, come });
            }
            Done::Remove { path } => {
                self.rename(Renaming { gone: vec![path.clone()], come: Vec::new() });
            }
            Done::Folder { path } => {
                self.rename(Renaming { gone: Vec::new(), come: vec![(path.clone(), None)] });
            }
        }
    }

    /// Writes what a loss of power leaves to the folder `to`, in place of `data`. What SQLite keeps
    /// in memory (`-shm`) is gone.
    pub(super) fn lose_power(&self, data: &Path, to: &Path, left: Left, chance: &mut Chance) {
        let mut names = self.kept.clone();
        for renaming in &self.unsynced {
            let stays = match left {
                Left::All => true,
                Left::Nothing => false,
                Left::Some | Left::Sectors => chance.half(),
            };
            if stays {
                renaming.apply(&mut names);
            }
        }
        std::fs::create_dir_all(to).unwrap();
        for (path, node) in &names {
            let place = to.join(path.strip_prefix(data).unwrap());
            // A name in a folder that is not there is not there.
            let within = path.parent().is_some_and(|folder| names.contains_key(folder));
            if path != data && !within || path.to_str().unwrap().ends_with("-shm") {
                continue;
            }
            match node {
                None => std::fs::create_dir_all(&place).unwrap(),
                Some(number) if place.parent().unwrap().is_dir() => {
                    std::fs::write(&place, self.files[*number].after(left, chance)).unwrap();
                    if path.to_str().unwrap().contains("log.key") {
                        use std::os::unix::fs::PermissionsExt as _;
                        let mode = std::fs::Permissions::from_mode(0o600);
                        std::fs::set_permissions(&place, mode).unwrap();
                    }
                }
                Some(_) => {}
            }
        }
    }
}

impl File {
    fn after(&self, left: Left, chance: &mut Chance) -> Vec<u8> {
        let mut bytes = self.kept.clone();
        for change in &self.unsynced {
            match (left, change) {
                (Left::All, _) => change.apply(&mut bytes),
                (Left::Nothing, _) => {}
                (Left::Sectors, Change::Write(at, written)) => {
                    let first = usize::try_from(*at).unwrap() % SECTOR;
                    let mut begin = 0;
                    while begin < written.len() {
                        let end = (begin + SECTOR - (first + begin) % SECTOR).min(written.len());
                        if chance.half() {
                            let part = written[begin..end].to_vec();
                            Change::Write(at + begin as u64, part).apply(&mut bytes);
                        }
                        begin = end;
                    }
                }
                (Left::Some | Left::Sectors, _) => {
                    if chance.half() {
                        change.apply(&mut bytes);
                    }
                }
            }
        }
        bytes
    }
}

/// Chance that is the same each time.
#[derive(Debug, Clone)]
pub(super) struct Chance(pub(super) u64);

impl Chance {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        self.0 >> 33
    }

    fn half(&mut self) -> bool {
        self.next().is_multiple_of(2)
    }
}
