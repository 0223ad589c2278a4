// Campaigns, and the log of what was decided.
#include "check.hpp"

namespace {

constexpr std::int64_t now = 1778500800000; // 2026-05-11

std::vector<basketry::Context> visitors() {
    std::vector<basketry::Context> contexts;
    for (const char *who : {"c-013", "c-014", "somebody else"}) {
        contexts.emplace_back(now);
        contexts.back().customer(who).channel("mail");
    }
    return contexts;
}

void plans(const basketry::Engine &engine) {
    const auto policy = basketry::Policy::from_toml("contact_cost = 2.0\nper_line = 4\n");
    const auto proposals = engine.propose(policy, visitors());
    CHECK(proposals.size() > 3);
    const auto plan = proposals.assign();
    CHECK(plan.summary().reached == 3 && plan.size() == 3 && plan.summary().gap < 0.01);
    CHECK(is_text(plan.at(0).customer, "c-013") && plan.at(0).value > 0);
    CHECK(engine.propose(policy, visitors(), 1, 1).size() == 3);

    basketry::AssignOptions options;
    options.per_customer = 2;
    options.budget = 8;
    const basketry::Id best = plan.at(0).offer;
    const std::string first(best.text());
    options.capacities = {{first, 1}};
    std::vector<basketry::Id> all;
    const auto volumes = plan.offers();
    for (const basketry_volume &volume : volumes) {
        all.push_back(volume.offer);
    }
    options.groups = {{"all", all, 1, 4, 1}};
    const auto limited = proposals.assign(options);
    CHECK(limited.size() == 3 && limited.summary().spent == 6);
    CHECK(limited.group(0).made == 3 && basketry::view(limited.group(0).group) == "all");
    std::uint64_t made = 0;
    for (const basketry_volume &volume : limited.offers()) {
        made += volume.made;
        CHECK(!is_text(volume.offer, first) || (volume.made <= 1 && volume.max == 1));
    }
    CHECK(made == 3);
    options.groups.clear();
    CHECK(proposals.assign(options).size() == 4);
    options.budget.reset();
    CHECK(proposals.assign(options).size() > 4);
    ArrowArrayStream stream;
    limited.export_to(stream);
    CHECK(rows_of(stream) == 3);

    // What may not be, named.
    options.per_customer = 5;
    CHECK(contains(error_of([&] { proposals.assign(options); }).what(), "max_offers"));
    CHECK(contains(error_of([&] { limited.at(3); }).what(), "row: expected less than 3"));
    auto contexts = visitors();
    contexts.emplace_back(now).customer("c-013");
    const auto error = error_of([&] { engine.propose(policy, contexts); });
    CHECK(contains(error.what(), "contexts[3].customer"));
    options.budget = -2;
    try {
        proposals.assign(options);
        CHECK(false);
    } catch (const std::invalid_argument &) {
    }
    basketry::Control control([](const basketry_progress &) { return true; });
    control.cancel();
    CHECK(error_of([&] { engine.propose(policy, visitors(), 20, 0, &control); }).code() ==
          BASKETRY_CANCELLED);
}

void requests(const basketry::Engine &engine) {
    const auto policy = basketry::Policy::from_toml("contact_cost = 2.0\nfatigue.opt_out = 0.5\n");
    auto contexts = visitors();
    contexts[0].customer_value(1e9);
    CHECK(engine.propose(policy, contexts).assign().summary().reached == 2);
    contexts[0].ride_along();
    const auto along = engine.propose(policy, contexts).assign();
    CHECK(along.summary().reached == 3 && along.summary().spent == 4);
    const std::string best(basketry::view(along.at(0).offer.text));
    contexts[0].returned(best);
    const auto other = engine.propose(policy, contexts).assign();
    CHECK(!is_text(other.at(0).offer, best));
}

/// A table of two customers and two offers.
void from_a_plan(const basketry::Engine &engine) {
    const auto plan = engine.propose(basketry::Policy::from_toml(""), visitors()).assign();
    ArrowArrayStream stream;
    plan.export_to(stream);
    basketry_proposal_columns columns = BASKETRY_PROPOSAL_COLUMNS_INIT;
    columns.customer = "customer";
    columns.offer = "offer";
    columns.value = "value";
    const auto again = basketry::Proposals::from_arrow(stream, columns);
    CHECK(again.size() == plan.size());
    CHECK(again.assign().summary().value == plan.summary().value);
}

void logs(const basketry::Engine &engine) {
    const auto policy = basketry::Policy::from_toml("");
    basketry::Context context(now);
    context.customer("c-013");
    const auto decision = engine.decide(policy, context);
    CHECK(decision.id().size() == 32 && !decision.empty());
    basketry::DecisionLog log, other;
    CHECK(log.add(decision) && !log.add(decision) && !log.add_json(decision.json()));
    CHECK(other.add_json(engine.decide(policy, visitors()[1]).json()));
    log.append(other);
    CHECK(log.size() == 2);
    log.record(decision.id(), decision.at(0).products[0], BASKETRY_EVENT_BOUGHT);
    CHECK(error_of([&] { log.record(decision.id(), "no-such", BASKETRY_EVENT_SHOWN); }).code() !=
          BASKETRY_OK);
    basketry::HistoryBuilder builder(BASKETRY_WITH_CUSTOMERS);
    basketry_order_line line = BASKETRY_ORDER_LINE_INIT;
    line.time_ms = now + 3600000;
    line.customer = basketry_id_str("c-013");
    line.product = decision.at(0).products[0];
    builder.push(line);
    line.time_ms = now + 8 * 86400000LL;
    builder.push(line);
    // What was bought within the week that is over is recorded already.
    CHECK(log.record_orders(builder.finish(), 7) == 0);
    ArrowArrayStream stream;
    log.export_to(stream);
    CHECK(rows_of(stream) >= 2);
    CHECK(contains(log.learn(policy).json(), "exposures"));
    CHECK(contains(log.learn(policy).learned(), "\"standard_error\":"));
    CHECK(contains(log.learn(policy, 20, 5000).json(), "\"contact_cost\":0.0"));
}

} // namespace

void campaigns(const std::string &golden) {
    const auto engine = basketry::Engine::open(golden + "/model.basketry");
    plans(engine);
    requests(engine);
    from_a_plan(engine);
    logs(engine);
}
