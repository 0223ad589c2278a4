/* What the C tests share: checks that print where they fail, and Arrow streams made by hand. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "basketry.h"

/* Stops the program unless the condition holds. */
#define CHECK(condition)                                                                         \
    do {                                                                                         \
        if (!(condition)) {                                                                      \
            fprintf(stderr, "%s:%d: failed: %s\n  last error: %s\n", __FILE__, __LINE__,         \
                    #condition, basketry_last_error());                                          \
            exit(1);                                                                             \
        }                                                                                        \
    } while (0)

/* Stops the program unless the call succeeds. */
#define OK(call)                                                                                 \
    do {                                                                                         \
        basketry_status status_ = (call);                                                        \
        if (status_ != BASKETRY_OK) {                                                            \
            fprintf(stderr, "%s:%d: %s\n  returned %s: %s\n", __FILE__, __LINE__, #call,         \
                    basketry_status_name(status_), basketry_last_error());                       \
            exit(1);                                                                             \
        }                                                                                        \
    } while (0)

/* Stops the program unless the call fails with this status and a message that contains text. */
#define FAILS(expected, part, call)                                                              \
    do {                                                                                         \
        basketry_status status_ = (call);                                                        \
        if (status_ != (expected) || strstr(basketry_last_error(), (part)) == NULL) {            \
            fprintf(stderr, "%s:%d: %s\n  returned %s: %s\n  expected %s: ...%s...\n", __FILE__, \
                    __LINE__, #call, basketry_status_name(status_), basketry_last_error(),       \
                    basketry_status_name(expected), (part));                                     \
            exit(1);                                                                             \
        }                                                                                        \
    } while (0)

/* True if the id is this text. */
static inline int is_text(basketry_id id, const char *text) {
    return id.kind == BASKETRY_ID_STR && id.text.len == strlen(text) &&
           memcmp(id.text.data, text, id.text.len) == 0;
}

/* Reads a whole file into memory from malloc, with a zero byte at its end. */
static inline char *read_file(const char *path, size_t *len) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    size_t capacity = 1 << 16;
    char *data = malloc(capacity);
    CHECK(data != NULL);
    *len = 0;
    for (;;) {
        size_t got = fread(data + *len, 1, capacity - *len - 1, file);
        *len += got;
        if (got == 0) {
            break;
        }
        if (capacity - *len < 2) {
            data = realloc(data, capacity *= 2);
            CHECK(data != NULL);
        }
    }
    fclose(file);
    data[*len] = 0;
    return data;
}

/* Writes a file. */
static inline void write_file(const char *path, const void *data, size_t len) {
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    CHECK(fwrite(data, 1, len, file) == len);
    CHECK(fclose(file) == 0);
}

/* ------------------------------------------------------------- Arrow streams made by hand ---- */

/* A column of a table: the Arrow format of its type, its name, its buffers. */
typedef struct {
    const char *format; /* "u" text, "l" int64, "g" float64, "tsm:" milliseconds */
    const char *name;
    const void *validity; /* a bit for each row, or null: no nulls */
    const void *values;   /* the numbers, or the int32 offsets of texts */
    const void *bytes;    /* the bytes of texts */
} column;

/* A table that a stream hands over in one batch. It must outlive the stream. */
typedef struct {
    const column *columns;
    int64_t n_columns;
    int64_t rows;
    int fail_after_schema; /* the first batch is an error */
    int batches_left;
    int *released; /* counts releases of the stream */
} table;

static inline void free_schema(struct ArrowSchema *schema) {
    for (int64_t i = 0; i < schema->n_children; i++) {
        if (schema->children[i]->release != NULL) {
            schema->children[i]->release(schema->children[i]);
        }
        free(schema->children[i]);
    }
    free(schema->children);
    schema->release = NULL;
}

static inline void free_array(struct ArrowArray *array) {
    for (int64_t i = 0; i < array->n_children; i++) {
        if (array->children[i]->release != NULL) {
            array->children[i]->release(array->children[i]);
        }
        free(array->children[i]);
    }
    free(array->children);
    free(array->buffers);
    array->release = NULL;
}

static inline int table_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
    const table *t = stream->private_data;
    memset(out, 0, sizeof *out);
    out->format = "+s";
    out->name = "";
    out->n_children = t->n_columns;
    out->children = calloc((size_t)t->n_columns + 1, sizeof *out->children);
    out->release = free_schema;
    for (int64_t i = 0; i < t->n_columns; i++) {
        struct ArrowSchema *child = calloc(1, sizeof *child);
        child->format = t->columns[i].format;
        child->name = t->columns[i].name;
        child->flags = ARROW_FLAG_NULLABLE;
        child->release = free_schema;
        out->children[i] = child;
    }
    return 0;
}

static inline int table_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
    table *t = stream->private_data;
    memset(out, 0, sizeof *out);
    if (t->fail_after_schema) {
        return 5; /* EIO */
    }
    if (t->batches_left-- <= 0) {
        return 0; /* the end: a released array */
    }
    out->length = t->rows;
    out->n_buffers = 1;
    out->buffers = calloc(1, sizeof *out->buffers);
    out->n_children = t->n_columns;
    out->children = calloc((size_t)t->n_columns + 1, sizeof *out->children);
    out->release = free_array;
    for (int64_t i = 0; i < t->n_columns; i++) {
        const column *c = &t->columns[i];
        struct ArrowArray *child = calloc(1, sizeof *child);
        child->length = t->rows;
        child->null_count = c->validity == NULL ? 0 : -1;
        child->n_buffers = c->bytes == NULL ? 2 : 3;
        child->buffers = calloc(3, sizeof *child->buffers);
        child->buffers[0] = c->validity;
        child->buffers[1] = c->values;
        child->buffers[2] = c->bytes;
        child->release = free_array;
        out->children[i] = child;
    }
    return 0;
}

static inline const char *table_error(struct ArrowArrayStream *stream) {
    const table *t = stream->private_data;
    return t->fail_after_schema ? "the disk is on fire" : NULL;
}

static inline void table_release(struct ArrowArrayStream *stream) {
    table *t = stream->private_data;
    if (t->released != NULL) {
        ++*t->released;
    }
    stream->release = NULL;
}

/* A stream of one batch. */
static inline struct ArrowArrayStream stream_of(table *t) {
    struct ArrowArrayStream stream = {table_schema, table_next, table_error, table_release, t};
    t->batches_left = 1;
    return stream;
}

#endif
