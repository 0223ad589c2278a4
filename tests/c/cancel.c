/* Cancelling long work: from the progress callback, from another thread, and before it begins.
 * usage: cancel GOLDEN_FOLDER TEMPORARY_FOLDER */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <time.h>

#include "check.h"

/* Baskets from which mining everything would take longer than anybody waits. */
static basketry_baskets *hard_baskets(void) {
    enum { BASKETS = 2000, ITEMS = 300, EACH = 60 };
    static uint64_t indptr[BASKETS + 1];
    static uint32_t indices[BASKETS * EACH];
    uint32_t state = 1;
    for (int b = 0; b < BASKETS; b++) {
        indptr[b + 1] = indptr[b] + EACH;
        for (int i = 0; i < EACH; i++) {
            state = state * 1664525u + 1013904223u;
            indices[b * EACH + i] = (state >> 8) % ITEMS;
        }
    }
    basketry_baskets *baskets = NULL;
    OK(basketry_baskets_from_csr(indptr, BASKETS + 1, indices, BASKETS * EACH, NULL, ITEMS, &baskets));
    return baskets;
}

typedef struct {
    pthread_t caller;
    int calls;
} watcher;

static int32_t stop(const basketry_progress *progress, void *user) {
    watcher *w = user;
    CHECK(pthread_equal(pthread_self(), w->caller)); /* never from a worker */
    CHECK(progress->total == 0 || progress->done <= progress->total);
    return ++w->calls == 3;
}

static void *cancel_soon(void *control) {
    basketry_progress progress;
    do {
        OK(basketry_control_progress(control, &progress));
    } while (strcmp(basketry_stage_name(progress.stage), "mining") != 0);
    struct timespec moment = {0, 20 * 1000 * 1000};
    nanosleep(&moment, NULL);
    OK(basketry_control_cancel(control));
    return NULL;
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

int main(void) {
    basketry_baskets *baskets = hard_baskets();
    basketry_itemset_options options = BASKETRY_ITEMSET_OPTIONS_INIT;
    options.min_count = 2;
    options.max_itemsets = UINT32_MAX - 2;
    basketry_itemsets *sets = NULL;
    basketry_control *control = NULL;

    /* From the callback. */
    watcher w = {pthread_self(), 0};
    OK(basketry_control_new(&control));
    FAILS(BASKETRY_INVALID_ARGUMENT, "interval_ms",
          basketry_control_on_progress(control, stop, &w, 0));
    OK(basketry_control_on_progress(control, stop, &w, 5));
    FAILS(BASKETRY_CANCELLED, "callback", basketry_itemsets_mine(baskets, &options, control, &sets));
    CHECK(sets == NULL && w.calls == 3);
    basketry_control_free(control);

    /* From another thread; the time it takes is that of a user who waits. */
    OK(basketry_control_new(&control));
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, cancel_soon, control) == 0);
    FAILS(BASKETRY_CANCELLED, "cancelled",
          basketry_itemsets_mine(baskets, &options, control, &sets));
    double cancelled = seconds();
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(seconds() - cancelled < 5);

    /* What was cancelled stays cancelled. */
    FAILS(BASKETRY_CANCELLED, "cancelled",
          basketry_itemsets_mine(baskets, &options, control, &sets));
    basketry_control_free(control);

    /* Without a callback again the work runs in the calling thread and can finish. */
    options.min_count = 400;
    OK(basketry_control_new(&control));
    OK(basketry_control_on_progress(control, stop, &w, 5));
    OK(basketry_control_on_progress(control, NULL, NULL, 0));
    OK(basketry_itemsets_mine(baskets, &options, control, &sets));
    CHECK(w.calls == 3);
    basketry_itemsets_free(sets);
    basketry_control_free(control);
    basketry_baskets_free(baskets);
    return 0;
}
