/* Utilities from rows, from Arrow and from a history; the itemsets of high utility.
 * usage: utility GOLDEN_FOLDER TEMPORARY_FOLDER */
#include "check.h"

enum { BAD = BASKETRY_INVALID_ARGUMENT };

/* The razor is sold at a loss; the blades make up for it. The blades of basket 1 come twice. */
static basketry_utilities *razors(void) {
    static const uint64_t indptr[] = {0, 2, 6, 7, 8};
    static const uint32_t indices[] = {0, 1, 0, 1, 2, 1, 2, 1};
    static const int64_t values[] = {-300, 900, -300, 225, 80, 225, 80, 450};
    const basketry_id ids[] = {basketry_id_str("razor"), basketry_id_str("blades"),
                               basketry_id_str("soap")};
    basketry_utilities *utilities = NULL;
    OK(basketry_utilities_from_csr(indptr, 5, indices, values, 8, ids, 3, &utilities));
    return utilities;
}

static void mined(void) {
    basketry_utilities *utilities = razors();
    CHECK(basketry_utilities_len(utilities) == 4 && basketry_utilities_lines(utilities) == 7);
    CHECK(basketry_utilities_merged(utilities) == 1 && basketry_utilities_skipped(utilities) == 0);
    CHECK(basketry_utilities_total(utilities) == 1360);

    basketry_high_utility_options options = BASKETRY_HIGH_UTILITY_OPTIONS_INIT;
    options.min_minor = 500;
    options.threads = 2;
    basketry_control *control = NULL;
    OK(basketry_control_new(&control));
    basketry_itemsets *sets = NULL;
    OK(basketry_itemsets_high_utility(utilities, &options, control, &sets));
    basketry_control_free(control);
    const basketry_itemset_columns *columns = basketry_itemsets_columns(sets);
    CHECK(columns->len == 3 && columns->baskets == 4);
    CHECK(columns->counts[0] == 3 && columns->counts[1] == 2 && columns->counts[2] == 1);
    basketry_numbers worth;
    OK(basketry_itemsets_column(sets, basketry_text("utility"), &worth));
    CHECK(worth.len == 3 && worth.floats == NULL);
    CHECK(worth.ints[0] == 1800 && worth.ints[1] == 750 && worth.ints[2] == 530);
    basketry_id id;
    OK(basketry_itemsets_item(sets, columns->items[columns->offsets[1]], &id));
    CHECK(is_text(id, "razor"));
    basketry_rule_options of_rules = BASKETRY_RULE_OPTIONS_INIT;
    basketry_rules *rules = NULL;
    FAILS(BAD, "min_utility", basketry_rules_make(sets, &of_rules, NULL, &rules));
    basketry_itemsets_free(sets);

    /* A share of 1360: 0.5 is 680, which two sets reach. */
    options.min_minor = 0;
    options.min_share = 0.5;
    OK(basketry_itemsets_high_utility(utilities, &options, NULL, &sets));
    CHECK(basketry_itemsets_len(sets) == 2);
    basketry_itemsets_free(sets);
    options.min_minor = 1;
    FAILS(BAD, "min_share, min_minor", basketry_itemsets_high_utility(utilities, &options, NULL, &sets));

    /* The best of two items and more. */
    options.min_share = 0;
    options.min_minor = 0;
    options.top = 1;
    options.min_length = 2;
    OK(basketry_itemsets_high_utility(utilities, &options, NULL, &sets));
    OK(basketry_itemsets_column(sets, basketry_text("utility"), &worth));
    CHECK(worth.len == 1 && worth.ints[0] == 750);
    basketry_itemsets_free(sets);
    options.max_length = 1;
    FAILS(BAD, "max_length", basketry_itemsets_high_utility(utilities, &options, NULL, &sets));

    options = (basketry_high_utility_options)BASKETRY_HIGH_UTILITY_OPTIONS_INIT;
    FAILS(BAD, "top", basketry_itemsets_high_utility(utilities, &options, NULL, &sets));
    FAILS(BAD, "options", basketry_itemsets_high_utility(utilities, NULL, NULL, &sets));
    FAILS(BAD, "utilities", basketry_itemsets_high_utility(NULL, &options, NULL, &sets));
    options.min_minor = 1;
    options.max_itemsets = 2;
    FAILS(BASKETRY_LIMIT, "max_itemsets", basketry_itemsets_high_utility(utilities, &options, NULL, &sets));
    basketry_utilities_free(utilities);
}

static void from_arrow(void) {
    static const int64_t orders[] = {7, 8, 7, 7};
    static const int32_t ends[] = {0, 1, 2, 3, 4};
    static const double units[] = {1, 2, 3, 0.5};
    static const double each[] = {0.4, -0.1, 1.25, 1.01};
    const column columns[] = {{"l", "order", NULL, orders, NULL},
                              {"u", "sku", NULL, ends, "aabb"},
                              {"g", "n", NULL, units, NULL},
                              {"g", "margin", NULL, each, NULL}};
    int released = 0;
    table t = {columns, 4, 4, 0, 0, &released};
    basketry_utility_columns names = BASKETRY_UTILITY_COLUMNS_INIT;
    basketry_utilities *utilities = NULL;
    struct ArrowArrayStream stream = stream_of(&t);
    FAILS(BAD, "columns.basket",
          basketry_utilities_from_arrow(&stream, &names, NULL, NULL, &utilities));
    names.basket = "order";
    names.item = "sku";
    stream = stream_of(&t);
    FAILS(BAD, "unit_profit", basketry_utilities_from_arrow(&stream, &names, NULL, NULL, &utilities));
    names.quantity = "n";
    names.unit_profit = "margin";
    basketry_utility_options options = BASKETRY_UTILITY_OPTIONS_INIT;
    options.currency = "euro";
    stream = stream_of(&t);
    FAILS(BAD, "currency",
          basketry_utilities_from_arrow(&stream, &names, &options, NULL, &utilities));
    stream = stream_of(&t);
    OK(basketry_utilities_from_arrow(&stream, &names, NULL, NULL, &utilities));
    /* 40 - 20 + 375 + 50 (50.5 rounds to even). */
    CHECK(basketry_utilities_total(utilities) == 445 && basketry_utilities_merged(utilities) == 1);
    basketry_utilities_free(utilities);
    CHECK(released == 4);
    FAILS(BAD, "stream", basketry_utilities_from_arrow(NULL, &names, NULL, NULL, &utilities));
}

static void from_history(void) {
    basketry_catalog_builder *products = NULL;
    OK(basketry_catalog_builder_new(NULL, &products));
    basketry_product product = BASKETRY_PRODUCT_INIT;
    product.id = basketry_id_int(1);
    product.price = 500;
    product.cost = 100;
    OK(basketry_catalog_builder_push(products, &product));
    basketry_catalog *catalog = NULL;
    OK(basketry_catalog_builder_finish(products, &catalog));
    basketry_catalog_builder_free(products);
    basketry_history_builder *lines = NULL;
    uint32_t fields = BASKETRY_WITH_BASKETS | BASKETRY_WITH_REVENUE;
    OK(basketry_history_builder_new(fields, NULL, &lines));
    basketry_order_line line = BASKETRY_ORDER_LINE_INIT;
    line.basket = basketry_id_int(5);
    line.product = basketry_id_int(1);
    line.quantity = 2.5;
    line.revenue = 1000;
    OK(basketry_history_builder_push(lines, &line));
    line.product = basketry_id_int(2);
    OK(basketry_history_builder_push(lines, &line));
    basketry_history *history = NULL;
    OK(basketry_history_builder_finish(lines, NULL, &history));
    basketry_history_builder_free(lines);

    basketry_utilities *utilities = NULL;
    OK(basketry_utilities_from_history(history, NULL, BASKETRY_ON_BAD_ERROR, &utilities));
    CHECK(basketry_utilities_total(utilities) == 2000);
    basketry_utilities_free(utilities);
    FAILS(BASKETRY_DATA, "no_cost",
          basketry_utilities_from_history(history, catalog, BASKETRY_ON_BAD_ERROR, &utilities));
    OK(basketry_utilities_from_history(history, catalog, BASKETRY_ON_BAD_SKIP, &utilities));
    CHECK(basketry_utilities_total(utilities) == 750);
    CHECK(basketry_utilities_skipped(utilities) == 1);
    basketry_utilities_free(utilities);
    FAILS(BAD, "no_cost", basketry_utilities_from_history(history, catalog, 7, &utilities));
    FAILS(BAD, "history", basketry_utilities_from_history(NULL, catalog, 0, &utilities));
    basketry_history_free(history);
    basketry_catalog_free(catalog);
}

static void bad_rows(void) {
    const uint64_t indptr[] = {0, 2};
    const uint32_t indices[] = {0, 1};
    const int64_t values[] = {INT64_MAX, 1};
    const basketry_id ids[] = {basketry_id_int(3), basketry_id_int(4), basketry_id_int(3)};
    basketry_utilities *utilities = NULL;
    FAILS(BAD, "ids[2]", basketry_utilities_from_csr(indptr, 2, indices, values, 2, ids, 3, &utilities));
    FAILS(BAD, "indices[1]", basketry_utilities_from_csr(indptr, 2, indices, values, 2, ids, 1, &utilities));
    FAILS(BAD, "indptr", basketry_utilities_from_csr(indptr, 1, indices, values, 2, ids, 2, &utilities));
    FAILS(BAD, "values", basketry_utilities_from_csr(indptr, 2, indices, NULL, 2, ids, 2, &utilities));
    FAILS(BASKETRY_DATA, "too big", basketry_utilities_from_csr(indptr, 2, indices, values, 2, ids, 2, &utilities));
    CHECK(utilities == NULL);
    basketry_utilities_free(NULL);
    CHECK(basketry_utilities_len(NULL) == 0 && basketry_utilities_lines(NULL) == 0);
    CHECK(basketry_utilities_total(NULL) == 0 && basketry_utilities_skipped(NULL) == 0);
    CHECK(basketry_utilities_merged(NULL) == 0);
}

int main(void) {
    mined();
    from_arrow();
    from_history();
    bad_rows();
    return 0;
}
