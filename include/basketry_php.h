typedef struct ArrowArrayStream ArrowArrayStream;
enum basketry_constants {
    BASKETRY_ID_NONE = 0,
    BASKETRY_ID_INT = 1,
    BASKETRY_ID_STR = 2,
    BASKETRY_ON_BAD_ERROR = 0,
    BASKETRY_ON_BAD_SKIP = 1,
    BASKETRY_ON_BAD_RETURN = 2,
    BASKETRY_NO_MONEY = -9223372036854775807 - 1,
    BASKETRY_WITH_CUSTOMERS = 1,
    BASKETRY_WITH_BASKETS = 2,
    BASKETRY_WITH_REVENUE = 4,
    BASKETRY_CONSEQUENTS_ANY = 0,
    BASKETRY_CONSEQUENTS_SINGLE = 1,
    BASKETRY_OK = 0,
    BASKETRY_INVALID_ARGUMENT = 1,
    BASKETRY_SCHEMA = 2,
    BASKETRY_DATA = 3,
    BASKETRY_POLICY = 4,
    BASKETRY_UNKNOWN_ID = 5,
    BASKETRY_IO = 6,
    BASKETRY_FORMAT = 7,
    BASKETRY_VERSION = 8,
    BASKETRY_CANCELLED = 9,
    BASKETRY_LIMIT = 10,
    BASKETRY_INTERNAL = 11,
};
typedef struct basketry_baskets basketry_baskets;
typedef struct basketry_control basketry_control;
typedef struct basketry_history basketry_history;
typedef struct basketry_history_builder basketry_history_builder;
typedef struct basketry_itemsets basketry_itemsets;
typedef struct basketry_rules basketry_rules;
typedef int32_t basketry_status;
typedef struct basketry_str {
    const char *data;
    size_t len;
} basketry_str;
typedef struct basketry_id {
    int32_t kind;
    int64_t number;
    struct basketry_str text;
} basketry_id;
typedef struct basketry_progress {
    int32_t stage;
    uint64_t done;
    uint64_t total;
} basketry_progress;
typedef int32_t (*basketry_progress_fn)(const struct basketry_progress *progress, void *user);
typedef struct basketry_history_columns {
    size_t struct_size;
    const char *time;
    const char *product;
    const char *customer;
    const char *basket;
    const char *quantity;
    const char *revenue;
} basketry_history_columns;
typedef struct basketry_history_options {
    size_t struct_size;
    int32_t nulls;
    int32_t non_finite;
    int32_t non_positive;
    const char *currency;
} basketry_history_options;
typedef struct basketry_order_line {
    size_t struct_size;
    int64_t time_ms;
    struct basketry_id product;
    struct basketry_id customer;
    struct basketry_id basket;
    double quantity;
    int64_t revenue;
} basketry_order_line;
typedef struct basketry_itemset_options {
    size_t struct_size;
    double min_share;
    uint64_t min_count;
    size_t min_length;
    size_t max_length;
    size_t threads;
    uint64_t max_itemsets;
} basketry_itemset_options;
typedef struct basketry_itemset_columns {
    size_t len;
    const uint64_t *offsets;
    const uint32_t *items;
    const uint64_t *counts;
    uint64_t baskets;
} basketry_itemset_columns;
typedef struct basketry_rule_options {
    size_t struct_size;
    double min_confidence;
    int32_t consequents;
    uint64_t max_rules;
} basketry_rule_options;
typedef struct basketry_rule_columns {
    size_t len;
    const uint64_t *antecedent_offsets;
    const uint32_t *antecedents;
    const uint64_t *consequent_offsets;
    const uint32_t *consequents;
    const uint64_t *antecedent_counts;
    const uint64_t *consequent_counts;
    const uint64_t *counts;
    uint64_t baskets;
} basketry_rule_columns;
const char *basketry_last_error(void);
size_t basketry_last_error_copy(char *buf, size_t len);
const char *basketry_status_name(basketry_status status);
const char *basketry_version(void);
struct basketry_str basketry_text(const char *data);
struct basketry_id basketry_id_int(int64_t number);
struct basketry_id basketry_id_str(const char *data);
basketry_status basketry_control_new(struct basketry_control **out);
void basketry_control_free(struct basketry_control *control);
basketry_status basketry_control_on_progress(struct basketry_control *control,
                                             basketry_progress_fn callback,
                                             void *user,
                                             uint32_t interval_ms);
basketry_status basketry_control_cancel(const struct basketry_control *control);
basketry_status basketry_control_progress(const struct basketry_control *control,
                                          struct basketry_progress *out);
const char *basketry_stage_name(int32_t stage);
basketry_status basketry_history_from_arrow(struct ArrowArrayStream *stream,
                                            const struct basketry_history_columns *columns,
                                            const struct basketry_history_options *options,
                                            const struct basketry_control *control,
                                            struct basketry_history **out);
basketry_status basketry_history_append_arrow(struct basketry_history *history,
                                              struct ArrowArrayStream *stream,
                                              const struct basketry_history_columns *columns,
                                              const struct basketry_history_options *options,
                                              const struct basketry_control *control);
basketry_status basketry_history_builder_new(uint32_t fields,
                                             const struct basketry_history_options *options,
                                             struct basketry_history_builder **out);
basketry_status basketry_history_builder_push(struct basketry_history_builder *builder,
                                              const struct basketry_order_line *line);
basketry_status basketry_history_builder_finish(struct basketry_history_builder *builder,
                                                const struct basketry_control *control,
                                                struct basketry_history **out);
void basketry_history_builder_free(struct basketry_history_builder *builder);
void basketry_history_free(struct basketry_history *history);
size_t basketry_history_len(const struct basketry_history *history);
size_t basketry_history_lines(const struct basketry_history *history);
struct basketry_str basketry_history_report(const struct basketry_history *history);
basketry_status basketry_history_to_baskets(const struct basketry_history *history,
                                            struct basketry_baskets **out);
void basketry_baskets_free(struct basketry_baskets *baskets);
size_t basketry_baskets_len(const struct basketry_baskets *baskets);
basketry_status basketry_itemsets_mine(const struct basketry_baskets *baskets,
                                       const struct basketry_itemset_options *options,
                                       const struct basketry_control *control,
                                       struct basketry_itemsets **out);
void basketry_itemsets_free(struct basketry_itemsets *itemsets);
size_t basketry_itemsets_len(const struct basketry_itemsets *itemsets);
const struct basketry_itemset_columns *basketry_itemsets_columns(const struct basketry_itemsets *itemsets);
basketry_status basketry_itemsets_item(const struct basketry_itemsets *itemsets,
                                       uint32_t item,
                                       struct basketry_id *out);
basketry_status basketry_itemsets_count_of(const struct basketry_itemsets *itemsets,
                                           const struct basketry_id *ids,
                                           size_t n_ids,
                                           uint64_t *out);
basketry_status basketry_itemsets_export(const struct basketry_itemsets *itemsets,
                                         struct ArrowArrayStream *out);
basketry_status basketry_rules_make(const struct basketry_itemsets *itemsets,
                                    const struct basketry_rule_options *options,
                                    const struct basketry_control *control,
                                    struct basketry_rules **out);
void basketry_rules_free(struct basketry_rules *rules);
size_t basketry_rules_len(const struct basketry_rules *rules);
const struct basketry_rule_columns *basketry_rules_columns(const struct basketry_rules *rules);
basketry_status basketry_rules_item(const struct basketry_rules *rules,
                                    uint32_t item,
                                    struct basketry_id *out);
basketry_status basketry_rules_values(const struct basketry_rules *rules,
                                      const char *measure,
                                      double *out,
                                      size_t len);
basketry_status basketry_rules_top(const struct basketry_rules *rules,
                                   size_t n,
                                   const char *measure,
                                   struct basketry_rules **out);
basketry_status basketry_rules_matching(const struct basketry_rules *rules,
                                        const struct basketry_id *basket,
                                        size_t n_basket,
                                        size_t n,
                                        const char *measure,
                                        struct basketry_rules **out);
basketry_status basketry_rules_export(const struct basketry_rules *rules,
                                      struct ArrowArrayStream *out);
