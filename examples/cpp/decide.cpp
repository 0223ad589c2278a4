// Opens a model file and prints what to offer to a customer with this basket, and why.
//
//   decide MODEL POLICY CUSTOMER NOW_MS [PRODUCT...]
//
//   c++ -std=c++17 examples/cpp/decide.cpp $(pkg-config --cflags --libs basketry) -o decide
#include <basketry.hpp>

#include <iostream>
#include <string>

int main(int argc, char **argv) {
    if (argc < 5) {
        std::cerr << "usage: decide MODEL POLICY CUSTOMER NOW_MS [PRODUCT...]\n";
        return 2;
    }
    try {
        const auto engine = basketry::Engine::open(argv[1]);
        const auto policy = basketry::Policy::from_file(argv[2]);
        basketry::Context context(std::stoll(argv[4]));
        context.customer(argv[3]);
        for (int i = 5; i < argc; i++) {
            context.line(argv[i]);
        }
        const auto decision = engine.decide(policy, context);
        for (const basketry_offer &offer : decision) {
            std::cout << basketry::view(offer.kind_name) << " "
                      << basketry::Id(offer.products[0]).text() << ": "
                      << basketry::view(offer.why) << "\n";
        }
        if (decision.empty()) {
            std::cout << "nothing is worth offering\n";
        }
    } catch (const std::exception &error) {
        std::cerr << "decide: " << error.what() << "\n";
        return 1;
    }
    return 0;
}
