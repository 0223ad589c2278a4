/* Rules in C: templates, the top, missing subsets, customers; and rules in a model. */

#include "check.h"

static basketry_id texts[4];

/* Six baskets of four customers. */
static basketry_baskets *shop(void) {
    const char *names[] = {"bread", "butter", "jam", "tea"};
    for (size_t i = 0; i < 4; i++) texts[i] = basketry_id_str(names[i]);
    basketry_ids lists[] = {{texts, 3}, {texts, 3}, {texts, 2}, {texts + 1, 2}, {texts + 2, 2}, {texts, 1}};
    basketry_baskets *baskets = NULL;
    OK(basketry_baskets_from_lists(lists, 6, &baskets));
    uint32_t customers[] = {7, 7, 8, 8, 9, 7};
    FAILS(BASKETRY_INVALID_ARGUMENT, "customers: expected 6",
          basketry_baskets_set_customers(baskets, customers, 5));
    OK(basketry_baskets_set_customers(baskets, customers, 6));
    return baskets;
}

static basketry_itemsets *mine(const basketry_baskets *baskets, size_t min_length) {
    basketry_itemset_options options = BASKETRY_ITEMSET_OPTIONS_INIT;
    options.min_count = 2;
    options.min_length = min_length;
    basketry_itemsets *sets = NULL;
    OK(basketry_itemsets_mine(baskets, &options, NULL, &sets));
    return sets;
}

/* The only item on a side of a rule. */
static basketry_id only(const basketry_rules *rules, const uint64_t *offsets, const uint32_t *items,
                        size_t row) {
    CHECK(offsets[row + 1] - offsets[row] == 1);
    basketry_id id;
    OK(basketry_rules_item(rules, items[offsets[row]], &id));
    return id;
}

static void rules_of_options(const basketry_baskets *baskets) {
    basketry_itemsets *sets = mine(baskets, 1);
    basketry_rule_options options = BASKETRY_RULE_OPTIONS_INIT;
    basketry_rules *rules = NULL;

    /* What leads to jam, from one item that is not bread. */
    basketry_template spread = BASKETRY_TEMPLATE_INIT, other = BASKETRY_TEMPLATE_INIT;
    spread.only_from = texts + 2;
    spread.n_only_from = 1;
    other.must_not_contain = texts;
    other.n_must_not_contain = 1;
    other.max_length = 1;
    options.consequent = &spread;
    options.antecedent = &other;
    OK(basketry_rules_make(sets, &options, NULL, &rules));
    CHECK(basketry_rules_len(rules) == 1);
    const basketry_rule_columns *r = basketry_rules_columns(rules);
    CHECK(is_text(only(rules, r->antecedent_offsets, r->antecedents, 0), "butter"));
    CHECK(is_text(only(rules, r->consequent_offsets, r->consequents, 0), "jam"));
    CHECK(r->counts[0] == 3 && r->customers == NULL);
    basketry_rules_free(rules);

    options = (basketry_rule_options)BASKETRY_RULE_OPTIONS_INIT;
    other = (basketry_template)BASKETRY_TEMPLATE_INIT;
    other.must_contain = texts;
    other.n_must_contain = 1;
    other.must_contain_any = texts + 1;
    other.n_must_contain_any = 2;
    options.antecedent = &other;
    OK(basketry_rules_make(sets, &options, NULL, &rules));
    CHECK(basketry_rules_len(rules) == 2); /* bread with butter, bread with jam */
    basketry_rules_free(rules);

    options = (basketry_rule_options)BASKETRY_RULE_OPTIONS_INIT;
    basketry_least least = {"lift", 1.0};
    options.at_least = &least;
    options.n_at_least = 1;
    options.top = 2;
    options.top_by = "lift";
    options.threads = 2;
    OK(basketry_rules_make(sets, &options, NULL, &rules));
    double lift[2];
    OK(basketry_rules_values(rules, "lift", lift, 2));
    CHECK(lift[0] >= lift[1] && lift[1] >= 1.0);
    basketry_rules_free(rules);

    /* Without the single items their counts must be counted. */
    basketry_itemsets *pairs = mine(baskets, 2);
    options = (basketry_rule_options)BASKETRY_RULE_OPTIONS_INIT;
    FAILS(BASKETRY_INVALID_ARGUMENT, "min_length: ", basketry_rules_make(pairs, &options, NULL, &rules));
    options.baskets = baskets;
    OK(basketry_rules_make(pairs, &options, NULL, &rules));
    r = basketry_rules_columns(rules);
    CHECK(r->len == 12 && r->customers != NULL);
    for (size_t i = 0; i < r->len; i++) {
        CHECK(r->customers[i] >= 1 && r->customers[i] <= r->counts[i]);
        CHECK(r->counts[i] <= r->antecedent_counts[i] && r->antecedent_counts[i] <= 4);
    }
    basketry_rules_free(rules);
    options.min_customers = 2;
    OK(basketry_rules_make(pairs, &options, NULL, &rules));
    CHECK(basketry_rules_len(rules) == 4); /* of bread and butter, of butter and jam */
    basketry_rules_free(rules);

    rules = NULL;
    const basketry_status bad = BASKETRY_INVALID_ARGUMENT;
    options = (basketry_rule_options)BASKETRY_RULE_OPTIONS_INIT;
    options.min_customers = 2;
    FAILS(bad, "min_customers: 2", basketry_rules_make(sets, &options, NULL, &rules));
    options.min_customers = 0;
    options.top = 1;
    options.top_by = "lfit";
    FAILS(bad, "lfit", basketry_rules_make(sets, &options, NULL, &rules));
    options.top = 0;
    options.n_at_least = 1;
    FAILS(bad, "at_least", basketry_rules_make(sets, &options, NULL, &rules));
    least.measure = NULL;
    options.at_least = &least;
    FAILS(bad, "measure", basketry_rules_make(sets, &options, NULL, &rules));
    options.n_at_least = 0;
    spread = (basketry_template)BASKETRY_TEMPLATE_INIT;
    options.consequent = &spread;
    spread.n_must_contain = 1;
    FAILS(bad, "consequent.must_contain", basketry_rules_make(sets, &options, NULL, &rules));
    spread.n_must_contain = 0;
    spread.min_length = 2;
    spread.max_length = 1;
    FAILS(bad, "consequent: a max_length", basketry_rules_make(sets, &options, NULL, &rules));
    spread.struct_size = 1;
    FAILS(bad, "BASKETRY_TEMPLATE_INIT", basketry_rules_make(sets, &options, NULL, &rules));
    CHECK(rules == NULL);
    basketry_itemsets_free(pairs);
    basketry_itemsets_free(sets);
}

static void rules_in_a_model(const char *golden, const char *out, const basketry_baskets *shop) {
    char path[4096];
    snprintf(path, sizeof path, "%s/model.basketry", golden);
    basketry_model *model = NULL;
    OK(basketry_model_open(path, &model));
    basketry_rules *rules = NULL, *found = NULL;
    FAILS(BASKETRY_INVALID_ARGUMENT, "holds no rules", basketry_model_rules(model, &rules));
    basketry_id ids[3];
    for (size_t i = 0; i < 3; i++) OK(basketry_model_product(model, i, &ids[i]));
    FAILS(BASKETRY_INVALID_ARGUMENT, "holds no rules",
          basketry_model_matching_rules(model, ids, 1, 5, "lift", &found));

    /* Fifty customers buy the first two of its products together, fifty the third. */
    basketry_ids lists[100];
    uint32_t customers[100];
    for (uint32_t i = 0; i < 100; i++) {
        lists[i].ids = i % 2 ? ids : ids + 2;
        lists[i].len = i % 2 ? 2 : 1;
        customers[i] = i;
    }
    basketry_baskets *baskets = NULL;
    OK(basketry_baskets_from_lists(lists, 100, &baskets));
    OK(basketry_baskets_set_customers(baskets, customers, 100));
    basketry_itemsets *sets = mine(baskets, 1);
    basketry_rule_options options = BASKETRY_RULE_OPTIONS_INIT;
    options.baskets = baskets;
    OK(basketry_rules_make(sets, &options, NULL, &rules));
    CHECK(basketry_rules_len(rules) == 2);
    basketry_model *ruled = NULL;
    FAILS(BASKETRY_INVALID_ARGUMENT, "rules", basketry_model_with_rules(model, NULL, &ruled));
    OK(basketry_model_with_rules(model, rules, &ruled));
    snprintf(path, sizeof path, "%s/ruled.basketry", out);
    OK(basketry_model_save(ruled, path));
    basketry_model_free(ruled);
    OK(basketry_model_open(path, &ruled));
    OK(basketry_model_verify(ruled));
    const char *measures[] = {"confidence", "lift", "leverage", "jaccard"};
    for (size_t i = 0; i < 4; i++) {
        OK(basketry_model_matching_rules(ruled, ids, 1, 5, measures[i], &found));
        const basketry_rule_columns *r = basketry_rules_columns(found);
        CHECK(r->len == 1 && r->baskets == 100 && r->counts[0] == 50 && r->customers[0] == 50);
        basketry_id id = only(found, r->consequent_offsets, r->consequents, 0);
        CHECK(id.kind == ids[1].kind && id.number == ids[1].number && id.text.len == ids[1].text.len);
        basketry_rules_free(found);
    }
    OK(basketry_model_matching_rules(ruled, ids, 2, 5, "lift", &found));
    CHECK(basketry_rules_len(found) == 0);
    basketry_rules_free(found);
    FAILS(BASKETRY_INVALID_ARGUMENT, "lfit",
          basketry_model_matching_rules(ruled, ids, 1, 5, "lfit", &found));
    OK(basketry_model_rules(ruled, &found));
    CHECK(basketry_rules_len(found) == 2);
    basketry_rules_free(found);
    basketry_model_free(ruled);
    basketry_rules_free(rules);
    basketry_itemsets_free(sets);

    /* Items that the model does not sell. */
    sets = mine(shop, 1);
    options.baskets = shop;
    options.min_customers = 0;
    OK(basketry_rules_make(sets, &options, NULL, &rules));
    OK(basketry_model_with_rules(model, rules, &ruled)); /* none has enough customers */
    OK(basketry_model_rules(ruled, &found));
    CHECK(basketry_rules_len(found) == 0);
    basketry_rules_free(found);
    basketry_model_free(ruled);
    basketry_rules_free(rules);
    basketry_itemsets_free(sets);
    basketry_baskets_free(baskets);
    basketry_model_free(model);
}

int main(int argc, char **argv) {
    CHECK(argc == 3);
    basketry_baskets *baskets = shop();
    rules_of_options(baskets);
    rules_in_a_model(argv[1], argv[2], baskets);
    basketry_baskets_free(baskets);
    puts("rules: passed");
    return 0;
}
