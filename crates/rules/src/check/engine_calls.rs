//! What the functions of the engine itself ask of their calls.

use std::collections::{BTreeSet, HashMap};

use sml::Span;
use sml::tree::{Expr, FormatPart};

use super::calls::{Calls, Context, Site};
use super::experiments::{self, Experiments};
use super::files::{self, FileId};
use super::names::is_local;
use super::walk::Parent;
use crate::problem::{Problem, nearest};
use crate::value::Value;

/// Checks what only this function asks.
pub(crate) fn check(
    context: &Context<'_>,
    site: &Site<'_>,
    experiments: &mut Experiments,
    calls: &mut Calls,
    problems: &mut Vec<Problem>,
) {
    match site.name {
        "Import" => import(context, site, calls, problems),
        "Require" => require(context, site, problems),
        "Rule" => rule(context, site, problems),
        "HasLabel" => has_label(context, site, problems),
        "Experiment" | "ExperimentsBucketAssignment" => {
            experiments::experiment(context, site, experiments, problems);
        }
        "ExperimentWhen" => experiments::when(context, site, experiments, problems),
        "Breach" | "Refer" => clause(context, site, problems),
        _ => {}
    }
}

fn import(context: &Context<'_>, site: &Site<'_>, calls: &mut Calls, problems: &mut Vec<Problem>) {
    let Some((Value::List(paths), file, span)) = site.known.get("rules") else { return };
    let paths: Vec<&str> = paths.iter().filter_map(Value::as_str).collect();
    let places = item_places(context, site, *file, *span);
    let place = |at: usize| places.get(at).copied().unwrap_or(*span);
    let mut seen: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, path) in paths.iter().enumerate() {
        seen.entry(path).or_default().push(at);
        match files::find(context.files, path) {
            Some(found) => calls.import((site.file, site.call.span), found, place(at)),
            None => problems.push(no_file(context, *file, place(at), path)),
        }
    }
    for (path, at) in seen.iter().filter(|(_, at)| at.len() > 1) {
        let first = at.first().copied().unwrap_or_default();
        problems.push(
            context
                .error(*file, place(first), "import-twice", format!("`{path}` is imported twice"))
                .with_hint("remove all but one"),
        );
    }
    let mut sorted = paths.clone();
    sorted.sort_unstable();
    if sorted != paths {
        let listed: Vec<_> = sorted.iter().map(|path| format!("\"{path}\"")).collect();
        problems.push(
            context
                .error(*file, *span, "import-order", "the imported files are not sorted")
                .with_hint(format!("write `rules=[{}]`", listed.join(", "))),
        );
    }
}

/// Where the items of a list literal stand.
fn item_places(context: &Context<'_>, site: &Site<'_>, file: FileId, span: Span) -> Vec<Span> {
    let list = |expr: &Expr| match expr {
        Expr::List(list) if list.span == span => {
            Some(list.items.iter().map(Expr::span).collect::<Vec<_>>())
        }
        _ => None,
    };
    let given = site.arguments.get("rules").and_then(|expr| list(expr));
    given
        .or_else(|| {
            let stored = context.index.stored.values();
            stored.filter(|(at, _)| *at == file).find_map(|(_, assign)| list(&assign.value))
        })
        .unwrap_or_default()
}

fn no_file(context: &Context<'_>, file: FileId, span: Span, path: &str) -> Problem {
    let problem =
        context.error(file, span, "no-such-file", format!("there is no rule file `{path}`"));
    let names = context.files.iter().map(|file| &*file.path);
    let ending = |name: &&str| name.ends_with(&format!("/{path}"));
    if let Some(found) = names.clone().find(ending) {
        return problem.with_hint(format!("paths start at the rulebook's directory: `{found}`"));
    }
    match nearest(path, names) {
        Some(found) => problem.with_hint(format!("did you mean `{found}`?")),
        None => problem.with_hint("paths start at the rulebook's directory and end in `.sml`"),
    }
}

fn require(context: &Context<'_>, site: &Site<'_>, problems: &mut Vec<Problem>) {
    match site.arguments.get("rule") {
        Some(Expr::String(literal)) if files::find(context.files, &literal.value).is_none() => {
            problems.push(no_file(context, site.file, literal.span, &literal.value));
        }
        Some(Expr::String(_)) | None => {}
        Some(Expr::FormatString(string)) => {
            let pattern: String = string
                .parts
                .iter()
                .map(|part| match part {
                    FormatPart::Text(text) => text.as_str(),
                    FormatPart::Name(_) => "*",
                })
                .collect();
            if !context.files.iter().any(|file| matches(&pattern, &file.path)) {
                problems.push(
                    context
                        .error(
                            site.file,
                            string.span,
                            "no-such-file",
                            format!("no rule file is named like `{pattern}`"),
                        )
                        .with_hint("paths start at the rulebook's directory and end in `.sml`"),
                );
            }
        }
        Some(other) => problems.push(
            context
                .error(site.file, other.span(), "require", "`rule` must be a text in quotes")
                .with_hint(
                    "write `Require(rule=\"more.sml\")` or `Require(rule=f\"{Action}.sml\")`",
                ),
        ),
    }
}

/// Whether a pattern with `*` and `?` fits a whole path.
fn matches(pattern: &str, path: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => path.is_empty(),
        Some('*') => {
            let mut tails = path.char_indices().map(|(at, _)| at).chain([path.len()]);
            tails.any(|at| path.get(at..).is_some_and(|tail| matches(rest.as_str(), tail)))
        }
        Some(wanted) => {
            let mut tail = path.chars();
            tail.next().is_some_and(|first| wanted == '?' || first == wanted)
                && matches(rest.as_str(), tail.as_str())
        }
    }
}

fn rule(context: &Context<'_>, site: &Site<'_>, problems: &mut Vec<Problem>) {
    match site.parent {
        Parent::Assign(assign) if is_local(&assign.name.text) => problems.push(
            context
                .error(
                    site.file,
                    assign.span,
                    "local-rule",
                    format!("the rule `{}` has a local name", assign.name.text),
                )
                .with_hint(format!(
                    "rules are shown by name: call it `{}`",
                    assign.name.text.trim_start_matches('_')
                )),
        ),
        Parent::Assign(_) => {}
        _ => problems.push(
            context
                .error(site.file, site.call.span, "nameless-rule", "a rule needs a name")
                .with_hint("write `SomeRule = Rule(...)` on a line of its own and use the name"),
        ),
    }
    match site.arguments.get("description") {
        Some(Expr::String(literal)) => {
            let names = names_in_braces(&literal.value);
            if !names.is_empty() {
                problems.push(
                    context
                        .error(
                            site.file,
                            literal.span,
                            "missing-f",
                            format!(
                                "`{{{}}}` stays as it is in a plain text",
                                names.join("}`, `{")
                            ),
                        )
                        .with_hint("put an `f` before the opening quote to fill names in"),
                );
            }
        }
        Some(Expr::FormatString(_)) | None => {}
        Some(other) => problems.push(
            context
                .error(
                    site.file,
                    other.span(),
                    "description",
                    "the description must be a text in quotes",
                )
                .with_hint(
                    "write `description=\"...\"`, or `f\"... {Name} ...\"` to fill names in",
                ),
        ),
    }
}

/// The identifiers that stand in braces.
fn names_in_braces(text: &str) -> Vec<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|part| part.split_once('}').map(|(name, _)| name))
        .filter(|name| {
            let mut letters = name.chars();
            letters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
                && letters.all(|letter| letter.is_alphanumeric() || letter == '_')
        })
        .collect()
}

fn has_label(context: &Context<'_>, site: &Site<'_>, problems: &mut Vec<Problem>) {
    if let Some((Value::Str(status), file, span)) = site.known.get("status")
        && !matches!(status.as_str(), "added" | "removed")
    {
        let hint = match status.to_ascii_lowercase().as_str() {
            "manually_added" | "manually_removed" => {
                "write `status=\"added\"` or `status=\"removed\"`, and `manual=True`"
            }
            _ => "write `status=\"added\"` or `status=\"removed\"`",
        };
        problems.push(
            context
                .error(*file, *span, "label-status", format!("`{status}` is no status of a label"))
                .with_hint(hint),
        );
    }
    if let (Some((Value::Str(label), file, span)), Some(labels)) =
        (site.known.get("label"), context.labels)
        && labels.get(label).is_none()
    {
        problems.push(labels.unknown(context, *file, *span, label));
    }
}

fn clause(context: &Context<'_>, site: &Site<'_>, problems: &mut Vec<Problem>) {
    let Some((Value::Str(clause), file, span)) = site.known.get("clause") else { return };
    let known: Option<&BTreeSet<String>> = context.environment.clauses.as_ref();
    if known.is_some_and(|clauses| clauses.contains(clause.as_str())) {
        return;
    }
    let problem = match (known, model::ClauseId::new(clause)) {
        (_, Err(error)) => context.error(*file, *span, "unknown-clause", error.to_string()),
        (None, Ok(_)) => return,
        (Some(_), Ok(_)) => context.error(
            *file,
            *span,
            "unknown-clause",
            format!("no policy has a clause `{clause}`"),
        ),
    };
    let clauses = || known.into_iter().flatten().map(String::as_str);
    let same_policy = || {
        let policy = clause.split('#').next().unwrap_or_default();
        clauses().filter(move |name| name.split('#').next() == Some(policy))
    };
    problems.push(match nearest(clause, clauses()) {
        Some(found) => problem.with_hint(format!("did you mean `{found}`?")),
        None => {
            let listed: Vec<_> = same_policy().map(|name| format!("`{name}`")).collect();
            if listed.is_empty() {
                problem.with_hint(
                    "clauses are the headings `## Title {#clause}` of the files in `policies/`",
                )
            } else {
                problem.with_hint(format!("that policy has {}", listed.join(", ")))
            }
        }
    });
}
