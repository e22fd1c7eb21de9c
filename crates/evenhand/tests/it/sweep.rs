//! The way from a decision to the published log, cut off at each of its calls in turn: once the
//! process is killed there, once the call ends with EIO. A dry run counts the calls; then each is
//! hit in a process of its own. Afterwards no acknowledged decision is missing, no size has two
//! roots, and other people's verifier accepts the log.

use crate::strace::{calls, installed, strace};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use store::Store;
use store::log::{Log, examine};
use tlog::checkpoint::Checkpoint;
use tlog::note::{Note, VerifierKey};
use tlog::tree::Frontier;

#[path = "../../../store/tests/it/fixtures.rs"]
#[expect(dead_code, reason = "shared with the tests of the store")]
mod fixtures;
use fixtures::{Held, World};

/// So many of the faults are tried; `EVENHAND_EVERY_CALL=1` tries each.
const SAMPLE: usize = 48;
/// Processes that are tried at once.
const AT_ONCE: usize = 4;
/// The kinds of calls that are cut off.
const KINDS: &str =
    "openat,write,pwrite64,ftruncate,fsync,fdatasync,rename,mkdir,unlink,unlinkat,rmdir";
const FAULTS: [&str; 2] = ["signal=KILL", "error=EIO"];
/// Logs that a step begins with, in leaves, and how many decisions it adds: a new log, one that
/// grows within its tile, one whose tile becomes full.
const STEPS: [(u32, u32); 3] = [(0, 2), (5, 2), (254, 3)];

/// What the process that is cut off does: it keeps decisions and takes them into the log. Each line
/// that it says is a decision that was acknowledged. Without `EVENHAND_STEP` it is no test.
#[test]
fn one_step() {
    let Ok(data) = std::env::var("EVENHAND_STEP") else { return };
    let number = |name: &str| std::env::var(name).unwrap().parse::<u32>().unwrap();
    let (from, many) = (number("EVENHAND_STEP_FROM"), number("EVENHAND_STEP_MANY"));
    let data = PathBuf::from(data);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&data.join("evenhand.sqlite")).await.unwrap();
        // Another chance in each process: a key that is drawn again must not pass for the old one.
        let seed = [u8::try_from(from % 251).unwrap(); 32];
        let mut log = Log::open(store.clone(), &data, "sweep.example/log", &seed).await.unwrap();
        let world = World::new(&format!("step {from}"));
        for n in from..from + many {
            let (record, id) = world.record(n, &format!("account {n}"), &Held::breach());
            // What fails here was told to nobody.
            if store.record(std::slice::from_ref(&record)).await.is_ok() {
                println!("\nacknowledged {id}");
            }
        }
        while log.integrate().await.unwrap() > 0 {}
        store.close().await;
    });
}

/// The process of [`one_step`], and how it is called.
fn step(command: &mut Command, data: &Path, from: u32, many: u32) -> (bool, Vec<String>) {
    let ran = command
        .args(["sweep::one_step", "--exact", "--nocapture", "--test-threads=1"])
        .env("EVENHAND_STEP", data)
        .env("EVENHAND_STEP_FROM", from.to_string())
        .env("EVENHAND_STEP_MANY", many.to_string())
        .env("RUST_BACKTRACE", "0")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    let said = said.lines().filter_map(|line| line.strip_prefix("acknowledged "));
    (ran.status.success(), said.map(str::to_owned).collect())
}

fn this() -> PathBuf {
    std::env::current_exe().unwrap()
}

/// One call of the way: its name, what it is about, and the how many-th of these in its thread.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    name: String,
    path: PathBuf,
    at: u32,
}

/// The path that a call is about, as strace matches it, if that is below `data`.
fn about(call: &str, data: &Path) -> Option<(String, PathBuf)> {
    let (name, arguments) = call.split_once('(')?;
    let first = arguments.split([',', ')']).next()?;
    let inside = |text: &str, begin: char, end: char| {
        let (_, rest) = text.split_once(begin)?;
        Some(PathBuf::from(rest.split_once(end)?.0))
    };
    // A descriptor is followed by its path, unless it is only where relative names begin.
    let path = if first.contains('<') && !first.starts_with("AT_FDCWD") {
        inside(first, '<', '>')?
    } else if name == "rename" {
        inside(arguments.split_once(", ")?.1, '"', '"')?
    } else {
        inside(arguments, '"', '"')?
    };
    path.starts_with(data).then(|| (name.to_owned(), path))
}

/// Every call of a step that is not cut off.
fn places(base: &Path, from: u32, many: u32) -> Vec<Place> {
    let folder = tempfile::tempdir().unwrap();
    let data = copy(base, folder.path());
    let trace = folder.path().join("trace");
    let mut watching = strace(&trace);
    watching.args(["-y", "-s", "0", "-e", &format!("trace={KINDS}")]).arg(this());
    let (done, acknowledged) = step(&mut watching, &data, from, many);
    assert!(done && acknowledged.len() == many as usize, "a step that is not cut off fails");
    let text = std::fs::read_to_string(&trace).unwrap();
    let mut seen: HashMap<(&str, String, PathBuf), u32> = HashMap::new();
    let mut all = BTreeSet::new();
    for (thread, _, call) in calls(&text) {
        let Some((name, path)) = about(&call, &data) else { continue };
        let at = seen.entry((thread, name.clone(), path.clone())).or_default();
        *at += 1;
        let path = path.strip_prefix(&data).unwrap().to_owned();
        all.insert(Place { name, path, at: *at });
    }
    all.into_iter().collect()
}

/// A database that holds nothing yet: making its tables is not on the way to the log.
fn empty(data: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        Store::open(&data.join("evenhand.sqlite")).await.unwrap().close().await;
    });
}

fn copy(from: &Path, to: &Path) -> PathBuf {
    let to = to.canonicalize().unwrap().join("data");
    let copied = Command::new("cp").arg("-r").args([from, &to]).status().unwrap();
    assert!(copied.success());
    to
}

fn checkpoint(data: &Path) -> Option<Checkpoint> {
    let text = std::fs::read_to_string(data.join("log/checkpoint")).ok()?;
    let note: Note = text.parse().expect("a checkpoint that is published is whole");
    Some(Checkpoint::parse(note.text()).unwrap())
}

/// Holds a published log against all roots that were seen; the ids of its leaves, as one text.
fn leaves(data: &Path, roots: &BTreeMap<u64, tlog::Hash>) -> Result<String, String> {
    let public = data.join("log");
    let key = std::fs::read_to_string(public.join("vkey")).map_err(|error| error.to_string())?;
    let key: VerifierKey = key.trim().parse().map_err(|error| format!("vkey: {error}"))?;
    let (mut tree, mut leaves, mut wrong) = (Frontier::new(), String::new(), None);
    let examined = examine(&mut public.as_path(), &[key], None, |_, leaf| {
        tree.append(tlog::leaf_hash(leaf));
        leaves.push_str(&String::from_utf8_lossy(leaf));
        if roots.get(&tree.size()).is_some_and(|root| *root != tree.root()) {
            wrong = Some(tree.size());
        }
        Ok(())
    });
    let examined = examined.map_err(|error| error.to_string())?;
    let size = examined.checkpoint.size;
    match (wrong, roots.last_key_value()) {
        (Some(size), _) => Err(format!("two roots of {size} leaves")),
        (None, Some((shown, _))) if *shown > size => Err(format!("{shown} leaves became {size}")),
        _ => Ok(leaves),
    }
}

/// Go's verifier, where it is installed.
fn outside(folder: &Path) -> Option<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/verifier/verify.go");
    let built = Command::new("go")
        .args(["build", "-o"])
        .arg(folder.join("verify"))
        .arg(source)
        .envs([("GO111MODULE", "off"), ("GOPATH", "/usr/share/gocode")])
        .env("GOCACHE", folder.join("cache"))
        .stderr(Stdio::null())
        .status();
    built.is_ok_and(|status| status.success()).then(|| folder.join("verify"))
}

fn accepted(verifier: &Path, data: &Path, flags: &[&str]) -> Result<(), String> {
    let public = data.join("log");
    let key = std::fs::read_to_string(public.join("vkey")).map_err(|error| error.to_string())?;
    let ran = Command::new(verifier).args(flags).arg(&public).arg(key.trim()).output().unwrap();
    let said = || format!("the outside verifier: {}", String::from_utf8_lossy(&ran.stderr));
    ran.status.success().then_some(()).ok_or_else(said)
}

/// Cuts a step off at one place and lets the next process go on. Whether the fault was met.
fn cut(
    base: &Path,
    step_of: (u32, u32),
    place: &Place,
    fault: &str,
    verifier: Option<&Path>,
) -> Result<bool, String> {
    let (from, many) = step_of;
    let folder = tempfile::tempdir().unwrap();
    let data = copy(base, folder.path());
    let trace = folder.path().join("trace");
    let Place { name, path, at } = place;
    let mut failing = strace(&trace);
    failing.arg("-P").arg(data.join(path));
    failing.args(["-e", &format!("trace={name}")]);
    failing.args(["-e", &format!("inject={name}:{fault}:when={at}")]).arg(this());
    let (ended, mut acknowledged) = step(&mut failing, &data, from, many);
    let met = !ended || std::fs::read_to_string(&trace).unwrap().contains("(INJECTED)");

    // What a stranger sees in between is whole, and is what must have grown.
    let mut roots = BTreeMap::new();
    if let Some(between) = checkpoint(&data) {
        roots.insert(between.size, between.root);
        leaves(&data, &roots).map_err(|why| format!("in between: {why}"))?;
        if let Some(verifier) = verifier {
            accepted(verifier, &data, &["-crashed"]).map_err(|why| format!("in between: {why}"))?;
        }
    }
    let (went_on, later) = step(&mut Command::new(this()), &data, from + 100, 1);
    if !went_on || later.len() != 1 {
        return Err(format!("it does not go on (the step ended well: {ended})"));
    }
    acknowledged.extend(later);
    let all = leaves(&data, &roots)?;
    if let Some(lost) = acknowledged.iter().find(|id| !all.contains(*id)) {
        return Err(format!("{lost} was acknowledged and is lost"));
    }
    if let Some(verifier) = verifier {
        accepted(verifier, &data, &["-crashed"])?;
    }
    Ok(met)
}

#[test]
fn cut_off_at_every_call_of_the_way_to_the_published_log_nothing_is_lost_and_nothing_forks() {
    if !installed() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let verifier = outside(folder.path());
    let mut bases = Vec::new();
    let mut faults = Vec::new();
    for (leaves, many) in STEPS {
        let base = folder.path().join(leaves.to_string());
        std::fs::create_dir(&base).unwrap();
        if leaves > 0 {
            assert!(step(&mut Command::new(this()), &base, 0, leaves).0);
        } else {
            empty(&base);
        }
        let found = places(&base, leaves, many);
        let mut kinds: BTreeMap<&str, u32> = BTreeMap::new();
        found.iter().for_each(|place| *kinds.entry(&place.name).or_default() += 1);
        eprintln!("{leaves} + {many} leaves: {} calls, {kinds:?}", found.len());
        for place in found {
            faults.extend(FAULTS.map(|fault| (bases.len(), place.clone(), fault)));
        }
        bases.push((base, (leaves, many)));
    }
    let all = faults.len();
    if std::env::var_os("EVENHAND_EVERY_CALL").is_none() {
        // Spread over all of them, never in step with the kinds.
        let chosen: BTreeSet<usize> = (0..SAMPLE).map(|n| n * all / SAMPLE + n % 2).collect();
        let mut at = 0..;
        faults.retain(|_| chosen.contains(&at.next().unwrap()));
    }
    let (next, met) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let wrong = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((base, place, fault)) =
                    faults.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    let (base, of) = &bases[*base];
                    match cut(base, *of, place, fault, verifier.as_deref()) {
                        Ok(reached) => {
                            met.fetch_add(usize::from(reached), Ordering::Relaxed);
                        }
                        Err(why) => {
                            let said = format!("{of:?} {} {place:?}: {why}", *fault);
                            wrong.lock().unwrap().push(said);
                        }
                    }
                }
            });
        }
    });
    let (wrong, met) = (wrong.into_inner().unwrap(), met.into_inner());
    let outside = if verifier.is_some() { "and Go's verifier" } else { "(no Go here)" };
    eprintln!("{met} of {} faults met, of {all} in all; checked by ours {outside}", faults.len());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), faults.len(), wrong.join("\n"));
    assert!(met * 10 >= faults.len() * 9, "only {met} of {} faults were met", faults.len());
}
