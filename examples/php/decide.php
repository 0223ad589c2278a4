<?php
// Opens a model file and prints what to offer to a customer with this basket, and why.
//
//   php -d ffi.enable=1 examples/php/decide.php MODEL POLICY CUSTOMER [PRODUCT...]
//
// The library is found by its name if it is installed, or by the variable BASKETRY_LIBRARY. In a shop
// the header is preloaded (opcache.preload with FFI::load), and one engine serves all requests of a
// process.
declare(strict_types=1);

if ($argc < 4) {
    fwrite(STDERR, "usage: decide.php MODEL POLICY CUSTOMER [PRODUCT...]\n");
    exit(2);
}
[, $file, $policyFile, $customer] = $argv;

$ffi = FFI::cdef(
    file_get_contents(__DIR__ . '/../../include/basketry_php.h'),
    getenv('BASKETRY_LIBRARY') ?: 'libbasketry.so.0'
);

/** Throws the last error unless the call succeeded. */
$check = function (int $status) use ($ffi): void {
    if ($status !== $ffi->BASKETRY_OK) {
        throw new RuntimeException($ffi->basketry_last_error(), $status);
    }
};
/** A text that the library lends. */
$text = fn (FFI\CData $text): string => $text->len === 0 ? '' : FFI::string($text->data, $text->len);

$engine = $ffi->new('basketry_engine *');
$policy = $ffi->new('basketry_policy *');
$decision = $ffi->new('basketry_decision *');
$check($ffi->basketry_engine_open($file, FFI::addr($engine)));
$check($ffi->basketry_policy_from_file($policyFile, FFI::addr($policy)));

// JSON is the easiest way to say who asks; ids keep their type.
$context = json_encode([
    'now' => gmdate('Y-m-d\TH:i:s\Z'),
    'customer' => $customer,
    'basket' => array_map(fn (string $product): array => ['product' => $product], array_slice($argv, 4)),
], JSON_THROW_ON_ERROR);
$check($ffi->basketry_decide_json($engine, $policy, $ffi->basketry_text($context), FFI::addr($decision)));

for ($i = 0; $i < $ffi->basketry_decision_len($decision); $i++) {
    $offer = $ffi->basketry_decision_offer($decision, $i);
    printf("%s %s: %s\n", $text($offer->kind_name), $text($offer->products[0]->text), $text($offer->why));
}

$ffi->basketry_decision_free($decision);
$ffi->basketry_policy_free($policy);
$ffi->basketry_engine_free($engine);
