/* Reads tests/golden/contexts.tsv with what C has; see the README there. */
#ifndef CONTEXTS_H
#define CONTEXTS_H

#include "check.h"

enum { MAX_LINES = 64, MAX_ORDERS = 8 };

/* A context and the arrays it points to. The texts stay in the line it was read from. */
typedef struct {
    const char *name;
    basketry_context context;
    basketry_line basket[MAX_LINES];
    basketry_line lines[MAX_ORDERS][MAX_LINES];
    basketry_order orders[MAX_ORDERS];
} request;

/* The text up to the separator, which is overwritten with a zero byte; null at the end. */
static inline char *cut(char **rest, char separator) {
    char *field = *rest;
    if (field == NULL) {
        return NULL;
    }
    char *end = strchr(field, separator);
    if (end != NULL) {
        *end++ = 0;
    }
    *rest = end;
    return field;
}

/* Reads product=quantity;product=quantity and returns how many there are. */
static inline size_t read_lines(char *text, basketry_line *lines) {
    size_t n = 0;
    while (text != NULL && *text != 0) {
        char *line = cut(&text, ';');
        char *product = cut(&line, '=');
        CHECK(line != NULL && n < MAX_LINES);
        lines[n].product = basketry_id_str(product);
        lines[n].quantity = strtod(line, NULL);
        n++;
    }
    return n;
}

/* Reads one line, which it cuts up. */
static inline void read_request(char *line, request *out) {
    char *field[8];
    for (int i = 0; i < 8; i++) {
        field[i] = cut(&line, '\t');
        CHECK(field[i] != NULL);
    }
    CHECK(line == NULL);
    basketry_context context = BASKETRY_CONTEXT_INIT;
    out->name = field[0];
    if (*field[1] != 0) {
        context.customer = basketry_id_str(field[1]);
    }
    if (*field[2] != 0) {
        context.placement = field[2];
    }
    context.now_ms = strtoll(field[3], NULL, 10);
    context.seed = strtoull(field[4], NULL, 10);
    if (*field[5] != 0) {
        context.viewed = basketry_id_str(field[5]);
    }
    context.basket = out->basket;
    context.n_basket = read_lines(field[6], out->basket);
    context.orders_since = out->orders;
    char *orders = field[7];
    while (orders != NULL && *orders != 0) {
        char *order = cut(&orders, '|');
        char *time = cut(&order, ':');
        size_t n = context.n_orders_since++;
        CHECK(n < MAX_ORDERS);
        out->orders[n].time_ms = strtoll(time, NULL, 10);
        out->orders[n].lines = out->lines[n];
        out->orders[n].n_lines = read_lines(order, out->lines[n]);
    }
    out->context = context;
}

#endif
