/** Files of the embedded cloud that a kill or a full disk must not leave half written: {@link dev.truepipe.emulator.files.WholeFile}. */
package dev.truepipe.emulator.files;
