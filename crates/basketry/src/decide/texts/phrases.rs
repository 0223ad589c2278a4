//! The sentences, with blanks in braces.

/// A sentence in both languages.
pub(super) struct Phrase {
    pub(super) code: &'static str,
    /// What may stand in braces.
    pub(super) names: &'static [&'static str],
    pub(super) english: &'static str,
    pub(super) german: &'static str,
}

macro_rules! phrases {
    ($($code:literal [$($name:literal),*] $english:literal / $german:literal;)*) => {
        pub(super) const PHRASES: &[Phrase] = &[$(Phrase {
            code: $code,
            names: &[$($name),*],
            english: $english,
            german: $german,
        },)*];
    };
}

phrases! {
    "cross_sell" ["base", "baskets", "customers", "times"]
        "bought with {base} in {baskets} baskets by {customers} customers, at least {times} times as \
         often as by chance"
        / "wurde in {baskets} Warenkörben von {customers} Kunden mit {base} gekauft, mindestens \
           {times}-mal so oft wie durch Zufall";
    "refill" ["times", "interval", "last"]
        "bought {times} times, about every {interval}, last {last}: due"
        / "{times}-mal gekauft, im Abstand von etwa {interval}, zuletzt {last}: wieder fällig";
    "refill_once" ["interval", "last"]
        "bought once, {last}; usually bought again after about {interval}: due"
        / "einmal gekauft, {last}; wird gewöhnlich nach etwa {interval} wieder gekauft: fällig";
    "popular" ["customers"]
        "popular: bought by {customers} customers; nothing more particular was left for this slot"
        / "beliebt: von {customers} Kunden gekauft; für diesen Platz blieb nichts Passenderes";
    "pinned_popular" ["customers"]
        "pinned to this slot by the policy; bought by {customers} customers"
        / "von den Regeln für diesen Platz bestimmt; von {customers} Kunden gekauft";
    "similar" ["products"]
        "bought by customers who buy {products} as this one does"
        / "wird von Kunden gekauft, die wie dieser {products} kaufen";
    "similar_to_nothing" []
        "suits what the customer bought"
        / "passt zu dem, was der Kunde gekauft hat";
    "up_sell" ["base", "dearer", "taken", "more", "lost"]
        "a dearer variant of {base} for {dearer} more: {taken} % are expected to take it, which earns \
         {more} more each time and outweighs {lost} % lost sales"
        / "eine teurere Variante von {base} für {dearer} mehr: {taken} % dürften sie nehmen, was \
           jedes Mal {more} mehr einbringt und {lost} % entgangene Verkäufe aufwiegt";
    "larger_pack" ["base", "content", "base_content", "dearer", "taken", "more", "lost"]
        "a larger pack than {base}, {content} instead of {base_content}, for {dearer} more: {taken} % \
         are expected to take it, which earns {more} more each time and outweighs {lost} % lost sales"
        / "eine größere Packung als {base}, {content} statt {base_content}, für {dearer} mehr: \
           {taken} % dürften sie nehmen, was jedes Mal {more} mehr einbringt und {lost} % entgangene \
           Verkäufe aufwiegt";
    "top_up" ["gap", "threshold", "products"]
        "the basket is {gap} short of {threshold}: with {products} the gap is closed"
        / "dem Warenkorb fehlen {gap} zu {threshold}: mit {products} ist die Lücke geschlossen";
    "bundle" ["base", "products", "discount", "taken"]
        "{products} with {base} for {discount} less: {taken} % of those who buy it are expected to \
         take all of it"
        / "{products} mit {base} für {discount} weniger: {taken} % der Käufer dürften alles nehmen";
    "bundle_full" ["base", "products", "taken"]
        "{products} with {base}: {taken} % of those who buy it are expected to take all of it"
        / "{products} mit {base}: {taken} % der Käufer dürften alles nehmen";
    "bundle_taken" []
        ", as many as would take the least probable of it"
        / ", so viele, wie das unwahrscheinlichste davon nähmen";
    "second_unit" ["base", "percent", "both", "taken"]
        "a second {base} at {percent} % off, {both} % of both: {taken} % of those who buy one are \
         expected to take it"
        / "ein zweites Mal {base} mit {percent} % Nachlass, {both} % von beiden: {taken} % der Käufer \
           dürften es nehmen";
    "second_unit_full" ["base", "taken"]
        "a second {base}: {taken} % of those who buy one are expected to take it"
        / "ein zweites Mal {base}: {taken} % der Käufer dürften es nehmen";
    "follow_up" ["base", "customers", "days", "times"]
        "bought by {customers} customers within {days} days after {base}, at least {times} times as \
         often as by chance"
        / "von {customers} Kunden innerhalb von {days} Tagen nach {base} gekauft, mindestens \
           {times}-mal so oft wie durch Zufall";
    "linked" ["base"]
        "an accessory of {base}, as the shop says"
        / "Zubehör zu {base}, wie das Geschäft angibt";
    "contract_ends" ["days"]
        "; the customer's contract ends in {days} days"
        / "; der Vertrag des Kunden endet in {days} Tagen";
    "contract_ended" []
        "; the customer's contract has ended"
        / "; der Vertrag des Kunden ist abgelaufen";
    "term" ["price", "periods"]
        "; {price} in each of {periods} periods"
        / "; {price} in jeder von {periods} Perioden";
    "day" [] "1 day" / "1 Tag";
    "days" ["days"] "{days} days" / "{days} Tagen";
    "today" [] "today" / "heute";
    "yesterday" [] "yesterday" / "gestern";
    "days_ago" ["days"] "{days} days ago" / "vor {days} Tagen";
    "and" [] "and" / "und";
    "offered" ["product", "why"] "{product} is offered: {why}" / "{product} wird angeboten: {why}";
    "not_offered" ["product", "reason"]
        "{product} is not offered: {reason}"
        / "{product} wird nicht angeboten: {reason}";
    "detail_ids" ["kind"] "the product ids are {kind}" / "die Produkt-Ids sind vom Typ {kind}";
    "detail_price" ["price", "min", "max"]
        "{price}; allowed: {min} to {max}"
        / "{price}; erlaubt: {min} bis {max}";
    "detail_any" [] "any" / "beliebig";
    "detail_margin" ["margin"] "{margin}" / "{margin}";
    "detail_value" ["value", "min"] "{value} against {min}" / "{value} gegenüber {min}";
    "detail_risk" ["value", "risk"]
        "worth {value}; the contact risks {risk}"
        / "{value} wert; der Kontakt setzt {risk} aufs Spiel";
    "detail_pack" ["content", "price", "base_content", "base_price"]
        "{content} for {price} against {base_content} for {base_price}"
        / "{content} für {price} gegenüber {base_content} für {base_price}";
    "detail_quality" ["quality", "value", "base"]
        "{quality}: {value} against {base}"
        / "{quality}: {value} gegenüber {base}";
    "offer_line" ["kind", "products", "price", "value", "why"]
        "{kind} {products} at {price}, worth {value}: {why}"
        / "{kind} {products} zu {price}, {value} wert: {why}";
    "offer_line_off" ["kind", "products", "price", "discount", "value", "why"]
        "{kind} {products} at {price} after {discount} off, worth {value}: {why}"
        / "{kind} {products} zu {price} nach Abzug von {discount}, {value} wert: {why}";
    "decision_line" ["policy", "now", "customer", "offers"]
        "{policy} at {now} for {customer}: {offers}"
        / "{policy} am {now} für {customer}: {offers}";
    "customer_known" ["customer"] "customer {customer}" / "Kunde {customer}";
    "customer_new" ["customer"]
        "customer {customer}, whom the model does not know"
        / "Kunde {customer}, den das Modell nicht kennt";
    "customer_none" [] "nobody known" / "niemand Bekannten";
    "offers_stopped" ["reason"] "nothing is offered: {reason}" / "nichts wird angeboten: {reason}";
    "offers_none" [] "nothing is worth offering" / "nichts lohnt ein Angebot";
    "offers_one" [] "1 offer" / "1 Angebot";
    "offers_many" ["offers"] "{offers} offers" / "{offers} Angebote";
    "suppressed_line" ["counts"] "suppressed: {counts}" / "nicht angeboten: {counts}";
    "counted" ["count", "reason"] "{count}: {reason}" / "{count}: {reason}";
    "column_kind" [] "kind" / "Art";
    "column_products" [] "products" / "Produkte";
    "column_name" [] "name" / "Name";
    "column_price" [] "price" / "Preis";
    "column_discount" [] "discount" / "Nachlass";
    "column_probability" [] "probability" / "Wahrscheinlichkeit";
    "column_value" [] "value" / "Wert";
    "column_why" [] "why" / "Grund";
    "kind_cross_sell" [] "cross-sell" / "Zusatzkauf";
    "kind_up_sell" [] "up-sell" / "höherwertige Variante";
    "kind_refill" [] "refill" / "Nachkauf";
    "kind_popular" [] "popular" / "beliebt";
    "kind_bundle" [] "bundle" / "Paket";
    "kind_top_up" [] "top-up" / "Auffüllen";
    "kind_service" [] "service" / "Dienstleistung";
    "kind_similar" [] "similar" / "ähnlich";
    "warning_line" ["warning"] "warning: {warning}" / "Warnung: {warning}";
    "warn_id" ["path", "id", "what"] "{path}: {id} is {what}" / "{path}: {id} ist {what}";
    "warn_ids" ["path", "count", "id", "what"]
        "{path}: {count} ids are {what}, the first is {id}"
        / "{path}: {count} Ids sind {what}, die erste ist {id}";
    "id_unknown" []
        "known neither to the catalogue nor to the model; left out"
        / "weder dem Katalog noch dem Modell bekannt und ausgelassen";
    "id_not_in_catalogue" [] "not in the catalogue" / "nicht im Katalog";
    "id_no_value" ["column"]
        "no {column} of the catalogue"
        / "nicht unter den Werten von {column} im Katalog";
    "warn_not_learned" ["what"]
        "the model's report names what was not learned: {what}"
        / "der Bericht des Modells nennt, was nicht gelernt wurde: {what}";
    "warn_min_customers" ["customers"]
        "min_customers: the model was fitted with {customers}, which holds for this policy too"
        / "min_customers: das Modell wurde mit {customers} angepasst, was auch für diese Regeln gilt";
    "warn_no_links" ["pairs"]
        "links: {pairs} pairs of products were linked by hand when the model was fitted; the \
         catalogue has no links, so these do not hold"
        / "links: {pairs} Paare von Produkten waren von Hand verknüpft, als das Modell angepasst \
           wurde; der Katalog hat keine Verknüpfungen, so dass diese nicht gelten";
    "warn_pinned" ["path", "product", "reason"]
        "{path}: {product} is pinned but never offered: {reason}"
        / "{path}: {product} ist für einen Platz bestimmt, wird aber nie angeboten: {reason}";
    "warn_quota" ["path", "min", "most"]
        "{path}: {min} slots are asked for, but with the products of this catalogue and the policy's \
         limits at most {most} can be filled"
        / "{path}: {min} Plätze sind verlangt, aber mit den Produkten dieses Katalogs und den Grenzen \
           der Regeln können höchstens {most} gefüllt werden";
    "warn_margin_assumed" ["products", "all", "percent"]
        "{products} of {all} products have no cost: their margin is assumed to be {percent} % of \
         the price (assume.margin_rate)"
        / "{products} von {all} Produkten haben keinen Einkaufspreis: als ihre Spanne werden \
           {percent} % des Preises angenommen (assume.margin_rate)";
    "warn_no_margin" ["products", "all"]
        "{products} of {all} products have no cost and are never offered (assume.margin_rate is 0)"
        / "{products} von {all} Produkten haben keinen Einkaufspreis und werden nie angeboten \
           (assume.margin_rate ist 0)";
    "warn_placement" ["wanted", "got"]
        "placement: the policy is for {wanted}, but the context is for {got}"
        / "placement: die Regeln sind für {wanted}, aber die Anfrage ist für {got}";
    "warn_orders_known" ["known", "all", "last"]
        "orders_since: {known} of {all} orders are not after the model's last order ({last}) and \
         were left out: the model knows them"
        / "orders_since: {known} von {all} Bestellungen sind nicht nach der letzten des Modells \
           ({last}) und wurden ausgelassen: das Modell kennt sie";
    "warn_now" ["now", "last"]
        "now ({now}) is before the model's last order ({last}): the decision uses what was not \
         known then"
        / "now ({now}) ist vor der letzten Bestellung des Modells ({last}): die Entscheidung nutzt, \
           was damals nicht bekannt war";
    "warn_worth_unknown" []
        "top_up: what the basket is worth is not known, since not all of it has a price"
        / "top_up: was der Warenkorb wert ist, ist nicht bekannt, da nicht alles darin einen Preis hat";
    "warn_variants" ["products", "judged"]
        "up_sell: of {products} products in the basket or viewed that have variants only the first \
         {judged} were looked at: their lines have too many products"
        / "up_sell: von {products} Produkten im Warenkorb oder in der Ansicht, die Varianten haben, \
           wurden nur die ersten {judged} betrachtet: ihre Linien haben zu viele Produkte";
    "pinned" []
        "pinned to this slot by the policy"
        / "von den Regeln für diesen Platz bestimmt";
    "detail_worth" ["kind", "value"]
        "{kind}, worth {value}"
        / "{kind}, {value} wert";
}
