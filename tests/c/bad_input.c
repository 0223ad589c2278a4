/* Whatever comes in, a clear error comes out. usage: bad_input GOLDEN_FOLDER TEMPORARY_FOLDER */
#include <math.h>

#include "check.h"

static char path_[1024];

static const char *in(const char *folder, const char *name) {
    snprintf(path_, sizeof path_, "%s/%s", folder, name);
    return path_;
}

static void last_error(void) {
    basketry_model *model = (basketry_model *)&path_; /* must be set to null */
    FAILS(BASKETRY_IO, "no-such-file", basketry_model_open("no-such-file", &model));
    CHECK(model == NULL);
    const char *message = basketry_last_error();
    char copy[8];
    size_t len = basketry_last_error_copy(copy, sizeof copy);
    CHECK(len == strlen(message) && strlen(copy) == 7 && memcmp(copy, message, 7) == 0);
    CHECK(basketry_last_error_copy(NULL, 0) == len);
    CHECK(basketry_last_error_copy(NULL, 99) == len);

    /* A call that succeeds leaves it alone, and the pointer stays. */
    basketry_control *control = NULL;
    OK(basketry_control_new(&control));
    basketry_control_free(control);
    CHECK(basketry_last_error() == message && strstr(message, "no-such-file") != NULL);

    /* A message that is too long is cut between characters. */
    static char toml[9000];
    memset(toml, 0, sizeof toml);
    toml[0] = '"';
    for (int i = 0; i < 4400; i++) {
        memcpy(toml + 1 + 2 * i, "\xc3\xa9", 2); /* é */
    }
    strcat(toml, "\" = 1");
    basketry_policy *policy = NULL;
    FAILS(BASKETRY_POLICY, "\xc3\xa9", basketry_policy_from_toml(basketry_text(toml), &policy));
    CHECK(strlen(basketry_last_error()) <= 4095 && strlen(basketry_last_error()) > 4000);
}

static void null_pointers(void) {
    const basketry_status bad = BASKETRY_INVALID_ARGUMENT;
    /* out */
    FAILS(bad, "out", basketry_control_new(NULL));
    FAILS(bad, "out", basketry_engine_open("x", NULL));
    FAILS(bad, "out", basketry_fit(NULL, NULL, NULL, NULL, NULL));
    /* handles */
    basketry_control_free(NULL);
    basketry_catalog_free(NULL);
    basketry_catalog_builder_free(NULL);
    basketry_history_free(NULL);
    basketry_history_builder_free(NULL);
    basketry_baskets_free(NULL);
    basketry_itemsets_free(NULL);
    basketry_rules_free(NULL);
    basketry_model_free(NULL);
    basketry_recommendations_free(NULL);
    basketry_policy_free(NULL);
    basketry_engine_free(NULL);
    basketry_decision_free(NULL);
    FAILS(bad, "control", basketry_control_cancel(NULL));
    FAILS(bad, "control", basketry_control_progress(NULL, NULL));
    FAILS(bad, "control", basketry_control_on_progress(NULL, NULL, NULL, 0));
    CHECK(basketry_history_len(NULL) == 0 && basketry_history_lines(NULL) == 0);
    CHECK(basketry_history_report(NULL).len == 0);
    CHECK(basketry_catalog_len(NULL) == 0 && basketry_catalog_report(NULL).len == 0);
    CHECK(basketry_baskets_len(NULL) == 0 && basketry_baskets_items(NULL) == 0);
    CHECK(basketry_baskets_skipped(NULL) == 0);
    CHECK(basketry_itemsets_len(NULL) == 0 && basketry_itemsets_columns(NULL) == NULL);
    CHECK(basketry_rules_len(NULL) == 0 && basketry_rules_columns(NULL) == NULL);
    CHECK(basketry_model_report(NULL).len == 0 && basketry_model_id(NULL).len == 0);
    CHECK(basketry_model_as_of(NULL) == 0 && basketry_model_products(NULL) == 0);
    CHECK(basketry_model_customers(NULL) == 0);
    CHECK(basketry_model_product_kind(NULL) == BASKETRY_ID_NONE);
    CHECK(basketry_model_customer_kind(NULL) == BASKETRY_ID_NONE);
    CHECK(basketry_recommendations_columns(NULL) == NULL);
    CHECK(basketry_policy_json(NULL).len == 0);
    CHECK(basketry_decision_len(NULL) == 0 && basketry_decision_offer(NULL, 0) == NULL);
    CHECK(basketry_decision_value(NULL) == 0 && !basketry_decision_customer_known(NULL));
    CHECK(basketry_decision_json(NULL).len == 0 && basketry_decision_text(NULL).len == 0);
    CHECK(basketry_decision_shown(NULL).len == 0 && basketry_decision_suppressed_len(NULL) == 0);
    CHECK(basketry_decision_suppressed(NULL, 0) == NULL);
    CHECK(basketry_decision_warnings_len(NULL) == 0);

    basketry_id id = basketry_id_int(1);
    basketry_str text;
    uint64_t count;
    double value;
    struct ArrowArrayStream stream;
    basketry_history *history = NULL;
    basketry_catalog *catalog = NULL;
    basketry_baskets *baskets = NULL;
    basketry_itemsets *sets = NULL;
    basketry_rules *rules = NULL;
    basketry_model *model = NULL;
    basketry_recommendations *recommended = NULL;
    basketry_policy *policy = NULL;
    basketry_engine *engine = NULL;
    basketry_decision *decision = NULL;
    FAILS(bad, "stream", basketry_history_from_arrow(NULL, NULL, NULL, NULL, &history));
    FAILS(bad, "history", basketry_history_append_arrow(NULL, NULL, NULL, NULL, NULL));
    FAILS(bad, "history", basketry_history_append_csv(NULL, NULL, NULL, NULL, NULL, NULL));
    FAILS(bad, "history", basketry_history_to_baskets(NULL, &baskets));
    FAILS(bad, "file", basketry_baskets_from_fimi(NULL, NULL, &baskets));
    FAILS(bad, "builder", basketry_history_builder_push(NULL, NULL));
    FAILS(bad, "builder", basketry_history_builder_finish(NULL, NULL, &history));
    FAILS(bad, "builder", basketry_catalog_builder_push(NULL, NULL));
    FAILS(bad, "builder", basketry_catalog_builder_finish(NULL, &catalog));
    FAILS(bad, "stream", basketry_catalog_from_arrow(NULL, NULL, NULL, NULL, &catalog));
    FAILS(bad, "stream", basketry_baskets_from_arrow(NULL, "b", "i", 0, NULL, &baskets));
    FAILS(bad, "catalog", basketry_catalog_set_price(NULL, id, 1));
    FAILS(bad, "catalog", basketry_catalog_set_cost(NULL, id, 1));
    FAILS(bad, "catalog", basketry_catalog_set_stock(NULL, id, 1));
    FAILS(bad, "catalog", basketry_catalog_set_sellable(NULL, id, 1));
    FAILS(bad, "catalog", basketry_catalog_set_term(NULL, id, 12));
    FAILS(bad, "catalog", basketry_catalog_set_service(NULL, id, 1));
    FAILS(bad, "catalog", basketry_catalog_set_pack(NULL, id, 4.0));
    FAILS(bad, "catalog", basketry_catalog_set_rating(NULL, id, 4.5));
    FAILS(bad, "baskets", basketry_itemsets_mine(NULL, NULL, NULL, &sets));
    FAILS(bad, "itemsets", basketry_itemsets_item(NULL, 0, &id));
    FAILS(bad, "itemsets", basketry_itemsets_count_of(NULL, &id, 1, &count));
    FAILS(bad, "itemsets", basketry_itemsets_export(NULL, &stream));
    FAILS(bad, "itemsets", basketry_rules_make(NULL, NULL, NULL, &rules));
    FAILS(bad, "rules", basketry_rules_item(NULL, 0, &id));
    FAILS(bad, "rules", basketry_rules_values(NULL, "lift", &value, 1));
    FAILS(bad, "rules", basketry_rules_top(NULL, 1, "lift", &rules));
    FAILS(bad, "rules", basketry_rules_matching(NULL, &id, 1, 1, "lift", &rules));
    FAILS(bad, "rules", basketry_rules_export(NULL, &stream));
    FAILS(bad, "catalog", basketry_fit(NULL, NULL, NULL, NULL, &model));
    FAILS(bad, "file", basketry_model_open(NULL, &model));
    FAILS(bad, "file", basketry_model_read(NULL, &model));
    FAILS(bad, "bytes", basketry_model_from_bytes(NULL, 5, &model));
    FAILS(bad, "model", basketry_model_bytes(NULL, NULL, NULL));
    FAILS(bad, "model", basketry_model_save(NULL, "x"));
    FAILS(bad, "model", basketry_model_verify(NULL));
    FAILS(bad, "model", basketry_model_product(NULL, 0, &id));
    FAILS(bad, "model", basketry_model_customer(NULL, 0, &id));
    CHECK(basketry_model_options(NULL).len == 0);
    FAILS(bad, "model", basketry_model_recommend(NULL, &id, 1, NULL, NULL, &recommended));
    FAILS(bad, "model", basketry_model_complete(NULL, NULL, NULL, 0, NULL, NULL, &recommended));
    FAILS(bad, "recommendations", basketry_recommendations_product(NULL, 0, &id));
    FAILS(bad, "recommendations", basketry_recommendations_export(NULL, &stream));
    FAILS(bad, "file", basketry_policy_from_file(NULL, &policy));
    FAILS(bad, "file", basketry_engine_open(NULL, &engine));
    FAILS(bad, "model", basketry_engine_new(NULL, NULL, &engine));
    FAILS(bad, "engine", basketry_engine_set_catalog(NULL, NULL));
    FAILS(bad, "engine", basketry_engine_set_model(NULL, NULL));
    FAILS(bad, "engine", basketry_engine_model(NULL, &model));
    FAILS(bad, "engine", basketry_engine_catalog(NULL, &catalog));
    FAILS(bad, "engine", basketry_decide(NULL, NULL, NULL, &decision));
    FAILS(bad, "engine", basketry_decide_json(NULL, NULL, basketry_text("{}"), &decision));
    FAILS(bad, "decision", basketry_decision_why_not(NULL, id, NULL, NULL, 0));
    FAILS(bad, "decision", basketry_decision_warning(NULL, 0, &text));
}

static void texts(void) {
    basketry_policy *policy = NULL;
    basketry_str text = basketry_text(NULL);
    FAILS(BASKETRY_INVALID_ARGUMENT, "text: ", basketry_policy_from_toml(text, &policy));
    text.len = 3; /* null with a length */
    FAILS(BASKETRY_INVALID_ARGUMENT, "text: ", basketry_policy_from_toml(text, &policy));
    text.data = "x";
    text.len = (size_t)-1;
    FAILS(BASKETRY_INVALID_ARGUMENT, "length", basketry_policy_from_toml(text, &policy));
    text.data = "name = \"\xff\xfe\"";
    text.len = strlen(text.data);
    FAILS(BASKETRY_INVALID_ARGUMENT, "UTF-8 at byte 8", basketry_policy_from_toml(text, &policy));
    text.data = "max_offers = 1 and the rest is not there";
    text.len = 14; /* the length counts, not the zero byte */
    OK(basketry_policy_from_toml(text, &policy));
    basketry_policy_free(policy);
    text.data = NULL;
    text.len = 0; /* the empty text: all defaults */
    OK(basketry_policy_from_toml(text, &policy));
    basketry_policy_free(policy);

    basketry_order_line line = BASKETRY_ORDER_LINE_INIT;
    basketry_history_builder *builder = NULL;
    OK(basketry_history_builder_new(BASKETRY_WITH_CUSTOMERS, NULL, &builder));
    line.customer = basketry_id_int(1);
    line.product = basketry_id_str("caf\xe9");
    FAILS(BASKETRY_INVALID_ARGUMENT, "line.product", basketry_history_builder_push(builder, &line));
    line.product = basketry_id_str(NULL);
    FAILS(BASKETRY_INVALID_ARGUMENT, "line.product", basketry_history_builder_push(builder, &line));
    line.product.kind = 77;
    FAILS(BASKETRY_INVALID_ARGUMENT, "77", basketry_history_builder_push(builder, &line));
    line.product = (basketry_id)BASKETRY_ID_INIT;
    FAILS(BASKETRY_DATA, "product", basketry_history_builder_push(builder, &line));
    line.product = basketry_id_int(1);
    line.quantity = NAN;
    FAILS(BASKETRY_DATA, "quantity", basketry_history_builder_push(builder, &line));
    line.quantity = 0;
    FAILS(BASKETRY_DATA, "quantity", basketry_history_builder_push(builder, &line));
    line.quantity = 1;
    line.revenue = 5;
    FAILS(BASKETRY_DATA, "revenue", basketry_history_builder_push(builder, &line));
    line.revenue = BASKETRY_NO_MONEY;

    /* structs that can grow */
    basketry_order_line small = line;
    small.struct_size = 0;
    FAILS(BASKETRY_INVALID_ARGUMENT, "BASKETRY_ORDER_LINE_INIT",
          basketry_history_builder_push(builder, &small));
    FAILS(BASKETRY_INVALID_ARGUMENT, "line", basketry_history_builder_push(builder, NULL));
    struct {
        basketry_order_line line;
        int64_t later[2];
    } grown = {line, {0, 0}};
    grown.line.struct_size = sizeof grown;
    OK(basketry_history_builder_push(builder, &grown.line));
    grown.later[1] = 1;
    FAILS(BASKETRY_INVALID_ARGUMENT, "newer library",
          basketry_history_builder_push(builder, &grown.line));
    basketry_history_builder_free(builder);

    basketry_history_options options = BASKETRY_HISTORY_OPTIONS_INIT;
    FAILS(BASKETRY_INVALID_ARGUMENT, "fields", basketry_history_builder_new(0, NULL, &builder));
    FAILS(BASKETRY_INVALID_ARGUMENT, "fields", basketry_history_builder_new(64, NULL, &builder));
    options.nulls = 2;
    FAILS(BASKETRY_INVALID_ARGUMENT, "nulls", basketry_history_builder_new(1, &options, &builder));
    options.nulls = 0;
    options.non_positive = 3;
    FAILS(BASKETRY_INVALID_ARGUMENT, "non_positive",
          basketry_history_builder_new(1, &options, &builder));
    options.non_positive = 0;
    options.currency = "euro";
    FAILS(BASKETRY_INVALID_ARGUMENT, "euro", basketry_history_builder_new(1, &options, &builder));
}

static void tables(const char *golden, const char *folder) {
    basketry_history_columns columns = BASKETRY_HISTORY_COLUMNS_INIT;
    basketry_history *history = NULL;
    const char *orders = in(golden, "orders.csv");
    FAILS(BASKETRY_INVALID_ARGUMENT, "columns",
          basketry_history_from_csv(orders, NULL, NULL, NULL, NULL, &history));
    FAILS(BASKETRY_INVALID_ARGUMENT, "columns.time",
          basketry_history_from_csv(orders, &columns, NULL, NULL, NULL, &history));
    columns.time = "when";
    columns.product = "product";
    FAILS(BASKETRY_INVALID_ARGUMENT, "basket",
          basketry_history_from_csv(orders, &columns, NULL, NULL, NULL, &history));
    columns.customer = "customer";
    /* a column that is not there: the message lists those there are */
    FAILS(BASKETRY_SCHEMA, "\"quantity\"",
          basketry_history_from_csv(orders, &columns, NULL, NULL, NULL, &history));
    CHECK(strstr(basketry_last_error(), "\"when\"") != NULL);
    columns.time = "basket"; /* not times */
    FAILS(BASKETRY_DATA, "line 2",
          basketry_history_from_csv(orders, &columns, NULL, NULL, NULL, &history));
    columns.time = "time";
    FAILS(BASKETRY_IO, "no-such-file",
          basketry_history_from_csv("no-such-file", &columns, NULL, NULL, NULL, &history));
    FAILS(BASKETRY_INVALID_ARGUMENT, "file",
          basketry_history_from_csv(NULL, &columns, NULL, NULL, NULL, &history));
    basketry_csv_options csv = BASKETRY_CSV_OPTIONS_INIT;
    csv.delimiter = '\xe9';
    FAILS(BASKETRY_INVALID_ARGUMENT, "delimiter",
          basketry_history_from_csv(orders, &columns, NULL, &csv, NULL, &history));

    /* values */
    static const char *const values[][2] = {
        {"2026-01-05,7,bread,NaN", "not finite"},
        {"2026-01-05,7,bread,-1", "quantity"},
        {"2026-01-05,7,bread,inf", "not finite"},
        {"2026-01-05,,bread,1", "null"},
        {"2026-01-05,7,bread,", "null"},
        {"yesterday,7,bread,1", "yesterday"},
        {"2026-01-05,7,bread,many", "many"},
        {"2026-01-05,7,caf\xe9,1", "UTF-8"},
        {"2026-01-05,7,bread", ""},
    };
    columns.quantity = "quantity";
    char file[1024];
    snprintf(file, sizeof file, "%s/bad.csv", folder);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char text[256];
        snprintf(text, sizeof text, "time,customer,product,quantity\n2026-01-05,7,bread,1\n%s\n",
                 values[i][0]);
        write_file(file, text, strlen(text));
        FAILS(BASKETRY_DATA, values[i][1],
              basketry_history_from_csv(file, &columns, NULL, NULL, NULL, &history));
        CHECK(strstr(basketry_last_error(), "line 3") != NULL);
    }

    /* empty data */
    write_file(file, "", 0);
    CHECK(basketry_history_from_csv(file, &columns, NULL, NULL, NULL, &history) != BASKETRY_OK);
    write_file(file, "time,customer,product,quantity\n", 31);
    OK(basketry_history_from_csv(file, &columns, NULL, NULL, NULL, &history));
    CHECK(basketry_history_len(history) == 0);
    basketry_baskets *baskets = NULL;
    OK(basketry_history_to_baskets(history, &baskets));
    basketry_itemset_options itemsets = BASKETRY_ITEMSET_OPTIONS_INIT;
    itemsets.min_count = 1;
    basketry_itemsets *sets = NULL;
    FAILS(BASKETRY_DATA, "basket", basketry_itemsets_mine(baskets, &itemsets, NULL, &sets));
    basketry_baskets_free(baskets);
    basketry_catalog_builder *products = NULL;
    basketry_catalog *catalog = NULL;
    OK(basketry_catalog_builder_new(NULL, &products));
    OK(basketry_catalog_builder_finish(products, &catalog));
    basketry_catalog_builder_free(products);
    basketry_model *model = NULL;
    FAILS(BASKETRY_DATA, "", basketry_fit(catalog, history, NULL, NULL, &model));
    basketry_catalog_free(catalog);
    basketry_history_free(history);

    /* Arrow streams: released, failing, with columns of the wrong type, with text that is none */
    struct ArrowArrayStream stream;
    memset(&stream, 0, sizeof stream);
    FAILS(BASKETRY_INVALID_ARGUMENT, "released",
          basketry_history_from_arrow(&stream, &columns, NULL, NULL, &history));
    static const int64_t time[] = {0};
    static const int32_t offsets[] = {0, 4};
    column of_table[] = {
        {"tsm:UTC", "time", NULL, time, NULL},
        {"u", "product", NULL, offsets, "caf\xe9"},
        {"l", "customer", NULL, time, NULL},
    };
    int released = 0;
    table t = {of_table, 3, 1, 1, 0, &released};
    columns.quantity = NULL;
    stream = stream_of(&t);
    FAILS(BASKETRY_DATA, "the disk is on fire",
          basketry_history_from_arrow(&stream, &columns, NULL, NULL, &history));
    CHECK(released == 1 && stream.release == NULL);
    t.fail_after_schema = 0;
    stream = stream_of(&t);
    FAILS(BASKETRY_DATA, "UTF-8",
          basketry_history_from_arrow(&stream, &columns, NULL, NULL, &history));
    of_table[1].bytes = "cafe";
    of_table[0].format = "g"; /* a time that is a float */
    stream = stream_of(&t);
    FAILS(BASKETRY_SCHEMA, "\"time\"",
          basketry_history_from_arrow(&stream, &columns, NULL, NULL, &history));
    of_table[0].format = "?"; /* a type that Arrow does not have */
    stream = stream_of(&t);
    FAILS(BASKETRY_SCHEMA, "", basketry_history_from_arrow(&stream, &columns, NULL, NULL, &history));
    of_table[0].format = "tsm:UTC";
    stream = stream_of(&t);
    FAILS(BASKETRY_INVALID_ARGUMENT, "out",
          basketry_history_from_arrow(&stream, &columns, NULL, NULL, NULL));
    CHECK(released == 5 && stream.release == NULL); /* consumed whatever the outcome */

    basketry_catalog_columns catalog_columns = BASKETRY_CATALOG_COLUMNS_INIT;
    catalog_columns.product = "product";
    FAILS(BASKETRY_INVALID_ARGUMENT, "columns.price",
          basketry_catalog_from_csv(orders, &catalog_columns, NULL, NULL, NULL, &catalog));
    catalog_columns.price = "price";
    static const char *const category[] = {"type", NULL};
    catalog_columns.category = category;
    catalog_columns.n_category = 2;
    FAILS(BASKETRY_INVALID_ARGUMENT, "columns.category[1]",
          basketry_catalog_from_csv(orders, &catalog_columns, NULL, NULL, NULL, &catalog));
}

static void mining(void) {
    basketry_id one[] = {basketry_id_int(1), basketry_id_int(2)};
    basketry_id mixed[] = {basketry_id_int(1), basketry_id_str("1")};
    basketry_ids lists[] = {{one, 2}, {mixed, 2}};
    basketry_baskets *baskets = NULL;
    FAILS(BASKETRY_DATA, "\"1\"", basketry_baskets_from_lists(lists, 2, &baskets));
    lists[1].ids = NULL;
    FAILS(BASKETRY_INVALID_ARGUMENT, "lists[1]", basketry_baskets_from_lists(lists, 2, &baskets));
    OK(basketry_baskets_from_lists(lists, 1, &baskets));

    basketry_itemset_options options = BASKETRY_ITEMSET_OPTIONS_INIT;
    basketry_itemsets *sets = NULL;
    const basketry_status bad = BASKETRY_INVALID_ARGUMENT;
    FAILS(bad, "options", basketry_itemsets_mine(baskets, NULL, NULL, &sets));
    FAILS(bad, "min_count", basketry_itemsets_mine(baskets, &options, NULL, &sets));
    const double shares[] = {-0.1, 1.5, NAN, INFINITY};
    for (int i = 0; i < 4; i++) {
        options.min_share = shares[i];
        FAILS(bad, "min_support", basketry_itemsets_mine(baskets, &options, NULL, &sets));
    }
    options.min_share = 1.0; /* every basket */
    options.min_count = 1;
    FAILS(bad, "min_share", basketry_itemsets_mine(baskets, &options, NULL, &sets));
    options.min_count = 0;
    options.max_itemsets = 2; /* there are three */
    FAILS(BASKETRY_LIMIT, "", basketry_itemsets_mine(baskets, &options, NULL, &sets));
    options.max_itemsets = 0;
    OK(basketry_itemsets_mine(baskets, &options, NULL, &sets)); /* of one basket */
    CHECK(basketry_itemsets_len(sets) == 3);
    basketry_id id;
    FAILS(bad, "item", basketry_itemsets_item(sets, 2, &id));
    uint64_t count;
    FAILS(bad, "ids", basketry_itemsets_count_of(sets, NULL, 2, &count));
    FAILS(bad, "out", basketry_itemsets_count_of(sets, one, 2, NULL));

    basketry_rule_options rule_options = BASKETRY_RULE_OPTIONS_INIT;
    basketry_rules *rules = NULL;
    const double confidences[] = {-1, 1.0001, NAN};
    for (int i = 0; i < 3; i++) {
        rule_options.min_confidence = confidences[i];
        FAILS(bad, "min_confidence", basketry_rules_make(sets, &rule_options, NULL, &rules));
    }
    rule_options.min_confidence = 0;
    rule_options.consequents = 9;
    FAILS(bad, "consequents", basketry_rules_make(sets, &rule_options, NULL, &rules));
    OK(basketry_rules_make(sets, NULL, NULL, &rules));
    double values[2];
    FAILS(bad, "lfit", basketry_rules_values(rules, "lfit", values, 2));
    CHECK(strstr(basketry_last_error(), "lift") != NULL);
    FAILS(bad, "measure", basketry_rules_values(rules, NULL, values, 2));
    FAILS(bad, "len", basketry_rules_values(rules, "lift", values, 1));
    FAILS(bad, "out", basketry_rules_values(rules, "lift", NULL, 2));
    basketry_rules *some = NULL;
    FAILS(bad, "basket", basketry_rules_matching(rules, NULL, 1, 1, "lift", &some));
    static const char *const twice[] = {"lift", "lift"};
    FAILS(bad, "measures", basketry_rules_with_measures(rules, NULL, 1, &some));
    FAILS(bad, "twice", basketry_rules_with_measures(rules, twice, 2, &some));
    FAILS(bad, "measure", basketry_rules_sort(rules, NULL, 0, &some));
    FAILS(bad, "correction", basketry_rules_p_values(rules, 4, 0, NULL, values, 2));
    FAILS(bad, "tests", basketry_rules_p_values(rules, 0, 1, NULL, values, 2));
    FAILS(bad, "len", basketry_rules_p_values(rules, 0, 0, NULL, values, 1));
    FAILS(bad, "out", basketry_rules_p_values(rules, 0, 0, NULL, NULL, 2));
    basketry_significance_options significance = BASKETRY_SIGNIFICANCE_OPTIONS_INIT;
    significance.alpha = NAN;
    FAILS(bad, "alpha", basketry_rules_significant(rules, &significance, NULL, &some));
    FAILS(bad, "alpha", basketry_rules_productive(rules, &significance, NULL, &some));
    basketry_redundancy_options redundancy = BASKETRY_REDUNDANCY_OPTIONS_INIT;
    redundancy.min_improvement = 2;
    FAILS(bad, "min_improvement", basketry_rules_non_redundant(rules, &redundancy, NULL, &some));
    FAILS(bad, "rules", basketry_rules_non_redundant(NULL, NULL, NULL, &some));
    basketry_rules_free(rules);
    basketry_itemsets_free(sets);
    basketry_baskets_free(baskets);

    static const uint64_t indptr[] = {0, 2, 1};
    static const uint32_t indices[] = {0, 1};
    FAILS(bad, "indptr", basketry_baskets_from_csr(indptr, 3, indices, 2, NULL, 2, &baskets));
    FAILS(bad, "indptr", basketry_baskets_from_csr(NULL, 2, indices, 2, NULL, 2, &baskets));
    FAILS(bad, "indices", basketry_baskets_from_csr(indptr, 2, indices, 2, NULL, 1, &baskets));
    FAILS(bad, "items", basketry_baskets_from_csr(indptr, 2, indices, 2, NULL, SIZE_MAX, &baskets));
    basketry_id same[] = {basketry_id_int(1), basketry_id_int(1)};
    CHECK(basketry_baskets_from_csr(indptr, 2, indices, 2, same, 2, &baskets) != BASKETRY_OK);
}

/* Whatever a damaged model says, asking it is safe. */
static void decide_somehow(const basketry_model *model) {
    basketry_engine *engine = NULL;
    if (basketry_engine_new(model, NULL, &engine) != BASKETRY_OK) {
        return;
    }
    basketry_policy *policy = NULL;
    OK(basketry_policy_from_toml(basketry_text(""), &policy));
    basketry_line lines[] = {{basketry_id_str("spaghetti"), 1}, {basketry_id_str("bread"), 2}};
    basketry_context context = BASKETRY_CONTEXT_INIT;
    context.now_ms = 1778500800000;
    context.customer = basketry_id_str("c-002");
    context.basket = lines;
    context.n_basket = 2;
    basketry_decision *decision = NULL;
    basketry_status status = basketry_decide(engine, policy, &context, &decision);
    CHECK(status != BASKETRY_INTERNAL);
    CHECK(status != BASKETRY_OK || basketry_decision_json(decision).len > 0);
    basketry_decision_free(decision);
    basketry_policy_free(policy);
    basketry_engine_free(engine);
}

static void models(const char *golden, const char *folder) {
    size_t len;
    char *bytes = read_file(in(golden, "model.basketry"), &len);
    basketry_model *model = NULL;
    basketry_engine *engine = NULL;

    /* cut, damaged, empty, something else */
    FAILS(BASKETRY_FORMAT, "", basketry_model_from_bytes(NULL, 0, &model));
    for (size_t cut = 0; cut < len; cut += cut < 256 ? 1 : 97) {
        basketry_status status =
            basketry_model_from_bytes((const uint8_t *)bytes, cut, &model);
        CHECK(status == BASKETRY_FORMAT && model == NULL && basketry_last_error()[0] != 0);
    }
    for (size_t at = 0; at < len; at += at < 256 ? 1 : 61) {
        bytes[at] ^= 0x10;
        if (basketry_model_from_bytes((const uint8_t *)bytes, len, &model) == BASKETRY_OK) {
            /* Damage that the structure does not show is found by the checksums, but for the
             * minor version and the id in the header; in any case it does no harm. */
            CHECK(at < 64 || basketry_model_verify(model) == BASKETRY_FORMAT);
            decide_somehow(model);
            basketry_model_free(model);
        }
        bytes[at] ^= 0x10;
    }
    char file[1024];
    snprintf(file, sizeof file, "%s/bad.basketry", folder);
    write_file(file, bytes, len / 2);
    FAILS(BASKETRY_FORMAT, "bad.basketry", basketry_model_open(file, &model));
    FAILS(BASKETRY_FORMAT, "bad.basketry", basketry_engine_open(file, &engine));
    write_file(file, "", 0);
    FAILS(BASKETRY_FORMAT, "", basketry_model_open(file, &model));
    write_file(file, "customer,product\n", 17);
    FAILS(BASKETRY_FORMAT, "", basketry_model_read(file, &model));
    bytes[8] = 99; /* the major version, behind eight bytes of magic */
    FAILS(BASKETRY_VERSION, "99", basketry_model_from_bytes((const uint8_t *)bytes, len, &model));
    FAILS(BASKETRY_IO, "", basketry_model_open(folder, &model));
    free(bytes);

    OK(basketry_model_open(in(golden, "model.basketry"), &model));
    FAILS(BASKETRY_IO, "no/such/folder", basketry_model_save(model, "/no/such/folder/model"));
    basketry_recommendations *recommended = NULL;
    basketry_id customer = basketry_id_int(1); /* the ids are texts */
    FAILS(BASKETRY_INVALID_ARGUMENT, "customers[0]",
          basketry_model_recommend(model, &customer, 1, NULL, NULL, &recommended));
    basketry_model_free(model);
}

static void fitting(const char *golden) {
    basketry_catalog_columns products = BASKETRY_CATALOG_COLUMNS_INIT;
    products.product = "product";
    products.price = "price";
    basketry_catalog *catalog = NULL;
    OK(basketry_catalog_from_csv(in(golden, "products.csv"), &products, NULL, NULL, NULL, &catalog));
    basketry_history_columns orders = BASKETRY_HISTORY_COLUMNS_INIT;
    orders.time = "time";
    orders.product = "product";
    orders.basket = "basket";
    basketry_history *history = NULL;
    OK(basketry_history_from_csv(in(golden, "orders.csv"), &orders, NULL, NULL, NULL, &history));

    basketry_model *model = NULL;
    basketry_fit_options options = BASKETRY_FIT_OPTIONS_INIT;
    const basketry_status bad = BASKETRY_INVALID_ARGUMENT;
    FAILS(bad, "history", basketry_fit(catalog, NULL, &options, NULL, &model));
    options.neighbours = -2;
    FAILS(bad, "neighbours", basketry_fit(catalog, history, &options, NULL, &model));
    options.neighbours = 100000;
    FAILS(bad, "neighbours", basketry_fit(catalog, history, &options, NULL, &model));
    options.neighbours = -1;
    options.half_life_days = NAN;
    FAILS(bad, "half_life_days", basketry_fit(catalog, history, &options, NULL, &model));
    options.half_life_days = -1;
    FAILS(bad, "half_life_days", basketry_fit(catalog, history, &options, NULL, &model));
    options.half_life_days = 0;
    options.tune = 2;
    FAILS(bad, "tune", basketry_fit(catalog, history, &options, NULL, &model));
    options.tune = 0;
    options.max_basket = 1;
    FAILS(bad, "max_basket", basketry_fit(catalog, history, &options, NULL, &model));
    options.max_basket = 0;
    options.similar = -2;
    FAILS(bad, "similar: expected 0 to 1024", basketry_fit(catalog, history, &options, NULL, &model));
    options.similar = -1;
    options.exact_products = 100001;
    FAILS(bad, "exact_products", basketry_fit(catalog, history, &options, NULL, &model));
    options.exact_products = -1;
    options.baskets_l2 = -1.0;
    FAILS(bad, "baskets_l2", basketry_fit(catalog, history, &options, NULL, &model));
    options.baskets_l2 = 0.0;
    options.struct_size = 8;
    FAILS(bad, "BASKETRY_FIT_OPTIONS_INIT", basketry_fit(catalog, history, &options, NULL, &model));
    /* Without customers there is less to learn, and the report says so. */
    OK(basketry_fit(catalog, history, NULL, NULL, &model));
    CHECK(basketry_model_report(model).len > 0);
    basketry_model_free(model);
    basketry_history_free(history);
    basketry_catalog_free(catalog);
}

static void deciding(const char *golden, const char *folder) {
    basketry_policy *policy = NULL;
    FAILS(BASKETRY_POLICY, "max_ofers",
          basketry_policy_from_toml(basketry_text("max_ofers = 3"), &policy));
    FAILS(BASKETRY_POLICY, "up_sell.maximum",
          basketry_policy_from_toml(basketry_text("[up_sell]\nmaximum = 1"), &policy));
    FAILS(BASKETRY_POLICY, "max_offers",
          basketry_policy_from_json(basketry_text("{\"max_offers\": -1}"), &policy));
    FAILS(BASKETRY_POLICY, "", basketry_policy_from_json(basketry_text("{"), &policy));
    FAILS(BASKETRY_IO, "none.toml", basketry_policy_from_file("none.toml", &policy));
    char file[1024];
    snprintf(file, sizeof file, "%s/bad.toml", folder);
    static const char misspelt[] = "name = \"x\"\nmin_valeu = 1\n";
    write_file(file, misspelt, strlen(misspelt));
    FAILS(BASKETRY_POLICY, "bad.toml", basketry_policy_from_file(file, &policy));
    CHECK(strstr(basketry_last_error(), "min_valeu") != NULL);
    OK(basketry_policy_from_toml(basketry_text(""), &policy));

    basketry_engine *engine = NULL;
    OK(basketry_engine_open(in(golden, "model.basketry"), &engine));
    basketry_decision *decision = NULL;
    basketry_context context = BASKETRY_CONTEXT_INIT;
    FAILS(BASKETRY_INVALID_ARGUMENT, "policy", basketry_decide(engine, NULL, &context, &decision));
    FAILS(BASKETRY_INVALID_ARGUMENT, "context", basketry_decide(engine, policy, NULL, &decision));
    context.struct_size = 3;
    FAILS(BASKETRY_INVALID_ARGUMENT, "BASKETRY_CONTEXT_INIT",
          basketry_decide(engine, policy, &context, &decision));
    context.struct_size = sizeof context;
    context.now_ms = 1778500800000;
    context.customer = basketry_id_int(1);
    FAILS(BASKETRY_UNKNOWN_ID, "customer", basketry_decide(engine, policy, &context, &decision));
    context.customer = basketry_id_str("c-001");
    context.placement = "caf\xe9";
    FAILS(BASKETRY_INVALID_ARGUMENT, "context.placement",
          basketry_decide(engine, policy, &context, &decision));
    context.placement = NULL;
    context.n_basket = 2;
    FAILS(BASKETRY_INVALID_ARGUMENT, "context.basket",
          basketry_decide(engine, policy, &context, &decision));
    basketry_line lines[2] = {{basketry_id_str("bread"), 1}, {BASKETRY_ID_INIT, 1}};
    context.basket = lines;
    FAILS(BASKETRY_INVALID_ARGUMENT, "context.basket[1].product",
          basketry_decide(engine, policy, &context, &decision));
    lines[1].product = basketry_id_int(4);
    FAILS(BASKETRY_UNKNOWN_ID, "4", basketry_decide(engine, policy, &context, &decision));
    lines[1].product = basketry_id_str("jam");
    const double quantities[] = {0, -1, NAN, INFINITY};
    for (int i = 0; i < 4; i++) {
        lines[1].quantity = quantities[i];
        FAILS(BASKETRY_POLICY, "basket[1].quantity",
              basketry_decide(engine, policy, &context, &decision));
    }
    lines[1].quantity = 1;
    basketry_order order = {context.now_ms + 1, lines, 2};
    context.orders_since = &order;
    context.n_orders_since = 1;
    FAILS(BASKETRY_POLICY, "orders_since[0].time",
          basketry_decide(engine, policy, &context, &decision));
    order.time_ms = context.now_ms;
    order.lines = NULL;
    FAILS(BASKETRY_INVALID_ARGUMENT, "context.orders_since[0].lines",
          basketry_decide(engine, policy, &context, &decision));
    context.n_orders_since = 0;
    context.now_ms = INT64_MAX;
    FAILS(BASKETRY_POLICY, "now", basketry_decide(engine, policy, &context, &decision));
    context.now_ms = 1778500800000;

    FAILS(BASKETRY_POLICY, "nwo",
          basketry_decide_json(engine, policy, basketry_text("{\"nwo\": 1}"), &decision));

    /* A basket of a hundred thousand lines is refused, quickly. */
    size_t many = 100000;
    basketry_line *huge = malloc(many * sizeof *huge);
    CHECK(huge != NULL);
    for (size_t i = 0; i < many; i++) {
        huge[i] = lines[0];
    }
    context.basket = huge;
    context.n_basket = many;
    FAILS(BASKETRY_LIMIT, "basket", basketry_decide(engine, policy, &context, &decision));
    free(huge);

    context.basket = lines;
    context.n_basket = 2;
    OK(basketry_decide(engine, policy, &context, &decision));
    basketry_str warning;
    FAILS(BASKETRY_INVALID_ARGUMENT, "index", basketry_decision_warning(decision, 99, &warning));
    FAILS(BASKETRY_INVALID_ARGUMENT, "product",
          basketry_decision_why_not(decision, (basketry_id)BASKETRY_ID_INIT, NULL, NULL, 0));
    FAILS(BASKETRY_INVALID_ARGUMENT, "buf",
          basketry_decision_why_not(decision, basketry_id_str("jam"), NULL, NULL, 5));
    basketry_decision_free(decision);

    /* A catalogue whose ids are integers cannot serve a model whose ids are texts. */
    basketry_catalog_builder *products = NULL;
    OK(basketry_catalog_builder_new(NULL, &products));
    basketry_product product = BASKETRY_PRODUCT_INIT;
    FAILS(BASKETRY_INVALID_ARGUMENT, "product.id", basketry_catalog_builder_push(products, &product));
    product.id = basketry_id_int(5);
    product.price = -1;
    FAILS(BASKETRY_DATA, "price", basketry_catalog_builder_push(products, &product));
    product.price = 100;
    product.sellable = 2;
    FAILS(BASKETRY_INVALID_ARGUMENT, "sellable", basketry_catalog_builder_push(products, &product));
    product.sellable = 1;
    product.n_quality = 1;
    FAILS(BASKETRY_INVALID_ARGUMENT, "product.quality",
          basketry_catalog_builder_push(products, &product));
    product.n_quality = 0;
    product.service = 2;
    FAILS(BASKETRY_INVALID_ARGUMENT, "service", basketry_catalog_builder_push(products, &product));
    product.service = 0;
    product.term = 1201;
    FAILS(BASKETRY_DATA, "the term is not", basketry_catalog_builder_push(products, &product));
    product.term = 0;
    product.pack = -1.0;
    FAILS(BASKETRY_DATA, "the content of a pack", basketry_catalog_builder_push(products, &product));
    product.pack = 0.0;
    product.rating = 5.5;
    FAILS(BASKETRY_DATA, "the rating is not", basketry_catalog_builder_push(products, &product));
    product.rating = BASKETRY_NO_RATING;
    OK(basketry_catalog_builder_push(products, &product));
    basketry_catalog *catalog = NULL;
    OK(basketry_catalog_builder_finish(products, &catalog));
    basketry_catalog_builder_free(products);
    FAILS(BASKETRY_SCHEMA, "integers", basketry_engine_set_catalog(engine, catalog));
    FAILS(BASKETRY_INVALID_ARGUMENT, "price",
          basketry_catalog_set_price(catalog, basketry_id_int(5), -5));
    basketry_catalog_free(catalog);
    basketry_policy_free(policy);
    basketry_engine_free(engine);
}

int main(int argc, char **argv) {
    CHECK(argc == 3);
    last_error();
    null_pointers();
    texts();
    tables(argv[1], argv[2]);
    mining();
    models(argv[1], argv[2]);
    fitting(argv[1]);
    deciding(argv[1], argv[2]);
    return 0;
}
