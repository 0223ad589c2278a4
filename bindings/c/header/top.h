/*
 * basketry: learns from a shop's past orders what sells together and who buys what, decides which
 * offer to make next, and says why.
 *
 * Generated from bindings/c/src by scripts/header.sh; do not edit.
 *
 * Errors. A function that can fail returns a status: BASKETRY_OK (0) or one of the codes below;
 * basketry_last_error says in a sentence what went wrong. A function that makes a handle sets it
 * to null when it fails. No call ends the program or throws.
 *
 * Ownership. A handle that a function writes through its last argument, called out, is yours: free
 * it with the function of its type that ends in _free, once; null is allowed there. What a
 * function takes, it copies or keeps alive itself: arguments may be freed when it returns. What is
 * called borrowed belongs to the handle it came from and lives as long as that.
 *
 * Threads. An argument that is a pointer to const may be used by several threads at once; one that
 * is not needs exclusive use during the call. Everything may be made in one thread and used or
 * freed in another.
 *
 * Structs that you fill in begin with struct_size and are set up by the macro of their name that
 * ends in _INIT. Zero in any other field means the default. They may grow at their end: a program
 * compiled with an older header keeps working with a newer library. Structs that you read through
 * a pointer may grow at their end too; do not copy them by sizeof into files.
 *
 * Texts are UTF-8. Money is an integer of minor units (cents). Times are milliseconds since
 * 1970-01-01 00:00 UTC; no clock is read.
 */

#ifndef BASKETRY_H
#define BASKETRY_H
