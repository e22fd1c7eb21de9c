//! Sign-in by the operator's identity provider: OpenID Connect Core 1.0, authorization code flow with PKCE, spoken by
//! `openidconnect`. Discovery and keys are kept for a while and fetched anew when a token names a key that is not among
//! them. Only signatures by public keys count (no `none`, no `HS*`), the issuer, the audience, the nonce and the times are
//! checked, the times by our own clock. Must not know what a sign-in opens: that is the desk's.

mod open;
mod says;

pub(crate) use open::{Began, Flow, Purpose};
pub(crate) use says::Said;

use self::open::Open;
use self::says::Rest;
use chrono::{DateTime, Utc};
use jiff::{SignedDuration, Timestamp};
use model::{Ids, Role};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreClientAuthMethod,
    CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm as Algorithm, CoreProviderMetadata, CoreRevocableToken,
    CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AccessTokenHash, AuthType, AuthorizationCode, ClaimsVerificationError, Client, ClientId,
    ClientSecret, CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    HttpRequest, HttpResponse, IdTokenFields, IdTokenVerifier, IssuerUrl, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
    SignatureVerificationError, StandardErrorResponse, StandardTokenResponse, TokenResponse as _,
};
use platforms::{CallError, HttpClient};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Where the provider sends the browser back to.
pub(crate) const BACK: &str = "/console/sign-in/oidc/back";
/// Most bytes of one answer of the provider.
const MOST: usize = 1 << 20;
/// What was discovered is asked for anew after that.
const FRESH: SignedDuration = SignedDuration::from_hours(1);
/// A provider that did not answer is left alone for that long.
const REST: SignedDuration = SignedDuration::from_secs(5);
/// The provider's clock may be ahead of ours by that much, or behind.
const SKEW: SignedDuration = SignedDuration::from_secs(60);
/// Signatures that count: by a private key that the provider alone has.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RsaSsaPkcs1V15Sha256,
    Algorithm::RsaSsaPkcs1V15Sha384,
    Algorithm::RsaSsaPkcs1V15Sha512,
    Algorithm::RsaSsaPssSha256,
    Algorithm::RsaSsaPssSha384,
    Algorithm::RsaSsaPssSha512,
    Algorithm::EcdsaP256Sha256,
    Algorithm::EcdsaP384Sha384,
    Algorithm::EdDsa,
];

type Fields = IdTokenFields<
    Rest,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    Algorithm,
>;
type Tokens = StandardTokenResponse<Fields, CoreTokenType>;
type Speaker = Client<
    Rest,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// The operator's identity provider, as the settings have it.
#[derive(Clone)]
pub struct ProviderSettings {
    /// How people call it; it stands on the button.
    pub name: String,
    /// Its address, letter by letter as it calls itself (`iss`).
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// Our secret there; `None` for a public client, which has PKCE alone.
    pub client_secret: Option<String>,
    /// What is asked for, besides `openid`.
    pub scopes: Vec<String>,
    /// The claim that says how the person is called.
    pub name_claim: String,
    /// The claim that lists the person's groups.
    pub groups_claim: String,
    /// Groups and what their members are trusted with, the first that fits counts. Empty: roles are given here alone.
    pub groups: Vec<(String, Role)>,
    /// Whether somebody of a mapped group comes in without having been invited.
    pub admit_groups: bool,
    /// Whether a verified address that is somebody's name to sign in with makes them known.
    pub match_email: bool,
}

impl fmt::Debug for ProviderSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderSettings")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// Why nobody was let in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OidcError {
    /// The provider cannot be reached, or says what it may not.
    #[error("{0}")]
    Down(String),
    /// What it vouches for does not hold.
    #[error("{0}")]
    Refused(String),
}

/// The provider, and the sign-ins that went out to it. They live in memory alone: after a restart one asks again.
pub struct IdentityProvider {
    settings: ProviderSettings,
    client: HttpClient,
    redirect: RedirectUrl,
    issuer: IssuerUrl,
    known: tokio::sync::Mutex<Known>,
    open: Open,
}

#[derive(Default)]
struct Known {
    metadata: Option<(Arc<CoreProviderMetadata>, Timestamp)>,
    failed: Option<(String, Timestamp)>,
}

impl Known {
    /// What was discovered before may serve on while the provider does not answer, unless it is asked for anew.
    fn before(&self, anew: bool) -> Option<Arc<CoreProviderMetadata>> {
        self.metadata.as_ref().filter(|_| !anew).map(|(metadata, _)| Arc::clone(metadata))
    }
}

impl fmt::Debug for IdentityProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityProvider").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// The client that is handed to `openidconnect`; it speaks for us, within the reach of [`HttpClient`].
async fn call(client: HttpClient, request: HttpRequest) -> Result<HttpResponse, CallError> {
    let answer = client.exchange(request, MOST).await?;
    if answer.status().is_server_error() {
        return Err(CallError::NoAnswer(format!("it answers {}", answer.status())));
    }
    Ok(answer)
}

fn theirs(at: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp(at.as_second(), 0).unwrap_or_default()
}

fn ours(at: DateTime<Utc>) -> Timestamp {
    Timestamp::from_second(at.timestamp()).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The whole chain of causes: the outermost says the least.
fn causes(error: &dyn std::error::Error) -> String {
    let (mut said, mut next) = (error.to_string(), error.source());
    while let Some(cause) = next {
        said = format!("{said}: {cause}");
        next = cause.source();
    }
    said
}

impl IdentityProvider {
    /// A provider that sends people back to `public_url`. Nothing is asked of it yet.
    ///
    /// # Errors
    /// Says what is wrong with an address.
    pub fn new(
        settings: ProviderSettings,
        client: HttpClient,
        public_url: &str,
    ) -> Result<Self, String> {
        client.check(&settings.issuer).map_err(|error| error.to_string())?;
        let issuer = IssuerUrl::new(settings.issuer.clone()).map_err(|error| error.to_string())?;
        let redirect = RedirectUrl::new(format!("{public_url}{BACK}"));
        let redirect = redirect.map_err(|error| format!("public_url: {error}"))?;
        let known = tokio::sync::Mutex::default();
        Ok(Self { settings, client, redirect, issuer, known, open: Open::default() })
    }

    /// What the operator set.
    pub(crate) fn settings(&self) -> &ProviderSettings {
        &self.settings
    }

    /// What a person of these groups is trusted with: the first mapping that fits.
    pub(crate) fn role(&self, groups: &[String]) -> Option<Role> {
        let mut mapped = self.settings.groups.iter();
        mapped.find(|(group, _)| groups.contains(group)).map(|(_, role)| *role)
    }

    async fn metadata(
        &self,
        now: Timestamp,
        anew: bool,
    ) -> Result<Arc<CoreProviderMetadata>, OidcError> {
        let mut known = self.known.lock().await;
        if let Some((metadata, at)) = &known.metadata
            && !anew
            && now.duration_since(*at) < FRESH
        {
            return Ok(Arc::clone(metadata));
        }
        if let Some((why, at)) = &known.failed
            && now.duration_since(*at) < REST
        {
            return known.before(anew).ok_or_else(|| OidcError::Down(why.clone()));
        }
        let http = |request| call(self.client.clone(), request);
        match CoreProviderMetadata::discover_async(self.issuer.clone(), &http).await {
            Ok(found) => {
                let found = Arc::new(found);
                *known = Known { metadata: Some((Arc::clone(&found), now)), failed: None };
                Ok(found)
            }
            Err(error) => {
                let cause = causes(&error);
                tracing::error!(issuer = self.settings.issuer, %cause, "the identity provider cannot be used");
                let why = format!("{} cannot be reached just now.", self.settings.name);
                known.failed = Some((why.clone(), now));
                known.before(anew).ok_or(OidcError::Down(why))
            }
        }
    }

    fn speaker(&self, metadata: &CoreProviderMetadata) -> Speaker {
        let id = ClientId::new(self.settings.client_id.clone());
        let secret = self.settings.client_secret.clone().map(ClientSecret::new);
        let ways = metadata.token_endpoint_auth_methods_supported();
        let takes = |way| ways.is_some_and(|ways| ways.contains(&way));
        let way = if takes(CoreClientAuthMethod::ClientSecretPost)
            && !takes(CoreClientAuthMethod::ClientSecretBasic)
        {
            AuthType::RequestBody
        } else {
            AuthType::BasicAuth
        };
        Client::from_provider_metadata(metadata.clone(), id, secret)
            .set_redirect_uri(self.redirect.clone())
            .set_auth_type(way)
    }

    /// Begins a sign-in: where to send the browser, and what ties the way back to it.
    ///
    /// # Errors
    /// [`OidcError`] when the provider cannot be used.
    pub(crate) async fn begin(
        &self,
        purpose: Purpose,
        to: &str,
        ids: &dyn Ids,
        now: Timestamp,
    ) -> Result<Began, OidcError> {
        let metadata = self.metadata(now, false).await?;
        let drawn = || hex::encode(ids.secret());
        let (state, nonce, browser) = (drawn(), drawn(), drawn());
        let verifier = PkceCodeVerifier::new(drawn());
        let again = matches!(purpose, Purpose::Again { .. });
        let speaker = self.speaker(&metadata);
        let (s, n) = (state.clone(), nonce.clone());
        let mut asked = speaker
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(s),
                move || Nonce::new(n),
            )
            .add_scopes(self.settings.scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        if again {
            asked = asked.add_prompt(CoreAuthPrompt::Login).set_max_age(Duration::ZERO);
        }
        let (address, _, _) = asked.url();
        // The address comes from the provider; it must be one that we would call ourselves.
        if let Err(error) = self.client.check(address.as_str()) {
            tracing::error!(%error, "the identity provider's authorization endpoint");
            return Err(OidcError::Down(format!("{} cannot be used.", self.settings.name)));
        }
        let verifier = verifier.into_secret();
        let flow = Flow { purpose, to: to.to_owned(), nonce, verifier, since: now };
        self.open.put(&state, &browser, flow, now);
        Ok(Began { address: address.into(), browser })
    }

    /// The sign-in of this state, if this browser began it lately. It is open no more.
    pub(crate) fn take(&self, state: &str, browser: &str, now: Timestamp) -> Option<Flow> {
        self.open.take(state, browser, now)
    }

    /// Changes the code for tokens and verifies what they say of the person.
    ///
    /// # Errors
    /// [`OidcError`] says why they are not believed.
    pub(crate) async fn finish(
        &self,
        flow: &Flow,
        code: &str,
        now: Timestamp,
    ) -> Result<Said, OidcError> {
        let metadata = self.metadata(now, false).await?;
        let speaker = self.speaker(&metadata);
        let http = |request| call(self.client.clone(), request);
        let refused = |why: &dyn fmt::Display| {
            tracing::warn!(%why, "a sign-in by the identity provider was refused");
            OidcError::Refused(format!("What {} answered does not hold.", self.settings.name))
        };
        let tokens = speaker
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|error| refused(&error))?
            .set_pkce_verifier(PkceCodeVerifier::new(flow.verifier.clone()))
            .request_async(&http)
            .await;
        let tokens: Tokens = tokens.map_err(|error| match &error {
            openidconnect::RequestTokenError::Request(call) => {
                tracing::error!(%call, "the identity provider's token endpoint");
                OidcError::Down(format!("{} cannot be reached just now.", self.settings.name))
            }
            // The body may hold a token, so it stands in no log.
            openidconnect::RequestTokenError::Parse(at, _) => refused(at),
            _ => refused(&causes(&error)),
        })?;
        let token = tokens.id_token().ok_or_else(|| refused(&"there is no ID token"))?;
        let nonce = Nonce::new(flow.nonce.clone());
        let (mut metadata, mut speaker) = (metadata, speaker);
        let unknown = |error: &ClaimsVerificationError| {
            matches!(
                error,
                ClaimsVerificationError::SignatureVerification(
                    SignatureVerificationError::NoMatchingKey
                )
            )
        };
        let first = token.claims(&self.verifier(&speaker, now), &nonce).map(|_| ());
        if first.as_ref().is_err_and(unknown) {
            tracing::info!("the identity provider signs with a new key: its keys are fetched anew");
            metadata = self.metadata(now, true).await?;
            speaker = self.speaker(&metadata);
        }
        let verifier = self.verifier(&speaker, now);
        let claims = token.claims(&verifier, &nonce).map_err(|error| refused(&causes(&error)))?;
        if let Some(expected) = claims.access_token_hash() {
            let found = token
                .signing_alg()
                .and_then(|alg| Ok((alg, token.signing_key(&verifier)?)))
                .map_err(|error| refused(&error))
                .and_then(|(alg, key)| {
                    AccessTokenHash::from_token(tokens.access_token(), alg, key)
                        .map_err(|error| refused(&error))
                })?;
            if found != *expected {
                return Err(refused(&"the access token is not the one that was signed for"));
            }
        }
        let mut said = Said::read(claims, &self.settings).map_err(|error| refused(&error))?;
        if said.lacks(&self.settings)
            && metadata.userinfo_endpoint().is_some()
            && let Ok(asked) =
                speaker.user_info(tokens.access_token().clone(), Some(claims.subject().clone()))
        {
            // Some providers say more there than in the token. It is as good: the subject is the same.
            let more = asked.request_async::<Rest, _, CoreGenderClaim>(&http).await;
            match more {
                Ok(more) => said.add(&more, &self.settings),
                Err(error) => {
                    tracing::warn!(error = causes(&error), "the provider says no more of a person");
                }
            }
        }
        if matches!(flow.purpose, Purpose::Again { .. }) {
            self.proved_since(&said, flow.since)?;
        }
        Ok(said)
    }

    fn verifier<'a>(
        &self,
        speaker: &'a Speaker,
        now: Timestamp,
    ) -> IdTokenVerifier<'a, CoreJsonWebKey> {
        speaker
            .id_token_verifier()
            .set_allowed_algs(ALGORITHMS)
            .set_time_fn(move || theirs(now))
            .set_issue_time_verifier_fn(move |at| {
                if ours(at) > now + SKEW { Err("it is of the future".into()) } else { Ok(()) }
            })
    }

    /// Whether the provider says that the person proved who they are after we asked for it.
    fn proved_since(&self, said: &Said, since: Timestamp) -> Result<(), OidcError> {
        let name = &self.settings.name;
        match said.proved_at {
            None => Err(OidcError::Refused(format!(
                "{name} does not say when you last proved who you are (`auth_time`), so that proves nothing here."
            ))),
            Some(at) if at + SKEW < since => Err(OidcError::Refused(format!(
                "{name} did not ask you to prove anew who you are."
            ))),
            Some(_) => Ok(()),
        }
    }
}
