/* Several threads decide with one engine, one policy and one context while the main thread replaces
 * the catalogue and the model. Each decision is one of two that are right: with the product in stock
 * or without. usage: threads GOLDEN_FOLDER TEMPORARY_FOLDER */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

enum { THREADS = 4, SWAPS = 60 };

static basketry_engine *engine;
static basketry_policy *policy;
static basketry_model *model;
static basketry_catalog *full, *sold_out;
static basketry_context context = BASKETRY_CONTEXT_INIT;
static char with_stock[16384], without_stock[16384];
static atomic_int done;
static atomic_long decided[2];

static void decide(char *json, size_t capacity) {
    basketry_decision *decision = NULL;
    OK(basketry_decide(engine, policy, &context, &decision));
    basketry_str text = basketry_decision_json(decision);
    CHECK(text.len < capacity);
    memcpy(json, text.data, text.len + 1);
    basketry_decision_free(decision);
}

static void *work(void *unused) {
    static _Thread_local char json[16384];
    do {
        decide(json, sizeof json);
        if (strcmp(json, with_stock) == 0) {
            atomic_fetch_add(&decided[0], 1);
        } else {
            CHECK(strcmp(json, without_stock) == 0);
            atomic_fetch_add(&decided[1], 1);
        }
        /* The last error belongs to its thread. */
        basketry_decision *none = NULL;
        FAILS(BASKETRY_INVALID_ARGUMENT, "engine", basketry_decide(NULL, policy, &context, &none));
    } while (!atomic_load(&done));
    return unused;
}

static void free_all(void) {
    basketry_catalog_free(full);
    basketry_catalog_free(sold_out);
    basketry_policy_free(policy);
    basketry_engine_free(engine);
    basketry_model_free(model);
}

int main(int argc, char **argv) {
    CHECK(argc == 3);
    char path[1024];
    snprintf(path, sizeof path, "%s/model.basketry", argv[1]);
    OK(basketry_model_open(path, &model));
    OK(basketry_engine_new(model, NULL, &engine));
    snprintf(path, sizeof path, "%s/policy.toml", argv[1]);
    OK(basketry_policy_from_file(path, &policy));

    static basketry_line basket[1];
    basket[0].product = basketry_id_str("spaghetti");
    basket[0].quantity = 1;
    context.now_ms = 1778500800000;
    context.basket = basket;
    context.n_basket = 1;

    /* Two catalogues that differ in the stock of the best offer. */
    OK(basketry_engine_catalog(engine, &full));
    OK(basketry_engine_catalog(engine, &sold_out));
    basketry_decision *decision = NULL;
    OK(basketry_decide(engine, policy, &context, &decision));
    CHECK(basketry_decision_len(decision) > 0);
    OK(basketry_catalog_set_stock(sold_out, basketry_decision_offer(decision, 0)->products[0], 0));
    basketry_decision_free(decision);
    OK(basketry_engine_set_catalog(engine, sold_out));
    decide(without_stock, sizeof without_stock);
    OK(basketry_engine_set_catalog(engine, full));
    decide(with_stock, sizeof with_stock);
    CHECK(strcmp(with_stock, without_stock) != 0);

    pthread_t thread[THREADS];
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_create(&thread[i], NULL, work, NULL) == 0);
    }
    for (int i = 0; i < SWAPS; i++) {
        /* Both kinds of decision must have been made in between. */
        long before = atomic_load(&decided[i % 2]);
        OK(basketry_engine_set_catalog(engine, i % 2 == 0 ? full : sold_out));
        OK(basketry_engine_set_model(engine, model));
        while (atomic_load(&decided[i % 2]) == before) {
            sched_yield();
        }
    }
    atomic_store(&done, 1);
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_join(thread[i], NULL) == 0);
    }

    /* A forked child decides as its parent does. */
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        static char json[16384];
        decide(json, sizeof json);
        free_all();
        _exit(strcmp(json, with_stock) == 0 || strcmp(json, without_stock) == 0 ? 0 : 1);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);

    CHECK(strcmp(basketry_last_error(), "") == 0); /* nothing failed in this thread */
    CHECK(decided[0] >= SWAPS / 2 && decided[1] >= SWAPS / 2);

    free_all();
    return 0;
}
