/* Recommendations with their filters, scores of given pairs, explanations.
 * usage: recommend GOLDEN_FOLDER TEMPORARY_FOLDER */
#include <math.h>

#include "check.h"

enum { BAD = BASKETRY_INVALID_ARGUMENT };

static basketry_model *opened(const char *golden) {
    char file[1024];
    snprintf(file, sizeof file, "%s/model.basketry", golden);
    basketry_model *model = NULL;
    OK(basketry_model_open(file, &model));
    return model;
}

/* Whether a row of the recommendations has this product. */
static int has(const basketry_recommendations *found, uint32_t request, const char *product) {
    const basketry_recommendation_columns *columns = basketry_recommendations_columns(found);
    for (size_t i = 0; i < columns->len; i++) {
        basketry_id id;
        OK(basketry_recommendations_product(found, columns->products[i], &id));
        if (columns->requests[i] == request && is_text(id, product)) {
            return 1;
        }
    }
    return 0;
}

static void filters(const basketry_model *model) {
    const basketry_id customers[] = {basketry_id_str("c-001"), basketry_id_str("c-002")};
    const basketry_id only[] = {basketry_id_str("bread"), basketry_id_str("butter"),
                                basketry_id_str("jam"), basketry_id_str("no-such-product")};
    const basketry_id never[] = {basketry_id_str("jam")};
    const basketry_customer_product pairs[] = {{customers[0], basketry_id_str("bread")}};
    const basketry_ids candidates = {only, 4};
    const int64_t later = basketry_model_as_of(model) + INT64_C(10) * 86400000;
    basketry_recommend_options options = BASKETRY_RECOMMEND_OPTIONS_INIT;
    options.candidates = &candidates;
    options.exclude.ids = never;
    options.exclude.len = 1;
    options.exclude_for = pairs;
    options.n_exclude_for = 1;
    options.at_ms = &later;
    options.threads = 2;
    basketry_recommendations *found = NULL;
    OK(basketry_model_recommend(model, customers, 2, &options, NULL, &found));
    const basketry_recommendation_columns *columns = basketry_recommendations_columns(found);
    CHECK(columns->len == 3 && columns->unknown == 1 && columns->unknown_customers == 0);
    CHECK(has(found, 0, "butter") && !has(found, 0, "bread") && has(found, 1, "bread"));
    CHECK(!has(found, 0, "jam") && !has(found, 1, "jam"));
    basketry_recommendations_free(found);

    /* No candidates at all are none, not all. */
    const basketry_ids nothing = {NULL, 0};
    options.candidates = &nothing;
    OK(basketry_model_recommend(model, customers, 2, &options, NULL, &found));
    CHECK(basketry_recommendations_columns(found)->len == 0);
    basketry_recommendations_free(found);

    options.candidates = NULL;
    options.new_only = 2;
    FAILS(BAD, "new_only", basketry_model_recommend(model, customers, 2, &options, NULL, &found));
    options.new_only = 1;
    options.threads = 1 << 20;
    FAILS(BAD, "threads", basketry_model_recommend(model, customers, 2, &options, NULL, &found));
    options.threads = 0;
    options.exclude.ids = NULL;
    FAILS(BAD, "exclude", basketry_model_recommend(model, customers, 2, &options, NULL, &found));
    options.exclude.len = 0;
    options.exclude_for = NULL;
    FAILS(BAD, "exclude_for",
          basketry_model_recommend(model, customers, 2, &options, NULL, &found));
}

static void scores(const basketry_model *model) {
    const basketry_id customers[] = {basketry_id_str("c-001"), basketry_id_str("c-001"),
                                     basketry_id_str("stranger")};
    const basketry_id products[] = {basketry_id_str("bread"), basketry_id_str("never-heard"),
                                    basketry_id_str("bread")};
    float chance[3];
    basketry_scored scored;
    OK(basketry_model_score(model, customers, products, 3, NULL, NULL, chance, &scored));
    CHECK(chance[0] > 0 && chance[0] < 1 && isnan(chance[1]) && chance[2] > 0 && chance[2] < 1);
    CHECK(scored.unknown == 1 && scored.unknown_customers == 1);
    FAILS(BAD, "probabilities",
          basketry_model_score(model, customers, products, 3, NULL, NULL, NULL, NULL));

    /* What completing gives is what scoring gives. */
    const basketry_id cart[] = {basketry_id_str("spaghetti")};
    const basketry_ids carts[] = {{cart, 1}};
    basketry_recommend_options options = BASKETRY_RECOMMEND_OPTIONS_INIT;
    options.n = 1;
    basketry_recommendations *found = NULL;
    OK(basketry_model_complete(model, carts, customers, 1, &options, NULL, &found));
    const basketry_recommendation_columns *columns = basketry_recommendations_columns(found);
    CHECK(columns->len == 1 && columns->known[0]);
    basketry_id best;
    OK(basketry_recommendations_product(found, columns->products[0], &best));
    OK(basketry_model_score_baskets(model, carts, &best, customers, 1, NULL, NULL, chance, NULL));
    CHECK(chance[0] == columns->probabilities[0]);

    basketry_explanation *why = NULL;
    OK(basketry_model_explain(model, &customers[0], &carts[0], best, NULL, &why));
    CHECK((float)basketry_explanation_probability(why) == chance[0]);
    CHECK(strstr(basketry_explanation_json(why).data, "\"contribution\":") != NULL);
    CHECK(strstr(basketry_explanation_text(why).data, "log odds") != NULL);
    basketry_explanation_free(why);
    basketry_recommendations_free(found);
    FAILS(BASKETRY_UNKNOWN_ID, "never-heard",
          basketry_model_explain(model, NULL, NULL, products[1], NULL, &why));
    CHECK(why == NULL);
    FAILS(BAD, "product",
          basketry_model_explain(model, NULL, NULL, basketry_id_int(1), NULL, &why));
    FAILS(BAD, "model", basketry_model_explain(NULL, NULL, NULL, products[0], NULL, &why));
    basketry_explanation_free(NULL);
    CHECK(basketry_explanation_json(NULL).len == 0 && basketry_explanation_text(NULL).len == 0);
    CHECK(basketry_explanation_probability(NULL) == 0);
}

int main(int argc, char **argv) {
    CHECK(argc == 3);
    basketry_model *model = opened(argv[1]);
    filters(model);
    scores(model);
    basketry_model_free(model);
    return 0;
}
