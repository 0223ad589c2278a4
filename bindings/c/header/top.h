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
