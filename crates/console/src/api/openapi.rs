//! The description of the interface as a whole; each handler describes itself.

use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi, ToSchema};

/// RFC 9457: what went wrong, at which stable address it is explained, and what to do.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "a schema for readers; `problem::Problem` writes the JSON")]
pub(crate) struct ProblemBody {
    /// Stable address of the kind: `/problems/busy`.
    #[schema(example = "/problems/busy")]
    r#type: String,
    /// The kind in a few words.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What is wrong in this case.
    detail: String,
    /// What to do about it.
    remedy: String,
    /// Seconds to wait, when waiting helps.
    retry_after: Option<u64>,
}

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A key with scopes: `events`, `receipts`, `review`, `regulator`."))
            .build();
        openapi
            .components
            .get_or_insert_default()
            .add_security_scheme("key", SecurityScheme::Http(scheme));
    }
}

/// The description without its paths, which the router adds.
#[derive(Debug, OpenApi)]
#[openapi(
    info(
        title = "Evenhand",
        version = "1",
        description = "Send what happens on the platform; get decisions with their reasons. \
            Reading what is public needs no key. Problems are RFC 9457."
    ),
    components(schemas(ProblemBody)),
    modifiers(&Bearer),
    tags(
        (name = "platform", description = "For the platform that sends events"),
        (name = "review", description = "For people who decide cases"),
        (name = "public", description = "For everybody")
    )
)]
pub(crate) struct Description;
