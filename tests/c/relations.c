/* What products are to each other, links made by hand, and who is due to buy what again.
 * usage: relations GOLDEN_FOLDER TEMPORARY_FOLDER */
#include "check.h"

enum { BAD = BASKETRY_INVALID_ARGUMENT, UNKNOWN = BASKETRY_UNKNOWN_ID };

static const int64_t DAY = 86400000;

/* The rows of a stream, and the first text of one of its columns, as Arrow lays them out. */
static int64_t rows_of(struct ArrowArrayStream *stream, int column, char *text, size_t len) {
    int64_t rows = 0;
    text[0] = 0;
    for (;;) {
        struct ArrowArray array;
        CHECK(stream->get_next(stream, &array) == 0);
        if (array.release == NULL)
            break;
        if (rows == 0 && array.length > 0) {
            const struct ArrowArray *child = array.children[column];
            const int32_t *offsets = (const int32_t *)child->buffers[1] + child->offset;
            size_t size = (size_t)(offsets[1] - offsets[0]);
            CHECK(size < len);
            memcpy(text, (const char *)child->buffers[2] + offsets[0], size);
            text[size] = 0;
        }
        rows += array.length;
        array.release(&array);
    }
    stream->release(stream);
    return rows;
}

static basketry_catalog *shop(void) {
    const char *names[] = {"bread", "jam", "oven"};
    basketry_catalog_builder *builder = NULL;
    OK(basketry_catalog_builder_new(NULL, &builder));
    for (int i = 0; i < 3; i++) {
        basketry_product product = BASKETRY_PRODUCT_INIT;
        product.id = basketry_id_str(names[i]);
        product.price = 100 + 100 * i;
        OK(basketry_catalog_builder_push(builder, &product));
    }
    basketry_catalog *catalog = NULL;
    OK(basketry_catalog_builder_finish(builder, &catalog));
    basketry_catalog_builder_free(builder);
    return catalog;
}

/* Bread every ten days for everybody, with jam every time. */
static basketry_history *orders(void) {
    basketry_history_builder *builder = NULL;
    OK(basketry_history_builder_new(BASKETRY_WITH_CUSTOMERS | BASKETRY_WITH_BASKETS, NULL, &builder));
    for (int64_t customer = 0; customer < 30; customer++) {
        for (int64_t turn = 0; turn < 9; turn++) {
            basketry_order_line line = BASKETRY_ORDER_LINE_INIT;
            line.time_ms = (10 * turn + customer % 10) * DAY;
            line.customer = basketry_id_int(customer);
            line.basket = basketry_id_int(100 * customer + turn);
            line.product = basketry_id_str("bread");
            OK(basketry_history_builder_push(builder, &line));
            line.product = basketry_id_str("jam");
            OK(basketry_history_builder_push(builder, &line));
        }
    }
    basketry_history *history = NULL;
    OK(basketry_history_builder_finish(builder, NULL, &history));
    basketry_history_builder_free(builder);
    return history;
}

int main(void) {
    basketry_catalog *catalog = shop();
    basketry_id bread = basketry_id_str("bread"), oven = basketry_id_str("oven");
    OK(basketry_catalog_link(catalog, bread, BASKETRY_LINK_ACCESSORY_OF, oven));
    FAILS(BAD, "link", basketry_catalog_link(catalog, bread, 3, oven));
    FAILS(BAD, "another product", basketry_catalog_link(catalog, bread, 0, bread));
    FAILS(UNKNOWN, "soap", basketry_catalog_link(catalog, bread, 0, basketry_id_str("soap")));

    basketry_history *history = orders();
    basketry_fit_options options = BASKETRY_FIT_OPTIONS_INIT;
    basketry_model *model = NULL;
    options.relations = 2000;
    FAILS(BAD, "relations", basketry_fit(catalog, history, &options, NULL, &model));
    options.relations = 8;
    options.follow_up_days = -1;
    FAILS(BAD, "follow_up_days", basketry_fit(catalog, history, &options, NULL, &model));
    options.follow_up_days = 14;
    OK(basketry_fit(catalog, history, &options, NULL, &model));

    char text[64];
    struct ArrowArrayStream stream;
    OK(basketry_model_relations(model, &oven, &stream));
    CHECK(rows_of(&stream, 2, text, sizeof text) == 1 && strcmp(text, "accessory") == 0);
    OK(basketry_model_relations(model, &oven, &stream));
    CHECK(rows_of(&stream, 4, text, sizeof text) == 1 && strcmp(text, "given") == 0);
    OK(basketry_model_relations(model, NULL, &stream));
    CHECK(rows_of(&stream, 0, text, sizeof text) == 4);
    basketry_id soap = basketry_id_str("soap");
    FAILS(UNKNOWN, "soap", basketry_model_relations(model, &soap, &stream));
    FAILS(BAD, "model", basketry_model_relations(NULL, NULL, &stream));
    FAILS(BAD, "out", basketry_model_relations(model, NULL, NULL));

    /* Bread and jam are in the same baskets of the same customers. */
    OK(basketry_model_similar(model, &bread, 1, 5, NULL, &stream));
    CHECK(rows_of(&stream, 1, text, sizeof text) == 1 && strcmp(text, "jam") == 0);
    OK(basketry_model_similar(model, NULL, 0, 5, NULL, &stream));
    CHECK(rows_of(&stream, 1, text, sizeof text) == 0);
    FAILS(UNKNOWN, "items[0]: \"soap\"", basketry_model_similar(model, &soap, 1, 5, NULL, &stream));
    FAILS(BAD, "model", basketry_model_similar(NULL, &bread, 1, 5, NULL, &stream));
    FAILS(BAD, "out", basketry_model_similar(model, &bread, 1, 5, NULL, NULL));

    int32_t cycle = -1;
    OK(basketry_model_cycle(model, bread, &cycle));
    CHECK(cycle == BASKETRY_CYCLE_REGULAR);
    FAILS(UNKNOWN, "soap", basketry_model_cycle(model, soap, &cycle));

    /* Who bought nine days before the last order is due for bread and jam. */
    basketry_id customers[] = {basketry_id_int(0), basketry_id_int(9)};
    basketry_due_options due = BASKETRY_DUE_OPTIONS_INIT;
    OK(basketry_model_due(model, customers, 2, &due, NULL, &stream));
    CHECK(rows_of(&stream, 2, text, sizeof text) == 2 && strcmp(text, "due") == 0);
    due.n = 1;
    due.has_at = 1;
    due.at = basketry_model_as_of(model) + 40 * DAY;
    OK(basketry_model_due(model, customers, 2, &due, NULL, &stream));
    CHECK(rows_of(&stream, 2, text, sizeof text) == 2 && strcmp(text, "overdue") == 0);
    due.at = 0;
    FAILS(BAD, "at: ", basketry_model_due(model, customers, 2, &due, NULL, &stream));
    due = (basketry_due_options)BASKETRY_DUE_OPTIONS_INIT;
    due.has_at = 1;
    due.at = INT64_MAX;
    FAILS(BAD, "at: ", basketry_model_due(model, customers, 2, &due, NULL, &stream));
    customers[1] = basketry_id_int(77);
    FAILS(UNKNOWN, "customers[1]", basketry_model_due(model, customers, 2, NULL, NULL, &stream));

    basketry_model_free(model);
    basketry_history_free(history);
    basketry_catalog_free(catalog);
    puts("relations: passed");
    return 0;
}
