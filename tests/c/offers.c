/* Kinds of offers beyond the single product, and the tiers of a product line.
 * usage: offers GOLDEN_FOLDER TEMPORARY_FOLDER */
#include <math.h>

#include "check.h"

enum { BAD = BASKETRY_INVALID_ARGUMENT };

/* After the last order of the golden shop. */
static const int64_t NOW = 1778500800000;

static basketry_policy *policy_of(const char *text) {
    basketry_policy *policy = NULL;
    OK(basketry_policy_from_toml(basketry_text(text), &policy));
    return policy;
}

static void ladder(const basketry_engine *engine) {
    basketry_policy *policy = policy_of("ladder.preselect = \"highest\"");
    basketry_context context = BASKETRY_CONTEXT_INIT;
    context.now_ms = NOW;
    basketry_ladder *ladder = NULL;
    basketry_id jam = basketry_id_str("jam");
    FAILS(BAD, "engine", basketry_engine_ladder(NULL, policy, &context, jam, &ladder));
    FAILS(BAD, "context", basketry_engine_ladder(engine, policy, NULL, jam, &ladder));
    FAILS(BASKETRY_UNKNOWN_ID, "\"ham\"",
          basketry_engine_ladder(engine, policy, &context, basketry_id_str("ham"), &ladder));
    OK(basketry_engine_ladder(engine, policy, &context, jam, &ladder));
    CHECK(basketry_ladder_len(ladder) == 2 && basketry_ladder_preselect(ladder) == 1);
    basketry_tier tier;
    OK(basketry_ladder_tier(ladder, 0, &tier));
    CHECK(tier.product.text.len == 3 && memcmp(tier.product.text.data, "jam", 3) == 0);
    CHECK(tier.price == 199 && tier.term == 1 && tier.reason == BASKETRY_REASON_NONE);
    CHECK(tier.margin == 119.0 && tier.value == 0.0 && isnan(tier.pack) && isnan(tier.rating));
    OK(basketry_ladder_tier(ladder, 1, &tier));
    CHECK(tier.price == 349 && tier.value != 0.0 && tier.share > 0.0 && tier.share < 1.0);
    FAILS(BAD, "index: expected less than 2, got 2", basketry_ladder_tier(ladder, 2, &tier));
    FAILS(BAD, "out", basketry_ladder_tier(ladder, 0, NULL));
    CHECK(strstr(basketry_ladder_json(ladder).data, "\"preselect\":1,\"tiers\":[{") != NULL);
    basketry_ladder_free(ladder);
    basketry_ladder_free(NULL);
    CHECK(basketry_ladder_len(NULL) == 0 && basketry_ladder_preselect(NULL) == -1);
    basketry_policy_free(policy);
}

static int32_t reason(const basketry_decision *decision, const char *product) {
    int32_t reason = 99;
    OK(basketry_decision_why_not(decision, basketry_id_str(product), &reason, NULL, 0));
    return reason;
}

static void after(const basketry_engine *engine) {
    basketry_policy *policy = policy_of("max_offers = 20");
    basketry_context context = BASKETRY_CONTEXT_INIT;
    context.now_ms = NOW;
    basketry_line order[] = {{basketry_id_str("jam"), 1}, {basketry_id_str("bread"), 2}};
    basketry_id returned = basketry_id_str("bread");
    context.after = order;
    context.n_after = 2;
    basketry_decision *decision = NULL;
    OK(basketry_decide(engine, policy, &context, &decision));
    CHECK(reason(decision, "jam") == BASKETRY_REASON_IN_ORDER);
    CHECK(reason(decision, "jam-large") == BASKETRY_REASON_VARIANT_IN_ORDER);
    basketry_decision_free(decision);
    context.returned = &returned;
    context.n_returned = 1;
    OK(basketry_decide(engine, policy, &context, &decision));
    CHECK(reason(decision, "bread") == BASKETRY_REASON_RETURNED);
    basketry_decision_free(decision);
    context.n_after = SIZE_MAX;
    FAILS(BAD, "context.after", basketry_decide(engine, policy, &context, &decision));
    context.after = NULL;
    context.n_after = 1;
    FAILS(BAD, "context.after", basketry_decide(engine, policy, &context, &decision));
    basketry_policy_free(policy);
}

static void sets(const basketry_engine *engine) {
    /* Something around the bread at a discount that customers respond to. */
    basketry_policy *policy = policy_of("max_offers = 20\n"
                                        "bundle = { max = 1, second = 0.3 }\n"
                                        "assume.discount_response = 80");
    basketry_context context = BASKETRY_CONTEXT_INIT;
    context.now_ms = NOW;
    basketry_line basket = {basketry_id_str("bread"), 1};
    context.basket = &basket;
    context.n_basket = 1;
    basketry_decision *decision = NULL;
    OK(basketry_decide(engine, policy, &context, &decision));
    int bundles = 0;
    for (size_t i = 0; i < basketry_decision_len(decision); i++) {
        const basketry_offer *offer = basketry_decision_offer(decision, i);
        if (offer->kind != BASKETRY_BUNDLE) {
            continue;
        }
        bundles++;
        CHECK(offer->n_products >= 2 && offer->discount > 0);
        int64_t sum = 0;
        for (size_t k = 0; k < offer->n_products; k++) {
            sum += offer->allocation[k];
        }
        CHECK(sum == offer->discount && offer->n_allocation == offer->n_products);
    }
    CHECK(bundles == 1);
    basketry_decision_free(decision);
    basketry_policy_free(policy);
}

int main(int argc, char **argv) {
    CHECK(argc == 3);
    char file[1024];
    CHECK(snprintf(file, sizeof file, "%s/model.basketry", argv[1]) < (int)sizeof file);
    basketry_engine *engine = NULL;
    OK(basketry_engine_open(file, &engine));
    ladder(engine);
    after(engine);
    sets(engine);
    basketry_engine_free(engine);
    return 0;
}
