/* Sizes and offsets of the structs that cross the border: whoever changes one of these breaks every
 * program that was compiled before. New fields go to the end and change a size only. */
#include "check.h"

#if UINTPTR_MAX == 0xffffffffffffffff /* the numbers below are those of 64-bit machines */

#define SIZE(type, size) _Static_assert(sizeof(type) == (size), #type)
#define AT(type, field, offset) _Static_assert(offsetof(type, field) == (offset), #type "." #field)

SIZE(basketry_status, 4);
SIZE(basketry_str, 16);
AT(basketry_str, len, 8);
SIZE(basketry_id, 32);
AT(basketry_id, number, 8);
AT(basketry_id, text, 16);
SIZE(basketry_progress, 24);
AT(basketry_progress, done, 8);
AT(basketry_progress, total, 16);

SIZE(basketry_history_columns, 56);
AT(basketry_history_columns, time, 8);
AT(basketry_history_columns, product, 16);
AT(basketry_history_columns, customer, 24);
AT(basketry_history_columns, basket, 32);
AT(basketry_history_columns, quantity, 40);
AT(basketry_history_columns, revenue, 48);
SIZE(basketry_history_options, 32);
AT(basketry_history_options, nulls, 8);
AT(basketry_history_options, non_finite, 12);
AT(basketry_history_options, non_positive, 16);
AT(basketry_history_options, currency, 24);
SIZE(basketry_order_line, 128);
AT(basketry_order_line, time_ms, 8);
AT(basketry_order_line, product, 16);
AT(basketry_order_line, customer, 48);
AT(basketry_order_line, basket, 80);
AT(basketry_order_line, quantity, 112);
AT(basketry_order_line, revenue, 120);

SIZE(basketry_catalog_columns, 152);
AT(basketry_catalog_columns, product, 8);
AT(basketry_catalog_columns, price, 16);
AT(basketry_catalog_columns, category, 72);
AT(basketry_catalog_columns, n_quality, 112);
AT(basketry_catalog_columns, rating, 144);
SIZE(basketry_catalog_options, 24);
AT(basketry_catalog_options, currency, 8);
AT(basketry_catalog_options, bad_numbers, 20);
SIZE(basketry_attribute, 48);
SIZE(basketry_quality, 24);
SIZE(basketry_product, 224);
AT(basketry_product, id, 8);
AT(basketry_product, price, 40);
AT(basketry_product, cost, 48);
AT(basketry_product, stock, 56);
AT(basketry_product, sellable, 64);
AT(basketry_product, name, 72);
AT(basketry_product, line, 88);
AT(basketry_product, brand, 120);
AT(basketry_product, category, 152);
AT(basketry_product, n_quality, 192);
AT(basketry_product, term, 200);
AT(basketry_product, service, 204);
AT(basketry_product, pack, 208);
AT(basketry_product, rating, 216);

SIZE(basketry_item_min_support, 48);
SIZE(basketry_itemset_selection, 80);
AT(basketry_itemset_selection, only_from, 48);
AT(basketry_itemset_selection, hierarchy, 72);
SIZE(basketry_itemset_options, 88);
AT(basketry_itemset_options, min_share, 8);
AT(basketry_itemset_options, min_count, 16);
AT(basketry_itemset_options, max_itemsets, 48);
AT(basketry_itemset_options, selection, 56);
AT(basketry_itemset_options, kind, 64);
AT(basketry_itemset_options, on_limit, 68);
AT(basketry_itemset_options, max_memory, 72);
AT(basketry_itemset_options, max_time_ms, 80);
SIZE(basketry_contrast_options, 96);
AT(basketry_contrast_options, direction, 40);
AT(basketry_contrast_options, min_difference, 48);
AT(basketry_contrast_options, threads, 88);
SIZE(basketry_itemset_columns, 40);
AT(basketry_itemset_columns, counts, 24);
AT(basketry_itemset_columns, baskets, 32);
SIZE(basketry_utility_columns, 48);
AT(basketry_utility_columns, unit_profit, 40);
SIZE(basketry_utility_options, 24);
AT(basketry_utility_options, currency, 16);
SIZE(basketry_high_utility_options, 64);
AT(basketry_high_utility_options, min_minor, 16);
AT(basketry_high_utility_options, top, 24);
AT(basketry_high_utility_options, max_itemsets, 56);
SIZE(basketry_proposal_columns, 40);
AT(basketry_proposal_columns, cost, 32);
SIZE(basketry_capacity, 40);
SIZE(basketry_offer_group, 48);
AT(basketry_offer_group, max, 32);
AT(basketry_offer_group, per_customer, 40);
SIZE(basketry_exclusion, 64);
SIZE(basketry_propose_options, 24);
AT(basketry_propose_options, threads, 16);
SIZE(basketry_assign_options, 80);
AT(basketry_assign_options, budget, 56);
AT(basketry_assign_options, per_customer, 72);
SIZE(basketry_plan_summary, 72);
AT(basketry_plan_summary, spent, 40);
AT(basketry_plan_summary, contact_risk, 64);
SIZE(basketry_plan_row, 72);
AT(basketry_plan_row, value, 64);
SIZE(basketry_volume, 80);
AT(basketry_volume, price, 72);
SIZE(basketry_template, 88);
AT(basketry_template, must_contain, 24);
AT(basketry_template, max_length, 80);
SIZE(basketry_least, 16);
SIZE(basketry_rule_options, 120);
AT(basketry_rule_options, min_confidence, 8);
AT(basketry_rule_options, max_rules, 24);
SIZE(basketry_significance_options, 32);
AT(basketry_significance_options, alpha, 8);
AT(basketry_significance_options, tests, 24);
SIZE(basketry_redundancy_options, 24);
AT(basketry_redundancy_options, min_improvement, 8);
AT(basketry_redundancy_options, empty_antecedent, 16);
AT(basketry_rule_options, antecedent, 32);
AT(basketry_rule_options, top, 64);
AT(basketry_rule_options, baskets, 80);
AT(basketry_rule_options, threads, 96);
AT(basketry_rule_options, max_memory, 104);
SIZE(basketry_rule_columns, 80);
AT(basketry_rule_columns, counts, 56);
AT(basketry_rule_columns, baskets, 64);
AT(basketry_rule_columns, customers, 72);
SIZE(basketry_sequence_options, 120);
AT(basketry_sequence_options, within_days, 24);
AT(basketry_sequence_options, step, 64);
AT(basketry_sequence_options, only_from, 72);
AT(basketry_sequence_options, max_sequences, 112);
SIZE(basketry_sequence_columns, 144);
AT(basketry_sequence_columns, row_customers, 32);
AT(basketry_sequence_columns, support, 64);
AT(basketry_sequence_columns, step_median_lag_days, 120);
AT(basketry_sequence_columns, anonymous_baskets, 136);

SIZE(basketry_fit_options, 128);
AT(basketry_fit_options, min_customers, 8);
AT(basketry_fit_options, neighbours, 12);
AT(basketry_fit_options, half_life_days, 16);
AT(basketry_fit_options, horizon_days, 40);
AT(basketry_fit_options, similar, 60);
AT(basketry_fit_options, exact_products, 80);
AT(basketry_fit_options, seed, 96);
AT(basketry_fit_options, relations, 104);
AT(basketry_fit_options, follow_up_days, 112);
AT(basketry_fit_options, tune, 120);
SIZE(basketry_due_options, 32);
AT(basketry_due_options, at, 8);
AT(basketry_due_options, n, 24);
SIZE(basketry_customer_product, 64);
SIZE(basketry_recommend_options, 80);
AT(basketry_recommend_options, candidates, 16);
AT(basketry_recommend_options, exclude_for, 40);
AT(basketry_recommend_options, at_ms, 56);
AT(basketry_recommend_options, new_only, 72);
SIZE(basketry_recommendation_columns, 64);
AT(basketry_recommendation_columns, known, 56);
SIZE(basketry_score_options, 24);
AT(basketry_score_options, threads, 16);
SIZE(basketry_scored, 16);
SIZE(basketry_ids, 16);

SIZE(basketry_line, 40);
AT(basketry_line, quantity, 32);
SIZE(basketry_order, 24);
AT(basketry_order, lines, 8);
AT(basketry_order, n_lines, 16);
SIZE(basketry_context, 232);
AT(basketry_context, now_ms, 8);
AT(basketry_context, customer, 16);
AT(basketry_context, placement, 48);
AT(basketry_context, viewed, 56);
AT(basketry_context, basket, 88);
AT(basketry_context, orders_since, 104);
AT(basketry_context, seed, 120);
AT(basketry_context, ride_along, 192);
AT(basketry_context, after, 200);
AT(basketry_context, n_returned, 224);
SIZE(basketry_tier, 104);
AT(basketry_tier, price, 48);
AT(basketry_tier, term, 56);
AT(basketry_tier, margin, 64);
AT(basketry_tier, value, 96);
AT(basketry_context, channel, 128);
AT(basketry_context, segments, 136);
AT(basketry_context, consents, 152);
AT(basketry_context, contacts, 168);
AT(basketry_context, customer_value, 184);
AT(basketry_context, ride_along, 192);
SIZE(basketry_contact, 56);
AT(basketry_contact, products, 16);
AT(basketry_contact, kind, 32);
AT(basketry_contact, valid_until_ms, 40);
AT(basketry_contact, ride_along, 48);

SIZE(basketry_evidence, 24);
AT(basketry_evidence, value, 16);
SIZE(basketry_offer, 256);
AT(basketry_offer, kind_name, 8);
AT(basketry_offer, products, 24);
AT(basketry_offer, name, 40);
AT(basketry_offer, price, 56);
AT(basketry_offer, discount, 64);
AT(basketry_offer, currency, 72);
AT(basketry_offer, base_product, 88);
AT(basketry_offer, probability, 120);
AT(basketry_offer, value, 144);
AT(basketry_offer, pinned, 160);
AT(basketry_offer, fallback, 164);
AT(basketry_offer, valid_until_ms, 168);
AT(basketry_offer, evidence, 176);
AT(basketry_offer, assumed, 192);
AT(basketry_offer, why, 208);
AT(basketry_offer, sources, 224);
AT(basketry_offer, allocation, 240);
SIZE(basketry_explore_choice, 40);
AT(basketry_explore_choice, kind, 16);
AT(basketry_explore_choice, value, 24);
SIZE(basketry_quota_use, 32);
AT(basketry_quota_use, made, 20);
AT(basketry_quota_use, price, 24);
SIZE(basketry_suppressed, 80);
AT(basketry_suppressed, reason, 32);
AT(basketry_suppressed, reason_name, 40);
AT(basketry_suppressed, kind, 56);
AT(basketry_suppressed, value, 72);

#endif

/* The numbers of the statuses are for ever. */
_Static_assert(BASKETRY_OK == 0 && BASKETRY_INVALID_ARGUMENT == 1 && BASKETRY_SCHEMA == 2 &&
                   BASKETRY_DATA == 3 && BASKETRY_POLICY == 4 && BASKETRY_UNKNOWN_ID == 5 &&
                   BASKETRY_IO == 6 && BASKETRY_FORMAT == 7 && BASKETRY_VERSION == 8 &&
                   BASKETRY_CANCELLED == 9 && BASKETRY_LIMIT == 10 && BASKETRY_INTERNAL == 11,
               "statuses");

int main(void) {
    for (basketry_status status = 0; status <= BASKETRY_INTERNAL; status++) {
        CHECK(strcmp(basketry_status_name(status), "unknown") != 0);
    }
    CHECK(strcmp(basketry_status_name(BASKETRY_UNKNOWN_ID), "unknown_id") == 0);
    CHECK(strcmp(basketry_status_name(12), "unknown") == 0);
    CHECK(strcmp(basketry_status_name(-1), "unknown") == 0);
    CHECK(strcmp(basketry_stage_name(1), "reading") == 0);
    CHECK(strcmp(basketry_stage_name(99), "unknown") == 0);
    CHECK(strchr(basketry_version(), '.') != NULL);

    /* What the macros make is what the library takes for a struct of that name. */
    basketry_order_line line = BASKETRY_ORDER_LINE_INIT;
    CHECK(line.struct_size == sizeof line && line.quantity == 1.0);
    CHECK(line.revenue == BASKETRY_NO_MONEY && line.basket.kind == BASKETRY_ID_NONE);
    basketry_product product = BASKETRY_PRODUCT_INIT;
    CHECK(product.sellable == 1 && product.stock == BASKETRY_UNTRACKED);
    CHECK(product.term == 0 && product.service == 0 && product.rating == BASKETRY_NO_RATING);
    CHECK(product.price == BASKETRY_NO_MONEY && product.cost == BASKETRY_NO_MONEY);
    basketry_fit_options fit = BASKETRY_FIT_OPTIONS_INIT;
    CHECK(fit.struct_size == sizeof fit && fit.neighbours == -1 && fit.seed == 0);
    CHECK(fit.relations == -1 && fit.follow_up_days == 0.0);
    return 0;
}
