<?php
// What the PHP tests share: the library through FFI, and checks that say where they fail.
declare(strict_types=1);

set_error_handler(function (int $number, string $message, string $file, int $line): bool {
    throw new ErrorException($message, 0, $number, $file, $line);
});

function check(bool $condition, string $what): void
{
    if (!$condition) {
        $at = debug_backtrace(DEBUG_BACKTRACE_IGNORE_ARGS, 1)[0];
        fwrite(STDERR, "{$at['file']}:{$at['line']}: failed: $what\n");
        exit(1);
    }
}

/** The library, with the bare header that PHP's FFI can read. */
function library(): FFI
{
    $header = file_get_contents(__DIR__ . '/../../include/basketry_php.h');
    return FFI::cdef($header, getenv('BASKETRY_LIBRARY') ?: 'libbasketry.so.0');
}

/** A text that C lends, as a PHP string of its own. */
function text(FFI\CData $text): string
{
    return $text->len === 0 ? '' : FFI::string($text->data, $text->len);
}

/** Throws the last error unless the call succeeded. */
function ok(FFI $ffi, int $status): void
{
    if ($status !== $ffi->BASKETRY_OK) {
        throw new RuntimeException($ffi->basketry_last_error(), $status);
    }
}

/** Checks that a call fails with this status and a message that contains the text. */
function fails(FFI $ffi, int $expected, string $part, int $status): void
{
    $message = $ffi->basketry_last_error();
    $name = $ffi->basketry_status_name($status);
    check($status === $expected && str_contains($message, $part), "$name: $message");
}
