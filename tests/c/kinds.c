/* Closed and maximal itemsets, generators, and weighted baskets. usage: kinds GOLDEN_FOLDER TEMPORARY_FOLDER */
#include <string.h>

#include "check.h"

/* Mines, and checks how many itemsets there are. */
static basketry_itemsets *mine(const basketry_baskets *baskets, uint64_t min_count, int32_t kind,
                               size_t expected) {
    basketry_itemset_options options = BASKETRY_ITEMSET_OPTIONS_INIT;
    options.min_count = min_count;
    options.kind = kind;
    basketry_itemsets *sets = NULL;
    OK(basketry_itemsets_mine(baskets, &options, NULL, &sets));
    CHECK(basketry_itemsets_len(sets) == expected);
    return sets;
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    (void)argv;
    /* {0, 1, 2} twice, {0, 1}, {0, 3} */
    const uint64_t indptr[] = {0, 3, 6, 8, 10};
    const uint32_t indices[] = {0, 1, 2, 0, 1, 2, 0, 1, 0, 3};
    basketry_baskets *baskets = NULL;
    OK(basketry_baskets_from_csr(indptr, 5, indices, 10, NULL, 4, &baskets));

    basketry_itemsets_free(mine(baskets, 2, BASKETRY_KIND_ALL, 7));
    basketry_itemsets_free(mine(baskets, 2, BASKETRY_KIND_MAXIMAL, 1));
    basketry_itemsets_free(mine(baskets, 2, BASKETRY_KIND_GENERATORS, 2));
    basketry_itemsets *closed = mine(baskets, 2, BASKETRY_KIND_CLOSED, 3);
    const basketry_id pair[] = {basketry_id_int(1), basketry_id_int(2)};
    uint64_t count;
    OK(basketry_itemsets_count_of(closed, pair, 2, &count)); /* of {0, 1, 2} */
    CHECK(count == 2);
    basketry_itemsets_free(closed);
    basketry_itemset_options options = BASKETRY_ITEMSET_OPTIONS_INIT;
    options.min_count = 2;
    options.kind = 17;
    basketry_itemsets *sets = NULL;
    FAILS(BASKETRY_INVALID_ARGUMENT, "kind", basketry_itemsets_mine(baskets, &options, NULL, &sets));

    const double weights[] = {0.5, 0.25, 1.0, 2.25};
    basketry_baskets *weighted = NULL;
    OK(basketry_baskets_with_weights(baskets, weights, 4, &weighted));
    basketry_baskets_free(baskets);
    sets = mine(weighted, 2, BASKETRY_KIND_ALL, 3);
    basketry_numbers numbers;
    OK(basketry_itemsets_column(sets, basketry_text("weight"), &numbers));
    CHECK(numbers.len == 3 && numbers.floats[0] == 4.0 && numbers.floats[1] == 2.25);
    OK(basketry_itemsets_column(sets, basketry_text("support"), &numbers));
    CHECK(numbers.floats[2] == 2.25 / 4.0);
    CHECK(basketry_itemsets_total_weight(sets) == 4.0 && basketry_itemsets_total_weight(NULL) == 0.0);

    /* As bytes and back. */
    const uint8_t *bytes = NULL;
    size_t len = 0;
    OK(basketry_itemsets_bytes(sets, &bytes, &len));
    basketry_itemsets *again = NULL;
    OK(basketry_itemsets_from_bytes(bytes, len, &again));
    CHECK(basketry_itemsets_len(again) == 3 && basketry_itemsets_total_weight(again) == 4.0);
    basketry_itemsets_free(again);
    again = NULL;
    FAILS(BASKETRY_FORMAT, "", basketry_itemsets_from_bytes(bytes, len - 1, &again));
    FAILS(BASKETRY_INVALID_ARGUMENT, "bytes", basketry_itemsets_from_bytes(NULL, 9, &again));
    FAILS(BASKETRY_INVALID_ARGUMENT, "len", basketry_itemsets_bytes(sets, &bytes, NULL));
    FAILS(BASKETRY_INVALID_ARGUMENT, "itemsets", basketry_itemsets_bytes(NULL, &bytes, &len));
    basketry_rules *rules = NULL;
    FAILS(BASKETRY_INVALID_ARGUMENT, "weights", basketry_rules_make(sets, NULL, NULL, &rules));
    basketry_itemsets_free(sets);

    /* With weights as with counts: only what holds item 0, the heaviest two. */
    basketry_itemset_selection selection = BASKETRY_ITEMSET_SELECTION_INIT;
    const basketry_id first = basketry_id_int(0);
    selection.must_contain = (basketry_ids){&first, 1};
    selection.top = 2;
    options = (basketry_itemset_options)BASKETRY_ITEMSET_OPTIONS_INIT;
    options.selection = &selection;
    sets = NULL;
    OK(basketry_itemsets_mine(weighted, &options, NULL, &sets));
    OK(basketry_itemsets_column(sets, basketry_text("weight"), &numbers));
    CHECK(numbers.len == 2 && numbers.floats[0] == 4.0 && numbers.floats[1] == 2.25);
    basketry_itemsets_free(sets);

    /* Whole weights are how often a basket came. */
    const double times[] = {1.0, 3.0, 2.0, 4.0};
    basketry_baskets *repeated = NULL;
    OK(basketry_baskets_with_weights(weighted, times, 4, &repeated));
    sets = mine(repeated, 5, BASKETRY_KIND_ALL, 3);
    OK(basketry_rules_make(sets, NULL, NULL, &rules));
    const basketry_rule_columns *columns = basketry_rules_columns(rules);
    CHECK(columns->baskets == 10 && columns->len == 2 && columns->counts[0] == 6);
    OK(basketry_rules_bytes(rules, &bytes, &len));
    basketry_rules *same = NULL;
    OK(basketry_rules_from_bytes(bytes, len, &same));
    CHECK(basketry_rules_len(same) == 2 && basketry_rules_columns(same)->baskets == 10);
    basketry_rules_free(same);
    basketry_rules_free(rules);
    basketry_itemsets_free(sets);
    basketry_baskets_free(repeated);
    basketry_baskets *none = NULL;
    const double bad[] = {1.0, 0.0, 1.0, 1.0};
    FAILS(BASKETRY_INVALID_ARGUMENT, "basket 1", basketry_baskets_with_weights(weighted, bad, 4, &none));
    FAILS(BASKETRY_INVALID_ARGUMENT, "weights", basketry_baskets_with_weights(weighted, weights, 3, &none));
    FAILS(BASKETRY_INVALID_ARGUMENT, "weights", basketry_baskets_with_weights(weighted, NULL, 4, &none));
    FAILS(BASKETRY_INVALID_ARGUMENT, "baskets", basketry_baskets_with_weights(NULL, weights, 4, &none));
    basketry_baskets_free(weighted);

    /* Baskets of two days, a day apart. */
    basketry_history_builder *builder = NULL;
    OK(basketry_history_builder_new(BASKETRY_WITH_CUSTOMERS | BASKETRY_WITH_BASKETS, NULL, &builder));
    for (int day = 0; day < 2; day++) {
        basketry_order_line line = BASKETRY_ORDER_LINE_INIT;
        line.time_ms = day * INT64_C(86400000);
        line.customer = basketry_id_str("ann");
        line.basket = basketry_id_int(day);
        line.product = basketry_id_int(day);
        OK(basketry_history_builder_push(builder, &line));
    }
    basketry_history *history = NULL;
    OK(basketry_history_builder_finish(builder, NULL, &history));
    basketry_history_builder_free(builder);
    OK(basketry_history_to_decayed_baskets(history, INT64_C(86400000), 1.0, &weighted));
    options = (basketry_itemset_options)BASKETRY_ITEMSET_OPTIONS_INIT;
    options.min_share = 0.5;
    OK(basketry_itemsets_mine(weighted, &options, NULL, &sets));
    CHECK(basketry_itemsets_len(sets) == 1); /* 1 of 1.5 */
    basketry_itemsets_free(sets);
    basketry_baskets_free(weighted);
    FAILS(BASKETRY_INVALID_ARGUMENT, "now", basketry_history_to_decayed_baskets(history, 0, 1.0, &none));
    FAILS(BASKETRY_INVALID_ARGUMENT, "half_life",
          basketry_history_to_decayed_baskets(history, INT64_C(86400000), -1.0, &none));
    FAILS(BASKETRY_INVALID_ARGUMENT, "history", basketry_history_to_decayed_baskets(NULL, 0, 1.0, &none));
    basketry_history_free(history);
    return 0;
}
