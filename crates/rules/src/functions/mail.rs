//! Osprey's functions on mail addresses.

use super::links::{suffix_of, under_suffix};
use super::{Call, Family, Needs, Signature};
use crate::types::Type;
use crate::value::{Fault, Value};

pub(super) fn register(all: &mut Vec<Signature>) {
    let mail = |name, doc, run| {
        Signature::osprey(Family::Mail, name, Type::Str, doc, run).argument("email", Type::Str)
    };
    all.extend([
        mail(
            "EmailDomain",
            "The domain that was registered for the address's host, in lower case.",
            domain,
        ),
        mail("EmailSubdomain", "The host of the address, in lower case.", |call| {
            host(call).map(Value::from)
        }),
        mail("EmailLocalPart", "What stands before the last @.", |call| {
            call.text(0)?.rsplit_once('@').map(|(local, _)| Value::str(local)).ok_or_else(not_mail)
        }),
        Signature::osprey(
            Family::Mail,
            "MXLookup",
            Type::Str,
            "The least IP address of the domain's first mail host.",
            mail_host,
        )
        .argument("domain", Type::Str)
        .needs(Needs::Facts),
    ]);
}

fn not_mail() -> Fault {
    Fault::expected("this is not a mail address")
}

fn host(call: &Call<'_>) -> Result<String, Fault> {
    match call.text(0)?.rsplit_once('@') {
        Some((_, host)) if !host.is_empty() => Ok(host.to_lowercase()),
        _ => Err(not_mail()),
    }
}

fn domain(call: &Call<'_>) -> Result<Value, Fault> {
    let host = host(call)?;
    Ok(Value::from(match suffix_of(&host) {
        Some(suffix) if suffix != host => under_suffix(&host, &suffix),
        _ => host,
    }))
}

fn mail_host(call: &Call<'_>) -> Result<Value, Fault> {
    let hosts = call.context.facts.mail_hosts(call.text(0)?);
    hosts
        .and_then(|hosts| hosts.into_iter().min())
        .map(Value::from)
        .ok_or_else(|| Fault::expected("no mail host is known for this domain"))
}
