/* Sequences from C: mined, read as columns, sorted, asked for what follows, exported; and every way
 * of calling it wrongly. */
#include <math.h>

#include "check.h"

static const int64_t DAY = 86400000;

/* Printers, and the toner that follows them. */
static basketry_history *orders(uint32_t fields) {
    static const struct {
        const char *customer;
        int day;
        const char *product;
    } lines[] = {
        {"ann", 0, "printer"}, {"ann", 20, "toner"}, {"bob", 5, "printer"}, {"bob", 35, "toner"},
        {"bob", 80, "paper"},  {"eve", 10, "paper"}, {"eve", 90, "printer"},
    };
    basketry_history_builder *builder = NULL;
    OK(basketry_history_builder_new(fields, NULL, &builder));
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        basketry_order_line line = BASKETRY_ORDER_LINE_INIT;
        line.time_ms = lines[i].day * DAY;
        line.product = basketry_id_str(lines[i].product);
        if (fields & BASKETRY_WITH_CUSTOMERS) {
            line.customer = basketry_id_str(lines[i].customer);
        }
        if (fields & BASKETRY_WITH_BASKETS) {
            line.basket = basketry_id_int((int64_t)i);
        }
        OK(basketry_history_builder_push(builder, &line));
    }
    basketry_history *history = NULL;
    OK(basketry_history_builder_finish(builder, NULL, &history));
    basketry_history_builder_free(builder);
    return history;
}

/* Whether step j, counted over all rows, is this one item. */
static int is_step(const basketry_sequences *all, uint64_t j, const char *text) {
    const basketry_sequence_columns *c = basketry_sequences_columns(all);
    basketry_id id;
    OK(basketry_sequences_item(all, c->items[c->step_offsets[j]], &id));
    return c->step_offsets[j + 1] - c->step_offsets[j] == 1 && is_text(id, text);
}

static void mining(void) {
    basketry_history *history = orders(BASKETRY_WITH_CUSTOMERS);
    basketry_sequence_options options = BASKETRY_SEQUENCE_OPTIONS_INIT;
    options.min_count = 1;
    options.within_days = 50;
    options.step = BASKETRY_STEP_DAY;
    basketry_sequences *all = NULL;
    OK(basketry_sequences_mine(history, &options, NULL, &all));
    basketry_history_free(history); /* sequences keep what they need */
    CHECK(basketry_sequences_len(all) == 2);
    const basketry_sequence_columns *c = basketry_sequences_columns(all);
    CHECK(c == basketry_sequences_columns(all));
    CHECK(c->len == 2 && c->customers == 3 && c->anonymous_baskets == 0);
    CHECK(c->offsets[0] == 0 && c->offsets[1] == 2 && c->offsets[2] == 4);
    CHECK(is_step(all, 0, "printer") && is_step(all, 1, "toner"));
    CHECK(is_step(all, 2, "toner") && is_step(all, 3, "paper"));
    CHECK(c->row_customers[0] == 2 && c->occurrences[0] == 2);
    CHECK(c->observed[0] == 2 && c->followed[0] == 2);
    CHECK(c->support[0] == 2.0 / 3 && c->confidence[0] == 1.0 && c->confidence[1] == 0.5);
    /* Of 41 + 36 + 31 days, 20 + 30 have the toner within the next 50. */
    CHECK(fabs(c->base_rate[0] - 50.0 / 108) < 1e-12 && fabs(c->lift[0] - 108.0 / 50) < 1e-12);
    CHECK(c->median_lag_days[0] == 25 && c->first_quartile_lag_days[0] == 22.5);
    CHECK(c->third_quartile_lag_days[0] == 27.5);
    CHECK(isnan(c->step_median_lag_days[0]) && c->step_median_lag_days[1] == 25);

    basketry_sequences *sorted = NULL;
    OK(basketry_sequences_sorted(all, "median_lag_days", &sorted));
    CHECK(is_step(sorted, 0, "toner") && is_step(sorted, 1, "paper"));
    basketry_sequences_free(sorted);

    basketry_id bought[] = {basketry_id_str("unknown"), basketry_id_str("printer")};
    basketry_ids now = {bought, 2};
    basketry_sequences *next = NULL;
    OK(basketry_sequences_after(all, &now, 1, 5, "lift", &next));
    CHECK(basketry_sequences_len(next) == 1 && is_step(next, 1, "toner"));
    basketry_sequences_free(next);

    struct ArrowArrayStream stream;
    OK(basketry_sequences_export(all, &stream));
    struct ArrowSchema schema;
    CHECK(stream.get_schema(&stream, &schema) == 0 && schema.n_children == 14);
    CHECK(strcmp(schema.children[0]->name, "sequence") == 0);
    schema.release(&schema);
    basketry_sequences_free(all); /* the stream keeps what it needs */
    struct ArrowArray array;
    CHECK(stream.get_next(&stream, &array) == 0 && array.length == 2);
    array.release(&array);
    stream.release(&stream);
}

/* What is not observed is NaN; steps of several items. */
static void unknown(void) {
    basketry_history *history = orders(BASKETRY_WITH_CUSTOMERS);
    basketry_sequence_options options = BASKETRY_SEQUENCE_OPTIONS_INIT;
    options.min_share = 0.6;
    options.within_days = 400;
    options.max_items_per_step = 2;
    options.no_repeats = 1;
    basketry_id toner = basketry_id_str("toner");
    basketry_id printer = basketry_id_str("printer");
    options.must_not_contain = &toner;
    options.n_must_not_contain = 1;
    basketry_sequences *all = NULL;
    OK(basketry_sequences_mine(history, &options, NULL, &all));
    CHECK(basketry_sequences_len(all) == 0);
    basketry_sequences_free(all);
    options.n_must_not_contain = 0;
    basketry_id both[] = {toner, printer};
    options.only_from = both;
    options.n_only_from = 2;
    OK(basketry_sequences_mine(history, &options, NULL, &all));
    const basketry_sequence_columns *c = basketry_sequences_columns(all);
    CHECK(c->len == 1 && c->row_customers[0] == 2 && c->observed[0] == 0);
    CHECK(isnan(c->confidence[0]) && isnan(c->lift[0]) && isnan(c->median_lag_days[0]));
    basketry_sequences_free(all);
    basketry_history_free(history);
}

static void bad_input(void) {
    const basketry_status bad = BASKETRY_INVALID_ARGUMENT;
    basketry_history *history = orders(BASKETRY_WITH_CUSTOMERS);
    basketry_sequence_options options = BASKETRY_SEQUENCE_OPTIONS_INIT;
    basketry_sequences *all = NULL;
    FAILS(bad, "history", basketry_sequences_mine(NULL, &options, NULL, &all));
    FAILS(bad, "options", basketry_sequences_mine(history, NULL, NULL, &all));
    FAILS(bad, "min_count", basketry_sequences_mine(history, &options, NULL, &all));
    options.min_count = 1;
    FAILS(bad, "within_days", basketry_sequences_mine(history, &options, NULL, &all));
    options.within_days = NAN;
    FAILS(bad, "within_days", basketry_sequences_mine(history, &options, NULL, &all));
    options.within_days = 30;
    FAILS(bad, "out", basketry_sequences_mine(history, &options, NULL, NULL));
    options.min_share = 0.5;
    FAILS(bad, "min_share", basketry_sequences_mine(history, &options, NULL, &all));
    options.min_share = 0;
    options.max_gap_days = -1;
    FAILS(bad, "max_gap_days", basketry_sequences_mine(history, &options, NULL, &all));
    options.max_gap_days = 0;
    options.min_gap_days = 31;
    FAILS(bad, "min_gap_days", basketry_sequences_mine(history, &options, NULL, &all));
    options.min_gap_days = 0;
    options.max_length = 1;
    FAILS(bad, "max_length", basketry_sequences_mine(history, &options, NULL, &all));
    options.max_length = 0;
    options.step = 9;
    FAILS(bad, "step", basketry_sequences_mine(history, &options, NULL, &all));
    options.step = BASKETRY_STEP_TIME;
    options.no_repeats = 2;
    FAILS(bad, "no_repeats", basketry_sequences_mine(history, &options, NULL, &all));
    options.no_repeats = 0;
    options.n_only_from = 1;
    FAILS(bad, "only_from", basketry_sequences_mine(history, &options, NULL, &all));
    basketry_id id = basketry_id_str("nothing");
    options.only_from = &id;
    FAILS(BASKETRY_UNKNOWN_ID, "only_from", basketry_sequences_mine(history, &options, NULL, &all));
    options.only_from = NULL;
    options.n_only_from = 0;
    options.must_not_contain = &id;
    options.n_must_not_contain = 1;
    FAILS(BASKETRY_UNKNOWN_ID, "must_not_contain",
          basketry_sequences_mine(history, &options, NULL, &all));
    options.n_must_not_contain = 0;
    options.max_sequences = 1;
    options.within_days = 90;
    FAILS(BASKETRY_LIMIT, "max_sequences", basketry_sequences_mine(history, &options, NULL, &all));
    options.max_sequences = 0;
    OK(basketry_sequences_mine(history, &options, NULL, &all));
    basketry_history_free(history);

    basketry_sequences *some = NULL;
    FAILS(bad, "item", basketry_sequences_item(all, 3, &id));
    FAILS(bad, "out", basketry_sequences_item(all, 0, NULL));
    FAILS(bad, "lfit", basketry_sequences_sorted(all, "lfit", &some));
    FAILS(bad, "measure", basketry_sequences_sorted(all, NULL, &some));
    FAILS(bad, "orders", basketry_sequences_after(all, NULL, 1, 1, "lift", &some));
    basketry_ids hollow = {NULL, 3};
    FAILS(bad, "orders[0]", basketry_sequences_after(all, &hollow, 1, 1, "lift", &some));
    FAILS(bad, "out", basketry_sequences_after(all, NULL, 0, 1, "lift", NULL));
    OK(basketry_sequences_after(all, NULL, 0, 1, "lift", &some));
    CHECK(basketry_sequences_len(some) == 0 && basketry_sequences_columns(some)->len == 0);
    basketry_sequences_free(some);
    basketry_sequences_free(all);

    struct ArrowArrayStream stream;
    basketry_sequences_free(NULL);
    CHECK(basketry_sequences_len(NULL) == 0 && basketry_sequences_columns(NULL) == NULL);
    FAILS(bad, "sequences", basketry_sequences_item(NULL, 0, &id));
    FAILS(bad, "sequences", basketry_sequences_sorted(NULL, "lift", &some));
    FAILS(bad, "sequences", basketry_sequences_after(NULL, NULL, 0, 1, "lift", &some));
    FAILS(bad, "sequences", basketry_sequences_export(NULL, &stream));

    history = orders(BASKETRY_WITH_BASKETS);
    options.max_length = 0;
    FAILS(BASKETRY_DATA, "customer", basketry_sequences_mine(history, &options, NULL, &all));
    basketry_history_free(history);
}

int main(void) {
    mining();
    unknown();
    bad_input();
    return 0;
}
