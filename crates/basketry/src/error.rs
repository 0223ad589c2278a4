//! The one error type of the crate.

use std::fmt;

/// The result of every fallible function in this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of thing went wrong.
///
/// The kinds map one to one to the status codes of the C library and to the exception classes
/// of the Python package. Their numbers are stable and never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(i32)]
pub enum ErrorKind {
    /// An argument or option is out of its range, or arguments contradict each other.
    InvalidArgument = 1,
    /// A table lacks a column, or a column has a type that cannot serve.
    Schema = 2,
    /// A value in the data cannot be used (null id, price not finite, quantity not positive ...).
    Data = 3,
    /// A policy or a context could not be read: unknown key, wrong type, value out of range.
    Policy = 4,
    /// An id is not known where it must be.
    UnknownId = 5,
    /// The operating system refused to read or write.
    Io = 6,
    /// A model file is not one, is cut short or is damaged.
    Format = 7,
    /// A file was made by a version of the library that this one cannot read: by a newer one, or a model
    /// by one that learned other features.
    Version = 8,
    /// The work was cancelled through its [`Control`](crate::Control).
    Cancelled = 9,
    /// A limit (memory, number of results, time, 32-bit index space) was reached.
    Limit = 10,
    /// A defect in this library. Please report it.
    Internal = 11,
}

impl ErrorKind {
    /// The stable name of the kind, such as `"invalid_argument"`.
    pub fn code(self) -> &'static str {
        match self {
            Self::InvalidArgument => "invalid_argument",
            Self::Schema => "schema",
            Self::Data => "data",
            Self::Policy => "policy",
            Self::UnknownId => "unknown_id",
            Self::Io => "io",
            Self::Format => "format",
            Self::Version => "version",
            Self::Cancelled => "cancelled",
            Self::Limit => "limit",
            Self::Internal => "internal",
        }
    }
}

/// An error: its [kind](ErrorKind) and a sentence that names the argument, column, row or key
/// and says what was expected.
///
/// ```
/// use basketry::{Baskets, Control, ErrorKind, ItemsetOptions, MinSupport, itemsets};
///
/// let baskets = Baskets::from_lists([["bread", "butter"], ["bread", "jam"]])?;
/// let options = ItemsetOptions::new(MinSupport::Share(1.5));
/// let error = itemsets(&baskets, &options, &Control::new()).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::InvalidArgument);
/// assert!(error.to_string().contains("min_support"));
/// # Ok::<(), basketry::Error>(())
/// ```
pub struct Error {
    inner: Box<Inner>,
}

struct Inner {
    kind: ErrorKind,
    message: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of `kind` that says `message`.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { inner: Box::new(Inner { kind, message: message.into(), source: None }) }
    }

    /// The same error with what caused it.
    #[must_use]
    pub fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.inner.source = Some(source.into());
        self
    }

    /// The kind of the error.
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// True if the work was cancelled by its caller.
    pub fn is_cancelled(&self) -> bool {
        self.kind() == ErrorKind::Cancelled
    }

    /// An [`ErrorKind::InvalidArgument`] error.
    pub(crate) fn argument(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidArgument, message)
    }

    /// An [`ErrorKind::Io`] error about `path`.
    pub(crate) fn io(action: &str, path: &std::path::Path, source: std::io::Error) -> Self {
        Self::new(ErrorKind::Io, format!("cannot {action} {}: {source}", path.display()))
            .with_source(source)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.inner.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.inner.kind.code(), self.inner.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.inner.source.as_ref().map(|s| &**s as _)
    }
}
