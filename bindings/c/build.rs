//! Gives the shared library its soname, which cargo does not.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let os = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    if matches!(os.as_str(), "linux" | "android" | "freebsd" | "netbsd" | "openbsd") {
        // The number grows with every break of the binary interface; before 1.0 it is 0.
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libbasketry.so.0");
    }
}
