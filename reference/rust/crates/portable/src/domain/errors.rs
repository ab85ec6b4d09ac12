//! Every way in which a function can fail.

use std::error::Error;
use std::fmt;

/// An error that nobody expected: it is logged whole and answered bare.
pub type Unexpected = Box<dyn Error + Send + Sync>;

/// Why a function failed. All but `Internal` are explained: their text may be shown to the caller.
#[derive(Debug)]
pub enum ShedError {
    /// A field of the event is not what it must be; the text names the field, what is allowed and what was given.
    InvalidInput(String),
    /// The shed has a sheep of this tattoo.
    SheepAlreadyInShed(u64),
    /// No sheep of prime weight is in the shed.
    NoFittingSheep,
    /// A(m, n) takes more rewriting steps than are allowed.
    CatWouldNotFinish {
        /// The first argument.
        m: u64,
        /// The second argument.
        n: u64,
        /// The most steps that are allowed.
        max_steps: u64,
    },
    /// Anything else.
    Internal(Unexpected),
}

impl ShedError {
    /// The code that callers tell failures apart by.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::InvalidInput(_) => "INVALID_INPUT",
            Self::SheepAlreadyInShed(_) => "SHEEP_ALREADY_IN_SHED",
            Self::NoFittingSheep => "NO_FITTING_SHEEP",
            Self::CatWouldNotFinish { .. } => "CAT_WOULD_NOT_FINISH",
            Self::Internal(_) => "INTERNAL_ERROR",
        }
    }
}

impl fmt::Display for ShedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidInput(explanation) => f.write_str(explanation),
            Self::SheepAlreadyInShed(tattoo) => write!(f, "sheep {tattoo} is already in the shed"),
            Self::NoFittingSheep => f.write_str("no sheep of prime weight is in the shed"),
            Self::CatWouldNotFinish { m, n, max_steps } => {
                write!(f, "m={m}, n={n} takes more rewriting steps than the {max_steps} allowed")
            }
            Self::Internal(_) => f.write_str("internal error"),
        }
    }
}

impl Error for ShedError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Internal(error) => Some(error.as_ref()),
            _ => None,
        }
    }
}

impl From<Unexpected> for ShedError {
    fn from(error: Unexpected) -> Self {
        Self::Internal(error)
    }
}
