//! The C interface of basketry.
