/** Who is calling, at home. Enter at {@link dev.truepipe.emulator.sts.StsService}. */
package dev.truepipe.emulator.sts;
