<?php
// The decisions of tests/golden, byte for byte. usage: golden.php GOLDEN_FOLDER TEMPORARY_FOLDER
declare(strict_types=1);

require __DIR__ . '/check.php';

/** A context in C and everything that it points to. */
final class Request
{
    public readonly FFI\CData $context;
    /** What C borrows must live as long as the context. */
    private array $kept = [];

    public function __construct(private readonly FFI $ffi, string $line)
    {
        [, $customer, $placement, $now, $seed, $viewed, $basket, $orders] = explode("\t", $line);
        $this->context = $ffi->new('basketry_context');
        // PHP has no macros; of BASKETRY_CONTEXT_INIT these two fields are not 0.
        $this->context->struct_size = FFI::sizeof($this->context);
        $this->context->customer_value = -1.0;
        $this->context->now_ms = (int) $now;
        // Seeds above PHP's largest integer have the same 64 bits as a negative number.
        $this->context->seed = $seed === '18446744073709551615' ? -1 : (int) $seed;
        if ($customer !== '') {
            $this->context->customer = $this->id($customer);
        }
        if ($placement !== '') {
            $this->context->placement = $this->string($placement);
        }
        if ($viewed !== '') {
            $this->context->viewed = $this->id($viewed);
        }
        [$this->context->basket, $this->context->n_basket] = $this->lines($basket);
        $orders = array_values(array_filter(explode('|', $orders), 'strlen'));
        if ($orders !== []) {
            $native = $this->keep($ffi->new('basketry_order[' . count($orders) . ']'));
            foreach ($orders as $i => $order) {
                [$time, $lines] = explode(':', $order);
                $native[$i]->time_ms = (int) $time;
                [$native[$i]->lines, $native[$i]->n_lines] = $this->lines($lines);
            }
            $this->context->orders_since = $ffi->cast('basketry_order *', $native);
            $this->context->n_orders_since = count($orders);
        }
    }

    private function keep(FFI\CData $data): FFI\CData
    {
        return $this->kept[] = $data;
    }

    /** A string that ends with a zero byte. */
    private function string(string $text): FFI\CData
    {
        $native = $this->keep($this->ffi->new('char[' . (strlen($text) + 1) . ']'));
        FFI::memcpy($native, $text . "\0", strlen($text) + 1);
        return $this->ffi->cast('char *', $native);
    }

    private function id(string $text): FFI\CData
    {
        return $this->ffi->basketry_id_str($this->string($text));
    }

    /** product=quantity;product=quantity */
    private function lines(string $text): array
    {
        $lines = array_values(array_filter(explode(';', $text), 'strlen'));
        if ($lines === []) {
            return [null, 0];
        }
        $native = $this->keep($this->ffi->new('basketry_line[' . count($lines) . ']'));
        foreach ($lines as $i => $line) {
            [$product, $quantity] = explode('=', $line);
            $native[$i]->product = $this->id($product);
            $native[$i]->quantity = (float) $quantity;
        }
        return [$this->ffi->cast('basketry_line *', $native), count($lines)];
    }
}

[, $golden] = $argv;
$ffi = library();
$engine = $ffi->new('basketry_engine *');
ok($ffi, $ffi->basketry_engine_open("$golden/model.basketry", FFI::addr($engine)));
$policy = $ffi->new('basketry_policy *');
ok($ffi, $ffi->basketry_policy_from_file("$golden/policy.toml", FFI::addr($policy)));
$contexts = array_slice(file("$golden/contexts.tsv", FILE_IGNORE_NEW_LINES), 1);
$expected = file("$golden/decisions.jsonl", FILE_IGNORE_NEW_LINES);
check(count($contexts) === 20 && count($expected) === 20, 'twenty decisions');
foreach ($contexts as $i => $line) {
    $request = new Request($ffi, $line);
    $decision = $ffi->new('basketry_decision *');
    ok($ffi, $ffi->basketry_decide($engine, $policy, FFI::addr($request->context), FFI::addr($decision)));
    $found = text($ffi->basketry_decision_json($decision));
    check($found === $expected[$i], "$line\n  expected {$expected[$i]}\n  found    $found");
    $ffi->basketry_decision_free($decision);
}
$ffi->basketry_policy_free($policy);
$ffi->basketry_engine_free($engine);
