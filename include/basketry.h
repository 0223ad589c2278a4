/*
 * basketry: learns from a shop's past orders what sells together and who buys what, decides which
 * offer to make next, and says why.
 *
 * Generated from bindings/c/src by scripts/header.sh; do not edit.
 *
 * Errors. A function that can fail returns a status: BASKETRY_OK (0) or one of the codes in this
 * header; basketry_last_error says in a sentence what went wrong. A function that makes a handle
 * sets it to null when it fails. No call ends the program or throws.
 *
 * Ownership. A handle that a function writes through its last argument, which is called out, is
 * yours: free it once, with the function of its type whose name ends in _free; null is allowed
 * there. What a function takes it copies or keeps alive itself: arguments may be freed when it
 * returns. What is called borrowed belongs to the handle it came from and lives as long as that.
 *
 * Threads. An argument that is a const pointer may be used concurrently, a non-const one needs
 * exclusive use, and everything may move between threads. Long functions use threads of their own
 * which a forked process does not have: in a child, decide as you like, but do not mine, fit or
 * recommend if the parent did so before the fork.
 *
 * Structs that you fill in begin with struct_size. Begin each with the macro of its name that ends
 * in _INIT, which gives every field its default. They may grow at their end: a program compiled with
 * an older header keeps working with a newer library. So may the structs that you read through a
 * pointer; only those that say that they never grow may be kept in arrays.
 *
 * Texts are UTF-8. Money is an integer of minor units (cents). Times are milliseconds since
 * 1970-01-01 00:00 UTC; no clock is read.
 */

#ifndef BASKETRY_H
#define BASKETRY_H


#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The Arrow C stream interface, as its specification gives it: https://arrow.apache.org */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

#ifdef __cplusplus
extern "C" {
#endif

struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};

#ifdef __cplusplus
}
#endif

#endif /* ARROW_C_DATA_INTERFACE */

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

#ifdef __cplusplus
extern "C" {
#endif

struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};

#ifdef __cplusplus
}
#endif

#endif /* ARROW_C_STREAM_INTERFACE */

/* basketry.h: begin */

/**
 * No id: what a zeroed basketry_id is.
 */
#define BASKETRY_ID_NONE 0

/**
 * The id is an integer.
 */
#define BASKETRY_ID_INT 1

/**
 * The id is a text.
 */
#define BASKETRY_ID_STR 2

/**
 * A stock that is not tracked: the product is never out of stock.
 */
#define BASKETRY_UNTRACKED INT64_MAX

/**
 * A rating that is not known.
 */
#define BASKETRY_NO_RATING -1

/**
 * For basketry_catalog_link: the product is an accessory of the other one, and offered with that. Of
 * products that are linked both ways each is offered with the other.
 */
#define BASKETRY_LINK_ACCESSORY_OF 0

/**
 * The product is a variant of the other one.
 */
#define BASKETRY_LINK_VARIANT_OF 1

/**
 * Neither is suggested while the other is in the basket, just ordered or viewed.
 */
#define BASKETRY_LINK_NEVER_WITH 2

/**
 * Stop with an error that names the column and the row.
 */
#define BASKETRY_ON_BAD_ERROR 0

/**
 * Leave the row out and count it in the report.
 */
#define BASKETRY_ON_BAD_SKIP 1

/**
 * Keep the line apart as goods that were given back; for non_positive only.
 */
#define BASKETRY_ON_BAD_RETURN 2

/**
 * An amount of money that is not given.
 */
#define BASKETRY_NO_MONEY INT64_MIN

/**
 * The lines that are made by hand name a customer.
 */
#define BASKETRY_WITH_CUSTOMERS 1

/**
 * The lines that are made by hand name a basket.
 */
#define BASKETRY_WITH_BASKETS 2

/**
 * The lines that are made by hand say what was paid.
 */
#define BASKETRY_WITH_REVENUE 4

/**
 * All frequent itemsets.
 */
#define BASKETRY_KIND_ALL 0

/**
 * Those of which no larger one is in as many baskets.
 */
#define BASKETRY_KIND_CLOSED 1

/**
 * Those of which no larger one is frequent.
 */
#define BASKETRY_KIND_MAXIMAL 2

/**
 * Those of which no smaller one is in as few baskets. The empty set, which is never among the
 * itemsets, is in all baskets.
 */
#define BASKETRY_KIND_GENERATORS 3

/**
 * Where a limit is reached: an error.
 */
#define BASKETRY_ON_LIMIT_ERROR 0

/**
 * Where a limit is reached: all itemsets of a larger least count, which stay within the limits.
 * basketry_itemsets_raised tells.
 */
#define BASKETRY_ON_LIMIT_PARTIAL 1

/**
 * A consequent may have any number of items: every split of an itemset in two is a rule.
 */
#define BASKETRY_CONSEQUENTS_ANY 0

/**
 * A consequent has one item.
 */
#define BASKETRY_CONSEQUENTS_SINGLE 1

/**
 * P-values as they are.
 */
#define BASKETRY_CORRECTION_NONE 0

/**
 * The probability that any rule found is there by chance is at most alpha: p-values times the
 * number of tests.
 */
#define BASKETRY_CORRECTION_BONFERRONI 1

/**
 * The same promise, and never fewer rules: Holm's step-down procedure.
 */
#define BASKETRY_CORRECTION_HOLM 2

/**
 * The share of the rules found that are there by chance is expected to be at most alpha: the
 * procedure of Benjamini and Hochberg.
 */
#define BASKETRY_CORRECTION_BENJAMINI_HOCHBERG 3

/**
 * Itemsets that are more frequent in either group.
 */
#define BASKETRY_DIRECTION_EITHER 0

/**
 * Itemsets that are more frequent in the first group.
 */
#define BASKETRY_DIRECTION_FIRST 1

/**
 * Itemsets that are more frequent in the second group.
 */
#define BASKETRY_DIRECTION_SECOND 2

/**
 * Baskets of a customer at the same time are one step; time is measured in milliseconds.
 */
#define BASKETRY_STEP_TIME 0

/**
 * Baskets of a customer on the same day (UTC) are one step; time is measured in days.
 */
#define BASKETRY_STEP_DAY 1

/**
 * Those who buy it again do so at least about twice a year.
 */
#define BASKETRY_CYCLE_REGULAR 0

/**
 * It is bought again, but late: a car, a mattress.
 */
#define BASKETRY_CYCLE_LONG 1

/**
 * Hardly anybody buys it again.
 */
#define BASKETRY_CYCLE_ONE_OFF 2

/**
 * It was shown, and nothing is known to have come of it.
 */
#define BASKETRY_CONTACT_SHOWN 0

/**
 * It was seen and passed over.
 */
#define BASKETRY_CONTACT_IGNORED 1

/**
 * The customer looked at it.
 */
#define BASKETRY_CONTACT_CLICKED 2

/**
 * The customer bought it.
 */
#define BASKETRY_CONTACT_BOUGHT 3

/**
 * The customer refused it.
 */
#define BASKETRY_CONTACT_REJECTED 4

/**
 * The customer wants no more contacts in this channel.
 */
#define BASKETRY_CONTACT_OPTED_OUT 5

/**
 * No time: without an end.
 */
#define BASKETRY_NO_TIME INT64_MIN

/**
 * The kind of offer that goes with what is in the basket or viewed.
 */
#define BASKETRY_CROSS_SELL 0

/**
 * The kind of offer that is a dearer variant, to be taken in place of another product.
 */
#define BASKETRY_UP_SELL 1

/**
 * The kind of offer that the customer buys again and again, and that is due.
 */
#define BASKETRY_REFILL 2

/**
 * The kind of offer that everybody buys: it fills a slot for which there was nothing better.
 */
#define BASKETRY_POPULAR 3

/**
 * The kind of offer that is a main product and what goes with it, together for less.
 */
#define BASKETRY_BUNDLE 4

/**
 * The kind of offer that closes the gap to a threshold such as free shipping.
 */
#define BASKETRY_TOP_UP 5

/**
 * The kind of offer that is a service or contract for what is in the basket or viewed.
 */
#define BASKETRY_SERVICE 6

/**
 * The kind of offer that suits what the customer bought before, and is new to them.
 */
#define BASKETRY_SIMILAR 7

/**
 * No kind: a candidate that was suppressed before it had one.
 */
#define BASKETRY_NO_KIND -1

/**
 * Not suppressed: the product is offered.
 */
#define BASKETRY_REASON_NONE -1

/**
 * It is in the basket already.
 */
#define BASKETRY_REASON_IN_BASKET 0

/**
 * It is the product being looked at.
 */
#define BASKETRY_REASON_VIEWED 1

/**
 * Neither the catalogue nor the model knows it.
 */
#define BASKETRY_REASON_UNKNOWN_PRODUCT 2

/**
 * It was sold once but is not in the catalogue now.
 */
#define BASKETRY_REASON_NOT_IN_CATALOGUE 3

/**
 * The catalogue says that it may not be sold.
 */
#define BASKETRY_REASON_NOT_SELLABLE 4

/**
 * Its stock is not above 0.
 */
#define BASKETRY_REASON_OUT_OF_STOCK 5

/**
 * The policy excludes the product, its category, brand or line.
 */
#define BASKETRY_REASON_EXCLUDED 6

/**
 * The catalogue has no price for it.
 */
#define BASKETRY_REASON_NO_PRICE 7

/**
 * Its price is outside the policy's window.
 */
#define BASKETRY_REASON_PRICE_WINDOW 8

/**
 * Its cost is not known and the policy assumes no margin.
 */
#define BASKETRY_REASON_UNKNOWN_COST 9

/**
 * Selling it earns nothing.
 */
#define BASKETRY_REASON_MARGIN_NOT_POSITIVE 10

/**
 * A variant of something in the basket.
 */
#define BASKETRY_REASON_VARIANT_IN_BASKET 11

/**
 * A variant of the viewed product.
 */
#define BASKETRY_REASON_VARIANT_OF_VIEWED 12

/**
 * The customer has it, and hardly anybody buys it twice.
 */
#define BASKETRY_REASON_OWNED 13

/**
 * The customer buys it again and again, but not now.
 */
#define BASKETRY_REASON_NOT_DUE 14

/**
 * It sells with what is in the basket, but too few customers stand behind that.
 */
#define BASKETRY_REASON_TOO_FEW_CUSTOMERS 15

/**
 * Nothing says that it goes with the basket or with the customer.
 */
#define BASKETRY_REASON_NO_EVIDENCE 16

/**
 * As a dearer variant: an attribute that must match does not.
 */
#define BASKETRY_REASON_INCOMPATIBLE 17

/**
 * As a dearer variant: its declared quality is not better.
 */
#define BASKETRY_REASON_NOT_BETTER 18

/**
 * As a dearer variant: what may be lost outweighs what may be gained.
 */
#define BASKETRY_REASON_UP_SELL_NOT_WORTH 19

/**
 * Its value is not above the policy's min_value.
 */
#define BASKETRY_REASON_BELOW_MIN_VALUE 20

/**
 * There are as many offers of its kind as the policy allows.
 */
#define BASKETRY_REASON_KIND_LIMIT 21

/**
 * There are as many offers of its product line as the policy allows.
 */
#define BASKETRY_REASON_LINE_LIMIT 22

/**
 * Other offers are worth more, or come first because it is of a kind of the fallback chain, and there is no
 * slot left; or, of dearer variants, another one is worth more in place of the same product.
 */
#define BASKETRY_REASON_OUTRANKED 23

/**
 * A substitute of something in the basket, or not to be offered with it.
 */
#define BASKETRY_REASON_SUBSTITUTE_IN_BASKET 24

/**
 * The policy is not for customers of these segments.
 */
#define BASKETRY_REASON_OTHER_SEGMENT 25

/**
 * The customer has not consented to what the policy asks for.
 */
#define BASKETRY_REASON_NO_CONSENT 26

/**
 * The customer wants no more contacts in this channel.
 */
#define BASKETRY_REASON_OPTED_OUT 27

/**
 * As many contacts were made as a cap of the policy allows.
 */
#define BASKETRY_REASON_CONTACT_CAP 28

/**
 * The customer took up nothing of the last contacts.
 */
#define BASKETRY_REASON_CUSTOMER_IGNORES 29

/**
 * It would have been offered, but the customer is held out.
 */
#define BASKETRY_REASON_HELD_OUT 30

/**
 * The customer rejected it not long ago.
 */
#define BASKETRY_REASON_REJECTED 31

/**
 * The customer was shown it often and took no notice.
 */
#define BASKETRY_REASON_IGNORED 32

/**
 * It, or something of its line, category or brand, was offered not long ago.
 */
#define BASKETRY_REASON_COOL_DOWN 33

/**
 * It was offered until a moment that has passed, and is not offered again.
 */
#define BASKETRY_REASON_OFFER_ENDED 34

/**
 * It is not among what the policy's only selects.
 */
#define BASKETRY_REASON_NOT_SELECTED 35

/**
 * A rule of the policy keeps it from customers of this segment.
 */
#define BASKETRY_REASON_SEGMENT_RULE 36

/**
 * There are as many offers of its brand as the policy allows.
 */
#define BASKETRY_REASON_BRAND_LIMIT 37

/**
 * There are as many offers of its category as the policy allows.
 */
#define BASKETRY_REASON_CATEGORY_LIMIT 38

/**
 * It is bought instead of something else that is offered.
 */
#define BASKETRY_REASON_SUBSTITUTE_OFFERED 39

/**
 * Its slot went to a product that a quota asks for.
 */
#define BASKETRY_REASON_QUOTA_SLOT 40

/**
 * Another one was drawn for the slot that is left to chance.
 */
#define BASKETRY_REASON_NOT_DRAWN 41

/**
 * All offers together are not worth what one more contact risks.
 */
#define BASKETRY_REASON_CONTACT_NOT_WORTH 42

/**
 * It would replace a product on which another offer of the same decision gives a discount. What is part
 * of another offer is offered.
 */
#define BASKETRY_REASON_IN_OTHER_OFFER 43

/**
 * A main product of something in the basket or viewed, which is its accessory.
 */
#define BASKETRY_REASON_MAIN_OF_ACCESSORY 44

/**
 * As a cross-sell: it does not fit what it would go with.
 */
#define BASKETRY_REASON_NOT_COMPATIBLE 45

/**
 * It was in the order just placed.
 */
#define BASKETRY_REASON_IN_ORDER 46

/**
 * A variant of something in the order just placed.
 */
#define BASKETRY_REASON_VARIANT_IN_ORDER 47

/**
 * The customer returned it or a variant of it, or all of the order.
 */
#define BASKETRY_REASON_RETURNED 48

/**
 * Where a number came from: from data.
 */
#define BASKETRY_LEARNED 0

/**
 * From the shop: its catalogue or its policy.
 */
#define BASKETRY_GIVEN 1

/**
 * A default that stands in for what is not known.
 */
#define BASKETRY_ASSUMED 2

/**
 * The customer saw the offer. Once any offer of a log is recorded as shown, those that are not do
 * not count as exposures.
 */
#define BASKETRY_EVENT_SHOWN 0

/**
 * The customer looked at it more closely.
 */
#define BASKETRY_EVENT_CLICKED 1

/**
 * The product was bought; of an up-sell also the one in whose place it was offered. An offer of several
 * products is taken when all that it adds are bought: of a bundle all but its main product, of a second
 * unit both units.
 */
#define BASKETRY_EVENT_BOUGHT 2

/**
 * The customer declined it.
 */
#define BASKETRY_EVENT_REJECTED 3

/**
 * It was bought and came back.
 */
#define BASKETRY_EVENT_RETURNED 4

/**
 * The customer wants no more offers.
 */
#define BASKETRY_EVENT_OPTED_OUT 5

/**
 * Baskets of distinct items, the miner's view of orders.
 */
typedef struct basketry_baskets basketry_baskets;

/**
 * What the shop sells now: prices, costs, stock and so on, one entry for each product.
 */
typedef struct basketry_catalog basketry_catalog;

/**
 * Makes a catalogue product by product.
 */
typedef struct basketry_catalog_builder basketry_catalog_builder;

/**
 * Watches and cancels long work. One thread gives it to a long function; meanwhile any thread may
 * ask for the progress or cancel. Use a fresh one for each piece of work: one that was cancelled
 * stays cancelled.
 */
typedef struct basketry_control basketry_control;

/**
 * Ordered offers, perhaps none, and everything needed to say why.
 */
typedef struct basketry_decision basketry_decision;

/**
 * Decisions as they were logged, joined with what came of them: what there is to learn from.
 */
typedef struct basketry_decision_log basketry_decision_log;

/**
 * Decides what to offer: a model plus what the shop sells now. Any number of threads may decide
 * while another replaces the model or the catalogue: each decision is made wholly from what was
 * there when it began.
 */
typedef struct basketry_engine basketry_engine;

/**
 * A probability and what it is made of.
 */
typedef struct basketry_explanation basketry_explanation;

/**
 * What items are kinds of: categories, their categories, and so on. Itemsets mined with it hold
 * items and categories, and no item next to its own category.
 *
 * The items are at level "item". Each column of categories is a level; with links, levels are
 * "1", "2" and so on, one more than the highest level below.
 */
typedef struct basketry_hierarchy basketry_hierarchy;

/**
 * Past orders: who bought what, when, in which basket, how many and for how much.
 */
typedef struct basketry_history basketry_history;

/**
 * Makes a history line by line.
 */
typedef struct basketry_history_builder basketry_history_builder;

/**
 * The counts of given itemsets in the baskets that were looked at so far. They add up over parts.
 */
typedef struct basketry_itemset_counts basketry_itemset_counts;

/**
 * Frequent itemsets, one row each. As mined, rows go by length, and within a length from
 * frequent to rare; the order depends on the baskets and the threshold only.
 */
typedef struct basketry_itemsets basketry_itemsets;

/**
 * The tiers of a product line in order of price, and which one to preselect.
 */
typedef struct basketry_ladder basketry_ladder;

/**
 * Learns again and again from orders that grow, and from which customers may be taken out.
 */
typedef struct basketry_learner basketry_learner;

/**
 * What was learned from past orders: immutable, shared by the engines it is given to.
 */
typedef struct basketry_model basketry_model;

/**
 * Which offers are made to which customers.
 */
typedef struct basketry_plan basketry_plan;

/**
 * What a shop wants offered at one place: which kinds of offer and how many, what never, and at
 * what least value. Its keys are those of the core crate's Policy.
 */
typedef struct basketry_policy basketry_policy;

/**
 * Offers that may be made to customers, and what each would be worth.
 */
typedef struct basketry_proposals basketry_proposals;

/**
 * Ranked products for customers or baskets, one row each, in columns.
 */
typedef struct basketry_recommendations basketry_recommendations;

/**
 * Association rules "who buys these also buys those", one row each.
 */
typedef struct basketry_rules basketry_rules;

/**
 * Sequences of purchases that many customers have, one row each. As mined, rows go by length,
 * and within a length by their steps, from frequent to rare.
 */
typedef struct basketry_sequences basketry_sequences;

/**
 * Baskets of distinct items, each with what it is worth there: its utility, an integer number of
 * minor units (cents) that may be negative. The same item may earn in one basket and cost in
 * another.
 */
typedef struct basketry_utilities basketry_utilities;

/**
 * What a function returns: BASKETRY_OK, or one of the codes below. The numbers are stable and
 * never reused; a later version may add codes.
 */
typedef int32_t basketry_status;

/**
 * A text: len bytes of UTF-8, not ended by a zero byte unless the function that returns it says
 * so. Null data with a len of 0 is the empty text.
 */
typedef struct basketry_str {
    /**
     * The bytes.
     */
    const char *data;
    /**
     * How many bytes there are.
     */
    size_t len;
} basketry_str;

/**
 * An id as the shop knows it: an integer or a text. The integer 1 and the text "1" are different
 * ids and are never converted into each other. Make one with basketry_id_int or basketry_id_str.
 * The text is borrowed: what an id points to must live as long as the id is used.
 */
typedef struct basketry_id {
    /**
     * BASKETRY_ID_NONE, BASKETRY_ID_INT or BASKETRY_ID_STR.
     */
    int32_t kind;
    /**
     * The integer, if it is one.
     */
    int64_t number;
    /**
     * The text, if it is one.
     */
    struct basketry_str text;
} basketry_id;

/**
 * How far long work has come. This struct never grows.
 */
typedef struct basketry_progress {
    /**
     * What is being done; basketry_stage_name gives its name.
     */
    int32_t stage;
    /**
     * Units of the stage that are done.
     */
    uint64_t done;
    /**
     * Units in the stage; 0 if not known.
     */
    uint64_t total;
} basketry_progress;

/**
 * Called while long work runs, always in the thread that called the long function. A return value
 * other than 0 cancels the work. It must not throw or jump out of the call.
 */
typedef int32_t (*basketry_progress_fn)(const struct basketry_progress *progress, void *user);

/**
 * The rules by which products are read. By default every row must be usable.
 */
typedef struct basketry_catalog_options {
    /**
     * The size of this struct; BASKETRY_CATALOG_OPTIONS_INIT sets it.
     */
    size_t struct_size;
    /**
     * The ISO 4217 code of the currency of prices and costs; null means EUR.
     */
    const char *currency;
    /**
     * A null product id: BASKETRY_ON_BAD_ERROR or BASKETRY_ON_BAD_SKIP.
     */
    int32_t nulls;
    /**
     * A price or cost that is negative, NaN, infinite or too big, a stock that is NaN or infinite,
     * a quality that is infinite, a term, pack or rating out of its range: BASKETRY_ON_BAD_ERROR
     * or BASKETRY_ON_BAD_SKIP.
     */
    int32_t bad_numbers;
} basketry_catalog_options;

/**
 * An attribute that variants must share. This struct never grows.
 */
typedef struct basketry_attribute {
    /**
     * What the attribute is, such as "size".
     */
    struct basketry_str name;
    /**
     * Its value.
     */
    struct basketry_id value;
} basketry_attribute;

/**
 * A number of which more is better. This struct never grows.
 */
typedef struct basketry_quality {
    /**
     * What the number is, such as "memory".
     */
    struct basketry_str name;
    /**
     * The number; NaN if it is not known.
     */
    double value;
} basketry_quality;

/**
 * One product for a catalogue that is made product by product.
 */
typedef struct basketry_product {
    /**
     * The size of this struct; BASKETRY_PRODUCT_INIT sets it.
     */
    size_t struct_size;
    /**
     * The product's id. Required.
     */
    struct basketry_id id;
    /**
     * The price of a unit in minor units. BASKETRY_PRODUCT_INIT sets BASKETRY_NO_MONEY: the
     * product is never offered.
     */
    int64_t price;
    /**
     * The cost of a unit in minor units. BASKETRY_PRODUCT_INIT sets BASKETRY_NO_MONEY.
     */
    int64_t cost;
    /**
     * Units in stock. BASKETRY_PRODUCT_INIT sets BASKETRY_UNTRACKED.
     */
    int64_t stock;
    /**
     * 1 if the product may be offered, which BASKETRY_PRODUCT_INIT sets, or 0.
     */
    int32_t sellable;
    /**
     * The name to show; empty: none.
     */
    struct basketry_str name;
    /**
     * The product line along which up-selling moves.
     */
    struct basketry_id line;
    /**
     * The brand.
     */
    struct basketry_id brand;
    /**
     * The category levels, the broadest first.
     */
    const struct basketry_id *category;
    /**
     * How many category levels there are.
     */
    size_t n_category;
    /**
     * Attributes that variants must share.
     */
    const struct basketry_attribute *must_match;
    /**
     * How many such attributes there are.
     */
    size_t n_must_match;
    /**
     * Numbers of which more is better.
     */
    const struct basketry_quality *quality;
    /**
     * How many such numbers there are.
     */
    size_t n_quality;
    /**
     * How many periods price and cost recur: 24 for a contract of 24 months. 0, which
     * BASKETRY_PRODUCT_INIT sets, means that it is paid once, as 1 does.
     */
    uint32_t term;
    /**
     * 1 if the product is a service or contract, or 0.
     */
    int32_t service;
    /**
     * The content of a pack, compared within the line; 0: not known.
     */
    double pack;
    /**
     * Buyers' rating, 0 to 5; BASKETRY_PRODUCT_INIT sets BASKETRY_NO_RATING: not known.
     */
    double rating;
} basketry_product;

/**
 * Which columns of a table of products mean what, by name.
 */
typedef struct basketry_catalog_columns {
    /**
     * The size of this struct; BASKETRY_CATALOG_COLUMNS_INIT sets it.
     */
    size_t struct_size;
    /**
     * The product's id, as in the order lines. Required.
     */
    const char *product;
    /**
     * The price of a unit in major units (12.5 is twelve euros fifty). Required; a product whose
     * price is null is never offered.
     */
    const char *price;
    /**
     * The cost of a unit in major units; null: not known.
     */
    const char *cost;
    /**
     * Units in stock; null: not tracked.
     */
    const char *stock;
    /**
     * Booleans that say whether the product may be offered; null: all may.
     */
    const char *sellable;
    /**
     * The name to show; null: none.
     */
    const char *name;
    /**
     * The product line along which up-selling moves (all variants of a phone); null: none.
     */
    const char *line;
    /**
     * The brand; null: none.
     */
    const char *brand;
    /**
     * The category levels, the broadest first: n_category names.
     */
    const char *const *category;
    /**
     * How many category levels there are.
     */
    size_t n_category;
    /**
     * Attributes that variants must share, such as size or socket: n_must_match names.
     */
    const char *const *must_match;
    /**
     * How many such attributes there are.
     */
    size_t n_must_match;
    /**
     * Numbers of which more is better: n_quality names.
     */
    const char *const *quality;
    /**
     * How many such numbers there are.
     */
    size_t n_quality;
    /**
     * How many periods price and cost recur, 1 to 1200; null: all products are paid once.
     */
    const char *term;
    /**
     * Booleans that say whether the product is a service or contract; null: none is.
     */
    const char *service;
    /**
     * The content of a pack, compared within a line; null: not known.
     */
    const char *pack;
    /**
     * Buyers' rating, 0 to 5; null: not known.
     */
    const char *rating;
} basketry_catalog_columns;

/**
 * How a CSV file is written: UTF-8 with a header line. What a field means follows from what its
 * column is for, never from its value; ids are texts unless integer_ids names their column.
 */
typedef struct basketry_csv_options {
    /**
     * The size of this struct; BASKETRY_CSV_OPTIONS_INIT sets it.
     */
    size_t struct_size;
    /**
     * What parts fields, one ASCII character; 0 means a comma.
     */
    char delimiter;
    /**
     * What parts the whole from the fraction of a number, a point or a comma; 0 means a point.
     */
    char decimal;
    /**
     * The columns whose ids are integers: n_integer_ids names.
     */
    const char *const *integer_ids;
    /**
     * How many such columns there are.
     */
    size_t n_integer_ids;
    /**
     * The texts that mean null: n_nulls texts. Null means that the empty field does.
     */
    const char *const *nulls;
    /**
     * How many such texts there are.
     */
    size_t n_nulls;
} basketry_csv_options;

/**
 * Which columns of a table of order lines mean what, by name. Times are dates, timestamps of any
 * unit and zone, or ISO 8601 texts; what has no zone is taken as UTC. Ids are texts or integers
 * and keep their type.
 */
typedef struct basketry_history_columns {
    /**
     * The size of this struct; BASKETRY_HISTORY_COLUMNS_INIT sets it.
     */
    size_t struct_size;
    /**
     * When the line was bought. Required.
     */
    const char *time;
    /**
     * What was bought. Required.
     */
    const char *product;
    /**
     * Who bought it; null: each basket is a customer of its own, called as the basket.
     */
    const char *customer;
    /**
     * The order it belongs to; null: the lines of one customer at the same time are one basket.
     * One of customer and basket must be named.
     */
    const char *basket;
    /**
     * How many units; null: 1.
     */
    const char *quantity;
    /**
     * What was paid for the whole line in major units (12.5 is twelve euros fifty); null: not
     * known.
     */
    const char *revenue;
} basketry_history_columns;

/**
 * The rules by which order lines are read. By default every line must be usable.
 */
typedef struct basketry_history_options {
    /**
     * The size of this struct; BASKETRY_HISTORY_OPTIONS_INIT sets it.
     */
    size_t struct_size;
    /**
     * A null in any of the named columns: BASKETRY_ON_BAD_ERROR or BASKETRY_ON_BAD_SKIP.
     */
    int32_t nulls;
    /**
     * A quantity or revenue that is NaN, infinite or too big to be kept: BASKETRY_ON_BAD_ERROR or
     * BASKETRY_ON_BAD_SKIP.
     */
    int32_t non_finite;
    /**
     * A quantity of zero or less: BASKETRY_ON_BAD_ERROR, BASKETRY_ON_BAD_SKIP or
     * BASKETRY_ON_BAD_RETURN.
     */
    int32_t non_positive;
    /**
     * The ISO 4217 code of the currency of the revenue; null means EUR.
     */
    const char *currency;
} basketry_history_options;

/**
 * One order line for a history that is made line by line.
 */
typedef struct basketry_order_line {
    /**
     * The size of this struct; BASKETRY_ORDER_LINE_INIT sets it.
     */
    size_t struct_size;
    /**
     * When it was bought, in milliseconds since 1970-01-01 00:00 UTC.
     */
    int64_t time_ms;
    /**
     * What was bought; no id counts as a null.
     */
    struct basketry_id product;
    /**
     * Who bought it; no id counts as a null if lines name customers.
     */
    struct basketry_id customer;
    /**
     * The order it belongs to; no id counts as a null if lines name baskets.
     */
    struct basketry_id basket;
    /**
     * How many units. BASKETRY_ORDER_LINE_INIT sets 1.
     */
    double quantity;
    /**
     * What was paid for the whole line, in minor units. BASKETRY_ORDER_LINE_INIT sets
     * BASKETRY_NO_MONEY, which counts as a null if lines say what was paid.
     */
    int64_t revenue;
} basketry_order_line;

/**
 * A list of ids, such as those in one basket. This struct never grows.
 */
typedef struct basketry_ids {
    /**
     * The ids.
     */
    const struct basketry_id *ids;
    /**
     * How many ids there are.
     */
    size_t len;
} basketry_ids;

/**
 * The least support of one item. Set either min_share or min_count.
 */
typedef struct basketry_item_min_support {
    /**
     * The item.
     */
    struct basketry_id item;
    /**
     * As a share of the baskets, above 0 and at most 1. 0 if min_count is used.
     */
    double min_share;
    /**
     * As a number of baskets, at least 1. 0 if min_share is used.
     */
    uint64_t min_count;
} basketry_item_min_support;

/**
 * Which of the frequent itemsets to mine. An id that no basket holds is no error here; one of
 * another type than those of the baskets is.
 */
typedef struct basketry_itemset_selection {
    /**
     * The size of this struct; BASKETRY_ITEMSET_SELECTION_INIT sets it.
     */
    size_t struct_size;
    /**
     * Only so many itemsets, those of the largest support, which come first; among equal supports
     * shorter ones come first. The least support may then be left at 0. 0 means all.
     */
    uint64_t top;
    /**
     * Only itemsets that hold all of these.
     */
    struct basketry_ids must_contain;
    /**
     * Only itemsets that hold none of these.
     */
    struct basketry_ids must_not_contain;
    /**
     * Only itemsets of these, as if nothing else were in the baskets. Null means any.
     */
    const struct basketry_ids *only_from;
    /**
     * Items with a least support of their own: an itemset must reach the smallest least support
     * of its items. Null if there are none.
     */
    const struct basketry_item_min_support *item_min_supports;
    /**
     * How many item_min_supports there are.
     */
    size_t n_item_min_supports;
    /**
     * What items are kinds of: itemsets then hold items and categories, and no item next to its
     * own category. Null means items only. It may be freed after mining.
     */
    const struct basketry_hierarchy *hierarchy;
} basketry_itemset_selection;

/**
 * Which itemsets to mine. Set either min_share or min_count, or the top of the selection.
 */
typedef struct basketry_itemset_options {
    /**
     * The size of this struct; BASKETRY_ITEMSET_OPTIONS_INIT sets it.
     */
    size_t struct_size;
    /**
     * The least support as a share of the baskets, above 0 and at most 1; 1.0 means every basket.
     * It stands for the decimal that was written and is compared in integers: 0.1 of 30 baskets
     * is 3 baskets. 0 if min_count is used.
     */
    double min_share;
    /**
     * The least support as a number of baskets, at least 1; where baskets have weights, as a sum
     * of them. 0 if min_share is used.
     */
    uint64_t min_count;
    /**
     * The least number of items in an itemset; 0 means 1. Rules need 1.
     */
    size_t min_length;
    /**
     * The largest number of items in an itemset; 0 means any.
     */
    size_t max_length;
    /**
     * How many threads to use; 0 means one for each core. The result is the same for any number.
     */
    size_t threads;
    /**
     * The largest number of itemsets; a threshold that yields more is an error instead of a
     * machine out of memory. 0 means 20 million, which take about 1 GB.
     */
    uint64_t max_itemsets;
    /**
     * Which of these itemsets, see basketry_itemset_selection; null means all.
     */
    const struct basketry_itemset_selection *selection;
    /**
     * Which of the itemsets: BASKETRY_KIND_ALL, BASKETRY_KIND_CLOSED, BASKETRY_KIND_MAXIMAL or
     * BASKETRY_KIND_GENERATORS.
     */
    int32_t kind;
    /**
     * What to do where a limit is reached: BASKETRY_ON_LIMIT_ERROR or BASKETRY_ON_LIMIT_PARTIAL.
     */
    int32_t on_limit;
    /**
     * How many bytes the result and what is needed to find it may take, besides the baskets; 0
     * means any.
     */
    uint64_t max_memory;
    /**
     * How many milliseconds mining may take; 0 means any.
     */
    uint64_t max_time_ms;
} basketry_itemset_options;

/**
 * The columns of all itemsets: the items of row i are items[offsets[i]] up to, but without,
 * items[offsets[i + 1]].
 */
typedef struct basketry_itemset_columns {
    /**
     * How many rows there are.
     */
    size_t len;
    /**
     * Where the items of each row begin: len + 1 numbers.
     */
    const uint64_t *offsets;
    /**
     * The items of all rows, ascending within a row; basketry_itemsets_item gives their ids.
     */
    const uint32_t *items;
    /**
     * For each row, the number of baskets that hold all of its items.
     */
    const uint64_t *counts;
    /**
     * The number of baskets that were mined: what to divide counts by for a support.
     */
    uint64_t baskets;
} basketry_itemset_columns;

/**
 * A column of numbers: one of the two pointers is null.
 */
typedef struct basketry_numbers {
    /**
     * How many numbers there are.
     */
    size_t len;
    /**
     * Whole numbers, such as counts and money in minor units; null if the column has others.
     */
    const int64_t *ints;
    /**
     * Any numbers; null if the column has whole ones.
     */
    const double *floats;
} basketry_numbers;

/**
 * Which columns of a table of basket lines mean what. Name either utility, or quantity and
 * unit_profit; the others stay null.
 */
typedef struct basketry_utility_columns {
    /**
     * The size of this struct; BASKETRY_UTILITY_COLUMNS_INIT sets it.
     */
    size_t struct_size;
    /**
     * The basket a line belongs to: integers or texts. Required.
     */
    const char *basket;
    /**
     * The item: integers or texts. Required.
     */
    const char *item;
    /**
     * What the whole line is worth, in major units (12.5 is twelve euros fifty).
     */
    const char *utility;
    /**
     * How many units; may be a fraction, and negative for what was given back.
     */
    const char *quantity;
    /**
     * What one unit is worth, in major units; rounded to minor units before it is multiplied.
     */
    const char *unit_profit;
} basketry_utility_columns;

/**
 * The rules by which lines with utilities are read. By default every line must be usable.
 */
typedef struct basketry_utility_options {
    /**
     * The size of this struct; BASKETRY_UTILITY_OPTIONS_INIT sets it.
     */
    size_t struct_size;
    /**
     * A null in any of the named columns: BASKETRY_ON_BAD_ERROR or BASKETRY_ON_BAD_SKIP.
     */
    int32_t nulls;
    /**
     * A number that is NaN, infinite or too big to be kept: BASKETRY_ON_BAD_ERROR or
     * BASKETRY_ON_BAD_SKIP.
     */
    int32_t non_finite;
    /**
     * The ISO 4217 code of the currency, which says how many decimals are kept; null means EUR.
     */
    const char *currency;
} basketry_utility_options;

/**
 * Which high-utility itemsets to mine. Set min_share or min_minor, or top, or top and one of the
 * two.
 */
typedef struct basketry_high_utility_options {
    /**
     * The size of this struct; BASKETRY_HIGH_UTILITY_OPTIONS_INIT sets it.
     */
    size_t struct_size;
    /**
     * The least utility as a share of that of all lines, what is negative included; above 0 and at
     * most 1. It stands for the decimal that was written and is compared in integers. 0 if
     * min_minor is used.
     */
    double min_share;
    /**
     * The least utility in minor units, at least 1. 0 if min_share is used, and with top alone,
     * where it means 1.
     */
    int64_t min_minor;
    /**
     * Only so many itemsets, those of highest utility; of sets of the same utility the shorter goes
     * first, then the one whose items, as ascending indices, come first. 0 means all.
     */
    uint64_t top;
    /**
     * The least number of items in an itemset; 0 means 1.
     */
    size_t min_length;
    /**
     * The largest number of items in an itemset; 0 means any.
     */
    size_t max_length;
    /**
     * How many threads to use; 0 means one for each core. The result is the same for any number.
     */
    size_t threads;
    /**
     * The largest number of itemsets; a threshold that yields more is an error instead of a
     * machine out of memory. 0 means 20 million, which take about 1 GB if they are
     * short.
     */
    uint64_t max_itemsets;
} basketry_high_utility_options;

/**
 * What one side of a rule may be: of which items, and how many. All conditions hold together. An id
 * that no basket holds is of no consequence where it may be there or must not, and never found
 * where it must be.
 */
typedef struct basketry_template {
    /**
     * The size of this struct; BASKETRY_TEMPLATE_INIT sets it.
     */
    size_t struct_size;
    /**
     * The only items that may be there; null means any.
     */
    const struct basketry_id *only_from;
    /**
     * How many ids there are at only_from.
     */
    size_t n_only_from;
    /**
     * Items that must all be there.
     */
    const struct basketry_id *must_contain;
    /**
     * How many ids there are at must_contain.
     */
    size_t n_must_contain;
    /**
     * Items of which at least one must be there; null means no such condition.
     */
    const struct basketry_id *must_contain_any;
    /**
     * How many ids there are at must_contain_any.
     */
    size_t n_must_contain_any;
    /**
     * Items that must not be there.
     */
    const struct basketry_id *must_not_contain;
    /**
     * How many ids there are at must_not_contain.
     */
    size_t n_must_not_contain;
    /**
     * The least number of items; 0 means 1.
     */
    size_t min_length;
    /**
     * The largest number of items; 0 means any.
     */
    size_t max_length;
} basketry_template;

/**
 * The least value of a measure. This struct never grows.
 */
typedef struct basketry_least {
    /**
     * The name of the measure, one of those of basketry_rules_values.
     */
    const char *measure;
    /**
     * The least value.
     */
    double value;
} basketry_least;

/**
 * Which rules to make.
 */
typedef struct basketry_rule_options {
    /**
     * The size of this struct; BASKETRY_RULE_OPTIONS_INIT sets it.
     */
    size_t struct_size;
    /**
     * The least confidence, from 0 (the default: every rule) to 1. It stands for the decimal that
     * was written and is compared in integers.
     */
    double min_confidence;
    /**
     * BASKETRY_CONSEQUENTS_ANY or BASKETRY_CONSEQUENTS_SINGLE.
     */
    int32_t consequents;
    /**
     * The largest number of rules; more are an error. 0 means 20 million, which take about 0.5 GB.
     */
    uint64_t max_rules;
    /**
     * What the antecedent may be; null means anything.
     */
    const struct basketry_template *antecedent;
    /**
     * What the consequent may be; null means anything.
     */
    const struct basketry_template *consequent;
    /**
     * The least values of measures.
     */
    const struct basketry_least *at_least;
    /**
     * How many there are at at_least.
     */
    size_t n_at_least;
    /**
     * Only so many rules, those with the largest top_by, the largest first; 0 means all. However
     * many rules there are, only so many take memory.
     */
    size_t top;
    /**
     * The measure that says which rules are the top; null means "confidence".
     */
    const char *top_by;
    /**
     * The baskets that the itemsets were mined from: to count the subsets that are not among the
     * itemsets, as of maximal ones; and, if they have customers, as those of a history that knows
     * them, the distinct customers behind each rule. Null if neither is wanted.
     */
    const struct basketry_baskets *baskets;
    /**
     * The least number of distinct customers who had all items of the rule in one basket. Above 0
     * it takes baskets with customers.
     */
    uint32_t min_customers;
    /**
     * How many threads to use; 0 means one for each core. The result is the same for any number.
     */
    size_t threads;
    /**
     * How many bytes the rules and what is needed to make them may take, besides the itemsets and
     * the baskets; more are BASKETRY_LIMIT. 0 means any.
     */
    uint64_t max_memory;
    /**
     * How many milliseconds making the rules may take; longer is BASKETRY_LIMIT. 0 means
     * any.
     */
    uint64_t max_time_ms;
} basketry_rule_options;

/**
 * The columns of all rules. The antecedent of row i is antecedents[antecedent_offsets[i]] up to,
 * but without, antecedents[antecedent_offsets[i + 1]]; the consequent alike.
 */
typedef struct basketry_rule_columns {
    /**
     * How many rows there are.
     */
    size_t len;
    /**
     * Where the antecedent of each row begins: len + 1 numbers.
     */
    const uint64_t *antecedent_offsets;
    /**
     * The items of all antecedents; basketry_rules_item gives their ids.
     */
    const uint32_t *antecedents;
    /**
     * Where the consequent of each row begins: len + 1 numbers.
     */
    const uint64_t *consequent_offsets;
    /**
     * The items of all consequents.
     */
    const uint32_t *consequents;
    /**
     * For each row, the number of baskets with the antecedent.
     */
    const uint64_t *antecedent_counts;
    /**
     * For each row, the number of baskets with the consequent.
     */
    const uint64_t *consequent_counts;
    /**
     * For each row, the number of baskets with both.
     */
    const uint64_t *counts;
    /**
     * The number of baskets that were mined.
     */
    uint64_t baskets;
    /**
     * For each row, the number of distinct customers with both in one basket; null if it is not
     * known who bought the baskets.
     */
    const uint64_t *customers;
} basketry_rule_columns;

/**
 * Which rules are significant.
 */
typedef struct basketry_significance_options {
    /**
     * The size of this struct; BASKETRY_SIGNIFICANCE_OPTIONS_INIT sets it.
     */
    size_t struct_size;
    /**
     * The largest corrected p-value, from 0 to 1. BASKETRY_SIGNIFICANCE_OPTIONS_INIT sets 0.05.
     */
    double alpha;
    /**
     * How p-values are corrected for the number of tests, one of BASKETRY_CORRECTION_...;
     * BASKETRY_SIGNIFICANCE_OPTIONS_INIT sets BASKETRY_CORRECTION_HOLM.
     */
    int32_t correction;
    /**
     * The number of tests to correct for; 0 means the number of rules. Rules that were looked at
     * and filtered out by how they look were tests too: count them.
     */
    uint64_t tests;
} basketry_significance_options;

/**
 * Which rules are redundant.
 */
typedef struct basketry_redundancy_options {
    /**
     * The size of this struct; BASKETRY_REDUNDANCY_OPTIONS_INIT sets it.
     */
    size_t struct_size;
    /**
     * By how much the confidence of a rule must exceed that of every more general rule, from 0
     * (the default, which is compared exactly) to 1.
     */
    double min_improvement;
    /**
     * 1, which BASKETRY_REDUNDANCY_OPTIONS_INIT sets, if the rule without antecedent, whose
     * confidence is the share of baskets with the consequent, is one of the more general ones; 0
     * if it is not.
     */
    int32_t empty_antecedent;
} basketry_redundancy_options;

/**
 * Which itemsets tell two groups of baskets apart. Set either min_share or min_count.
 */
typedef struct basketry_contrast_options {
    /**
     * The size of this struct; BASKETRY_CONTRAST_OPTIONS_INIT sets it.
     */
    size_t struct_size;
    /**
     * The least support in at least one of the groups, as a share of its baskets; 0 if min_count
     * is used.
     */
    double min_share;
    /**
     * The least support in at least one of the groups, as a number of its baskets; 0 if min_share
     * is used.
     */
    uint64_t min_count;
    /**
     * The least number of items in an itemset; 0 means 1.
     */
    size_t min_length;
    /**
     * The largest number of items in an itemset; 0 means any.
     */
    size_t max_length;
    /**
     * One of BASKETRY_DIRECTION_EITHER, _FIRST and _SECOND.
     */
    int32_t direction;
    /**
     * How p-values are corrected for the number of itemsets that were compared, one of
     * BASKETRY_CORRECTION_...; BASKETRY_CONTRAST_OPTIONS_INIT sets BASKETRY_CORRECTION_HOLM.
     */
    int32_t correction;
    /**
     * The least difference of the supports.
     */
    double min_difference;
    /**
     * The least growth rate, the larger support divided by the smaller; 0 means 1.
     */
    double min_growth;
    /**
     * The largest corrected p-value; 0 means 1.
     */
    double max_p_value;
    /**
     * Keeps so many, those with the smallest p-values; 0 means all.
     */
    size_t top;
    /**
     * The largest number of itemsets to compare; 0 means 20 million.
     */
    uint64_t max_itemsets;
    /**
     * How many threads to use; 0 means one for each core. The result is the same for any number.
     */
    size_t threads;
} basketry_contrast_options;

/**
 * Which sequences to mine. Set either min_share or min_count, and within_days.
 */
typedef struct basketry_sequence_options {
    /**
     * The size of this struct; BASKETRY_SEQUENCE_OPTIONS_INIT sets it.
     */
    size_t struct_size;
    /**
     * The least share of customers who have a sequence, above 0 and at most 1; it stands for the
     * decimal that was written. 0 if min_count is used.
     */
    double min_share;
    /**
     * The least number of customers who have a sequence, at least 1. 0 if min_share is used.
     */
    uint64_t min_count;
    /**
     * The window in days: a whole sequence takes at most so long.
     */
    double within_days;
    /**
     * The least time in days between a step and the next; 0 means any later step.
     */
    double min_gap_days;
    /**
     * The largest time in days between a step and the next; 0 means what the window leaves.
     */
    double max_gap_days;
    /**
     * The largest number of steps, from 2 to 255; 0 means 3.
     */
    size_t max_length;
    /**
     * The largest number of items in a step, up to 255; 0 means 1.
     */
    size_t max_items_per_step;
    /**
     * BASKETRY_STEP_TIME or BASKETRY_STEP_DAY.
     */
    int32_t step;
    /**
     * 1 if no item may come again in a later step; 0 if it may, as refills do.
     */
    int32_t no_repeats;
    /**
     * Products that sequences are made of; null means all.
     */
    const struct basketry_id *only_from;
    /**
     * How many products are in only_from.
     */
    size_t n_only_from;
    /**
     * Products that no sequence is made of.
     */
    const struct basketry_id *must_not_contain;
    /**
     * How many products are in must_not_contain.
     */
    size_t n_must_not_contain;
    /**
     * How many threads to use; 0 means one for each core. The result is the same for any number.
     */
    size_t threads;
    /**
     * The largest number of sequences; a threshold that yields more is an error instead of a
     * machine out of memory. 0 means 10 million, which take about 1 GB.
     */
    uint64_t max_sequences;
} basketry_sequence_options;

/**
 * The columns of all sequences. Row i has the steps offsets[i] up to, but without,
 * offsets[i + 1]; step j has the items items[step_offsets[j]] up to, but without,
 * items[step_offsets[j + 1]]. What is not known is NaN.
 *
 * An order completes the steps before the last if it is the last of them. It is observed if the
 * history goes on until its follow-up window has ended: max_gap_days, or within_days if that is
 * less.
 */
typedef struct basketry_sequence_columns {
    /**
     * How many rows there are.
     */
    size_t len;
    /**
     * Where the steps of each row begin: len + 1 numbers.
     */
    const uint64_t *offsets;
    /**
     * Where the items of each step begin: one more number than there are steps.
     */
    const uint64_t *step_offsets;
    /**
     * The items of all steps, ascending within a step; basketry_sequences_item gives their ids.
     */
    const uint32_t *items;
    /**
     * For each row, how many customers have the sequence.
     */
    const uint64_t *row_customers;
    /**
     * For each row, how many orders complete it.
     */
    const uint64_t *occurrences;
    /**
     * For each row, how many observed orders complete the steps before the last.
     */
    const uint64_t *observed;
    /**
     * For each row, how many of these have the last step in their follow-up window.
     */
    const uint64_t *followed;
    /**
     * For each row, the share of customers who have it.
     */
    const double *support;
    /**
     * For each row, followed / observed.
     */
    const double *confidence;
    /**
     * For each row, how often the last step is in such a window that starts at a random moment of
     * any customer's observed time.
     */
    const double *base_rate;
    /**
     * For each row, confidence / base_rate.
     */
    const double *lift;
    /**
     * For each row, the first quartile of the days from these orders to the last step.
     */
    const double *first_quartile_lag_days;
    /**
     * For each row, their median; the mean of the middle two if their number is even.
     */
    const double *median_lag_days;
    /**
     * For each row, their third quartile.
     */
    const double *third_quartile_lag_days;
    /**
     * For each row and each of its steps, the median lag in days with which the step follows
     * those before it: step j of all rows together is at j, and a first step has NaN.
     */
    const double *step_median_lag_days;
    /**
     * The number of customers with a purchase: what supports are shares of.
     */
    uint64_t customers;
    /**
     * Baskets that were left out because their customer is not known.
     */
    uint64_t anonymous_baskets;
} basketry_sequence_columns;

/**
 * How to learn. A field that is 0 has its default unless it says otherwise.
 */
typedef struct basketry_fit_options {
    /**
     * The size of this struct; BASKETRY_FIT_OPTIONS_INIT sets it.
     */
    size_t struct_size;
    /**
     * A pair of products is kept, and a product is called popular, only if at least this many
     * distinct customers stand behind it: the privacy threshold. 0 means 10.
     */
    uint32_t min_customers;
    /**
     * Related products kept for each product, 0 to 1024. BASKETRY_FIT_OPTIONS_INIT sets -1, which
     * means 64.
     */
    int32_t neighbours;
    /**
     * Half-life of a customer's purchases in days: a purchase this old counts half. 0 means 120.
     */
    double half_life_days;
    /**
     * Half-life of a product's popularity in days. 0 means 14.
     */
    double popularity_half_life_days;
    /**
     * The probabilities are fitted to the orders of the last so many days, but at least of the
     * horizon, from what was known before; at most a quarter of the history's span is used. 0
     * means 28.
     */
    double holdout_days;
    /**
     * Recommendations have the probability of a purchase within so many days. A history that spans
     * less than four times as long gives that for a quarter of its span. 0 means 28.
     */
    double horizon_days;
    /**
     * Expected baskets by which a pair's lift is drawn towards 1. 0 means 1.
     */
    double shrinkage;
    /**
     * Baskets with more distinct products than this are left out of pair counting, and counted in
     * the report. 0 means 1000.
     */
    uint32_t max_basket;
    /**
     * Products kept for each product of which it says most by what baskets hold, 0 to 1024. 0 learns
     * no similarity, neither by what baskets hold nor by what customers buy.
     * BASKETRY_FIT_OPTIONS_INIT sets -1, which means 64.
     */
    int32_t similar;
    /**
     * Penalty on squared weights of the similarity by customers, in customers. 0 means 1000.
     */
    double customers_l2;
    /**
     * Penalty on squared weights of the similarity by baskets, in baskets. 0 means 5.
     */
    double baskets_l2;
    /**
     * Similarity is computed in closed form for up to so many products (by what customers buy:
     * products or customers, whichever are fewer), at most 100000, and approximated otherwise.
     * BASKETRY_FIT_OPTIONS_INIT sets -1, which means 10000.
     */
    int32_t exact_products;
    /**
     * How many threads to use; 0 means one for each core. The model does not depend on it.
     */
    size_t threads;
    /**
     * Seed of the draws the examples are made with.
     */
    uint64_t seed;
    /**
     * Relations kept for each product and kind, 0 to 1024. BASKETRY_FIT_OPTIONS_INIT sets -1,
     * which means 16.
     */
    int32_t relations;
    /**
     * Purchases within so many days after another are counted as following it. 0 means 28.
     */
    double follow_up_days;
    /**
     * 1 to try other values of half_life_days, customers_l2 and baskets_l2, and to learn with
     * those that foretell best what held-out customers bought; the report lists them. It takes some
     * five times as long.
     */
    int32_t tune;
} basketry_fit_options;

/**
 * A customer and a product.
 */
typedef struct basketry_customer_product {
    /**
     * The customer.
     */
    struct basketry_id customer;
    /**
     * The product.
     */
    struct basketry_id product;
} basketry_customer_product;

/**
 * What to recommend. A field that is 0 has its default.
 */
typedef struct basketry_recommend_options {
    /**
     * The size of this struct; BASKETRY_RECOMMEND_OPTIONS_INIT sets it.
     */
    size_t struct_size;
    /**
     * The products for each customer or basket; there are fewer only where the catalogue has no
     * more that are allowed. BASKETRY_RECOMMEND_OPTIONS_INIT sets 10.
     */
    size_t n;
    /**
     * Only these products. Null means any of the catalogue.
     */
    const struct basketry_ids *candidates;
    /**
     * Never these products.
     */
    struct basketry_ids exclude;
    /**
     * Pairs of a customer and a product that they are never recommended: what they own already or
     * turned down. Null if there are none.
     */
    const struct basketry_customer_product *exclude_for;
    /**
     * How many pairs there are.
     */
    size_t n_exclude_for;
    /**
     * The moment of the request, in milliseconds since 1970-01-01 00:00 UTC; a time before that of
     * the last order the model learned from counts as that. Null means that time.
     */
    const int64_t *at_ms;
    /**
     * How many threads to use; 0 means one for each core. The result is the same for any number.
     */
    size_t threads;
    /**
     * 1 for only such products as the customer never bought.
     */
    int32_t new_only;
} basketry_recommend_options;

/**
 * The columns of recommendations, by request and rank.
 */
typedef struct basketry_recommendation_columns {
    /**
     * How many rows there are.
     */
    size_t len;
    /**
     * For each row, the position of its customer or basket in the request, from 0.
     */
    const uint32_t *requests;
    /**
     * For each row, the product; basketry_recommendations_product gives its id.
     */
    const uint32_t *products;
    /**
     * For each row, the probability that it is bought, from 0 to 1, without being offered.
     */
    const float *probabilities;
    /**
     * For each row, the rank within its request, from 1.
     */
    const uint32_t *ranks;
    /**
     * How many ids of products in the request the model does not know. They were passed over.
     */
    uint64_t unknown;
    /**
     * How many customers of the request the model does not know.
     */
    uint64_t unknown_customers;
    /**
     * For each row, whether the model knows the customer; null if the request has no customers.
     */
    const bool *known;
} basketry_recommendation_columns;

/**
 * As of when to score, and with how many threads. A field that is 0 has its default.
 */
typedef struct basketry_score_options {
    /**
     * The size of this struct; BASKETRY_SCORE_OPTIONS_INIT sets it.
     */
    size_t struct_size;
    /**
     * The moment of the request, in milliseconds since 1970-01-01 00:00 UTC; a time before that of
     * the last order the model learned from counts as that. Null means that time.
     */
    const int64_t *at_ms;
    /**
     * How many threads to use; 0 means one for each core. The result is the same for any number.
     */
    size_t threads;
} basketry_score_options;

/**
 * What became of pairs that were to be scored.
 */
typedef struct basketry_scored {
    /**
     * How many ids of products in the request the model does not know.
     */
    uint64_t unknown;
    /**
     * How many customers of the request the model does not know, counted once for each pair. They
     * were scored as strangers.
     */
    uint64_t unknown_customers;
} basketry_scored;

/**
 * When, and how much to list. Start from BASKETRY_DUE_OPTIONS_INIT; what is 0 has the default.
 */
typedef struct basketry_due_options {
    /**
     * The size of this struct, which BASKETRY_DUE_OPTIONS_INIT sets.
     */
    size_t struct_size;
    /**
     * The time that is judged, milliseconds since 1970-01-01 UTC; not before
     * basketry_model_as_of. Only if has_at is not 0; else it is that time.
     */
    int64_t at;
    /**
     * Whether at is given.
     */
    int32_t has_at;
    /**
     * The most rows for each customer, those most probably bought; 0: all.
     */
    size_t n;
} basketry_due_options;

/**
 * A product and how many of it. This struct never grows.
 */
typedef struct basketry_line {
    /**
     * The product.
     */
    struct basketry_id product;
    /**
     * How many units; above 0.
     */
    double quantity;
} basketry_line;

/**
 * An order that the customer made since the model was fitted. This struct never grows.
 */
typedef struct basketry_order {
    /**
     * When, in milliseconds since 1970-01-01 00:00 UTC.
     */
    int64_t time_ms;
    /**
     * What was bought.
     */
    const struct basketry_line *lines;
    /**
     * How many lines there are.
     */
    size_t n_lines;
} basketry_order;

/**
 * An offer that the customer was shown before. Offers of one time and channel are one contact, which
 * caps count once. This struct never grows.
 */
typedef struct basketry_contact {
    /**
     * When, in milliseconds since 1970-01-01 00:00 UTC.
     */
    int64_t time_ms;
    /**
     * Through which channel, such as "mail"; null: not known, which counts for all.
     */
    const char *channel;
    /**
     * The products offered.
     */
    const struct basketry_id *products;
    /**
     * How many products there are.
     */
    size_t n_products;
    /**
     * The kind of offer, such as BASKETRY_CROSS_SELL; BASKETRY_NO_KIND: not known, which counts for
     * all.
     */
    int32_t kind;
    /**
     * What came of it, one of the constants that begin with BASKETRY_CONTACT_.
     */
    int32_t outcome;
    /**
     * The moment until which it was valid, in milliseconds since 1970; afterwards the same offer is
     * not made again. BASKETRY_NO_TIME: without an end.
     */
    int64_t valid_until_ms;
    /**
     * 1: it rode along in a message that went out anyway, and counts for no cap. Otherwise 0.
     */
    int32_t ride_along;
} basketry_contact;

/**
 * One request: who, where, when, and what is in the basket.
 */
typedef struct basketry_context {
    /**
     * The size of this struct; BASKETRY_CONTEXT_INIT sets it.
     */
    size_t struct_size;
    /**
     * The time of the request, in milliseconds since 1970-01-01 00:00 UTC.
     */
    int64_t now_ms;
    /**
     * The customer; no id: nobody known. One whom the model does not know is treated as new.
     */
    struct basketry_id customer;
    /**
     * Where the offers are shown, such as "cart"; null: as the policy says.
     */
    const char *placement;
    /**
     * The product whose page is being looked at; no id: none.
     */
    struct basketry_id viewed;
    /**
     * What is in the basket. Repeated lines of a product count once.
     */
    const struct basketry_line *basket;
    /**
     * How many lines there are.
     */
    size_t n_basket;
    /**
     * The orders that the customer made since the model was fitted. Earlier ones are known to the
     * model and are left out, with a warning.
     */
    const struct basketry_order *orders_since;
    /**
     * How many orders there are.
     */
    size_t n_orders_since;
    /**
     * The seed for what a policy leaves to chance.
     */
    uint64_t seed;
    /**
     * Through which channel the offers go, such as "mail"; null: as the policy says.
     */
    const char *channel;
    /**
     * The segments that the customer belongs to, as the shop names them.
     */
    const char *const *segments;
    /**
     * How many segments there are.
     */
    size_t n_segments;
    /**
     * What the customer has consented to, as the shop names it.
     */
    const char *const *consents;
    /**
     * How many consents there are.
     */
    size_t n_consents;
    /**
     * The offers that the customer was shown before, in any order.
     */
    const struct basketry_contact *contacts;
    /**
     * How many contacts there are.
     */
    size_t n_contacts;
    /**
     * What losing the customer would cost, in minor units; below 0: as the policy says.
     * BASKETRY_CONTEXT_INIT sets -1.
     */
    double customer_value;
    /**
     * 1: the offers ride along in a message that goes out anyway; they cost no contact, and no cap
     * stops them. Otherwise 0.
     */
    int32_t ride_along;
    /**
     * The order that was just placed: what is offered comes after it, on a tracking page or in the
     * mail that confirms it. What was in it, and variants of that, are not offered.
     */
    const struct basketry_line *after;
    /**
     * How many lines there are.
     */
    size_t n_after;
    /**
     * What the customer returned: neither these products nor their variants are offered, and
     * nothing because of them. If all of the order in after was returned, nothing is offered.
     */
    const struct basketry_id *returned;
    /**
     * How many products were returned.
     */
    size_t n_returned;
} basketry_context;

/**
 * How a campaign is proposed.
 */
typedef struct basketry_propose_options {
    /**
     * The size of this struct; BASKETRY_PROPOSE_OPTIONS_INIT sets it.
     */
    size_t struct_size;
    /**
     * The most proposals for one customer, 1 to 1000: the most valuable ones.
     * BASKETRY_PROPOSE_OPTIONS_INIT sets 20.
     */
    size_t each;
    /**
     * How many threads to use; 0 means one for each core. The result is the same for any number.
     */
    size_t threads;
} basketry_propose_options;

/**
 * A number behind an offer. This struct never grows.
 */
typedef struct basketry_evidence {
    /**
     * What the number is: of a cross-sell lift_low (how many times as often as by chance the two
     * sell together: the lower 2.5 % bound), pair_baskets and pair_customers; of a refill
     * own_count, own_share, days_since and expected_interval; of a popular one customers and
     * baskets; of an up-sell acceptance, abandonment, base_purchase, base_price, base_margin and
     * own_line_purchases, of a larger pack also pack, base_pack, unit_price and base_unit_price; of a
     * contract term (and ends_in_days of one that the customer has); of a refill also due_in_days and
     * due_at_ms; after an order follow_up_low and follow_up_customers; of a top-up threshold, basket, gap,
     * cost, added_margin, reached, reached_anyway and until_ms; of a bundle main_purchase, discount_share
     * and break_even_discount, of a second unit also unit_discount_share; rating where the catalogue has
     * one. How many times the odds that the model gives are those of base_probability: base_odds where that
     * is not 1, of a bundle and of one product as a top-up base_odds_ and the kind that its least
     * probable product would be offered as alone. After earlier contacts pressure, ignored and response.
     */
    struct basketry_str name;
    /**
     * The number.
     */
    double value;
} basketry_evidence;

/**
 * Where a number that an offer's value rests on came from. This struct never grows.
 */
typedef struct basketry_source {
    /**
     * What the number is: base_probability, margin, base_margin of an up-sell, or the name of a
     * setting of the policy's assume, such as accept.
     */
    struct basketry_str name;
    /**
     * BASKETRY_LEARNED, BASKETRY_GIVEN or BASKETRY_ASSUMED.
     */
    int32_t source;
} basketry_source;

/**
 * One offer. Everything that it points to is borrowed from the decision.
 */
typedef struct basketry_offer {
    /**
     * The kind of offer: BASKETRY_CROSS_SELL, BASKETRY_UP_SELL, BASKETRY_REFILL,
     * BASKETRY_POPULAR, BASKETRY_BUNDLE, BASKETRY_TOP_UP, BASKETRY_SERVICE or BASKETRY_SIMILAR. Later versions may have more.
     */
    int32_t kind;
    /**
     * The kind as a word, such as "cross_sell".
     */
    struct basketry_str kind_name;
    /**
     * The products offered. One, but of a bundle the main product and what goes with it, of a
     * second unit the product twice, of a top-up one or two.
     */
    const struct basketry_id *products;
    /**
     * How many products are offered.
     */
    size_t n_products;
    /**
     * The name of the product; empty if the catalogue has no names; of several their names, with
     * " + " between them.
     */
    struct basketry_str name;
    /**
     * What it costs now, in minor units; of a contract, in each period; of several products
     * together.
     */
    int64_t price;
    /**
     * What is taken off the price, in minor units. Only bundles have a discount.
     */
    int64_t discount;
    /**
     * The ISO 4217 code of the currency.
     */
    struct basketry_str currency;
    /**
     * Of a cross-sell: the product in the basket or viewed that it goes with. Of an up-sell: the
     * product in whose place it is offered. Of a bundle: the main product. Otherwise no id.
     */
    struct basketry_id base_product;
    /**
     * The chance that it is bought in this order if it is offered. Of an up-sell: that it is taken
     * in place of the base product.
     */
    double probability;
    /**
     * The chance that it is bought in this order if it is not offered. Of an up-sell 0.
     */
    double base_probability;
    /**
     * Price less cost in minor units; where the cost is not known, as assumed. Of a contract, in all
     * its periods.
     */
    double margin;
    /**
     * The expected contribution of making this offer, in minor units.
     */
    double value;
    /**
     * The probability with which this offer was chosen for the slot; 1: nothing was left to
     * chance.
     */
    double chosen_with;
    /**
     * 1: the policy pins it to its slot. Otherwise 0.
     */
    int32_t pinned;
    /**
     * Its kind only fills slots that others leave: the place of the kind in the policy's fallback
     * chain, from 1. 0: it holds its slot by its value.
     */
    uint32_t fallback;
    /**
     * Until when it is valid, in milliseconds since 1970-01-01 00:00 UTC; BASKETRY_NO_TIME: without
     * an end.
     */
    int64_t valid_until_ms;
    /**
     * The numbers behind it.
     */
    const struct basketry_evidence *evidence;
    /**
     * How many such numbers there are.
     */
    size_t n_evidence;
    /**
     * The policy's assumptions that stood in for what is not known, such as "margin_rate", as far as
     * they are neither given nor learned.
     */
    const struct basketry_str *assumed;
    /**
     * How many assumptions there are.
     */
    size_t n_assumed;
    /**
     * The reason in plain words.
     */
    struct basketry_str why;
    /**
     * Where the numbers came from that the value rests on.
     */
    const struct basketry_source *sources;
    /**
     * How many such numbers there are.
     */
    size_t n_sources;
    /**
     * How the discount falls on each of the products, in minor units, adding up to it.
     */
    const int64_t *allocation;
    /**
     * As many as there are products; 0 without a discount.
     */
    size_t n_allocation;
} basketry_offer;

/**
 * One of the candidates that a slot was drawn from. Its products are borrowed from the decision.
 */
typedef struct basketry_explore_choice {
    /**
     * The products, as those of an offer: of a bundle the main one too.
     */
    const struct basketry_id *products;
    /**
     * How many there are.
     */
    size_t n_products;
    /**
     * The kind of offer.
     */
    int32_t kind;
    /**
     * What it is worth, in minor units.
     */
    double value;
    /**
     * The probability with which it was to be drawn; those of all choices sum to 1.
     */
    double probability;
} basketry_explore_choice;

/**
 * What became of one of the policy's quotas. Its name is borrowed from the decision.
 */
typedef struct basketry_quota_use {
    /**
     * The quota's name.
     */
    struct basketry_str name;
    /**
     * How many slots it asks for.
     */
    uint32_t min;
    /**
     * How many offers count for it.
     */
    uint32_t made;
    /**
     * The value given up for it, in minor units.
     */
    double price;
} basketry_quota_use;

/**
 * A candidate that was not offered. Everything that it points to is borrowed from the decision.
 */
typedef struct basketry_suppressed {
    /**
     * The product.
     */
    struct basketry_id product;
    /**
     * Why it is not offered, one of the constants that begin with BASKETRY_REASON_.
     */
    int32_t reason;
    /**
     * The reason as a word, such as "out_of_stock".
     */
    struct basketry_str reason_name;
    /**
     * The kind of offer it would have been; BASKETRY_NO_KIND if it did not come so far.
     */
    int32_t kind;
    /**
     * The learned chance that it is bought in this order without an offer; of a product that was
     * considered as an up-sell only, the chance that it is taken if offered.
     */
    double probability;
    /**
     * Its value in minor units; NaN if it was not computed.
     */
    double value;
} basketry_suppressed;

/**
 * One tier. What it points to is borrowed from the ladder.
 */
typedef struct basketry_tier {
    /**
     * The product.
     */
    struct basketry_id product;
    /**
     * Its name; empty if the catalogue has none.
     */
    struct basketry_str name;
    /**
     * What a unit costs now, in minor units; of a contract, in each period.
     */
    int64_t price;
    /**
     * How many periods price and cost recur; 1 for what is paid once.
     */
    uint32_t term;
    /**
     * Why it may not be offered, one of BASKETRY_REASON_*; BASKETRY_REASON_NONE if it may.
     */
    int32_t reason;
    /**
     * What it earns in all its periods, in minor units; NaN if that is not known.
     */
    double margin;
    /**
     * The content of a pack; NaN if it is not known.
     */
    double pack;
    /**
     * The rating, 0 to 5; NaN if it is not known.
     */
    double rating;
    /**
     * The share of purchases among the tiers that go to this one; NaN if none was ever bought.
     */
    double share;
    /**
     * What is expected to be earned by leading to this tier a customer who is about to take the
     * product that was asked for, in minor units; NaN if a margin is not known.
     */
    double value;
} basketry_tier;

/**
 * Which columns of a table of proposals mean what.
 */
typedef struct basketry_proposal_columns {
    /**
     * The size of this struct; BASKETRY_PROPOSAL_COLUMNS_INIT sets it.
     */
    size_t struct_size;
    /**
     * The customer: integers or texts. Required.
     */
    const char *customer;
    /**
     * The offer: integers or texts. Required.
     */
    const char *offer;
    /**
     * What making the offer to the customer would be worth, in any unit. Offers worth 0 or less
     * are made for a minimum volume only. Required.
     */
    const char *value;
    /**
     * What making it costs, in major units (0.25 is twenty-five cents), at least 0; null if
     * nothing costs anything.
     */
    const char *cost;
} basketry_proposal_columns;

/**
 * How often an offer can be made.
 */
typedef struct basketry_capacity {
    /**
     * The offer.
     */
    struct basketry_id offer;
    /**
     * How often it can be made.
     */
    uint64_t most;
} basketry_capacity;

/**
 * Offers that are limited together. At least one of min, max and per_customer limits them.
 */
typedef struct basketry_offer_group {
    /**
     * What the group is called. Required.
     */
    const char *name;
    /**
     * The offers in it.
     */
    const struct basketry_id *offers;
    /**
     * How many they are.
     */
    size_t n_offers;
    /**
     * How often they are made together at least; what cannot be reached is reached as far as
     * possible, by all groups together.
     */
    uint64_t min;
    /**
     * How often they are made together at most; UINT64_MAX if that is not limited.
     */
    uint64_t max;
    /**
     * How many of them one customer gets at most; 0 if that is not limited.
     */
    uint64_t per_customer;
} basketry_offer_group;

/**
 * Two offers that never reach the same customer.
 */
typedef struct basketry_exclusion {
    /**
     * One of them.
     */
    struct basketry_id one;
    /**
     * The other.
     */
    struct basketry_id other;
} basketry_exclusion;

/**
 * The limits of a plan.
 */
typedef struct basketry_assign_options {
    /**
     * The size of this struct; BASKETRY_ASSIGN_OPTIONS_INIT sets it.
     */
    size_t struct_size;
    /**
     * How often single offers can be made; others as often as they are proposed.
     */
    const struct basketry_capacity *capacities;
    /**
     * How many capacities there are.
     */
    size_t n_capacities;
    /**
     * Offers that are limited together.
     */
    const struct basketry_offer_group *groups;
    /**
     * How many groups there are.
     */
    size_t n_groups;
    /**
     * Pairs of offers that never reach the same customer.
     */
    const struct basketry_exclusion *exclusions;
    /**
     * How many pairs there are.
     */
    size_t n_exclusions;
    /**
     * What all offers may cost together, in minor units (cents); -1 if that is not limited.
     */
    int64_t budget;
    /**
     * Breaks ties between customers for whom an offer is worth the same.
     */
    uint64_t seed;
    /**
     * Offers that one customer gets at most, 1 to 64, and no more than the max_offers of the policy
     * by which an engine proposed them.
     */
    uint32_t per_customer;
    /**
     * Not used; 0.
     */
    uint32_t reserved;
} basketry_assign_options;

/**
 * What a plan comes to.
 */
typedef struct basketry_plan_summary {
    /**
     * How many offers are made.
     */
    uint64_t offers;
    /**
     * How many customers get one.
     */
    uint64_t reached;
    /**
     * What the plan is worth: the values of all offers, less contact_risk.
     */
    double value;
    /**
     * No plan within the limits is worth more; where a minimum volume is not met, of the plans
     * that need only what is reached of it.
     */
    double bound;
    /**
     * How far the plan may be from the best one: (bound - value) / |bound|.
     */
    double gap;
    /**
     * What all offers cost together, in minor units, a part of one counted as a whole; 0 without
     * costs.
     */
    int64_t spent;
    /**
     * What one more minor unit of budget would be worth, about; 0 if some is left.
     */
    double budget_price;
    /**
     * How often the options name an offer that is proposed to nobody.
     */
    uint64_t unknown;
    /**
     * What contacting the customers who get an offer risks together, once for each, however many
     * offers they get; 0 for proposals of a table.
     */
    double contact_risk;
} basketry_plan_summary;

/**
 * One offer that is made to a customer. The ids are borrowed from the plan.
 */
typedef struct basketry_plan_row {
    /**
     * The customer.
     */
    struct basketry_id customer;
    /**
     * The offer.
     */
    struct basketry_id offer;
    /**
     * What it is worth, of which nothing is taken off for the risk of the contact.
     */
    double value;
} basketry_plan_row;

/**
 * How often an offer is made, or the offers of a group. What is not a number is borrowed from the
 * plan.
 */
typedef struct basketry_volume {
    /**
     * The offer; BASKETRY_ID_NONE for a group.
     */
    struct basketry_id offer;
    /**
     * The name of the group; empty for an offer.
     */
    struct basketry_str group;
    /**
     * The least volume that was asked for.
     */
    uint64_t min;
    /**
     * The greatest volume; UINT64_MAX if that is not limited.
     */
    uint64_t max;
    /**
     * How often it is made.
     */
    uint64_t made;
    /**
     * What one more would be worth at the greatest volume, about; below 0 what one more costs at
     * the least; 0 between them.
     */
    double price;
} basketry_volume;

/**
 * The call did what it says.
 */
#define BASKETRY_OK 0

/**
 * An argument or option is null, out of its range, or contradicts another one.
 */
#define BASKETRY_INVALID_ARGUMENT 1

/**
 * A table lacks a column, or a column has a type that cannot serve.
 */
#define BASKETRY_SCHEMA 2

/**
 * A value in the data cannot be used: a null id, a price that is not finite and so on.
 */
#define BASKETRY_DATA 3

/**
 * A policy or a context could not be read: unknown key, wrong type, value out of range.
 */
#define BASKETRY_POLICY 4

/**
 * An id is not known where it must be.
 */
#define BASKETRY_UNKNOWN_ID 5

/**
 * The operating system refused to read or write.
 */
#define BASKETRY_IO 6

/**
 * A model file is not one, is cut short or is damaged.
 */
#define BASKETRY_FORMAT 7

/**
 * A file was made by a version of the library that this one cannot read: by a newer one, or a model by
 * one that learned other features.
 */
#define BASKETRY_VERSION 8

/**
 * The work was cancelled by its caller.
 */
#define BASKETRY_CANCELLED 9

/**
 * A limit (memory, number of results, time, 32-bit index space) was reached.
 */
#define BASKETRY_LIMIT 10

/**
 * A defect in this library. Please report it.
 */
#define BASKETRY_INTERNAL 11

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * What went wrong in the last call of this thread that failed, as one sentence that names the
 * argument, column, row or key: UTF-8, ended by a zero byte, at most 4095 bytes. An empty string
 * if nothing failed yet. The pointer stays valid until the thread ends; the text changes when
 * another call of the same thread fails, and never when one succeeds.
 */
const char *basketry_last_error(void);

/**
 * Copies the message of basketry_last_error into a buffer of len bytes, ended by a zero byte and
 * cut if it does not fit. Returns the length of the whole message without the zero byte, so that
 * a return value of len or more says that it was cut. A null buffer is allowed if len is 0.
 */
size_t basketry_last_error_copy(char *buf, size_t len);

/**
 * The stable name of a status, such as "ok" or "invalid_argument"; "unknown" for a number that
 * is none. The text is static.
 */
const char *basketry_status_name(basketry_status status);

/**
 * The version of the library, such as "0.1.0". The text is static.
 */
const char *basketry_version(void);

/**
 * A text from a string that ends with a zero byte. The bytes are borrowed, not copied.
 */
struct basketry_str basketry_text(const char *data);

/**
 * An id that is an integer.
 */
struct basketry_id basketry_id_int(int64_t number);

/**
 * An id that is a text, from a string that ends with a zero byte. The bytes are borrowed, not
 * copied.
 */
struct basketry_id basketry_id_str(const char *data);

/**
 * Makes a control. Free it with basketry_control_free, after the work it was given to has
 * returned.
 */
basketry_status basketry_control_new(struct basketry_control **out);

/**
 * Frees a control. Null is allowed.
 */
void basketry_control_free(struct basketry_control *control);

/**
 * Has the callback called about every interval_ms milliseconds (at least 1) while a long function
 * that was given this control works, and once when it is done. The callback runs in the thread
 * that called the long function, and gets user as it is. A null callback ends it.
 */
basketry_status basketry_control_on_progress(struct basketry_control *control,
                                             basketry_progress_fn callback,
                                             void *user,
                                             uint32_t interval_ms);

/**
 * Asks the work to stop: the long function returns BASKETRY_CANCELLED soon after. Any thread may
 * call this at any time.
 */
basketry_status basketry_control_cancel(const struct basketry_control *control);

/**
 * How far the work is. Any thread may call this at any time.
 */
basketry_status basketry_control_progress(const struct basketry_control *control,
                                          struct basketry_progress *out);

/**
 * The name of a stage, such as "reading" or "mining"; "unknown" for a number that is none. The
 * text is static.
 */
const char *basketry_stage_name(int32_t stage);

/**
 * Begins a catalogue that is made product by product. Null options mean the defaults.
 */
basketry_status basketry_catalog_builder_new(const struct basketry_catalog_options *options,
                                             struct basketry_catalog_builder **out);

/**
 * Adds a product. If it fails the product is not added and the builder can be used on.
 */
basketry_status basketry_catalog_builder_push(struct basketry_catalog_builder *builder,
                                              const struct basketry_product *product);

/**
 * Makes the catalogue. The builder is used up and must still be freed.
 */
basketry_status basketry_catalog_builder_finish(struct basketry_catalog_builder *builder,
                                                struct basketry_catalog **out);

/**
 * Frees a builder. Null is allowed.
 */
void basketry_catalog_builder_free(struct basketry_catalog_builder *builder);

/**
 * Reads a catalogue from an Arrow stream of products. The stream is consumed: it is released
 * whatever the outcome. It may be read in another thread than the calling one.
 */
basketry_status basketry_catalog_from_arrow(struct ArrowArrayStream *stream,
                                            const struct basketry_catalog_columns *columns,
                                            const struct basketry_catalog_options *options,
                                            const struct basketry_control *control,
                                            struct basketry_catalog **out);

/**
 * Reads a catalogue from a CSV file of products. Null options mean the defaults.
 */
basketry_status basketry_catalog_from_csv(const char *file,
                                          const struct basketry_catalog_columns *columns,
                                          const struct basketry_catalog_options *options,
                                          const struct basketry_csv_options *csv,
                                          const struct basketry_control *control,
                                          struct basketry_catalog **out);

/**
 * Frees a catalogue. Null is allowed. Engines that were given it keep what they need.
 */
void basketry_catalog_free(struct basketry_catalog *catalog);

/**
 * The number of products; 0 for null.
 */
size_t basketry_catalog_len(const struct basketry_catalog *catalog);

/**
 * What became of the rows that were read, as a JSON object: rows_read, products, how many were
 * skipped and why, without_price, without_cost, out_of_stock and so on. Borrowed from the
 * catalogue, ended by a zero byte; empty for null.
 */
struct basketry_str basketry_catalog_report(const struct basketry_catalog *catalog);

/**
 * Changes a product's price, in minor units; BASKETRY_NO_MONEY: none. Engines that were given the
 * catalogue before keep what they were given: give it to basketry_engine_set_catalog again.
 */
basketry_status basketry_catalog_set_price(struct basketry_catalog *catalog,
                                           struct basketry_id product,
                                           int64_t price);

/**
 * Changes a product's cost, in minor units; BASKETRY_NO_MONEY: not known. Engines as for
 * basketry_catalog_set_price.
 */
basketry_status basketry_catalog_set_cost(struct basketry_catalog *catalog,
                                          struct basketry_id product,
                                          int64_t cost);

/**
 * Changes a product's stock, in units; BASKETRY_UNTRACKED: never out of stock. Engines as for
 * basketry_catalog_set_price.
 */
basketry_status basketry_catalog_set_stock(struct basketry_catalog *catalog,
                                           struct basketry_id product,
                                           int64_t stock);

/**
 * Says whether a product may be offered, 1 or 0. Engines as for basketry_catalog_set_price.
 */
basketry_status basketry_catalog_set_sellable(struct basketry_catalog *catalog,
                                              struct basketry_id product,
                                              int32_t sellable);

/**
 * Changes how many periods price and cost of a product recur, 1 to 1200. Engines as for
 * basketry_catalog_set_price.
 */
basketry_status basketry_catalog_set_term(struct basketry_catalog *catalog,
                                          struct basketry_id product,
                                          uint32_t term);

/**
 * Says whether a product is a service or contract, 1 or 0. Engines as for
 * basketry_catalog_set_price.
 */
basketry_status basketry_catalog_set_service(struct basketry_catalog *catalog,
                                             struct basketry_id product,
                                             int32_t service);

/**
 * Changes the content of a pack of a product; 0: not known. Engines as for
 * basketry_catalog_set_price.
 */
basketry_status basketry_catalog_set_pack(struct basketry_catalog *catalog,
                                          struct basketry_id product,
                                          double pack);

/**
 * Changes a product's rating, 0 to 5; BASKETRY_NO_RATING: not known. Engines as for
 * basketry_catalog_set_price.
 */
basketry_status basketry_catalog_set_rating(struct basketry_catalog *catalog,
                                            struct basketry_id product,
                                            double rating);

/**
 * Links two products by hand, one of BASKETRY_LINK_*. Links win over what basketry_fit learns; one
 * that is there already changes nothing.
 */
basketry_status basketry_catalog_link(struct basketry_catalog *catalog,
                                      struct basketry_id product,
                                      int32_t link,
                                      struct basketry_id other);

/**
 * Reads a history from an Arrow stream of order lines. The stream is consumed: it is released
 * whatever the outcome. It may be read in another thread than the calling one.
 */
basketry_status basketry_history_from_arrow(struct ArrowArrayStream *stream,
                                            const struct basketry_history_columns *columns,
                                            const struct basketry_history_options *options,
                                            const struct basketry_control *control,
                                            struct basketry_history **out);

/**
 * Adds the order lines of another Arrow stream, which is consumed. The columns must play the same
 * roles as in what was read before. If it fails the history stays as it was.
 */
basketry_status basketry_history_append_arrow(struct basketry_history *history,
                                              struct ArrowArrayStream *stream,
                                              const struct basketry_history_columns *columns,
                                              const struct basketry_history_options *options,
                                              const struct basketry_control *control);

/**
 * Reads a history from a CSV file of order lines. Null options mean the defaults.
 */
basketry_status basketry_history_from_csv(const char *file,
                                          const struct basketry_history_columns *columns,
                                          const struct basketry_history_options *options,
                                          const struct basketry_csv_options *csv,
                                          const struct basketry_control *control,
                                          struct basketry_history **out);

/**
 * Adds the order lines of a CSV file, under the same rules as basketry_history_append_arrow.
 */
basketry_status basketry_history_append_csv(struct basketry_history *history,
                                            const char *file,
                                            const struct basketry_history_columns *columns,
                                            const struct basketry_history_options *options,
                                            const struct basketry_csv_options *csv,
                                            const struct basketry_control *control);

/**
 * Begins a history that is made line by line. The fields are a sum of BASKETRY_WITH_CUSTOMERS,
 * BASKETRY_WITH_BASKETS and BASKETRY_WITH_REVENUE and say what the lines have beside time, product
 * and quantity; customers or baskets must be among them. Without customers each basket is a
 * customer of its own; without baskets the lines of a customer at the same time are one basket.
 * Null options mean the defaults.
 */
basketry_status basketry_history_builder_new(uint32_t fields,
                                             const struct basketry_history_options *options,
                                             struct basketry_history_builder **out);

/**
 * Adds a line. If it fails the line is not added and the builder can be used on.
 */
basketry_status basketry_history_builder_push(struct basketry_history_builder *builder,
                                              const struct basketry_order_line *line);

/**
 * Groups the lines into a history. The builder is used up, whatever the outcome, and must still be
 * freed.
 */
basketry_status basketry_history_builder_finish(struct basketry_history_builder *builder,
                                                const struct basketry_control *control,
                                                struct basketry_history **out);

/**
 * Frees a builder. Null is allowed.
 */
void basketry_history_builder_free(struct basketry_history_builder *builder);

/**
 * Frees a history. Null is allowed.
 */
void basketry_history_free(struct basketry_history *history);

/**
 * The number of baskets; 0 for null.
 */
size_t basketry_history_len(const struct basketry_history *history);

/**
 * The number of lines, after repeated lines of a product in a basket were added up; 0 for null.
 */
size_t basketry_history_lines(const struct basketry_history *history);

/**
 * What became of the lines that were read, as a JSON object: lines_read, lines_used, how many were
 * skipped and why, returns, baskets, customers, products, first_time and last_time and so on.
 * Borrowed from the history, ended by a zero byte; empty for null.
 */
struct basketry_str basketry_history_report(const struct basketry_history *history);

/**
 * The distinct products of each basket, for mining.
 */
basketry_status basketry_history_to_baskets(const struct basketry_history *history,
                                            struct basketry_baskets **out);

/**
 * As basketry_history_to_baskets, with weights that halve with every half_life_days between a
 * basket and now_ms, milliseconds since 1970-01-01 UTC, which must not be before the last basket.
 */
basketry_status basketry_history_to_decayed_baskets(const struct basketry_history *history,
                                                    int64_t now_ms,
                                                    double half_life_days,
                                                    struct basketry_baskets **out);

/**
 * Makes baskets from lists of ids. Repeated ids within a list count once; an empty list is an empty
 * basket.
 */
basketry_status basketry_baskets_from_lists(const struct basketry_ids *lists,
                                            size_t n_lists,
                                            struct basketry_baskets **out);

/**
 * Reads baskets from an Arrow stream with one row for each item of each basket; basket and item
 * name its columns. The stream is consumed: it is released whatever the outcome. A null in either
 * column follows the rule nulls, BASKETRY_ON_BAD_ERROR or BASKETRY_ON_BAD_SKIP.
 */
basketry_status basketry_baskets_from_arrow(struct ArrowArrayStream *stream,
                                            const char *basket,
                                            const char *item,
                                            int32_t nulls,
                                            const struct basketry_control *control,
                                            struct basketry_baskets **out);

/**
 * Reads baskets from a CSV file with one line for each item of each basket; otherwise as
 * basketry_baskets_from_arrow. Null for csv means the defaults.
 */
basketry_status basketry_baskets_from_csv(const char *file,
                                          const char *basket,
                                          const char *item,
                                          int32_t nulls,
                                          const struct basketry_csv_options *csv,
                                          const struct basketry_control *control,
                                          struct basketry_baskets **out);

/**
 * Reads baskets from a FIMI file: each line is a basket, its items are non-negative integers parted
 * by spaces. A blank line is an empty basket.
 */
basketry_status basketry_baskets_from_fimi(const char *file,
                                           const struct basketry_control *control,
                                           struct basketry_baskets **out);

/**
 * Makes baskets from compressed sparse rows: the items of basket b are indices[indptr[b]] up to,
 * but without, indices[indptr[b + 1]], each below n_items; indptr has one entry more than there are
 * baskets. Null for ids means that items have their index as an integer id, and only those that
 * occur are items; otherwise there must be n_items distinct ids.
 */
basketry_status basketry_baskets_from_csr(const uint64_t *indptr,
                                          size_t n_indptr,
                                          const uint32_t *indices,
                                          size_t n_indices,
                                          const struct basketry_id *ids,
                                          size_t n_items,
                                          struct basketry_baskets **out);

/**
 * Makes the same baskets with a weight for each: how often, or how much, it counts, finite and
 * above 0. Mining then sums weights where it would count baskets; the column "weight" of itemsets
 * has the sums. Sums are exact: weights are kept as multiples of about 2^-51 of the sum of all;
 * whole numbers are kept as they are.
 */
basketry_status basketry_baskets_with_weights(const struct basketry_baskets *baskets,
                                              const double *weights,
                                              size_t n_weights,
                                              struct basketry_baskets **out);

/**
 * Says who bought each of the baskets: one number for each basket, baskets of the same number being
 * the same customer's. Baskets of a history that knows customers have them already.
 */
basketry_status basketry_baskets_set_customers(struct basketry_baskets *baskets,
                                               const uint32_t *customers,
                                               size_t n_customers);

/**
 * Frees baskets. Null is allowed.
 */
void basketry_baskets_free(struct basketry_baskets *baskets);

/**
 * How many baskets there are, empty ones included; 0 for null.
 */
size_t basketry_baskets_len(const struct basketry_baskets *baskets);

/**
 * How many distinct items there are; 0 for null.
 */
size_t basketry_baskets_items(const struct basketry_baskets *baskets);

/**
 * How many rows of the source were left out because of a null; 0 for null.
 */
uint64_t basketry_baskets_skipped(const struct basketry_baskets *baskets);

/**
 * Makes a hierarchy of n_links links: children[i] is a kind of parents[i]. Links that form a
 * circle are BASKETRY_ERROR_INVALID_ARGUMENT.
 */
basketry_status basketry_hierarchy_from_links(const struct basketry_id *children,
                                              const struct basketry_id *parents,
                                              size_t n_links,
                                              struct basketry_hierarchy **out);

/**
 * Makes a hierarchy of the categories of a catalogue. Categories are called column=value, such
 * as "department=dairy".
 */
basketry_status basketry_hierarchy_from_catalog(const struct basketry_catalog *catalog,
                                                struct basketry_hierarchy **out);

/**
 * Reads a hierarchy from an Arrow stream with a row for each item. levels are the n_levels names
 * of the columns of categories, the broadest first; categories are called column=value. The
 * stream is consumed: it is released whatever the outcome. It may be read in another thread than
 * the calling one.
 */
basketry_status basketry_hierarchy_from_arrow(struct ArrowArrayStream *stream,
                                              const char *item,
                                              const char *const *levels,
                                              size_t n_levels,
                                              const struct basketry_control *control,
                                              struct basketry_hierarchy **out);

/**
 * Makes a copy of a hierarchy in which only these levels take part. What is a kind of what stays
 * as it is, across levels that do not take part.
 */
basketry_status basketry_hierarchy_only(const struct basketry_hierarchy *hierarchy,
                                        const char *const *levels,
                                        size_t n_levels,
                                        struct basketry_hierarchy **out);

/**
 * Makes baskets with the categories of what the baskets hold, which are items like others: what is
 * mined with this hierarchy, and what the rules of such itemsets are counted in.
 */
basketry_status basketry_hierarchy_extend(const struct basketry_hierarchy *hierarchy,
                                          const struct basketry_baskets *baskets,
                                          const struct basketry_control *control,
                                          struct basketry_baskets **out);

/**
 * How many items and categories a hierarchy has, on all levels; 0 for null.
 */
size_t basketry_hierarchy_len(const struct basketry_hierarchy *hierarchy);

/**
 * Frees a hierarchy. Null is allowed.
 */
void basketry_hierarchy_free(struct basketry_hierarchy *hierarchy);

/**
 * Finds all sets of items that enough baskets hold. Options are required, as there is no
 * threshold that suits all data.
 */
basketry_status basketry_itemsets_mine(const struct basketry_baskets *baskets,
                                       const struct basketry_itemset_options *options,
                                       const struct basketry_control *control,
                                       struct basketry_itemsets **out);

/**
 * Frees itemsets. Null is allowed. Rules made from them stay as they are.
 */
void basketry_itemsets_free(struct basketry_itemsets *itemsets);

/**
 * How many itemsets there are; 0 for null.
 */
size_t basketry_itemsets_len(const struct basketry_itemsets *itemsets);

/**
 * The least number of baskets of which these are all itemsets; 0 for null.
 */
uint64_t basketry_itemsets_min_count(const struct basketry_itemsets *itemsets);

/**
 * The least number of baskets that was asked for, if a limit raised it; otherwise, and for null, 0.
 */
uint64_t basketry_itemsets_raised(const struct basketry_itemsets *itemsets);

/**
 * The weight of all baskets, if they had weights: what to divide the column "weight" by for a
 * support. Otherwise, and for null, 0.
 */
double basketry_itemsets_total_weight(const struct basketry_itemsets *itemsets);

/**
 * The itemsets as columns, borrowed; null for null. The first call lays them out.
 */
const struct basketry_itemset_columns *basketry_itemsets_columns(const struct basketry_itemsets *itemsets);

/**
 * Writes a column of numbers, by name: "length", "count", "support", or one that the way of
 * mining adds, such as "weight" where baskets have weights. Borrowed from the itemsets; the first call for a column lays it out.
 */
basketry_status basketry_itemsets_column(const struct basketry_itemsets *itemsets,
                                         struct basketry_str name,
                                         struct basketry_numbers *out);

/**
 * Writes the id of an item, which is borrowed from the itemsets.
 */
basketry_status basketry_itemsets_item(const struct basketry_itemsets *itemsets,
                                       uint32_t item,
                                       struct basketry_id *out);

/**
 * Writes in how many baskets these ids are together, or 0 if that is below the threshold the
 * itemsets were mined with, or an id is unknown.
 */
basketry_status basketry_itemsets_count_of(const struct basketry_itemsets *itemsets,
                                           const struct basketry_id *ids,
                                           size_t n_ids,
                                           uint64_t *out);

/**
 * Writes the itemsets to out as an Arrow stream with the columns itemset (a list of ids), length,
 * count and support. The stream keeps alive what it needs; release it as Arrow says.
 */
basketry_status basketry_itemsets_export(const struct basketry_itemsets *itemsets,
                                         struct ArrowArrayStream *out);

/**
 * Appends the baskets of other, whose items are matched by id. Items that are new get the next
 * numbers, so that those there are keep theirs.
 */
basketry_status basketry_baskets_append(struct basketry_baskets *baskets,
                                        const struct basketry_baskets *other);

/**
 * Makes baskets of those with these numbers, in this order.
 */
basketry_status basketry_baskets_take(const struct basketry_baskets *baskets,
                                      const size_t *numbers,
                                      size_t n_numbers,
                                      struct basketry_baskets **out);

/**
 * Counts itemsets in baskets: makes the same itemsets, in the same order, with their counts in
 * these baskets, those that none holds included. Items are matched by id. 0 threads means one for
 * each core.
 */
basketry_status basketry_itemsets_count(const struct basketry_baskets *baskets,
                                        const struct basketry_itemsets *itemsets,
                                        size_t n_threads,
                                        const struct basketry_control *control,
                                        struct basketry_itemsets **out);

/**
 * Finds the frequent itemsets of baskets in parts: what basketry_itemsets_mine finds in all of
 * them together, in the same order. Parts may be empty. They are mined one at a time only where
 * max_memory leaves no room for a copy of their frequent items.
 */
basketry_status basketry_itemsets_mine_parts(const struct basketry_baskets *const *parts,
                                             size_t n_parts,
                                             const struct basketry_itemset_options *options,
                                             const struct basketry_control *control,
                                             struct basketry_itemsets **out);

/**
 * Finds the frequent itemsets of baskets that were appended to, given those of the first of them,
 * mined with the same max_length: what basketry_itemsets_mine finds, but for the most part by
 * counting in the new baskets only, where that is cheaper than mining all of them again.
 */
basketry_status basketry_itemsets_update(const struct basketry_baskets *baskets,
                                         const struct basketry_itemsets *itemsets,
                                         const struct basketry_itemset_options *options,
                                         const struct basketry_control *control,
                                         struct basketry_itemsets **out);

/**
 * Finds the itemsets of a part of the baskets that may be frequent in all of them: the first pass
 * over baskets in parts. total is the number of all baskets; 0 means that it is not known, which
 * min_share allows. They are not counted yet.
 */
basketry_status basketry_itemset_counts_candidates(const struct basketry_baskets *part,
                                                   const struct basketry_itemset_options *options,
                                                   uint64_t total,
                                                   const struct basketry_control *control,
                                                   struct basketry_itemset_counts **out);

/**
 * Takes the itemsets, in their order, to be counted.
 */
basketry_status basketry_itemset_counts_from_itemsets(const struct basketry_itemsets *itemsets,
                                                      struct basketry_itemset_counts **out);

/**
 * Takes itemsets from lists of ids, to be counted. None may be empty or come twice.
 */
basketry_status basketry_itemset_counts_from_lists(const struct basketry_ids *lists,
                                                   size_t n_lists,
                                                   struct basketry_itemset_counts **out);

/**
 * Reads counts from an Arrow stream with a column itemset of lists of ids and maybe a column
 * count, as basketry_itemset_counts_export writes it. The stream is consumed: it is released
 * whatever the outcome.
 */
basketry_status basketry_itemset_counts_from_arrow(struct ArrowArrayStream *stream,
                                                   const struct basketry_control *control,
                                                   struct basketry_itemset_counts **out);

/**
 * Makes the union of itemsets, to be counted. The order of the parts does not matter.
 */
basketry_status basketry_itemset_counts_union(const struct basketry_itemset_counts *const *parts,
                                              size_t n_parts,
                                              struct basketry_itemset_counts **out);

/**
 * Frees counts. Null is allowed.
 */
void basketry_itemset_counts_free(struct basketry_itemset_counts *counts);

/**
 * How many itemsets there are; 0 for null.
 */
size_t basketry_itemset_counts_len(const struct basketry_itemset_counts *counts);

/**
 * How many baskets were counted; 0 for null.
 */
uint64_t basketry_itemset_counts_baskets(const struct basketry_itemset_counts *counts);

/**
 * Counts the itemsets in these baskets too. 0 threads means one for each core.
 */
basketry_status basketry_itemset_counts_add(struct basketry_itemset_counts *counts,
                                            const struct basketry_baskets *baskets,
                                            size_t n_threads,
                                            const struct basketry_control *control);

/**
 * Adds what was counted elsewhere, of the same itemsets. The order of merges does not matter.
 */
basketry_status basketry_itemset_counts_merge(struct basketry_itemset_counts *counts,
                                              const struct basketry_itemset_counts *other);

/**
 * Makes itemsets of all, with their counts.
 */
basketry_status basketry_itemset_counts_itemsets(const struct basketry_itemset_counts *counts,
                                                 struct basketry_itemsets **out);

/**
 * Makes itemsets of the frequent ones: what basketry_itemsets_mine finds in all baskets that were
 * counted. Refused if some may be missing, because these are not the candidates that were mined in
 * all parts.
 */
basketry_status basketry_itemset_counts_frequent(const struct basketry_itemset_counts *counts,
                                                 const struct basketry_itemset_options *options,
                                                 struct basketry_itemsets **out);

/**
 * Writes the counts to out as an Arrow stream with the columns itemset (a list of ids) and count,
 * for another machine. The stream keeps alive what it needs; release it as Arrow says.
 */
basketry_status basketry_itemset_counts_export(const struct basketry_itemset_counts *counts,
                                               struct ArrowArrayStream *out);

/**
 * Reads baskets from an Arrow stream with one row for each line of each basket, in any order; lines
 * of the same basket and item are added up. The stream is consumed: it is released whatever the
 * outcome. Null for options means the defaults.
 */
basketry_status basketry_utilities_from_arrow(struct ArrowArrayStream *stream,
                                              const struct basketry_utility_columns *columns,
                                              const struct basketry_utility_options *options,
                                              const struct basketry_control *control,
                                              struct basketry_utilities **out);

/**
 * What each line of a history contributed, in minor units: what was paid for it less the unit cost
 * of the catalogue times the quantity. Null for catalog means what was paid. The history must have
 * been read with revenue. A line whose product has no cost follows the rule no_cost,
 * BASKETRY_ON_BAD_ERROR or BASKETRY_ON_BAD_SKIP; what is left out is no part of its basket.
 */
basketry_status basketry_utilities_from_history(const struct basketry_history *history,
                                                const struct basketry_catalog *catalog,
                                                int32_t no_cost,
                                                struct basketry_utilities **out);

/**
 * Makes baskets from compressed sparse rows: the items of basket b are indices[indptr[b]] up to,
 * but without, indices[indptr[b + 1]], as indices into ids, and in the same places of values are
 * their utilities in minor units. indptr has one entry more than there are baskets, indices and
 * values have n_lines. Repeated items of a basket are added up. The ids must be distinct.
 */
basketry_status basketry_utilities_from_csr(const uint64_t *indptr,
                                            size_t n_indptr,
                                            const uint32_t *indices,
                                            const int64_t *values,
                                            size_t n_lines,
                                            const struct basketry_id *ids,
                                            size_t n_ids,
                                            struct basketry_utilities **out);

/**
 * Frees baskets with utilities. Null is allowed.
 */
void basketry_utilities_free(struct basketry_utilities *utilities);

/**
 * How many baskets there are, empty ones included; 0 for null.
 */
size_t basketry_utilities_len(const struct basketry_utilities *utilities);

/**
 * How many lines there are, after those of the same basket and item were added up; 0 for null.
 */
size_t basketry_utilities_lines(const struct basketry_utilities *utilities);

/**
 * What all lines together are worth, in minor units; 0 for null.
 */
int64_t basketry_utilities_total(const struct basketry_utilities *utilities);

/**
 * How many lines of the source were left out, as the rules say; 0 for null.
 */
uint64_t basketry_utilities_skipped(const struct basketry_utilities *utilities);

/**
 * How many lines were added to another line of the same basket and item; 0 for null.
 */
uint64_t basketry_utilities_merged(const struct basketry_utilities *utilities);

/**
 * Finds the sets of items that are worth the most together: the utility of a set is the sum, over
 * the baskets that hold all of its items, of what its items are worth there. Exact, whatever the
 * signs. Rows go by length, and within a length from the most valuable on; the utilities are
 * the column "utility" of basketry_itemsets_column. No rules can be made of the result, as subsets
 * may be missing. Options are required.
 */
basketry_status basketry_itemsets_high_utility(const struct basketry_utilities *utilities,
                                               const struct basketry_high_utility_options *options,
                                               const struct basketry_control *control,
                                               struct basketry_itemsets **out);

/**
 * Splits each itemset into rules and keeps those of at least the given confidence. If the itemsets
 * lack subsets, as maximal ones do or those mined with a min_length, the options must hold the
 * baskets. Null options mean the defaults.
 */
basketry_status basketry_rules_make(const struct basketry_itemsets *itemsets,
                                    const struct basketry_rule_options *options,
                                    const struct basketry_control *control,
                                    struct basketry_rules **out);

/**
 * Frees rules. Null is allowed.
 */
void basketry_rules_free(struct basketry_rules *rules);

/**
 * How many rules there are; 0 for null.
 */
size_t basketry_rules_len(const struct basketry_rules *rules);

/**
 * The rules as columns, borrowed; null for null. The first call lays them out.
 */
const struct basketry_rule_columns *basketry_rules_columns(const struct basketry_rules *rules);

/**
 * Writes the id of an item, which is borrowed from the rules.
 */
basketry_status basketry_rules_item(const struct basketry_rules *rules,
                                    uint32_t item,
                                    struct basketry_id *out);

/**
 * Writes the values of a measure, one for each rule, to an array whose length must be the number
 * of rules. The measures are "antecedent_support", "consequent_support", "support",
 * "confidence", "lift", "representativity", "leverage", "conviction", "zhangs_metric",
 * "jaccard", "certainty", "kulczynski", "added_value", "boost", "casual_confidence",
 * "casual_support", "chi_squared", "collective_strength", "confirmed_confidence", "cosine",
 * "counterexample", "doc", "fishers_exact_test", "gini", "hyper_confidence", "hyper_lift",
 * "imbalance", "implication_index", "importance", "improvement", "j_measure", "kappa", "lambda",
 * "laplace", "least_contradiction", "lerman", "max_confidence", "mutual_information",
 * "odds_ratio", "phi", "ralambondrainy", "relative_risk", "rld", "rule_power_factor", "sebag",
 * "std_lift", "varying_liaison", "yule_q", "yule_y", "n11", "n10", "n01" and "n00". Values may
 * be infinite, and NaN where an item is in every basket.
 */
basketry_status basketry_rules_values(const struct basketry_rules *rules,
                                      const char *measure,
                                      double *out,
                                      size_t len);

/**
 * The n rules with the largest measure, the largest first; ties stay in their order. The measures
 * are those of basketry_rules_values.
 */
basketry_status basketry_rules_top(const struct basketry_rules *rules,
                                   size_t n,
                                   const char *measure,
                                   struct basketry_rules **out);

/**
 * The n best rules for a basket by a measure of basketry_rules_values, the best first: those whose
 * antecedent the basket holds and of whose consequent it holds nothing. Ids that no rule knows are
 * passed over. The first call builds an index over all rules; later ones take microseconds.
 */
basketry_status basketry_rules_matching(const struct basketry_rules *rules,
                                        const struct basketry_id *basket,
                                        size_t n_basket,
                                        size_t n,
                                        const char *measure,
                                        struct basketry_rules **out);

/**
 * Writes the rules to out as an Arrow stream with the columns antecedent and consequent (lists of
 * ids), count, antecedent_count, consequent_count, customers if they are known, and the
 * measures: the first twelve of basketry_rules_values, or those chosen with basketry_rules_with_measures. The stream keeps alive
 * what it needs; release it as Arrow says.
 */
basketry_status basketry_rules_export(const struct basketry_rules *rules,
                                      struct ArrowArrayStream *out);

/**
 * The same rules, whose Arrow streams have a column for each of these measures, in this order. The
 * names are those of basketry_rules_values.
 */
basketry_status basketry_rules_with_measures(const struct basketry_rules *rules,
                                             const char *const *measures,
                                             size_t n_measures,
                                             struct basketry_rules **out);

/**
 * The same rules with the largest measure first, or the smallest if ascending is not 0; ties stay
 * in their order, NaN comes last.
 */
basketry_status basketry_rules_sort(const struct basketry_rules *rules,
                                    const char *measure,
                                    int32_t ascending,
                                    struct basketry_rules **out);

/**
 * Writes the p-value of each rule by Fisher's one-sided exact test of independence, corrected for
 * this many tests (0 means the number of rules), to an array whose length must be the number of
 * rules.
 */
basketry_status basketry_rules_p_values(const struct basketry_rules *rules,
                                        int32_t correction,
                                        uint64_t tests,
                                        const struct basketry_control *control,
                                        double *out,
                                        size_t len);

/**
 * The rules whose p-value, corrected, is at most alpha. Null options mean the defaults.
 */
basketry_status basketry_rules_significant(const struct basketry_rules *rules,
                                           const struct basketry_significance_options *options,
                                           const struct basketry_control *control,
                                           struct basketry_rules **out);

/**
 * The rules that are more confident than every rule with the same consequent and fewer items in
 * the antecedent, whether that is among these rules or not. Null options mean the defaults.
 */
basketry_status basketry_rules_non_redundant(const struct basketry_rules *rules,
                                             const struct basketry_redundancy_options *options,
                                             const struct basketry_control *control,
                                             struct basketry_rules **out);

/**
 * The rules in which every item of the antecedent helps: those that are not redundant and, unless
 * options are null, significantly so. For each item, Fisher's one-sided exact test asks whether,
 * among the baskets with the other items, this item makes the consequent more frequent; the
 * largest of these p-values is that of the rule.
 */
basketry_status basketry_rules_productive(const struct basketry_rules *rules,
                                          const struct basketry_significance_options *options,
                                          const struct basketry_control *control,
                                          struct basketry_rules **out);

/**
 * Finds the itemsets that tell the baskets in first from those in second, those with the smallest
 * p-values first. Counts are those in all baskets; further columns are count_first, count_second,
 * support_first, support_second, difference, growth_rate, odds_ratio, p_value and p_adjusted.
 */
basketry_status basketry_itemsets_contrasts(const struct basketry_baskets *first,
                                            const struct basketry_baskets *second,
                                            const struct basketry_contrast_options *options,
                                            const struct basketry_control *control,
                                            struct basketry_itemsets **out);

/**
 * Finds all sequences of two or more steps that enough customers have within a window of days.
 * Options are required, as there is no threshold that suits all data.
 */
basketry_status basketry_sequences_mine(const struct basketry_history *history,
                                        const struct basketry_sequence_options *options,
                                        const struct basketry_control *control,
                                        struct basketry_sequences **out);

/**
 * Frees sequences. Null is allowed.
 */
void basketry_sequences_free(struct basketry_sequences *sequences);

/**
 * How many sequences there are; 0 for null.
 */
size_t basketry_sequences_len(const struct basketry_sequences *sequences);

/**
 * The sequences as columns, borrowed; null for null. The first call lays them out.
 */
const struct basketry_sequence_columns *basketry_sequences_columns(const struct basketry_sequences *sequences);

/**
 * Writes the id of an item, which is borrowed from the sequences.
 */
basketry_status basketry_sequences_item(const struct basketry_sequences *sequences,
                                        uint32_t item,
                                        struct basketry_id *out);

/**
 * Makes new sequences of the same rows with the largest measure first, those of which it is not
 * known last. The measures are "support", "confidence", "base_rate", "lift",
 * "first_quartile_lag_days", "median_lag_days" and "third_quartile_lag_days".
 */
basketry_status basketry_sequences_sorted(const struct basketry_sequences *sequences,
                                          const char *measure,
                                          struct basketry_sequences **out);

/**
 * Makes sequences of what follows these orders: the n best by a measure whose steps before the
 * last are in the orders, one after the other, and the last of them in the last order. Orders go
 * from the oldest to the one just placed; their times are not looked at. With one order these are
 * the sequences of two steps that begin with something bought now. Products that the sequences
 * do not know are passed over.
 */
basketry_status basketry_sequences_after(const struct basketry_sequences *sequences,
                                         const struct basketry_ids *orders,
                                         size_t n_orders,
                                         size_t n,
                                         const char *measure,
                                         struct basketry_sequences **out);

/**
 * Writes the sequences to out as an Arrow stream with the columns sequence (a list of ids, or of
 * lists of ids if steps may have several items), length, customers, occurrences, observed,
 * followed, the measures and median_lags_days. The stream keeps alive what it needs; release it as
 * Arrow says.
 */
basketry_status basketry_sequences_export(const struct basketry_sequences *sequences,
                                          struct ArrowArrayStream *out);

/**
 * Writes the baskets, with their customers and weights, as bytes, for another process or for
 * keeping, and how many bytes there are; basketry_baskets_from_bytes reads them. They are borrowed
 * from the baskets until a call that changes or frees these; the first call makes them.
 */
basketry_status basketry_baskets_bytes(const struct basketry_baskets *baskets,
                                       const uint8_t **bytes,
                                       size_t *len);

/**
 * Makes baskets from what basketry_baskets_bytes wrote. All of it is checked.
 */
basketry_status basketry_baskets_from_bytes(const uint8_t *bytes,
                                            size_t len,
                                            struct basketry_baskets **out);

/**
 * Writes the hierarchy as bytes, for another process or for keeping, and how many bytes there are;
 * basketry_hierarchy_from_bytes reads them. They are borrowed from the hierarchy; the first call
 * makes them.
 */
basketry_status basketry_hierarchy_bytes(const struct basketry_hierarchy *hierarchy,
                                         const uint8_t **bytes,
                                         size_t *len);

/**
 * Makes a hierarchy from what basketry_hierarchy_bytes wrote. All of it is checked.
 */
basketry_status basketry_hierarchy_from_bytes(const uint8_t *bytes,
                                              size_t len,
                                              struct basketry_hierarchy **out);

/**
 * Writes the itemsets as bytes, for another process or for keeping, and how many bytes there are;
 * basketry_itemsets_from_bytes reads them. They are borrowed from the itemsets; the first call makes
 * them.
 */
basketry_status basketry_itemsets_bytes(const struct basketry_itemsets *itemsets,
                                        const uint8_t **bytes,
                                        size_t *len);

/**
 * Makes itemsets from what basketry_itemsets_bytes wrote. All of it is checked.
 */
basketry_status basketry_itemsets_from_bytes(const uint8_t *bytes,
                                             size_t len,
                                             struct basketry_itemsets **out);

/**
 * Writes the rules as bytes, for another process or for keeping, and how many bytes there are;
 * basketry_rules_from_bytes reads them. They are borrowed from the rules; the first call makes
 * them.
 */
basketry_status basketry_rules_bytes(const struct basketry_rules *rules,
                                     const uint8_t **bytes,
                                     size_t *len);

/**
 * Makes rules from what basketry_rules_bytes wrote. All of it is checked.
 */
basketry_status basketry_rules_from_bytes(const uint8_t *bytes,
                                          size_t len,
                                          struct basketry_rules **out);

/**
 * Writes the sequences as bytes, for another process or for keeping, and how many bytes there are;
 * basketry_sequences_from_bytes reads them. They are borrowed from the sequences; the first call makes
 * them.
 */
basketry_status basketry_sequences_bytes(const struct basketry_sequences *sequences,
                                         const uint8_t **bytes,
                                         size_t *len);

/**
 * Makes sequences from what basketry_sequences_bytes wrote. All of it is checked.
 */
basketry_status basketry_sequences_from_bytes(const uint8_t *bytes,
                                              size_t len,
                                              struct basketry_sequences **out);

/**
 * Learns a model. The model holds a copy of the catalogue, so that it can serve alone. Null
 * options mean the defaults.
 */
basketry_status basketry_fit(const struct basketry_catalog *catalog,
                             const struct basketry_history *history,
                             const struct basketry_fit_options *options,
                             const struct basketry_control *control,
                             struct basketry_model **out);

/**
 * Opens a model file by mapping it into memory. What is checked, in one pass over the file: its
 * mark, version and length; the table of its sections, by checksum; that every section is there, of
 * its type and length; and in the sections all that later reads rely on: offsets rise, indices and
 * numbers are in their ranges, texts are UTF-8, and every id is found. So no damage can crash a
 * reader; BASKETRY_FORMAT says that one of the checks failed. The checksums of the sections are not
 * checked: a changed byte that leaves a value possible, such as another count or weight, is found
 * by basketry_model_verify alone. While it is open the file may be replaced by renaming another
 * over it, but not written to.
 */
basketry_status basketry_model_open(const char *file, struct basketry_model **out);

/**
 * Reads a model file into memory, for file systems on which files change or go away. Checks what
 * basketry_model_open does.
 */
basketry_status basketry_model_read(const char *file, struct basketry_model **out);

/**
 * Makes a model from the bytes of a model file, which are copied. Checks what basketry_model_open
 * does.
 */
basketry_status basketry_model_from_bytes(const uint8_t *bytes,
                                          size_t len,
                                          struct basketry_model **out);

/**
 * Writes the bytes of the model file, and how many there are; they are borrowed from the model.
 */
basketry_status basketry_model_bytes(const struct basketry_model *model,
                                     const uint8_t **bytes,
                                     size_t *len);

/**
 * Writes the model to a file: to a temporary file beside it first, which then takes its name, so
 * that no reader ever sees half a model.
 */
basketry_status basketry_model_save(const struct basketry_model *model, const char *file);

/**
 * Compares the checksum of every section with the one in the file: finds any damage to what the
 * model holds, also such that left all values possible, which opening does not find. Reads the
 * whole file. BASKETRY_FORMAT with the section's name if it is damaged.
 */
basketry_status basketry_model_verify(const struct basketry_model *model);

/**
 * Frees a model. Null is allowed. Engines that were given it keep what they need.
 */
void basketry_model_free(struct basketry_model *model);

/**
 * What was learned and what was not, as a JSON object. Borrowed from the model, ended by a zero
 * byte; empty for null.
 */
struct basketry_str basketry_model_report(const struct basketry_model *model);

/**
 * The options that the model was fitted with, as a JSON object. Borrowed from the model, ended by a
 * zero byte; empty for null.
 */
struct basketry_str basketry_model_options(const struct basketry_model *model);

/**
 * The id of the model: 32 hexadecimal digits that stand for its content. Borrowed from the model,
 * ended by a zero byte; empty for null.
 */
struct basketry_str basketry_model_id(const struct basketry_model *model);

/**
 * The time of the last order the model learned from, in milliseconds since 1970-01-01 00:00 UTC;
 * 0 for null.
 */
int64_t basketry_model_as_of(const struct basketry_model *model);

/**
 * How many products the model knows; 0 for null.
 */
size_t basketry_model_products(const struct basketry_model *model);

/**
 * How many customers the model knows; 0 for null.
 */
size_t basketry_model_customers(const struct basketry_model *model);

/**
 * Writes the id of the product with this index, from 0 to the number of products; it is borrowed
 * from the model.
 */
basketry_status basketry_model_product(const struct basketry_model *model,
                                       size_t index,
                                       struct basketry_id *out);

/**
 * Writes the id of the customer with this index, from 0 to the number of customers; it is borrowed
 * from the model.
 */
basketry_status basketry_model_customer(const struct basketry_model *model,
                                        size_t index,
                                        struct basketry_id *out);

/**
 * Whether product ids are integers or texts: BASKETRY_ID_INT or BASKETRY_ID_STR;
 * BASKETRY_ID_NONE for null.
 */
int32_t basketry_model_product_kind(const struct basketry_model *model);

/**
 * Whether customer ids are integers or texts: BASKETRY_ID_INT or BASKETRY_ID_STR;
 * BASKETRY_ID_NONE for null.
 */
int32_t basketry_model_customer_kind(const struct basketry_model *model);

/**
 * Makes the same model with these rules, and an index that finds those that match a basket, to be
 * saved with it. They take the place of rules that it holds already. Only rules with at least as
 * many distinct customers as the model was fitted with (min_customers) are kept: the privacy
 * threshold. If the model knows customers, so must the rules: make them with the baskets of the
 * history; if it does not, each basket counts as one. The given model stays as it is.
 */
basketry_status basketry_model_with_rules(const struct basketry_model *model,
                                          const struct basketry_rules *rules,
                                          struct basketry_model **out);

/**
 * The rules that the model holds, as rules of their own. An error of kind
 * BASKETRY_INVALID_ARGUMENT if it holds none.
 */
basketry_status basketry_model_rules(const struct basketry_model *model,
                                     struct basketry_rules **out);

/**
 * The n best rules of the model for a basket, the best first: those whose antecedent the basket
 * holds and of whose consequent it holds nothing. Ids that the model does not know are passed over.
 * They are found in the model file within microseconds; the rules are kept in the order of
 * "confidence", "lift" and "leverage", by other measures all that match are compared. An error of
 * kind BASKETRY_INVALID_ARGUMENT if the model holds no rules.
 */
basketry_status basketry_model_matching_rules(const struct basketry_model *model,
                                              const struct basketry_id *basket,
                                              size_t n_basket,
                                              size_t n,
                                              const char *measure,
                                              struct basketry_rules **out);

/**
 * The n products that each customer most probably buys within the horizon (see
 * basketry_fit_options), the most probable first. A customer whom the model does not know gets what a stranger would buy; they are marked
 * and counted. Null options mean the defaults.
 */
basketry_status basketry_model_recommend(const struct basketry_model *model,
                                         const struct basketry_id *customers,
                                         size_t n_customers,
                                         const struct basketry_recommend_options *options,
                                         const struct basketry_control *control,
                                         struct basketry_recommendations **out);

/**
 * The n products most probably added to each basket, the most probable first; what it holds
 * already is not among them. Customers are those who hold the baskets, one for each; null if
 * nobody is known. Products of a basket that the model does not know are passed over and counted.
 * Null options mean the defaults.
 */
basketry_status basketry_model_complete(const struct basketry_model *model,
                                        const struct basketry_ids *baskets,
                                        const struct basketry_id *customers,
                                        size_t n_baskets,
                                        const struct basketry_recommend_options *options,
                                        const struct basketry_control *control,
                                        struct basketry_recommendations **out);

/**
 * Frees recommendations. Null is allowed.
 */
void basketry_recommendations_free(struct basketry_recommendations *recommendations);

/**
 * The recommendations as columns, borrowed; null for null.
 */
const struct basketry_recommendation_columns *basketry_recommendations_columns(const struct basketry_recommendations *recommendations);

/**
 * Writes the id of a product of the columns, which is borrowed from the recommendations.
 */
basketry_status basketry_recommendations_product(const struct basketry_recommendations *recommendations,
                                                 uint32_t product,
                                                 struct basketry_id *out);

/**
 * Writes the recommendations to out as an Arrow stream with the columns customer (the id) or
 * basket (the position in the request), product, probability and rank, and if the request has
 * customers known (whether the model knows the customer). Release it as Arrow says.
 */
basketry_status basketry_recommendations_export(const struct basketry_recommendations *recommendations,
                                                struct ArrowArrayStream *out);

/**
 * Writes for each pair of a customer and a product the probability that the customer buys it within
 * the horizon, from 0 to 1, to probabilities, which has space for n_pairs; NaN for a product
 * that the model does not know. Pairs of one customer are quickest one after the other. Scored,
 * which may be null, says what was not known. Null options mean the defaults.
 */
basketry_status basketry_model_score(const struct basketry_model *model,
                                     const struct basketry_id *customers,
                                     const struct basketry_id *products,
                                     size_t n_pairs,
                                     const struct basketry_score_options *options,
                                     const struct basketry_control *control,
                                     float *probabilities,
                                     struct basketry_scored *scored);

/**
 * As basketry_model_score, for each pair of a basket and a product: the probability that the
 * product is bought in the order that holds the basket's products so far. A product that is in the
 * basket is scored by the rest of it. Customers are those who hold the baskets, one for each; null
 * if nobody is known.
 */
basketry_status basketry_model_score_baskets(const struct basketry_model *model,
                                             const struct basketry_ids *baskets,
                                             const struct basketry_id *products,
                                             const struct basketry_id *customers,
                                             size_t n_pairs,
                                             const struct basketry_score_options *options,
                                             const struct basketry_control *control,
                                             float *probabilities,
                                             struct basketry_scored *scored);

/**
 * Explains the probability of a product for a customer, as basketry_model_score gives it, or with
 * a basket as basketry_model_score_baskets gives it. Null for a customer or basket means none. A
 * product that the model does not know is an error.
 */
basketry_status basketry_model_explain(const struct basketry_model *model,
                                       const struct basketry_id *customer,
                                       const struct basketry_ids *basket,
                                       struct basketry_id product,
                                       const struct basketry_score_options *options,
                                       struct basketry_explanation **out);

/**
 * The probability that is explained; 0 for null.
 */
double basketry_explanation_probability(const struct basketry_explanation *explanation);

/**
 * The explanation as a JSON object: the segment, the features with their values, weights and
 * contributions, which add up to the log odds, the reasons, and for each similarity the purchases or
 * products of the basket that it mostly comes from, with their amounts. Borrowed from the
 * explanation, ended by a zero byte; empty for null.
 */
struct basketry_str basketry_explanation_json(const struct basketry_explanation *explanation);

/**
 * The explanation in words, several lines. Borrowed from the explanation, ended by a zero byte;
 * empty for null.
 */
struct basketry_str basketry_explanation_text(const struct basketry_explanation *explanation);

/**
 * Frees an explanation. Null is allowed.
 */
void basketry_explanation_free(struct basketry_explanation *explanation);

/**
 * Exports what a product is to others, or with a null item what all are, as an Arrow stream:
 * product, related, relation (complement, accessory, variant, substitute, never_with or unknown),
 * direction (main_to_accessory, accessory_to_main or null), source (learned or given), and the
 * numbers baskets, customers, expected, lift, lift_low, lift_high, confidence, confidence_back,
 * context, follow_up, follow_up_back, same_line, same_category, same_brand and price_ratio. By
 * product, then by kind of relation, the best first. A product that the model does not know is an
 * error.
 */
basketry_status basketry_model_relations(const struct basketry_model *model,
                                         const struct basketry_id *item,
                                         struct ArrowArrayStream *out);

/**
 * Exports what customers are due to buy again, overdue to buy, or soon will be, as an Arrow stream:
 * customer, product, state (due: 0.7 to 1.5 times the expected interval after the last purchase;
 * overdue: later; soon: from half of it on), interval and days_since (days), purchases,
 * probability of a purchase within the horizon of the model, as basketry_model_score gives it. By
 * customer as given, the most probable first. A customer whom the model does not know is an error.
 * Null options mean the defaults.
 */
basketry_status basketry_model_due(const struct basketry_model *model,
                                   const struct basketry_id *customers,
                                   size_t n_customers,
                                   const struct basketry_due_options *options,
                                   const struct basketry_control *control,
                                   struct ArrowArrayStream *out);

/**
 * How a product is bought again, written to out: BASKETRY_CYCLE_*. Only regular products are ever
 * due.
 */
basketry_status basketry_model_cycle(const struct basketry_model *model,
                                     struct basketry_id item,
                                     int32_t *out);

/**
 * Exports the products most similar to others, as an Arrow stream: item, similar, score and rank
 * (from 1). At most n rows for each item, by item as given, the most similar first. The score is
 * the same in both directions and above 0; in closed form it is the mean of two partial
 * correlations, that over customers and that over baskets. A product that the model does not know
 * is an error.
 */
basketry_status basketry_model_similar(const struct basketry_model *model,
                                       const struct basketry_id *items,
                                       size_t n_items,
                                       size_t n,
                                       const struct basketry_control *control,
                                       struct ArrowArrayStream *out);

/**
 * Begins with some orders, which may be none; catalogue and orders are copied. Null options mean
 * the defaults.
 */
basketry_status basketry_learner_new(const struct basketry_catalog *catalog,
                                     const struct basketry_history *history,
                                     const struct basketry_fit_options *options,
                                     struct basketry_learner **out);

/**
 * Goes on from a model that was fitted before, with its options: basketry_learner_update then
 * carries over what it learned. The history holds all orders, those that it learned from included.
 */
basketry_status basketry_learner_resume(const struct basketry_model *model,
                                        const struct basketry_catalog *catalog,
                                        const struct basketry_history *history,
                                        struct basketry_learner **out);

/**
 * Adds orders, as if their source had been read after that of the orders so far; a basket may go
 * on in them. On an error the orders stay as they were.
 */
basketry_status basketry_learner_append(struct basketry_learner *learner,
                                        const struct basketry_history *orders,
                                        const struct basketry_control *control);

/**
 * Takes customers out, with all that is known of them, and writes how many of them were not here
 * to unknown, which may be null. Counts no longer rest on their purchases; what
 * basketry_learner_update carries over does until the next basketry_learner_fit.
 */
basketry_status basketry_learner_forget(struct basketry_learner *learner,
                                        const struct basketry_id *customers,
                                        size_t n_customers,
                                        const struct basketry_control *control,
                                        uint64_t *unknown);

/**
 * Puts another catalogue in place, which is copied. The next model is made with it.
 */
basketry_status basketry_learner_set_catalog(struct basketry_learner *learner,
                                             const struct basketry_catalog *catalog);

/**
 * Learns everything anew: the model is, byte for byte, the one that basketry_fit makes of the same
 * orders at once, in whatever parts they came, and without the customers that were forgotten.
 */
basketry_status basketry_learner_fit(struct basketry_learner *learner,
                                     const struct basketry_control *control,
                                     struct basketry_model **out);

/**
 * Counts anew, and keeps what the last fit learned on top of the counts: baskets, customers,
 * popularity and rhythm of products, pairs and each customer's purchases are exactly those of a
 * fit, the rest is carried over, as the model's report says. Without a fit before it is one.
 */
basketry_status basketry_learner_update(struct basketry_learner *learner,
                                        const struct basketry_control *control,
                                        struct basketry_model **out);

/**
 * Whether what basketry_learner_update carries over has aged: nothing was fitted yet, a tenth as
 * many baskets came since as the last fit learned from, or the last order is the options'
 * holdout_days later than at the last fit. False for null.
 */
bool basketry_learner_refit_due(const struct basketry_learner *learner);

/**
 * How many baskets there are; 0 for null.
 */
size_t basketry_learner_baskets(const struct basketry_learner *learner);

/**
 * How many customers there are; 0 for null.
 */
size_t basketry_learner_customers(const struct basketry_learner *learner);

/**
 * Frees a learner. Null is allowed.
 */
void basketry_learner_free(struct basketry_learner *learner);

/**
 * The same model without the ids and purchases of some customers. Ids that it does not know are
 * passed over. What they contributed to sums (how many bought each product, popularity, pairs,
 * weights) stays until the next fit; the report counts who was taken out.
 */
basketry_status basketry_model_forget(const struct basketry_model *model,
                                      const struct basketry_id *customers,
                                      size_t n_customers,
                                      struct basketry_model **out);

/**
 * Takes out all that is known of some customers: their baskets, lines, returns and ids, and the
 * products that nobody else bought. Writes how many of them were not here to unknown, which may be
 * null. Without a customer column each basket is a customer, called as the basket.
 */
basketry_status basketry_history_forget(struct basketry_history *history,
                                        const struct basketry_id *customers,
                                        size_t n_customers,
                                        const struct basketry_control *control,
                                        uint64_t *unknown);

/**
 * Adds the lines of another history, as if its source had been read after that of the first. On an
 * error the history stays as it was.
 */
basketry_status basketry_history_extend(struct basketry_history *history,
                                        const struct basketry_history *other,
                                        const struct basketry_control *control);

/**
 * Reads a policy from TOML. Keys that are left out have their defaults; an unknown key, a wrong
 * type or a value out of its range is an error that names the line and the key.
 */
basketry_status basketry_policy_from_toml(struct basketry_str text, struct basketry_policy **out);

/**
 * Reads a policy from a JSON object, under the same rules as basketry_policy_from_toml.
 */
basketry_status basketry_policy_from_json(struct basketry_str text, struct basketry_policy **out);

/**
 * Reads a policy from a file: JSON if its name ends in .json, TOML otherwise.
 */
basketry_status basketry_policy_from_file(const char *file, struct basketry_policy **out);

/**
 * Frees a policy. Null is allowed.
 */
void basketry_policy_free(struct basketry_policy *policy);

/**
 * The policy as JSON on one line, every default spelled out. Borrowed from the policy, ended by a
 * zero byte; empty for null.
 */
struct basketry_str basketry_policy_json(const struct basketry_policy *policy);

/**
 * Of a policy that basketry_decision_log_learn made: the numbers that were measured, as a JSON list of
 * objects on one line. Each has name, value (what the policy has), prior (what it is drawn to), measured
 * (what the log alone says, drawn to nothing, of a share the one from 0 to 1 that fits best; null where it
 * cannot tell, as where all was withheld from one customer), standard_error (of measured, of its logarithm
 * for odds: the truth lies within 1.96 of these in 95 of 100 logs; by what changes without each customer),
 * exposures, withheld, purchases, and left_out (offers of which nothing could be learned). Of any other
 * policy an empty list.
 * Borrowed from the policy, ended by a zero byte; empty for null.
 */
struct basketry_str basketry_policy_learned(const struct basketry_policy *policy);

/**
 * Opens a model file and decides from it alone, with the catalogue as it was at fitting.
 */
basketry_status basketry_engine_open(const char *file, struct basketry_engine **out);

/**
 * Decides from a model and a live catalogue; null for the catalogue means the model's own. Both
 * may be freed afterwards.
 */
basketry_status basketry_engine_new(const struct basketry_model *model,
                                    const struct basketry_catalog *catalog,
                                    struct basketry_engine **out);

/**
 * Frees an engine. Null is allowed. Decisions that it made stay as they are.
 */
void basketry_engine_free(struct basketry_engine *engine);

/**
 * Replaces the catalogue while other threads may decide. Later changes to the handle do not reach
 * the engine.
 */
basketry_status basketry_engine_set_catalog(const struct basketry_engine *engine,
                                            const struct basketry_catalog *catalog);

/**
 * Replaces the model while other threads may decide. A live catalogue stays; an engine without one
 * takes the new model's own.
 */
basketry_status basketry_engine_set_model(const struct basketry_engine *engine,
                                          const struct basketry_model *model);

/**
 * The model that decisions are made from now, as a handle of its own.
 */
basketry_status basketry_engine_model(const struct basketry_engine *engine,
                                      struct basketry_model **out);

/**
 * The catalogue that decisions are made from now, as a handle of its own.
 */
basketry_status basketry_engine_catalog(const struct basketry_engine *engine,
                                        struct basketry_catalog **out);

/**
 * Decides what to offer. The same model, catalogue, policy and context give the same decision, in
 * any thread and at any time. Ids that are not known are no error: such a customer is new, and
 * such a product is left out with a warning unless the policy says otherwise. Ids of the wrong
 * type (an integer where the shop's ids are texts) are an error.
 */
basketry_status basketry_decide(const struct basketry_engine *engine,
                                const struct basketry_policy *policy,
                                const struct basketry_context *context,
                                struct basketry_decision **out);

/**
 * As basketry_decide, with the context as a JSON object: "now" (a time like
 * "2026-11-22T10:00:00Z" or milliseconds), "customer", "placement", "basket", "viewed",
 * "orders_since", "after", "returned", "channel", "ride_along", "segments", "consents", "customer_value", "contacts" and
 * "seed", for languages in which JSON is easier to make than structs.
 */
basketry_status basketry_decide_json(const struct basketry_engine *engine,
                                     const struct basketry_policy *policy,
                                     struct basketry_str context,
                                     struct basketry_decision **out);

/**
 * What could be offered to each of many customers, and what it would be worth: what
 * basketry_proposals_assign plans a campaign from. Each context names a customer, no customer comes
 * twice, and all contexts have the same struct_size. All that the policy lets be offered to a
 * customer and that is worth more than its min_value is proposed; a kind of offer whose max is 0 is
 * not. What contacting a customer risks (fatigue) is taken off a plan once for each customer who gets
 * an offer: see contact_risk of basketry_plan_summary; customers whose best proposals, as many as one
 * may get, are together worth no more are proposed nothing. A plan keeps what the policy says of one decision for each customer: max_offers, the max of
 * each kind, per_line, per_brand, per_category, and what may not be offered together. What is offered
 * reaches the customer outside of an order, so the chance that they buy it anyway is that of buying it
 * within the model's horizon; a basket says what not to offer, and nothing is proposed for going with
 * it. A proposal costs the policy's contact_cost, and nothing if it rides
 * along; products whose stock the catalogue tells are offered at most so many times, unless the
 * plan's capacities say how
 * often. Null for options means the defaults.
 */
basketry_status basketry_engine_propose(const struct basketry_engine *engine,
                                        const struct basketry_policy *policy,
                                        const struct basketry_context *contexts,
                                        size_t n_contexts,
                                        const struct basketry_propose_options *options,
                                        const struct basketry_control *control,
                                        struct basketry_proposals **out);

/**
 * Frees a decision. Null is allowed.
 */
void basketry_decision_free(struct basketry_decision *decision);

/**
 * The decision's id, 32 hexadecimal digits: a hash of the model, the catalogue, the policy and the
 * request. Borrowed, ended by a zero byte; empty for null.
 */
struct basketry_str basketry_decision_id(const struct basketry_decision *decision);

/**
 * The number of offers; 0 for null.
 */
size_t basketry_decision_len(const struct basketry_decision *decision);

/**
 * The offer at an index, the most valuable first; borrowed. Null if there is none.
 */
const struct basketry_offer *basketry_decision_offer(const struct basketry_decision *decision,
                                                     size_t index);

/**
 * Why nothing is offered, whatever it is: the customer may not be contacted now, or is held out; one
 * of the constants that begin with BASKETRY_REASON_. BASKETRY_REASON_NONE if nothing stops offers, and
 * for null.
 */
int32_t basketry_decision_stopped(const struct basketry_decision *decision);

/**
 * True if the customer is held out: offered nothing, to measure against. False for null.
 */
bool basketry_decision_held_out(const struct basketry_decision *decision);

/**
 * The number of offers that would have been made, had the customer not been held out; 0 for null.
 */
size_t basketry_decision_withheld_len(const struct basketry_decision *decision);

/**
 * The offer at an index that would have been made, had the customer not been held out; borrowed. Null
 * if there is none.
 */
const struct basketry_offer *basketry_decision_withheld(const struct basketry_decision *decision,
                                                        size_t index);

/**
 * The slot that was drawn by lot, counted from 1; 0 if nothing was left to chance, and for null.
 */
uint32_t basketry_decision_explored_slot(const struct basketry_decision *decision);

/**
 * How many candidates the drawn slot was drawn from; 0 if none was, and for null.
 */
size_t basketry_decision_choices_len(const struct basketry_decision *decision);

/**
 * The candidate at an index that the drawn slot was drawn from, the most valuable first; borrowed.
 * Null if there is none.
 */
const struct basketry_explore_choice *basketry_decision_choice(const struct basketry_decision *decision,
                                                               size_t index);

/**
 * How many quotas the policy has, or 0 if nothing could be offered, and for null.
 */
size_t basketry_decision_quotas_len(const struct basketry_decision *decision);

/**
 * What became of the quota at an index, in the policy's order; borrowed. Null if there is none.
 */
const struct basketry_quota_use *basketry_decision_quota(const struct basketry_decision *decision,
                                                         size_t index);

/**
 * What contacting the customer with any offer risks, in minor units; 0 for null.
 */
double basketry_decision_contact_risk(const struct basketry_decision *decision);

/**
 * The expected contribution of all offers, less what the contact risks, in minor units; 0 if nothing
 * is offered, and for null.
 */
double basketry_decision_value(const struct basketry_decision *decision);

/**
 * True if the model knows the customer; others are treated as new. False for null.
 */
bool basketry_decision_customer_known(const struct basketry_decision *decision);

/**
 * The decision as one line of JSON: the log entry from which it can be replayed, the same bytes in
 * every language. Borrowed, ended by a zero byte; empty for null.
 */
struct basketry_str basketry_decision_json(const struct basketry_decision *decision);

/**
 * The decision for people to read: one line for the request, one for each offer with its reason,
 * one for what was suppressed. Borrowed, ended by a zero byte; empty for null.
 */
struct basketry_str basketry_decision_text(const struct basketry_decision *decision);

/**
 * The decision as a table for people, in the policy's language, as a JSON object on one line:
 * "caption" (a text), "columns" (texts), "rows" (for each offer, the texts of its cells) and "notes"
 * (texts). Borrowed, ended by a zero byte; empty for null.
 */
struct basketry_str basketry_decision_shown(const struct basketry_decision *decision);

/**
 * Writes why a product is not among the offers: one of the constants that begin with
 * BASKETRY_REASON_ (BASKETRY_REASON_NONE if it is offered), and an answer in plain words to a
 * buffer of len bytes, ended by a zero byte and cut at a character if it does not fit. It answers
 * for any id. The reason may be null, and so may the buffer if len is 0.
 */
basketry_status basketry_decision_why_not(const struct basketry_decision *decision,
                                          struct basketry_id product,
                                          int32_t *reason,
                                          char *buf,
                                          size_t len);

/**
 * The number of candidates that were not offered; 0 for null. What an offer adds is not among them,
 * alone or with others, nor what was no candidate (what is in the basket, or what nothing points to);
 * basketry_decision_why_not answers for any product.
 */
size_t basketry_decision_suppressed_len(const struct basketry_decision *decision);

/**
 * The candidate at an index that was not offered, those with the greatest chance of being bought
 * first; borrowed. Null if there is none.
 */
const struct basketry_suppressed *basketry_decision_suppressed(const struct basketry_decision *decision,
                                                               size_t index);

/**
 * The number of warnings: unknown products, orders that were left out, exclusions that match
 * nothing, costs that are assumed. 0 for null.
 */
size_t basketry_decision_warnings_len(const struct basketry_decision *decision);

/**
 * Writes the warning at an index, which is borrowed.
 */
basketry_status basketry_decision_warning(const struct basketry_decision *decision,
                                          size_t index,
                                          struct basketry_str *out);

/**
 * Begins an empty log.
 */
basketry_status basketry_decision_log_new(struct basketry_decision_log **out);

/**
 * Frees a log. Null is allowed.
 */
void basketry_decision_log_free(struct basketry_decision_log *log);

/**
 * How many decisions there are; 0 for null.
 */
size_t basketry_decision_log_len(const struct basketry_decision_log *log);

/**
 * Adds a decision, and writes whether it is new to added, which may be null.
 */
basketry_status basketry_decision_log_add(struct basketry_decision_log *log,
                                          const struct basketry_decision *decision,
                                          bool *added);

/**
 * Adds a decision from the line it was logged as (basketry_decision_json), and writes whether it is
 * new to added, which may be null.
 */
basketry_status basketry_decision_log_add_json(struct basketry_decision_log *log,
                                               struct basketry_str line,
                                               bool *added);

/**
 * Adds all decisions of another log with what came of them, but for those that are here already.
 */
basketry_status basketry_decision_log_append(struct basketry_decision_log *log,
                                             const struct basketry_decision_log *other);

/**
 * Records what came of one offered product of a decision: one of the constants that begin with
 * BASKETRY_EVENT_. Recording it again changes nothing. Of an up-sell the product in whose place it
 * was offered can be recorded as bought as well, of a bundle its main product. The purchase of a product
 * of which a second unit was offered is that of the second one.
 */
basketry_status basketry_decision_log_record(struct basketry_decision_log *log,
                                             struct basketry_str decision,
                                             struct basketry_id product,
                                             int32_t event);

/**
 * Looks up in the shop's orders what was bought within so many days (above 0, at most 3,660) after
 * each decision, of those who were held out as well, and records it. How many offered products were
 * found that were not recorded as bought before is written to found, which may be null.
 * Where all orders are at midnight UTC, they carry a date only, and days are compared: found is what was
 * ordered on the day of the decision and on as many days after that as days has whole ones.
 */
basketry_status basketry_decision_log_record_orders(struct basketry_decision_log *log,
                                                    const struct basketry_history *orders,
                                                    double days,
                                                    const struct basketry_control *control,
                                                    uint64_t *found);

/**
 * Learns how customers respond to offers, from those that were made and those that were withheld
 * from customers who were held out; of bundles and top-ups of one product from those that were made. The
 * new policy has measured numbers in its assume and fatigue
 * tables, each with the exposures it was learned from. What is assumed counts as much as pseudo_purchases
 * purchases that confirm it; 20 is a good number. customer_value is what losing a customer costs, in
 * minor units, 0 to 10^12: with it the policy's contact_cost becomes what one offer costs in customers
 * who want no more offers and in what it takes away from the next ones, and contact_cost_value the value
 * for which that holds. If it is null, these stay.
 * What was learned, and how certain it is, is in basketry_policy_learned of the new policy.
 */
basketry_status basketry_decision_log_learn(const struct basketry_decision_log *log,
                                            const struct basketry_policy *policy,
                                            double pseudo_purchases,
                                            const double *customer_value,
                                            const struct basketry_control *control,
                                            struct basketry_policy **out);

/**
 * The log as a table: one row for each offer that was made or withheld, and one for each decision
 * without any. Columns: decision (its id), now_ms, customer, model, catalog, policy, policy_version,
 * placement, held_out, opted_out, then, null in a decision without offers, slot (from 1), kind,
 * products, base_product, price, discount, probability, base_probability, margin, value,
 * chosen_with, base_odds (how many times the model's odds are those of base_probability), pressure
 * (of earlier contacts), ignored (impressions of the product), shown, clicked, bought (all that the
 * offer adds), rejected, returned (some of it) and base_bought.
 */
basketry_status basketry_decision_log_table(const struct basketry_decision_log *log,
                                            struct ArrowArrayStream *out);

/**
 * Makes the ladder of a product: its line, as far as it is equal on every attribute that must
 * match. Of the context the customer, the time and orders_since count. A product that the
 * catalogue does not have is an error.
 */
basketry_status basketry_engine_ladder(const struct basketry_engine *engine,
                                       const struct basketry_policy *policy,
                                       const struct basketry_context *context,
                                       struct basketry_id product,
                                       struct basketry_ladder **out);

/**
 * Frees a ladder. Null is allowed.
 */
void basketry_ladder_free(struct basketry_ladder *ladder);

/**
 * The number of tiers; 0 for null.
 */
size_t basketry_ladder_len(const struct basketry_ladder *ladder);

/**
 * Writes the tier at an index, the cheapest first.
 */
basketry_status basketry_ladder_tier(const struct basketry_ladder *ladder,
                                     size_t index,
                                     struct basketry_tier *out);

/**
 * The index of the tier to preselect; -1 if none may be offered, and for null.
 */
int64_t basketry_ladder_preselect(const struct basketry_ladder *ladder);

/**
 * The ladder as a JSON object on one line: product, preselect and tiers. Borrowed, ended by a zero
 * byte; empty for null.
 */
struct basketry_str basketry_ladder_json(const struct basketry_ladder *ladder);

/**
 * Reads proposals from an Arrow stream with one row for each offer that may be made to a customer,
 * in any order. The stream is consumed: it is released whatever the outcome. currency is the ISO
 * 4217 code of the costs, which says how many decimals are kept; null means EUR.
 */
basketry_status basketry_proposals_from_arrow(struct ArrowArrayStream *stream,
                                              const struct basketry_proposal_columns *columns,
                                              const char *currency,
                                              const struct basketry_control *control,
                                              struct basketry_proposals **out);

/**
 * Frees proposals. Null is allowed.
 */
void basketry_proposals_free(struct basketry_proposals *proposals);

/**
 * How many proposals there are; 0 for null.
 */
size_t basketry_proposals_len(const struct basketry_proposals *proposals);

/**
 * Makes the plan that is worth the most within the limits, or almost: its gap says how far off it
 * may be. Null for options means one offer for each customer, and no other limit.
 */
basketry_status basketry_proposals_assign(const struct basketry_proposals *proposals,
                                          const struct basketry_assign_options *options,
                                          const struct basketry_control *control,
                                          struct basketry_plan **out);

/**
 * Frees a plan. Null is allowed.
 */
void basketry_plan_free(struct basketry_plan *plan);

/**
 * What a plan comes to.
 */
basketry_status basketry_plan_summarize(const struct basketry_plan *plan,
                                        struct basketry_plan_summary *out);

/**
 * One offer that is made, by its position: less than the summary's offers. Customers come in the
 * order of the proposals, each one's most valuable offer first.
 */
basketry_status basketry_plan_get(const struct basketry_plan *plan,
                                  size_t row,
                                  struct basketry_plan_row *out);

/**
 * How many different offers were proposed; 0 for null.
 */
size_t basketry_plan_offers(const struct basketry_plan *plan);

/**
 * How often an offer is made, by its position: less than basketry_plan_offers.
 */
basketry_status basketry_plan_offer(const struct basketry_plan *plan,
                                    size_t offer,
                                    struct basketry_volume *out);

/**
 * How often the offers of a group are made, by its position in the options. The minimum is met if
 * made is at least min.
 */
basketry_status basketry_plan_group(const struct basketry_plan *plan,
                                    size_t group,
                                    struct basketry_volume *out);

/**
 * Exports a plan as an Arrow stream: customer, offer, rank (from 1, the most valuable first), value
 * and, with costs, cost in minor units (int64, or double where the contact cost of a policy is no
 * whole number). Batches are made while they are read.
 */
basketry_status basketry_plan_export(const struct basketry_plan *plan,
                                     struct ArrowArrayStream *out);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus


/** The start of a basketry_history_columns. */
#define BASKETRY_HISTORY_COLUMNS_INIT \
    { sizeof(basketry_history_columns), NULL, NULL, NULL, NULL, NULL, NULL }

/** The start of a basketry_history_options: every line must be usable. */
#define BASKETRY_HISTORY_OPTIONS_INIT \
    { sizeof(basketry_history_options), 0, 0, 0, NULL }

/** The start of a basketry_order_line: one unit, no word on what was paid. */
#define BASKETRY_ORDER_LINE_INIT \
    { sizeof(basketry_order_line), 0, BASKETRY_ID_INIT, BASKETRY_ID_INIT, BASKETRY_ID_INIT, 1.0, \
      BASKETRY_NO_MONEY }

/** The start of a basketry_csv_options: commas, points, ids are texts. */
#define BASKETRY_CSV_OPTIONS_INIT \
    { sizeof(basketry_csv_options), 0, 0, NULL, 0, NULL, 0 }

/** The start of a basketry_itemset_selection: all itemsets. */
#define BASKETRY_ITEMSET_SELECTION_INIT \
    { sizeof(basketry_itemset_selection), 0, { NULL, 0 }, { NULL, 0 }, NULL, NULL, 0, NULL }

/** The start of a basketry_itemset_options. */
#define BASKETRY_ITEMSET_OPTIONS_INIT \
    { sizeof(basketry_itemset_options), 0.0, 0, 0, 0, 0, 0, NULL, 0, 0, 0, 0 }

/** The start of a basketry_contrast_options. */
#define BASKETRY_CONTRAST_OPTIONS_INIT \
    { sizeof(basketry_contrast_options), 0.0, 0, 0, 0, BASKETRY_DIRECTION_EITHER, \
      BASKETRY_CORRECTION_HOLM, 0.0, 0.0, 0.0, 0, 0, 0 }

/** The start of a basketry_utility_columns. */
#define BASKETRY_UTILITY_COLUMNS_INIT \
    { sizeof(basketry_utility_columns), NULL, NULL, NULL, NULL, NULL }

/** The start of a basketry_utility_options: every line must be usable. */
#define BASKETRY_UTILITY_OPTIONS_INIT \
    { sizeof(basketry_utility_options), 0, 0, NULL }

/** The start of a basketry_high_utility_options. */
#define BASKETRY_HIGH_UTILITY_OPTIONS_INIT \
    { sizeof(basketry_high_utility_options), 0.0, 0, 0, 0, 0, 0, 0 }

/** The start of a basketry_template: any items. */
#define BASKETRY_TEMPLATE_INIT \
    { sizeof(basketry_template), NULL, 0, NULL, 0, NULL, 0, NULL, 0, 0, 0 }

/** The start of a basketry_rule_options: every rule. */
#define BASKETRY_RULE_OPTIONS_INIT \
    { sizeof(basketry_rule_options), 0.0, BASKETRY_CONSEQUENTS_ANY, 0, NULL, NULL, NULL, 0, 0, \
      NULL, NULL, 0, 0, 0, 0 }

/** The start of a basketry_significance_options: Holm's correction at a level of 0.05. */
#define BASKETRY_SIGNIFICANCE_OPTIONS_INIT \
    { sizeof(basketry_significance_options), 0.05, BASKETRY_CORRECTION_HOLM, 0 }

/** The start of a basketry_redundancy_options: every more general rule, compared exactly. */
#define BASKETRY_REDUNDANCY_OPTIONS_INIT \
    { sizeof(basketry_redundancy_options), 0.0, 1 }

/** The start of a basketry_sequence_options. */
#define BASKETRY_SEQUENCE_OPTIONS_INIT \
    { sizeof(basketry_sequence_options), 0.0, 0, 0.0, 0.0, 0.0, 0, 0, BASKETRY_STEP_TIME, 0, NULL, \
      0, NULL, 0, 0, 0 }

/** The start of a basketry_catalog_columns. */
#define BASKETRY_CATALOG_COLUMNS_INIT \
    { sizeof(basketry_catalog_columns), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, \
      NULL, 0, NULL, 0, NULL, NULL, NULL, NULL }

/** The start of a basketry_catalog_options: every row must be usable. */
#define BASKETRY_CATALOG_OPTIONS_INIT \
    { sizeof(basketry_catalog_options), NULL, 0, 0 }

/** The start of a basketry_product: sellable, of unknown price and cost, stock not tracked. */
#define BASKETRY_PRODUCT_INIT \
    { sizeof(basketry_product), BASKETRY_ID_INIT, BASKETRY_NO_MONEY, BASKETRY_NO_MONEY, \
      BASKETRY_UNTRACKED, 1, { NULL, 0 }, BASKETRY_ID_INIT, BASKETRY_ID_INIT, NULL, 0, NULL, 0, \
      NULL, 0, 0, 0, 0.0, BASKETRY_NO_RATING }

/** The start of a basketry_fit_options: all defaults. */
#define BASKETRY_FIT_OPTIONS_INIT \
    { sizeof(basketry_fit_options), 0, -1, 0.0, 0.0, 0.0, 0.0, 0.0, 0, -1, 0.0, 0.0, -1, 0, 0, -1, 0.0, 0 }

/** The start of a basketry_due_options: now is the model's last order, all rows. */
#define BASKETRY_DUE_OPTIONS_INIT \
    { sizeof(basketry_due_options), 0, 0, 0 }

/** The start of a basketry_recommend_options: 10 products, whatever the catalogue has. */
#define BASKETRY_RECOMMEND_OPTIONS_INIT \
    { sizeof(basketry_recommend_options), 10, NULL, { NULL, 0 }, NULL, 0, NULL, 0, 0 }

/** The start of a basketry_score_options: all defaults. */
#define BASKETRY_SCORE_OPTIONS_INIT \
    { sizeof(basketry_score_options), NULL, 0 }

/** The start of a basketry_context: nobody known, an empty basket. */
#define BASKETRY_CONTEXT_INIT \
    { sizeof(basketry_context), 0, BASKETRY_ID_INIT, NULL, BASKETRY_ID_INIT, NULL, 0, NULL, 0, 0, \
      NULL, NULL, 0, NULL, 0, NULL, 0, -1, 0, NULL, 0, NULL, 0 }

/** The start of a basketry_contact: something was shown at time 0. */
#define BASKETRY_CONTACT_INIT \
    { 0, NULL, NULL, 0, BASKETRY_NO_KIND, BASKETRY_CONTACT_SHOWN, BASKETRY_NO_TIME, 0 }

/** The start of a basketry_proposal_columns. */
#define BASKETRY_PROPOSAL_COLUMNS_INIT \
    { sizeof(basketry_proposal_columns), NULL, NULL, NULL, NULL }

/** The start of a basketry_assign_options: one offer for each customer, no other limit. */
#define BASKETRY_ASSIGN_OPTIONS_INIT \
    { sizeof(basketry_assign_options), NULL, 0, NULL, 0, NULL, 0, -1, 0, 1, 0 }

/** The start of a basketry_propose_options: up to 20 proposals for each customer. */
#define BASKETRY_PROPOSE_OPTIONS_INIT \
    { sizeof(basketry_propose_options), 20, 0 }

/** No id. */
#define BASKETRY_ID_INIT \
    { BASKETRY_ID_NONE, 0, { NULL, 0 } }

/* basketry.h: end */

#endif /* BASKETRY_H */
