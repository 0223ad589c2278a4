/* The decisions of tests/golden, byte for byte. usage: golden GOLDEN_FOLDER TEMPORARY_FOLDER */
#include "contexts.h"

int main(int argc, char **argv) {
    CHECK(argc == 3);
    char path[1024];
    size_t len;

    basketry_engine *engine = NULL;
    snprintf(path, sizeof path, "%s/model.basketry", argv[1]);
    OK(basketry_engine_open(path, &engine));
    basketry_policy *policy = NULL;
    snprintf(path, sizeof path, "%s/policy.toml", argv[1]);
    OK(basketry_policy_from_file(path, &policy));
    snprintf(path, sizeof path, "%s/contexts.tsv", argv[1]);
    char *contexts = read_file(path, &len);
    snprintf(path, sizeof path, "%s/decisions.jsonl", argv[1]);
    char *expected = read_file(path, &len);

    char *rest = contexts, *expected_rest = expected;
    cut(&rest, '\n'); /* the names of the fields */
    static request request;
    int n = 0;
    while (rest != NULL && *rest != 0) {
        read_request(cut(&rest, '\n'), &request);
        basketry_decision *decision = NULL;
        OK(basketry_decide(engine, policy, &request.context, &decision));
        basketry_str json = basketry_decision_json(decision);
        const char *line = cut(&expected_rest, '\n');
        CHECK(line != NULL);
        if (json.len != strlen(line) || memcmp(json.data, line, json.len) != 0) {
            fprintf(stderr, "%s: the decision differs\n  expected %s\n  found    %.*s\n",
                    request.name, line, (int)json.len, json.data);
            return 1;
        }
        basketry_decision_free(decision);
        n++;
    }
    CHECK(n == 20 && (expected_rest == NULL || *expected_rest == 0));

    free(expected);
    free(contexts);
    basketry_policy_free(policy);
    basketry_engine_free(engine);
    return 0;
}
