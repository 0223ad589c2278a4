/* Baskets and hierarchies as bytes and back; what is mined has its own tests.
 * usage: saved GOLDEN_FOLDER TEMPORARY_FOLDER */
#include "check.h"

enum { BAD = BASKETRY_INVALID_ARGUMENT };

static void saved_baskets(void) {
    const basketry_id bread = basketry_id_str("bread"), jam = basketry_id_str("jam");
    const basketry_id both[] = {bread, jam};
    const basketry_ids lists[] = {{both, 2}, {both, 1}, {NULL, 0}};
    basketry_baskets *plain = NULL, *baskets = NULL, *again = NULL;
    OK(basketry_baskets_from_lists(lists, 3, &plain));
    const double weights[] = {0.5, 2.0, 1.0};
    OK(basketry_baskets_with_weights(plain, weights, 3, &baskets));
    const uint8_t *bytes = NULL, *same = NULL;
    size_t len = 0, before = 0;
    OK(basketry_baskets_bytes(baskets, &bytes, &before));
    OK(basketry_baskets_bytes(baskets, &same, &len));
    CHECK(same == bytes && len == before && len > 0);
    /* Changed baskets have other bytes. */
    const uint32_t customers[] = {7, 7, 9};
    OK(basketry_baskets_set_customers(baskets, customers, 3));
    OK(basketry_baskets_bytes(baskets, &bytes, &len));
    CHECK(len > before);
    OK(basketry_baskets_from_bytes(bytes, len, &again));
    CHECK(basketry_baskets_len(again) == 3 && basketry_baskets_items(again) == 2);
    const uint8_t *written = NULL;
    size_t n = 0;
    OK(basketry_baskets_bytes(again, &written, &n));
    CHECK(n == len && memcmp(written, bytes, n) == 0);
    OK(basketry_baskets_append(again, baskets));
    OK(basketry_baskets_bytes(again, &written, &n));
    CHECK(n != len);
    basketry_baskets_free(again);

    again = NULL;
    for (size_t cut = 0; cut < len; cut++) {
        FAILS(BASKETRY_FORMAT, "", basketry_baskets_from_bytes(bytes, cut, &again));
    }
    FAILS(BAD, "bytes", basketry_baskets_from_bytes(NULL, 9, &again));
    FAILS(BAD, "baskets", basketry_baskets_bytes(NULL, &bytes, &len));
    FAILS(BAD, "bytes", basketry_baskets_bytes(baskets, NULL, &len));
    FAILS(BAD, "len", basketry_baskets_bytes(baskets, &bytes, NULL));
    FAILS(BAD, "out", basketry_baskets_from_bytes(bytes, len, NULL));
    basketry_hierarchy *other = NULL;
    FAILS(BASKETRY_FORMAT, "", basketry_hierarchy_from_bytes(bytes, len, &other));
    CHECK(again == NULL && other == NULL);
    basketry_baskets_free(plain);
    basketry_baskets_free(baskets);
}

static void saved_hierarchy(void) {
    const basketry_id children[] = {basketry_id_str("edam"), basketry_id_str("cheese")};
    const basketry_id parents[] = {basketry_id_str("cheese"), basketry_id_str("dairy")};
    basketry_hierarchy *kinds = NULL, *again = NULL;
    OK(basketry_hierarchy_from_links(children, parents, 2, &kinds));
    const uint8_t *bytes = NULL, *written = NULL;
    size_t len = 0, n = 0;
    OK(basketry_hierarchy_bytes(kinds, &bytes, &len));
    OK(basketry_hierarchy_from_bytes(bytes, len, &again));
    CHECK(basketry_hierarchy_len(again) == basketry_hierarchy_len(kinds));
    OK(basketry_hierarchy_bytes(again, &written, &n));
    CHECK(n == len && memcmp(written, bytes, n) == 0);
    basketry_hierarchy_free(again);
    again = NULL;
    FAILS(BASKETRY_FORMAT, "", basketry_hierarchy_from_bytes(bytes, len - 1, &again));
    FAILS(BAD, "bytes", basketry_hierarchy_from_bytes(NULL, 9, &again));
    FAILS(BAD, "hierarchy", basketry_hierarchy_bytes(NULL, &bytes, &len));
    FAILS(BAD, "len", basketry_hierarchy_bytes(kinds, &bytes, NULL));
    CHECK(again == NULL);
    basketry_hierarchy_free(kinds);
}

int main(int argc, char **argv) {
    CHECK(argc == 3 && argv[1] != NULL);
    saved_baskets();
    saved_hierarchy();
    return 0;
}
