
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

/** The start of a basketry_itemset_options. */
#define BASKETRY_ITEMSET_OPTIONS_INIT \
    { sizeof(basketry_itemset_options), 0.0, 0, 0, 0, 0, 0 }

/** The start of a basketry_rule_options: every rule. */
#define BASKETRY_RULE_OPTIONS_INIT \
    { sizeof(basketry_rule_options), 0.0, BASKETRY_CONSEQUENTS_ANY, 0 }

/** No id. */
#define BASKETRY_ID_INIT \
    { BASKETRY_ID_NONE, 0, { NULL, 0 } }

/* basketry.h: end */

#endif /* BASKETRY_H */
