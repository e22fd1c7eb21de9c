//! Tables (CSV, TSV) with one item a row: data sets, exports, spreadsheets.
//! Must not guess which column is what: the text's column is named, the others may be.

use super::{Events, Read1, Reading, Unreadable};
use anyhow::{Result, bail};
use csv::StringRecord;
use jiff::Timestamp;
use model::{ActionId, Event, Json};
use serde_json::json;
use std::io::BufRead;

/// Which columns hold what: a name from the heading row, or a number from 1.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Columns {
    /// Column with the text; makes the input a table
    #[arg(long = "text-column", value_name = "NAME|N")]
    pub(crate) text: Option<String>,
    /// Column with the item's id [default: the row's number]
    #[arg(long = "id-column", value_name = "NAME|N")]
    pub(crate) id: Option<String>,
    /// Column with the account's id [default: one account for all]
    #[arg(long = "account-column", value_name = "NAME|N")]
    pub(crate) account: Option<String>,
    /// Column with the time (ISO 8601) [default: the day after the newest policy took effect]
    #[arg(long = "time-column", value_name = "NAME|N")]
    pub(crate) time: Option<String>,
    /// Language of all rows (BCP 47)
    #[arg(long, value_name = "TAG")]
    pub(crate) language: Option<String>,
    /// What separates columns [default: a tab for .tsv, else a comma]
    #[arg(long, value_name = "CHAR")]
    pub(crate) delimiter: Option<char>,
    /// The first row is data, not a heading
    #[arg(long)]
    pub(crate) no_header: bool,
}

struct Places {
    text: usize,
    id: Option<usize>,
    account: Option<usize>,
    time: Option<usize>,
}

/// The rows of a table as events.
pub(super) fn events(text: Box<dyn BufRead>, name: &str, reading: &Reading) -> Result<Events> {
    let columns = reading.columns.clone();
    let tabs = name.contains(".tsv");
    let delimiter = columns.delimiter.unwrap_or(if tabs { '\t' } else { ',' });
    let Ok(delimiter) = u8::try_from(delimiter) else {
        bail!("the delimiter `{delimiter}` is not an ASCII character");
    };
    let mut rows = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .quoting(delimiter != b'\t')
        .has_headers(!columns.no_header)
        .flexible(true)
        .from_reader(text);
    let heading = if columns.no_header { StringRecord::new() } else { rows.headers()?.clone() };
    let Some(text_column) = &columns.text else {
        let known: Vec<&str> = heading.iter().collect();
        bail!("name the column with the text: --text-column NAME; {name} has {}", known.join(", "));
    };
    let place = |wanted: &Option<String>| wanted.as_ref().map(|w| find(&heading, w)).transpose();
    let places = Places {
        text: find(&heading, text_column)?,
        id: place(&columns.id)?,
        account: place(&columns.account)?,
        time: place(&columns.time)?,
    };
    let (default_time, file) = (reading.default_time, name.to_owned());
    let mut row = 0_u64;
    Ok(Box::new(rows.into_records().map(move |record| {
        row += 1;
        let record = record.map_err(|error| Unreadable {
            line: error.position().map_or(row, csv::Position::line),
            reason: error.to_string(),
        })?;
        let line = record.position().map_or(row, csv::Position::line);
        event(&record, &places, &columns, &file, row, default_time)
            .map(|event| Read1 { line, event })
            .map_err(|reason| Unreadable { line, reason })
    })))
}

fn find(heading: &StringRecord, wanted: &str) -> Result<usize> {
    if let Some(at) = heading.iter().position(|name| name == wanted) {
        return Ok(at);
    }
    match wanted.parse::<usize>() {
        Ok(number) if number > 0 => Ok(number - 1),
        _ => {
            let known: Vec<&str> = heading.iter().collect();
            bail!("there is no column `{wanted}`; the columns are: {}", known.join(", "))
        }
    }
}

fn event(
    record: &StringRecord,
    places: &Places,
    columns: &Columns,
    file: &str,
    row: u64,
    default_time: Timestamp,
) -> Result<Event, String> {
    let cell = |at: Option<usize>| at.and_then(|at| record.get(at)).filter(|text| !text.is_empty());
    let text = record.get(places.text).ok_or_else(|| {
        format!("the row has {} columns, the text is in column {}", record.len(), places.text + 1)
    })?;
    let id = cell(places.id).map_or_else(|| format!("{file}:{row}"), str::to_owned);
    let timestamp = match cell(places.time) {
        Some(text) => text.parse().map_err(|error| format!("`{text}` is no time: {error}"))?,
        None => default_time,
    };
    let mut item = json!({"id": id, "kind": "post", "text": text});
    if let (Some(language), Some(item)) = (&columns.language, item.as_object_mut()) {
        item.insert("language".into(), json!(language));
    }
    let account = cell(places.account).unwrap_or("unknown");
    let data = json!({"item": item, "account": {"id": account}});
    Ok(Event {
        action_id: ActionId::new(&id).map_err(|error| error.to_string())?,
        action_name: "post_created".into(),
        timestamp,
        data: Json::of(&data).map_err(|error| error.to_string())?,
        secret_data: None,
    })
}
