//! The container of a model file: header, section table, sections.
//!
//! All numbers are little-endian.
//!
//! Header, 64 bytes: magic (8), major version u16, minor version u16, header length u32, file
//! length u64, section count u32, flags u32 (0), xxh3-64 of the section table u64, model id (16),
//! layout u64: a number for what the entries of the sections mean, which is not in the table. The
//! section table follows, 48 bytes an entry: kind (four characters), version
//! u16, flags u16 (bit 0: a reader must understand this section), element type u32, instance u32
//! (sections of a kind count from 0), offset u64, length in bytes u64, element count u64, xxh3-64
//! of the section u64. Sections follow in the order of the table, each at the next multiple of
//! 64; the gaps are 0 and the file ends at a multiple of 64.
//!
//! The model id is the xxh3-128 of the section table, which holds the hash of every section: it
//! is a hash of the content.

use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use crate::{Error, ErrorKind, Result};

#[cfg(target_endian = "big")]
compile_error!("model files are little-endian and read in place: big-endian machines cannot");

pub(super) const MAGIC: [u8; 8] = [0x89, b'B', b'S', b'K', b'T', b'\r', b'\n', 0x1a];
pub(super) const MAJOR: u16 = 1;
pub(super) const MINOR: u16 = 0;
pub(super) const HEADER: usize = 64;
pub(super) const ENTRY: usize = 48;
const ALIGN: usize = 64;
const REQUIRED: u16 = 1;
const MAX_SECTIONS: u32 = 4096;

/// The four characters that say what a section holds.
pub(super) type Kind = [u8; 4];

/// What the elements of a section are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(super) enum Type {
    Bytes = 1,
    U32 = 2,
    U64 = 3,
    I64 = 4,
    F32 = 5,
    F64 = 6,
}

impl Type {
    fn from_code(code: u32) -> Option<Self> {
        [Self::Bytes, Self::U32, Self::U64, Self::I64, Self::F32, Self::F64]
            .into_iter()
            .find(|&kind| kind as u32 == code)
    }

    fn size(self) -> u64 {
        match self {
            Self::Bytes => 1,
            Self::U32 | Self::F32 => 4,
            Self::U64 | Self::I64 | Self::F64 => 8,
        }
    }
}

/// A type a section can be read as.
pub(super) trait Element: bytemuck::Pod {
    const TYPE: Type;
}

macro_rules! elements {
    ($($element:ty => $kind:ident),*) => {$(
        impl Element for $element {
            const TYPE: Type = Type::$kind;
        }
    )*};
}

elements! { u8 => Bytes, u32 => U32, u64 => U64, i64 => I64, f32 => F32, f64 => F64 }

/// Writes sections; the bytes depend on nothing but what is written.
pub(super) struct Writer {
    layout: u64,
    table: Vec<u8>,
    count: u32,
    body: Vec<u8>,
    /// Offsets within the body, patched once the length of the table is known.
    offsets: Vec<u64>,
}

impl Writer {
    pub(super) fn new(layout: u64) -> Self {
        Self { layout, table: Vec::new(), count: 0, body: Vec::new(), offsets: Vec::new() }
    }

    /// Adds a section that a reader must understand.
    pub(super) fn section<T: Element>(&mut self, kind: Kind, instance: u32, values: &[T]) {
        let bytes = bytemuck::cast_slice(values);
        self.add((kind, instance), (1, REQUIRED), T::TYPE, bytes);
    }

    /// Adds a section without which a reader can serve the rest.
    pub(super) fn optional<T: Element>(&mut self, kind: Kind, values: &[T]) {
        self.optional_instance(kind, 0, values);
    }

    /// Adds one of several sections of a kind without which a reader can serve the rest.
    pub(super) fn optional_instance<T: Element>(
        &mut self,
        kind: Kind,
        instance: u32,
        values: &[T],
    ) {
        self.add((kind, instance), (1, 0), T::TYPE, bytemuck::cast_slice(values));
    }

    fn add(
        &mut self,
        (kind, instance): (Kind, u32),
        (version, flags): (u16, u16),
        element: Type,
        bytes: &[u8],
    ) {
        self.body.resize(self.body.len().next_multiple_of(ALIGN), 0);
        self.offsets.push(self.body.len() as u64);
        self.table.extend_from_slice(&kind);
        self.table.extend_from_slice(&version.to_le_bytes());
        self.table.extend_from_slice(&flags.to_le_bytes());
        self.table.extend_from_slice(&(element as u32).to_le_bytes());
        self.table.extend_from_slice(&instance.to_le_bytes());
        self.table.extend_from_slice(&0u64.to_le_bytes());
        self.table.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        self.table.extend_from_slice(&(bytes.len() as u64 / element.size()).to_le_bytes());
        self.table.extend_from_slice(&xxh3_64(bytes).to_le_bytes());
        self.body.extend_from_slice(bytes);
        self.count += 1;
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        let start = (HEADER + self.table.len()).next_multiple_of(ALIGN);
        for (entry, offset) in self.table.chunks_exact_mut(ENTRY).zip(&self.offsets) {
            entry[16..24].copy_from_slice(&(start as u64 + offset).to_le_bytes());
        }
        let len = (start + self.body.len()).next_multiple_of(ALIGN);
        let mut file = Vec::with_capacity(len);
        file.extend_from_slice(&MAGIC);
        file.extend_from_slice(&MAJOR.to_le_bytes());
        file.extend_from_slice(&MINOR.to_le_bytes());
        file.extend_from_slice(&(HEADER as u32).to_le_bytes());
        file.extend_from_slice(&(len as u64).to_le_bytes());
        file.extend_from_slice(&self.count.to_le_bytes());
        file.extend_from_slice(&0u32.to_le_bytes());
        file.extend_from_slice(&xxh3_64(&self.table).to_le_bytes());
        file.extend_from_slice(&xxh3_128(&self.table).to_le_bytes());
        file.extend_from_slice(&self.layout.to_le_bytes());
        file.extend_from_slice(&self.table);
        file.resize(start, 0);
        file.extend_from_slice(&self.body);
        file.resize(len, 0);
        file
    }
}

/// An error about the file called `name`.
pub(super) fn damaged(name: &str, what: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Format, format!("{name}: {what}"))
}

/// An error about a file that is whole, but was not written as this library reads it.
pub(super) fn other_version(name: &str, what: impl std::fmt::Display) -> Error {
    let text = format!(
        "{name}: {what}: another version of this library made it; fit the model again with this one"
    );
    Error::new(ErrorKind::Version, text)
}

/// What the header says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    pub(super) id: [u8; 16],
    sections: u32,
    table_hash: u64,
}

impl Header {
    /// Reads the header of a file of `len` bytes with this layout; `start` is its first 64 bytes, or all
    /// there are.
    pub(super) fn parse(start: &[u8], len: u64, layout: u64, name: &str) -> Result<Self> {
        if len == 0 {
            return Err(damaged(name, "the file is empty, not a model"));
        }
        if start.len() < 8 || start[..8] != MAGIC {
            let text = "not a basketry model (it does not begin with the mark of one)";
            return Err(damaged(name, text));
        }
        let Some(start) = start.get(..HEADER) else {
            return Err(damaged(name, format!("cut short in the header, after {len} bytes")));
        };
        let (major, minor) = (u16_at(start, 8), u16_at(start, 10));
        if major > MAJOR {
            return Err(Error::new(
                ErrorKind::Version,
                format!(
                    "{name}: format version {major}.{minor} is newer than this library, which \
                     reads up to {MAJOR}.x; update the library"
                ),
            ));
        }
        if major == 0 {
            return Err(damaged(name, "header: format version 0 never existed"));
        }
        if u32_at(start, 12) as usize != HEADER {
            return Err(damaged(name, "header: its length is wrong"));
        }
        let stated = u64_at(start, 16);
        if stated != len {
            let what = if len < stated { "cut short" } else { "too long" };
            return Err(damaged(name, format!("{what}: {len} bytes instead of {stated}")));
        }
        if u32_at(start, 28) != 0 {
            return Err(damaged(name, "header: a reserved field is not 0"));
        }
        let found = u64_at(start, 56);
        if found != layout {
            let what = format!(
                "format version {major}.{minor} in layout {found:016x}, where {layout:016x} is read"
            );
            return Err(other_version(name, what));
        }
        let sections = u32_at(start, 24);
        if sections > MAX_SECTIONS {
            return Err(damaged(name, format!("header: {sections} sections are too many")));
        }
        let mut id = [0; 16];
        id.copy_from_slice(&start[40..56]);
        Ok(Self { id, sections, table_hash: u64_at(start, 32) })
    }
}

/// Where a section lies. All of it was checked against the length of the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Section {
    kind: Kind,
    instance: u32,
    element: Type,
    start: usize,
    end: usize,
    hash: u64,
    version: u16,
    required: bool,
}

/// A section as a column of `T`.
#[derive(Debug)]
pub(super) struct Column<T> {
    start: usize,
    end: usize,
    of: std::marker::PhantomData<fn() -> T>,
}

impl<T> Clone for Column<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Column<T> {}

impl<T: Element> Column<T> {
    /// A column without entries.
    pub(super) const EMPTY: Self = Self { start: 0, end: 0, of: std::marker::PhantomData };

    /// The values. `bytes` are those of the file the column was found in.
    #[inline]
    pub(super) fn of(self, bytes: &[u8]) -> &[T] {
        // Within the file, aligned to 64 and a multiple of the element's size: checked on opening.
        bytemuck::cast_slice(&bytes[self.start..self.end])
    }
}

/// The sections of a file.
#[derive(Debug)]
pub(super) struct Sections {
    list: Vec<Section>,
}

impl Sections {
    /// Reads and checks header and table. The sections' contents are not looked at.
    pub(super) fn parse(bytes: &[u8], layout: u64, name: &str) -> Result<(Header, Self)> {
        let header = Header::parse(bytes, bytes.len() as u64, layout, name)?;
        let table_end = HEADER + header.sections as usize * ENTRY;
        let Some(table) = bytes.get(HEADER..table_end) else {
            return Err(damaged(name, "cut short in the section table"));
        };
        if xxh3_64(table) != header.table_hash {
            return Err(damaged(name, "section table: its hash does not match"));
        }
        if xxh3_128(table).to_le_bytes() != header.id {
            return Err(damaged(name, "header: the model id does not match the section table"));
        }
        let mut sections = Self { list: Vec::with_capacity(header.sections as usize) };
        let mut end = table_end;
        for entry in table.chunks_exact(ENTRY) {
            let mut kind = [0; 4];
            kind.copy_from_slice(&entry[..4]);
            let section = parse_entry(entry, kind, end, bytes, name)?;
            end = section.end;
            if sections.position(kind, section.instance).is_some() {
                return Err(damaged(name, format!("section {}: it is there twice", show(kind))));
            }
            sections.list.push(section);
        }
        if end.next_multiple_of(ALIGN) != bytes.len() || bytes[end..].iter().any(|&b| b != 0) {
            return Err(damaged(name, "something follows the last section"));
        }
        Ok((header, sections))
    }

    fn position(&self, kind: Kind, instance: u32) -> Option<usize> {
        self.list.iter().position(|s| s.kind == kind && s.instance == instance)
    }

    /// Whether there is a section of this kind.
    pub(super) fn has(&self, kind: Kind) -> bool {
        self.position(kind, 0).is_some()
    }

    /// Adds all sections but those of some kinds to another file, as they are.
    pub(super) fn copy(&self, bytes: &[u8], but: &[Kind], writer: &mut Writer) {
        self.copy_changed(bytes, but, writer, |_, _| None);
    }

    /// As [`copy`](Self::copy), with other contents where `change` gives some.
    pub(super) fn copy_changed(
        &self,
        bytes: &[u8],
        but: &[Kind],
        writer: &mut Writer,
        change: impl Fn(Kind, &[u8]) -> Option<Vec<u8>>,
    ) {
        for s in self.list.iter().filter(|s| !but.contains(&s.kind)) {
            let flags = if s.required { REQUIRED } else { 0 };
            let body = &bytes[s.start..s.end];
            let changed = change(s.kind, body);
            let body = changed.as_deref().unwrap_or(body);
            writer.add((s.kind, s.instance), (s.version, flags), s.element, body);
        }
    }

    /// The kind and the number of entries of each section.
    #[cfg(test)]
    pub(super) fn lengths(&self) -> impl Iterator<Item = (Kind, usize)> {
        self.list.iter().map(|s| (s.kind, (s.end - s.start) / s.element.size() as usize))
    }

    /// The section of a kind as a column; an error if it is missing or of another type, which is no
    /// damage: the table was checked against its hash.
    pub(super) fn column<T: Element>(
        &self,
        kind: Kind,
        instance: u32,
        name: &str,
    ) -> Result<Column<T>> {
        let Some(at) = self.position(kind, instance) else {
            return Err(other_version(name, format!("section {} is missing", show(kind))));
        };
        let section = self.list[at];
        if section.version != 1 {
            return Err(Error::new(
                ErrorKind::Version,
                format!("{name}: section {}: its version is newer; update the library", show(kind)),
            ));
        }
        if section.element != T::TYPE {
            let text = format!("section {} has other elements", show(kind));
            return Err(other_version(name, text));
        }
        Ok(Column { start: section.start, end: section.end, of: std::marker::PhantomData })
    }

    /// An error if there are sections that must be understood and are not `known`.
    pub(super) fn check_known(&self, known: &[Kind], name: &str) -> Result<()> {
        match self.list.iter().find(|s| s.required && !known.contains(&s.kind)) {
            Some(section) => Err(Error::new(
                ErrorKind::Version,
                format!(
                    "{name}: section {} must be understood and is not known to this library; \
                     update the library",
                    show(section.kind)
                ),
            )),
            None => Ok(()),
        }
    }

    /// Whether a section is as it was written.
    pub(super) fn is_whole(&self, kind: Kind, bytes: &[u8]) -> bool {
        let section = self.position(kind, 0).map(|at| &self.list[at]);
        section.is_some_and(|s| xxh3_64(&bytes[s.start..s.end]) == s.hash)
    }

    /// Compares the hash of every section.
    pub(super) fn verify(&self, bytes: &[u8], name: &str) -> Result<()> {
        for section in &self.list {
            if xxh3_64(&bytes[section.start..section.end]) != section.hash {
                let text = format!("section {}: its hash does not match", show(section.kind));
                return Err(damaged(name, text));
            }
        }
        Ok(())
    }
}

fn parse_entry(
    entry: &[u8],
    kind: Kind,
    previous_end: usize,
    bytes: &[u8],
    name: &str,
) -> Result<Section> {
    let wrong = |what: &str| damaged(name, format!("section {}: {what}", show(kind)));
    let element = Type::from_code(u32_at(entry, 8)).ok_or_else(|| wrong("unknown element type"))?;
    let (offset, len, count) = (u64_at(entry, 16), u64_at(entry, 24), u64_at(entry, 32));
    if count.checked_mul(element.size()) != Some(len) {
        return Err(wrong("its length is not that of its elements"));
    }
    let start = previous_end.next_multiple_of(ALIGN);
    let end = offset.checked_add(len).filter(|&end| end <= bytes.len() as u64);
    let (Some(end), true) = (end, offset == start as u64) else {
        return Err(wrong("it lies outside the file or not where it should"));
    };
    if bytes[previous_end..start].iter().any(|&b| b != 0) {
        return Err(wrong("the gap before it is not 0"));
    }
    Ok(Section {
        kind,
        instance: u32_at(entry, 12),
        element,
        start,
        // No more than the length of a slice, so it fits.
        end: end as usize,
        hash: u64_at(entry, 40),
        version: u16_at(entry, 4),
        required: u16_at(entry, 6) & REQUIRED != 0,
    })
}

fn show(kind: Kind) -> String {
    kind.escape_ascii().to_string()
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYOUT: u64 = 0x0123_4567_89ab_cdef;

    fn sample() -> Vec<u8> {
        let mut writer = Writer::new(LAYOUT);
        writer.section(*b"AAAA", 0, b"some bytes".as_slice());
        writer.section(*b"BBBB", 0, &[1u64, 2, 3]);
        writer.section(*b"BBBB", 1, &[] as &[u64]);
        writer.section(*b"CCCC", 0, &[0.5f32; 5]);
        writer.finish()
    }

    /// Makes the hashes of a damaged table right again, as an attacker would.
    fn rehash(file: &mut [u8]) {
        let end = HEADER + u32_at(file, 24) as usize * ENTRY;
        let Some(table) = file.get(HEADER..end).map(<[u8]>::to_vec) else { return };
        file[32..40].copy_from_slice(&xxh3_64(&table).to_le_bytes());
        file[40..56].copy_from_slice(&xxh3_128(&table).to_le_bytes());
    }

    #[test]
    fn what_is_written_is_read() {
        let file = sample();
        assert_eq!(file, sample());
        assert_eq!(file.len() % ALIGN, 0);
        let (header, sections) = Sections::parse(&file, LAYOUT, "x").unwrap();
        assert_eq!(header.id, xxh3_128(&file[HEADER..HEADER + 4 * ENTRY]).to_le_bytes());
        assert_eq!(sections.column::<u8>(*b"AAAA", 0, "x").unwrap().of(&file), b"some bytes");
        assert_eq!(sections.column::<u64>(*b"BBBB", 0, "x").unwrap().of(&file), [1, 2, 3]);
        assert!(sections.column::<u64>(*b"BBBB", 1, "x").unwrap().of(&file).is_empty());
        for (kind, part) in [(*b"BBBB", "BBBB has other elements"), (*b"DDDD", "DDDD is missing")] {
            let error = sections.column::<f32>(kind, 0, "x").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Version);
            assert!(error.to_string().contains(part), "{error}");
        }
        sections.verify(&file, "x").unwrap();
        assert_eq!(
            sections.check_known(&[*b"AAAA", *b"BBBB"], "x").unwrap_err().kind(),
            ErrorKind::Version
        );
    }

    #[test]
    fn hostile_tables_are_refused_or_sound() {
        let sound = sample();
        let table = HEADER..HEADER + 4 * ENTRY;
        let mut accepted = 0;
        for at in (24..28).chain(table) {
            for value in [0, 1, 2, 0x3f, 0x40, 0x7f, 0x80, 0xff] {
                let mut file = sound.clone();
                if file[at] == value || (at < HEADER && value > 4) {
                    continue;
                }
                file[at] = value;
                rehash(&mut file);
                let Ok((_, sections)) = Sections::parse(&file, LAYOUT, "x") else { continue };
                accepted += 1;
                // Whatever was let through lies within the file and can be read.
                for section in &sections.list {
                    let (kind, instance) = (section.kind, section.instance);
                    let _ = sections.column::<u8>(kind, instance, "x").map(|c| c.of(&file).len());
                    let _ = sections.column::<u64>(kind, instance, "x").map(|c| c.of(&file).len());
                    let _ = sections.column::<f32>(kind, instance, "x").map(|c| c.of(&file).len());
                }
                let _ = sections.verify(&file, "x");
            }
        }
        // Kinds, versions, flags and hashes of sections may be anything here.
        assert!(accepted > 100);
    }

    #[test]
    fn sections_that_need_not_be_understood_are_passed_over() {
        let mut file = sample();
        // The flags of the last entry.
        file[HEADER + 3 * ENTRY + 6] = 0;
        rehash(&mut file);
        let (_, sections) = Sections::parse(&file, LAYOUT, "x").unwrap();
        sections.check_known(&[*b"AAAA", *b"BBBB"], "x").unwrap();
    }
}
