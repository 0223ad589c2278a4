// What the C++ tests share.
#ifndef CHECK_HPP
#define CHECK_HPP

#include "basketry.hpp"

#include <cstdlib>
#include <iostream>

#define CHECK(condition)                                                                          \
    do {                                                                                          \
        if (!(condition)) {                                                                       \
            std::cerr << __FILE__ << ":" << __LINE__ << ": failed: " #condition "\n";             \
            std::exit(1);                                                                         \
        }                                                                                         \
    } while (false)

/// The error that the call throws.
template <typename Call>
basketry::Error error_of(Call call) {
    try {
        call();
    } catch (const basketry::Error &error) {
        return error;
    }
    std::cerr << "no error was thrown\n";
    std::exit(1);
}

inline bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

inline bool is_text(const basketry_id &id, std::string_view text) {
    return id.kind == BASKETRY_ID_STR && basketry::view(id.text) == text;
}

/// Reads a whole stream; how many rows there are.
inline std::int64_t rows_of(ArrowArrayStream &stream) {
    std::int64_t rows = 0;
    for (;;) {
        ArrowArray batch;
        CHECK(stream.get_next(&stream, &batch) == 0);
        if (batch.release == nullptr) {
            break;
        }
        rows += batch.length;
        batch.release(&batch);
    }
    stream.release(&stream);
    return rows;
}

#endif
