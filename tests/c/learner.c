/* Orders that come in parts and customers who are forgotten.
 * usage: learner GOLDEN_FOLDER TEMPORARY_FOLDER */
#include "check.h"

enum { BAD = BASKETRY_INVALID_ARGUMENT };

/* The bytes of two models are the same. */
static int same(const basketry_model *a, const basketry_model *b) {
    const uint8_t *left, *right;
    size_t left_len, right_len;
    OK(basketry_model_bytes(a, &left, &left_len));
    OK(basketry_model_bytes(b, &right, &right_len));
    return left_len == right_len && memcmp(left, right, left_len) == 0;
}

static basketry_catalog *bread_and_jam(void) {
    basketry_catalog_builder *builder = NULL;
    OK(basketry_catalog_builder_new(NULL, &builder));
    const char *names[] = {"bread", "jam"};
    for (int i = 0; i < 2; i++) {
        basketry_product product = BASKETRY_PRODUCT_INIT;
        product.id = basketry_id_str(names[i]);
        product.price = 250;
        OK(basketry_catalog_builder_push(builder, &product));
    }
    basketry_catalog *catalog = NULL;
    OK(basketry_catalog_builder_finish(builder, &catalog));
    basketry_catalog_builder_free(builder);
    return catalog;
}

/* Orders of some days, one for each customer and day; one customer may be left out. */
static basketry_history *orders(int first, int last, int without) {
    basketry_history_builder *builder = NULL;
    OK(basketry_history_builder_new(BASKETRY_WITH_CUSTOMERS | BASKETRY_WITH_BASKETS, NULL, &builder));
    for (int day = first; day < last; day++) {
        for (int who = 0; who < 5; who++) {
            if (who == without) {
                continue;
            }
            basketry_order_line line = BASKETRY_ORDER_LINE_INIT;
            line.time_ms = INT64_C(86400000) * day;
            line.customer = basketry_id_int(who);
            line.basket = basketry_id_int(day * 5 + who);
            line.product = basketry_id_str("bread");
            OK(basketry_history_builder_push(builder, &line));
            line.product = basketry_id_str((day + who) % 3 == 0 ? "jam" : "tea");
            OK(basketry_history_builder_push(builder, &line));
        }
    }
    basketry_history *history = NULL;
    OK(basketry_history_builder_finish(builder, NULL, &history));
    basketry_history_builder_free(builder);
    return history;
}

int main(int argc, char **argv) {
    CHECK(argc == 3);
    (void)argv;
    basketry_catalog *catalog = bread_and_jam();
    basketry_history *all = orders(0, 30, -1), *some = orders(0, 20, -1), *rest = orders(20, 30, -1);
    basketry_fit_options options = BASKETRY_FIT_OPTIONS_INIT;
    options.min_customers = 2;
    basketry_model *whole = NULL, *model = NULL;
    OK(basketry_fit(catalog, all, &options, NULL, &whole));

    basketry_learner *learner = NULL;
    OK(basketry_learner_new(catalog, some, &options, &learner));
    CHECK(basketry_learner_refit_due(learner) && basketry_learner_baskets(learner) == 100);
    OK(basketry_learner_fit(learner, NULL, &model));
    CHECK(!basketry_learner_refit_due(learner) && !same(model, whole));
    basketry_model_free(model);
    OK(basketry_learner_append(learner, rest, NULL));
    CHECK(basketry_learner_refit_due(learner) && basketry_learner_customers(learner) == 5);
    OK(basketry_learner_update(learner, NULL, &model));
    CHECK(strstr(basketry_model_report(model).data, "\"appended_baskets\":50") != NULL);
    basketry_model_free(model);
    OK(basketry_learner_fit(learner, NULL, &model));
    CHECK(same(model, whole));
    basketry_model_free(model);

    /* One customer goes, and one was never here. */
    const basketry_id gone[] = {basketry_id_int(3), basketry_id_int(99)};
    uint64_t unknown = 0;
    OK(basketry_learner_forget(learner, gone, 2, NULL, &unknown));
    CHECK(unknown == 1 && basketry_learner_customers(learner) == 4);
    basketry_history *without = orders(0, 30, 3);
    basketry_model *rebuilt = NULL;
    OK(basketry_fit(catalog, without, &options, NULL, &rebuilt));
    OK(basketry_learner_fit(learner, NULL, &model));
    CHECK(same(model, rebuilt));
    basketry_model_free(model);
    OK(basketry_history_forget(all, gone, 2, NULL, NULL));
    OK(basketry_fit(catalog, all, &options, NULL, &model));
    CHECK(same(model, rebuilt));
    basketry_model_free(model);
    basketry_learner_free(learner);

    OK(basketry_model_forget(whole, gone, 2, &model));
    CHECK(basketry_model_customers(model) == 4 && basketry_model_customers(whole) == 5);
    OK(basketry_model_verify(model));
    OK(basketry_learner_resume(model, catalog, all, &learner));
    OK(basketry_learner_set_catalog(learner, catalog));
    basketry_model_free(model);
    OK(basketry_learner_update(learner, NULL, &model));
    CHECK(basketry_model_customers(model) == 4);
    basketry_model_free(model);

    OK(basketry_history_extend(some, rest, NULL));
    CHECK(basketry_history_len(some) == 150);
    const basketry_id text = basketry_id_str("3");
    FAILS(BAD, "customers[0]", basketry_model_forget(whole, &text, 1, &model));
    FAILS(BAD, "customers[0]", basketry_learner_forget(learner, &text, 1, NULL, NULL));
    FAILS(BAD, "customers[0]", basketry_history_forget(some, &text, 1, NULL, NULL));
    basketry_learner_free(learner);
    FAILS(BAD, "learner", basketry_learner_append(NULL, some, NULL));
    FAILS(BAD, "learner", basketry_learner_fit(NULL, NULL, &model));
    FAILS(BAD, "history", basketry_learner_new(catalog, NULL, NULL, &learner));
    CHECK(learner == NULL && !basketry_learner_refit_due(NULL));
    CHECK(basketry_learner_baskets(NULL) == 0 && basketry_learner_customers(NULL) == 0);
    basketry_learner_free(NULL);

    basketry_model_free(rebuilt);
    basketry_model_free(whole);
    basketry_history_free(without);
    basketry_history_free(rest);
    basketry_history_free(some);
    basketry_history_free(all);
    basketry_catalog_free(catalog);
    return 0;
}
