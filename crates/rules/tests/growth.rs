//! What reloading leaves behind. A binary of its own: what other tests hold would be counted here.

use rules::stream::{Settings, Stream};
use rules::{Environment, Plan, Sources, check};
use std::sync::Arc;

/// Osprey keeps 15 MiB for each reload of a thousand rules.
#[test]
#[cfg(target_os = "linux")]
fn a_thousand_reloads_leave_nothing_behind() {
    let mut main = "Text: str = JsonData(path='$.text')\n".to_owned();
    for number in 0..50 {
        main += &format!(
            "R{number} = Rule(when_all=[RegexMatch(target=Text, pattern=r'\\bword{number}s?\\b') or \
             'literal{number}' in Text], description='rule {number}')\n"
        );
    }
    let sources = Sources::from_map([("main.sml".into(), main)].into());
    let event = r#"{"action_id": 1, "action_name": "post", "timestamp": "2026-03-01T12:00:00Z",
        "data": {"text": "literal7 word8"}}"#
        .replace('\n', " ");
    let reload = || {
        let program = check(&sources, &Environment::default()).program.expect("no problems");
        let mut stream = Stream::new(Arc::new(Plan::build(program)), Settings::default());
        let mut out = String::new();
        stream.event(&event.as_str().into(), &mut out).expect("an event");
        assert!(out.contains("\"R7\":true"), "{out}");
    };
    let held = || {
        let status = std::fs::read_to_string("/proc/self/statm").expect("Linux tells");
        status.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).expect("pages") * 4
    };
    (0..100).for_each(|_| reload());
    let before = held();
    (0..900).for_each(|_| reload());
    let grown = held().saturating_sub(before);
    // A single plan of these is about half a MiB.
    eprintln!("{grown} KiB more after 900 reloads");
    assert!(grown < 4 << 10, "{grown} KiB more after 900 reloads");
}
