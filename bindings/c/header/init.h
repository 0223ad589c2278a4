
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
