//! Makes `include/basketry.h` and `include/basketry_php.h` from the sources, and checks that the
//! committed ones are current and complete.
//!
//! `BASKETRY_WRITE_HEADERS=1 cargo test -p basketry-c --test header` writes them anew.

use std::fmt::Write as _;
use std::path::PathBuf;

/// The sources in the order in which the header shows them.
const SOURCES: &[&str] = &[
    "error",
    "strings",
    "control",
    "arrow",
    "csv",
    "catalog",
    "history",
    "baskets",
    "hierarchy",
    "selection",
    "itemsets",
    "parts",
    "utility",
    "rules",
    "significance",
    "contrasts",
    "sequences",
    "saved",
    "model",
    "model_rules",
    "recommendations",
    "scores",
    "relations",
    "similar",
    "learner",
    "policy",
    "contact",
    "engine",
    "reasons",
    "offer",
    "decision",
    "journal",
    "ladder",
    "assign",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("cannot read {}: {e}", path.display()))
}

fn generate(config: cbindgen::Config) -> String {
    let mut builder = cbindgen::Builder::new().with_config(config);
    for source in SOURCES {
        builder = builder.with_src(root().join(format!("src/{source}.rs")));
    }
    let mut text = Vec::new();
    builder.generate().expect("cbindgen understands the sources").write(&mut text);
    String::from_utf8(text).unwrap()
}

fn config() -> cbindgen::Config {
    cbindgen::Config::from_file(root().join("cbindgen.toml")).expect("cbindgen.toml is valid")
}

/// The header for C and C++.
fn full_header() -> String {
    let mut config = config();
    config.header = Some(read("header/top.h").trim_end().to_string());
    config.after_includes = Some(read("header/arrow.h").trim_end().to_string());
    config.trailer = Some(read("header/init.h").trim_end().to_string());
    generate(config)
}

/// The header for foreign function interfaces that have no preprocessor, such as PHP's: no
/// includes, no comments, and constants as an enumeration.
fn bare_header() -> String {
    let mut config = config();
    config.cpp_compat = false;
    config.documentation = false;
    let generated = generate(config);

    let mut constants = String::new();
    let mut rest = String::new();
    for line in generated.lines() {
        if let Some(define) = line.strip_prefix("#define ") {
            let (name, value) = define.split_once(' ').expect("a constant has a value");
            let value = match value {
                "INT64_MIN" => "-9223372036854775807 - 1",
                "INT64_MAX" => "9223372036854775807",
                value => {
                    value.parse::<i64>().expect("a constant is an integer");
                    value
                }
            };
            writeln!(constants, "    {name} = {value},").unwrap();
        } else if !line.is_empty() {
            assert!(!line.contains('#'), "{line}");
            writeln!(rest, "{line}").unwrap();
        }
    }
    format!(
        "typedef struct ArrowArrayStream ArrowArrayStream;\nenum basketry_constants {{\n{constants}}};\n{rest}"
    )
}

fn check(path: &str, expected: &str) {
    if std::env::var_os("BASKETRY_WRITE_HEADERS").is_some() {
        std::fs::write(root().join(path), expected).unwrap();
    }
    let found = std::fs::read_to_string(root().join(path)).unwrap_or_default();
    if found != expected {
        let line = found.lines().zip(expected.lines()).position(|(a, b)| a != b);
        panic!(
            "{path} is not current (first difference: {}); run scripts/header.sh write",
            match line {
                Some(line) => format!(
                    "line {}\n  committed: {}\n  generated: {}",
                    line + 1,
                    found.lines().nth(line).unwrap(),
                    expected.lines().nth(line).unwrap()
                ),
                None => "the length".to_string(),
            }
        );
    }
}

#[test]
fn the_committed_headers_are_current() {
    check("../../include/basketry.h", &full_header());
    check("../../include/basketry_php.h", &bare_header());
}

/// Every function, type, constant and field of the header has a comment.
#[test]
fn every_item_has_a_comment() {
    let header = full_header();
    let mut missing = Vec::new();
    let mut documented = false;
    // The parts taken over from outside, and the lines after a signature's first.
    let mut skip_until: Option<&str> = Some(" basketry.h: begin");
    let (mut open, mut in_macro) = (false, false);
    for line in header.lines() {
        let code = line.trim();
        if let Some(mark) = skip_until {
            if line.contains(mark.trim()) {
                skip_until = None;
            }
            continue;
        }
        if code.contains("basketry.h: end") {
            break;
        }
        if code.starts_with("/*") || code.starts_with('*') {
            documented = code.ends_with("*/") || documented;
            continue;
        }
        if code.is_empty()
            || code.starts_with('}')
            || code.starts_with("#if")
            || code.starts_with("#endif")
            || code.starts_with("extern \"C\"")
        {
            documented = false;
            continue;
        }
        if open {
            open = if in_macro { code.ends_with('\\') } else { !code.ends_with(';') };
            continue;
        }
        // An opaque type may be declared again where its comment is not.
        if !documented {
            missing.push(code.to_string());
        }
        documented = false;
        in_macro = code.starts_with('#');
        open = match in_macro {
            true => code.ends_with('\\'),
            false => !(code.ends_with(';') || code.ends_with('{')),
        };
    }
    assert!(missing.is_empty(), "without a comment in the header:\n{}", missing.join("\n"));
}
