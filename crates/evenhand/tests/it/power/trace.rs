//! What a process did to the files of one directory, read from strace (`-f -ttt -y -xx`).

use std::path::{Path, PathBuf};

/// One thing done to the disk. Descriptors are as the process saw them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Done {
    Open { path: PathBuf, fd: u32, create: bool, truncate: bool, append: bool },
    Write { fd: u32, at: Option<u64>, bytes: Vec<u8> },
    Truncate { fd: u32, size: u64 },
    SyncFile { fd: u32 },
    SyncFolder { path: PathBuf },
    Rename { from: PathBuf, to: PathBuf },
    Remove { path: PathBuf },
    Folder { path: PathBuf },
}

/// The calls that are traced.
pub(super) const CALLS: &str = "openat,write,pwrite64,ftruncate,fsync,fdatasync,rename,renameat,\
    renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat,fallocate,writev,pwritev,pwritev2,link,linkat,\
    truncate,sync_file_range,copy_file_range,sendfile";

/// All that was done below `data`, each with when it had ended (seconds since 1970).
pub(super) fn read(trace: &str, data: &Path) -> Vec<(f64, Done)> {
    let calls = crate::strace::calls(trace).into_iter();
    calls.filter_map(|(_, time, call)| Some((time, one(&call, data)?))).collect()
}

/// One call; nothing when it failed or is about something else.
fn one(call: &str, data: &Path) -> Option<Done> {
    let (call, result) = call.rsplit_once(" = ")?;
    let result = result.split(['<', ' ']).next()?;
    let result: i64 = result.parse().ok().filter(|result| *result >= 0)?;
    let (name, arguments) = call.trim_end().strip_suffix(')')?.split_once('(')?;
    // All text is in hexadecimal, so that a comma always parts arguments.
    let arguments: Vec<&str> = arguments.split(", ").collect();
    let below = |path: PathBuf| path.starts_with(data).then_some(path);
    let named = |folder: &str, name: &str| {
        let name = PathBuf::from(String::from_utf8(bytes(name)).unwrap());
        below(if name.is_absolute() { name } else { fd_path(folder)?.join(name) })
    };
    let here = |name: &str| named("", name);
    let fd = || -> Option<u32> {
        below(fd_path(arguments[0])?)?;
        arguments[0].split_once('<')?.0.parse().ok()
    };
    Some(match name {
        "openat" => {
            let path = named(arguments[0], arguments[1])?;
            let flag = |flag: &str| arguments[2].split('|').any(|one| one == flag);
            assert!(!flag("O_TMPFILE"), "a file without a name is not simulated");
            Done::Open {
                path,
                fd: u32::try_from(result).unwrap(),
                create: flag("O_CREAT"),
                truncate: flag("O_TRUNC"),
                append: flag("O_APPEND"),
            }
        }
        "write" | "pwrite64" => {
            let mut written = bytes(arguments[1]);
            written.truncate(usize::try_from(result).unwrap());
            let at = arguments.get(3).map(|at| at.parse().unwrap());
            Done::Write { fd: fd()?, at, bytes: written }
        }
        "ftruncate" => Done::Truncate { fd: fd()?, size: arguments[1].parse().unwrap() },
        "fsync" | "fdatasync" => {
            let (fd, path) = (fd()?, fd_path(arguments[0])?);
            if path.is_dir() { Done::SyncFolder { path } } else { Done::SyncFile { fd } }
        }
        "rename" => Done::Rename { from: here(arguments[0])?, to: here(arguments[1])? },
        "unlink" | "rmdir" => Done::Remove { path: here(arguments[0])? },
        "unlinkat" => Done::Remove { path: named(arguments[0], arguments[1])? },
        "mkdir" => Done::Folder { path: here(arguments[0])? },
        "mkdirat" => Done::Folder { path: named(arguments[0], arguments[1])? },
        other => {
            // Whoever begins to use one of them must teach the simulation what it means.
            let about = call.contains(&hex(data));
            assert!(!about, "{other} is not simulated");
            return None;
        }
    })
}

/// The path that strace gives for a descriptor: `7<\x2f...>`.
fn fd_path(text: &str) -> Option<PathBuf> {
    let inside = text.split_once('<')?.1.split_once('>')?.0;
    String::from_utf8(bytes(inside)).ok().map(PathBuf::from)
}

fn bytes(text: &str) -> Vec<u8> {
    let text = text.trim_matches('"');
    let pairs = text.split("\\x").skip(1);
    pairs.map(|two| u8::from_str_radix(two.get(..2).unwrap(), 16).unwrap()).collect()
}

fn hex(path: &Path) -> String {
    path.to_str().unwrap().bytes().map(|byte| format!("\\x{byte:02x}")).collect()
}
