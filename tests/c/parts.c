/* Mining in parts, counting given itemsets, updates, contrasts and limits. */
#include "check.h"

static basketry_baskets *baskets_of(const char *const (*rows)[3], size_t n) {
    basketry_id ids[16][3];
    basketry_ids lists[16];
    for (size_t b = 0; b < n; b++) {
        size_t len = 0;
        while (len < 3 && rows[b][len] != NULL) {
            ids[b][len] = basketry_id_str(rows[b][len]);
            len++;
        }
        lists[b].ids = ids[b];
        lists[b].len = len;
    }
    basketry_baskets *baskets = NULL;
    OK(basketry_baskets_from_lists(lists, n, &baskets));
    return baskets;
}

static void same(const basketry_itemsets *a, const basketry_itemsets *b) {
    const basketry_itemset_columns *x = basketry_itemsets_columns(a);
    const basketry_itemset_columns *y = basketry_itemsets_columns(b);
    CHECK(x->len == y->len && x->baskets == y->baskets);
    CHECK(basketry_itemsets_min_count(a) == basketry_itemsets_min_count(b));
    for (size_t row = 0; row < x->len; row++) {
        CHECK(x->counts[row] == y->counts[row] && x->offsets[row + 1] == y->offsets[row + 1]);
    }
    CHECK(memcmp(x->items, y->items, x->offsets[x->len] * sizeof *x->items) == 0);
}

int main(void) {
    static const char *const june[][3] = {
        {"bread", "butter"}, {"bread", "jam"}, {"jam"}, {"bread", "butter", "jam"}};
    static const char *const july[][3] = {{"butter", "bread"}, {"tea"}, {"bread", "tea"}};
    basketry_baskets *parts[2] = {baskets_of(june, 4), baskets_of(july, 3)};
    basketry_itemset_options options = BASKETRY_ITEMSET_OPTIONS_INIT;
    options.min_share = 0.25;

    basketry_baskets *all = baskets_of(june, 4);
    basketry_itemsets *first = NULL;
    OK(basketry_itemsets_mine(all, &options, NULL, &first));
    OK(basketry_baskets_append(all, parts[1]));
    CHECK(basketry_baskets_len(all) == 7 && basketry_baskets_items(all) == 4);
    basketry_itemsets *expected = NULL, *sets = NULL;
    OK(basketry_itemsets_mine(all, &options, NULL, &expected));

    const basketry_baskets *const both[2] = {parts[0], parts[1]};
    OK(basketry_itemsets_mine_parts(both, 2, &options, NULL, &sets));
    same(sets, expected);
    basketry_itemsets_free(sets);
    OK(basketry_itemsets_update(all, first, &options, NULL, &sets));
    same(sets, expected);
    basketry_itemsets_free(sets);
    const basketry_baskets *const broken[2] = {parts[0], NULL};
    FAILS(BASKETRY_INVALID_ARGUMENT, "parts[1]",
          basketry_itemsets_mine_parts(broken, 2, &options, NULL, &sets));

    /* By hand, through tables. */
    basketry_itemset_counts *found[2] = {NULL, NULL}, *total = NULL, *counts = NULL;
    for (int part = 0; part < 2; part++) {
        OK(basketry_itemset_counts_candidates(parts[part], &options, 0, NULL, &found[part]));
    }
    const basketry_itemset_counts *const unite[2] = {found[1], found[0]};
    OK(basketry_itemset_counts_union(unite, 2, &total));
    struct ArrowArrayStream stream;
    OK(basketry_itemset_counts_export(total, &stream));
    OK(basketry_itemset_counts_from_arrow(&stream, NULL, &counts));
    OK(basketry_itemset_counts_add(total, parts[0], 1, NULL));
    OK(basketry_itemset_counts_add(counts, parts[1], 0, NULL));
    OK(basketry_itemset_counts_merge(total, counts));
    CHECK(basketry_itemset_counts_baskets(total) == 7);
    OK(basketry_itemset_counts_frequent(total, &options, &sets));
    CHECK(basketry_itemsets_len(sets) == basketry_itemsets_len(expected));
    basketry_itemsets_free(sets);
    OK(basketry_itemset_counts_itemsets(total, &sets));
    CHECK(basketry_itemsets_len(sets) == basketry_itemset_counts_len(total));
    basketry_itemsets_free(sets);
    basketry_itemset_counts_free(counts);
    basketry_itemset_counts_free(total);
    basketry_itemset_counts_free(found[0]);
    basketry_itemset_counts_free(found[1]);

    OK(basketry_itemset_counts_from_itemsets(first, &counts));
    OK(basketry_itemset_counts_add(counts, parts[1], 0, NULL));
    basketry_itemset_counts_free(counts);
    basketry_id pair[2] = {basketry_id_str("bread"), basketry_id_str("butter")};
    basketry_ids lists[2] = {{pair, 2}, {pair, 2}};
    OK(basketry_itemset_counts_from_lists(lists, 1, &counts));
    FAILS(BASKETRY_INVALID_ARGUMENT, "no candidates",
          (basketry_itemset_counts_add(counts, parts[1], 0, NULL),
           basketry_itemset_counts_frequent(counts, &options, &sets)));
    basketry_itemset_counts_free(counts);
    FAILS(BASKETRY_DATA, "twice", basketry_itemset_counts_from_lists(lists, 2, &counts));

    /* Counts elsewhere. */
    uint64_t count = 0;
    OK(basketry_itemsets_count(parts[1], first, 0, NULL, &sets));
    OK(basketry_itemsets_count_of(sets, pair, 2, &count));
    CHECK(count == 1 && basketry_itemsets_len(sets) == basketry_itemsets_len(first));
    basketry_itemsets_free(sets);

    /* What tells the months apart. */
    basketry_contrast_options contrast = BASKETRY_CONTRAST_OPTIONS_INIT;
    contrast.min_count = 2;
    contrast.direction = BASKETRY_DIRECTION_SECOND;
    OK(basketry_itemsets_contrasts(parts[0], parts[1], &contrast, NULL, &sets));
    basketry_numbers numbers;
    OK(basketry_itemsets_column(sets, basketry_text("count_second"), &numbers));
    CHECK(numbers.len == basketry_itemsets_len(sets) && numbers.len > 0 && numbers.ints[0] == 2);
    basketry_itemsets_free(sets);
    contrast.direction = 7;
    FAILS(BASKETRY_INVALID_ARGUMENT, "direction",
          basketry_itemsets_contrasts(parts[0], parts[1], &contrast, NULL, &sets));

    /* Limits. */
    options.max_itemsets = 2;
    FAILS(BASKETRY_LIMIT, "max_itemsets", basketry_itemsets_mine(all, &options, NULL, &sets));
    options.on_limit = BASKETRY_ON_LIMIT_PARTIAL;
    OK(basketry_itemsets_mine(all, &options, NULL, &sets));
    CHECK(basketry_itemsets_len(sets) <= 2 && basketry_itemsets_raised(sets) == 2);
    CHECK(basketry_itemsets_min_count(sets) > 2);
    basketry_itemsets_free(sets);
    options.on_limit = 9;
    FAILS(BASKETRY_INVALID_ARGUMENT, "on_limit", basketry_itemsets_mine(all, &options, NULL, &sets));

    size_t one = 6;
    basketry_baskets *last = NULL;
    OK(basketry_baskets_take(all, &one, 1, &last));
    CHECK(basketry_baskets_len(last) == 1);
    one = 7;
    basketry_baskets_free(last);
    FAILS(BASKETRY_INVALID_ARGUMENT, "basket 7", basketry_baskets_take(all, &one, 1, &last));

    basketry_itemsets_free(expected);
    basketry_itemsets_free(first);
    basketry_baskets_free(all);
    basketry_baskets_free(parts[0]);
    basketry_baskets_free(parts[1]);
    return 0;
}
