//! `rulebook.toml`: title, provider, languages, appeals. Must not read any other file.

use super::exemptions::{self, ExemptionTerms};
use super::four_eyes::{self, FourEyes};
use super::node;
use super::people::{self, PeopleTerms};
use super::reader::Reader;
use super::targets;
use crate::decide::LANGUAGES;
use crate::problem::Problem;
use crate::sources::Sources;
use model::Targets;
use serde::Serialize;
use sml::Span;
use std::collections::BTreeMap;

pub(super) const PATH: &str = "rulebook.toml";

/// What kind of service the provider runs; decides which duties the law lays on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProviderClass {
    /// Carries what others say.
    Intermediary,
    /// Keeps what others say.
    HostingService,
    /// Keeps it and shows it to the public.
    #[default]
    OnlinePlatform,
    /// The same, for more than 45 million people in the Union.
    VeryLargeOnlinePlatform,
}

const CLASSES: [(&str, ProviderClass); 4] = [
    ("intermediary", ProviderClass::Intermediary),
    ("hosting-service", ProviderClass::HostingService),
    ("online-platform", ProviderClass::OnlinePlatform),
    ("very-large-online-platform", ProviderClass::VeryLargeOnlinePlatform),
];

/// The EU's and EEA's countries as the regulator's database knows them.
const TERRITORIES: [&str; 30] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS",
    "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// What `rulebook.toml` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Settings {
    /// Title of the rulebook.
    pub title: String,
    /// Whose rules they are.
    pub provider: String,
    /// Where the provider is found.
    pub provider_url: Option<String>,
    /// Which duties the provider has.
    pub provider_class: ProviderClass,
    /// Languages of the rulebook, the default first.
    pub languages: Vec<String>,
    /// Within how many calendar months a decision can be appealed; never less than six.
    pub appeal_months: u8,
    /// How to appeal, in plain words, per language; never without the default language.
    pub appeal_how: BTreeMap<String, String>,
    /// Where measures apply (ISO 3166-1 alpha-2); empty = everywhere.
    pub territorial_scope: Vec<String>,
    /// Whether the public record shows the text of posts.
    pub publish_text: bool,
    /// Groups of values that say who speaks: by the group's name the features, paths in the event's
    /// data, or functions. A policy names those to which it is blind.
    pub who: BTreeMap<String, Vec<String>>,
    /// Within how long cases are to be decided.
    pub targets: Targets,
    /// For which acts of people one person is not enough.
    pub four_eyes: FourEyes,
    /// How far exemptions may go.
    pub exemptions: ExemptionTerms,
    /// How people decide.
    pub people: PeopleTerms,
}

impl Settings {
    /// The settings of a rulebook whose other files may be wrong; `None` if they are wrong themselves.
    pub fn of(sources: &Sources) -> Option<Self> {
        let mut problems = Vec::new();
        load(sources, &mut problems).filter(|_| !problems.iter().any(Problem::is_error))
    }

    /// The language in which everything is there.
    pub fn default_language(&self) -> &str {
        self.languages.first().map_or("en", String::as_str)
    }
}

pub(super) fn load(sources: &Sources, problems: &mut Vec<Problem>) -> Option<Settings> {
    let mut reader = Reader::new(sources, PATH);
    let settings = if sources.text(PATH).is_none() {
        let hint = "create it with `title`, `provider`, `languages` and `[appeal_how]`";
        reader.wrong(Span::default(), "no-file", "there is no file `rulebook.toml`", hint);
        None
    } else {
        node::toml(sources, PATH, &mut reader.problems).and_then(|root| read(&mut reader, &root))
    };
    problems.append(&mut reader.problems);
    settings
}

fn read(reader: &mut Reader<'_>, root: &node::Node) -> Option<Settings> {
    let known = [
        "title",
        "provider",
        "provider_url",
        "provider_class",
        "languages",
        "default_language",
        "appeal_months",
        "appeal_how",
        "territorial_scope",
        "publish_text",
        "who",
        "targets",
        "four_eyes",
        "exemptions",
        "people",
    ];
    let table = reader.table(root, "the rulebook", &known)?;
    let title = reader.need_text(&table, "title");
    let provider = reader.need_text(&table, "provider");
    let provider_url = reader.text(&table, "provider_url");
    let provider_class = reader.choice(&table, "provider_class", &CLASSES).unwrap_or_default();
    reader.need(&table, "languages");
    let listed = reader.texts(&table, "languages");
    for (language, at) in &listed {
        if !LANGUAGES.contains(&language.as_str()) {
            let message = format!("statements of reasons cannot be written in `{language}` yet");
            let hint = format!("the languages are {}", LANGUAGES.join(", "));
            reader.wrong(*at, "unknown-language", message, hint);
        }
    }
    let mut languages: Vec<String> = listed.into_iter().map(|(language, _)| language).collect();
    if let Some(first) = reader.text(&table, "default_language") {
        match languages.iter().position(|language| *language == first) {
            Some(at) => languages.swap(0, at),
            None => {
                let at = table.place("default_language");
                let message = format!("the default language `{first}` is not among `languages`");
                reader.wrong(at, "unknown-language", message, "add it to `languages`");
            }
        }
    }
    let appeal_months = reader.whole(&table, "appeal_months", (6, 120)).unwrap_or(6);
    let appeal_how = appeal_how(reader, &table, &languages);
    let scope = reader.texts(&table, "territorial_scope");
    for (country, at) in &scope {
        if !TERRITORIES.contains(&country.as_str()) {
            let message = format!("`{country}` is no country of the EU or the EEA");
            let hint = "write two letters such as DE, and GR for Greece; leave the list empty when measures apply everywhere";
            reader.wrong(*at, "unknown-country", message, hint);
        }
    }
    let publish_text = reader.flag(&table, "publish_text").unwrap_or(false);
    Some(Settings {
        title: title?,
        provider: provider?,
        provider_url,
        provider_class,
        languages,
        appeal_months: u8::try_from(appeal_months).unwrap_or(6),
        appeal_how,
        territorial_scope: scope.into_iter().map(|(country, _)| country).collect(),
        publish_text,
        who: who(reader, &table),
        targets: match table.get("targets") {
            Some(node) => targets::read(reader, node),
            None => Targets::default(),
        },
        four_eyes: four_eyes::read(reader, &table),
        exemptions: match table.get("exemptions") {
            Some(node) => exemptions::read(reader, node),
            None => ExemptionTerms::default(),
        },
        people: match table.get("people") {
            Some(node) => people::read(reader, node),
            None => PeopleTerms::default(),
        },
    })
}

fn who(reader: &mut Reader<'_>, table: &super::reader::Table<'_>) -> BTreeMap<String, Vec<String>> {
    let Some(node) = table.get("who") else { return BTreeMap::new() };
    let Some(groups) = reader.any_table(node, "`who`") else { return BTreeMap::new() };
    let names: Vec<String> = groups.keys().map(str::to_owned).collect();
    let read = names.into_iter().map(|name| {
        let entries = reader.texts(&groups, &name).into_iter().map(|(entry, _)| entry).collect();
        (name, entries)
    });
    read.collect()
}

fn appeal_how(
    reader: &mut Reader<'_>,
    table: &super::reader::Table<'_>,
    languages: &[String],
) -> BTreeMap<String, String> {
    let mut how = BTreeMap::new();
    let Some(node) = reader.need(table, "appeal_how") else { return how };
    let known: Vec<&str> = languages.iter().map(String::as_str).collect();
    let Some(texts) = reader.table(node, "`appeal_how`", &known) else { return how };
    for language in known {
        if let Some(text) = reader.need_text(&texts, language) {
            how.insert(language.to_owned(), text);
        }
    }
    how
}
