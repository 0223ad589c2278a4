typedef struct ArrowArrayStream ArrowArrayStream;
enum basketry_constants {
    BASKETRY_ID_NONE = 0,
    BASKETRY_ID_INT = 1,
    BASKETRY_ID_STR = 2,
    BASKETRY_UNTRACKED = 9223372036854775807,
    BASKETRY_NO_RATING = -1,
    BASKETRY_LINK_ACCESSORY_OF = 0,
    BASKETRY_LINK_VARIANT_OF = 1,
    BASKETRY_LINK_NEVER_WITH = 2,
    BASKETRY_ON_BAD_ERROR = 0,
    BASKETRY_ON_BAD_SKIP = 1,
    BASKETRY_ON_BAD_RETURN = 2,
    BASKETRY_NO_MONEY = -9223372036854775807 - 1,
    BASKETRY_WITH_CUSTOMERS = 1,
    BASKETRY_WITH_BASKETS = 2,
    BASKETRY_WITH_REVENUE = 4,
    BASKETRY_KIND_ALL = 0,
    BASKETRY_KIND_CLOSED = 1,
    BASKETRY_KIND_MAXIMAL = 2,
    BASKETRY_KIND_GENERATORS = 3,
    BASKETRY_ON_LIMIT_ERROR = 0,
    BASKETRY_ON_LIMIT_PARTIAL = 1,
    BASKETRY_CONSEQUENTS_ANY = 0,
    BASKETRY_CONSEQUENTS_SINGLE = 1,
    BASKETRY_CORRECTION_NONE = 0,
    BASKETRY_CORRECTION_BONFERRONI = 1,
    BASKETRY_CORRECTION_HOLM = 2,
    BASKETRY_CORRECTION_BENJAMINI_HOCHBERG = 3,
    BASKETRY_DIRECTION_EITHER = 0,
    BASKETRY_DIRECTION_FIRST = 1,
    BASKETRY_DIRECTION_SECOND = 2,
    BASKETRY_STEP_TIME = 0,
    BASKETRY_STEP_DAY = 1,
    BASKETRY_CYCLE_REGULAR = 0,
    BASKETRY_CYCLE_LONG = 1,
    BASKETRY_CYCLE_ONE_OFF = 2,
    BASKETRY_CONTACT_SHOWN = 0,
    BASKETRY_CONTACT_IGNORED = 1,
    BASKETRY_CONTACT_CLICKED = 2,
    BASKETRY_CONTACT_BOUGHT = 3,
    BASKETRY_CONTACT_REJECTED = 4,
    BASKETRY_CONTACT_OPTED_OUT = 5,
    BASKETRY_NO_TIME = -9223372036854775807 - 1,
    BASKETRY_CROSS_SELL = 0,
    BASKETRY_UP_SELL = 1,
    BASKETRY_REFILL = 2,
    BASKETRY_POPULAR = 3,
    BASKETRY_BUNDLE = 4,
    BASKETRY_TOP_UP = 5,
    BASKETRY_SERVICE = 6,
    BASKETRY_SIMILAR = 7,
    BASKETRY_NO_KIND = -1,
    BASKETRY_REASON_NONE = -1,
    BASKETRY_REASON_IN_BASKET = 0,
    BASKETRY_REASON_VIEWED = 1,
    BASKETRY_REASON_UNKNOWN_PRODUCT = 2,
    BASKETRY_REASON_NOT_IN_CATALOGUE = 3,
    BASKETRY_REASON_NOT_SELLABLE = 4,
    BASKETRY_REASON_OUT_OF_STOCK = 5,
    BASKETRY_REASON_EXCLUDED = 6,
    BASKETRY_REASON_NO_PRICE = 7,
    BASKETRY_REASON_PRICE_WINDOW = 8,
    BASKETRY_REASON_UNKNOWN_COST = 9,
    BASKETRY_REASON_MARGIN_NOT_POSITIVE = 10,
    BASKETRY_REASON_VARIANT_IN_BASKET = 11,
    BASKETRY_REASON_VARIANT_OF_VIEWED = 12,
    BASKETRY_REASON_OWNED = 13,
    BASKETRY_REASON_NOT_DUE = 14,
    BASKETRY_REASON_TOO_FEW_CUSTOMERS = 15,
    BASKETRY_REASON_NO_EVIDENCE = 16,
    BASKETRY_REASON_INCOMPATIBLE = 17,
    BASKETRY_REASON_NOT_BETTER = 18,
    BASKETRY_REASON_UP_SELL_NOT_WORTH = 19,
    BASKETRY_REASON_BELOW_MIN_VALUE = 20,
    BASKETRY_REASON_KIND_LIMIT = 21,
    BASKETRY_REASON_LINE_LIMIT = 22,
    BASKETRY_REASON_OUTRANKED = 23,
    BASKETRY_REASON_SUBSTITUTE_IN_BASKET = 24,
    BASKETRY_REASON_OTHER_SEGMENT = 25,
    BASKETRY_REASON_NO_CONSENT = 26,
    BASKETRY_REASON_OPTED_OUT = 27,
    BASKETRY_REASON_CONTACT_CAP = 28,
    BASKETRY_REASON_CUSTOMER_IGNORES = 29,
    BASKETRY_REASON_HELD_OUT = 30,
    BASKETRY_REASON_REJECTED = 31,
    BASKETRY_REASON_IGNORED = 32,
    BASKETRY_REASON_COOL_DOWN = 33,
    BASKETRY_REASON_OFFER_ENDED = 34,
    BASKETRY_REASON_NOT_SELECTED = 35,
    BASKETRY_REASON_SEGMENT_RULE = 36,
    BASKETRY_REASON_BRAND_LIMIT = 37,
    BASKETRY_REASON_CATEGORY_LIMIT = 38,
    BASKETRY_REASON_SUBSTITUTE_OFFERED = 39,
    BASKETRY_REASON_QUOTA_SLOT = 40,
    BASKETRY_REASON_NOT_DRAWN = 41,
    BASKETRY_REASON_CONTACT_NOT_WORTH = 42,
    BASKETRY_REASON_IN_OTHER_OFFER = 43,
    BASKETRY_REASON_MAIN_OF_ACCESSORY = 44,
    BASKETRY_REASON_NOT_COMPATIBLE = 45,
    BASKETRY_REASON_IN_ORDER = 46,
    BASKETRY_REASON_VARIANT_IN_ORDER = 47,
    BASKETRY_REASON_RETURNED = 48,
    BASKETRY_LEARNED = 0,
    BASKETRY_GIVEN = 1,
    BASKETRY_ASSUMED = 2,
    BASKETRY_EVENT_SHOWN = 0,
    BASKETRY_EVENT_CLICKED = 1,
    BASKETRY_EVENT_BOUGHT = 2,
    BASKETRY_EVENT_REJECTED = 3,
    BASKETRY_EVENT_RETURNED = 4,
    BASKETRY_EVENT_OPTED_OUT = 5,
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
typedef struct basketry_catalog basketry_catalog;
typedef struct basketry_catalog_builder basketry_catalog_builder;
typedef struct basketry_control basketry_control;
typedef struct basketry_decision basketry_decision;
typedef struct basketry_decision_log basketry_decision_log;
typedef struct basketry_engine basketry_engine;
typedef struct basketry_explanation basketry_explanation;
typedef struct basketry_hierarchy basketry_hierarchy;
typedef struct basketry_history basketry_history;
typedef struct basketry_history_builder basketry_history_builder;
typedef struct basketry_itemset_counts basketry_itemset_counts;
typedef struct basketry_itemsets basketry_itemsets;
typedef struct basketry_ladder basketry_ladder;
typedef struct basketry_learner basketry_learner;
typedef struct basketry_model basketry_model;
typedef struct basketry_plan basketry_plan;
typedef struct basketry_policy basketry_policy;
typedef struct basketry_proposals basketry_proposals;
typedef struct basketry_recommendations basketry_recommendations;
typedef struct basketry_rules basketry_rules;
typedef struct basketry_sequences basketry_sequences;
typedef struct basketry_utilities basketry_utilities;
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
typedef struct basketry_catalog_options {
    size_t struct_size;
    const char *currency;
    int32_t nulls;
    int32_t bad_numbers;
} basketry_catalog_options;
typedef struct basketry_attribute {
    struct basketry_str name;
    struct basketry_id value;
} basketry_attribute;
typedef struct basketry_quality {
    struct basketry_str name;
    double value;
} basketry_quality;
typedef struct basketry_product {
    size_t struct_size;
    struct basketry_id id;
    int64_t price;
    int64_t cost;
    int64_t stock;
    int32_t sellable;
    struct basketry_str name;
    struct basketry_id line;
    struct basketry_id brand;
    const struct basketry_id *category;
    size_t n_category;
    const struct basketry_attribute *must_match;
    size_t n_must_match;
    const struct basketry_quality *quality;
    size_t n_quality;
    uint32_t term;
    int32_t service;
    double pack;
    double rating;
} basketry_product;
typedef struct basketry_catalog_columns {
    size_t struct_size;
    const char *product;
    const char *price;
    const char *cost;
    const char *stock;
    const char *sellable;
    const char *name;
    const char *line;
    const char *brand;
    const char *const *category;
    size_t n_category;
    const char *const *must_match;
    size_t n_must_match;
    const char *const *quality;
    size_t n_quality;
    const char *term;
    const char *service;
    const char *pack;
    const char *rating;
} basketry_catalog_columns;
typedef struct basketry_csv_options {
    size_t struct_size;
    char delimiter;
    char decimal;
    const char *const *integer_ids;
    size_t n_integer_ids;
    const char *const *nulls;
    size_t n_nulls;
} basketry_csv_options;
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
typedef struct basketry_ids {
    const struct basketry_id *ids;
    size_t len;
} basketry_ids;
typedef struct basketry_item_min_support {
    struct basketry_id item;
    double min_share;
    uint64_t min_count;
} basketry_item_min_support;
typedef struct basketry_itemset_selection {
    size_t struct_size;
    uint64_t top;
    struct basketry_ids must_contain;
    struct basketry_ids must_not_contain;
    const struct basketry_ids *only_from;
    const struct basketry_item_min_support *item_min_supports;
    size_t n_item_min_supports;
    const struct basketry_hierarchy *hierarchy;
} basketry_itemset_selection;
typedef struct basketry_itemset_options {
    size_t struct_size;
    double min_share;
    uint64_t min_count;
    size_t min_length;
    size_t max_length;
    size_t threads;
    uint64_t max_itemsets;
    const struct basketry_itemset_selection *selection;
    int32_t kind;
    int32_t on_limit;
    uint64_t max_memory;
    uint64_t max_time_ms;
} basketry_itemset_options;
typedef struct basketry_itemset_columns {
    size_t len;
    const uint64_t *offsets;
    const uint32_t *items;
    const uint64_t *counts;
    uint64_t baskets;
} basketry_itemset_columns;
typedef struct basketry_numbers {
    size_t len;
    const int64_t *ints;
    const double *floats;
} basketry_numbers;
typedef struct basketry_utility_columns {
    size_t struct_size;
    const char *basket;
    const char *item;
    const char *utility;
    const char *quantity;
    const char *unit_profit;
} basketry_utility_columns;
typedef struct basketry_utility_options {
    size_t struct_size;
    int32_t nulls;
    int32_t non_finite;
    const char *currency;
} basketry_utility_options;
typedef struct basketry_high_utility_options {
    size_t struct_size;
    double min_share;
    int64_t min_minor;
    uint64_t top;
    size_t min_length;
    size_t max_length;
    size_t threads;
    uint64_t max_itemsets;
} basketry_high_utility_options;
typedef struct basketry_template {
    size_t struct_size;
    const struct basketry_id *only_from;
    size_t n_only_from;
    const struct basketry_id *must_contain;
    size_t n_must_contain;
    const struct basketry_id *must_contain_any;
    size_t n_must_contain_any;
    const struct basketry_id *must_not_contain;
    size_t n_must_not_contain;
    size_t min_length;
    size_t max_length;
} basketry_template;
typedef struct basketry_least {
    const char *measure;
    double value;
} basketry_least;
typedef struct basketry_rule_options {
    size_t struct_size;
    double min_confidence;
    int32_t consequents;
    uint64_t max_rules;
    const struct basketry_template *antecedent;
    const struct basketry_template *consequent;
    const struct basketry_least *at_least;
    size_t n_at_least;
    size_t top;
    const char *top_by;
    const struct basketry_baskets *baskets;
    uint32_t min_customers;
    size_t threads;
    uint64_t max_memory;
    uint64_t max_time_ms;
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
    const uint64_t *customers;
} basketry_rule_columns;
typedef struct basketry_significance_options {
    size_t struct_size;
    double alpha;
    int32_t correction;
    uint64_t tests;
} basketry_significance_options;
typedef struct basketry_redundancy_options {
    size_t struct_size;
    double min_improvement;
    int32_t empty_antecedent;
} basketry_redundancy_options;
typedef struct basketry_contrast_options {
    size_t struct_size;
    double min_share;
    uint64_t min_count;
    size_t min_length;
    size_t max_length;
    int32_t direction;
    int32_t correction;
    double min_difference;
    double min_growth;
    double max_p_value;
    size_t top;
    uint64_t max_itemsets;
    size_t threads;
} basketry_contrast_options;
typedef struct basketry_sequence_options {
    size_t struct_size;
    double min_share;
    uint64_t min_count;
    double within_days;
    double min_gap_days;
    double max_gap_days;
    size_t max_length;
    size_t max_items_per_step;
    int32_t step;
    int32_t no_repeats;
    const struct basketry_id *only_from;
    size_t n_only_from;
    const struct basketry_id *must_not_contain;
    size_t n_must_not_contain;
    size_t threads;
    uint64_t max_sequences;
} basketry_sequence_options;
typedef struct basketry_sequence_columns {
    size_t len;
    const uint64_t *offsets;
    const uint64_t *step_offsets;
    const uint32_t *items;
    const uint64_t *row_customers;
    const uint64_t *occurrences;
    const uint64_t *observed;
    const uint64_t *followed;
    const double *support;
    const double *confidence;
    const double *base_rate;
    const double *lift;
    const double *first_quartile_lag_days;
    const double *median_lag_days;
    const double *third_quartile_lag_days;
    const double *step_median_lag_days;
    uint64_t customers;
    uint64_t anonymous_baskets;
} basketry_sequence_columns;
typedef struct basketry_fit_options {
    size_t struct_size;
    uint32_t min_customers;
    int32_t neighbours;
    double half_life_days;
    double popularity_half_life_days;
    double holdout_days;
    double horizon_days;
    double shrinkage;
    uint32_t max_basket;
    int32_t similar;
    double customers_l2;
    double baskets_l2;
    int32_t exact_products;
    size_t threads;
    uint64_t seed;
    int32_t relations;
    double follow_up_days;
    int32_t tune;
} basketry_fit_options;
typedef struct basketry_customer_product {
    struct basketry_id customer;
    struct basketry_id product;
} basketry_customer_product;
typedef struct basketry_recommend_options {
    size_t struct_size;
    size_t n;
    const struct basketry_ids *candidates;
    struct basketry_ids exclude;
    const struct basketry_customer_product *exclude_for;
    size_t n_exclude_for;
    const int64_t *at_ms;
    size_t threads;
    int32_t new_only;
} basketry_recommend_options;
typedef struct basketry_recommendation_columns {
    size_t len;
    const uint32_t *requests;
    const uint32_t *products;
    const float *probabilities;
    const uint32_t *ranks;
    uint64_t unknown;
    uint64_t unknown_customers;
    const bool *known;
} basketry_recommendation_columns;
typedef struct basketry_score_options {
    size_t struct_size;
    const int64_t *at_ms;
    size_t threads;
} basketry_score_options;
typedef struct basketry_scored {
    uint64_t unknown;
    uint64_t unknown_customers;
} basketry_scored;
typedef struct basketry_due_options {
    size_t struct_size;
    int64_t at;
    int32_t has_at;
    size_t n;
} basketry_due_options;
typedef struct basketry_line {
    struct basketry_id product;
    double quantity;
} basketry_line;
typedef struct basketry_order {
    int64_t time_ms;
    const struct basketry_line *lines;
    size_t n_lines;
} basketry_order;
typedef struct basketry_contact {
    int64_t time_ms;
    const char *channel;
    const struct basketry_id *products;
    size_t n_products;
    int32_t kind;
    int32_t outcome;
    int64_t valid_until_ms;
    int32_t ride_along;
} basketry_contact;
typedef struct basketry_context {
    size_t struct_size;
    int64_t now_ms;
    struct basketry_id customer;
    const char *placement;
    struct basketry_id viewed;
    const struct basketry_line *basket;
    size_t n_basket;
    const struct basketry_order *orders_since;
    size_t n_orders_since;
    uint64_t seed;
    const char *channel;
    const char *const *segments;
    size_t n_segments;
    const char *const *consents;
    size_t n_consents;
    const struct basketry_contact *contacts;
    size_t n_contacts;
    double customer_value;
    int32_t ride_along;
    const struct basketry_line *after;
    size_t n_after;
    const struct basketry_id *returned;
    size_t n_returned;
} basketry_context;
typedef struct basketry_propose_options {
    size_t struct_size;
    size_t each;
    size_t threads;
} basketry_propose_options;
typedef struct basketry_evidence {
    struct basketry_str name;
    double value;
} basketry_evidence;
typedef struct basketry_source {
    struct basketry_str name;
    int32_t source;
} basketry_source;
typedef struct basketry_offer {
    int32_t kind;
    struct basketry_str kind_name;
    const struct basketry_id *products;
    size_t n_products;
    struct basketry_str name;
    int64_t price;
    int64_t discount;
    struct basketry_str currency;
    struct basketry_id base_product;
    double probability;
    double base_probability;
    double margin;
    double value;
    double chosen_with;
    int32_t pinned;
    uint32_t fallback;
    int64_t valid_until_ms;
    const struct basketry_evidence *evidence;
    size_t n_evidence;
    const struct basketry_str *assumed;
    size_t n_assumed;
    struct basketry_str why;
    const struct basketry_source *sources;
    size_t n_sources;
    const int64_t *allocation;
    size_t n_allocation;
} basketry_offer;
typedef struct basketry_explore_choice {
    const struct basketry_id *products;
    size_t n_products;
    int32_t kind;
    double value;
    double probability;
} basketry_explore_choice;
typedef struct basketry_quota_use {
    struct basketry_str name;
    uint32_t min;
    uint32_t made;
    double price;
} basketry_quota_use;
typedef struct basketry_suppressed {
    struct basketry_id product;
    int32_t reason;
    struct basketry_str reason_name;
    int32_t kind;
    double probability;
    double value;
} basketry_suppressed;
typedef struct basketry_tier {
    struct basketry_id product;
    struct basketry_str name;
    int64_t price;
    uint32_t term;
    int32_t reason;
    double margin;
    double pack;
    double rating;
    double share;
    double value;
} basketry_tier;
typedef struct basketry_proposal_columns {
    size_t struct_size;
    const char *customer;
    const char *offer;
    const char *value;
    const char *cost;
} basketry_proposal_columns;
typedef struct basketry_capacity {
    struct basketry_id offer;
    uint64_t most;
} basketry_capacity;
typedef struct basketry_offer_group {
    const char *name;
    const struct basketry_id *offers;
    size_t n_offers;
    uint64_t min;
    uint64_t max;
    uint64_t per_customer;
} basketry_offer_group;
typedef struct basketry_exclusion {
    struct basketry_id one;
    struct basketry_id other;
} basketry_exclusion;
typedef struct basketry_assign_options {
    size_t struct_size;
    const struct basketry_capacity *capacities;
    size_t n_capacities;
    const struct basketry_offer_group *groups;
    size_t n_groups;
    const struct basketry_exclusion *exclusions;
    size_t n_exclusions;
    int64_t budget;
    uint64_t seed;
    uint32_t per_customer;
    uint32_t reserved;
} basketry_assign_options;
typedef struct basketry_plan_summary {
    uint64_t offers;
    uint64_t reached;
    double value;
    double bound;
    double gap;
    int64_t spent;
    double budget_price;
    uint64_t unknown;
    double contact_risk;
} basketry_plan_summary;
typedef struct basketry_plan_row {
    struct basketry_id customer;
    struct basketry_id offer;
    double value;
} basketry_plan_row;
typedef struct basketry_volume {
    struct basketry_id offer;
    struct basketry_str group;
    uint64_t min;
    uint64_t max;
    uint64_t made;
    double price;
} basketry_volume;
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
basketry_status basketry_catalog_builder_new(const struct basketry_catalog_options *options,
                                             struct basketry_catalog_builder **out);
basketry_status basketry_catalog_builder_push(struct basketry_catalog_builder *builder,
                                              const struct basketry_product *product);
basketry_status basketry_catalog_builder_finish(struct basketry_catalog_builder *builder,
                                                struct basketry_catalog **out);
void basketry_catalog_builder_free(struct basketry_catalog_builder *builder);
basketry_status basketry_catalog_from_arrow(struct ArrowArrayStream *stream,
                                            const struct basketry_catalog_columns *columns,
                                            const struct basketry_catalog_options *options,
                                            const struct basketry_control *control,
                                            struct basketry_catalog **out);
basketry_status basketry_catalog_from_csv(const char *file,
                                          const struct basketry_catalog_columns *columns,
                                          const struct basketry_catalog_options *options,
                                          const struct basketry_csv_options *csv,
                                          const struct basketry_control *control,
                                          struct basketry_catalog **out);
void basketry_catalog_free(struct basketry_catalog *catalog);
size_t basketry_catalog_len(const struct basketry_catalog *catalog);
struct basketry_str basketry_catalog_report(const struct basketry_catalog *catalog);
basketry_status basketry_catalog_set_price(struct basketry_catalog *catalog,
                                           struct basketry_id product,
                                           int64_t price);
basketry_status basketry_catalog_set_cost(struct basketry_catalog *catalog,
                                          struct basketry_id product,
                                          int64_t cost);
basketry_status basketry_catalog_set_stock(struct basketry_catalog *catalog,
                                           struct basketry_id product,
                                           int64_t stock);
basketry_status basketry_catalog_set_sellable(struct basketry_catalog *catalog,
                                              struct basketry_id product,
                                              int32_t sellable);
basketry_status basketry_catalog_set_term(struct basketry_catalog *catalog,
                                          struct basketry_id product,
                                          uint32_t term);
basketry_status basketry_catalog_set_service(struct basketry_catalog *catalog,
                                             struct basketry_id product,
                                             int32_t service);
basketry_status basketry_catalog_set_pack(struct basketry_catalog *catalog,
                                          struct basketry_id product,
                                          double pack);
basketry_status basketry_catalog_set_rating(struct basketry_catalog *catalog,
                                            struct basketry_id product,
                                            double rating);
basketry_status basketry_catalog_link(struct basketry_catalog *catalog,
                                      struct basketry_id product,
                                      int32_t link,
                                      struct basketry_id other);
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
basketry_status basketry_history_from_csv(const char *file,
                                          const struct basketry_history_columns *columns,
                                          const struct basketry_history_options *options,
                                          const struct basketry_csv_options *csv,
                                          const struct basketry_control *control,
                                          struct basketry_history **out);
basketry_status basketry_history_append_csv(struct basketry_history *history,
                                            const char *file,
                                            const struct basketry_history_columns *columns,
                                            const struct basketry_history_options *options,
                                            const struct basketry_csv_options *csv,
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
basketry_status basketry_history_to_decayed_baskets(const struct basketry_history *history,
                                                    int64_t now_ms,
                                                    double half_life_days,
                                                    struct basketry_baskets **out);
basketry_status basketry_baskets_from_lists(const struct basketry_ids *lists,
                                            size_t n_lists,
                                            struct basketry_baskets **out);
basketry_status basketry_baskets_from_arrow(struct ArrowArrayStream *stream,
                                            const char *basket,
                                            const char *item,
                                            int32_t nulls,
                                            const struct basketry_control *control,
                                            struct basketry_baskets **out);
basketry_status basketry_baskets_from_csv(const char *file,
                                          const char *basket,
                                          const char *item,
                                          int32_t nulls,
                                          const struct basketry_csv_options *csv,
                                          const struct basketry_control *control,
                                          struct basketry_baskets **out);
basketry_status basketry_baskets_from_fimi(const char *file,
                                           const struct basketry_control *control,
                                           struct basketry_baskets **out);
basketry_status basketry_baskets_from_csr(const uint64_t *indptr,
                                          size_t n_indptr,
                                          const uint32_t *indices,
                                          size_t n_indices,
                                          const struct basketry_id *ids,
                                          size_t n_items,
                                          struct basketry_baskets **out);
basketry_status basketry_baskets_with_weights(const struct basketry_baskets *baskets,
                                              const double *weights,
                                              size_t n_weights,
                                              struct basketry_baskets **out);
basketry_status basketry_baskets_set_customers(struct basketry_baskets *baskets,
                                               const uint32_t *customers,
                                               size_t n_customers);
void basketry_baskets_free(struct basketry_baskets *baskets);
size_t basketry_baskets_len(const struct basketry_baskets *baskets);
size_t basketry_baskets_items(const struct basketry_baskets *baskets);
uint64_t basketry_baskets_skipped(const struct basketry_baskets *baskets);
basketry_status basketry_hierarchy_from_links(const struct basketry_id *children,
                                              const struct basketry_id *parents,
                                              size_t n_links,
                                              struct basketry_hierarchy **out);
basketry_status basketry_hierarchy_from_catalog(const struct basketry_catalog *catalog,
                                                struct basketry_hierarchy **out);
basketry_status basketry_hierarchy_from_arrow(struct ArrowArrayStream *stream,
                                              const char *item,
                                              const char *const *levels,
                                              size_t n_levels,
                                              const struct basketry_control *control,
                                              struct basketry_hierarchy **out);
basketry_status basketry_hierarchy_only(const struct basketry_hierarchy *hierarchy,
                                        const char *const *levels,
                                        size_t n_levels,
                                        struct basketry_hierarchy **out);
basketry_status basketry_hierarchy_extend(const struct basketry_hierarchy *hierarchy,
                                          const struct basketry_baskets *baskets,
                                          const struct basketry_control *control,
                                          struct basketry_baskets **out);
size_t basketry_hierarchy_len(const struct basketry_hierarchy *hierarchy);
void basketry_hierarchy_free(struct basketry_hierarchy *hierarchy);
basketry_status basketry_itemsets_mine(const struct basketry_baskets *baskets,
                                       const struct basketry_itemset_options *options,
                                       const struct basketry_control *control,
                                       struct basketry_itemsets **out);
void basketry_itemsets_free(struct basketry_itemsets *itemsets);
size_t basketry_itemsets_len(const struct basketry_itemsets *itemsets);
uint64_t basketry_itemsets_min_count(const struct basketry_itemsets *itemsets);
uint64_t basketry_itemsets_raised(const struct basketry_itemsets *itemsets);
double basketry_itemsets_total_weight(const struct basketry_itemsets *itemsets);
const struct basketry_itemset_columns *basketry_itemsets_columns(const struct basketry_itemsets *itemsets);
basketry_status basketry_itemsets_column(const struct basketry_itemsets *itemsets,
                                         struct basketry_str name,
                                         struct basketry_numbers *out);
basketry_status basketry_itemsets_item(const struct basketry_itemsets *itemsets,
                                       uint32_t item,
                                       struct basketry_id *out);
basketry_status basketry_itemsets_count_of(const struct basketry_itemsets *itemsets,
                                           const struct basketry_id *ids,
                                           size_t n_ids,
                                           uint64_t *out);
basketry_status basketry_itemsets_export(const struct basketry_itemsets *itemsets,
                                         struct ArrowArrayStream *out);
basketry_status basketry_baskets_append(struct basketry_baskets *baskets,
                                        const struct basketry_baskets *other);
basketry_status basketry_baskets_take(const struct basketry_baskets *baskets,
                                      const size_t *numbers,
                                      size_t n_numbers,
                                      struct basketry_baskets **out);
basketry_status basketry_itemsets_count(const struct basketry_baskets *baskets,
                                        const struct basketry_itemsets *itemsets,
                                        size_t n_threads,
                                        const struct basketry_control *control,
                                        struct basketry_itemsets **out);
basketry_status basketry_itemsets_mine_parts(const struct basketry_baskets *const *parts,
                                             size_t n_parts,
                                             const struct basketry_itemset_options *options,
                                             const struct basketry_control *control,
                                             struct basketry_itemsets **out);
basketry_status basketry_itemsets_update(const struct basketry_baskets *baskets,
                                         const struct basketry_itemsets *itemsets,
                                         const struct basketry_itemset_options *options,
                                         const struct basketry_control *control,
                                         struct basketry_itemsets **out);
basketry_status basketry_itemset_counts_candidates(const struct basketry_baskets *part,
                                                   const struct basketry_itemset_options *options,
                                                   uint64_t total,
                                                   const struct basketry_control *control,
                                                   struct basketry_itemset_counts **out);
basketry_status basketry_itemset_counts_from_itemsets(const struct basketry_itemsets *itemsets,
                                                      struct basketry_itemset_counts **out);
basketry_status basketry_itemset_counts_from_lists(const struct basketry_ids *lists,
                                                   size_t n_lists,
                                                   struct basketry_itemset_counts **out);
basketry_status basketry_itemset_counts_from_arrow(struct ArrowArrayStream *stream,
                                                   const struct basketry_control *control,
                                                   struct basketry_itemset_counts **out);
basketry_status basketry_itemset_counts_union(const struct basketry_itemset_counts *const *parts,
                                              size_t n_parts,
                                              struct basketry_itemset_counts **out);
void basketry_itemset_counts_free(struct basketry_itemset_counts *counts);
size_t basketry_itemset_counts_len(const struct basketry_itemset_counts *counts);
uint64_t basketry_itemset_counts_baskets(const struct basketry_itemset_counts *counts);
basketry_status basketry_itemset_counts_add(struct basketry_itemset_counts *counts,
                                            const struct basketry_baskets *baskets,
                                            size_t n_threads,
                                            const struct basketry_control *control);
basketry_status basketry_itemset_counts_merge(struct basketry_itemset_counts *counts,
                                              const struct basketry_itemset_counts *other);
basketry_status basketry_itemset_counts_itemsets(const struct basketry_itemset_counts *counts,
                                                 struct basketry_itemsets **out);
basketry_status basketry_itemset_counts_frequent(const struct basketry_itemset_counts *counts,
                                                 const struct basketry_itemset_options *options,
                                                 struct basketry_itemsets **out);
basketry_status basketry_itemset_counts_export(const struct basketry_itemset_counts *counts,
                                               struct ArrowArrayStream *out);
basketry_status basketry_utilities_from_arrow(struct ArrowArrayStream *stream,
                                              const struct basketry_utility_columns *columns,
                                              const struct basketry_utility_options *options,
                                              const struct basketry_control *control,
                                              struct basketry_utilities **out);
basketry_status basketry_utilities_from_history(const struct basketry_history *history,
                                                const struct basketry_catalog *catalog,
                                                int32_t no_cost,
                                                struct basketry_utilities **out);
basketry_status basketry_utilities_from_csr(const uint64_t *indptr,
                                            size_t n_indptr,
                                            const uint32_t *indices,
                                            const int64_t *values,
                                            size_t n_lines,
                                            const struct basketry_id *ids,
                                            size_t n_ids,
                                            struct basketry_utilities **out);
void basketry_utilities_free(struct basketry_utilities *utilities);
size_t basketry_utilities_len(const struct basketry_utilities *utilities);
size_t basketry_utilities_lines(const struct basketry_utilities *utilities);
int64_t basketry_utilities_total(const struct basketry_utilities *utilities);
uint64_t basketry_utilities_skipped(const struct basketry_utilities *utilities);
uint64_t basketry_utilities_merged(const struct basketry_utilities *utilities);
basketry_status basketry_itemsets_high_utility(const struct basketry_utilities *utilities,
                                               const struct basketry_high_utility_options *options,
                                               const struct basketry_control *control,
                                               struct basketry_itemsets **out);
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
basketry_status basketry_rules_with_measures(const struct basketry_rules *rules,
                                             const char *const *measures,
                                             size_t n_measures,
                                             struct basketry_rules **out);
basketry_status basketry_rules_sort(const struct basketry_rules *rules,
                                    const char *measure,
                                    int32_t ascending,
                                    struct basketry_rules **out);
basketry_status basketry_rules_p_values(const struct basketry_rules *rules,
                                        int32_t correction,
                                        uint64_t tests,
                                        const struct basketry_control *control,
                                        double *out,
                                        size_t len);
basketry_status basketry_rules_significant(const struct basketry_rules *rules,
                                           const struct basketry_significance_options *options,
                                           const struct basketry_control *control,
                                           struct basketry_rules **out);
basketry_status basketry_rules_non_redundant(const struct basketry_rules *rules,
                                             const struct basketry_redundancy_options *options,
                                             const struct basketry_control *control,
                                             struct basketry_rules **out);
basketry_status basketry_rules_productive(const struct basketry_rules *rules,
                                          const struct basketry_significance_options *options,
                                          const struct basketry_control *control,
                                          struct basketry_rules **out);
basketry_status basketry_itemsets_contrasts(const struct basketry_baskets *first,
                                            const struct basketry_baskets *second,
                                            const struct basketry_contrast_options *options,
                                            const struct basketry_control *control,
                                            struct basketry_itemsets **out);
basketry_status basketry_sequences_mine(const struct basketry_history *history,
                                        const struct basketry_sequence_options *options,
                                        const struct basketry_control *control,
                                        struct basketry_sequences **out);
void basketry_sequences_free(struct basketry_sequences *sequences);
size_t basketry_sequences_len(const struct basketry_sequences *sequences);
const struct basketry_sequence_columns *basketry_sequences_columns(const struct basketry_sequences *sequences);
basketry_status basketry_sequences_item(const struct basketry_sequences *sequences,
                                        uint32_t item,
                                        struct basketry_id *out);
basketry_status basketry_sequences_sorted(const struct basketry_sequences *sequences,
                                          const char *measure,
                                          struct basketry_sequences **out);
basketry_status basketry_sequences_after(const struct basketry_sequences *sequences,
                                         const struct basketry_ids *orders,
                                         size_t n_orders,
                                         size_t n,
                                         const char *measure,
                                         struct basketry_sequences **out);
basketry_status basketry_sequences_export(const struct basketry_sequences *sequences,
                                          struct ArrowArrayStream *out);
basketry_status basketry_baskets_bytes(const struct basketry_baskets *baskets,
                                       const uint8_t **bytes,
                                       size_t *len);
basketry_status basketry_baskets_from_bytes(const uint8_t *bytes,
                                            size_t len,
                                            struct basketry_baskets **out);
basketry_status basketry_hierarchy_bytes(const struct basketry_hierarchy *hierarchy,
                                         const uint8_t **bytes,
                                         size_t *len);
basketry_status basketry_hierarchy_from_bytes(const uint8_t *bytes,
                                              size_t len,
                                              struct basketry_hierarchy **out);
basketry_status basketry_itemsets_bytes(const struct basketry_itemsets *itemsets,
                                        const uint8_t **bytes,
                                        size_t *len);
basketry_status basketry_itemsets_from_bytes(const uint8_t *bytes,
                                             size_t len,
                                             struct basketry_itemsets **out);
basketry_status basketry_rules_bytes(const struct basketry_rules *rules,
                                     const uint8_t **bytes,
                                     size_t *len);
basketry_status basketry_rules_from_bytes(const uint8_t *bytes,
                                          size_t len,
                                          struct basketry_rules **out);
basketry_status basketry_sequences_bytes(const struct basketry_sequences *sequences,
                                         const uint8_t **bytes,
                                         size_t *len);
basketry_status basketry_sequences_from_bytes(const uint8_t *bytes,
                                              size_t len,
                                              struct basketry_sequences **out);
basketry_status basketry_fit(const struct basketry_catalog *catalog,
                             const struct basketry_history *history,
                             const struct basketry_fit_options *options,
                             const struct basketry_control *control,
                             struct basketry_model **out);
basketry_status basketry_model_open(const char *file, struct basketry_model **out);
basketry_status basketry_model_read(const char *file, struct basketry_model **out);
basketry_status basketry_model_from_bytes(const uint8_t *bytes,
                                          size_t len,
                                          struct basketry_model **out);
basketry_status basketry_model_bytes(const struct basketry_model *model,
                                     const uint8_t **bytes,
                                     size_t *len);
basketry_status basketry_model_save(const struct basketry_model *model, const char *file);
basketry_status basketry_model_verify(const struct basketry_model *model);
void basketry_model_free(struct basketry_model *model);
struct basketry_str basketry_model_report(const struct basketry_model *model);
struct basketry_str basketry_model_options(const struct basketry_model *model);
struct basketry_str basketry_model_id(const struct basketry_model *model);
int64_t basketry_model_as_of(const struct basketry_model *model);
size_t basketry_model_products(const struct basketry_model *model);
size_t basketry_model_customers(const struct basketry_model *model);
basketry_status basketry_model_product(const struct basketry_model *model,
                                       size_t index,
                                       struct basketry_id *out);
basketry_status basketry_model_customer(const struct basketry_model *model,
                                        size_t index,
                                        struct basketry_id *out);
int32_t basketry_model_product_kind(const struct basketry_model *model);
int32_t basketry_model_customer_kind(const struct basketry_model *model);
basketry_status basketry_model_with_rules(const struct basketry_model *model,
                                          const struct basketry_rules *rules,
                                          struct basketry_model **out);
basketry_status basketry_model_rules(const struct basketry_model *model,
                                     struct basketry_rules **out);
basketry_status basketry_model_matching_rules(const struct basketry_model *model,
                                              const struct basketry_id *basket,
                                              size_t n_basket,
                                              size_t n,
                                              const char *measure,
                                              struct basketry_rules **out);
basketry_status basketry_model_recommend(const struct basketry_model *model,
                                         const struct basketry_id *customers,
                                         size_t n_customers,
                                         const struct basketry_recommend_options *options,
                                         const struct basketry_control *control,
                                         struct basketry_recommendations **out);
basketry_status basketry_model_complete(const struct basketry_model *model,
                                        const struct basketry_ids *baskets,
                                        const struct basketry_id *customers,
                                        size_t n_baskets,
                                        const struct basketry_recommend_options *options,
                                        const struct basketry_control *control,
                                        struct basketry_recommendations **out);
void basketry_recommendations_free(struct basketry_recommendations *recommendations);
const struct basketry_recommendation_columns *basketry_recommendations_columns(const struct basketry_recommendations *recommendations);
basketry_status basketry_recommendations_product(const struct basketry_recommendations *recommendations,
                                                 uint32_t product,
                                                 struct basketry_id *out);
basketry_status basketry_recommendations_export(const struct basketry_recommendations *recommendations,
                                                struct ArrowArrayStream *out);
basketry_status basketry_model_score(const struct basketry_model *model,
                                     const struct basketry_id *customers,
                                     const struct basketry_id *products,
                                     size_t n_pairs,
                                     const struct basketry_score_options *options,
                                     const struct basketry_control *control,
                                     float *probabilities,
                                     struct basketry_scored *scored);
basketry_status basketry_model_score_baskets(const struct basketry_model *model,
                                             const struct basketry_ids *baskets,
                                             const struct basketry_id *products,
                                             const struct basketry_id *customers,
                                             size_t n_pairs,
                                             const struct basketry_score_options *options,
                                             const struct basketry_control *control,
                                             float *probabilities,
                                             struct basketry_scored *scored);
basketry_status basketry_model_explain(const struct basketry_model *model,
                                       const struct basketry_id *customer,
                                       const struct basketry_ids *basket,
                                       struct basketry_id product,
                                       const struct basketry_score_options *options,
                                       struct basketry_explanation **out);
double basketry_explanation_probability(const struct basketry_explanation *explanation);
struct basketry_str basketry_explanation_json(const struct basketry_explanation *explanation);
struct basketry_str basketry_explanation_text(const struct basketry_explanation *explanation);
void basketry_explanation_free(struct basketry_explanation *explanation);
basketry_status basketry_model_relations(const struct basketry_model *model,
                                         const struct basketry_id *item,
                                         struct ArrowArrayStream *out);
basketry_status basketry_model_due(const struct basketry_model *model,
                                   const struct basketry_id *customers,
                                   size_t n_customers,
                                   const struct basketry_due_options *options,
                                   const struct basketry_control *control,
                                   struct ArrowArrayStream *out);
basketry_status basketry_model_cycle(const struct basketry_model *model,
                                     struct basketry_id item,
                                     int32_t *out);
basketry_status basketry_model_similar(const struct basketry_model *model,
                                       const struct basketry_id *items,
                                       size_t n_items,
                                       size_t n,
                                       const struct basketry_control *control,
                                       struct ArrowArrayStream *out);
basketry_status basketry_learner_new(const struct basketry_catalog *catalog,
                                     const struct basketry_history *history,
                                     const struct basketry_fit_options *options,
                                     struct basketry_learner **out);
basketry_status basketry_learner_resume(const struct basketry_model *model,
                                        const struct basketry_catalog *catalog,
                                        const struct basketry_history *history,
                                        struct basketry_learner **out);
basketry_status basketry_learner_append(struct basketry_learner *learner,
                                        const struct basketry_history *orders,
                                        const struct basketry_control *control);
basketry_status basketry_learner_forget(struct basketry_learner *learner,
                                        const struct basketry_id *customers,
                                        size_t n_customers,
                                        const struct basketry_control *control,
                                        uint64_t *unknown);
basketry_status basketry_learner_set_catalog(struct basketry_learner *learner,
                                             const struct basketry_catalog *catalog);
basketry_status basketry_learner_fit(struct basketry_learner *learner,
                                     const struct basketry_control *control,
                                     struct basketry_model **out);
basketry_status basketry_learner_update(struct basketry_learner *learner,
                                        const struct basketry_control *control,
                                        struct basketry_model **out);
bool basketry_learner_refit_due(const struct basketry_learner *learner);
size_t basketry_learner_baskets(const struct basketry_learner *learner);
size_t basketry_learner_customers(const struct basketry_learner *learner);
void basketry_learner_free(struct basketry_learner *learner);
basketry_status basketry_model_forget(const struct basketry_model *model,
                                      const struct basketry_id *customers,
                                      size_t n_customers,
                                      struct basketry_model **out);
basketry_status basketry_history_forget(struct basketry_history *history,
                                        const struct basketry_id *customers,
                                        size_t n_customers,
                                        const struct basketry_control *control,
                                        uint64_t *unknown);
basketry_status basketry_history_extend(struct basketry_history *history,
                                        const struct basketry_history *other,
                                        const struct basketry_control *control);
basketry_status basketry_policy_from_toml(struct basketry_str text, struct basketry_policy **out);
basketry_status basketry_policy_from_json(struct basketry_str text, struct basketry_policy **out);
basketry_status basketry_policy_from_file(const char *file, struct basketry_policy **out);
void basketry_policy_free(struct basketry_policy *policy);
struct basketry_str basketry_policy_json(const struct basketry_policy *policy);
struct basketry_str basketry_policy_learned(const struct basketry_policy *policy);
basketry_status basketry_engine_open(const char *file, struct basketry_engine **out);
basketry_status basketry_engine_new(const struct basketry_model *model,
                                    const struct basketry_catalog *catalog,
                                    struct basketry_engine **out);
void basketry_engine_free(struct basketry_engine *engine);
basketry_status basketry_engine_set_catalog(const struct basketry_engine *engine,
                                            const struct basketry_catalog *catalog);
basketry_status basketry_engine_set_model(const struct basketry_engine *engine,
                                          const struct basketry_model *model);
basketry_status basketry_engine_model(const struct basketry_engine *engine,
                                      struct basketry_model **out);
basketry_status basketry_engine_catalog(const struct basketry_engine *engine,
                                        struct basketry_catalog **out);
basketry_status basketry_decide(const struct basketry_engine *engine,
                                const struct basketry_policy *policy,
                                const struct basketry_context *context,
                                struct basketry_decision **out);
basketry_status basketry_decide_json(const struct basketry_engine *engine,
                                     const struct basketry_policy *policy,
                                     struct basketry_str context,
                                     struct basketry_decision **out);
basketry_status basketry_engine_propose(const struct basketry_engine *engine,
                                        const struct basketry_policy *policy,
                                        const struct basketry_context *contexts,
                                        size_t n_contexts,
                                        const struct basketry_propose_options *options,
                                        const struct basketry_control *control,
                                        struct basketry_proposals **out);
void basketry_decision_free(struct basketry_decision *decision);
struct basketry_str basketry_decision_id(const struct basketry_decision *decision);
size_t basketry_decision_len(const struct basketry_decision *decision);
const struct basketry_offer *basketry_decision_offer(const struct basketry_decision *decision,
                                                     size_t index);
int32_t basketry_decision_stopped(const struct basketry_decision *decision);
bool basketry_decision_held_out(const struct basketry_decision *decision);
size_t basketry_decision_withheld_len(const struct basketry_decision *decision);
const struct basketry_offer *basketry_decision_withheld(const struct basketry_decision *decision,
                                                        size_t index);
uint32_t basketry_decision_explored_slot(const struct basketry_decision *decision);
size_t basketry_decision_choices_len(const struct basketry_decision *decision);
const struct basketry_explore_choice *basketry_decision_choice(const struct basketry_decision *decision,
                                                               size_t index);
size_t basketry_decision_quotas_len(const struct basketry_decision *decision);
const struct basketry_quota_use *basketry_decision_quota(const struct basketry_decision *decision,
                                                         size_t index);
double basketry_decision_contact_risk(const struct basketry_decision *decision);
double basketry_decision_value(const struct basketry_decision *decision);
bool basketry_decision_customer_known(const struct basketry_decision *decision);
struct basketry_str basketry_decision_json(const struct basketry_decision *decision);
struct basketry_str basketry_decision_text(const struct basketry_decision *decision);
struct basketry_str basketry_decision_shown(const struct basketry_decision *decision);
basketry_status basketry_decision_why_not(const struct basketry_decision *decision,
                                          struct basketry_id product,
                                          int32_t *reason,
                                          char *buf,
                                          size_t len);
size_t basketry_decision_suppressed_len(const struct basketry_decision *decision);
const struct basketry_suppressed *basketry_decision_suppressed(const struct basketry_decision *decision,
                                                               size_t index);
size_t basketry_decision_warnings_len(const struct basketry_decision *decision);
basketry_status basketry_decision_warning(const struct basketry_decision *decision,
                                          size_t index,
                                          struct basketry_str *out);
basketry_status basketry_decision_log_new(struct basketry_decision_log **out);
void basketry_decision_log_free(struct basketry_decision_log *log);
size_t basketry_decision_log_len(const struct basketry_decision_log *log);
basketry_status basketry_decision_log_add(struct basketry_decision_log *log,
                                          const struct basketry_decision *decision,
                                          bool *added);
basketry_status basketry_decision_log_add_json(struct basketry_decision_log *log,
                                               struct basketry_str line,
                                               bool *added);
basketry_status basketry_decision_log_append(struct basketry_decision_log *log,
                                             const struct basketry_decision_log *other);
basketry_status basketry_decision_log_record(struct basketry_decision_log *log,
                                             struct basketry_str decision,
                                             struct basketry_id product,
                                             int32_t event);
basketry_status basketry_decision_log_record_orders(struct basketry_decision_log *log,
                                                    const struct basketry_history *orders,
                                                    double days,
                                                    const struct basketry_control *control,
                                                    uint64_t *found);
basketry_status basketry_decision_log_learn(const struct basketry_decision_log *log,
                                            const struct basketry_policy *policy,
                                            double pseudo_purchases,
                                            const double *customer_value,
                                            const struct basketry_control *control,
                                            struct basketry_policy **out);
basketry_status basketry_decision_log_table(const struct basketry_decision_log *log,
                                            struct ArrowArrayStream *out);
basketry_status basketry_engine_ladder(const struct basketry_engine *engine,
                                       const struct basketry_policy *policy,
                                       const struct basketry_context *context,
                                       struct basketry_id product,
                                       struct basketry_ladder **out);
void basketry_ladder_free(struct basketry_ladder *ladder);
size_t basketry_ladder_len(const struct basketry_ladder *ladder);
basketry_status basketry_ladder_tier(const struct basketry_ladder *ladder,
                                     size_t index,
                                     struct basketry_tier *out);
int64_t basketry_ladder_preselect(const struct basketry_ladder *ladder);
struct basketry_str basketry_ladder_json(const struct basketry_ladder *ladder);
basketry_status basketry_proposals_from_arrow(struct ArrowArrayStream *stream,
                                              const struct basketry_proposal_columns *columns,
                                              const char *currency,
                                              const struct basketry_control *control,
                                              struct basketry_proposals **out);
void basketry_proposals_free(struct basketry_proposals *proposals);
size_t basketry_proposals_len(const struct basketry_proposals *proposals);
basketry_status basketry_proposals_assign(const struct basketry_proposals *proposals,
                                          const struct basketry_assign_options *options,
                                          const struct basketry_control *control,
                                          struct basketry_plan **out);
void basketry_plan_free(struct basketry_plan *plan);
basketry_status basketry_plan_summarize(const struct basketry_plan *plan,
                                        struct basketry_plan_summary *out);
basketry_status basketry_plan_get(const struct basketry_plan *plan,
                                  size_t row,
                                  struct basketry_plan_row *out);
size_t basketry_plan_offers(const struct basketry_plan *plan);
basketry_status basketry_plan_offer(const struct basketry_plan *plan,
                                    size_t offer,
                                    struct basketry_volume *out);
basketry_status basketry_plan_group(const struct basketry_plan *plan,
                                    size_t group,
                                    struct basketry_volume *out);
basketry_status basketry_plan_export(const struct basketry_plan *plan,
                                     struct ArrowArrayStream *out);
