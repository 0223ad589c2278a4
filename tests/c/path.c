/* The whole path in C: orders and products in by rows, CSV and Arrow; itemsets and rules; fit, save,
 * open; decide. usage: path GOLDEN_FOLDER TEMPORARY_FOLDER */
#include <math.h>

#include "check.h"

static char path_[1024];

static const char *in(const char *folder, const char *name) {
    snprintf(path_, sizeof path_, "%s/%s", folder, name);
    return path_;
}

static basketry_catalog *golden_catalog(const char *golden) {
    static const char *const category[] = {"department", "type"};
    static const char *const must_match[] = {"socket"};
    static const char *const quality[] = {"bars"};
    basketry_catalog_columns columns = BASKETRY_CATALOG_COLUMNS_INIT;
    columns.product = "product";
    columns.price = "price";
    columns.cost = "cost";
    columns.stock = "stock";
    columns.sellable = "sellable";
    columns.name = "name";
    columns.line = "line";
    columns.brand = "brand";
    columns.category = category;
    columns.n_category = 2;
    columns.must_match = must_match;
    columns.n_must_match = 1;
    columns.quality = quality;
    columns.n_quality = 1;
    basketry_catalog *catalog = NULL;
    OK(basketry_catalog_from_csv(in(golden, "products.csv"), &columns, NULL, NULL, NULL, &catalog));
    return catalog;
}

static basketry_history *golden_history(const char *golden) {
    basketry_history_columns columns = BASKETRY_HISTORY_COLUMNS_INIT;
    columns.time = "time";
    columns.product = "product";
    columns.customer = "customer";
    columns.basket = "basket";
    columns.quantity = "quantity";
    columns.revenue = "paid";
    basketry_history *history = NULL;
    OK(basketry_history_from_csv(in(golden, "orders.csv"), &columns, NULL, NULL, NULL, &history));
    return history;
}

/* ---------------------------------------------------------------------------- data by rows ---- */

static void rows(void) {
    basketry_history_builder *builder = NULL;
    uint32_t fields = BASKETRY_WITH_CUSTOMERS | BASKETRY_WITH_BASKETS | BASKETRY_WITH_REVENUE;
    OK(basketry_history_builder_new(fields, NULL, &builder));
    basketry_order_line line = BASKETRY_ORDER_LINE_INIT;
    line.time_ms = 1767571200000;
    line.customer = basketry_id_int(17);
    line.basket = basketry_id_str("b-1");
    line.product = basketry_id_str("bread");
    line.revenue = 249;
    OK(basketry_history_builder_push(builder, &line));
    OK(basketry_history_builder_push(builder, &line)); /* two of them now */
    line.product = basketry_id_str("butter");
    OK(basketry_history_builder_push(builder, &line));
    line.product = basketry_id_int(5);
    FAILS(BASKETRY_DATA, "product", basketry_history_builder_push(builder, &line));

    basketry_history *history = NULL;
    OK(basketry_history_builder_finish(builder, NULL, &history));
    CHECK(basketry_history_len(history) == 1 && basketry_history_lines(history) == 2);
    CHECK(strstr(basketry_history_report(history).data, "\"merged\":1") != NULL);
    basketry_history_free(history);
    FAILS(BASKETRY_INVALID_ARGUMENT, "finished",
          basketry_history_builder_finish(builder, NULL, &history));
    CHECK(history == NULL);
    basketry_history_builder_free(builder);

    OK(basketry_history_builder_new(BASKETRY_WITH_CUSTOMERS, NULL, &builder));
    line = (basketry_order_line)BASKETRY_ORDER_LINE_INIT;
    line.product = basketry_id_int(1);
    line.customer = basketry_id_int(2);
    OK(basketry_history_builder_push(builder, &line));
    OK(basketry_history_builder_finish(builder, NULL, &history));
    basketry_history_builder_free(builder);
    CHECK(basketry_history_len(history) == 1 && basketry_history_lines(history) == 1);
    CHECK(strstr(basketry_history_report(history).data, "\"lines_used\":1") != NULL);
    basketry_history_free(history);

    basketry_catalog_builder *products = NULL;
    basketry_catalog_options options = BASKETRY_CATALOG_OPTIONS_INIT;
    options.currency = "CHF";
    OK(basketry_catalog_builder_new(&options, &products));
    basketry_id category[] = {basketry_id_str("kitchen"), basketry_id_str("machines")};
    basketry_attribute socket = {basketry_text("socket"), basketry_id_str("J")};
    basketry_quality bars = {basketry_text("bars"), 15.0};
    basketry_product product = BASKETRY_PRODUCT_INIT;
    product.id = basketry_id_str("espresso-machine");
    product.name = basketry_text("Espresso machine");
    product.price = 19900;
    product.cost = 12000;
    product.stock = 4;
    product.line = basketry_id_str("machine");
    product.brand = basketry_id_str("Torre");
    product.category = category;
    product.n_category = 2;
    product.must_match = &socket;
    product.n_must_match = 1;
    product.quality = &bars;
    product.n_quality = 1;
    product.pack = 2.0;
    product.rating = 4.5;
    OK(basketry_catalog_builder_push(products, &product));
    FAILS(BASKETRY_DATA, "already", basketry_catalog_builder_push(products, &product));
    basketry_catalog *catalog = NULL;
    OK(basketry_catalog_builder_finish(products, &catalog));
    basketry_catalog_builder_free(products);
    CHECK(basketry_catalog_len(catalog) == 1);
    CHECK(strstr(basketry_catalog_report(catalog).data, "\"products\":1") != NULL);

    basketry_id machine = basketry_id_str("espresso-machine");
    OK(basketry_catalog_set_price(catalog, machine, 18900));
    OK(basketry_catalog_set_cost(catalog, machine, BASKETRY_NO_MONEY));
    OK(basketry_catalog_set_stock(catalog, machine, 0));
    OK(basketry_catalog_set_sellable(catalog, machine, 0));
    OK(basketry_catalog_set_term(catalog, machine, 24));
    FAILS(BASKETRY_INVALID_ARGUMENT, "term: expected 1 to 1200",
          basketry_catalog_set_term(catalog, machine, 0));
    OK(basketry_catalog_set_service(catalog, machine, 1));
    OK(basketry_catalog_set_pack(catalog, machine, 3.5));
    FAILS(BASKETRY_INVALID_ARGUMENT, "pack: expected",
          basketry_catalog_set_pack(catalog, machine, -3.5));
    OK(basketry_catalog_set_rating(catalog, machine, BASKETRY_NO_RATING));
    FAILS(BASKETRY_INVALID_ARGUMENT, "rating: expected",
          basketry_catalog_set_rating(catalog, machine, 7.0));
    FAILS(BASKETRY_UNKNOWN_ID, "\"grinder\"",
          basketry_catalog_set_stock(catalog, basketry_id_str("grinder"), 1));
    basketry_catalog_free(catalog);
}

/* --------------------------------------------------------------------------- data by Arrow ---- */

static void arrow(void) {
    /* Four lines of two baskets; the last line is a return. */
    static const int64_t time[] = {1767571200000, 1767571200000, 1767657600000, 1767657600000};
    static const int32_t offsets[] = {0, 5, 11, 16, 21};
    static const char bytes[] = "breadbutterbreadbread";
    static const int64_t basket[] = {1, 1, 2, 2};
    static const int64_t customer[] = {7, 7, 7, 7};
    static const double quantity[] = {1, 2, 1, -1};
    static const column columns[] = {
        {"tsm:UTC", "t", NULL, time, NULL},        {"u", "sku", NULL, offsets, bytes},
        {"l", "order", NULL, basket, NULL},        {"l", "who", NULL, customer, NULL},
        {"g", "units", NULL, quantity, NULL},
    };
    int released = 0;
    table t = {columns, 5, 4, 0, 0, &released};
    basketry_history_columns names = BASKETRY_HISTORY_COLUMNS_INIT;
    names.time = "t";
    names.product = "sku";
    names.customer = "who";
    names.basket = "order";
    names.quantity = "units";

    basketry_history *history = NULL;
    struct ArrowArrayStream stream = stream_of(&t);
    FAILS(BASKETRY_DATA, "units", basketry_history_from_arrow(&stream, &names, NULL, NULL, &history));
    CHECK(history == NULL && stream.release == NULL && released == 1);

    basketry_history_options options = BASKETRY_HISTORY_OPTIONS_INIT;
    options.non_positive = BASKETRY_ON_BAD_RETURN;
    stream = stream_of(&t);
    OK(basketry_history_from_arrow(&stream, &names, &options, NULL, &history));
    CHECK(stream.release == NULL && released == 2);
    CHECK(basketry_history_len(history) == 2 && basketry_history_lines(history) == 3);
    CHECK(strstr(basketry_history_report(history).data, "\"returns\":1") != NULL);

    /* More lines of the same kind; a table with other columns leaves the history as it was. */
    stream = stream_of(&t);
    OK(basketry_history_append_arrow(history, &stream, &names, &options, NULL));
    CHECK(basketry_history_len(history) == 2);
    CHECK(strstr(basketry_history_report(history).data, "\"returns\":2") != NULL);
    names.quantity = "unit";
    stream = stream_of(&t);
    FAILS(BASKETRY_SCHEMA, "\"units\"",
          basketry_history_append_arrow(history, &stream, &names, &options, NULL));
    CHECK(stream.release == NULL && basketry_history_len(history) == 2);

    /* The same lines for the miner, and as baskets directly. */
    basketry_baskets *baskets = NULL;
    OK(basketry_history_to_baskets(history, &baskets));
    CHECK(basketry_baskets_len(baskets) == 2 && basketry_baskets_items(baskets) == 2);
    basketry_baskets_free(baskets);
    basketry_history_free(history);
    stream = stream_of(&t);
    OK(basketry_baskets_from_arrow(&stream, "order", "sku", BASKETRY_ON_BAD_ERROR, NULL, &baskets));
    CHECK(basketry_baskets_len(baskets) == 2 && basketry_baskets_skipped(baskets) == 0);
    basketry_baskets_free(baskets);

    /* Products: a null price is a product that is never offered. */
    static const uint8_t valid = 1; /* the first row only */
    static const double price[] = {2.49, 0};
    static const column product_columns[] = {
        {"u", "sku", NULL, offsets, bytes},
        {"g", "price", &valid, price, NULL},
    };
    table products = {product_columns, 2, 2, 0, 0, &released};
    basketry_catalog_columns catalog_names = BASKETRY_CATALOG_COLUMNS_INIT;
    catalog_names.product = "sku";
    catalog_names.price = "price";
    basketry_catalog *catalog = NULL;
    stream = stream_of(&products);
    OK(basketry_catalog_from_arrow(&stream, &catalog_names, NULL, NULL, &catalog));
    CHECK(stream.release == NULL && basketry_catalog_len(catalog) == 2);
    CHECK(strstr(basketry_catalog_report(catalog).data, "\"without_price\":1") != NULL);
    basketry_catalog_free(catalog);
}

/* -------------------------------------------------------------------------------- mining ------ */

/* Counts the rows of a stream and releases it. */
static int64_t drain(struct ArrowArrayStream *stream, int64_t columns) {
    struct ArrowSchema schema;
    CHECK(stream->get_schema(stream, &schema) == 0 && schema.n_children == columns);
    schema.release(&schema);
    int64_t rows = 0;
    for (;;) {
        struct ArrowArray array;
        CHECK(stream->get_next(stream, &array) == 0);
        if (array.release == NULL) {
            break;
        }
        rows += array.length;
        array.release(&array);
    }
    stream->release(stream);
    return rows;
}

/* Constraints, the most frequent itemsets, least supports of single items, hierarchies. */
static void selections(void) {
    basketry_id first[] = {basketry_id_str("edam"), basketry_id_str("ale")};
    basketry_id second[] = {basketry_id_str("brie"), basketry_id_str("ale")};
    basketry_id third[] = {basketry_id_str("brie"), basketry_id_str("jam")};
    basketry_ids lists[] = {{first, 2}, {second, 2}, {third, 2}};
    basketry_baskets *baskets = NULL;
    OK(basketry_baskets_from_lists(lists, 3, &baskets));
    basketry_itemset_selection selection = BASKETRY_ITEMSET_SELECTION_INIT;
    basketry_itemset_options options = BASKETRY_ITEMSET_OPTIONS_INIT;
    options.selection = &selection;
    basketry_itemsets *sets = NULL;

    FAILS(BASKETRY_INVALID_ARGUMENT, "min_count",
          basketry_itemsets_mine(baskets, &options, NULL, &sets));
    selection.top = 2;
    OK(basketry_itemsets_mine(baskets, &options, NULL, &sets));
    CHECK(basketry_itemsets_len(sets) == 2 && basketry_itemsets_columns(sets)->counts[1] == 2);
    basketry_itemsets_free(sets);

    selection.top = 0;
    options.min_count = 1;
    selection.must_contain = (basketry_ids){first + 1, 1};
    OK(basketry_itemsets_mine(baskets, &options, NULL, &sets));
    CHECK(basketry_itemsets_len(sets) == 3);
    basketry_itemsets_free(sets);
    selection.must_not_contain = (basketry_ids){first + 1, 1};
    FAILS(BASKETRY_INVALID_ARGUMENT, "must_contain",
          basketry_itemsets_mine(baskets, &options, NULL, &sets));
    selection.must_contain = (basketry_ids){NULL, 0};
    OK(basketry_itemsets_mine(baskets, &options, NULL, &sets));
    CHECK(basketry_itemsets_len(sets) == 4);
    basketry_itemsets_free(sets);
    basketry_ids only = {third, 2};
    selection.must_not_contain = (basketry_ids){NULL, 0};
    selection.only_from = &only;
    OK(basketry_itemsets_mine(baskets, &options, NULL, &sets));
    CHECK(basketry_itemsets_len(sets) == 3);
    basketry_itemsets_free(sets);

    basketry_item_min_support jam = {basketry_id_str("jam"), 0.0, 1};
    selection.only_from = NULL;
    selection.item_min_supports = &jam;
    selection.n_item_min_supports = 1;
    options.min_count = 2;
    OK(basketry_itemsets_mine(baskets, &options, NULL, &sets));
    CHECK(basketry_itemsets_len(sets) == 4);
    basketry_itemsets_free(sets);
    jam.min_count = 0;
    FAILS(BASKETRY_INVALID_ARGUMENT, "item_min_supports[0]",
          basketry_itemsets_mine(baskets, &options, NULL, &sets));
    selection.n_item_min_supports = 0;

    basketry_id children[] = {first[0], second[0], basketry_id_str("cheese")};
    basketry_id parents[] = {children[2], children[2], basketry_id_str("dairy")};
    basketry_hierarchy *hierarchy = NULL, *one = NULL;
    OK(basketry_hierarchy_from_links(children, parents, 3, &hierarchy));
    CHECK(basketry_hierarchy_len(hierarchy) == 4 && basketry_hierarchy_len(NULL) == 0);
    const char *levels[] = {"item", "1"};
    OK(basketry_hierarchy_only(hierarchy, levels, 2, &one));
    selection.hierarchy = one;
    OK(basketry_itemsets_mine(baskets, &options, NULL, &sets));
    CHECK(basketry_itemsets_len(sets) == 4);
    basketry_id pair[] = {children[2], first[1]};
    uint64_t count;
    OK(basketry_itemsets_count_of(sets, pair, 2, &count));
    CHECK(count == 2);
    basketry_baskets *extended = NULL;
    OK(basketry_hierarchy_extend(one, baskets, NULL, &extended));
    CHECK(basketry_baskets_len(extended) == basketry_baskets_len(baskets));
    CHECK(basketry_baskets_items(extended) == basketry_baskets_items(baskets) + 1);
    basketry_baskets_free(extended);
    FAILS(BASKETRY_INVALID_ARGUMENT, "baskets",
          basketry_hierarchy_extend(one, NULL, NULL, &extended));
    basketry_itemsets_free(sets);
    basketry_hierarchy_free(one);
    levels[0] = "3";
    FAILS(BASKETRY_INVALID_ARGUMENT, "levels", basketry_hierarchy_only(hierarchy, levels, 1, &one));
    basketry_hierarchy_free(hierarchy);
    basketry_hierarchy_free(NULL);
    FAILS(BASKETRY_INVALID_ARGUMENT, "circle",
          basketry_hierarchy_from_links(children, children, 1, &hierarchy));
    FAILS(BASKETRY_INVALID_ARGUMENT, "catalog", basketry_hierarchy_from_catalog(NULL, &hierarchy));
    basketry_baskets_free(baskets);
}

static void mining(void) {
    basketry_id first[] = {basketry_id_str("bread"), basketry_id_str("butter")};
    basketry_id second[] = {basketry_id_str("bread"), basketry_id_str("butter"),
                            basketry_id_str("jam"), basketry_id_str("bread")};
    basketry_id third[] = {basketry_id_str("bread")};
    basketry_ids lists[] = {{first, 2}, {second, 4}, {third, 1}, {NULL, 0}};
    basketry_baskets *baskets = NULL;
    OK(basketry_baskets_from_lists(lists, 4, &baskets));
    CHECK(basketry_baskets_len(baskets) == 4 && basketry_baskets_items(baskets) == 3);

    basketry_itemset_options options = BASKETRY_ITEMSET_OPTIONS_INIT;
    options.min_share = 0.5;
    basketry_itemsets *sets = NULL;
    OK(basketry_itemsets_mine(baskets, &options, NULL, &sets));
    CHECK(basketry_itemsets_len(sets) == 3);
    const basketry_itemset_columns *columns = basketry_itemsets_columns(sets);
    CHECK(columns->len == 3 && columns->baskets == 4);
    CHECK(columns->offsets[0] == 0 && columns->offsets[1] == 1 && columns->offsets[3] == 4);
    CHECK(columns->counts[0] == 3 && columns->counts[1] == 2 && columns->counts[2] == 2);
    basketry_numbers numbers;
    OK(basketry_itemsets_column(sets, basketry_text("support"), &numbers));
    CHECK(numbers.len == 3 && !numbers.ints && numbers.floats[0] == 0.75);
    OK(basketry_itemsets_column(sets, basketry_text("length"), &numbers));
    CHECK(numbers.len == 3 && !numbers.floats && numbers.ints[2] == 2);
    CHECK(basketry_itemsets_column(sets, basketry_text("utility"), &numbers) == BASKETRY_INVALID_ARGUMENT);
    basketry_id id;
    OK(basketry_itemsets_item(sets, columns->items[0], &id));
    CHECK(is_text(id, "bread"));
    uint64_t count;
    OK(basketry_itemsets_count_of(sets, first, 2, &count));
    CHECK(count == 2);
    OK(basketry_itemsets_count_of(sets, second, 3, &count)); /* below the threshold */
    CHECK(count == 0);
    struct ArrowArrayStream stream;
    OK(basketry_itemsets_export(sets, &stream));
    CHECK(drain(&stream, 4) == 3);

    basketry_rule_options rule_options = BASKETRY_RULE_OPTIONS_INIT;
    rule_options.min_confidence = 0.6;
    basketry_rules *rules = NULL;
    OK(basketry_rules_make(sets, &rule_options, NULL, &rules));
    basketry_itemsets_free(sets); /* rules keep what they need */
    CHECK(basketry_rules_len(rules) == 2);
    const basketry_rule_columns *r = basketry_rules_columns(rules);
    CHECK(r->len == 2 && r->baskets == 4);
    double lift[2];
    OK(basketry_rules_values(rules, "lift", lift, 2));
    for (size_t i = 0; i < 2; i++) {
        CHECK(r->antecedent_offsets[i + 1] - r->antecedent_offsets[i] == 1);
        CHECK(r->consequent_offsets[i + 1] - r->consequent_offsets[i] == 1);
        CHECK(r->counts[i] == 2 && r->antecedent_counts[i] * r->consequent_counts[i] == 6);
        CHECK(fabs(lift[i] - 2.0 / 4 / (3.0 / 4 * 2 / 4)) < 1e-12);
    }
    OK(basketry_rules_export(rules, &stream));
    CHECK(drain(&stream, 5 + 12) == 2);

    /* Measures of one's choice, and which rules are more than chance. */
    static const char *const measures[] = {"phi", "hyperLift"};
    basketry_rules *some = NULL;
    OK(basketry_rules_with_measures(rules, measures, 2, &some));
    OK(basketry_rules_export(some, &stream));
    CHECK(drain(&stream, 5 + 2) == 2);
    basketry_rules_free(some);
    double p_values[2], improvement[2];
    OK(basketry_rules_values(rules, "fishers_exact_test", p_values, 2));
    CHECK(fabs(p_values[0] - 0.5) < 1e-15 && fabs(p_values[1] - 0.5) < 1e-15);
    OK(basketry_rules_p_values(rules, BASKETRY_CORRECTION_BONFERRONI, 0, NULL, p_values, 2));
    CHECK(p_values[0] == 1.0 && p_values[1] == 1.0);
    OK(basketry_rules_significant(rules, NULL, NULL, &some));
    CHECK(basketry_rules_len(some) == 0);
    basketry_rules_free(some);
    basketry_significance_options significance = BASKETRY_SIGNIFICANCE_OPTIONS_INIT;
    significance.alpha = 0.6;
    significance.correction = BASKETRY_CORRECTION_NONE;
    OK(basketry_rules_significant(rules, &significance, NULL, &some));
    CHECK(basketry_rules_len(some) == 2);
    basketry_rules_free(some);
    OK(basketry_rules_non_redundant(rules, NULL, NULL, &some));
    CHECK(basketry_rules_len(some) == 2);
    basketry_rules_free(some);
    basketry_redundancy_options redundancy = BASKETRY_REDUNDANCY_OPTIONS_INIT;
    redundancy.min_improvement = 0.2; /* 2/3 - 2/4 is less, 1 - 3/4 is not */
    OK(basketry_rules_non_redundant(rules, &redundancy, NULL, &some));
    CHECK(basketry_rules_len(some) == 1);
    basketry_rules_free(some);
    OK(basketry_rules_productive(rules, NULL, NULL, &some));
    CHECK(basketry_rules_len(some) == 2);
    basketry_rules_free(some);
    OK(basketry_rules_productive(rules, &significance, NULL, &some));
    CHECK(basketry_rules_len(some) == 2);
    basketry_rules_free(some);
    OK(basketry_rules_sort(rules, "improvement", 1, &some));
    OK(basketry_rules_values(some, "improvement", improvement, 2));
    CHECK(fabs(improvement[0] - 1.0 / 6) < 1e-15 && fabs(improvement[1] - 0.25) < 1e-15);
    basketry_rules_free(some);

    basketry_id basket[] = {basketry_id_str("butter"), basketry_id_str("unknown")};
    basketry_rules *matching = NULL;
    OK(basketry_rules_matching(rules, basket, 2, 5, "confidence", &matching));
    CHECK(basketry_rules_len(matching) == 1);
    r = basketry_rules_columns(matching);
    OK(basketry_rules_item(matching, r->consequents[0], &id));
    CHECK(is_text(id, "bread"));
    double confidence;
    OK(basketry_rules_values(matching, "confidence", &confidence, 1));
    CHECK(confidence == 1.0);
    basketry_rules_free(matching);
    basketry_rules *top = NULL;
    OK(basketry_rules_top(rules, 1, "confidence", &top));
    CHECK(basketry_rules_len(top) == 1);
    basketry_rules_free(top);
    basketry_rules_free(rules);
    basketry_baskets_free(baskets);

    /* The same from compressed sparse rows, with integers for ids. */
    static const uint64_t indptr[] = {0, 2, 5, 6, 6};
    static const uint32_t indices[] = {0, 1, 0, 1, 2, 0};
    OK(basketry_baskets_from_csr(indptr, 5, indices, 6, NULL, 3, &baskets));
    options.min_share = 0;
    options.min_count = 1;
    OK(basketry_itemsets_mine(baskets, &options, NULL, &sets));
    CHECK(basketry_itemsets_len(sets) == 7);
    OK(basketry_itemsets_item(sets, 2, &id));
    CHECK(id.kind == BASKETRY_ID_INT && id.number == 2);
    basketry_itemsets_free(sets);
    basketry_baskets_free(baskets);
}

static void fimi(const char *folder) {
    write_file(in(folder, "baskets.dat"), "1 2\n1 2 3\n\n1\n", 13);
    basketry_baskets *baskets = NULL;
    OK(basketry_baskets_from_fimi(path_, NULL, &baskets));
    CHECK(basketry_baskets_len(baskets) == 4 && basketry_baskets_items(baskets) == 3);
    basketry_baskets_free(baskets);

    const char csv[] = "basket;item\nx;1\nx;2\ny;1\ny;\n";
    write_file(in(folder, "baskets.csv"), csv, sizeof csv - 1);
    static const char *const integers[] = {"item"};
    basketry_csv_options options = BASKETRY_CSV_OPTIONS_INIT;
    options.delimiter = ';';
    options.integer_ids = integers;
    options.n_integer_ids = 1;
    OK(basketry_baskets_from_csv(path_, "basket", "item", BASKETRY_ON_BAD_SKIP, &options, NULL,
                                 &baskets));
    CHECK(basketry_baskets_len(baskets) == 2 && basketry_baskets_skipped(baskets) == 1);
    basketry_baskets_free(baskets);
}

/* --------------------------------------------------------------- learning and deciding -------- */

static int steps;

static int32_t count_steps(const basketry_progress *progress, void *user) {
    CHECK(user == &steps);
    CHECK(progress->total == 0 || progress->done <= progress->total);
    CHECK(strcmp(basketry_stage_name(progress->stage), "unknown") != 0);
    steps++;
    return 0;
}

static void learn_and_decide(const char *golden, const char *folder) {
    basketry_catalog *catalog = golden_catalog(golden);
    basketry_history *history = golden_history(golden);
    CHECK(basketry_history_len(history) > 250);

    basketry_fit_options options = BASKETRY_FIT_OPTIONS_INIT;
    options.min_customers = 5;
    basketry_control *control = NULL;
    OK(basketry_control_new(&control));
    OK(basketry_control_on_progress(control, count_steps, &steps, 1));
    basketry_model *model = NULL;
    OK(basketry_fit(catalog, history, &options, control, &model));
    CHECK(steps > 0);
    basketry_progress progress;
    OK(basketry_control_progress(control, &progress));
    CHECK(progress.stage != 0);
    basketry_control_free(control);
    basketry_history_free(history);

    CHECK(basketry_model_report(model).data[0] == '{');
    CHECK(basketry_model_id(model).len == 32 && strlen(basketry_model_id(model).data) == 32);
    CHECK(basketry_model_products(model) >= 30 && basketry_model_customers(model) == 50);
    CHECK(basketry_model_product_kind(model) == BASKETRY_ID_STR);
    CHECK(basketry_model_customer_kind(model) == BASKETRY_ID_STR);
    CHECK(basketry_model_as_of(model) > 1767571200000);
    CHECK(strstr(basketry_model_options(model).data, "\"min_customers\":5") != NULL);
    basketry_id first;
    OK(basketry_model_product(model, 0, &first));
    CHECK(is_text(first, "bread"));
    OK(basketry_model_customer(model, 49, &first));
    CHECK(first.kind == BASKETRY_ID_STR && first.text.len == 5);
    FAILS(BASKETRY_INVALID_ARGUMENT, "index", basketry_model_customer(model, 50, &first));
    FAILS(BASKETRY_INVALID_ARGUMENT, "index", basketry_model_product(model, SIZE_MAX, &first));
    OK(basketry_model_verify(model));

    /* Saved, opened, read and made from bytes: always the same model. */
    char file[1024];
    snprintf(file, sizeof file, "%s/path.basketry", folder);
    OK(basketry_model_save(model, file));
    basketry_model *opened = NULL, *read = NULL, *copied = NULL;
    OK(basketry_model_open(file, &opened));
    OK(basketry_model_read(file, &read));
    const uint8_t *bytes;
    size_t len;
    OK(basketry_model_bytes(model, &bytes, &len));
    OK(basketry_model_from_bytes(bytes, len, &copied));
    const char *id = basketry_model_id(model).data;
    CHECK(strcmp(basketry_model_id(opened).data, id) == 0);
    CHECK(strcmp(basketry_model_id(read).data, id) == 0);
    CHECK(strcmp(basketry_model_id(copied).data, id) == 0);
    OK(basketry_model_verify(opened));
    basketry_model_free(read);
    basketry_model_free(copied);

    /* Recommendations. */
    basketry_id customers[] = {basketry_id_str("c-001"), basketry_id_str("c-002")};
    basketry_recommendations *recommended = NULL;
    basketry_recommend_options wanted = BASKETRY_RECOMMEND_OPTIONS_INIT;
    wanted.n = 3;
    OK(basketry_model_recommend(opened, customers, 2, &wanted, NULL, &recommended));
    const basketry_recommendation_columns *columns = basketry_recommendations_columns(recommended);
    CHECK(columns->len == 6 && columns->unknown == 0 && columns->known[5]);
    for (size_t i = 0; i < columns->len; i++) {
        CHECK(columns->requests[i] == i / 3 && columns->ranks[i] == i % 3 + 1);
        CHECK(columns->probabilities[i] > 0 && columns->probabilities[i] < 1);
        basketry_id product;
        OK(basketry_recommendations_product(recommended, columns->products[i], &product));
        CHECK(product.kind == BASKETRY_ID_STR && product.text.len > 0);
    }
    struct ArrowArrayStream stream;
    OK(basketry_recommendations_export(recommended, &stream));
    CHECK(drain(&stream, 5) == 6);
    basketry_recommendations_free(recommended);
    basketry_id cart[] = {basketry_id_str("spaghetti"), basketry_id_str("no-such-product")};
    basketry_ids carts[] = {{cart, 2}};
    wanted.n = 4;
    OK(basketry_model_complete(opened, carts, NULL, 1, &wanted, NULL, &recommended));
    columns = basketry_recommendations_columns(recommended);
    CHECK(columns->len == 4 && columns->unknown == 1 && columns->known == NULL);
    basketry_recommendations_free(recommended);
    customers[1] = basketry_id_str("stranger");
    OK(basketry_model_recommend(opened, customers, 2, NULL, NULL, &recommended));
    columns = basketry_recommendations_columns(recommended);
    CHECK(columns->len == 20 && columns->unknown_customers == 1 && !columns->known[10]);
    basketry_recommendations_free(recommended);

    /* Deciding. */
    basketry_engine *engine = NULL;
    OK(basketry_engine_new(opened, catalog, &engine));
    basketry_model_free(opened); /* the engine keeps it alive */
    basketry_policy *policy = NULL;
    OK(basketry_policy_from_toml(basketry_text("max_offers = 3\n[exclude]\nproducts = [\"wine\"]"),
                                 &policy));
    CHECK(strstr(basketry_policy_json(policy).data, "\"max_offers\":3") != NULL);

    basketry_line basket[] = {{basketry_id_str("spaghetti"), 2}, {basketry_id_str("basil"), 1}};
    basketry_context context = BASKETRY_CONTEXT_INIT;
    context.now_ms = 1778500800000;
    context.customer = basketry_id_str("c-002");
    context.placement = "cart";
    context.basket = basket;
    context.n_basket = 2;
    context.seed = 7;
    basketry_decision *decision = NULL;
    OK(basketry_decide(engine, policy, &context, &decision));
    CHECK(basketry_decision_customer_known(decision));
    size_t n = basketry_decision_len(decision);
    CHECK(n >= 1 && n <= 3 && basketry_decision_offer(decision, n) == NULL);
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        const basketry_offer *offer = basketry_decision_offer(decision, i);
        CHECK(offer->kind >= BASKETRY_CROSS_SELL && offer->kind <= BASKETRY_SIMILAR);
        CHECK(offer->kind_name.len > 0 && offer->why.len > 0 && offer->name.len > 0);
        CHECK(offer->n_products == 1 && offer->products[0].kind == BASKETRY_ID_STR);
        CHECK(!is_text(offer->products[0], "spaghetti") && !is_text(offer->products[0], "wine"));
        CHECK(offer->price > 0 && offer->discount == 0 && offer->chosen_with == 1.0);
        CHECK(offer->currency.len == 3 && memcmp(offer->currency.data, "EUR", 3) == 0);
        CHECK(offer->probability > 0 && offer->probability < 1 && offer->value > 0);
        CHECK(offer->n_evidence >= 2 && offer->evidence[0].name.len > 0);
        CHECK(offer->n_assumed >= 1 && offer->assumed[0].len > 0);
        CHECK(offer == basketry_decision_offer(decision, i));
        if (offer->kind == BASKETRY_CROSS_SELL) {
            CHECK(offer->base_product.kind == BASKETRY_ID_STR);
        }
        sum += offer->value;
    }
    CHECK(fabs(sum - basketry_decision_value(decision)) < 1e-9);

    int32_t reason;
    char why[64];
    OK(basketry_decision_why_not(decision, basketry_id_str("wine"), &reason, why, sizeof why));
    CHECK(reason == BASKETRY_REASON_EXCLUDED && strstr(why, "policy") != NULL);
    OK(basketry_decision_why_not(decision, basketry_id_str("basil"), &reason, why, 6));
    CHECK(reason == BASKETRY_REASON_IN_BASKET && strlen(why) == 5);
    OK(basketry_decision_why_not(decision, basketry_id_str("never-heard"), &reason, NULL, 0));
    CHECK(reason == BASKETRY_REASON_UNKNOWN_PRODUCT);
    basketry_id offered = basketry_decision_offer(decision, 0)->products[0];
    OK(basketry_decision_why_not(decision, offered, &reason, why, sizeof why));
    CHECK(reason == BASKETRY_REASON_NONE);

    size_t suppressed = basketry_decision_suppressed_len(decision);
    CHECK(suppressed > 0 && basketry_decision_suppressed(decision, suppressed) == NULL);
    for (size_t i = 0; i < suppressed; i++) {
        const basketry_suppressed *s = basketry_decision_suppressed(decision, i);
        CHECK(s->product.kind == BASKETRY_ID_STR && s->reason_name.len > 0);
        CHECK(s->reason >= 0 && s->reason <= BASKETRY_REASON_OUTRANKED);
    }
    CHECK(strlen(basketry_decision_json(decision).data) == basketry_decision_json(decision).len);
    CHECK(strstr(basketry_decision_text(decision).data, "1. ") != NULL);
    CHECK(strncmp(basketry_decision_shown(decision).data, "{\"caption\":\"", 12) == 0);

    /* The same request as JSON is the same decision. */
    const char *json = "{\"now\": 1778500800000, \"customer\": \"c-002\", \"placement\": \"cart\","
                       "\"basket\": [{\"product\": \"spaghetti\", \"quantity\": 2},"
                       "{\"product\": \"basil\"}], \"seed\": 7}";
    basketry_decision *same = NULL;
    OK(basketry_decide_json(engine, policy, basketry_text(json), &same));
    CHECK(strcmp(basketry_decision_json(same).data, basketry_decision_json(decision).data) == 0);
    basketry_decision_free(same);

    /* What sold out a moment ago is not offered, and the old decision stays as it was. */
    char before[64];
    snprintf(before, sizeof before, "%.*s", (int)offered.text.len, offered.text.data);
    OK(basketry_catalog_set_stock(catalog, offered, 0));
    OK(basketry_engine_set_catalog(engine, catalog));
    basketry_decision *after = NULL;
    OK(basketry_decide(engine, policy, &context, &after));
    OK(basketry_decision_why_not(after, basketry_id_str(before), &reason, why, sizeof why));
    CHECK(reason == BASKETRY_REASON_OUT_OF_STOCK);
    CHECK(is_text(basketry_decision_offer(decision, 0)->products[0], before));
    basketry_decision_free(after);

    /* Unknown products are warned about. */
    basket[1].product = basketry_id_str("no-such-product");
    OK(basketry_decide(engine, policy, &context, &after));
    CHECK(basketry_decision_warnings_len(after) >= 1);
    basketry_str warning;
    OK(basketry_decision_warning(after, 0, &warning));
    CHECK(warning.len > 0);
    basketry_decision_free(after);

    /* What the engine decides from comes out again. */
    OK(basketry_engine_set_model(engine, model));
    basketry_model *its_model = NULL;
    OK(basketry_engine_model(engine, &its_model));
    CHECK(strcmp(basketry_model_id(its_model).data, id) == 0);
    basketry_model_free(its_model);
    basketry_catalog *its_catalog = NULL;
    OK(basketry_engine_catalog(engine, &its_catalog));
    CHECK(basketry_catalog_len(its_catalog) == basketry_catalog_len(catalog));
    basketry_catalog_free(its_catalog);

    /* A decision outlives its engine. */
    basketry_engine_free(engine);
    basketry_policy_free(policy);
    basketry_model_free(model);
    basketry_catalog_free(catalog);
    CHECK(is_text(basketry_decision_offer(decision, 0)->products[0], before));
    basketry_decision_free(decision);
}

int main(int argc, char **argv) {
    CHECK(argc == 3);
    CHECK(basketry_last_error()[0] == 0);
    rows();
    arrow();
    mining();
    selections();
    fimi(argv[2]);
    learn_and_decide(argv[1], argv[2]);
    return 0;
}
