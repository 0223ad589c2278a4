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
    const basketry_offer_group group = {"all", offers, 2, 1, UINT64_MAX};
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
    const basketry_offer_group group = {NULL, NULL, 0, 0, 0};
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

/* Proposals of an engine. */
static void proposed(const char *golden) {
    char file[1024];
    snprintf(file, sizeof file, "%s/model.basketry", golden);
    basketry_engine *engine = NULL;
    OK(basketry_engine_open(file, &engine));
    basketry_policy *policy = NULL;
    OK(basketry_policy_from_toml(basketry_text("name = \"mail\"\n"), &policy));
    const basketry_id who[] = {basketry_id_str("c-013"), basketry_id_str("c-014"),
                               basketry_id_str("somebody else")};
    const int64_t now = 1778500800000; /* 2026-05-11 */
    basketry_proposals *proposals = NULL;
    basketry_propose_options options = BASKETRY_PROPOSE_OPTIONS_INIT;
    OK(basketry_engine_propose(engine, policy, who, 3, now, NULL, NULL, &proposals));
    const size_t all = basketry_proposals_len(proposals);
    basketry_proposals_free(proposals);
    options.each = 1;
    options.threads = 1;
    OK(basketry_engine_propose(engine, policy, who, 3, now, &options, NULL, &proposals));
    CHECK(basketry_proposals_len(proposals) <= 3 && basketry_proposals_len(proposals) < all);
    basketry_plan *plan = NULL;
    OK(basketry_proposals_assign(proposals, NULL, NULL, &plan));
    basketry_plan_summary summary;
    OK(basketry_plan_summarize(plan, &summary));
    CHECK(summary.offers > 0 && summary.offers <= basketry_proposals_len(proposals));
    basketry_plan_free(plan);
    basketry_proposals_free(proposals);
    proposals = NULL;
    options.each = 0;
    FAILS(BAD, "each", basketry_engine_propose(engine, policy, who, 3, now, &options, NULL, &proposals));
    const basketry_id twice[] = {who[0], who[1], who[0]};
    FAILS(BAD, "contexts[2].customer",
          basketry_engine_propose(engine, policy, twice, 3, now, NULL, NULL, &proposals));
    const basketry_id number = basketry_id_int(7);
    FAILS(BASKETRY_UNKNOWN_ID, "customer",
          basketry_engine_propose(engine, policy, &number, 1, now, NULL, NULL, &proposals));
    FAILS(BAD, "customers",
          basketry_engine_propose(engine, policy, NULL, 1, now, NULL, NULL, &proposals));
    CHECK(proposals == NULL);
    basketry_policy_free(policy);

    /* Who may be contacted: the second customer alone, and not after a rejection. */
    OK(basketry_policy_from_toml(basketry_text("segments.only = [\"vip\"]\n"
                                               "contact.consent = [\"mail\"]\n"
                                               "suppress.customer_ignored = 1\n"),
                                 &policy));
    const char *vip = "vip", *mail = "mail";
    const basketry_names segments[] = {{&vip, 1}, {&vip, 1}, {NULL, 0}};
    const basketry_names consents[] = {{NULL, 0}, {&mail, 1}, {&mail, 1}};
    basketry_propose_options people = BASKETRY_PROPOSE_OPTIONS_INIT;
    people.segments = segments;
    people.consents = consents;
    OK(basketry_engine_propose(engine, policy, who, 3, now, &people, NULL, &proposals));
    CHECK(basketry_proposals_len(proposals) > 0);
    OK(basketry_proposals_assign(proposals, NULL, NULL, &plan));
    OK(basketry_plan_summarize(plan, &summary));
    CHECK(summary.reached == 1);
    basketry_plan_free(plan);
    basketry_proposals_free(proposals);
    basketry_contact ignored = BASKETRY_CONTACT_INIT;
    ignored.time_ms = now - 86400000;
    ignored.outcome = BASKETRY_CONTACT_IGNORED;
    basketry_contacts contacts[] = {{NULL, 0}, {&ignored, 1}, {NULL, 0}};
    people.contacts = contacts;
    OK(basketry_engine_propose(engine, policy, who, 3, now, &people, NULL, &proposals));
    CHECK(basketry_proposals_len(proposals) == 0);
    basketry_proposals_free(proposals);
    proposals = NULL;
    ignored.outcome = 99;
    FAILS(BAD, "options.contacts[1][0].outcome",
          basketry_engine_propose(engine, policy, who, 3, now, &people, NULL, &proposals));
    people.contacts = NULL;
    const basketry_names bad[] = {{NULL, 0}, {NULL, 1}, {NULL, 0}};
    people.consents = bad;
    FAILS(BAD, "options.consents[1]",
          basketry_engine_propose(engine, policy, who, 3, now, &people, NULL, &proposals));
    CHECK(proposals == NULL);
    basketry_policy_free(policy);
    basketry_engine_free(engine);
}

int main(int argc, char **argv) {
    CHECK(argc == 3);
    planned();
    bad_limits();
    proposed(argv[1]);
    return 0;
}
