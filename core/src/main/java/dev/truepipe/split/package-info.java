/**
 * Which side of the split a group of objects falls on, and the 128-bit hashes everything rests on.
 *
 * <p>Enter at {@link dev.truepipe.split.HoldOut#holds}. Integer arithmetic only; algorithm and test vectors are published
 * in {@code docs/interpretation.md} and never change.
 */
package dev.truepipe.split;
