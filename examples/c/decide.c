/* Opens a model file and decides what to offer.
 *
 *   decide [--text] MODEL POLICY CUSTOMER NOW_MS SEED [PRODUCT...]
 *
 * MODEL is a model file, POLICY a TOML or JSON file, CUSTOMER an id or - for nobody known, NOW_MS the
 * time in milliseconds since 1970, and the PRODUCTs are what is in the basket. Prints the decision as
 * one line of JSON, or with --text for people to read.
 *
 *   cc -std=c11 examples/c/decide.c $(pkg-config --cflags --libs basketry) -o decide
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <basketry.h>

static int failed(const char *what) {
    fprintf(stderr, "decide: %s: %s\n", what, basketry_last_error());
    return 1;
}

/* Ids keep their type: the model knows whether its ids are integers or texts. */
static int parse_id(const char *text, int32_t kind, basketry_id *id) {
    if (kind == BASKETRY_ID_STR) {
        *id = basketry_id_str(text);
        return 1;
    }
    char *end;
    errno = 0;
    *id = basketry_id_int(strtoll(text, &end, 10));
    if (errno != 0 || end == text || *end != 0) {
        fprintf(stderr, "decide: the ids of this model are integers, got %s\n", text);
        return 0;
    }
    return 1;
}

int main(int argc, char **argv) {
    int as_text = argc > 1 && strcmp(argv[1], "--text") == 0;
    argv += as_text;
    argc -= as_text;
    if (argc < 6) {
        fprintf(stderr, "usage: decide [--text] MODEL POLICY CUSTOMER NOW_MS SEED [PRODUCT...]\n");
        return 2;
    }
    int code = 1;
    basketry_model *model = NULL;
    basketry_engine *engine = NULL;
    basketry_policy *policy = NULL;
    basketry_decision *decision = NULL;
    size_t n = (size_t)argc - 6;
    basketry_line *basket = calloc(n + 1, sizeof *basket);
    if (basket == NULL) {
        goto end;
    }

    if (basketry_model_open(argv[1], &model) != BASKETRY_OK ||
        basketry_engine_new(model, NULL, &engine) != BASKETRY_OK) {
        code = failed("cannot open the model");
        goto end;
    }
    if (basketry_policy_from_file(argv[2], &policy) != BASKETRY_OK) {
        code = failed("cannot read the policy");
        goto end;
    }

    basketry_context context = BASKETRY_CONTEXT_INIT;
    if (strcmp(argv[3], "-") != 0 &&
        !parse_id(argv[3], basketry_model_customer_kind(model), &context.customer)) {
        goto end;
    }
    context.now_ms = strtoll(argv[4], NULL, 10);
    context.seed = strtoull(argv[5], NULL, 10);
    for (size_t i = 0; i < n; i++) {
        if (!parse_id(argv[6 + i], basketry_model_product_kind(model), &basket[i].product)) {
            goto end;
        }
        basket[i].quantity = 1;
    }
    context.basket = basket;
    context.n_basket = n;

    if (basketry_decide(engine, policy, &context, &decision) != BASKETRY_OK) {
        code = failed("cannot decide");
        goto end;
    }
    if (as_text) {
        fputs(basketry_decision_text(decision).data, stdout);
    } else {
        puts(basketry_decision_json(decision).data);
    }
    code = 0;

end:
    basketry_decision_free(decision);
    basketry_policy_free(policy);
    basketry_engine_free(engine);
    basketry_model_free(model);
    free(basket);
    return code;
}
