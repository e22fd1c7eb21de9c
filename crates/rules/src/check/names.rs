//! Names: each is stored once, before it is read, in a file that the reader imports.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use sml::Span;
use sml::tree::Assign;

use super::calls::Calls;
use super::files::{File, FileId};
use super::walk::{self, Parent, Visit, walk};
use crate::problem::{Problem, nearest};

/// Whether a name can be read in its own file only.
pub(crate) fn is_local(name: &str) -> bool {
    name.starts_with('_')
}

/// Where each global name is stored.
#[derive(Debug, Default)]
pub(crate) struct Index<'t> {
    pub(crate) stored: HashMap<Arc<str>, (FileId, &'t Assign)>,
}

/// A name with the file that alone knows it, if it is local.
type Scoped = (Option<FileId>, Arc<str>);

/// Each name is stored once: globals in all files, locals in their own.
pub(crate) fn stored_once<'t>(files: &'t [File], problems: &mut Vec<Problem>) -> Option<Index<'t>> {
    let mut index = Index::default();
    let mut repeated: HashMap<Scoped, Vec<(FileId, Span)>> = HashMap::new();
    for (id, file) in files.iter().enumerate() {
        walk(&file.root, &mut |visit| {
            if let Visit::Assign(assign) = visit {
                let name = Arc::clone(&assign.name.text);
                let scope = is_local(&name).then_some(id);
                if scope.is_none() {
                    index.stored.entry(Arc::clone(&name)).or_insert((id, assign));
                }
                repeated.entry((scope, name)).or_default().push((id, assign.name.span));
            }
        });
    }
    let before = problems.len();
    for ((scope, name), places) in repeated {
        let [(first, span), others @ ..] = places.as_slice() else { continue };
        let (Some(file), [_, ..]) = (files.get(*first), others) else { continue };
        let message = match scope {
            None => format!("the name `{name}` is stored more than once"),
            Some(_) => format!("the local name `{name}` is stored more than once in this file"),
        };
        let hint = match scope {
            None => {
                "names are shared by all files: give each feature a name of its own, or start \
                     it with `_` to keep it to its file"
            }
            Some(_) => "give each value a name of its own",
        };
        let elsewhere: Vec<String> = others
            .iter()
            .filter_map(|(other, span)| files.get(*other).map(|other| other.place(*span)))
            .collect();
        problems.push(
            file.error(*span, "name-stored-twice", message)
                .with_hint(format!("{hint}; it is stored again in {}", elsewhere.join(", "))),
        );
    }
    (problems.len() == before).then_some(index)
}

/// Every local name is read after it is stored.
pub(crate) fn locals_are_read(files: &[File], problems: &mut Vec<Problem>) {
    for file in files {
        let mut unread: HashMap<Arc<str>, Span> = HashMap::new();
        walk(&file.root, &mut |visit| match visit {
            Visit::Store(name) if is_local(&name.text) => {
                unread.insert(Arc::clone(&name.text), name.span);
            }
            Visit::Load(name) => {
                unread.remove(&name.text);
            }
            _ => {}
        });
        problems.extend(unread.into_iter().map(|(name, span)| {
            file.error(span, "local-never-read", format!("the local name `{name}` is never read"))
                .with_hint("remove it, or drop the `_` to make it a feature that is shown")
        }));
    }
}

/// Every name is known where it is read: stored above, or in a file imported above.
pub(crate) fn known_where_read(
    files: &[File],
    index: &Index<'_>,
    calls: &Calls,
    problems: &mut Vec<Problem>,
) -> bool {
    let before = problems.len();
    let mut globals: HashMap<FileId, Vec<Arc<str>>> = HashMap::new();
    for (name, (file, _)) in &index.stored {
        globals.entry(*file).or_default().push(Arc::clone(name));
    }
    for (id, file) in files.iter().enumerate() {
        let mut known: HashSet<Arc<str>> = HashSet::new();
        walk(&file.root, &mut |visit| match visit {
            Visit::Assign(assign) => problems.extend(reads_itself(file, assign)),
            Visit::Store(name) => {
                known.insert(Arc::clone(&name.text));
            }
            Visit::Call(call, _) => {
                for (imported, _) in calls.imports_at(id, call.span) {
                    known.extend(globals.get(imported).into_iter().flatten().cloned());
                }
            }
            Visit::Load(name) if !known.contains(&name.text) => {
                problems.push(unknown(files, file, name, &known, index));
            }
            _ => {}
        });
    }
    problems.len() == before
}

fn reads_itself(file: &File, assign: &Assign) -> Vec<Problem> {
    let mut problems = Vec::new();
    walk::expression(&assign.value, Parent::Assign(assign), &mut |visit| {
        if let Visit::Load(name) | Visit::Callee(name) = visit
            && name.text == assign.name.text
        {
            problems.push(
                file.error(
                    name.span,
                    "name-reads-itself",
                    format!("`{}` is used in its own value", name.text),
                )
                .with_hint("store the value under another name"),
            );
        }
    });
    problems
}

fn unknown(
    files: &[File],
    file: &File,
    name: &sml::tree::Name,
    known: &HashSet<Arc<str>>,
    index: &Index<'_>,
) -> Problem {
    let problem = |message: String| file.error(name.span, "unknown-name", message);
    let text = &*name.text;
    if let Some((other, assign)) = index.stored.get(text)
        && let Some(other) = files.get(*other)
    {
        return if other.path == file.path {
            problem(format!("`{text}` is used before it is stored")).with_hint(format!(
                "move this line below the one that stores it, {}",
                other.place(assign.span)
            ))
        } else {
            problem(format!("`{text}` is stored in a file that is not imported above"))
                .with_hint(format!("add `Import(rules=[\"{}\"])` above this line", other.path))
        };
    }
    if crate::functions::find(text).is_some() {
        return problem(format!("`{text}` is a function, not a value"))
            .with_hint(format!("call it: `{text}(...)`"));
    }
    let unknown = problem(format!("unknown name `{text}`"));
    let constants = ["True", "False", "None"];
    if let Some(constant) = constants.iter().find(|constant| constant.eq_ignore_ascii_case(text)) {
        return unknown.with_hint(format!("write `{constant}`, with a capital letter"));
    }
    if ["null", "nil", "undefined"].contains(&text.to_ascii_lowercase().as_str()) {
        return unknown.with_hint("write `None`");
    }
    let near: BTreeSet<&str> = known.iter().map(|name| &**name).collect();
    let all: BTreeSet<&str> = index.stored.keys().map(|name| &**name).collect();
    match nearest(text, near).or_else(|| nearest(text, all)) {
        Some(found) => unknown.with_hint(format!("did you mean `{found}`?")),
        None if is_local(text) => unknown
            .with_hint("a name that starts with `_` can be read only in the file that stores it"),
        None => unknown.with_hint("no file stores this name; is it a typing mistake?"),
    }
}

/// The files, each after those that it imports. None, with a problem, if they go in a circle.
pub(crate) fn import_order(
    files: &[File],
    calls: &Calls,
    problems: &mut Vec<Problem>,
) -> Option<Vec<FileId>> {
    let mut search = Search {
        calls,
        state: vec![Progress::New; files.len()],
        order: Vec::new(),
        path: Vec::new(),
    };
    // The order in which Osprey meets the files decides which import of a circle it reports.
    let mut roots: Vec<FileId> = Vec::new();
    for file in 0..files.len() {
        for (imported, _) in calls.imports_of(file) {
            roots.extend([*imported, file]);
        }
    }
    roots.extend(0..files.len());
    for root in roots {
        let Err(circle) = search.visit(root) else { continue };
        let places: Vec<_> = circle
            .iter()
            .filter_map(|(file, span)| files.get(*file).map(|file| (file, *span)))
            .collect();
        let (file, span) = places.first()?;
        let chain: Vec<_> = places.iter().map(|(file, span)| file.place(*span)).collect();
        problems.push(
            file.error(*span, "import-cycle", "this import leads back to this file").with_hint(
                format!(
                    "move what the files need of each other into a file of its own; the imports are \
                     at {}",
                    chain.join(", then ")
                ),
            ),
        );
        return None;
    }
    Some(search.order)
}

struct Search<'c> {
    calls: &'c Calls<'c>,
    state: Vec<Progress>,
    order: Vec<FileId>,
    path: Vec<(FileId, Span)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Progress {
    New,
    Open,
    Done,
}

impl Search<'_> {
    /// Puts the file into the order, after its imports; or gives the imports of a circle.
    fn visit(&mut self, file: FileId) -> Result<(), Vec<(FileId, Span)>> {
        match self.state.get(file) {
            Some(Progress::New) => {}
            Some(Progress::Open) => {
                let from = self.path.iter().position(|(other, _)| *other == file).unwrap_or(0);
                return Err(self.path.split_off(from));
            }
            _ => return Ok(()),
        }
        self.mark(file, Progress::Open);
        for (imported, span) in self.calls.imports_of(file) {
            self.path.push((file, *span));
            self.visit(*imported)?;
            self.path.pop();
        }
        self.mark(file, Progress::Done);
        self.order.push(file);
        Ok(())
    }

    fn mark(&mut self, file: FileId, progress: Progress) {
        if let Some(state) = self.state.get_mut(file) {
            *state = progress;
        }
    }
}
