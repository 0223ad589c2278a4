// The C++ face: the golden decisions, errors as exceptions, handles that free themselves.
// usage: main GOLDEN_FOLDER TEMPORARY_FOLDER
#include "check.hpp"

#include <cmath>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <thread>

std::size_t offers_in_second_unit(const basketry::Engine &engine, const basketry::Policy &policy);
void campaigns(const std::string &golden);
void tables(const std::string &golden, const std::string &temporary);

namespace {

using namespace std::string_literals;

std::vector<std::string> split(const std::string &text, char separator) {
    std::vector<std::string> parts;
    std::size_t start = 0;
    for (std::size_t end; (end = text.find(separator, start)) != std::string::npos;) {
        parts.push_back(text.substr(start, end - start));
        start = end + 1;
    }
    parts.push_back(text.substr(start));
    return parts;
}

/// product=quantity;product=quantity
std::vector<std::pair<std::string, double>> lines(const std::string &text) {
    std::vector<std::pair<std::string, double>> lines;
    for (const std::string &line : split(text, ';')) {
        if (!line.empty()) {
            const auto parts = split(line, '=');
            lines.emplace_back(parts.at(0), std::stod(parts.at(1)));
        }
    }
    return lines;
}

basketry::Context context_of(const std::string &line) {
    const std::vector<std::string> field = split(line, '\t');
    CHECK(field.size() == 8);
    basketry::Context context(std::stoll(field[3]));
    context.seed(std::stoull(field[4]));
    if (!field[1].empty()) {
        context.customer(field[1]);
    }
    if (!field[2].empty()) {
        context.placement(field[2]);
    }
    if (!field[5].empty()) {
        context.viewed(field[5]);
    }
    for (const auto &[product, quantity] : lines(field[6])) {
        context.line(product, quantity);
    }
    for (const std::string &order : split(field[7], '|')) {
        if (!order.empty()) {
            const auto parts = split(order, ':');
            std::vector<std::pair<basketry::Id, double>> bought;
            const auto texts = lines(parts.at(1));
            bought.assign(texts.begin(), texts.end());
            context.order_since(std::stoll(parts.at(0)), bought);
        }
    }
    return context;
}

void golden(const std::string &folder) {
    const basketry::Engine engine = basketry::Engine::open(folder + "/model.basketry");
    const basketry::Policy policy = basketry::Policy::from_file(folder + "/policy.toml");
    std::ifstream contexts(folder + "/contexts.tsv"), decisions(folder + "/decisions.jsonl");
    std::string line, expected;
    std::getline(contexts, line);
    int n = 0;
    while (std::getline(contexts, line)) {
        CHECK(std::getline(decisions, expected));
        // A context may be moved: what it points to moves along.
        basketry::Context first = context_of(line);
        const basketry::Context context = std::move(first);
        const basketry::Decision decision = engine.decide(policy, context);
        if (decision.json() != expected) {
            std::cerr << line << "\n  expected " << expected << "\n  found    " << decision.json()
                      << "\n";
            std::exit(1);
        }
        n++;
    }
    CHECK(n == 20 && !std::getline(decisions, expected));
    CHECK(offers_in_second_unit(engine, policy) > 0);
}

void errors(const std::string &golden) {
    basketry::Error error = error_of([] { basketry::Model::open("no-such-file"); });
    CHECK(error.code() == BASKETRY_IO && error.code_name() == "io"s);
    CHECK(contains(error.what(), "no-such-file"));
    error = error_of([] { basketry::Policy::from_toml("max_ofers = 1"); });
    CHECK(error.code() == BASKETRY_POLICY && contains(error.what(), "max_ofers"));
    error = error_of([] { basketry::Model::from_bytes("nothing of the kind"); });
    CHECK(error.code() == BASKETRY_FORMAT);
    // As every other exception.
    try {
        basketry::Policy::from_json("{");
        CHECK(false);
    } catch (const std::runtime_error &) {
    }
    error = error_of([] {
        basketry::HistoryBuilder builder(BASKETRY_WITH_CUSTOMERS);
        basketry_order_line line = BASKETRY_ORDER_LINE_INIT;
        line.customer = basketry::Id(1).native();
        line.product = basketry::Id("bread").native();
        line.quantity = std::nan("");
        builder.push(line);
    });
    CHECK(error.code() == BASKETRY_DATA && contains(error.what(), "quantity"));

    const basketry::Engine engine = basketry::Engine::open(golden + "/model.basketry");
    const basketry::Policy policy = basketry::Policy::from_toml("");
    error = error_of([&] { engine.decide(policy, basketry::Context(0).customer(5)); });
    CHECK(error.code() == BASKETRY_UNKNOWN_ID);
    error = error_of([&] { engine.decide_json(policy, "{\"nwo\": 1}"); });
    CHECK(error.code() == BASKETRY_POLICY && contains(error.what(), "nwo"));
    const std::string text("embedded \0 zero", 15);
    error = error_of([&] { basketry::Policy::from_toml(text); });
    CHECK(error.code() == BASKETRY_POLICY);
}

void ids() {
    CHECK(basketry::Id(1) != basketry::Id("1") && basketry::Id("a") == basketry::Id("a"s));
    CHECK(basketry::Id().is_none() && basketry::Id(1).is_int() && basketry::Id("").is_text());
    CHECK(basketry::Id(std::int64_t{1} << 60).number() == std::int64_t{1} << 60);
    CHECK(basketry::Id(7LL) == basketry::Id(7u));
    static_assert(!std::is_constructible_v<basketry::Id, std::uint64_t>, "would lose numbers");
    static_assert(!std::is_constructible_v<basketry::Id, bool>, "is no id");
}

void mining() {
    const auto baskets = basketry::Baskets::from_lists(
        {{"bread", "butter"}, {"bread", "butter", "jam"}, {"bread"}, {}});
    CHECK(baskets.size() == 4 && baskets.items() == 3);
    basketry_itemset_options options = BASKETRY_ITEMSET_OPTIONS_INIT;
    options.min_count = 2;
    const auto itemsets = basketry::Itemsets::mine(baskets, options);
    CHECK(itemsets.size() == 3 && itemsets.columns().counts[0] == 3);
    CHECK(itemsets.item(itemsets.columns().items[0]) == basketry::Id("bread"));
    const auto rules = basketry::Rules::make(itemsets, 0.5);
    CHECK(rules.size() == 2 && rules.values("confidence").size() == 2);
    const auto found = rules.matching({"butter"}, 3);
    CHECK(found.size() == 1 && found.values("confidence")[0] == 1.0);
    CHECK(found.item(found.columns().consequents[0]) == basketry::Id("bread"));
    const basketry::Error error = error_of([&] { rules.values("lfit"); });
    CHECK(contains(error.what(), "lift"));
}

void more_mining() {
    using basketry::Baskets, basketry::Itemsets, basketry::Rules;
    auto baskets = Baskets::from_lists(
        {{"edam", "ale"}, {"brie", "ale"}, {"edam", "ale", "jam"}, {"edam", "gin"}});
    basketry_itemset_options options = BASKETRY_ITEMSET_OPTIONS_INIT;
    options.min_count = 2;
    const auto sets = Itemsets::mine(baskets, options);
    CHECK(sets.size() == 3 && sets.count_of({"edam", "ale"}) == 2);
    CHECK(sets.min_count() == 2 && sets.raised() == 0 && sets.total_weight() == 0.0);
    CHECK(Itemsets::from_bytes(sets.bytes()).size() == 3);
    CHECK(error_of([] { Itemsets::from_bytes("no"); }).code() == BASKETRY_FORMAT);

    // Categories, constraints and the most frequent.
    const auto kinds = basketry::Hierarchy::from_links(
        {{"edam", "cheese"}, {"brie", "cheese"}, {"ale", "drinks"}, {"gin", "drinks"}});
    CHECK(kinds.size() == 6 && kinds.extend(baskets).size() == 4);
    basketry::Selection selection;
    selection.hierarchy(kinds).must_contain({"cheese"}).must_not_contain({"gin"}).top(2);
    options.selection = selection.native();
    const auto cheese = Itemsets::mine(baskets, options);
    CHECK(cheese.size() == 2 && cheese.columns().counts[0] == 4 && cheese.columns().counts[1] == 4);
    selection = basketry::Selection();
    selection.only_from({"edam", "jam"}).item_min_count("jam", 1);
    options.selection = selection.native();
    CHECK(Itemsets::mine(baskets, options).size() == 3);
    options.selection = nullptr;

    // Weights, parts, updates and counts.
    const auto weighted = baskets.with_weights({1, 1, 1, 5});
    const auto heavy = Itemsets::mine(weighted, options);
    CHECK(heavy.total_weight() == 8.0 && heavy.column("weight").floats[0] == 7.0);
    const auto first = baskets.take({0, 1}), second = baskets.take({2, 3});
    CHECK(Itemsets::mine_parts({&first, &second}, options).size() == 3);
    basketry_itemset_options local = options;
    local.min_count = 0;
    local.min_share = 0.5;
    const auto a = basketry::ItemsetCounts::candidates(first, local);
    const auto b = basketry::ItemsetCounts::candidates(second, local);
    auto counts = basketry::ItemsetCounts::unite({&a, &b});
    auto more = basketry::ItemsetCounts::unite({&a, &b});
    counts.add(first);
    more.add(second);
    counts.merge(more);
    CHECK(counts.baskets() == 4 && counts.frequent(local).size() == 3);
    CHECK(counts.itemsets().size() == counts.size());
    CHECK(basketry::ItemsetCounts::of(sets).size() == 3);
    CHECK(sets.count_in(first).columns().counts[0] == 1);
    baskets.append(second);
    options.min_count = 3;
    const auto updated = sets.update(baskets, options);
    CHECK(updated.size() == Itemsets::mine(baskets, options).size());

    // Rules with templates, customers and tests.
    options.min_count = 1;
    const auto all = Itemsets::mine(baskets, options);
    basketry::Template to_ale, from_edam;
    to_ale.only_from({"ale"});
    from_edam.must_contain({"edam"}).length(1, 2);
    basketry_rule_options wanted = BASKETRY_RULE_OPTIONS_INIT;
    wanted.consequent = to_ale.native();
    wanted.antecedent = from_edam.native();
    baskets.set_customers({1, 1, 2, 3, 2, 4});
    wanted.baskets = baskets.native();
    const auto rules = Rules::make(all, wanted);
    CHECK(rules.size() == 2 && rules.columns().customers != nullptr);
    CHECK(rules.columns().customers[0] == 2);
    CHECK(rules.top(1, "confidence").values("confidence")[0] == 1.0);
    CHECK(rules.sorted("confidence", true).values("confidence")[0] < 1.0);
    CHECK(rules.p_values(BASKETRY_CORRECTION_HOLM).size() == 2);
    basketry_significance_options alpha = BASKETRY_SIGNIFICANCE_OPTIONS_INIT;
    CHECK(rules.significant(alpha).size() == 0 && rules.productive(alpha).size() == 0);
    basketry_redundancy_options redundancy = BASKETRY_REDUNDANCY_OPTIONS_INIT;
    CHECK(rules.non_redundant(redundancy).size() <= 2);
    CHECK(Rules::from_bytes(rules.with_measures({"lift"}).bytes()).size() == 2);

    // What is worth the most, and what sells here and not there.
    const auto utilities =
        basketry::Utilities::from_lists({{{"a", 500}, {"b", 100}}, {{"a", 500}}, {{"c", 7}}});
    CHECK(utilities.size() == 3 && utilities.lines() == 4 && utilities.total() == 1107);
    basketry_high_utility_options most = BASKETRY_HIGH_UTILITY_OPTIONS_INIT;
    most.min_minor = 600;
    CHECK(Itemsets::high_utility(utilities, most).size() == 2);
    basketry_contrast_options contrast = BASKETRY_CONTRAST_OPTIONS_INIT;
    contrast.min_count = 1;
    contrast.max_p_value = 1.0;
    CHECK(Itemsets::contrasts(first, second, contrast).size() > 0);
}

void sequences() {
    basketry::HistoryBuilder builder(BASKETRY_WITH_CUSTOMERS);
    const std::int64_t day = 86400000;
    for (int customer = 0; customer < 3; customer++) {
        for (int step = 0; step < 2; step++) {
            basketry_order_line line = BASKETRY_ORDER_LINE_INIT;
            line.time_ms = (customer + 2 * step) * day;
            line.customer = basketry::Id(customer).native();
            line.product = basketry::Id(step == 0 ? "printer" : "ink").native();
            builder.push(line);
        }
    }
    const auto history = builder.finish();
    basketry_sequence_options options = BASKETRY_SEQUENCE_OPTIONS_INIT;
    options.min_count = 2;
    options.within_days = 2;
    const auto found = basketry::Sequences::mine(history, options);
    CHECK(found.size() == 1 && found.columns().row_customers[0] == 3);
    CHECK(found.item(found.columns().items[1]) == basketry::Id("ink"));
    CHECK(found.sorted("lift").size() == 1);
    CHECK(found.after({{"printer"}}, 5, "support").size() == 1);
    CHECK(found.after({{"ink"}}, 5, "support").size() == 0);
    CHECK(basketry::Sequences::from_bytes(found.bytes()).columns().median_lag_days[0] ==
          found.columns().median_lag_days[0]);
    const auto decayed = history.to_decayed_baskets(10 * day, 30);
    basketry_itemset_options half = BASKETRY_ITEMSET_OPTIONS_INIT;
    half.min_share = 0.1;
    CHECK(basketry::Itemsets::mine(decayed, half).total_weight() < 6.0);
}

void learning(const std::string &golden, const std::string &folder) {
    basketry_catalog_columns products = BASKETRY_CATALOG_COLUMNS_INIT;
    products.product = "product";
    products.price = "price";
    products.cost = "cost";
    products.name = "name";
    auto catalog = basketry::Catalog::from_csv(golden + "/products.csv", products);
    basketry_history_columns orders = BASKETRY_HISTORY_COLUMNS_INIT;
    orders.time = "time";
    orders.product = "product";
    orders.customer = "customer";
    orders.basket = "basket";
    const auto history = basketry::History::from_csv(golden + "/orders.csv", orders);
    CHECK(history.size() > 250 && history.lines() > history.size());
    CHECK(contains(history.report(), "lines_used"));
    CHECK(history.to_baskets().size() == history.size());

    basketry_fit_options options = BASKETRY_FIT_OPTIONS_INIT;
    options.min_customers = 5;
    int calls = 0;
    const basketry::Control watched(
        [&](const basketry_progress &) {
            calls++;
            return true;
        },
        1);
    const auto model = basketry::Model::fit(catalog, history, &options, &watched);
    CHECK(calls > 0 && watched.progress().stage > 0);

    // What the callback throws comes out as it went in; returning false cancels.
    struct Stop {};
    const basketry::Control throwing([](const basketry_progress &) -> bool { throw Stop(); }, 1);
    try {
        basketry::Model::fit(catalog, history, &options, &throwing);
        CHECK(false);
    } catch (const Stop &) {
    }
    const basketry::Control refusing([](const basketry_progress &) { return false; }, 1);
    basketry::Error error = error_of([&] {
        basketry::Model::fit(catalog, history, &options, &refusing);
    });
    CHECK(error.code() == BASKETRY_CANCELLED);
    const basketry::Control cancelled;
    cancelled.cancel();
    error = error_of([&] { basketry::Model::fit(catalog, history, &options, &cancelled); });
    CHECK(error.code() == BASKETRY_CANCELLED);

    const std::string file = folder + "/cpp.basketry";
    model.save(file);
    const auto opened = basketry::Model::open(file);
    opened.verify();
    CHECK(opened.id() == model.id() && opened.as_of() == model.as_of());
    CHECK(basketry::Model::read(file).bytes() == model.bytes());
    CHECK(basketry::Model::from_bytes(model.bytes()).id() == model.id());
    CHECK(contains(model.report(), "{") && contains(model.options(), "\"min_customers\":5"));
    CHECK(model.customers() == 50 && model.customer(49).is_text());
    CHECK(model.product(0) == basketry::Id("bread") && model.products() > 30);
    const auto next = opened.recommend({"c-001", "c-002"}, 3);
    CHECK(next.size() == 6 && next.product(next.columns().products[0]).is_text());
    const auto added = opened.complete({{"spaghetti"}, {"bread", "never-heard"}}, 2);
    CHECK(added.size() == 4 && added.columns().unknown == 1);
    basketry::RecommendOptions wanted(4);
    wanted.candidates = std::vector<basketry::Id>{"bread", "spaghetti", "butter"};
    wanted.exclude = {"bread"};
    wanted.exclude_for = {{"c-001", "butter"}};
    wanted.at_ms = model.as_of() + 86400000;
    const auto few = opened.recommend({"c-001", "stranger"}, wanted);
    CHECK(few.columns().requests[0] == 0 && few.columns().requests[1] == 1);
    CHECK(few.columns().known[0] && !few.columns().known[1]);
    CHECK(few.columns().unknown_customers == 1);
    const auto chances = opened.score({"c-001", "c-001"}, {"bread", "never-heard"});
    CHECK(chances[0] > 0 && chances[1] != chances[1]);
    const std::vector<basketry::Id> cart = {"spaghetti"};
    const auto joins = opened.score_baskets({cart}, {"bread"}, {"c-001"});
    const auto why = opened.explain("bread", "c-001", &cart);
    CHECK(static_cast<float>(why.probability()) == joins[0]);
    CHECK(contains(why.json(), "\"contribution\"") && contains(why.text(), "log odds"));

    CHECK(opened.forget({"c-001"}).customers() == 49);
    basketry::Learner learner(catalog, history, &options);
    CHECK(learner.refit_due() && learner.customers() == 50 && learner.baskets() == history.size());
    CHECK(learner.fit().bytes() == model.bytes() && !learner.refit_due());
    CHECK(learner.forget({"c-001", "nobody"}) == 1);
    CHECK(learner.update().customers() == 49);

    // A handle may be moved, and the one that was moved from holds nothing.
    basketry::Engine engine(opened, catalog);
    basketry::Engine moved = std::move(engine);
    CHECK(engine.native() == nullptr && moved.native() != nullptr); // NOLINT: that is the test
    engine = std::move(moved);
    static_assert(!std::is_copy_constructible_v<basketry::Engine>, "handles are not copied");
    static_assert(!std::is_default_constructible_v<basketry::Engine>, "nor are they ever empty");

    const auto policy = basketry::Policy::from_toml("max_offers = 2");
    CHECK(contains(policy.json(), "\"max_offers\":2"));
    basketry::Context context(1778500800000);
    context.customer("c-002").placement("cart").line("spaghetti", 2).seed(7);
    const auto decision = engine.decide(policy, context);
    CHECK(!decision.empty() && decision.size() <= 2 && decision.customer_known());
    double value = 0;
    for (const basketry_offer &offer : decision) {
        CHECK(!basketry::view(offer.why).empty() && offer.n_products == 1);
        value += offer.value;
    }
    CHECK(std::abs(value - decision.value()) < 1e-9);
    CHECK(&decision.at(0) == &*decision.begin());
    try {
        decision.at(decision.size());
        CHECK(false);
    } catch (const std::out_of_range &) {
    }
    CHECK(decision.why_not("spaghetti").reason == BASKETRY_REASON_IN_BASKET);
    CHECK(contains(decision.why_not("spaghetti").text, "basket"));
    CHECK(!decision.suppressed().empty());
    CHECK(contains(decision.text(), "1. ") && contains(decision.shown(), "\"columns\":[\"kind\","));
    basketry_contact before = BASKETRY_CONTACT_INIT;
    before.time_ms = 1778500800000 - 3600000;
    before.outcome = BASKETRY_CONTACT_REJECTED;
    before.channel = "mail";
    const basketry::Id rejected(basketry::view(decision.at(0).products[0].text));
    basketry::Context visit(1778500800000);
    visit.customer("c-002").line("spaghetti", 2).contact(before, {rejected}).channel("mail");
    visit.segment("old").consent("profile").customer_value(100).ride_along(false);
    const auto after = engine.decide(policy, visit);
    CHECK(after.why_not(rejected).reason == BASKETRY_REASON_REJECTED);
    CHECK(after.stopped() == BASKETRY_REASON_NONE && after.contact_risk() == 0);
    const auto held = engine.decide(basketry::Policy::from_toml("holdout = 1"), visit);
    CHECK(held.held_out() && held.empty() && !held.withheld().empty());
    CHECK(held.stopped() == BASKETRY_REASON_HELD_OUT);
    const auto drawn = engine.decide(basketry::Policy::from_toml("explore.share = 1"), visit);
    CHECK(drawn.explored_slot() > 0 && !drawn.choices().empty() && drawn.quotas().empty());
    const std::string unknown = "no-such-product"s;
    bool warned = false;
    const auto with_unknown = engine.decide(policy, context.line(unknown));
    for (std::string_view warning : with_unknown.warnings()) {
        warned = warned || contains(warning, unknown);
    }
    CHECK(warned);

    const basketry::Id best = decision.at(0).products[0];
    catalog.set_stock(best, 0);
    engine.set_catalog(catalog);
    engine.set_model(model);
    std::thread other([&] {
        const auto again = engine.decide(policy, context);
        CHECK(again.why_not(best).reason == BASKETRY_REASON_OUT_OF_STOCK);
    });
    other.join();
    CHECK(engine.model().id() == model.id() && engine.catalog().size() == catalog.size());
}

void ladders(const std::string &golden) {
    const auto engine = basketry::Engine::open(golden + "/model.basketry");
    const auto policy = basketry::Policy::from_toml("ladder = \"highest\"");
    basketry::Context context(1778500800000);
    context.customer("c-002");
    const auto ladder = engine.ladder(policy, context, "jam");
    CHECK(ladder.size() == 2 && ladder.preselect() == 1);
    CHECK(basketry::view(ladder.at(0).product.text) == "jam" && ladder.at(0).price == 199);
    const std::vector<basketry_tier> tiers = ladder.tiers();
    CHECK(tiers.size() == 2 && tiers[1].price == 349);
    CHECK(tiers[1].reason == BASKETRY_REASON_NONE && tiers[0].value < tiers[1].value);
    CHECK(contains(ladder.json(), "\"preselect\":1,\"tiers\":[{"));
    try {
        ladder.at(2);
        CHECK(false);
    } catch (const std::out_of_range &) {
    }
    const auto error = error_of([&] { engine.ladder(policy, context, "ham"); });
    CHECK(error.code() == BASKETRY_UNKNOWN_ID && contains(error.what(), "\"ham\""));

    auto catalog = engine.catalog();
    catalog.set_stock("jam", 0);
    catalog.set_stock("jam-large", 0);
    engine.set_catalog(catalog);
    const auto sold_out = engine.ladder(policy, context, "jam");
    CHECK(!sold_out.preselect().has_value());
    CHECK(sold_out.at(0).reason == BASKETRY_REASON_OUT_OF_STOCK);
    CHECK(ladder.at(0).reason == BASKETRY_REASON_NONE);
}

} // namespace

int main(int argc, char **argv) {
    CHECK(argc == 3);
    CHECK(contains(basketry::version(), "."));
    ids();
    errors(argv[1]);
    mining();
    more_mining();
    sequences();
    learning(argv[1], argv[2]);
    golden(argv[1]);
    ladders(argv[1]);
    campaigns(argv[1]);
    tables(argv[1], argv[2]);
    return 0;
}
