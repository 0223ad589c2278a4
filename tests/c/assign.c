/* Which offers to make to which customers.
 * usage: assign GOLDEN_FOLDER TEMPORARY_FOLDER */
#include "check.h"

enum { BAD = BASKETRY_INVALID_ARGUMENT };

/* Two customers, each of whom may get the case or the lens. */
static basketry_proposals *two(const char *cost) {
    static const int64_t who[] = {1, 1, 2, 2};
    static const int32_t ends[] = {0, 4, 8, 12, 16};
    static const double worth[] = {2, 3, 1.5, 2.8};
    static const double costs[] = {0.5, 1, 0.5, 1};
    static const column columns[] = {{"l", "who", NULL, who, NULL},
                                     {"u", "what", NULL, ends, "caselenscaselens"},
                                     {"g", "worth", NULL, worth, NULL},
                                     {"g", "cost", NULL, costs, NULL}};
    static int released = 0;
    table t = {columns, 4, 4, 0, 0, &released};
    basketry_proposal_columns names = BASKETRY_PROPOSAL_COLUMNS_INIT;
    basketry_proposals *proposals = NULL;
    struct ArrowArrayStream stream = stream_of(&t);
    FAILS(BAD, "columns.customer",
          basketry_proposals_from_arrow(&stream, &names, NULL, NULL, &proposals));
    names.customer = "who";
    names.offer = "what";
    names.value = "worth";
    names.cost = cost;
    stream = stream_of(&t);
    FAILS(BAD, "currency",
          basketry_proposals_from_arrow(&stream, &names, "euro", NULL, &proposals));
    stream = stream_of(&t);
    OK(basketry_proposals_from_arrow(&stream, &names, NULL, NULL, &proposals));
    return proposals;
}

static void planned(void) {
    basketry_proposals *proposals = two("cost");
    CHECK(basketry_proposals_len(proposals) == 4);
    /* One lens is left: the second customer gains more by it. */
    const basketry_capacity lens = {basketry_id_str("lens"), 1};
    const basketry_id offers[] = {basketry_id_str("lens"), basketry_id_str("case")};
    const basketry_offer_group group = {"all", offers, 2, 1, UINT64_MAX, 0};
    basketry_assign_options options = BASKETRY_ASSIGN_OPTIONS_INIT;
    options.capacities = &lens;
    options.n_capacities = 1;
    options.groups = &group;
    options.n_groups = 1;
    options.budget = 150;
    basketry_control *control = NULL;
    OK(basketry_control_new(&control));
    basketry_plan *plan = NULL;
    OK(basketry_proposals_assign(proposals, &options, control, &plan));
    basketry_control_free(control);
    basketry_plan_summary summary;
    OK(basketry_plan_summarize(plan, &summary));
    CHECK(summary.offers == 2 && summary.reached == 2 && summary.spent == 150);
    CHECK(summary.value > 4.79 && summary.value < 4.81 && summary.bound >= summary.value);
    CHECK(summary.unknown == 0 && summary.gap >= 0);
    basketry_plan_row row;
    OK(basketry_plan_get(plan, 1, &row));
    CHECK(row.customer.number == 2 && is_text(row.offer, "lens") && row.value == 2.8);
    FAILS(BAD, "row: expected less than 2", basketry_plan_get(plan, 2, &row));
    basketry_volume volume;
    CHECK(basketry_plan_offers(plan) == 2);
    OK(basketry_plan_offer(plan, 1, &volume));
    CHECK(is_text(volume.offer, "lens") && volume.max == 1 && volume.made == 1);
    FAILS(BAD, "offer: expected less than 2", basketry_plan_offer(plan, 2, &volume));
    OK(basketry_plan_group(plan, 0, &volume));
    CHECK(volume.min == 1 && volume.max == UINT64_MAX && volume.made == 2);
    CHECK(volume.group.len == 3 && memcmp(volume.group.data, "all", 3) == 0);
    FAILS(BAD, "group: expected less than 1", basketry_plan_group(plan, 1, &volume));
    struct ArrowArrayStream stream;
    OK(basketry_plan_export(plan, &stream));
    struct ArrowArray batch;
    CHECK(stream.get_next(&stream, &batch) == 0 && batch.length == 2 && batch.n_children == 5);
    batch.release(&batch);
    stream.release(&stream);
    basketry_plan_free(plan);

    /* Both of the second customer's, were they not excluded. */
    options = (basketry_assign_options)BASKETRY_ASSIGN_OPTIONS_INIT;
    options.per_customer = 2;
    const basketry_exclusion pair = {basketry_id_str("lens"), basketry_id_str("case")};
    options.exclusions = &pair;
    options.n_exclusions = 1;
    OK(basketry_proposals_assign(proposals, &options, NULL, &plan));
    OK(basketry_plan_summarize(plan, &summary));
    CHECK(summary.offers == 2 && summary.gap == 0);
    basketry_plan_free(plan);
    /* No exclusion, but one of the two for each customer. */
    const basketry_offer_group one = {"one", offers, 2, 0, UINT64_MAX, 1};
    options.n_exclusions = 0;
    options.groups = &one;
    options.n_groups = 1;
    OK(basketry_proposals_assign(proposals, &options, NULL, &plan));
    OK(basketry_plan_summarize(plan, &summary));
    CHECK(summary.offers == 2 && summary.reached == 2 && summary.gap == 0);
    basketry_plan_free(plan);
    basketry_proposals_free(proposals);
}

static void bad_limits(void) {
    basketry_proposals *proposals = two(NULL);
    basketry_plan *plan = NULL;
    basketry_assign_options options = BASKETRY_ASSIGN_OPTIONS_INIT;
    options.budget = -2;
    FAILS(BAD, "options.budget", basketry_proposals_assign(proposals, &options, NULL, &plan));
    options.budget = 5;
    FAILS(BAD, "budget", basketry_proposals_assign(proposals, &options, NULL, &plan));
    options.budget = -1;
    options.per_customer = 0;
    FAILS(BAD, "per_customer", basketry_proposals_assign(proposals, &options, NULL, &plan));
    options.per_customer = 1;
    options.n_groups = 1;
    FAILS(BAD, "options.groups", basketry_proposals_assign(proposals, &options, NULL, &plan));
    const basketry_offer_group group = {NULL, NULL, 0, 0, 0, 0};
    options.groups = &group;
    FAILS(BAD, "options.groups[0].name", basketry_proposals_assign(proposals, &options, NULL, &plan));
    FAILS(BAD, "proposals", basketry_proposals_assign(NULL, NULL, NULL, &plan));
    CHECK(plan == NULL);
    OK(basketry_proposals_assign(proposals, NULL, NULL, &plan));
    FAILS(BAD, "out", basketry_plan_summarize(plan, NULL));
    basketry_plan_free(plan);
    basketry_plan_free(NULL);
    basketry_proposals_free(proposals);
    basketry_proposals_free(NULL);
    CHECK(basketry_proposals_len(NULL) == 0 && basketry_plan_offers(NULL) == 0);
}

/* Contexts that name the customers of the golden shop. */
static void fill(basketry_context *contexts) {
    static const char *const who[] = {"c-013", "c-014", "somebody else"};
    for (int at = 0; at < 3; at++) {
        contexts[at] = (basketry_context)BASKETRY_CONTEXT_INIT;
        contexts[at].now_ms = 1778500800000; /* 2026-05-11 */
        contexts[at].customer = basketry_id_str(who[at]);
    }
}

/* Proposals of an engine. */
static void proposed(basketry_engine *engine) {
    basketry_policy *policy = NULL;
    OK(basketry_policy_from_toml(basketry_text("name = \"mail\"\n"), &policy));
    basketry_context who[3];
    fill(who);
    basketry_proposals *proposals = NULL;
    basketry_propose_options options = BASKETRY_PROPOSE_OPTIONS_INIT;
    OK(basketry_engine_propose(engine, policy, who, 3, NULL, NULL, &proposals));
    const size_t all = basketry_proposals_len(proposals);
    basketry_proposals_free(proposals);
    options.each = 1;
    options.threads = 1;
    OK(basketry_engine_propose(engine, policy, who, 3, &options, NULL, &proposals));
    CHECK(basketry_proposals_len(proposals) <= 3 && basketry_proposals_len(proposals) < all);
    basketry_plan *plan = NULL;
    OK(basketry_proposals_assign(proposals, NULL, NULL, &plan));
    basketry_plan_summary summary;
    OK(basketry_plan_summarize(plan, &summary));
    CHECK(summary.offers > 0 && summary.offers <= basketry_proposals_len(proposals));
    basketry_plan_free(plan);
    basketry_proposals_free(proposals);
    OK(basketry_engine_propose(engine, policy, NULL, 0, NULL, NULL, &proposals));
    CHECK(basketry_proposals_len(proposals) == 0);
    basketry_proposals_free(proposals);
    proposals = NULL;
    options.each = 0;
    FAILS(BAD, "each", basketry_engine_propose(engine, policy, who, 3, &options, NULL, &proposals));
    who[2].customer = who[0].customer;
    FAILS(BAD, "contexts[2].customer",
          basketry_engine_propose(engine, policy, who, 3, NULL, NULL, &proposals));
    who[2].customer = basketry_id_int(7);
    FAILS(BASKETRY_UNKNOWN_ID, "customer",
          basketry_engine_propose(engine, policy, who + 2, 1, NULL, NULL, &proposals));
    who[1].struct_size += 8;
    FAILS(BAD, "contexts[1]: struct_size",
          basketry_engine_propose(engine, policy, who, 2, NULL, NULL, &proposals));
    FAILS(BAD, "contexts: expected a pointer",
          basketry_engine_propose(engine, policy, NULL, 1, NULL, NULL, &proposals));
    CHECK(proposals == NULL);
    basketry_policy_free(policy);
}

/* How many customers a plan of the proposals reaches, and what it spends. */
static basketry_plan_summary planned_for(basketry_engine *engine, const basketry_policy *policy,
                                         const basketry_context *who) {
    basketry_proposals *proposals = NULL;
    OK(basketry_engine_propose(engine, policy, who, 3, NULL, NULL, &proposals));
    basketry_plan *plan = NULL;
    OK(basketry_proposals_assign(proposals, NULL, NULL, &plan));
    basketry_plan_summary summary;
    OK(basketry_plan_summarize(plan, &summary));
    basketry_plan_free(plan);
    basketry_proposals_free(proposals);
    return summary;
}

/* Who may be contacted: the second customer alone, and not after a rejection. */
static void people(basketry_engine *engine) {
    basketry_policy *policy = NULL;
    OK(basketry_policy_from_toml(basketry_text("segments.only = [\"vip\"]\n"
                                               "contact.consent = [\"mail\"]\n"
                                               "suppress.customer_ignored = 1\n"),
                                 &policy));
    const char *vip = "vip", *mail = "mail";
    basketry_context who[3];
    fill(who);
    who[0].segments = who[1].segments = &vip;
    who[0].n_segments = who[1].n_segments = 1;
    who[1].consents = who[2].consents = &mail;
    who[1].n_consents = who[2].n_consents = 1;
    CHECK(planned_for(engine, policy, who).reached == 1);
    basketry_contact ignored = BASKETRY_CONTACT_INIT;
    ignored.time_ms = who[1].now_ms - 86400000;
    ignored.outcome = BASKETRY_CONTACT_IGNORED;
    who[1].contacts = &ignored;
    who[1].n_contacts = 1;
    CHECK(planned_for(engine, policy, who).reached == 0);
    basketry_proposals *proposals = NULL;
    ignored.outcome = 99;
    FAILS(BAD, "contexts[1].contacts[0].outcome",
          basketry_engine_propose(engine, policy, who, 3, NULL, NULL, &proposals));
    who[1].n_contacts = 0;
    who[1].consents = NULL;
    FAILS(BAD, "contexts[1].consents",
          basketry_engine_propose(engine, policy, who, 3, NULL, NULL, &proposals));
    CHECK(proposals == NULL);
    basketry_policy_free(policy);
}

/* All else that a request says of a customer: what they are worth, their channel, whether the offer
 * rides along, and what they did since the model was fitted. */
static void requests(basketry_engine *engine) {
    basketry_policy *policy = NULL;
    OK(basketry_policy_from_toml(basketry_text("contact_cost = 2.0\n"
                                               "fatigue = { opt_out = 0.5 }\n"
                                               "[contact]\n"
                                               "channel = \"mail\"\n"
                                               "caps = [{ max = 0, days = 1, channel = \"push\" }]\n"),
                                 &policy));
    basketry_context who[3];
    fill(who);
    basketry_plan_summary all = planned_for(engine, policy, who);
    CHECK(all.reached > 1 && all.spent == 2 * (int64_t)all.offers);
    who[0].customer_value = 1e9;
    CHECK(planned_for(engine, policy, who).reached == all.reached - 1);
    /* What rides along costs no contact and risks nothing. */
    who[0].ride_along = 1;
    basketry_plan_summary along = planned_for(engine, policy, who);
    CHECK(along.reached == all.reached && along.spent == all.spent - 2);
    CHECK(along.contact_risk == 0);
    who[0].ride_along = 0;
    who[0].customer_value = 1;
    basketry_plan_summary risky = planned_for(engine, policy, who);
    CHECK(risky.contact_risk == 0.5 && risky.reached == all.reached);
    CHECK(risky.value > all.value - 0.5 - 1e-9 && risky.value < all.value - 0.5 + 1e-9);
    fill(who);
    who[0].channel = "push";
    CHECK(planned_for(engine, policy, who).reached == all.reached - 1);
    /* What was bought since, and what is in the basket, is not what is offered. */
    fill(who);
    basketry_proposals *proposals = NULL;
    basketry_propose_options one = BASKETRY_PROPOSE_OPTIONS_INIT;
    one.each = 1;
    OK(basketry_engine_propose(engine, policy, who, 1, &one, NULL, &proposals));
    basketry_plan *plan = NULL;
    OK(basketry_proposals_assign(proposals, NULL, NULL, &plan));
    basketry_plan_row best, other;
    OK(basketry_plan_get(plan, 0, &best));
    const basketry_line line = {best.offer, 1};
    const basketry_order order = {who[0].now_ms - 3600000, &line, 1};
    for (int since = 0; since < 2; since++) {
        fill(who);
        who[0].basket = &line;
        who[0].n_basket = since ? 0 : 1;
        who[0].orders_since = &order;
        who[0].n_orders_since = since ? 1 : 0;
        basketry_proposals *now = NULL;
        OK(basketry_engine_propose(engine, policy, who, 1, &one, NULL, &now));
        basketry_plan *then = NULL;
        OK(basketry_proposals_assign(now, NULL, NULL, &then));
        OK(basketry_plan_get(then, 0, &other));
        CHECK(other.value != best.value);
        basketry_plan_free(then);
        basketry_proposals_free(now);
    }
    basketry_plan_free(plan);
    basketry_proposals_free(proposals);
    basketry_policy_free(policy);
}

int main(int argc, char **argv) {
    CHECK(argc == 3);
    planned();
    bad_limits();
    char file[1024];
    snprintf(file, sizeof file, "%s/model.basketry", argv[1]);
    basketry_engine *engine = NULL;
    OK(basketry_engine_open(file, &engine));
    proposed(engine);
    people(engine);
    requests(engine);
    basketry_engine_free(engine);
    return 0;
}
