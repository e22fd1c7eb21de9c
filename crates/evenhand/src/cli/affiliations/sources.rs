//! Public registers as they are published: what a row of each says of whom. Must not guess: a row whose
//! kind or address is not clear is refused and told.

use anyhow::{Context as _, Result};
use model::{AccountId, Affiliation, AffiliationKind, AffiliationSubject};
use saphyr::{LoadableYamlNode as _, YamlOwned};
use std::collections::HashMap;
use std::path::Path;

/// Networks whose handles a source has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Network {
    Twitter,
    Facebook,
    Instagram,
    Youtube,
    Telegram,
    Vk,
    Tiktok,
}

/// What the person at the terminal said.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) source: Option<String>,
    pub(super) date: String,
    pub(super) accounts: Option<Network>,
}

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// Which register, in a word.
    pub(super) name: &'static str,
    /// Rows.
    pub(super) lines: usize,
    /// Facts, each with the source's own word for what it is.
    pub(super) found: Vec<(Affiliation, Option<String>)>,
    /// Facts about an account or address of which an earlier row says something.
    pub(super) twice: usize,
    /// Rows, or addresses in them, that cannot be read: where and why.
    pub(super) refused: Vec<String>,
}

impl Read {
    fn add(&mut self, place: &str, of: Result<Affiliation, String>, typology: &str) {
        let checked = of.and_then(flow::checked);
        match checked {
            Err(why) => self.refused.push(format!("{place}: {why}")),
            Ok(one) if self.found.iter().any(|(other, _)| other.subject == one.subject) => {
                self.twice += 1;
            }
            Ok(one) => self.found.push((one, Some(typology.to_owned()))),
        }
    }
}

/// Hosts on which everybody has a place: there the address beneath counts, not the host.
const SHARED: [&str; 16] = [
    "facebook.com",
    "twitter.com",
    "x.com",
    "instagram.com",
    "youtube.com",
    "t.me",
    "vk.com",
    "ok.ru",
    "tiktok.com",
    "rutube.ru",
    "linkedin.com",
    "blogspot.com",
    "wordpress.com",
    "medium.com",
    "weibo.com",
    "play.google.com",
];

/// The host of an address; on a shared host with the path beneath it.
fn domain(address: &str) -> Result<AffiliationSubject, String> {
    let bare = address.trim().split_once("://").map_or(address.trim(), |(_, rest)| rest);
    let bare = bare.strip_prefix("www.").unwrap_or(bare);
    let bare = bare.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let host = bare.split(['/', ':']).next().unwrap_or_default().to_lowercase();
    let shared = SHARED.iter().any(|one| host == *one || host.ends_with(&format!(".{one}")));
    match (shared, bare.contains('/')) {
        (true, false) => Err(format!("`{address}` is a place of many, not of one body")),
        (true, true) => Ok(AffiliationSubject::Domain(bare.to_owned())),
        (false, _) => Ok(AffiliationSubject::Domain(host)),
    }
}

/// The handle at the end of an address such as `https://www.twitter.com/handle`.
fn account(address: &str) -> Result<AffiliationSubject, String> {
    let bare = address.trim().split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let handle = bare.rsplit('/').next().unwrap_or_default().trim_start_matches('@');
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if handle.is_empty() || !handle.chars().all(plain) {
        return Err(format!("`{address}` holds no handle"));
    }
    let id = AccountId::new(handle).map_err(|error| error.to_string())?;
    Ok(AffiliationSubject::Account(id))
}

const STATE_MEDIA: &str = "https://github.com/ASD-at-GMF/state-media-profiles";

/// What State Media Monitor's words mean here: who decides what a medium says, not who pays.
fn kind_of(typology: &str) -> Option<(AffiliationKind, &'static str)> {
    Some(match typology {
        "SC" => (AffiliationKind::StateMedia, "SC: state-controlled"),
        "CaPu" => (AffiliationKind::StateMedia, "CaPu: captured public medium"),
        "CaPr" => (AffiliationKind::StateMedia, "CaPr: captured private medium"),
        "ISFM" => {
            (AffiliationKind::PublicMedia, "ISFM: independent, state-funded and state-managed")
        }
        "ISF" => (AffiliationKind::PublicMedia, "ISF: independent, state-funded"),
        "ISM" => (AffiliationKind::PublicMedia, "ISM: independent, state-managed"),
        "IP" => (AffiliationKind::PublicMedia, "IP: independent public medium"),
        _ => return None,
    })
}

/// Reads `State_Media_Matrix.csv`.
pub(super) fn state_media(path: &Path, wanted: &Wanted) -> Result<Read> {
    let file = super::file(path, "State_Media_Matrix.csv")?;
    let mut table =
        csv::Reader::from_path(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let head = table.headers()?.clone();
    let column = |name: &str| {
        let at = head.iter().position(|one| one.trim_start_matches('\u{feff}') == name);
        at.with_context(|| format!("{} has no column `{name}`", file.display()))
    };
    let (country, name, url) = (column("Country")?, column("Main assets")?, column("URL")?);
    let (company, typology) = (column("Media company")?, column("Typology")?);
    let network = match wanted.accounts {
        None => None,
        Some(Network::Twitter) => Some(column("Twitter Link")?),
        Some(Network::Facebook) => Some(column("Facebook Link")?),
        Some(Network::Instagram) => Some(column("Instagram Link")?),
        Some(Network::Youtube) => Some(column("Youtube Link")?),
        Some(Network::Telegram) => Some(column("Telegram Link")?),
        Some(Network::Vk) => Some(column("VK Link")?),
        Some(Network::Tiktok) => Some(column("Tiktok Link")?),
    };
    let mut read = Read { name: "state-media-profiles", ..Read::default() };
    for row in table.records() {
        read.lines += 1;
        let place = format!("{} row {}", file.display(), read.lines + 1);
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                read.refused.push(format!("{place}: {error}"));
                continue;
            }
        };
        let at = |column: usize| row.get(column).unwrap_or_default().trim();
        let Some((kind, says)) = kind_of(at(typology)) else {
            let why = format!("`{}` is no typology that is known here", at(typology));
            read.refused.push(format!("{place}: {why}"));
            continue;
        };
        let (asset, owner) = (at(name), at(company));
        let name = match (asset, owner) {
            ("", owner) => owner.to_owned(),
            (asset, owner) if owner.is_empty() || asset.contains(owner) => asset.to_owned(),
            (asset, owner) => format!("{asset} ({owner})"),
        };
        let of = |subject| Affiliation {
            subject,
            kind,
            name: name.clone(),
            country: Some(at(country).to_owned()),
            source: wanted.source.clone().unwrap_or_else(|| STATE_MEDIA.into()),
            date: wanted.date.clone(),
        };
        if at(url).is_empty() {
            read.refused.push(format!("{place}: {name} has no address"));
        } else {
            read.add(&place, domain(at(url)).map(of), says);
        }
        if let Some(link) = network.map(at).filter(|link| !link.is_empty()) {
            read.add(&place, account(link).map(of), says);
        }
    }
    Ok(read)
}

const CONGRESS: &str = "https://github.com/unitedstates/congress-legislators";

/// Reads `legislators-current.yaml`, and the handles beside it.
pub(super) fn congress(path: &Path, wanted: &Wanted) -> Result<Read> {
    let file = super::file(path, "legislators-current.yaml")?;
    let handles = match wanted.accounts {
        Some(network) => social(&file.with_file_name("legislators-social-media.yaml"), network)?,
        None => HashMap::new(),
    };
    let mut read = Read { name: "congress-legislators", ..Read::default() };
    for one in documents(&file)? {
        read.lines += 1;
        let id = text(&one, &["id", "bioguide"]).unwrap_or_default();
        let place = format!("{} entry {} ({id})", file.display(), read.lines);
        let name = text(&one, &["name", "official_full"]).or_else(|| {
            let part = |key| text(&one, &["name", key]);
            Some(format!("{} {}", part("first")?, part("last")?))
        });
        let terms = one.as_mapping_get("terms").and_then(YamlOwned::as_sequence);
        let term = terms.and_then(|terms| terms.last());
        let (Some(name), Some(term)) = (name, term) else {
            read.refused.push(format!("{place}: it has no full name or no term"));
            continue;
        };
        let (says, seat) = match text(term, &["type"]).as_deref() {
            Some("sen") => ("sen: member of the Senate", "Senator"),
            Some("rep") => ("rep: member of the House of Representatives", "Representative"),
            _ => {
                read.refused
                    .push(format!("{place}: its last term is of no kind that is known here"));
                continue;
            }
        };
        let state = text(term, &["state"]).unwrap_or_default();
        let of = |subject| Affiliation {
            subject,
            kind: AffiliationKind::Legislature,
            name: format!("{seat} {name} ({state})"),
            country: Some("United States".into()),
            source: wanted.source.clone().unwrap_or_else(|| CONGRESS.into()),
            date: wanted.date.clone(),
        };
        match text(term, &["url"]) {
            Some(url) => read.add(&place, domain(&url).map(of), says),
            None => read.refused.push(format!("{place}: {name} has no address")),
        }
        if let Some(handle) = handles.get(&id) {
            read.add(&place, account(handle).map(of), says);
        }
    }
    Ok(read)
}

fn social(file: &Path, network: Network) -> Result<HashMap<String, String>> {
    let key = match network {
        Network::Twitter => "twitter",
        Network::Facebook => "facebook",
        Network::Instagram => "instagram",
        Network::Youtube => "youtube",
        Network::Telegram => "telegram",
        Network::Vk => "vk",
        Network::Tiktok => "tiktok",
    };
    let handles = documents(file)?
        .into_iter()
        .filter_map(|one| Some((text(&one, &["id", "bioguide"])?, text(&one, &["social", key])?)));
    Ok(handles.collect())
}

/// The entries of a file that holds one list.
fn documents(file: &Path) -> Result<Vec<YamlOwned>> {
    let said = std::fs::read_to_string(file);
    let said = said.with_context(|| format!("cannot read {}", file.display()))?;
    let all = YamlOwned::load_from_str(&said);
    let all = all.with_context(|| format!("{} is no YAML", file.display()))?;
    let list = all.into_iter().next().and_then(YamlOwned::into_sequence);
    list.with_context(|| format!("{} holds no list", file.display()))
}

/// The text at a path of keys.
fn text(from: &YamlOwned, path: &[&str]) -> Option<String> {
    let found = path.iter().try_fold(from, |at, key| at.as_mapping_get(key))?;
    found.as_str().map(str::to_owned)
}
