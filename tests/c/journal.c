/* Decisions that are logged, what came of them, and what is learned from that.
 * usage: journal GOLDEN_FOLDER TEMPORARY_FOLDER */
#include "check.h"

int main(int argc, char **argv) {
    CHECK(argc == 3);
    char path[4096];
    snprintf(path, sizeof path, "%s/model.basketry", argv[1]);
    basketry_engine *engine = NULL;
    OK(basketry_engine_open(path, &engine));
    basketry_policy *policy = NULL;
    OK(basketry_policy_from_toml(basketry_text("name = \"cart\"\nlanguage = \"de\""), &policy));
    basketry_decision *decision = NULL;
    OK(basketry_decide_json(
        engine, policy,
        basketry_text("{\"now\": 1778500800000, \"customer\": \"c-013\","
                      " \"basket\": [{\"product\": \"bread\"}]}"),
        &decision));
    CHECK(basketry_decision_len(decision) > 0);
    basketry_str id = basketry_decision_id(decision);
    CHECK(id.len == 32 && basketry_decision_id(NULL).len == 0);
    CHECK(strncmp(basketry_decision_json(decision).data, "{\"id\":\"", 7) == 0);
    CHECK(strncmp(basketry_decision_json(decision).data + 7, id.data, 32) == 0);

    const basketry_offer *offer = basketry_decision_offer(decision, 0);
    int learned = 0, assumed = 0;
    for (size_t i = 0; i < offer->n_sources; i++) {
        learned += offer->sources[i].source == BASKETRY_LEARNED;
        assumed += offer->sources[i].source == BASKETRY_ASSUMED;
    }
    CHECK(offer->n_sources >= 3 && learned + assumed >= 2);

    basketry_decision_log *log = NULL, *other = NULL;
    OK(basketry_decision_log_new(&log));
    OK(basketry_decision_log_new(&other));
    bool added = false;
    OK(basketry_decision_log_add(log, decision, &added));
    CHECK(added);
    OK(basketry_decision_log_add_json(log, basketry_decision_json(decision), &added));
    CHECK(!added);
    OK(basketry_decision_log_add(log, decision, NULL));
    CHECK(basketry_decision_log_len(log) == 1 && basketry_decision_log_len(NULL) == 0);

    basketry_id product = offer->products[0];
    basketry_policy *better = NULL;
    FAILS(BASKETRY_INVALID_ARGUMENT, "no purchase",
          basketry_decision_log_learn(log, policy, 20.0, NULL, NULL, &better));
    FAILS(BASKETRY_INVALID_ARGUMENT, "event: expected 0 to 5, got 6",
          basketry_decision_log_record(log, id, product, 6));
    FAILS(BASKETRY_UNKNOWN_ID, "no decision",
          basketry_decision_log_record(log, basketry_text("7"), product, BASKETRY_EVENT_BOUGHT));
    FAILS(BASKETRY_UNKNOWN_ID, "not offered",
          basketry_decision_log_record(log, id, basketry_id_str("nonesuch"), BASKETRY_EVENT_BOUGHT));
    FAILS(BASKETRY_DATA, "not a logged decision",
          basketry_decision_log_add_json(log, basketry_text("{"), NULL));
    OK(basketry_decision_log_record(log, id, product, BASKETRY_EVENT_SHOWN));
    OK(basketry_decision_log_record(log, id, product, BASKETRY_EVENT_BOUGHT));
    OK(basketry_decision_log_learn(log, policy, 20.0, NULL, NULL, &better));
    CHECK(strstr(basketry_policy_json(better).data, "\"exposures\":1") != NULL);
    CHECK(strstr(basketry_policy_learned(better).data, "\"measured\":null") != NULL);
    CHECK(strcmp(basketry_policy_learned(policy).data, "[]") == 0);
    CHECK(basketry_policy_learned(NULL).len == 0);
    basketry_control *control = NULL;
    OK(basketry_control_new(&control));
    basketry_policy *watched = NULL;
    OK(basketry_decision_log_learn(log, policy, 20.0, NULL, control, &watched));
    basketry_policy_free(watched);
    basketry_progress progress = {0};
    OK(basketry_control_progress(control, &progress));
    CHECK(strcmp(basketry_stage_name(progress.stage), "learning") == 0);
    CHECK(progress.done == progress.total && progress.total > 0);
    basketry_control_cancel(control);
    FAILS(BASKETRY_CANCELLED, "cancelled",
          basketry_decision_log_learn(log, policy, 20.0, NULL, control, &watched));
    basketry_control_free(control);
    double customer_value = -1.0;
    basketry_policy *priced = NULL;
    FAILS(BASKETRY_INVALID_ARGUMENT, "customer_value: expected",
          basketry_decision_log_learn(log, policy, 20.0, &customer_value, NULL, &priced));
    customer_value = 5000.0; // nobody was lost
    OK(basketry_decision_log_learn(log, policy, 20.0, &customer_value, NULL, &priced));
    CHECK(strstr(basketry_policy_json(priced).data, "\"contact_cost\":0.0") != NULL);
    basketry_policy_free(priced);
    OK(basketry_decision_log_append(other, log));
    CHECK(basketry_decision_log_len(other) == 1);

    basketry_history_builder *builder = NULL;
    OK(basketry_history_builder_new(BASKETRY_WITH_CUSTOMERS | BASKETRY_WITH_BASKETS, NULL, &builder));
    basketry_history *none = NULL;
    OK(basketry_history_builder_finish(builder, NULL, &none));
    basketry_history_builder_free(builder);
    uint64_t found = 9;
    OK(basketry_decision_log_record_orders(other, none, 14.0, NULL, &found));
    CHECK(found == 0);
    FAILS(BASKETRY_INVALID_ARGUMENT, "days: expected",
          basketry_decision_log_record_orders(other, none, 0.0, NULL, NULL));
    basketry_history_free(none);

    struct ArrowArrayStream table = {0};
    OK(basketry_decision_log_table(log, &table));
    struct ArrowArray batch = {0};
    CHECK(table.get_next(&table, &batch) == 0);
    CHECK(batch.length == (int64_t)basketry_decision_len(decision) && batch.n_children == 30);
    batch.release(&batch);
    table.release(&table);

    FAILS(BASKETRY_INVALID_ARGUMENT, "log", basketry_decision_log_add(NULL, decision, NULL));
    FAILS(BASKETRY_INVALID_ARGUMENT, "out", basketry_decision_log_new(NULL));
    basketry_decision_log_free(NULL);
    basketry_decision_log_free(log);
    basketry_decision_log_free(other);
    basketry_policy_free(better);
    basketry_policy_free(policy);
    basketry_decision_free(decision);
    basketry_engine_free(engine);
    puts("journal: passed");
    return 0;
}
