//! Reasons in German.

use crate::decide::reasons::Reason;

pub(super) fn reason(reason: Reason) -> &'static str {
    let code = reason.code();
    REASONS.iter().find(|(held, _)| *held == code).map_or(reason.text(), |(_, text)| text)
}

const REASONS: &[(&str, &str)] = &[
    ("in_basket", "es liegt im Warenkorb"),
    ("viewed", "es ist das Produkt, das gerade angesehen wird"),
    ("unknown_product", "weder Katalog noch Modell kennen es"),
    ("not_in_catalogue", "es steht nicht im Katalog"),
    ("not_sellable", "der Katalog führt es als nicht verkäuflich"),
    ("out_of_stock", "es ist nicht auf Lager"),
    ("excluded", "die Regeln schließen das Produkt, seine Kategorie, Marke oder Linie aus"),
    ("no_price", "der Katalog hat keinen Preis dafür"),
    ("price_window", "sein Preis liegt außerhalb der erlaubten Spanne"),
    ("unknown_cost", "sein Einkaufspreis ist nicht bekannt, und die Regeln nehmen keine Spanne an"),
    ("margin_not_positive", "es bringt keinen Deckungsbeitrag"),
    ("variant_in_basket", "eine Variante derselben Linie liegt im Warenkorb"),
    ("variant_of_viewed", "es ist eine Variante des Produkts, das gerade angesehen wird"),
    ("owned", "der Kunde hat es, und kaum jemand kauft es ein zweites Mal"),
    ("not_due", "der Kunde kauft es, aber es ist noch nicht wieder fällig"),
    ("too_few_customers", "weniger Kunden stehen dahinter, als die Regeln verlangen"),
    ("no_evidence", "nichts spricht dafür, dass es zu diesem Warenkorb oder Kunden passt"),
    (
        "incompatible",
        "es ist teurer als seine Variante im Warenkorb oder in der Ansicht, aber ein Merkmal, das \
         übereinstimmen muss, ist anders",
    ),
    (
        "not_better",
        "es ist teurer als seine Variante im Warenkorb oder in der Ansicht, aber nach dem Katalog \
         nicht besser",
    ),
    ("up_sell_not_worth", "als teurere Variante setzte es mehr aufs Spiel, als es einbringen kann"),
    ("below_min_value", "es ist nicht mehr wert als der Mindestwert der Regeln"),
    ("kind_limit", "die Regeln erlauben kein weiteres Angebot dieser Art"),
    ("line_limit", "die Regeln erlauben kein weiteres Angebot dieser Produktlinie"),
    ("outranked", "andere Angebote sind mehr wert oder kommen zuerst"),
    (
        "substitute_in_basket",
        "es wird anstelle von etwas im Warenkorb gekauft oder soll nicht mit ihm oder dem angeboten \
         werden, was gerade angesehen wird",
    ),
    ("other_segment", "die Regeln gelten nicht für die Segmente dieses Kunden"),
    ("no_consent", "der Kunde hat nicht die Einwilligung gegeben, die die Regeln verlangen"),
    ("opted_out", "der Kunde will keine Angebote mehr"),
    ("contact_cap", "der Kunde wurde so oft angesprochen, wie die Regeln erlauben"),
    ("customer_ignores", "der Kunde hat auf die letzten Angebote nicht reagiert"),
    ("held_out", "der Kunde gehört zur Vergleichsgruppe, der nichts angeboten wird"),
    ("rejected", "der Kunde hat es vor kurzem abgelehnt"),
    ("ignored", "der Kunde hat es oft gesehen und nicht beachtet"),
    ("cool_down", "es oder Ähnliches wurde vor kurzem angeboten"),
    ("offer_ended", "es wurde für eine Zeit angeboten, die vorbei ist"),
    ("not_selected", "es gehört nicht zu dem, was die Regeln auswählen"),
    ("segment_rule", "eine Regel hält es vom Segment dieses Kunden fern"),
    ("brand_limit", "die Regeln erlauben kein weiteres Angebot dieser Marke"),
    ("category_limit", "die Regeln erlauben kein weiteres Angebot dieser Kategorie"),
    ("substitute_offered", "es würde anstelle eines anderen Angebots gekauft"),
    ("quota_slot", "sein Platz ging an ein Produkt, das eine Quote verlangt"),
    ("not_drawn", "für den ausgelosten Platz wurde ein anderes gezogen"),
    ("contact_not_worth", "das Ansprechen setzt mehr aufs Spiel, als die Angebote wert sind"),
    (
        "in_other_offer",
        "es würde ersetzen, worauf ein anderes Angebot dieser Entscheidung Nachlass gibt",
    ),
    (
        "main_of_accessory",
        "es ist das Hauptprodukt zu etwas im Warenkorb oder in der Ansicht: wer Zubehör kauft, hat es",
    ),
    ("not_compatible", "ein Merkmal, das zu dem passen muss, wozu es gehörte, passt nicht"),
    ("in_order", "es war in der eben aufgegebenen Bestellung"),
    ("variant_in_order", "eine Variante der gleichen Produktlinie war in der Bestellung"),
    ("returned", "es, eine Variante davon oder die ganze Bestellung ging zurück"),
];
