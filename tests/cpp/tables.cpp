// What is read from and written to tables, and bytes.
#include "check.hpp"

#include <cmath>
#include <fstream>

namespace {

void baskets(const std::string &temporary) {
    using basketry::Baskets;
    const auto numbered = Baskets::from_csr({0, 2, 3}, {0, 1, 1}, 2);
    CHECK(numbered.size() == 2 && numbered.items() == 2 && numbered.skipped() == 0);
    const std::vector<basketry::Id> ids{"bread", "jam"};
    auto named = Baskets::from_csr({0, 2, 3}, {0, 1, 1}, 2, &ids);
    const std::string before(named.bytes());
    CHECK(Baskets::from_bytes(before).size() == 2);
    named.set_customers({7, 7});
    CHECK(named.bytes() != before && Baskets::from_bytes(named.bytes()).bytes() == named.bytes());
    CHECK(error_of([] { Baskets::from_bytes("no"); }).code() == BASKETRY_FORMAT);
    try {
        Baskets::from_csr({0, 1}, {0}, 1, &ids);
        CHECK(false);
    } catch (const std::invalid_argument &) {
    }
    const std::string file = temporary + "/baskets.csv";
    std::ofstream(file) << "order,product\n1,bread\n1,jam\n2,\n";
    CHECK(error_of([&] { Baskets::from_csv(file, "order", "product"); }).code() == BASKETRY_DATA);
    const auto read = Baskets::from_csv(file, "order", "product", BASKETRY_ON_BAD_SKIP);
    CHECK(read.items() == 2 && read.skipped() == 1);
}

void counts() {
    using basketry::ItemsetCounts;
    const auto baskets = basketry::Baskets::from_lists({{"a", "b"}, {"a"}});
    auto counted = ItemsetCounts::from_lists({{"a"}, {"a", "b"}});
    counted.add(baskets);
    ArrowArrayStream stream;
    counted.export_to(stream);
    const auto again = ItemsetCounts::from_arrow(stream);
    CHECK(again.size() == 2 && again.baskets() == 2);
    const auto kinds = basketry::Hierarchy::from_links({{"a", "letter"}, {"b", "letter"}});
    CHECK(basketry::Hierarchy::from_bytes(kinds.bytes()).size() == kinds.size());
    const auto worth = basketry::Utilities::from_lists({{{"a", 3}}, {{"a", 2}, {"b", 1}}});
    CHECK(worth.merged() == 0 && worth.skipped() == 0);
}

void catalogue(const std::string &golden) {
    const auto engine = basketry::Engine::open(golden + "/model.basketry");
    auto catalog = engine.catalog();
    catalog.set_price("jam", 1000);
    catalog.set_cost("jam", 10);
    catalog.set_pack("jam", 450);
    catalog.set_rating("jam", 4.5);
    catalog.set_service("jam", false);
    catalog.set_term("jam", 1);
    catalog.link("jam", BASKETRY_LINK_NEVER_WITH, "spaghetti");
    engine.set_catalog(catalog);
    basketry::Context context(1778500800000);
    context.line("spaghetti");
    const auto decision = engine.decide(basketry::Policy::from_toml(""), context);
    CHECK(decision.why_not("jam").reason == BASKETRY_REASON_SUBSTITUTE_IN_BASKET);
    CHECK(error_of([&] { catalog.set_rating("jam", 6); }).code() != BASKETRY_OK);
    CHECK(error_of([&] { catalog.link("jam", 99, "ham"); }).code() == BASKETRY_INVALID_ARGUMENT);
}

void model(const std::string &golden) {
    const auto model = basketry::Model::open(golden + "/model.basketry");
    CHECK(model.product_kind() == BASKETRY_ID_STR && model.customer_kind() == BASKETRY_ID_STR);
    ArrowArrayStream stream;
    model.relations(stream);
    const std::int64_t all = rows_of(stream);
    model.relations(stream, "jam");
    const std::int64_t of_jam = rows_of(stream);
    CHECK(of_jam > 0 && of_jam < all);
    model.similar(stream, {"jam", "spaghetti"}, 2);
    CHECK(rows_of(stream) == 4);
    model.due(stream, {"c-002", "c-013"});
    CHECK(rows_of(stream) >= 0);
    const std::int32_t cycle = model.cycle("jam");
    CHECK(cycle >= BASKETRY_CYCLE_REGULAR && cycle <= BASKETRY_CYCLE_ONE_OFF);
    CHECK(error_of([&] { model.cycle("no-such"); }).code() == BASKETRY_UNKNOWN_ID);

    CHECK(error_of([&] { model.rules(); }).code() == BASKETRY_INVALID_ARGUMENT);
    basketry_itemset_options options = BASKETRY_ITEMSET_OPTIONS_INIT;
    options.min_count = 2;
    // A model keeps no rule of a few customers.
    auto baskets = basketry::Baskets::from_lists(
        std::vector<std::vector<basketry::Id>>(8, {"jam", "spaghetti"}));
    baskets.set_customers({1, 2, 3, 4, 5, 6, 7, 8});
    basketry_rule_options wanted = BASKETRY_RULE_OPTIONS_INIT;
    wanted.baskets = baskets.native();
    const auto rules =
        basketry::Rules::make(basketry::Itemsets::mine(baskets, options), wanted);
    const auto with = model.with_rules(rules);
    CHECK(with.rules().size() == rules.size());
    CHECK(with.matching_rules({"spaghetti"}, 5).size() == 1);
    CHECK(basketry::Control::stage_name(-1) != nullptr);
}

} // namespace

void tables(const std::string &golden, const std::string &temporary) {
    baskets(temporary);
    counts();
    catalogue(golden);
    model(golden);
}
