//! No event panics; what comes out is JSON, and a block says what its lines do.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rules::stream::{Settings, Stream};
use rules::{Environment, Plan, Sources, check};
use std::sync::{Arc, LazyLock};

static PLAN: LazyLock<Arc<Plan>> = LazyLock::new(|| {
    let main = "Text: str = JsonData(path='$.text')
Count: Optional[int] = JsonData(path='$.list[0]')
Loud = Rule(when_all=[StringToUpper(s=Text) == Text, Count != None and Count > 1], description=f'loud {Text}')
WhenRules(rules_any=[Loud], then=[DeclareVerdict(verdict='look')])
";
    let sources = Sources::from_map([("main.sml".into(), main.into())].into());
    Arc::new(Plan::build(check(&sources, &Environment::default()).program.expect("no problems")))
});

fuzz_target!(|line: &str| {
    let mut stream = Stream::new(Arc::clone(&PLAN), Settings::default());
    let mut out = String::new();
    match stream.event(&line.into(), &mut out) {
        Ok(()) => drop(serde_json::from_str::<serde_json::Value>(&out).expect("a result is JSON")),
        Err(_) => assert!(out.is_empty()),
    }
    if !line.contains('\n') {
        let twice = Stream::new(Arc::clone(&PLAN), Settings::default())
            .block(format!("{line}\n{line}").as_bytes(), 1);
        assert_eq!(twice.out, out.repeat(2));
    }
});
