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
 * Stop with an error that names the column and the row.
 */
#define BASKETRY_ON_BAD_ERROR 0

/**
 * Leave the row out and count it in the report.
 */
#define BASKETRY_ON_BAD_SKIP 1

/**
 * Keep the line apart as goods that were given back; for non_positive only.
 */
#define BASKETRY_ON_BAD_RETURN 2

/**
 * An amount of money that is not given.
 */
#define BASKETRY_NO_MONEY INT64_MIN

/**
 * The lines that are made by hand name a customer.
 */
#define BASKETRY_WITH_CUSTOMERS 1

/**
 * The lines that are made by hand name a basket.
 */
#define BASKETRY_WITH_BASKETS 2

/**
 * The lines that are made by hand say what was paid.
 */
#define BASKETRY_WITH_REVENUE 4

/**
 * A consequent may have any number of items: every split of an itemset in two is a rule.
 */
#define BASKETRY_CONSEQUENTS_ANY 0

/**
 * A consequent has one item.
 */
#define BASKETRY_CONSEQUENTS_SINGLE 1

/**
 * Baskets of distinct items, the miner's view of orders.
 */
typedef struct basketry_baskets basketry_baskets;

/**
 * Watches and cancels long work. One thread gives it to a long function; meanwhile any thread may
 * ask for the progress or cancel. Use a fresh one for each piece of work: one that was cancelled
 * stays cancelled.
 */
typedef struct basketry_control basketry_control;

/**
 * Past orders: who bought what, when, in which basket, how many and for how much.
 */
typedef struct basketry_history basketry_history;

/**
 * Makes a history line by line.
 */
typedef struct basketry_history_builder basketry_history_builder;

/**
 * Frequent itemsets, one row each. As mined, rows go by length, and within a length from
 * frequent to rare; the order depends on the baskets and the threshold only.
 */
typedef struct basketry_itemsets basketry_itemsets;

/**
 * Association rules "who buys these also buys those", one row each.
 */
typedef struct basketry_rules basketry_rules;

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
 * Which columns of a table of order lines mean what, by name. Times are dates, timestamps of any
 * unit and zone, or ISO 8601 texts; what has no zone is taken as UTC. Ids are texts or integers
 * and keep their type.
 */
typedef struct basketry_history_columns {
    /**
     * The size of this struct; BASKETRY_HISTORY_COLUMNS_INIT sets it.
     */
    size_t struct_size;
    /**
     * When the line was bought. Required.
     */
    const char *time;
    /**
     * What was bought. Required.
     */
    const char *product;
    /**
     * Who bought it; null: each basket is a customer of its own, called as the basket.
     */
    const char *customer;
    /**
     * The order it belongs to; null: the lines of one customer at the same time are one basket.
     * One of customer and basket must be named.
     */
    const char *basket;
    /**
     * How many units; null: 1.
     */
    const char *quantity;
    /**
     * What was paid for the whole line in major units (12.5 is twelve euros fifty); null: not
     * known.
     */
    const char *revenue;
} basketry_history_columns;

/**
 * The rules by which order lines are read. By default every line must be usable.
 */
typedef struct basketry_history_options {
    /**
     * The size of this struct; BASKETRY_HISTORY_OPTIONS_INIT sets it.
     */
    size_t struct_size;
    /**
     * A null in any of the named columns: BASKETRY_ON_BAD_ERROR or BASKETRY_ON_BAD_SKIP.
     */
    int32_t nulls;
    /**
     * A quantity or revenue that is NaN, infinite or too big to be kept: BASKETRY_ON_BAD_ERROR or
     * BASKETRY_ON_BAD_SKIP.
     */
    int32_t non_finite;
    /**
     * A quantity of zero or less: BASKETRY_ON_BAD_ERROR, BASKETRY_ON_BAD_SKIP or
     * BASKETRY_ON_BAD_RETURN.
     */
    int32_t non_positive;
    /**
     * The ISO 4217 code of the currency of the revenue; null means EUR.
     */
    const char *currency;
} basketry_history_options;

/**
 * One order line for a history that is made line by line.
 */
typedef struct basketry_order_line {
    /**
     * The size of this struct; BASKETRY_ORDER_LINE_INIT sets it.
     */
    size_t struct_size;
    /**
     * When it was bought, in milliseconds since 1970-01-01 00:00 UTC.
     */
    int64_t time_ms;
    /**
     * What was bought; no id counts as a null.
     */
    struct basketry_id product;
    /**
     * Who bought it; no id counts as a null if lines name customers.
     */
    struct basketry_id customer;
    /**
     * The order it belongs to; no id counts as a null if lines name baskets.
     */
    struct basketry_id basket;
    /**
     * How many units. BASKETRY_ORDER_LINE_INIT sets 1.
     */
    double quantity;
    /**
     * What was paid for the whole line, in minor units. BASKETRY_ORDER_LINE_INIT sets
     * BASKETRY_NO_MONEY, which counts as a null if lines say what was paid.
     */
    int64_t revenue;
} basketry_order_line;

/**
 * Which itemsets to mine. Set either min_share or min_count.
 */
typedef struct basketry_itemset_options {
    /**
     * The size of this struct; BASKETRY_ITEMSET_OPTIONS_INIT sets it.
     */
    size_t struct_size;
    /**
     * The least support as a share of the baskets, above 0 and at most 1; 1.0 means every basket.
     * It stands for the decimal that was written and is compared in integers: 0.1 of 30 baskets
     * is 3 baskets. 0 if min_count is used.
     */
    double min_share;
    /**
     * The least support as a number of baskets, at least 1. 0 if min_share is used.
     */
    uint64_t min_count;
    /**
     * The least number of items in an itemset; 0 means 1. Rules need 1.
     */
    size_t min_length;
    /**
     * The largest number of items in an itemset; 0 means any.
     */
    size_t max_length;
    /**
     * How many threads to use; 0 means one for each core. The result is the same for any number.
     */
    size_t threads;
    /**
     * The largest number of itemsets; a threshold that yields more is an error instead of a
     * machine out of memory. 0 means 20 million, which take about 1 GB.
     */
    uint64_t max_itemsets;
} basketry_itemset_options;

/**
 * The columns of all itemsets: the items of row i are items[offsets[i]] up to, but without,
 * items[offsets[i + 1]].
 */
typedef struct basketry_itemset_columns {
    /**
     * How many rows there are.
     */
    size_t len;
    /**
     * Where the items of each row begin: len + 1 numbers.
     */
    const uint64_t *offsets;
    /**
     * The items of all rows, ascending within a row; basketry_itemsets_item gives their ids.
     */
    const uint32_t *items;
    /**
     * For each row, the number of baskets that hold all of its items.
     */
    const uint64_t *counts;
    /**
     * The number of baskets that were mined: what to divide counts by for a support.
     */
    uint64_t baskets;
} basketry_itemset_columns;

/**
 * Which rules to make.
 */
typedef struct basketry_rule_options {
    /**
     * The size of this struct; BASKETRY_RULE_OPTIONS_INIT sets it.
     */
    size_t struct_size;
    /**
     * The least confidence, from 0 (the default: every rule) to 1. It stands for the decimal that
     * was written and is compared in integers.
     */
    double min_confidence;
    /**
     * BASKETRY_CONSEQUENTS_ANY or BASKETRY_CONSEQUENTS_SINGLE.
     */
    int32_t consequents;
    /**
     * The largest number of rules; more are an error. 0 means 20 million, which take about 0.5 GB.
     */
    uint64_t max_rules;
} basketry_rule_options;

/**
 * The columns of all rules. The antecedent of row i is antecedents[antecedent_offsets[i]] up to,
 * but without, antecedents[antecedent_offsets[i + 1]]; the consequent alike.
 */
typedef struct basketry_rule_columns {
    /**
     * How many rows there are.
     */
    size_t len;
    /**
     * Where the antecedent of each row begins: len + 1 numbers.
     */
    const uint64_t *antecedent_offsets;
    /**
     * The items of all antecedents; basketry_rules_item gives their ids.
     */
    const uint32_t *antecedents;
    /**
     * Where the consequent of each row begins: len + 1 numbers.
     */
    const uint64_t *consequent_offsets;
    /**
     * The items of all consequents.
     */
    const uint32_t *consequents;
    /**
     * For each row, the number of baskets with the antecedent.
     */
    const uint64_t *antecedent_counts;
    /**
     * For each row, the number of baskets with the consequent.
     */
    const uint64_t *consequent_counts;
    /**
     * For each row, the number of baskets with both.
     */
    const uint64_t *counts;
    /**
     * The number of baskets that were mined.
     */
    uint64_t baskets;
} basketry_rule_columns;

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

/**
 * Reads a history from an Arrow stream of order lines. The stream is consumed: it is released
 * whatever the outcome. It may be read in another thread than the calling one.
 */
basketry_status basketry_history_from_arrow(struct ArrowArrayStream *stream,
                                            const struct basketry_history_columns *columns,
                                            const struct basketry_history_options *options,
                                            const struct basketry_control *control,
                                            struct basketry_history **out);

/**
 * Adds the order lines of another Arrow stream, which is consumed. The columns must play the same
 * roles as in what was read before. If it fails the history stays as it was.
 */
basketry_status basketry_history_append_arrow(struct basketry_history *history,
                                              struct ArrowArrayStream *stream,
                                              const struct basketry_history_columns *columns,
                                              const struct basketry_history_options *options,
                                              const struct basketry_control *control);

/**
 * Begins a history that is made line by line. The fields are a sum of BASKETRY_WITH_CUSTOMERS,
 * BASKETRY_WITH_BASKETS and BASKETRY_WITH_REVENUE and say what the lines have beside time, product
 * and quantity; customers or baskets must be among them. Without customers each basket is a
 * customer of its own; without baskets the lines of a customer at the same time are one basket.
 * Null options mean the defaults.
 */
basketry_status basketry_history_builder_new(uint32_t fields,
                                             const struct basketry_history_options *options,
                                             struct basketry_history_builder **out);

/**
 * Adds a line. If it fails the line is not added and the builder can be used on.
 */
basketry_status basketry_history_builder_push(struct basketry_history_builder *builder,
                                              const struct basketry_order_line *line);

/**
 * Groups the lines into a history. The builder is used up, whatever the outcome, and must still be
 * freed.
 */
basketry_status basketry_history_builder_finish(struct basketry_history_builder *builder,
                                                const struct basketry_control *control,
                                                struct basketry_history **out);

/**
 * Frees a builder. Null is allowed.
 */
void basketry_history_builder_free(struct basketry_history_builder *builder);

/**
 * Frees a history. Null is allowed.
 */
void basketry_history_free(struct basketry_history *history);

/**
 * The number of baskets; 0 for null.
 */
size_t basketry_history_len(const struct basketry_history *history);

/**
 * The number of lines, after repeated lines of a product in a basket were added up; 0 for null.
 */
size_t basketry_history_lines(const struct basketry_history *history);

/**
 * What became of the lines that were read, as a JSON object: lines_read, lines_used, how many were
 * skipped and why, returns, baskets, customers, products, first_time and last_time and so on.
 * Borrowed from the history, ended by a zero byte; empty for null.
 */
struct basketry_str basketry_history_report(const struct basketry_history *history);

/**
 * The distinct products of each basket, for mining.
 */
basketry_status basketry_history_to_baskets(const struct basketry_history *history,
                                            struct basketry_baskets **out);

/**
 * Frees baskets. Null is allowed.
 */
void basketry_baskets_free(struct basketry_baskets *baskets);

/**
 * How many baskets there are, empty ones included; 0 for null.
 */
size_t basketry_baskets_len(const struct basketry_baskets *baskets);

/**
 * Finds all sets of items that enough baskets hold. Options are required, as there is no
 * threshold that suits all data.
 */
basketry_status basketry_itemsets_mine(const struct basketry_baskets *baskets,
                                       const struct basketry_itemset_options *options,
                                       const struct basketry_control *control,
                                       struct basketry_itemsets **out);

/**
 * Frees itemsets. Null is allowed. Rules made from them stay as they are.
 */
void basketry_itemsets_free(struct basketry_itemsets *itemsets);

/**
 * How many itemsets there are; 0 for null.
 */
size_t basketry_itemsets_len(const struct basketry_itemsets *itemsets);

/**
 * The itemsets as columns, borrowed; null for null. The first call lays them out.
 */
const struct basketry_itemset_columns *basketry_itemsets_columns(const struct basketry_itemsets *itemsets);

/**
 * Writes the id of an item, which is borrowed from the itemsets.
 */
basketry_status basketry_itemsets_item(const struct basketry_itemsets *itemsets,
                                       uint32_t item,
                                       struct basketry_id *out);

/**
 * Writes in how many baskets these ids are together, or 0 if that is below the threshold the
 * itemsets were mined with, or an id is unknown.
 */
basketry_status basketry_itemsets_count_of(const struct basketry_itemsets *itemsets,
                                           const struct basketry_id *ids,
                                           size_t n_ids,
                                           uint64_t *out);

/**
 * Writes the itemsets to out as an Arrow stream with the columns itemset (a list of ids), length,
 * count and support. The stream keeps alive what it needs; release it as Arrow says.
 */
basketry_status basketry_itemsets_export(const struct basketry_itemsets *itemsets,
                                         struct ArrowArrayStream *out);

/**
 * Splits each itemset into rules and keeps those of at least the given confidence. The itemsets
 * must have been mined with a min_length of 1. Null options mean the defaults.
 */
basketry_status basketry_rules_make(const struct basketry_itemsets *itemsets,
                                    const struct basketry_rule_options *options,
                                    const struct basketry_control *control,
                                    struct basketry_rules **out);

/**
 * Frees rules. Null is allowed.
 */
void basketry_rules_free(struct basketry_rules *rules);

/**
 * How many rules there are; 0 for null.
 */
size_t basketry_rules_len(const struct basketry_rules *rules);

/**
 * The rules as columns, borrowed; null for null. The first call lays them out.
 */
const struct basketry_rule_columns *basketry_rules_columns(const struct basketry_rules *rules);

/**
 * Writes the id of an item, which is borrowed from the rules.
 */
basketry_status basketry_rules_item(const struct basketry_rules *rules,
                                    uint32_t item,
                                    struct basketry_id *out);

/**
 * Writes the values of a measure, one for each rule, to an array whose length must be the number
 * of rules. The measures are "antecedent_support", "consequent_support", "support",
 * "confidence", "lift", "representativity", "leverage", "conviction", "zhangs_metric", "jaccard",
 * "certainty" and "kulczynski". A conviction may be infinite.
 */
basketry_status basketry_rules_values(const struct basketry_rules *rules,
                                      const char *measure,
                                      double *out,
                                      size_t len);

/**
 * The n rules with the largest measure, the largest first; ties stay in their order. The measures
 * are those of basketry_rules_values.
 */
basketry_status basketry_rules_top(const struct basketry_rules *rules,
                                   size_t n,
                                   const char *measure,
                                   struct basketry_rules **out);

/**
 * The n best rules for a basket by a measure of basketry_rules_values, the best first: those whose
 * antecedent the basket holds and of whose consequent it holds nothing. Ids that no rule knows are
 * passed over. The first call builds an index over all rules; later ones take microseconds.
 */
basketry_status basketry_rules_matching(const struct basketry_rules *rules,
                                        const struct basketry_id *basket,
                                        size_t n_basket,
                                        size_t n,
                                        const char *measure,
                                        struct basketry_rules **out);

/**
 * Writes the rules to out as an Arrow stream with the columns antecedent and consequent (lists of
 * ids), count, antecedent_count, consequent_count and one for each measure. The stream keeps alive
 * what it needs; release it as Arrow says.
 */
basketry_status basketry_rules_export(const struct basketry_rules *rules,
                                      struct ArrowArrayStream *out);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus


/** The start of a basketry_history_columns. */
#define BASKETRY_HISTORY_COLUMNS_INIT \
    { sizeof(basketry_history_columns), NULL, NULL, NULL, NULL, NULL, NULL }

/** The start of a basketry_history_options: every line must be usable. */
#define BASKETRY_HISTORY_OPTIONS_INIT \
    { sizeof(basketry_history_options), 0, 0, 0, NULL }

/** The start of a basketry_order_line: one unit, no word on what was paid. */
#define BASKETRY_ORDER_LINE_INIT \
    { sizeof(basketry_order_line), 0, BASKETRY_ID_INIT, BASKETRY_ID_INIT, BASKETRY_ID_INIT, 1.0, \
      BASKETRY_NO_MONEY }

/** The start of a basketry_itemset_options. */
#define BASKETRY_ITEMSET_OPTIONS_INIT \
    { sizeof(basketry_itemset_options), 0.0, 0, 0, 0, 0, 0 }

/** The start of a basketry_rule_options: every rule. */
#define BASKETRY_RULE_OPTIONS_INIT \
    { sizeof(basketry_rule_options), 0.0, BASKETRY_CONSEQUENTS_ANY, 0 }

/** No id. */
#define BASKETRY_ID_INIT \
    { BASKETRY_ID_NONE, 0, { NULL, 0 } }

/* basketry.h: end */

#endif /* BASKETRY_H */
