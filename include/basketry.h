/*
 * basketry: learns from a shop's past orders what sells together and who buys what, decides which
 * offer to make next, and says why.
 *
 * Generated from bindings/c/src by scripts/header.sh; do not edit.
 *
 * Errors. A function that can fail returns a status: BASKETRY_OK (0) or one of the codes below;
 * basketry_last_error says in a sentence what went wrong. A function that makes a handle sets it
 * to null when it fails. No call ends the program or throws.
 *
 * Ownership. A handle that a function writes through its last argument, called out, is yours: free
 * it with the function of its type that ends in _free, once; null is allowed there. What a
 * function takes, it copies or keeps alive itself: arguments may be freed when it returns. What is
 * called borrowed belongs to the handle it came from and lives as long as that.
 *
 * Threads. An argument that is a pointer to const may be used by several threads at once; one that
 * is not needs exclusive use during the call. Everything may be made in one thread and used or
 * freed in another.
 *
 * Structs that you fill in begin with struct_size and are set up by the macro of their name that
 * ends in _INIT. Zero in any other field means the default. They may grow at their end: a program
 * compiled with an older header keeps working with a newer library. Structs that you read through
 * a pointer may grow at their end too; do not copy them by sizeof into files.
 *
 * Texts are UTF-8. Money is an integer of minor units (cents). Times are milliseconds since
 * 1970-01-01 00:00 UTC; no clock is read.
 */

#ifndef BASKETRY_H
#define BASKETRY_H


#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The Arrow C stream interface, as its specification gives it: https://arrow.apache.org */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

#ifdef __cplusplus
extern "C" {
#endif

struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};

#ifdef __cplusplus
}
#endif

#endif /* ARROW_C_DATA_INTERFACE */

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

#ifdef __cplusplus
extern "C" {
#endif

struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};

#ifdef __cplusplus
}
#endif

#endif /* ARROW_C_STREAM_INTERFACE */

/* basketry.h: begin */

/**
 * No id: what a zeroed basketry_id is.
 */
#define BASKETRY_ID_NONE 0

/**
 * The id is an integer.
 */
#define BASKETRY_ID_INT 1

/**
 * The id is a text.
 */
#define BASKETRY_ID_STR 2

/**
 * Watches and cancels long work. One thread gives it to a long function; meanwhile any thread may
 * ask for the progress or cancel. Use a fresh one for each piece of work: one that was cancelled
 * stays cancelled.
 */
typedef struct basketry_control basketry_control;

/**
 * What a function returns: BASKETRY_OK, or one of the codes below. The numbers are stable and
 * never reused; a later version may add codes.
 */
typedef int32_t basketry_status;

/**
 * A text: len bytes of UTF-8, not ended by a zero byte unless the function that returns it says
 * so. Null data with a len of 0 is the empty text.
 */
typedef struct basketry_str {
    /**
     * The bytes.
     */
    const char *data;
    /**
     * How many bytes there are.
     */
    size_t len;
} basketry_str;

/**
 * An id as the shop knows it: an integer or a text. The integer 1 and the text "1" are different
 * ids and are never converted into each other. Make one with basketry_id_int or basketry_id_str.
 * The text is borrowed: what an id points to must live as long as the id is used.
 */
typedef struct basketry_id {
    /**
     * BASKETRY_ID_NONE, BASKETRY_ID_INT or BASKETRY_ID_STR.
     */
    int32_t kind;
    /**
     * The integer, if it is one.
     */
    int64_t number;
    /**
     * The text, if it is one.
     */
    struct basketry_str text;
} basketry_id;

/**
 * How far long work has come. This struct never grows.
 */
typedef struct basketry_progress {
    /**
     * What is being done; basketry_stage_name gives its name.
     */
    int32_t stage;
    /**
     * Units of the stage that are done.
     */
    uint64_t done;
    /**
     * Units in the stage; 0 if not known.
     */
    uint64_t total;
} basketry_progress;

/**
 * Called while long work runs, always in the thread that called the long function. A return value
 * other than 0 cancels the work. It must not throw or jump out of the call.
 */
typedef int32_t (*basketry_progress_fn)(const struct basketry_progress *progress, void *user);

/**
 * The call did what it says.
 */
#define BASKETRY_OK 0

/**
 * An argument or option is null, out of its range, or contradicts another one.
 */
#define BASKETRY_INVALID_ARGUMENT 1

/**
 * A table lacks a column, or a column has a type that cannot serve.
 */
#define BASKETRY_SCHEMA 2

/**
 * A value in the data cannot be used: a null id, a price that is not finite and so on.
 */
#define BASKETRY_DATA 3

/**
 * A policy or a context could not be read: unknown key, wrong type, value out of range.
 */
#define BASKETRY_POLICY 4

/**
 * An id is not known where it must be.
 */
#define BASKETRY_UNKNOWN_ID 5

/**
 * The operating system refused to read or write.
 */
#define BASKETRY_IO 6

/**
 * A model file is not one, is cut short or is damaged.
 */
#define BASKETRY_FORMAT 7

/**
 * A model file was made by a newer version than this library can read.
 */
#define BASKETRY_VERSION 8

/**
 * The work was cancelled by its caller.
 */
#define BASKETRY_CANCELLED 9

/**
 * A limit (memory, number of results, time, 32-bit index space) was reached.
 */
#define BASKETRY_LIMIT 10

/**
 * A defect in this library. Please report it.
 */
#define BASKETRY_INTERNAL 11

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * What went wrong in the last call of this thread that failed, as one sentence that names the
 * argument, column, row or key: UTF-8, ended by a zero byte, at most 4095 bytes. An empty string
 * if nothing failed yet. The pointer stays valid until the thread ends; the text changes when
 * another call of the same thread fails, and never when one succeeds.
 */
const char *basketry_last_error(void);

/**
 * Copies the message of basketry_last_error into a buffer of len bytes, ended by a zero byte and
 * cut if it does not fit. Returns the length of the whole message without the zero byte, so that
 * a return value of len or more says that it was cut. A null buffer is allowed if len is 0.
 */
size_t basketry_last_error_copy(char *buf, size_t len);

/**
 * The stable name of a status, such as "ok" or "invalid_argument"; "unknown" for a number that
 * is none. The text is static.
 */
const char *basketry_status_name(basketry_status status);

/**
 * The version of the library, such as "0.1.0". The text is static.
 */
const char *basketry_version(void);

/**
 * A text from a string that ends with a zero byte. The bytes are borrowed, not copied.
 */
struct basketry_str basketry_text(const char *data);

/**
 * An id that is an integer.
 */
struct basketry_id basketry_id_int(int64_t number);

/**
 * An id that is a text, from a string that ends with a zero byte. The bytes are borrowed, not
 * copied.
 */
struct basketry_id basketry_id_str(const char *data);

/**
 * Makes a control. Free it with basketry_control_free, after the work it was given to has
 * returned.
 */
basketry_status basketry_control_new(struct basketry_control **out);

/**
 * Frees a control. Null is allowed.
 */
void basketry_control_free(struct basketry_control *control);

/**
 * Has the callback called about every interval_ms milliseconds (at least 1) while a long function
 * that was given this control works, and once when it is done. The callback runs in the thread
 * that called the long function, and gets user as it is. A null callback ends it.
 */
basketry_status basketry_control_on_progress(struct basketry_control *control,
                                             basketry_progress_fn callback,
                                             void *user,
                                             uint32_t interval_ms);

/**
 * Asks the work to stop: the long function returns BASKETRY_CANCELLED soon after. Any thread may
 * call this at any time.
 */
basketry_status basketry_control_cancel(const struct basketry_control *control);

/**
 * How far the work is. Any thread may call this at any time.
 */
basketry_status basketry_control_progress(const struct basketry_control *control,
                                          struct basketry_progress *out);

/**
 * The name of a stage, such as "reading" or "mining"; "unknown" for a number that is none. The
 * text is static.
 */
const char *basketry_stage_name(int32_t stage);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

/* basketry.h: end */

#endif /* BASKETRY_H */
