//! Bytes kept alive by a mapping or by memory of our own.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use memmap2::Mmap;

use crate::{Error, ErrorKind, Result};

/// Memory aligned as the sections of a file are.
#[derive(Clone, Copy, bytemuck::Zeroable, bytemuck::Pod)]
#[repr(C, align(64))]
pub(super) struct Block([u8; 64]);

/// The bytes of a model file, at an address that is a multiple of 8.
pub(super) enum Bytes {
    Mapped(Mmap),
    Owned(Vec<u8>),
    Aligned { blocks: Vec<Block>, len: usize },
}

impl Bytes {
    /// Takes the bytes over; copies them if their address would not do.
    pub(super) fn from_vec(bytes: Vec<u8>) -> Self {
        if bytes.as_ptr().align_offset(8) == 0 {
            return Self::Owned(bytes);
        }
        let len = bytes.len();
        let mut blocks = vec![Block([0; 64]); len.div_ceil(64)];
        bytemuck::cast_slice_mut(&mut blocks)[..len].copy_from_slice(&bytes);
        Self::Aligned { blocks, len }
    }

    /// Maps a file.
    pub(super) fn map(file: &File, path: &Path) -> Result<Self> {
        // SAFETY: the mapping is read-only and private to this value. Writing into or truncating
        // a published model file while it is mapped is documented as forbidden (files are
        // replaced by renaming); all reads go through checked slices of bytes and of plain
        // numbers, for which every bit pattern is valid.
        let map = unsafe { Mmap::map(file) };
        map.map(Self::Mapped).map_err(|error| Error::io("map", path, error))
    }

    /// Reads `len` bytes of a file that has more if it grew meanwhile, or fewer if it was cut.
    pub(super) fn read(file: &mut File, len: u64, path: &Path) -> Result<Self> {
        let len = usize::try_from(len).map_err(|_| {
            Error::new(
                ErrorKind::Limit,
                format!("{}: {len} bytes do not fit into this machine's memory", path.display()),
            )
        })?;
        let mut blocks: Vec<Block> = Vec::new();
        blocks.try_reserve_exact(len.div_ceil(64)).map_err(|error| {
            Error::new(ErrorKind::Limit, format!("{}: no memory for {len} bytes", path.display()))
                .with_source(error)
        })?;
        blocks.resize(len.div_ceil(64), Block([0; 64]));
        file.read_exact(&mut bytemuck::cast_slice_mut(&mut blocks)[..len])
            .map_err(|error| Error::io("read", path, error))?;
        Ok(Self::Aligned { blocks, len })
    }
}

impl std::ops::Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Owned(bytes) => bytes,
            Self::Aligned { blocks, len } => &bytemuck::cast_slice(blocks)[..*len],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_vector_is_aligned() {
        for len in [0, 1, 63, 64, 65, 1000] {
            let bytes: Vec<u8> = (0..len).map(|i| i as u8).collect();
            let kept = Bytes::from_vec(bytes.clone());
            assert_eq!(&*kept, &bytes[..]);
            assert_eq!(kept.as_ptr().align_offset(8), 0);
            let mut blocks = vec![Block([0; 64]); bytes.len().div_ceil(64)];
            bytemuck::cast_slice_mut(&mut blocks)[..len].copy_from_slice(&bytes);
            assert_eq!(&*Bytes::Aligned { blocks, len }, &bytes[..]);
        }
    }
}
