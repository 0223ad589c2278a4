/* Who may be contacted and how often, and what is left to chance.
 * usage: people GOLDEN_FOLDER TEMPORARY_FOLDER */
#include <math.h>

#include "check.h"

#define DAY INT64_C(86400000)

enum { BAD = BASKETRY_INVALID_ARGUMENT };

static const int64_t now = INT64_C(1778500800000);

static basketry_policy *policy_of(const char *text) {
    basketry_policy *policy = NULL;
    OK(basketry_policy_from_toml(basketry_text(text), &policy));
    return policy;
}

static basketry_decision *decide(const basketry_engine *engine, const char *text,
                                 const basketry_context *context) {
    basketry_policy *policy = policy_of(text);
    basketry_decision *decision = NULL;
    OK(basketry_decide(engine, policy, context, &decision));
    basketry_policy_free(policy);
    return decision;
}

static basketry_context visit(const basketry_line *line) {
    basketry_context context = BASKETRY_CONTEXT_INIT;
    context.now_ms = now;
    context.customer = basketry_id_str("c-002");
    context.basket = line;
    context.n_basket = 1;
    return context;
}

static void contacts(const basketry_engine *engine, const basketry_line *line) {
    const char *capped = "[contact]\ncaps = [{ max = 2, days = 7, channel = \"mail\" }]\n"
                         "valid_for_days = 2";
    basketry_context context = visit(line);
    context.channel = "mail";
    basketry_decision *decision = decide(engine, capped, &context);
    CHECK(basketry_decision_len(decision) > 0);
    CHECK(basketry_decision_stopped(decision) == BASKETRY_REASON_NONE);
    const basketry_offer *offer = basketry_decision_offer(decision, 0);
    CHECK(offer->valid_until_ms == now + 2 * DAY);
    CHECK(offer->pinned == 0);
    const basketry_id product = offer->products[0];

    basketry_contact before[2] = {BASKETRY_CONTACT_INIT, BASKETRY_CONTACT_INIT};
    before[0].time_ms = now - DAY;
    before[0].channel = "mail";
    before[0].products = &product;
    before[0].n_products = 1;
    before[0].outcome = BASKETRY_CONTACT_REJECTED;
    before[0].kind = offer->kind;
    before[1].time_ms = now - 2 * DAY;
    before[1].channel = "site";
    context.contacts = before;
    context.n_contacts = 2;
    basketry_decision *again = decide(engine, capped, &context);
    CHECK(basketry_decision_len(again) > 0);
    int32_t reason = BASKETRY_REASON_NONE;
    OK(basketry_decision_why_not(again, product, &reason, NULL, 0));
    CHECK(reason == BASKETRY_REASON_REJECTED);
    basketry_decision_free(again);

    before[1].channel = "mail";
    again = decide(engine, capped, &context);
    CHECK(basketry_decision_len(again) == 0);
    CHECK(basketry_decision_stopped(again) == BASKETRY_REASON_CONTACT_CAP);
    basketry_decision_free(again);
    context.ride_along = 1;
    again = decide(engine, capped, &context);
    CHECK(basketry_decision_len(again) > 0);
    basketry_decision_free(again);

    basketry_policy *policy = policy_of(capped);
    before[1].outcome = 77;
    FAILS(BAD, "context.contacts[1].outcome", basketry_decide(engine, policy, &context, &again));
    before[1].outcome = BASKETRY_CONTACT_SHOWN;
    before[0].kind = 77;
    FAILS(BAD, "context.contacts[0].kind", basketry_decide(engine, policy, &context, &again));
    before[0].kind = BASKETRY_NO_KIND;
    before[0].time_ms = now + 1;
    FAILS(BASKETRY_POLICY, "contacts[0].time", basketry_decide(engine, policy, &context, &again));
    before[0].time_ms = now;
    context.ride_along = 2;
    FAILS(BAD, "context.ride_along", basketry_decide(engine, policy, &context, &again));
    context.ride_along = 0;
    context.customer_value = NAN;
    FAILS(BASKETRY_POLICY, "customer_value", basketry_decide(engine, policy, &context, &again));
    basketry_policy_free(policy);
    // The product of the contact is borrowed from it.
    basketry_decision_free(decision);
}

static void people(const basketry_engine *engine, const basketry_line *line) {
    const char *wanted = "segments.only = [\"vip\"]\ncontact.consent = [\"profile\"]\n"
                         "fatigue.opt_out = 0.001";
    const char *segments[] = {"old", "vip"};
    const char *consents[] = {"profile"};
    basketry_context context = visit(line);
    basketry_decision *decision = decide(engine, wanted, &context);
    CHECK(basketry_decision_stopped(decision) == BASKETRY_REASON_OTHER_SEGMENT);
    basketry_decision_free(decision);
    context.segments = segments;
    context.n_segments = 2;
    decision = decide(engine, wanted, &context);
    CHECK(basketry_decision_stopped(decision) == BASKETRY_REASON_NO_CONSENT);
    basketry_decision_free(decision);
    context.consents = consents;
    context.n_consents = 1;
    context.customer_value = 2000;
    decision = decide(engine, wanted, &context);
    CHECK(basketry_decision_len(decision) > 0);
    CHECK(fabs(basketry_decision_contact_risk(decision) - 2.0) < 1e-9);
    basketry_decision_free(decision);

    decision = decide(engine, "holdout = 1", &context);
    CHECK(basketry_decision_held_out(decision) && basketry_decision_len(decision) == 0);
    CHECK(basketry_decision_stopped(decision) == BASKETRY_REASON_HELD_OUT);
    CHECK(basketry_decision_withheld_len(decision) > 0);
    CHECK(basketry_decision_withheld(decision, 0)->n_products == 1);
    CHECK(basketry_decision_withheld(decision, 1000) == NULL);
    basketry_decision_free(decision);
}

static void slots(const basketry_engine *engine, const basketry_line *line) {
    basketry_context context = visit(line);
    context.seed = 5;
    basketry_decision *decision = decide(engine, "max_offers = 3\nfallback = []\n"
                                                 "explore = { share = 1, candidates = 4 }\n"
                                                 "[[pinned]]\nproduct = \"wine\"\n"
                                                 "[[quotas]]\nname = \"mill\"\n"
                                                 "select.brands = [\"Mill\"]", &context);
    CHECK(basketry_decision_len(decision) == 3);
    const basketry_offer *first = basketry_decision_offer(decision, 0);
    CHECK(first->pinned == 1 && is_text(first->products[0], "wine"));
    CHECK(basketry_decision_explored_slot(decision) == 3);
    CHECK(basketry_decision_choices_len(decision) == 4);
    double sum = 0;
    int drawn = 0;
    const basketry_offer *last = basketry_decision_offer(decision, 2);
    for (size_t i = 0; i < 4; i++) {
        const basketry_explore_choice *choice = basketry_decision_choice(decision, i);
        sum += choice->probability;
        CHECK(choice->n_products == 1 && choice->products != NULL);
        const basketry_str one = choice->products[0].text, other = last->products[0].text;
        drawn += one.len == other.len && memcmp(one.data, other.data, one.len) == 0;
    }
    CHECK(fabs(sum - 1) < 1e-12 && drawn == 1 && last->chosen_with == 0.25);
    CHECK(basketry_decision_choice(decision, 4) == NULL);
    CHECK(basketry_decision_quotas_len(decision) == 1);
    const basketry_quota_use *quota = basketry_decision_quota(decision, 0);
    CHECK(quota->name.len == 4 && quota->min == 1 && quota->made == 1 && quota->price >= 0);
    CHECK(basketry_decision_quota(decision, 1) == NULL);
    basketry_decision_free(decision);
    CHECK(basketry_decision_stopped(NULL) == BASKETRY_REASON_NONE);
    CHECK(basketry_decision_withheld(NULL, 0) == NULL && basketry_decision_choice(NULL, 0) == NULL);
    CHECK(basketry_decision_quotas_len(NULL) == 0 && basketry_decision_explored_slot(NULL) == 0);
    CHECK(!basketry_decision_held_out(NULL) && basketry_decision_contact_risk(NULL) == 0);
}

int main(int argc, char **argv) {
    CHECK(argc == 3);
    char file[1024];
    snprintf(file, sizeof file, "%s/model.basketry", argv[1]);
    basketry_engine *engine = NULL;
    OK(basketry_engine_open(file, &engine));
    const basketry_line line = {basketry_id_str("spaghetti"), 1};
    contacts(engine, &line);
    people(engine, &line);
    slots(engine, &line);
    basketry_engine_free(engine);
    puts("people: ok");
    return 0;
}
