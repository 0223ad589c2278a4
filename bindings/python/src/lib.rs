//! The Python interface of basketry.
