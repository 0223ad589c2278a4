//! The boundary that no panic crosses, and the last error, tested from within: a C program has no
//! way to make the library panic.

// Only what is tested here is used.
#[allow(dead_code, non_camel_case_types, clippy::missing_safety_doc)]
#[path = "../src/error.rs"]
mod error;

use std::ffi::CStr;
use std::mem::MaybeUninit;

use error::{BASKETRY_INTERNAL, BASKETRY_INVALID_ARGUMENT, BASKETRY_OK, call, get, invalid, make};

fn last_error() -> String {
    // SAFETY: the buffer always holds a zero byte, and this thread does not change it meanwhile.
    let text = unsafe { CStr::from_ptr(error::basketry_last_error()) };
    text.to_str().expect("UTF-8").to_owned()
}

#[test]
fn a_panic_becomes_a_status() {
    let number = std::hint::black_box(7);
    assert_eq!(call(|| panic!("the number is {number}")), BASKETRY_INTERNAL);
    assert_eq!(last_error(), "defect in basketry: the number is 7");
    assert_eq!(call(|| panic!("static")), BASKETRY_INTERNAL);
    assert_eq!(last_error(), "defect in basketry: static");
    assert_eq!(call(|| std::panic::panic_any(7)), BASKETRY_INTERNAL);
    assert_eq!(last_error(), "defect in basketry: no message");
    assert_eq!(get(5, || -> i32 { panic!("again") }), 5);
    assert_eq!(get(5, || 6), 6);
}

#[test]
fn a_payload_that_panics_when_dropped_does_no_harm() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }
    assert_eq!(call(|| std::panic::panic_any(Bomb)), BASKETRY_INTERNAL);
}

#[test]
fn a_handle_is_null_unless_it_was_made() {
    let mut out = MaybeUninit::new(std::ptr::dangling_mut::<i32>());
    assert_eq!(make(Some(&mut out), || panic!("no")), BASKETRY_INTERNAL);
    // SAFETY: `make` writes it in any case.
    assert!(unsafe { out.assume_init() }.is_null());
    assert_eq!(make(Some(&mut out), || Err(invalid("no"))), BASKETRY_INVALID_ARGUMENT);
    // SAFETY: as above.
    assert!(unsafe { out.assume_init() }.is_null());
    assert_eq!(make(Some(&mut out), || Ok(7)), BASKETRY_OK);
    // SAFETY: as above; it succeeded, and so it is a box that nobody else has.
    assert_eq!(*unsafe { Box::from_raw(out.assume_init()) }, 7);
    assert_eq!(make::<i32>(None, || panic!("not run")), BASKETRY_INVALID_ARGUMENT);
    assert_eq!(last_error(), "out: expected a pointer, got null");
}

#[test]
fn messages_are_cut_between_characters_and_hold_no_zero_byte() {
    assert_eq!(call(|| Err(invalid("a\0b"))), BASKETRY_INVALID_ARGUMENT);
    assert_eq!(last_error(), "a?b");
    // 4,095 bytes fit; the character of two bytes in the middle of which they end does not.
    let long = format!("{}{}", "x".repeat(4094), "é".repeat(10));
    assert_eq!(call(|| Err(invalid(long))), BASKETRY_INVALID_ARGUMENT);
    assert_eq!(last_error(), "x".repeat(4094));
    // A success changes nothing, and another thread has its own.
    assert_eq!(call(|| Ok(())), BASKETRY_OK);
    assert_eq!(last_error().len(), 4094);
    std::thread::spawn(|| assert_eq!(last_error(), "")).join().unwrap();
}
