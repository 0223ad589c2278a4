//! Text and ids in both directions, arrays in, and options that can grow.

use std::ffi::{CStr, c_char};
use std::mem::MaybeUninit;
use std::path::PathBuf;

use basketry::{IdRef, Ids, Result};

use crate::error::invalid;

/// A text: len bytes of UTF-8, not ended by a zero byte unless the function that returns it says
/// so. Null data with a len of 0 is the empty text.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_str {
    /// The bytes.
    pub data: *const c_char,
    /// How many bytes there are.
    pub len: usize,
}

/// No id: what a zeroed basketry_id is.
pub const BASKETRY_ID_NONE: i32 = 0;
/// The id is an integer.
pub const BASKETRY_ID_INT: i32 = 1;
/// The id is a text.
pub const BASKETRY_ID_STR: i32 = 2;

/// An id as the shop knows it: an integer or a text. The integer 1 and the text "1" are different
/// ids and are never converted into each other. Make one with basketry_id_int or basketry_id_str.
/// The text is borrowed: what an id points to must live as long as the id is used.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_id {
    /// BASKETRY_ID_NONE, BASKETRY_ID_INT or BASKETRY_ID_STR.
    pub kind: i32,
    /// The integer, if it is one.
    pub number: i64,
    /// The text, if it is one.
    pub text: basketry_str,
}

/// A list of ids, such as those in one basket. This struct never grows.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_ids {
    /// The ids.
    pub ids: *const basketry_id,
    /// How many ids there are.
    pub len: usize,
}

/// A text from a string that ends with a zero byte. The bytes are borrowed, not copied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_text(data: *const c_char) -> basketry_str {
    if data.is_null() {
        // Not the empty text: whoever receives it says that a null pointer came.
        return basketry_str { data, len: usize::MAX };
    }
    // SAFETY: the caller says that the string ends with a zero byte.
    basketry_str { data, len: unsafe { CStr::from_ptr(data) }.count_bytes() }
}

/// An id that is an integer.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_id_int(number: i64) -> basketry_id {
    basketry_id { kind: BASKETRY_ID_INT, number, text: basketry_str::EMPTY }
}

/// An id that is a text, from a string that ends with a zero byte. The bytes are borrowed, not
/// copied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_id_str(data: *const c_char) -> basketry_id {
    // SAFETY: passed on as it came.
    basketry_id { kind: BASKETRY_ID_STR, number: 0, text: unsafe { basketry_text(data) } }
}

impl basketry_str {
    pub(crate) const EMPTY: Self = Self { data: std::ptr::null(), len: 0 };

    /// Lends `text` to C.
    pub(crate) fn lend(text: &str) -> Self {
        Self { data: text.as_ptr().cast(), len: text.len() }
    }

    /// The text as the argument `name`.
    ///
    /// # Safety
    /// `data` must point to `len` bytes that live, and are not changed, for `'a`; null is
    /// caught here.
    pub(crate) unsafe fn get<'a>(self, name: &str) -> Result<&'a str> {
        // SAFETY: passed on to the caller.
        let bytes = unsafe { array(self.data.cast::<u8>(), self.len, name) }?;
        std::str::from_utf8(bytes).map_err(|error| {
            invalid(format!("{name}: not valid UTF-8 at byte {}", error.valid_up_to()))
        })
    }
}

impl basketry_id {
    pub(crate) const NONE: Self =
        Self { kind: BASKETRY_ID_NONE, number: 0, text: basketry_str::EMPTY };

    /// Lends an id to C.
    pub(crate) fn lend(id: IdRef<'_>) -> Self {
        match id {
            IdRef::Int(number) => basketry_id_int(number),
            IdRef::Str(text) => {
                Self { kind: BASKETRY_ID_STR, number: 0, text: basketry_str::lend(text) }
            }
        }
    }

    /// Lends the id with this index to C; an error about the argument `name` if there is none.
    pub(crate) fn lend_from(ids: &Ids, index: u32, name: &str) -> Result<Self> {
        if index as usize >= ids.len() {
            return Err(invalid(format!("{name}: expected less than {}, got {index}", ids.len())));
        }
        Ok(Self::lend(ids.get(index)))
    }

    /// `len` ids at `data` as the argument `name`.
    ///
    /// # Safety
    /// As for [`array`] and [`basketry_str::get`].
    pub(crate) unsafe fn array<'a>(
        data: *const Self,
        len: usize,
        name: &str,
    ) -> Result<Vec<IdRef<'a>>> {
        // SAFETY: passed on to the caller.
        let ids = unsafe { array(data, len, name) }?;
        ids.iter()
            .enumerate()
            // SAFETY: passed on to the caller.
            .map(|(i, id)| unsafe { id.require(&format!("{name}[{i}]")) })
            .collect()
    }

    /// The id as the argument `name`; `None` if there is none.
    ///
    /// # Safety
    /// As for [`basketry_str::get`].
    pub(crate) unsafe fn get<'a>(self, name: &str) -> Result<Option<IdRef<'a>>> {
        match self.kind {
            BASKETRY_ID_NONE => Ok(None),
            BASKETRY_ID_INT => Ok(Some(IdRef::Int(self.number))),
            // SAFETY: passed on to the caller.
            BASKETRY_ID_STR => Ok(Some(IdRef::Str(unsafe { self.text.get(name) }?))),
            kind => Err(invalid(format!(
                "{name}: an id of kind {kind}; expected BASKETRY_ID_INT or BASKETRY_ID_STR"
            ))),
        }
    }

    /// The id as the argument `name`, which must be there.
    ///
    /// # Safety
    /// As for [`basketry_str::get`].
    pub(crate) unsafe fn require<'a>(self, name: &str) -> Result<IdRef<'a>> {
        // SAFETY: passed on to the caller.
        unsafe { self.get(name) }?
            .ok_or_else(|| invalid(format!("{name}: expected an id, got none")))
    }
}

impl basketry_ids {
    /// `len` lists at `data` as the argument `name`.
    ///
    /// # Safety
    /// As for [`array`] and [`basketry_str::get`].
    pub(crate) unsafe fn array<'a>(
        data: *const Self,
        len: usize,
        name: &str,
    ) -> Result<Vec<Vec<IdRef<'a>>>> {
        // SAFETY: passed on to the caller.
        let lists = unsafe { array(data, len, name) }?;
        lists
            .iter()
            .enumerate()
            // SAFETY: passed on to the caller.
            .map(|(i, list)| unsafe {
                basketry_id::array(list.ids, list.len, &format!("{name}[{i}]"))
            })
            .collect()
    }
}

/// `len` values at `data` as the argument `name`.
///
/// # Safety
/// `data` must point to `len` values that live, and are not changed, for `'a`; null, misaligned
/// and absurdly long arrays are caught here.
pub(crate) unsafe fn array<'a, T>(data: *const T, len: usize, name: &str) -> Result<&'a [T]> {
    if len == 0 {
        return Ok(&[]);
    }
    if data.is_null() {
        return Err(invalid(format!("{name}: expected a pointer, got null")));
    }
    if len > isize::MAX as usize / size_of::<T>() {
        return Err(invalid(format!("{name}: a length of {len} cannot be in memory")));
    }
    if !data.is_aligned() {
        return Err(invalid(format!("{name}: expected a pointer aligned to {}", align_of::<T>())));
    }
    // SAFETY: not null, aligned, of a possible size; the rest is the caller's word.
    Ok(unsafe { std::slice::from_raw_parts(data, len) })
}

/// The value at `data` as the argument `name`; `None` if it is null.
///
/// # Safety
/// As for [`array`].
pub(crate) unsafe fn one<'a, T>(data: *const T, name: &str) -> Result<Option<&'a T>> {
    if data.is_null() {
        return Ok(None);
    }
    // SAFETY: passed on to the caller.
    Ok(unsafe { array(data, 1, name) }?.first())
}

/// `len` ids at `data` as the argument `name`; `None` if it is null.
///
/// # Safety
/// As for [`basketry_id::array`].
pub(crate) unsafe fn optional_ids<'a>(
    data: *const basketry_id,
    len: usize,
    name: &str,
) -> Result<Option<Vec<IdRef<'a>>>> {
    if data.is_null() {
        return Ok(None);
    }
    // SAFETY: passed on to the caller.
    unsafe { basketry_id::array(data, len, name) }.map(Some)
}

/// Yes or no as the argument `name`: 1 or 0.
pub(crate) fn flag(value: i32, name: &str) -> Result<bool> {
    match value {
        0 => Ok(false),
        1 => Ok(true),
        other => Err(invalid(format!("{name}: expected 0 or 1, got {other}"))),
    }
}

/// A string that ends with a zero byte as the argument `name`; `None` if it is null.
///
/// # Safety
/// The string must live, and not be changed, for `'a`.
pub(crate) unsafe fn optional_c_str<'a>(
    data: *const c_char,
    name: &str,
) -> Result<Option<&'a str>> {
    if data.is_null() {
        return Ok(None);
    }
    // SAFETY: not null; that it ends is the caller's word.
    let text = unsafe { CStr::from_ptr(data) };
    text.to_str().map(Some).map_err(|error| {
        invalid(format!("{name}: not valid UTF-8 at byte {}", error.valid_up_to()))
    })
}

/// A string that ends with a zero byte as the argument `name`.
///
/// # Safety
/// As for [`optional_c_str`].
pub(crate) unsafe fn c_str<'a>(data: *const c_char, name: &str) -> Result<&'a str> {
    // SAFETY: passed on to the caller.
    unsafe { optional_c_str(data, name) }?
        .ok_or_else(|| invalid(format!("{name}: expected a string, got null")))
}

/// `len` strings at `data`, each ended by a zero byte, as the argument `name`.
///
/// # Safety
/// As for [`array`] and [`c_str`].
pub(crate) unsafe fn c_str_array(
    data: *const *const c_char,
    len: usize,
    name: &str,
) -> Result<Vec<String>> {
    // SAFETY: passed on to the caller.
    let strings = unsafe { array(data, len, name) }?;
    strings
        .iter()
        .enumerate()
        // SAFETY: passed on to the caller.
        .map(|(i, &string)| Ok(unsafe { c_str(string, &format!("{name}[{i}]")) }?.to_owned()))
        .collect()
}

/// A path as the argument `name`: bytes as they are on Unix, UTF-8 elsewhere.
///
/// # Safety
/// As for [`optional_c_str`].
pub(crate) unsafe fn path(data: *const c_char, name: &str) -> Result<PathBuf> {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        if data.is_null() {
            return Err(invalid(format!("{name}: expected a path, got null")));
        }
        // SAFETY: not null; that it ends is the caller's word.
        let bytes = unsafe { CStr::from_ptr(data) }.to_bytes();
        Ok(PathBuf::from(std::ffi::OsStr::from_bytes(bytes)))
    }
    #[cfg(not(unix))]
    {
        // SAFETY: passed on to the caller.
        Ok(PathBuf::from(unsafe { c_str(data, name) }?))
    }
}

/// `len` values at `data` to be written, as the argument `name`.
///
/// # Safety
/// `data` must point to space for `len` values that nobody else uses for `'a`; null, misaligned
/// and absurdly long arrays are caught here.
pub(crate) unsafe fn array_mut<'a, T>(
    data: *mut T,
    len: usize,
    name: &str,
) -> Result<&'a mut [MaybeUninit<T>]> {
    // SAFETY: only for its checks; what may not be read yet is not read.
    let checked = unsafe { array(data.cast::<MaybeUninit<T>>(), len, name) }?;
    if checked.is_empty() {
        return Ok(&mut []);
    }
    // SAFETY: not null, aligned, of a possible size; the rest is the caller's word.
    Ok(unsafe { std::slice::from_raw_parts_mut(data.cast(), len) })
}

/// A struct that a C program fills in and that may grow at its end in later versions.
///
/// # Safety
/// `#[repr(C)]`, begins with `struct_size: usize`, and every pattern of bits is a valid value.
pub(crate) unsafe trait Grows: Copy {
    /// The name of the type in C.
    const NAME: &'static str;
    /// The size that the struct had when it first appeared.
    const FIRST_SIZE: usize;
    /// What the macro in the header that ends in `_INIT` makes.
    const DEFAULT: Self;
}

/// A copy of the struct that `from` points to, as far as its `struct_size` says that it goes; the
/// fields behind have their defaults. `None` if it is null.
///
/// # Safety
/// `from` must be null or point to as many bytes as its `struct_size` says.
pub(crate) unsafe fn grown<T: Grows>(from: *const T, name: &str) -> Result<Option<T>> {
    if from.is_null() {
        return Ok(None);
    }
    if !from.is_aligned() {
        return Err(invalid(format!("{name}: expected a pointer aligned to {}", align_of::<T>())));
    }
    let bytes = from.cast::<u8>();
    // SAFETY: every such struct begins with its size.
    let size = unsafe { *from.cast::<usize>() };
    if size < T::FIRST_SIZE || size > 1 << 16 {
        return Err(invalid(format!(
            "{name}: struct_size is {size}, expected {}; begin with {}_INIT, which sets it",
            size_of::<T>(),
            T::NAME.to_uppercase()
        )));
    }
    if size > size_of::<T>() {
        // A program made for a newer library: fine as long as it uses nothing we do not know.
        // SAFETY: the caller says that `size` bytes are there.
        let rest =
            unsafe { std::slice::from_raw_parts(bytes.add(size_of::<T>()), size - size_of::<T>()) };
        if rest.iter().any(|&byte| byte != 0) {
            return Err(invalid(format!(
                "{name}: this program sets fields of {} that basketry {} does not know; it needs \
                 a newer library",
                T::NAME,
                env!("CARGO_PKG_VERSION")
            )));
        }
    }
    let mut copy = T::DEFAULT;
    // SAFETY: at most the size of both; every pattern of bits is a value of `T`.
    unsafe {
        std::ptr::copy_nonoverlapping(
            bytes,
            (&raw mut copy).cast::<u8>(),
            size.min(size_of::<T>()),
        );
    }
    Ok(Some(copy))
}

/// Copies of the `len` structs at `data`, which lie as far apart as the first one's `struct_size` says.
///
/// # Safety
/// As for [`grown`], of each.
pub(crate) unsafe fn grown_array<T: Grows>(
    data: *const T,
    len: usize,
    name: &str,
) -> Result<Vec<T>> {
    if len == 0 {
        return Ok(Vec::new());
    }
    // SAFETY: passed on to the caller; this checks the pointer and the size of the first.
    if unsafe { grown(data, &format!("{name}[0]")) }?.is_none() {
        return Err(invalid(format!("{name}: expected a pointer, got null")));
    }
    // SAFETY: as above.
    let size = unsafe { *data.cast::<usize>() };
    if len > isize::MAX as usize / size {
        return Err(invalid(format!("{name}: a length of {len} cannot be in memory")));
    }
    (0..len)
        .map(|at| {
            // SAFETY: the caller says that all of them are there.
            let from = unsafe { data.byte_add(at * size) };
            if !from.is_aligned() {
                return Err(invalid(format!("{name}: struct_size is {size}, not a multiple of {}", align_of::<T>())));
            }
            // SAFETY: as above, and aligned.
            let its = unsafe { *from.cast::<usize>() };
            if its != size {
                return Err(invalid(format!("{name}[{at}]: struct_size is {its}, but {size} in the first; all must be the same")));
            }
            // SAFETY: passed on to the caller.
            Ok(unsafe { grown(from, &format!("{name}[{at}]")) }?.unwrap_or(T::DEFAULT))
        })
        .collect()
}
