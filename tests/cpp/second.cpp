// A second translation unit that includes the header: everything in it must be inline.
#include "basketry.hpp"

std::size_t offers_in_second_unit(const basketry::Engine &engine, const basketry::Policy &policy) {
    basketry::Context context(1778500800000);
    context.line("spaghetti", 2);
    return engine.decide(policy, context).size();
}
