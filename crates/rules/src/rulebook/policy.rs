//! Policies: the text that people read, in clauses that can be cited. Must not judge anything.

use super::dsa::{CATEGORIES, KEYWORDS};
use super::node::{self, span};
use super::reader::Reader;
use crate::problem::Problem;
use crate::sources::Sources;
use jiff::civil::Date;
use model::{ClauseId, DsaTerms};
use sml::Span;

/// One policy, in every language that it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its id: the file's name.
    pub id: String,
    /// The first day on which it can be breached.
    pub effective: Date,
    /// What it is in the regulator's terms.
    pub dsa: DsaTerms,
    /// The groups of values (`[who]` in `rulebook.toml`) on which no finding of its clauses depends.
    pub blind_to: Vec<String>,
    /// Its texts; the first is the rulebook's default language.
    pub texts: Vec<PolicyText>,
}

/// A policy in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyText {
    /// The language (BCP 47).
    pub language: String,
    /// Title.
    pub title: String,
    /// What stands before the first clause, in Markdown.
    pub intro: String,
    /// The clauses, in the order of the default language.
    pub clauses: Vec<Clause>,
}

/// A clause in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// Its id.
    pub id: ClauseId,
    /// Its title.
    pub title: String,
    /// Its text in Markdown.
    pub text: String,
}

impl Policy {
    /// The ids of its clauses, in order.
    pub fn clauses(&self) -> impl Iterator<Item = &ClauseId> {
        self.texts.first().into_iter().flat_map(|text| &text.clauses).map(|clause| &clause.id)
    }

    /// Its text in `language`, if it has it.
    pub fn text(&self, language: &str) -> Option<&PolicyText> {
        self.texts.iter().find(|text| text.language == language)
    }

    /// Its title in the default language.
    pub fn title(&self) -> &str {
        self.texts.first().map_or(&self.id, |text| &text.title)
    }
}

/// Loads `policies/*.md`; `languages` begins with the default.
pub(super) fn load(
    sources: &Sources,
    languages: &[String],
    problems: &mut Vec<Problem>,
) -> Vec<Policy> {
    let mut policies = Vec::new();
    let mut translations = Vec::new();
    for (path, text) in sources.under("policies", "md") {
        let name = path.trim_start_matches("policies/").trim_end_matches(".md");
        match name.split_once('.') {
            None => policies.push(original(sources, (path, name, text), languages, problems)),
            Some((name, language)) => translations.push((path, name, language, text)),
        }
    }
    if policies.is_empty() {
        let message = "the rulebook has no policy";
        let problem = Problem::error(sources, "policies", Span::default(), "no-policy", message);
        problems.push(problem.with_hint("write one in `policies/NAME.md`"));
    }
    for (path, name, language, text) in translations {
        translation(sources, (path, name, language, text), languages, &mut policies, problems);
    }
    for policy in &mut policies {
        policy.texts.sort_by_key(|text| languages.iter().position(|l| *l == text.language));
    }
    policies
}

fn original(
    sources: &Sources,
    (path, name, text): (&str, &str, &str),
    languages: &[String],
    problems: &mut Vec<Problem>,
) -> Policy {
    let mut reader = Reader::new(sources, path);
    let (head, start) = front_matter(&mut reader, text).unzip();
    let keys = ["id", "title", "effective", "dsa_category", "dsa_keywords", "blind_to"];
    let table = head.as_ref().and_then(|head| reader.table(head, "the head", &keys));
    let (intro, clauses) = clauses(&mut reader, name, text, start.unwrap_or(0));
    let language = languages.first().map_or("en", String::as_str).to_owned();
    // A policy with a fault is kept, so that nobody is told that its clauses do not exist; the
    // rulebook as a whole is refused.
    let mut policy = Policy {
        id: name.to_owned(),
        effective: Date::MIN,
        dsa: DsaTerms { category: String::new(), keywords: Vec::new() },
        blind_to: Vec::new(),
        texts: vec![PolicyText { language, title: String::new(), intro, clauses }],
    };
    if let Some(table) = table {
        read_head(&mut reader, &table, &mut policy);
    }
    problems.append(&mut reader.problems);
    policy
}

fn read_head(reader: &mut Reader<'_>, table: &super::reader::Table<'_>, policy: &mut Policy) {
    check_id(reader, table, &policy.id);
    if let (Some(title), Some(text)) = (reader.need_text(table, "title"), policy.texts.first_mut())
    {
        text.title = title;
    }
    policy.effective = reader.date(table, "effective").unwrap_or(Date::MIN);
    let category = reader.need_text(table, "dsa_category").unwrap_or_default();
    if !category.is_empty() && !CATEGORIES.contains(&category.as_str()) {
        let message = format!("the regulator's database has no category `{category}`");
        let all = format!("the categories are {}", CATEGORIES.join(", "));
        let at = table.place("dsa_category");
        reader.unknown(at, "unknown-category", message, (&category, CATEGORIES), &all);
    }
    let keywords = reader.texts(table, "dsa_keywords");
    for (keyword, at) in &keywords {
        if !KEYWORDS.contains(&keyword.as_str()) {
            let message = format!("the regulator's database has no keyword `{keyword}`");
            let hint = "leave it out, or write KEYWORD_OTHER";
            reader.unknown(*at, "unknown-keyword", message, (keyword, KEYWORDS), hint);
        }
    }
    let keywords = keywords.into_iter().map(|(keyword, _)| keyword).collect();
    policy.dsa = DsaTerms { category, keywords };
    let blind_to = reader.texts(table, "blind_to").into_iter();
    policy.blind_to = blind_to.map(|(group, _)| group).collect();
}

fn translation(
    sources: &Sources,
    (path, name, language, text): (&str, &str, &str, &str),
    languages: &[String],
    policies: &mut [Policy],
    problems: &mut Vec<Problem>,
) {
    let mut reader = Reader::new(sources, path);
    let names: Vec<String> = policies.iter().map(|policy| policy.id.clone()).collect();
    let policy = policies.iter_mut().find(|policy| policy.id == name);
    if !languages.iter().skip(1).any(|other| other == language) {
        let message = format!("the rulebook has no translations to `{language}`");
        let known = (language, languages.iter().skip(1).map(String::as_str));
        let hint = "add the language to `languages` in `rulebook.toml`";
        reader.unknown(Span::at(0), "unknown-language", message, known, hint);
    } else if let Some(policy) = policy {
        if let Some(text) = translated(&mut reader, name, language, text, policy) {
            policy.texts.push(text);
        }
    } else {
        let message = format!("this translates `{name}`, which there is not");
        let known = (name, names.iter().map(String::as_str));
        let hint = "name the file after its policy: `policies/NAME.LANGUAGE.md`";
        reader.unknown(Span::at(0), "unknown-policy", message, known, hint);
    }
    problems.append(&mut reader.problems);
}

fn translated(
    reader: &mut Reader<'_>,
    name: &str,
    language: &str,
    text: &str,
    policy: &Policy,
) -> Option<PolicyText> {
    let front = front_matter(reader, text)?;
    let keys = ["id", "title", "effective", "dsa_category", "dsa_keywords"];
    let table = reader.table(&front.0, "the head", &keys)?;
    check_id(reader, &table, name);
    let title = reader.need_text(&table, "title");
    let (intro, translated) = clauses(reader, name, text, front.1);
    for clause in &translated {
        if !policy.clauses().any(|id| *id == clause.id) {
            let at = text.find(&format!("{{#{}}}", clause.id.clause())).unwrap_or(0);
            let message = format!("`{}` has no clause `{}`", policy.id, clause.id.clause());
            let names = (clause.id.clause(), policy.clauses().map(ClauseId::clause));
            let hint = "clauses keep their ids in all languages";
            reader.unknown(span(at, at), "unknown-clause", message, names, hint);
        }
    }
    let mut ordered = Vec::new();
    for id in policy.clauses() {
        match translated.iter().find(|clause| clause.id == *id) {
            Some(clause) => ordered.push(clause.clone()),
            None => {
                let message = format!("the clause `{id}` is not translated");
                let hint = format!("add `## ... {{#{}}}`", id.clause());
                reader.wrong(Span::at(0), "not-translated", message, hint);
            }
        }
    }
    Some(PolicyText { language: language.into(), title: title?, intro, clauses: ordered })
}

fn check_id(reader: &mut Reader<'_>, table: &super::reader::Table<'_>, name: &str) {
    if let Some(id) = reader.need_text(table, "id").filter(|id| id != name) {
        let message = format!("the policy's id is `{id}`, its file's name `{name}`");
        reader.wrong(table.place("id"), "id-differs", message, "give both the same name");
    }
}

/// The YAML between the two lines `---`, and where the text begins after them.
fn front_matter(reader: &mut Reader<'_>, text: &str) -> Option<(node::Node, usize)> {
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().unwrap_or_default();
    if first.trim_end() == "---" {
        let mut at = first.len();
        for line in lines {
            if line.trim_end() == "---" {
                let yaml = text.get(first.len()..at).unwrap_or_default();
                let head = node::yaml(
                    reader.sources,
                    reader.path,
                    yaml,
                    first.len(),
                    &mut reader.problems,
                )?;
                return Some((head, at + line.len()));
            }
            at += line.len();
        }
    }
    let hint = "begin the file with `---`, `id`, `title`, `effective`, `dsa_category`, and `---`";
    reader.wrong(span(0, first.trim_end().len()), "no-head", "the policy has no head", hint);
    None
}

/// Cuts the text at its `## Title {#clause}` headings.
fn clauses(
    reader: &mut Reader<'_>,
    policy: &str,
    text: &str,
    start: usize,
) -> (String, Vec<Clause>) {
    let mut intro = String::new();
    let mut found: Vec<Clause> = Vec::new();
    let mut fenced = false;
    let mut at = start;
    for line in text.get(start..).unwrap_or_default().split_inclusive('\n') {
        let place = span(at, at + line.trim_end().len());
        at += line.len();
        fenced ^= line.trim_start().starts_with("```");
        if let Some(heading) = line.strip_prefix("## ").filter(|_| !fenced) {
            match heading_of(policy, heading) {
                Some((id, title)) => {
                    if found.iter().any(|clause| clause.id == id) {
                        let message = format!("there are two clauses `{id}`");
                        reader.wrong(place, "twice", message, "give each its own id");
                    }
                    found.push(Clause { id, title, text: String::new() });
                }
                None => {
                    let message = "the heading does not say which clause it begins";
                    let hint = "end it with `{#clause}` in lower case, digits and hyphens; use `###` for headings within a clause";
                    reader.wrong(place, "no-clause-id", message, hint);
                }
            }
            continue;
        }
        match found.last_mut() {
            Some(clause) => clause.text.push_str(line),
            None => intro.push_str(line),
        }
    }
    for clause in &mut found {
        clause.text = clause.text.trim().to_owned();
        if clause.text.is_empty() {
            let at = text.find(&format!("{{#{}}}", clause.id.clause())).unwrap_or(0);
            let message = format!("the clause `{}` has no text", clause.id);
            reader.wrong(span(at, at), "empty", message, "say what is not allowed, and what is");
        }
    }
    if found.is_empty() {
        let message = "the policy has no clause";
        reader.wrong(span(start, start), "no-clause", message, "add `## Title {#clause}`");
    }
    (intro.trim().to_owned(), found)
}

fn heading_of(policy: &str, heading: &str) -> Option<(ClauseId, String)> {
    let (title, rest) = heading.trim_end().split_once("{#")?;
    let clause = rest.strip_suffix('}')?;
    let id = ClauseId::new(&format!("{policy}#{clause}")).ok()?;
    let title = title.trim();
    (!title.is_empty()).then(|| (id, title.to_owned()))
}
