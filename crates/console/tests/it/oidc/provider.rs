//! An identity provider: real HTTP, real signatures, and every lie that a test wants it to tell.

use axum::extract::{Form, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use http::{HeaderMap, StatusCode, header};
use p256::ecdsa::signature::Signer as _;
use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePublicKey as _, LineEnding};
use rsa::signature::SignatureEncoding as _;
use rsa::traits::PublicKeyParts as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

pub const CLIENT: &str = "evenhand";
pub const SECRET: &str = "a secret: with a colon & more";

/// How a token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    Rs256(usize),
    Es256,
    /// `alg` is `none`, and there is no signature.
    None,
    /// `HS256` with the public RSA key as the secret: the classic confusion.
    Hs256PublicKey,
    /// `HS256` with the client's secret.
    Hs256Secret,
    /// The right key's name, and another key's signature.
    Rs256Under(usize, usize),
}

/// Two RSA keys; to draw them takes a while, so once.
fn rsa(which: usize) -> &'static RsaPrivateKey {
    static KEYS: OnceLock<[RsaPrivateKey; 2]> = OnceLock::new();
    let drawn = || RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap();
    &KEYS.get_or_init(|| [drawn(), drawn()])[which]
}

fn p256() -> p256::ecdsa::SigningKey {
    p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap()
}

fn b64(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn hs256(key: &[u8], text: &str) -> Vec<u8> {
    let key = if key.len() > 64 { Sha256::digest(key).to_vec() } else { key.to_vec() };
    let pad = |with: u8| {
        let mut block = [with; 64];
        block.iter_mut().zip(&key).for_each(|(byte, key)| *byte ^= key);
        block
    };
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().to_vec()
}

fn jwt(claims: &Value, sign: Sign) -> String {
    let (alg, kid) = match sign {
        Sign::Rs256(which) | Sign::Rs256Under(which, _) => ("RS256", format!("rsa-{which}")),
        Sign::Es256 => ("ES256", "ec".into()),
        Sign::None => ("none", "rsa-0".into()),
        Sign::Hs256PublicKey | Sign::Hs256Secret => ("HS256", "rsa-0".into()),
    };
    let head = json!({ "alg": alg, "kid": kid, "typ": "JWT" }).to_string();
    let text = format!("{}.{}", b64(head), b64(claims.to_string()));
    let rs256 = |which: usize| {
        let key = rsa::pkcs1v15::SigningKey::<rsa::sha2::Sha256>::new(rsa(which).clone());
        rsa::signature::Signer::sign(&key, text.as_bytes()).to_vec()
    };
    let signature = match sign {
        Sign::Rs256(which) | Sign::Rs256Under(_, which) => rs256(which),
        Sign::Es256 => {
            let signature: p256::ecdsa::Signature = p256().sign(text.as_bytes());
            signature.to_bytes().to_vec()
        }
        Sign::None => Vec::new(),
        Sign::Hs256PublicKey => {
            let pem = rsa(0).to_public_key().to_public_key_pem(LineEnding::LF).unwrap();
            hs256(pem.as_bytes(), &text)
        }
        Sign::Hs256Secret => hs256(SECRET.as_bytes(), &text),
    };
    format!("{text}.{}", b64(signature))
}

fn jwk(which: usize) -> Value {
    let key = rsa(which).to_public_key();
    let (n, e) = (b64(key.n().to_bytes_be()), b64(key.e().to_bytes_be()));
    json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": format!("rsa-{which}"), "n": n, "e": e })
}

fn ec_jwk() -> Value {
    let point = p256().verifying_key().to_sec1_point(false);
    let (x, y) = (b64(point.x().unwrap()), b64(point.y().unwrap()));
    json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "ec", "x": x, "y": y })
}

/// Who signs in there, and what the provider says of them.
#[derive(Debug, Clone)]
pub struct Grant {
    pub claims: Value,
    pub sign: Sign,
    nonce: String,
    challenge: String,
    redirect: String,
}

pub struct Inner {
    /// RSA keys that it publishes.
    pub published: Vec<usize>,
    /// Whether every answer is an error.
    pub down: bool,
    /// How often the keys were asked for.
    pub fetched: usize,
    /// What the user-info endpoint says.
    pub more: Value,
    /// The `Now` of its clock, in seconds.
    pub now: i64,
    codes: HashMap<String, Grant>,
}

/// The provider. Cheap to clone.
#[derive(Clone)]
pub struct Provider {
    pub issuer: String,
    inner: Arc<Mutex<Inner>>,
}

impl Provider {
    pub async fn start(now: i64) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let (published, codes, more) = (vec![0], HashMap::new(), Value::Null);
        let inner = Inner { published, down: false, fetched: 0, more, now, codes };
        let provider = Self { issuer, inner: Arc::new(Mutex::new(inner)) };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discover))
            .route("/jwks", get(jwks))
            .route("/token", post(token))
            .route("/more", get(more_of))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        provider
    }

    pub fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    /// The person signs in on the provider's page; gives where it sends the browser back to, without the host.
    pub fn consents(&self, address: &str, claims: &Value, sign: Sign) -> String {
        let rest = address.strip_prefix(&format!("{}/authorize?", self.issuer)).unwrap();
        let asked: HashMap<String, String> =
            form_urlencoded::parse(rest.as_bytes()).into_owned().collect();
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["client_id"], CLIENT);
        assert_eq!(asked["code_challenge_method"], "S256");
        assert!(asked["scope"].split(' ').any(|scope| scope == "openid"), "{asked:?}");
        let mut inner = self.inner();
        let code = format!("code-{}", inner.codes.len());
        let mut all = json!({
            "iss": self.issuer, "aud": CLIENT, "sub": "u-1", "nonce": asked["nonce"],
            "iat": inner.now, "exp": inner.now + 300, "auth_time": inner.now,
        });
        for (name, value) in claims.as_object().unwrap() {
            match value {
                Value::Null => all.as_object_mut().unwrap().remove(name),
                value => all.as_object_mut().unwrap().insert(name.clone(), value.clone()),
            };
        }
        let grant = Grant {
            claims: all,
            sign,
            nonce: asked["nonce"].clone(),
            challenge: asked["code_challenge"].clone(),
            redirect: asked["redirect_uri"].clone(),
        };
        assert_eq!(grant.nonce.len(), 64);
        inner.codes.insert(code.clone(), grant);
        let back = asked["redirect_uri"].strip_prefix("https://evenhand.example").unwrap();
        let issuer = form_urlencoded::byte_serialize(self.issuer.as_bytes()).collect::<String>();
        format!("{back}?code={code}&state={}&iss={issuer}", asked["state"])
    }
}

async fn discover(State(it): State<Provider>) -> Response {
    if it.inner().down {
        return (StatusCode::SERVICE_UNAVAILABLE, "no").into_response();
    }
    let at = |path: &str| format!("{}{path}", it.issuer);
    Json(json!({
        "issuer": it.issuer,
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "jwks_uri": at("/jwks"),
        "userinfo_endpoint": at("/more"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
    }))
    .into_response()
}

async fn jwks(State(it): State<Provider>) -> Response {
    let mut inner = it.inner();
    inner.fetched += 1;
    let keys: Vec<Value> =
        inner.published.iter().map(|which| jwk(*which)).chain([ec_jwk()]).collect();
    Json(json!({ "keys": keys })).into_response()
}

fn wrong(why: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": why }))).into_response()
}

async fn token(
    State(it): State<Provider>,
    headers: HeaderMap,
    Form(asked): Form<HashMap<String, String>>,
) -> Response {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let basic = BASE64_STANDARD.encode(format!("{}:{}", encoded(CLIENT), encoded(SECRET)));
    if headers.get(header::AUTHORIZATION).unwrap() != &format!("Basic {basic}") {
        return wrong("invalid_client");
    }
    let mut inner = it.inner();
    if inner.down {
        return (StatusCode::SERVICE_UNAVAILABLE, "no").into_response();
    }
    // A code is good once.
    let Some(grant) = inner.codes.remove(&asked["code"]) else { return wrong("invalid_grant") };
    if asked["redirect_uri"] != grant.redirect
        || b64(Sha256::digest(asked["code_verifier"].as_bytes())) != grant.challenge
    {
        return wrong("invalid_grant");
    }
    let token = jwt(&grant.claims, grant.sign);
    Json(json!({ "access_token": "opaque", "token_type": "Bearer", "id_token": token }))
        .into_response()
}

async fn more_of(State(it): State<Provider>, headers: HeaderMap) -> Response {
    assert_eq!(headers[header::AUTHORIZATION], "Bearer opaque");
    Json(it.inner().more.clone()).into_response()
}
