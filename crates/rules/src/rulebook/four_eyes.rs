//! `[four_eyes]` of `rulebook.toml`: for which acts of people one person is not enough. It says who
//! may act, never what follows: the ladder's measure is the same for everybody.

use super::reader::{Reader, Table};
use model::ActClass;
use serde::Serialize;

/// How many people each class of acts needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FourEyes {
    /// To close an account for good.
    pub account_bans: u8,
    /// To take something from an account that speaks for a state or a party.
    pub officials: u8,
    /// To take something from a large account.
    pub large_accounts: u8,
    /// From how many followers on an account is large.
    pub large_from: u64,
    /// To decide many cases at once.
    pub bulk: u8,
    /// Above how many.
    pub bulk_above: u32,
    /// To exempt something from the ladder: two or more, always.
    pub exemptions: u8,
    /// To change the register of affiliations by hand.
    pub affiliations: u8,
    /// To put another rulebook into force.
    pub rulebook: u8,
    /// What one person may do alone when it cannot wait, to be looked at by another afterwards.
    pub break_glass: Vec<ActClass>,
}

impl Default for FourEyes {
    fn default() -> Self {
        Self {
            account_bans: 1,
            officials: 1,
            large_accounts: 1,
            large_from: 100_000,
            bulk: 2,
            bulk_above: 50,
            exemptions: 2,
            affiliations: 1,
            rulebook: 2,
            break_glass: Vec::new(),
        }
    }
}

impl FourEyes {
    /// How many people a class of acts needs.
    pub const fn people(&self, class: ActClass) -> u8 {
        match class {
            ActClass::AccountBan => self.account_bans,
            ActClass::Official => self.officials,
            ActClass::LargeAccount => self.large_accounts,
            ActClass::Bulk => self.bulk,
            ActClass::Exemption => self.exemptions,
            ActClass::Affiliation => self.affiliations,
            ActClass::Rulebook => self.rulebook,
        }
    }

    /// Whether one person may do it alone when it cannot wait.
    pub fn breaks(&self, class: ActClass) -> bool {
        self.break_glass.contains(&class)
    }
}

const KEYS: [&str; 10] = [
    "account_bans",
    "officials",
    "large_accounts",
    "large_from",
    "bulk",
    "bulk_above",
    "exemptions",
    "affiliations",
    "rulebook",
    "break_glass",
];

pub(super) fn read(reader: &mut Reader<'_>, table: &Table<'_>) -> FourEyes {
    let usual = FourEyes::default();
    let Some(node) = table.get("four_eyes") else { return usual };
    let Some(table) = reader.table(node, "`four_eyes`", &KEYS) else { return usual };
    let mut people = |key: &str, least: i64, usual: u8| {
        let whole = reader.whole(&table, key, (least, 2));
        whole.and_then(|whole| u8::try_from(whole).ok()).unwrap_or(usual)
    };
    let mut read = FourEyes {
        account_bans: people("account_bans", 1, usual.account_bans),
        officials: people("officials", 1, usual.officials),
        large_accounts: people("large_accounts", 1, usual.large_accounts),
        bulk: people("bulk", 1, usual.bulk),
        exemptions: people("exemptions", 2, usual.exemptions),
        affiliations: people("affiliations", 1, usual.affiliations),
        rulebook: people("rulebook", 1, usual.rulebook),
        ..usual
    };
    if let Some(from) = reader.whole(&table, "large_from", (1, i64::MAX)) {
        read.large_from = u64::try_from(from).unwrap_or(read.large_from);
    }
    if let Some(above) = reader.whole(&table, "bulk_above", (1, 1_000_000)) {
        read.bulk_above = u32::try_from(above).unwrap_or(read.bulk_above);
    }
    for (name, at) in reader.texts(&table, "break_glass") {
        match name.parse() {
            Ok(ActClass::Exemption) => {
                let message = "an exemption can wait: nobody grants one alone";
                reader.wrong(at, "break-glass", message, "take it out of `break_glass`");
            }
            Ok(class) => read.break_glass.push(class),
            Err(message) => {
                let names = ActClass::ALL.map(ActClass::word);
                let hint = format!("the classes are {}", names.join(", "));
                reader.unknown(at, "break-glass", message, (&name, names.into_iter()), &hint);
            }
        }
    }
    read
}
