//! Why a value could not be computed.

use std::borrow::Cow;

/// The exception that the reference would raise. Results name it, so the set is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are Python's own")]
pub enum Exception {
    AddressValueError,
    AssertionError,
    AttributeError,
    CookieError,
    /// `binascii.Error`, whose name is just `Error`.
    Error,
    EmptyEntityError,
    ExpectedUdfException,
    IndexError,
    InvalidJsonType,
    KeyError,
    MemoryError,
    MissingJsonPath,
    NotImplementedError,
    OverflowError,
    /// A regular expression took more steps than it may.
    RegexBudget,
    TypeError,
    UnicodeDecodeError,
    UnicodeEncodeError,
    ValueError,
    ZeroDivisionError,
}

impl Exception {
    /// The name as results show it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AddressValueError => "AddressValueError",
            Self::AssertionError => "AssertionError",
            Self::AttributeError => "AttributeError",
            Self::CookieError => "CookieError",
            Self::Error => "Error",
            Self::EmptyEntityError => "EmptyEntityError",
            Self::ExpectedUdfException => "ExpectedUdfException",
            Self::IndexError => "IndexError",
            Self::InvalidJsonType => "InvalidJsonType",
            Self::KeyError => "KeyError",
            Self::MemoryError => "MemoryError",
            Self::MissingJsonPath => "MissingJsonPath",
            Self::NotImplementedError => "NotImplementedError",
            Self::OverflowError => "OverflowError",
            Self::RegexBudget => "RegexBudget",
            Self::TypeError => "TypeError",
            Self::UnicodeDecodeError => "UnicodeDecodeError",
            Self::UnicodeEncodeError => "UnicodeEncodeError",
            Self::ValueError => "ValueError",
            Self::ZeroDivisionError => "ZeroDivisionError",
        }
    }
}

/// A failed computation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The exception.
    pub exception: Exception,
    /// Expected failures (an optional value that is absent, a host without a public suffix)
    /// leave the feature empty and are not counted as errors.
    pub expected: bool,
    /// What went wrong, for people.
    pub message: Cow<'static, str>,
}

impl Fault {
    /// A failure that is reported and counted.
    pub fn error(exception: Exception, message: impl Into<Cow<'static, str>>) -> Self {
        Self { exception, expected: false, message: message.into() }
    }

    /// A failure that only leaves the feature empty.
    #[must_use]
    pub fn expected(message: &'static str) -> Self {
        Self {
            exception: Exception::ExpectedUdfException,
            expected: true,
            message: Cow::Borrowed(message),
        }
    }

    /// An argument of a type that the check should have refused.
    #[must_use]
    pub fn wrong_type(wanted: &str, got: &super::Value) -> Self {
        Self::error(Exception::TypeError, format!("expected {wanted}, got {}", got.type_name()))
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.exception.name(), self.message)
    }
}

impl std::error::Error for Fault {}
