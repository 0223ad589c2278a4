<?php
// PHP opens a model, decides, and gets clear errors. usage: path.php GOLDEN_FOLDER TEMPORARY_FOLDER
declare(strict_types=1);

require __DIR__ . '/check.php';

[, $golden, $folder] = $argv;
$ffi = library();
check(str_contains($ffi->basketry_version(), '.'), 'a version');

// Errors.
$model = $ffi->new('basketry_model *');
$policy = $ffi->new('basketry_policy *');
fails($ffi, $ffi->BASKETRY_IO, 'no-such-file', $ffi->basketry_model_open('no-such-file', FFI::addr($model)));
check(FFI::isNull($model), 'no handle after a failure');
fails($ffi, $ffi->BASKETRY_INVALID_ARGUMENT, 'out', $ffi->basketry_model_open('no-such-file', null));
fails($ffi, $ffi->BASKETRY_INVALID_ARGUMENT, 'file', $ffi->basketry_model_open(null, FFI::addr($model)));
file_put_contents("$folder/bad.basketry", substr(file_get_contents("$golden/model.basketry"), 0, 999));
fails($ffi, $ffi->BASKETRY_FORMAT, 'bad.basketry', $ffi->basketry_model_open("$folder/bad.basketry", FFI::addr($model)));
file_put_contents("$folder/bad.toml", "max_ofers = 3\n");
fails($ffi, $ffi->BASKETRY_POLICY, 'max_ofers', $ffi->basketry_policy_from_file("$folder/bad.toml", FFI::addr($policy)));
$toml = "name = \"caf\xe9\"";
fails($ffi, $ffi->BASKETRY_INVALID_ARGUMENT, 'UTF-8', $ffi->basketry_policy_from_toml($ffi->basketry_text($toml), FFI::addr($policy)));

// The model, as a file and as bytes.
ok($ffi, $ffi->basketry_model_open("$golden/model.basketry", FFI::addr($model)));
check($ffi->basketry_model_product_kind($model) === $ffi->BASKETRY_ID_STR, 'ids are texts');
$report = json_decode(text($ffi->basketry_model_report($model)), true, 64, JSON_THROW_ON_ERROR);
check(is_array($report) && $report !== [], 'a report');
$bytes = $ffi->new('const uint8_t *');
$len = $ffi->new('size_t');
ok($ffi, $ffi->basketry_model_bytes($model, FFI::addr($bytes), FFI::addr($len)));
check(FFI::string($ffi->cast('char *', $bytes), $len->cdata) === file_get_contents("$golden/model.basketry"), 'the bytes of the file');

// An engine, a policy, a decision.
$engine = $ffi->new('basketry_engine *');
ok($ffi, $ffi->basketry_engine_new($model, null, FFI::addr($engine)));
$ffi->basketry_model_free($model); // the engine keeps what it needs
$toml = "max_offers = 3\n[exclude]\nproducts = [\"wine\"]\n";
ok($ffi, $ffi->basketry_policy_from_toml($ffi->basketry_text($toml), FFI::addr($policy)));
check(json_decode(text($ffi->basketry_policy_json($policy)), true)['max_offers'] === 3, 'max_offers');

$context = json_encode([
    'now' => '2026-05-11T12:00:00Z',
    'customer' => 'c-002',
    'placement' => 'cart',
    'basket' => [['product' => 'spaghetti', 'quantity' => 2]],
    'seed' => 7,
], JSON_THROW_ON_ERROR);
$decision = $ffi->new('basketry_decision *');
ok($ffi, $ffi->basketry_decide_json($engine, $policy, $ffi->basketry_text($context), FFI::addr($decision)));
$n = $ffi->basketry_decision_len($decision);
check($n >= 1 && $n <= 3, 'one to three offers');
$value = 0.0;
for ($i = 0; $i < $n; $i++) {
    $offer = $ffi->basketry_decision_offer($decision, $i);
    check($offer->n_products === 1 && $offer->products[0]->kind === $ffi->BASKETRY_ID_STR, 'a product');
    check(!in_array(text($offer->products[0]->text), ['spaghetti', 'wine'], true), 'neither had nor excluded');
    check(text($offer->why) !== '' && text($offer->kind_name) !== '' && $offer->price > 0, 'a reason and a price');
    $value += $offer->value;
}
check(abs($value - $ffi->basketry_decision_value($decision)) < 1e-9, 'the sum of the values');
check($ffi->basketry_decision_offer($decision, $n) === null, 'no more offers');

$reason = $ffi->new('int32_t');
$buffer = $ffi->new('char[200]');
$product = 'wine';
ok($ffi, $ffi->basketry_decision_why_not($decision, $ffi->basketry_id_str($product), FFI::addr($reason), $buffer, 200));
check($reason->cdata === $ffi->BASKETRY_REASON_EXCLUDED && str_contains(FFI::string($buffer), 'policy'), 'why not wine');

$json = json_decode(text($ffi->basketry_decision_json($decision)), true, 64, JSON_THROW_ON_ERROR);
check(count($json['offers']) === $n && $json['customer'] === 'c-002' && $json['seed'] === 7, 'the log line');
$ffi->basketry_decision_free($decision);

$context = '{"nwo": 1}';
fails($ffi, $ffi->BASKETRY_POLICY, 'nwo', $ffi->basketry_decide_json($engine, $policy, $ffi->basketry_text($context), FFI::addr($decision)));
$context = '{"now": 0, "customer": 5}'; // the ids are texts
fails($ffi, $ffi->BASKETRY_UNKNOWN_ID, 'customer', $ffi->basketry_decide_json($engine, $policy, $ffi->basketry_text($context), FFI::addr($decision)));

// Constants and structs of the bare header are those of the library.
$line = $ffi->new('basketry_order_line');
$line->struct_size = FFI::sizeof($line);
$line->quantity = 1;
$line->revenue = $ffi->BASKETRY_NO_MONEY;
check($line->revenue === PHP_INT_MIN, 'no money');
$line->customer = $ffi->basketry_id_int(5);
$sku = 'bread';
$line->product = $ffi->basketry_id_str($sku);
$builder = $ffi->new('basketry_history_builder *');
ok($ffi, $ffi->basketry_history_builder_new($ffi->BASKETRY_WITH_CUSTOMERS, null, FFI::addr($builder)));
ok($ffi, $ffi->basketry_history_builder_push($builder, FFI::addr($line)));
$history = $ffi->new('basketry_history *');
ok($ffi, $ffi->basketry_history_builder_finish($builder, null, FFI::addr($history)));
check($ffi->basketry_history_len($history) === 1, 'one basket');
$ffi->basketry_history_free($history);
$ffi->basketry_history_builder_free($builder);

$ffi->basketry_policy_free($policy);
$ffi->basketry_engine_free($engine);
