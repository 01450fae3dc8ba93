/**
 * The command line: parses arguments, prints, exits. Enter at {@code Truepipe}.
 *
 * <p>What it does itself is put the parts together: the settings and the workload description become an embedded cloud
 * here ({@code LocalCloud}), since neither side may know the other.
 */
package dev.truepipe.cli;
